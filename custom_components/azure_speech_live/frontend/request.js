/** What Home Assistant is asked for: a card's configuration, with what was chosen since, as a command. */

import { DOMAIN, base } from "./words.js";
/** @import {Hass, Config} from "./types.js" */
/** @import {Live} from "./live.js" */

/** The command by which a session begins. @param {Hass} hass @param {Config} config @param {Live} live
 * @returns {Promise<Record<string, any>>} */
export async function messageOf(hass, config, live) {
  const { mode, entity, config_entry_id, conversation, source = "device", speakers, aloud, side = "both" } = config;
  const { languages, translate_to } = config;
  /** @type {Record<string, any>} */
  const message = { entity_id: entity, config_entry_id, type: `${DOMAIN}/translate`, version: 2, conversation };
  if (source !== "device") message.source = { [source.startsWith("media_player.") ? "player" : "microphone"]: source };
  if (mode === "interpreter") {
    const both = [live.mine, live.theirs];
    message.language = live.choice.language ?? (side === "both" ? both : live[side]);
    message.target_language = both.filter((language) => language !== message.language);
    if (aloud) message.voices = await voicesOf(hass, config, live, message.target_language);
  } else {
    Object.assign(message, { speakers, words: true });
    if (languages?.length) message.language = languages;
    if (translate_to?.length) message.target_language = translate_to;
    else message.type = `${DOMAIN}/recognize`;
  }
  return message;
}

/** Who speaks each translation that somebody hears. @param {Hass} hass @param {Config} config @param {Live} live
 * @param {string[]} languages @returns {Promise<Record<string, string>>} */
async function voicesOf(hass, config, live, languages) {
  const { mine_voice, theirs_voice, theirs, conversation, entity, config_entry_id } = config;
  const heard = languages.filter((language) => conversation || !live.muted.has(sideOf(live, language)));
  const known = { [live.mine]: mine_voice, [live.theirs]: [theirs].flat().length > 1 ? undefined : theirs_voice };
  const unknown = heard.filter((language) => !known[language]);
  if (unknown.length) {
    const ask = { type: `${DOMAIN}/choices`, entity_id: entity, config_entry_id, voices_of: unknown };
    const { voices } = await hass.connection.sendMessagePromise(ask);
    for (const language of unknown) known[language] = voices?.[language]?.[0]?.name;
  }
  return Object.fromEntries(heard.flatMap((language) => (known[language] ? [[language, known[language]]] : [])));
}

/** Who understands a language, in a translation: the service calls that "yue" which is spoken in zh-HK.
 * @param {Live} live @param {string} language @returns {"mine" | "theirs"} */
export function sideOf({ mine, theirs }, language) {
  const own = base(language) === base(mine) || (base(language) !== base(theirs) && base(mine) === "zh");
  return own ? "mine" : "theirs";
}
