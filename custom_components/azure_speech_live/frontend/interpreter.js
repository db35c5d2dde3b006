/** The interpreter: two people, each in their language. */

import { AT_THE_END, complain, el, face, icon, put } from "./elements.js";
import { base, explain, languageName, stateOf, word } from "./words.js";
/** @import {Hass, Config, Segment, Side, View} from "./types.js" */
/** @import {Live} from "./live.js" */

const SHOWN_TURNS = 40;
const HOLD = 500; // ms after which a button is not touched, but held
/** What guests read in their language. @type {Record<string, string>} */
const TOUCH = {
  de: "Berühren und sprechen",
  en: "Touch and speak",
  es: "Toque y hable",
  fr: "Touchez et parlez",
  it: "Tocchi e parli",
  nl: "Raak aan en spreek",
  pl: "Dotknij i mów",
  pt: "Toque e fale",
  zh: "轻触后说话",
};

/** What was said, in the other language. @param {Segment} turn */
function translationOf({ language, text, translations, error }) {
  const known = Object.entries(translations).find(([target]) => base(target) !== base(language));
  return known?.[1] || error || text;
}

/** A language in itself, with its region where there is another of it.
 * @param {Hass} hass @param {string} tag @param {string[]} others */
function ownName(hass, tag, others) {
  if (!tag) return "";
  const twice = others.some((other) => other !== tag && base(other) === base(tag));
  const { locale } = new Intl.DisplayNames([tag], { type: "language" }).resolvedOptions();
  if (base(locale) === base(tag)) return languageName({ language: tag }, twice ? tag : base(tag));
  // Home Assistant replaces what some browsers have by names in the page's language; of others it has these.
  const { language, script, region } = new Intl.Locale(tag).maximize();
  const { translations = {} } = hass.translationMetadata ?? {};
  const name = (translations[`${language}-${script}`] ?? translations[`${language}`])?.nativeName ?? languageName(hass, base(tag));
  return twice ? `${name} (${region})` : name;
}

/** Two people, each in their language: the other's words are large, and one's own small. @implements {View} */
export class InterpreterView {
  root = el("div", { className: "view" });
  /** @type {Hass | undefined} */
  #hass;
  #asked;
  #door = el("div", { className: "door" });
  #talk = el("div", { className: "talk", onclick: () => this.live.playing && this.live.skip() });
  #trouble = el("div", { className: "trouble", role: "alert" });
  #bar = el("div", { className: "bar" });
  #state = el("div", { className: "state", role: "status" });
  #go = this.#button("go", () => (this.live.on ? void this.live.stop() : this.#start({})));
  #skip = this.#button("chip", () => this.live.skip());
  #play = this.#button("chip", () => this.live.play());
  #leave = this.#button("chip", () => this.live.part());
  /** @type {ReturnType<InterpreterView["_half"]>[]} */
  #halves;

