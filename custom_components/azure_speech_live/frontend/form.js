/** Home Assistant's form for the card. */

import { CHOICES, SIZES, assertConfig, seen } from "./config.js";
import { DOMAIN, languageName, loadWords, word } from "./words.js";

const CAPTIONS = ["languages", "translate_to", "show", "speakers", "finals_only", "text_size"];
const INTERPRETER = ["mine", "theirs", "turns", "layout", "side", "aloud", "mine_voice", "theirs_voice", "headphones"];

const REQUIRED = ["mode", "mine", "theirs"];

/** Home Assistant's form for the card. */
export async function configForm() {
  const hass = seen.hass;
  if (!hass) return { schema: [] };
  const spoken = [seen.config?.mine, seen.config?.theirs].flat().filter(Boolean).slice(0, 10);
  const ask = { type: `${DOMAIN}/choices`, ...(spoken.length ? { voices_of: spoken } : {}) };
  const offered = await hass.connection.sendMessagePromise(ask).catch(() => ({})); // a form without lists is one, too
  await loadWords(hass);
  const select = (/** @type {{value: string, label: string}[]} */ options, more = {}) => ({ select: { mode: "dropdown", options, ...more } });
  const languages = (/** @type {string[]} */ tags = [], multiple = false) => {
    const options = tags.map((value) => ({ value, label: languageName(hass, value) }));
    return select(options.sort((a, b) => a.label.localeCompare(b.label, hass.language)), { multiple, custom_value: !tags.length });
  };
  const words = (/** @type {string} */ field, /** @type {string[]} */ values) =>
    values.map((value) => ({ value, label: word(hass, `${field}_${value}`) }));
  const players = Object.keys(hass.states).filter((id) => id.startsWith("media_player."));
  const sources = [...(offered.microphones ?? []), ...players].map((value) => ({
    value,
    label: hass.states[value]?.attributes.friendly_name ?? value,
  }));
  const voices = (/** @type {any[]} */ tags) =>
    select(
      tags.flatMap((tag) => offered.voices?.[tag] ?? []).map(({ name, label }) => ({ value: name, label })),
      { custom_value: true },
    );
  /** @type {Record<string, any>} */
  const selectors = {
    entity: { entity: { filter: { domain: "stt", integration: DOMAIN } } },
    languages: languages(offered.languages, true),
    translate_to: languages(offered.target_languages, true),
    mine: languages(offered.languages),
    theirs: languages(offered.languages, true),
    mine_voice: voices([seen.config?.mine]),
    theirs_voice: voices([seen.config?.theirs].flat()),
    text_size: { number: { min: 1, max: SIZES.length, mode: "box" } },
    source: select([...words("source", ["device", "none"]), ...sources], { custom_value: true }),
    conversation: { text: {} },
    title: { text: {} },
    config_entry_id: { config_entry: { integration: DOMAIN } },
  };
  for (const [name, values] of Object.entries(CHOICES)) selectors[name] = select(words(name, values));
  const field = (/** @type {string} */ name) => ({ name, selector: selectors[name] ?? { boolean: {} }, required: REQUIRED.includes(name) });
  const where = (/** @type {string} */ operator) => ({ visible: { field: "mode", operator, value: "interpreter" } });
  const more = ["conversation", "title", "config_entry_id"].map(field);
  const label = (/** @type {string} */ kind) => (/** @type {{name: string}} */ { name }) => word(hass, `${kind}_${name}`);
  const usual = (/** @type {string} */ name, [first] = CHOICES[name]) => word(hass, "help_usual", { choice: word(hass, `${name}_${first}`) });
  return {
    schema: [
      field("mode"),
      field("entity"),
      ...CAPTIONS.map((name) => ({ ...field(name), ...where("not_eq") })),
      ...INTERPRETER.map((name) => ({ ...field(name), ...where("eq") })),
      field("source"),
      { name: "more", type: "expandable", flatten: true, title: word(hass, "more"), schema: more },
    ],
    computeLabel: label("field"),
    computeHelper: (/** @type {any} */ field) => (CHOICES[field.name] && !field.required ? usual(field.name) : label("help")(field)),
    assertConfig: (/** @type {any} */ config) => assertConfig(config, false), // else the form gives way to YAML
  };
}
