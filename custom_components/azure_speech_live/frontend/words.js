/** Words for people, in their language: what Home Assistant has of ours, names of languages and speakers. */

/** @import {Hass, Trouble} from "./types.js" */
/** @import {Live} from "./live.js" */
/** @import {Said} from "./said.js" */

export const DOMAIN = "azure_speech_live";

/** A language without its region. @param {string} tag */
export const base = (tag) => tag.split("-")[0];

/** A word of ours in the user's language; until they are loaded, nothing.
 * @param {any} hass @param {string} key Without "card_". @param {Record<string, any>} [placeholders] @returns {string} */
export function word(hass, key, placeholders) {
  return hass?.localize(`component.${DOMAIN}.common.card_${key}`, placeholders) || "";
}

/** @param {any} hass */
export const loadWords = (hass) => Promise.all(["common", "exceptions"].map((kind) => hass.loadBackendTranslation(kind, DOMAIN)));

/** What went wrong and what to do about it: in our words, else in the server's. @param {Hass} hass @param {Trouble} trouble */
export function explain(hass, { code, message, placeholders }) {
  const ours = hass.localize(`component.${DOMAIN}.exceptions.${code}.message`, placeholders);
  return ours || word(hass, `${code}`.replace(/^card_/, ""), placeholders) || message || `${code}`;
}

/** What it is at. @param {Hass} hass @param {Live} live */
export function stateOf(hass, { state, reason, behind, lost }) {
  const seconds = (/** @type {number} */ value) => ({ seconds: new Intl.NumberFormat(hass.language).format(Math.ceil(value)) });
  const told = (reason && word(hass, `${state}_${reason}`)) || word(hass, state, seconds(behind));
  return lost ? `${told}. ${word(hass, "lost", seconds(lost))}` : told;
}

/** @param {{language: string}} hass @param {string} tag @returns {string} */
export function languageName(hass, tag) {
  try {
    return new Intl.DisplayNames([hass.language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The page's language with a region: "de-DE" of "de". @param {Hass} hass */
export function localeOf(hass) {
  const { language, region } = new Intl.Locale(hass.language).maximize();
  return `${language}-${region}`;
}

/** A speaker as people call them, until then by number. @param {Hass} hass @param {Said} said @param {string} speaker "Guest-1" */
export function nameOf(hass, said, speaker) {
  const number = /\d+$/.exec(speaker)?.[0];
  return said.names.get(speaker) ?? (number ? word(hass, "speaker", { number }) : speaker);
}
