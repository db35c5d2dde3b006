/** What was said as a text: for a file, or to paste it elsewhere. */

import { el } from "./elements.js";
import { DOMAIN, nameOf } from "./words.js";
/** @import {Hass, Word} from "./types.js" */
/** @import {Said} from "./said.js" */

/** Bytes: Home Assistant closes the page's connection at 4 MiB. Without their words, lines are shared out by length. */
const MAX_MESSAGE = 3.5 * 2 ** 20;

/** What was said as a file's text, with the names that people gave; a translation, if a language is given.
 * @param {Hass} hass @param {Said} said @param {string} format @param {string} language @returns {Promise<string>} */
export async function subtitles(hass, said, format, language) {
  const segments = said.segments.map(({ text, offset, duration, speaker, words, translations }) => ({
    text: translations[language] ?? text,
    offset,
    duration,
    speaker: speaker ? nameOf(hass, said, speaker) : undefined,
    words: words.length && !language && format !== "txt" ? words.map(rounded) : undefined,
  }));
  const message = { type: `${DOMAIN}/subtitles`, format, segments };
  if (new Blob([JSON.stringify(message)]).size > MAX_MESSAGE) for (const segment of segments) delete segment.words;
  return (await hass.connection.sendMessagePromise(message)).text;
}

/** In milliseconds, as files have it: sums of seconds have many digits. @param {Word} word @returns {Word} */
function rounded({ text, offset, duration }) {
  const round = (/** @type {number} */ seconds) => Math.round(seconds * 1000) / 1000;
  return { text, offset: round(offset), duration: round(duration) };
}

/** @param {string} name @param {string} text @param {string} type */
export function download(name, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Copy; without https there is only the old way. @param {string} text @param {HTMLElement} place */
export async function copy(text, place) {
  const copied = navigator.clipboard?.writeText(text);
  if (await copied?.then(() => true, () => false)) return;
  const field = place.appendChild(el("textarea", { value: text, className: "unseen" }));
  field.select();
  document.execCommand("copy");
  field.remove();
}
