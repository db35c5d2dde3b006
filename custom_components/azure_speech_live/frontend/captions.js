/** Captions: what is said, line by line. */

import { SIZES, keyOf } from "./config.js";
import { AT_THE_END, complain, el, face, icon, put } from "./elements.js";
import { copy, download, subtitles } from "./saving.js";
import { explain, languageName, nameOf, stateOf, word } from "./words.js";
/** @import {Hass, Config, Segment, View} from "./types.js" */
/** @import {Live} from "./live.js" */

/** Of the theme; no text is written in them, since not all could be read. */
const COLORS = ["blue", "orange", "green", "purple", "red", "teal", "pink", "brown"];
/** @type {Record<string, string>} */
const FORMATS = { txt: "text/plain", srt: "application/x-subrip", vtt: "text/vtt" };

/** Text sizes chosen in a card, by its key. @type {Map<string, number>} */
const sizes = new Map();

/** @typedef {{root: HTMLElement, who: HTMLElement, lines: HTMLElement, segment?: Segment, as?: string}} Row */

/** What is said, line by line. @implements {View} */
export class CaptionsView {
  root = el("div", { className: "view" });
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<string, string>} */
  #colors = new Map();
  #follows = true;
  /** How far it was scrolled. */
  #top = 0;
  #announced = "";
  /** Why what was said could not be saved, until that is tried again. */
  #unsaved = "";
  /** @type {any} */
  #hass;
  /** @type {number | undefined} */
  #sure;
  #log = el("div", { className: "log", role: "log", ariaLive: "off", tabIndex: 0 });
  #hint = el("p", { className: "hint" });
  #newest = el("button", { className: "newest", hidden: true, onclick: () => this.#toNewest() }, icon("newest"), el("span"));
  #trouble = el("div", { className: "trouble", role: "alert" });
  #go = el("button", { className: "go", onclick: () => this.#toggle() });
  #state = el("span");
  #detail = el("small");
  #save = el("div", { className: "save", hidden: true });
  #format = el("select");
  #language = el("select");
  #said = el("div", { className: "unseen", ariaLive: "polite" });
  /** @type {Record<string, HTMLButtonElement>} */
  #tools = {};
  #resized = new ResizeObserver(() => this.#follow());

  /** @param {Live} live @param {Config} config */
  constructor(live, config) {
    this.live = live;
    this.config = config;
    this.key = keyOf(config);
    this.#announced = live.segments.at(-1)?.id ?? "";
    this.#go.hidden = config.source === "none";
    this.#log.onscroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#log;
      if (scrollHeight - scrollTop - clientHeight < AT_THE_END) this.#follows = true;
      else if (scrollTop < this.#top) this.#follows = false; // else there is more to read meanwhile
      this.#top = scrollTop;
      this.#newest.hidden = this.#follows;
    };
    this.#resized.observe(this.#log);
    const actions = {
      pause: () => (live.state === "paused" ? live.resume() : live.pause()),
      smaller: () => this.#resize(-1),
      larger: () => this.#resize(1),
      save: () => this.#offer(),
      clear: () => this.#clear(),
    };
    for (const [name, onclick] of Object.entries(actions))
      this.#tools[name] = el("button", { className: `tool ${name}-tool`, onclick }, icon(name), el("span"));
    const state = el("div", { className: "state", role: "status" }, this.#state, this.#detail);
    const bar = el("div", { className: "bar" }, this.#go, state, el("div", { className: "tools" }));
    bar.lastElementChild?.append(...Object.values(this.#tools));
    const middle = el("div", { className: "middle" }, this.#log, this.#hint, this.#newest);
    this.root.append(middle, this.#trouble, this.#save, bar, this.#said);
  }

  dispose() {
    clearTimeout(this.#sure);
    this.#resized.disconnect();
  }

  /** @param {Hass} hass */
  update(hass) {
    if (hass.localize !== this.#hass?.localize) {
      this.#hass = hass;
      this.#label();
      for (const row of this.#rows.values()) row.as = undefined;
    }
    this.#hass = hass;
    this.#showState();
    this.#showLines();
  }

  /** @param {string} key @param {Record<string, any>} [placeholders] */
  #word(key, placeholders) {
    return word(this.#hass, key, placeholders);
  }

  #label() {
    for (const [name, button] of Object.entries(this.#tools)) button.ariaLabel = button.title = this.#word(name);
    put(this.#detail, sourceOf(this.#hass, this.config));
    this.#log.ariaLabel = this.#word("transcript");
    put(this.#newest.children[1], this.#word("newest"));
    put(this.#hint, this.#word(this.config.source === "none" ? "hint_watch" : "hint"));
    const formats = Object.keys(FORMATS).map((value) => new Option(value === "txt" ? this.#word("text") : value.toUpperCase(), value));
    this.#format.replaceChildren(...formats);
    this.#format.ariaLabel = this.#word("format");
    this.#language.ariaLabel = this.#word("language");
    const buttons = ["download", "copy"].map((how) => el("button", {}, this.#word(how)));
    buttons.forEach((button, at) => (button.onclick = () => this.#export(at ? "copy" : "download", button)));
    this.#save.replaceChildren(this.#format, this.#language, ...buttons);
  }

  #toggle() {
    if (this.live.on) void this.live.stop();
    else void this.live.start(this.#hass, this.config);
  }

  get #size() {
    return sizes.get(this.key) ?? Number(this.config.text_size ?? 2);
  }

  /** @param {number} by */
  #resize(by) {
    sizes.set(this.key, this.#size + by);
    this.#showState();
    this.#follow();
  }

  /** What cannot be had again is asked for twice. */
  #clear() {
    const button = this.#tools.clear;
    const ask = (/** @type {boolean} */ sure) => {
      button.classList.toggle("sure", sure);
      button.ariaLabel = this.#word(sure ? "clear_sure" : "clear");
      put(button.children[1], sure ? button.ariaLabel : "");
    };
    clearTimeout(this.#sure);
    const sure = button.classList.contains("sure");
    if (sure) this.live.clear();
    else this.#sure = setTimeout(() => ask(false), 5000);
    ask(!sure);
  }

  /** Offer what was said, as it was spoken or translated. */
  #offer() {
    const targets = new Set(this.live.segments.flatMap(({ translations }) => Object.keys(translations)));
    const options = [...targets].map((target) => new Option(languageName(this.#hass, target), target));
    this.#language.replaceChildren(new Option(this.#word("as_spoken"), ""), ...options);
    this.#language.hidden = !targets.size;
    this.#save.hidden = !this.#save.hidden;
    this.#unsaved = "";
    this.#showState();
  }

  /** @param {string} how @param {HTMLElement} button */
  async #export(how, button) {
    this.#unsaved = "";
    try {
      const format = this.#format.value;
      const text = await subtitles(this.#hass, this.live, format, this.#language.value);
      if (how === "copy") await copy(text, this.root);
      else download(`${this.#word("transcript")} ${new Date().toLocaleString("sv").replace(/:/g, ".")}.${format}`, text, FORMATS[format]);
      put(button, this.#word(`${how}_done`));
    } catch (/** @type {any} */ err) {
      const { code, message, translation_placeholders: placeholders } = err;
      this.#unsaved = explain(this.#hass, { code, message, placeholders });
    }
    this.#showState();
    setTimeout(() => put(button, this.#word(how)), 2000);
  }

  #showState() {
    const { on, state, segments, error } = this.live;
    const { pause, smaller, larger, save, clear } = this.#tools;
    complain(this.#trouble, error ? explain(this.#hass, error) : this.#unsaved);
    this.#go.ariaPressed = `${on}`;
    this.#go.title = on ? this.#word("stop") : "";
    this.#go.classList.toggle("hears", state === "listening");
    face(this.#go, on ? "stop" : "listen", this.#word("listen"), on); // the name of what is pressed or not stays
    put(this.#state, stateOf(this.#hass, this.live));
    const action = state === "paused" ? "resume" : "pause";
    pause.hidden = !on || this.config.source === "none";
    pause.ariaLabel = pause.title = this.#word(action);
    face(pause, action);
    smaller.disabled = this.#size <= 1;
    larger.disabled = this.#size >= SIZES.length;
    save.hidden = clear.hidden = !segments.length;
    this.#save.hidden ||= !segments.length;
    save.ariaExpanded = `${!this.#save.hidden}`;
    this.#log.style.fontSize = `${SIZES[this.#size - 1]}px`;
  }

  #showLines() {
    const { segments, current, names } = this.live;
    const shown = this.config.finals_only ? segments : [...segments, ...current.values()];
    const gone = new Set(this.#rows.keys());
    /** @type {string | null} */
    let before = null;
    let next = this.#log.firstChild;
    for (const segment of shown) {
      const { id, speaker } = segment;
      gone.delete(id);
      let row = this.#rows.get(id);
      if (!row) {
        const [who, lines] = [el("div"), el("div")];
        this.#rows.set(id, (row = { who, lines, root: el("div", { className: "row" }, who, lines) }));
      }
      const begins = speaker !== before;
      const as = `${speaker} ${begins} ${names.get(speaker ?? "")}`;
      if (row.segment !== segment || row.as !== as) this.#draw(row, segment, begins);
      Object.assign(row, { segment, as });
      before = speaker;
      if (row.root === next) next = next.nextSibling;
      else this.#log.insertBefore(row.root, next);
    }
    for (const id of gone) {
      this.#rows.get(id)?.root.remove();
      this.#rows.delete(id);
    }
    this.#hint.hidden = shown.length > 0;
    this.#log.hidden = !shown.length;
    const last = segments.at(-1);
    if (last && last.id !== this.#announced) {
      this.#announced = last.id;
      put(this.#said, this.#linesOf(last)[0].text);
    }
    requestAnimationFrame(() => this.#follow()); // with the frame, which is laid out anyway
  }

  /** @param {Row} row @param {Segment} segment @param {boolean} begins Whether another has spoken before. */
  #draw(row, segment, begins) {
    const { speaker } = segment;
    row.root.classList.toggle("known", Boolean(speaker));
    if (speaker) {
      const color = this.#colors.get(speaker) ?? COLORS[this.#colors.size % COLORS.length];
      this.#colors.set(speaker, color);
      row.root.style.setProperty("--who", `var(--${color}-color, ${color})`);
    }
    if (!speaker || !begins) row.who.replaceChildren();
    else if (!row.who.querySelector("input")) {
      const onclick = () => this.#rename(row.who, speaker);
      const name = nameOf(this.#hass, this.live, speaker);
      row.who.replaceChildren(el("button", { className: "who", title: this.#word("rename"), onclick }, name));
    }
    const lines = this.#linesOf(segment);
    while (row.lines.children.length > lines.length) row.lines.lastChild?.remove();
    lines.forEach(({ text, lang, className, stable = Infinity }, at) => {
      if (!row.lines.children[at])
        row.lines.append(el("p", { dir: "auto" }, el("span", {}, new Text()), el("span", { className: "rest" }, new Text())));
      const line = Object.assign(row.lines.children[at], { lang, className });
      put(/** @type {Node} */ (line.children[0].firstChild), text.slice(0, stable)); // the server counts UTF-16 as well
      put(/** @type {Node} */ (line.children[1].firstChild), text.slice(stable));
    });
  }

  /** @param {Segment} segment @returns {{text: string, lang: string, className: string, stable?: number}[]} */
  #linesOf({ text, stable, language: lang, translations, error }) {
    const { show } = this.config;
    const lines = Object.entries(translations)
      .filter(([, translation]) => translation && translation !== text && show !== "original")
      .map(([target, translation]) => ({ text: translation, lang: target, className: "translation", stable: Infinity }));
    if (show !== "translation" || !lines.length) lines.unshift({ text, lang, stable, className: "" });
    else lines[0].className += " alone";
    return error ? [...lines, { text: error, lang: "", className: "problem" }] : lines;
  }

  /** Edit a speaker's name in its place. @param {HTMLElement} who @param {string} speaker */
  #rename(who, speaker) {
    const button = /** @type {HTMLElement} */ (who.firstChild);
    const value = nameOf(this.#hass, this.live, speaker);
    const input = el("input", { className: "who", value, maxLength: 40, ariaLabel: this.#word("rename") });
    const close = (/** @type {boolean} */ keep) => {
      input.onblur = null;
      input.replaceWith(button);
      const name = input.value.trim();
      if (keep && name !== value) this.live.rename(speaker, name);
      /** @type {any} */ (who.firstChild)?.focus();
    };
    input.onblur = () => close(true);
    input.onkeydown = (event) => {
      event.stopPropagation(); // Home Assistant has shortcuts
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // or Enter presses the button that is there again
      close(event.key === "Enter");
    };
    button.replaceWith(input);
    input.select();
  }

  #follow() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
    this.#top = this.#log.scrollTop;
  }

  #toNewest() {
    this.#follows = this.#newest.hidden = true;
    this.#follow();
    this.#log.focus();
  }
}

/** Who is heard, and in which languages. @param {Hass} hass @param {Config} config */
function sourceOf(hass, { source = "device", entity = "", conversation, languages = [], translate_to: targets = [] }) {
  const named = (/** @type {string} */ id) => hass.states[id]?.attributes.friendly_name ?? id;
  const who = source === "none" ? conversation : source === "device" ? word(hass, "this_device") : named(source);
  const list = (/** @type {string[]} */ tags) => tags.map((tag) => languageName(hass, tag)).join(", ");
  const said = [list(languages) || named(entity), list(targets)].filter(Boolean).join(" → ");
  return [who, said].filter(Boolean).join(" · ");
}