  /** @param {Live} live @param {Config} config */
  constructor(live, config) {
    this.live = live;
    this.config = config;
    const theirs = [config.theirs ?? []].flat();
    this.#asked = theirs.length > 1 ? theirs : [];
    const { side = "both", layout = "side" } = config;
    this.#halves = /** @type {const} */ (["theirs", "mine"]).filter((one) => side === "both" || one === side).map(this._half);
    this.#talk.classList.add(layout);
    this.#talk.append(...this.#halves.map(({ root }) => root));
    this.#door.append(
      ...this.#asked.map((lang) => {
        const onclick = () => this.#start({ theirs: lang });
        return el("button", { lang, onclick }, el("b", { dir: "auto" }), el("span", { dir: "auto" }, TOUCH[base(lang)] ?? ""));
      }),
    );
    this.#bar.append(this.#go, this.#state, this.#skip, this.#play, this.#leave);
    this.root.append(el("style", {}, TALK), this.#door, this.#talk, this.#trouble, this.#bar);
  }

  /** @param {string} className @param {() => void} onclick */
  #button(className, onclick) {
    return el("button", { className, onclick });
  }

  /** @param {Side} side */
  _half = (side) => {
    let held = 0;
    const half = {
      side,
      announced: this.live.segments.at(-1)?.id ?? "",
      /** @type {Map<string, HTMLElement>} */
      turns: new Map(),
      root: el("section", { className: `half ${side}` }),
      name: el("b", { dir: "auto" }),
      log: el("div", { className: "turns", role: "log", ariaLive: "off", tabIndex: 0 }),
      said: el("div", { className: "unseen", ariaLive: "polite" }),
      aloud: this.#button("tool", () => this.live.mute(side, !this.live.muted.has(side))),
      speak: this.#button("go", () => {
        if (!held) this.#speak(half.language);
        else if (performance.now() - held > HOLD) this.live.pause();
        held = 0;
      }),
      language: "",
    };
    half.log.onclick = () => half.log.matches(":empty:not([data-hint=''])") && this.#start({}); // as it says there
    half.speak.onpointerdown = () => {
      held = this.live.on && !this.#hears(half.language) ? performance.now() : 0; // the first time it takes a click
      if (held) this.#speak(half.language);
    };
    half.speak.hidden = this.config.turns !== "buttons" || this.config.source === "none";
    half.aloud.hidden = !this.config.aloud;
    half.aloud.append(icon("aloud"));
    half.root.append(el("header", {}, half.name, half.aloud), half.log, half.speak, half.said);
    return half;
  };

  /** @param {{language?: string, theirs?: string}} choice */
  #start(choice) {
    if (this.config.turns === "buttons" && choice.theirs) choice.language = choice.theirs;
    if (this.#hass) void this.live.start(this.#hass, this.config, { ...this.live.choice, ...choice });
  }

  /** @param {string} language */
  #speak(language) {
    const { live } = this;
    if (!live.on || live.choice.language !== language) this.#start({ language });
    else if (live.state === "paused") live.resume();
    else live.pause();
  }

  /** @param {string} language Whether who speaks it is listened to. */
  #hears(language) {
    return this.live.on && this.live.state !== "paused" && this.live.choice.language === language;
  }

  /** @param {Hass} hass */
  update(hass) {
    this.#hass = hass;
    const { live, config } = this;
    const asks = this.#asked.length > 0 && !live.choice.theirs;
    this.#door.hidden = !asks;
    this.#asked.forEach((tag, at) => put(this.#door.children[at].children[0], ownName(hass, tag, this.#asked)));
    this.#talk.hidden = this.#bar.hidden = asks;
    complain(this.#trouble, live.error ? explain(hass, live.error) : "");
    put(this.#state, stateOf(hass, live));
    this.#go.ariaPressed = `${live.on}`;
    this.#go.title = live.on ? word(hass, "stop") : "";
    face(this.#go, live.on ? "stop" : "listen", word(hass, "listen"), live.on);
    this.#go.hidden = config.source === "none" || (config.turns === "buttons" && !live.on);
    for (const [button, key, shown] of /** @type {[HTMLElement, string, boolean][]} */ ([
      [this.#skip, "skip", live.playing],
      [this.#play, "play", live.silenced],
      [this.#leave, "other_language", this.#asked.length > 0],
    ])) {
      put(button, word(hass, key));
      button.hidden = !shown;
    }
    for (const half of this.#halves) this.#draw(hass, half);
  }

  /** @param {Hass} hass @param {ReturnType<InterpreterView["_half"]>} half */
  #draw(hass, half) {
    const { live, config } = this;
    const language = half.side === "mine" ? (config.mine ?? "") : (live.choice.theirs ?? [config.theirs ?? []].flat()[0] ?? "");
    half.language = half.root.lang = language;
    half.root.dir = "auto";
    put(half.name, ownName(hass, language, this.#asked));
    half.log.ariaLabel = half.name.textContent;
    half.aloud.ariaPressed = `${!live.muted.has(half.side)}`;
    half.aloud.title = half.aloud.ariaLabel = word(hass, "aloud");
    const hears = this.#hears(language);
    half.speak.ariaPressed = `${hears}`;
    const touch = TOUCH[base(language)] ?? word(hass, "speak");
    face(half.speak, hears ? "stop" : "listen", touch);
    half.log.dataset.hint = live.on || config.turns === "buttons" ? "" : touch;
    const follows = half.log.scrollHeight - half.log.scrollTop - half.log.clientHeight < AT_THE_END;
    const gone = new Set(half.turns.keys());
    for (const turn of [...live.segments.slice(-SHOWN_TURNS), ...live.current.values()]) {
      const own = base(turn.language) === base(language);
      const line = half.turns.get(turn.id) ?? el("p", { dir: "auto" });
      if (!gone.delete(turn.id)) half.turns.set(turn.id, line);
      line.className = own ? "own" : "other";
      line.lang = own ? turn.language : language;
      put(line, own ? turn.text : translationOf(turn));
      if (line !== half.log.lastChild && !line.nextSibling) half.log.append(line);
    }
    for (const id of gone) {
      half.turns.get(id)?.remove();
      half.turns.delete(id);
    }
    const last = live.segments.at(-1);
    if (last && last.id !== half.announced) {
      half.announced = last.id;
      const heard = config.aloud && !live.muted.has(half.side); // not twice
      if (base(last.language) !== base(language) && !heard) put(half.said, translationOf(last));
    }
    if (follows) half.log.scrollTop = half.log.scrollHeight;
  }

  dispose() {}
}

const TALK = `
.door { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 190px), 1fr)); gap: 12px; padding: 16px; flex: 1; align-content: center; overflow-y: auto }
.door button { display: flex; flex-direction: column; justify-content: center; gap: 4px; min-height: 84px; padding: 8px; border: 1px solid var(--divider-color); border-radius: 12px }
.door button:hover { border-color: var(--primary-color) }
.door b { font-size: 22px; font-weight: 500 }
.door span { color: var(--secondary-text-color) }
.talk { display: flex; flex: 1 1 auto; flex-wrap: wrap; gap: 1px; min-height: 0; overflow: hidden; background: var(--divider-color) }
.talk.facing { flex-direction: column; flex-wrap: nowrap }
.half { display: flex; flex-direction: column; flex: 1 1 220px; min-width: 0; min-height: 11em; max-height: 22em; box-sizing: border-box; padding: 8px 16px 12px; gap: 8px; background: var(--card-background-color) }
:host([layout]) .half { max-height: none }
.facing .theirs { rotate: 180deg }
.half header { display: flex; align-items: center; min-height: 44px }
.half b { flex: 1; font-size: 14px; font-weight: 500; color: var(--secondary-text-color) }
.half .tool[aria-pressed=false] { opacity: .4 }
.half .go { height: auto; min-height: 52px; padding: 8px 20px }
.half .go * { pointer-events: none } /* what is pressed may change, and is let go all the same */
.turns { flex: 1; overflow-y: auto; overscroll-behavior: contain }
.turns:empty::before { content: attr(data-hint); color: var(--secondary-text-color) }
.turns p { margin: 0 0 .4em; overflow-wrap: anywhere; line-height: 1.3 }
.turns .own { color: var(--secondary-text-color) }
.turns .other { font-size: 26px }
.chip { height: 44px; padding-inline: 16px; border: 1px solid var(--divider-color) }
`;
