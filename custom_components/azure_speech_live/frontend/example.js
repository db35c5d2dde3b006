/** What a card looks like where nothing listens: in the picker, and while a dashboard is edited. */

import { Live } from "./live.js";
import { base, localeOf, word } from "./words.js";
/** @import {Hass, Config} from "./types.js" */

/** What two people say in an example. @type {Record<string, string>} */
const GREETINGS = {
  de: "Guten Morgen!",
  en: "Good morning!",
  es: "¡Buenos días!",
  fr: "Bonjour !",
  it: "Buongiorno!",
  nl: "Goedemorgen!",
  pl: "Dzień dobry!",
  pt: "Bom dia!",
  zh: "早上好！",
};

/** What it looks like where nothing listens. @param {Hass} hass @param {Config} config */
export function example(hass, { mode, mine = localeOf(hass), theirs = mine }) {
  const live = new Live();
  const known = { duration: 1, words: [], source: "", error: null };
  const own = [mine, [theirs].flat()[0] ?? mine].map((language) => ({ language, text: GREETINGS[base(language)] ?? "👋" }));
  const said = ["question", "answer", "partial"].map((name) => ({ language: hass.language, text: word(hass, `example_${name}`) }));
  (mode === "interpreter" ? own : said).forEach(({ language, text }, at) => {
    const { language: target, text: translation } = own[1 - (at % 2)];
    const translations = mode === "interpreter" ? { [target]: translation } : {};
    const speaker = `Guest-${(at % 2) + 1}`;
    const stable = at < 2 ? text.length : text.lastIndexOf(" ") + 1;
    const segment = { id: `${at}`, text, stable, language, speaker, offset: at, translations, ...known };
    if (at < 2) live.segments.push(segment);
    else live.current.set("", segment);
  });
  return live;
}
