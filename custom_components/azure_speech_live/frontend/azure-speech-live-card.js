/**
 * Live captions and an interpreter on a dashboard: `custom:azure-speech-live-card`.
 *
 * One module without a build and without imports. `Live` is what listens: one for each configuration of a card, kept
 * here, outside the elements, because a dashboard is built anew after each reconnection. The views read it and draw.
 */

/* ------------------------------------------------------------------------------------------------------------ types */

/**
 * @typedef {object} Connection Home Assistant's connection (home-assistant-js-websocket).
 * @property {WebSocket} socket Another after each reconnection.
 * @property {boolean} connected
 * @property {(listener: (event: any) => void, message: object, options?: {resubscribe?: boolean})
 *   => Promise<() => Promise<void>>} subscribeMessage
 * @property {(message: object) => Promise<any>} sendMessagePromise
 * @property {(event: string, listener: (...args: any[]) => void) => void} addEventListener
 * @property {(event: string, listener: (...args: any[]) => void) => void} removeEventListener
 */
/**
 * @typedef {object} Hass What Home Assistant gives to a card; what is used of it.
 * @property {Connection} connection
 * @property {string} language
 * @property {Record<string, {state: string, attributes: Record<string, any>}>} states
 * @property {Record<string, {platform: string}>} entities
 * @property {(key: string, placeholders?: Record<string, any>) => string} localize
 * @property {(category: string, domain: string) => Promise<any>} loadBackendTranslation
 * @property {(url: string) => string} hassUrl
 */
/**
 * @typedef {object} Config
 * @property {string} type
 * @property {"captions" | "interpreter"} [mode]
 * @property {string} [title]
 * @property {string} [entity] One of our stt entities: its resource, phrases, languages.
 * @property {string} [config_entry_id]
 * @property {string} [source] "device" (default), an assist_satellite's or media_player's entity id, or "none".
 * @property {string} [conversation] What devices of one conversation share.
 * @property {string[]} [languages]
 * @property {string[]} [translate_to]
 * @property {"both" | "original" | "translation"} [show]
 * @property {boolean} [speakers]
 * @property {boolean} [finals_only]
 * @property {number} [text_size] 1 to 4.
 * @property {string} [mine]
 * @property {string} [mine_voice]
 * @property {string | string[]} [theirs] Of several the tablet asks.
 * @property {string} [theirs_voice]
 * @property {boolean} [aloud]
 * @property {"automatic" | "buttons"} [turns]
 * @property {"side" | "facing"} [layout]
 * @property {"both" | "mine" | "theirs"} [side]
 * @property {boolean} [headphones]
 */
/** @typedef {{text: string, offset: number, duration: number}} Word In seconds, on the timeline of its source. */
/**
 * @typedef {object} Segment What was said without a pause.
 * @property {string} id
 * @property {string} text
 * @property {number} stable How many of the text's characters stay as they are.
 * @property {string} language
 * @property {string | null} speaker
 * @property {number} offset Seconds.
 * @property {number} duration Seconds.
 * @property {Record<string, string>} translations
 * @property {Word[]} words
 * @property {string} source The session that it was said in.
 * @property {string | null} error Why there is no translation.
 */
/** @typedef {{code: string, message: string, placeholders: Record<string, string>}} Trouble */
/**
 * @typedef {"idle" | "asking" | "listening" | "speaking" | "reconnecting" | "catching_up" | "paused" | "ended" |
 *   "error"} State "asking": for the microphone, and for the session. "speaking": a translation is heard; deaf meanwhile.
 */

const DOMAIN = "azure_speech_live";

/* ---------------------------------------------------------------------------------------------------- what was said */

/* ------------------------------------------------------------------------------------------------------- microphone */

/* ----------------------------------------------------------------------------------------------------------- voices */

/* ---------------------------------------------------------------------------------------------------------- session */

