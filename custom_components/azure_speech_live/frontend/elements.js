/** Elements of a page, made and changed in one call each. */

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Record<string, any>} [properties]
 * @param {...(Node | string)} children @returns {HTMLElementTagNameMap[T]} */
export function el(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** @type {Record<string, string>} */
const ICONS = {
  listen: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  stop: "M6 6h12v12H6z",
  pause: "M9 6v12M15 6v12",
  resume: "M8 5l11 7-11 7z",
  smaller: "M3 19 8 7l5 12M5 15h6M16 13h6",
  larger: "M3 19 8 7l5 12M5 15h6M16 13h6M19 10v6",
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  clear: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  newest: "M12 5v14m-6-6 6 6 6-6",
  aloud: "M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7",
  trouble: "M12 9v5M12 17v.1M12 3 2 20h20z",
};

/** @param {string} name */
export function icon(name) {
  const svg = el("span", { className: "icon", ariaHidden: "true" });
  svg.innerHTML = `<svg viewBox="0 0 24 24"><path d="${ICONS[name]}"/></svg>`;
  return svg;
}

/** Touch a text only where it changes. @param {Node} node @param {string} text */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Give a button its icon and text, where they change.
 * @param {HTMLElement} button @param {string} name @param {string} [text] @param {boolean} [unseen] */
export function face(button, name, text = "", unseen = false) {
  if (button.dataset.face === name + text) return;
  button.dataset.face = name + text;
  button.replaceChildren(icon(name), el("span", { className: unseen ? "unseen" : "" }, text));
}

/** @param {HTMLElement} box @param {string} text Nothing hides it. */
export function complain(box, text) {
  box.hidden = !text;
  if (box.textContent !== text) box.replaceChildren(icon("trouble"), el("div", {}, text));
}

export const AT_THE_END = 40; // px from the newest line, at which one still reads along
