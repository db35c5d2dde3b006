/** A card's configuration: what may be in it, and what of it makes two cards hear the same. */

import { word } from "./words.js";
/** @import {Hass, Config} from "./types.js" */

/** The latest that this page has seen: a form and the picker are given none of it.
 * @type {{hass?: Hass, config?: Config, page?: any}} `page`: its words, before there is a card. */
export const seen = {};

export const SIZES = [14, 18, 24, 34]; // px

/** What may be chosen. @type {Record<string, string[]>} */
export const CHOICES = {
  mode: ["captions", "interpreter"],
  show: ["both", "original", "translation"],
  turns: ["automatic", "buttons"],
  layout: ["side", "facing"],
  side: ["both", "mine", "theirs"],
};

const SOURCE = /^(device|none|(assist_satellite|media_player)\.\w+)$/;

/** Refuse what cannot be meant. @param {any} config @param {boolean} [done] Not yet: in a form, one value comes after another. */
export function assertConfig(config, done = true) {
  const wrong = Object.keys(CHOICES).filter((field) => config[field] !== undefined && !CHOICES[field].includes(config[field]));
  wrong.push(...["languages", "translate_to"].filter((field) => config[field] && !Array.isArray(config[field])));
  if (!SOURCE.test(config.source ?? "device")) wrong.push("source");
  if (done && config.source === "none" && !config.conversation) wrong.push("conversation");
  if (!Object.keys(SIZES).includes(`${(config.text_size ?? 2) - 1}`)) wrong.push("text_size");
  const tags = ["languages", "translate_to", "mine", "theirs"];
  wrong.push(...tags.filter((field) => [config[field] ?? []].flat().some((tag) => typeof tag !== "string")));
  if (done && config.mode === "interpreter" && [config.theirs ?? []].flat().includes(config.mine)) wrong.push("theirs");
  if (!wrong.length) return;
  const [field, value] = [wrong[0], `${config[wrong[0]] ?? ""}`];
  throw new Error(word(seen.page, "wrong_value", { field, value }) || `${field}: "${value}"?`);
}

/** What it is that a card hears: cards that have it in common show the same. @type {(keyof Config)[]} */
const HEARD = ["mode", "entity", "config_entry_id", "source", "conversation", "languages", "translate_to", "speakers", "mine"];
HEARD.push("mine_voice", "theirs", "theirs_voice", "aloud", "turns", "side", "headphones");

/** @param {Config} config */
export const keyOf = (config) => JSON.stringify(HEARD.map((name) => config[name] ?? null));