/** What listens: the microphone or another source, the session, and what was said; it outlives the elements. */
class Live extends EventTarget {
  /** @type {Map<string, Live>} */
  static #all = new Map();

  /** Bounded; the oldest go.
   * @type {Segment[]} */
  segments = [];
  /** What is being said, by session.
   * @type {Map<string, Segment>} */
  current = new Map();
  /** Names that people gave to speakers.
   * @type {Map<string, string>} */
  names = new Map();
  /** @type {State} */
  state = "idle";
  /** Why it ended: "stopped", "silence", "limit", "source"; "" while it has not.
   * @type {string} */
  reason = "";
  /** Seconds by which the service is behind, in the state "catching_up". */
  behind = 0;
  /** Whether the browser wants a touch before it plays a voice: `play()`. */
  silenced = false;
  /** Seconds that could not be kept while the connection was gone; told until the next start. */
  lost = 0;
  /** @type {Trouble | null} */
  error = null;

  /**
   * The one of this card's configuration.
   *
   * @param {string} key
   * @returns {Live}
   */
  static of(key) {
    let live = this.#all.get(key);
    if (!live) this.#all.set(key, (live = new Live()));
    return live;
  }

  /** Whether it is at work, whatever it is doing. */
  get on() {
    return !["idle", "ended", "error"].includes(this.state);
  }

  /**
   * Begin to listen. Call it in a click: browsers want that for the microphone and for sound.
   *
   * @param {Hass} hass
   * @param {Config} config
   * @param {{language?: string}} [choice] The one language that is spoken now.
   */
  async start(hass, config, choice = {}) {
    void [hass, config, choice];
    this._change();
  }

  /** Show what others of the conversation say (`config.conversation`), without listening.
   * @param {Hass} hass
   * @param {Config} config */
  async watch(hass, config) {
    void [hass, config];
  }

  /** End; what was said stays. */
  async stop() {
    this._change();
  }

  /** Hear nothing for a while. */
  pause() {
    this._change();
  }

  /** Hear again. */
  resume() {
    this._change();
  }

  /** End what is being spoken aloud. */
  skip() {}

  /** Play what the browser refused to play; call it in a click. */
  play() {}

  /** Forget what was said. */
  clear() {
    this.segments = [];
    this.current.clear();
    this._change();
  }

  /** Give a speaker a name; an empty one takes it away.
   * @param {string} speaker
   * @param {string} name */
  rename(speaker, name) {
    if (name) this.names.set(speaker, name);
    else this.names.delete(speaker);
    this._change();
  }

  _change() {
    this.dispatchEvent(new Event("change"));
  }
}

/* ------------------------------------------------------------------------------------------------------------ words */

/**
 * A word of ours in the user's language; until they are loaded, nothing.
 *
 * @param {Hass} hass
 * @param {string} key Without "card_".
 * @param {Record<string, any>} [placeholders]
 */
function word(hass, key, placeholders) {
  return hass.localize(`component.${DOMAIN}.common.card_${key}`, placeholders) || "";
}

/* ----------------------------------------------------------------------------------------------------------- styles */

/* --------------------------------------------------------------------------------------------------------- captions */

/**
 * A view draws what `Live` has into `root` and is drawn again by `update`: at each change and with each new `hass`.
 *
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {(hass: Hass) => void} update
 * @property {() => void} dispose It is shown no longer.
 */

/* ------------------------------------------------------------------------------------------------------ interpreter */

/** Two people, each in their language. Implements `View`. */
class InterpreterView {
  root = document.createElement("div");

  /**
   * @param {Live} live
   * @param {Config} config
   */
  constructor(live, config) {
    this.live = live;
    this.config = config;
  }

  /** @param {Hass} hass */
  update(hass) {
    this.root.textContent = word(hass, this.live.state);
  }

  dispose() {}
}

/* ----------------------------------------------------------------------------------------------------------- editor */

/* ----------------------------------------------------------------------------------------------------- registration */

void [Live, InterpreterView];
