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

const MAX_SEGMENTS = 2000;

/** What was said, and is being said; what is kept of it is bounded, and nothing is stored. */
class Said extends EventTarget {
  /** The oldest go. One that changes is replaced, so that it is another object.
   * @type {Segment[]} */
  segments = [];
  /** What is being said, by session.
   * @type {Map<string, Segment>} */
  current = new Map();
  /** Names that people gave to speakers.
   * @type {Map<string, string>} */
  names = new Map();
  /** When something was last heard (`performance.now()`). */
  heardAt = 0;
  /** Seconds by which a timeline is behind that of the first one here.
   * @type {Map<string, number>} */
  #shifts = new Map();
  /** When the first session's timeline began, in seconds of `performance.now()`. */
  #began = 0;

  /** Give a speaker a name; an empty one takes it away.
   * @param {string} speaker
   * @param {string} name */
  rename(speaker, name) {
    if (name) this.names.set(speaker, name);
    else this.names.delete(speaker);
    this._change();
  }

  /** Forget what was said. */
  clear() {
    this.segments = [];
    this.current.clear();
    this.#shifts.clear();
    this._change();
  }

  /** @param {any} event What a session tells.
   * @param {string} source The session.
   * @param {string} timeline What its offsets are on: sessions that go on with others have one in common. */
  _hear(event, source, timeline) {
    const current = this.current.get(source);
    if (event.type === "hypothesis") {
      this.current.set(source, this.#segment(event, source, timeline));
    } else if (event.type === "phrase" || event.type === "nothing") {
      if (current?.id === event.id) this.current.delete(source);
      if (event.type === "phrase" && !this.segments.some(({ id }) => id === event.id)) {
        this.segments.push(this.#segment(event, source, timeline));
        if (this.segments.length > MAX_SEGMENTS) this.segments.shift();
      }
    } else if (event.type === "speaker") {
      const { id, speaker } = event;
      const at = this.segments.findLastIndex((segment) => segment.id === id);
      if (at >= 0) this.segments[at] = { ...this.segments[at], speaker };
      else if (current && current.id === id) this.current.set(source, { ...current, speaker });
    }
  }

  /** @param {any} event
   * @param {string} source
   * @param {string} timeline
   * @returns {Segment} */
  #segment({ type, from, ...said }, source, timeline) {
    const now = performance.now() / 1000;
    const end = said.offset + said.duration;
    this.heardAt = performance.now();
    if (!this.#shifts.has(timeline)) this.#shifts.set(timeline, this.#shifts.size ? now - this.#began - end : 0);
    const shift = this.#shifts.get(timeline) ?? 0;
    if (!shift) this.#began = now - end;
    const words = (said.words ?? []).map((/** @type {Word} */ word) => ({ ...word, offset: word.offset + shift }));
    const known = { stable: said.text.length, speaker: null, translations: {}, error: null };
    return { ...known, ...said, words, offset: said.offset + shift, source };
  }

  _change() {
    this.dispatchEvent(new Event("change"));
  }
}

/* ------------------------------------------------------------------------------------------------------- microphone */

const RATE = 16000; // the service's; where the browser resamples to it, a third of the bytes are sent
const FRAME = 0.05;

const RECORDER = `registerProcessor("recorder", class extends AudioWorkletProcessor {
  frame = new Int16Array(Math.round(sampleRate * ${FRAME}));
  at = 0;
  process([[samples = []]]) {
    for (const sample of samples) {
      this.frame[this.at++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.at < this.frame.length) continue;
      const { buffer } = this.frame;
      this.frame = new Int16Array(this.at);
      this.at = 0;
      this.port.postMessage(buffer, [buffer]);
    }
    return true;
  }
});`;

const REFUSALS = new Map([
  ["NotAllowedError", "card_microphone_denied"],
  ["NotFoundError", "card_no_microphone"],
]);

/** This device's microphone: 50 ms of 16-bit PCM at a time. */
class Microphone {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStream | null} */
  #stream = null;
  #closed = false;

  /**
   * @param {object} told
   * @param {(pcm: ArrayBuffer) => void} told.heard
   * @param {(running: boolean) => void} told.running A phone that is locked suspends it.
   * @param {() => void} told.ended The device took it away.
   */
  constructor({ heard, running, ended }) {
    this.heard = heard;
    this.running = running;
    this.ended = ended;
  }

  get rate() {
    return this.#context?.sampleRate ?? RATE;
  }

  /** Open it; call it in a click, where alone Safari lets a context run. Throws `Trouble`. */
  async open() {
    if (!isSecureContext || !navigator.mediaDevices) throw { code: "card_no_https" };
    let context = (this.#context = new AudioContext({ sampleRate: RATE }));
    try {
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const stream = (this.#stream = await navigator.mediaDevices.getUserMedia({ audio }));
      if (this.#closed) return this.close();
      let source;
      try {
        source = context.createMediaStreamSource(stream);
      } catch {
        void context.close(); // Firefox resamples nothing
        context = this.#context = new AudioContext();
        source = context.createMediaStreamSource(stream);
      }
      const url = URL.createObjectURL(new Blob([RECORDER], { type: "text/javascript" }));
      await context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
      if (this.#closed) return this.close();
      const recorder = new AudioWorkletNode(context, "recorder", {
        numberOfOutputs: 0,
        channelCount: 1,
        channelCountMode: "explicit",
      });
      recorder.port.onmessage = ({ data }) => this.#closed || this.heard(data);
      source.connect(recorder);
      context.onstatechange = () => this.#closed || this.running(context.state === "running");
      stream.getAudioTracks()[0].onended = () => this.#closed || this.ended();
      this.wake();
    } catch (/** @type {any} */ err) {
      this.close();
      throw { code: REFUSALS.get(err.name) ?? "card_microphone_busy", message: err.message };
    }
  }

  /** Let it go on after the device had suspended it. */
  wake() {
    void this.#context?.resume().catch(() => {});
  }

  /** @param {boolean} on Off: the device records nothing, and shows it. */
  enable(on) {
    for (const track of this.#stream?.getTracks() ?? []) track.enabled = on;
  }

  close() {
    this.#closed = true;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context?.state !== "closed") void this.#context?.close();
  }
}

const MAX_KEPT = 60 / FRAME;

/** Audio of one timeline, kept until it is known what was said in it: it may have to be sent again. */
class Ring {
  /** @type {{at: number, pcm: ArrayBuffer}[]} */
  #frames = [];
  #sent = 0;
  #origin = 0;
  #samples = 0;
  #rate = RATE;
  #limit = MAX_KEPT;

  /** Go on at this rate. @param {number} rate */
  begin(rate) {
    this.#origin = this.end;
    this.#samples = 0;
    this.#rate = rate;
    this.clear();
  }

  /** Keep no more than may wait at Home Assistant. @param {number} bytes */
  limit(bytes) {
    this.#limit = Math.min(MAX_KEPT, Math.floor(bytes / (2 * FRAME * this.#rate)));
  }

  /** Seconds. */
  get start() {
    return this.#frames[0]?.at ?? this.end;
  }

  /** Seconds. */
  get end() {
    return this.#origin + this.#samples / this.#rate;
  }

  /** @param {ArrayBuffer} pcm
   * @returns {number} Seconds that are lost: they were not sent, and are too old. */
  push(pcm) {
    this.#frames.push({ at: this.end, pcm });
    this.#samples += pcm.byteLength / 2;
    if (this.#frames.length <= this.#limit) return 0;
    this.#frames.shift();
    return this.#sent && this.#sent-- ? 0 : FRAME;
  }

  /** The next frame to send. */
  take() {
    return this.#frames[this.#sent]?.pcm && this.#frames[this.#sent++].pcm;
  }

  /** What was said until then is known. @param {number} until Seconds. */
  forget(until) {
    while (this.#sent && this.#frames[0].at + FRAME <= until) {
      this.#frames.shift();
      this.#sent--;
    }
  }

  /** Send all of it again. */
  rewind() {
    this.#sent = 0;
  }

  clear() {
    this.#frames = [];
    this.#sent = 0;
  }
}

/* ----------------------------------------------------------------------------------------------------------- voices */

const MAX_VOICES = 8;
const SILENCE = "data:audio/wav;base64,UklGRjQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YRAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Speaks one translation after another, by one element: iOS plays only what has played in a click before. */
class Voices {
  /** Whether one is heard. */
  playing = false;
  /** Whether the browser wants a touch first. */
  refused = false;
  /** @type {string[]} */
  #queue = [];
  #audio = new Audio();
  #busy = false;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.#audio.onplaying = () => this.#set(this.#busy);
    this.#audio.onended = () => this.#busy && this.#audio.ended && this.#next();
    this.#audio.onerror = () => this.#busy && this.#next();
  }

  /** Call it in a click. */
  unlock() {
    if (this.#busy) return;
    this.#audio.src = SILENCE;
    void this.#audio.play().catch(() => {});
  }

  /** @param {string} url */
  add(url) {
    this.#queue.push(url);
    if (this.#queue.length > MAX_VOICES) this.#queue.shift();
    if (!this.#busy) this.#next();
  }

  /** Play what was refused; call it in a click. */
  retry() {
    if (this.refused) void this.#play();
  }

  /** Be silent, and forget what waits. */
  skip() {
    this.#queue = [];
    this.#audio.pause();
    this.#next();
  }

  #next() {
    this.#set(false);
    const url = this.#queue.shift();
    this.#busy = url !== undefined;
    if (url === undefined) return;
    this.#audio.src = url;
    void this.#play();
  }

  async #play() {
    this.#set(this.playing, false);
    try {
      await this.#audio.play();
    } catch (/** @type {any} */ err) {
      if (err.name === "NotAllowedError") this.#set(false, true); // others: "error" tells of them, or it was skipped
    }
  }

  /** @param {boolean} playing
   * @param {boolean} [refused] */
  #set(playing, refused = false) {
    if (playing === this.playing && refused === this.refused) return;
    this.playing = playing;
    this.refused = refused;
    this.changed();
  }
}

/* ---------------------------------------------------------------------------------------------------------- session */

const PATIENCE = 3000; // ms for the last words, when nothing more is sent

/** One subscription to the service, by way of Home Assistant; it ends with the connection. */
class Session {
  id = "";
  /** Seconds up to which something was heard. */
  end = 0;
  /** @type {number | null} */
  #handler = null;
  /** @type {Promise<() => Promise<void>> | undefined} */
  #subscribed;
  /** @type {(event: any) => void} */
  #tell;
  /** @type {() => void} */
  #done = () => {};
  #over = new Promise((done) => (this.#done = () => done(undefined)));

  /** @param {Connection} connection
   * @param {(event: any) => void} tell */
  constructor(connection, tell) {
    this.connection = connection;
    this.#tell = tell;
  }

  /** Whether it takes audio. */
  get ready() {
    return this.#handler !== null && this.connection.connected;
  }

  /** @param {object} message */
  async open(message) {
    // By default the connection would begin another session by itself, which nobody has asked for, after a loss.
    this.#subscribed = this.connection.subscribeMessage((event) => this.#take(event), message, { resubscribe: false });
    await this.#subscribed;
  }

  /** @param {any} event */
  #take(event) {
    if (event.type === "start") {
      this.id = event.session;
      this.#handler = event.binary_handler_id;
    }
    if ("offset" in event) this.end = event.offset + event.duration;
    this.#tell(event);
    if (event.type === "end" || event.type === "error") this.close();
  }

  /** @param {ArrayBuffer} [pcm] None ends it. */
  send(pcm = new ArrayBuffer(0)) {
    const message = new Uint8Array(1 + pcm.byteLength);
    message[0] = this.#handler ?? 0;
    message.set(new Uint8Array(pcm), 1);
    this.connection.socket.send(message);
  }

  /** Let it end with what was said so far; it still tells of that. */
  async finish() {
    if (this.ready) {
      this.send();
      await Promise.race([this.#over, sleep(PATIENCE)]);
    }
    this.close();
  }

  close() {
    this.#tell = () => {};
    this.#done();
    if (this.connection.connected) this.#subscribed?.then((unsubscribe) => unsubscribe()).catch(() => {});
    this.#subscribed = undefined;
  }
}

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** @param {any} err
 * @returns {Trouble} What Home Assistant refuses with, what a session ends with, or what the microphone says. */
function trouble(err) {
  const code = err.translation_key ?? err.code ?? "unknown_error";
  const placeholders = err.translation_placeholders ?? err.placeholders ?? {};
  return { code: String(code), message: err.message ?? "", placeholders };
}

const MAX_BUFFERED = 256 * 1024; // bytes that the socket has not sent
const BURST = 64 * 1024; // bytes at a time, where more waits
const DEAF = 300; // ms after a translation was heard
const REST = 30_000; // ms of a pause after which the session is ended
const UNSEEN = 15_000; // ms after which nothing listens whose card is shown no longer
const RETRIES = [1, 2, 4, 8, 16]; // s: Home Assistant may have just begun

/** What listens: the microphone or another source, the session, and what was said; it outlives the elements. */
export class Live extends Said {
  /** @type {Map<string, Live>} */
  static #all = new Map();

  /** @type {State} */
  state = "idle";
  /** Why it ended ("silence", "limit", "source") or pauses ("suspended": the device is locked).
   * @type {string} */
  reason = "";
  /** Seconds by which the service is behind, in the state "catching_up". */
  behind = 0;
  /** Whether this device is speaking: `skip()`. */
  playing = false;
  /** Whether the browser wants a touch before it plays a voice: `play()`. */
  silenced = false;
  /** Seconds that could not be kept while the connection was gone. */
  lost = 0;
  /** @type {Trouble | null} */
  error = null;
  /** Languages whose translations are not spoken aloud.
   * @type {Set<string>} */
  muted = new Set();
  /** The one language that is spoken now; and theirs, where the tablet asks.
   * @type {{language?: string, theirs?: string}} */
  choice = {};

  /** @type {State} */
  #phase = "idle";
  #paused = false;
  #suspended = false;
  #rests = false;
  #deafUntil = 0;
  /** Those of the conversation that play a translation.
   * @type {Set<string>} */
  #others = new Set();
  /** @type {Hass | null} */
  #hass = null;
  /** @type {Config} */
  #config = { type: "" };
  /** Each start and end makes what an earlier one waits for void. */
  #run = 0;
  #views = 0;
  /** @type {Microphone | null} */
  #microphone = null;
  #ring = new Ring();
  /** @type {Session | null} */
  #session = null;
  /** @type {Promise<void> | null} */
  #finishing = null;
  /** The sessions of this device; the last one is gone on with.
   * @type {string[]} */
  #own = [];
  #beganAt = 0;
  /** @type {(() => Promise<void>) | null} */
  #unwatch = null;
  #voices = new Voices(() => this.#spoke());
  /** @type {Map<string, string>} */
  #voiceNames = new Map();
  /** @type {number | undefined} */
  #restTimer;
  /** @type {Promise<WakeLockSentinel | undefined> | null | undefined} */
  #wakeLock = null;
  /** @type {Connection | null} */
  #connection = null;

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
    return !["idle", "ended", "error"].includes(this.#phase);
  }

  /** A card shows it. Of a conversation it shows what others say, also before it is started.
   * @param {Hass} hass
   * @param {Config} config */
  attach(hass, config) {
    this.#views++;
    this.#engage(hass);
    if (this.on) return;
    this.#config = config;
    if (config.source === "none") void this.start(hass, config);
    else if (config.conversation) this.#join().catch((err) => this.#fail(err));
  }

  /** A card shows it no longer: what listens unseen ends, but not while a dashboard is built anew. */
  detach() {
    this.#views--;
    setTimeout(() => this.#leaveUnseen(), UNSEEN);
  }

  #leaveUnseen() {
    if (this.#views) return;
    if (document.hidden || !this.#connection?.connected) {
      if (this.on) setTimeout(() => this.#leaveUnseen(), UNSEEN);
      return;
    }
    if (this.on) void this.stop();
    this.#leave();
    this.#disengage();
    for (const [key, live] of Live.#all) if (live === this && !this.segments.length) Live.#all.delete(key);
  }

  /**
   * Begin to listen, or go on with another choice. Call it in a click: browsers want that for microphone and sound.
   *
   * @param {Hass} hass
   * @param {Config} config
   * @param {{language?: string, theirs?: string}} [choice]
   */
  async start(hass, config, choice = this.choice) {
    const on = this.on;
    this.#config = config;
    this.choice = choice;
    this.heardAt = performance.now();
    if (on && this.#phase !== "asking") return this.#renew();
    const run = ++this.#run;
    this.#microphone?.close();
    this.#voices.unlock();
    this.#paused = this.#suspended = this.#rests = false;
    this.lost = 0;
    const source = config.source ?? "device";
    const microphone = (this.#microphone = source === "device" ? this.#openable() : null);
    this.#engage(hass);
    this.#enter("asking");
    try {
      await microphone?.open();
      if (run !== this.#run) return;
      if (microphone) this.#ring.begin(microphone.rate);
      await this.#join();
      if (run !== this.#run) return;
      if (source === "none") this.#enter("listening");
      else await this.#begin();
    } catch (err) {
      if (run === this.#run) this.#fail(err);
    }
  }

  /** End; what was said stays, and the last words still come. */
  async stop() {
    this.#voices.skip();
    this.#end("idle");
    if (this.#config.source === "none") this.#leave();
    await this.#finishing;
  }

  /** Hear nothing for a while; the timeline goes on. */
  pause() {
    if (!this.on || this.#paused) return;
    this.#paused = true;
    this.#microphone?.enable(false);
    this.#restTimer = setTimeout(() => this.#rest(), this.#microphone ? REST : 0);
    this.#settle();
  }

  /** Hear again. */
  resume() {
    if (!this.#paused) return;
    clearTimeout(this.#restTimer);
    this.#paused = this.#rests = false;
    this.#microphone?.enable(true);
    this.heardAt = performance.now();
    this.#settle();
    this.#continue();
  }

  /** End what is being spoken aloud. */
  skip() {
    this.#voices.skip();
  }

  /** Play what the browser refused to play; call it in a click. */
  play() {
    this.#voices.retry();
  }

  /** Speak what is translated to a language aloud, or not.
   * @param {string} language
   * @param {boolean} muted */
  mute(language, muted) {
    if (muted) this.muted.add(language);
    else this.muted.delete(language);
    if (muted && this.playing) this.skip();
    if (this.#session && !this.#config.conversation) void this.#renew(); // what nobody hears is not spoken, nor billed
    this._change();
  }

  clear() {
    if (!this.on) {
      this.#own = [];
      this.#ring = new Ring();
      this.#beganAt = 0;
    }
    this.lost = 0;
    super.clear();
  }

  // What happens around it.

  /** @param {Hass} hass */
  #engage(hass) {
    this.#hass = hass;
    if (this.#connection) return;
    this.#connection = hass.connection;
    this.#connection.addEventListener("disconnected", this.#disconnected);
    this.#connection.addEventListener("ready", this.#reconnected);
    document.addEventListener("visibilitychange", this.#seen);
  }

  #disengage() {
    this.#connection?.removeEventListener("disconnected", this.#disconnected);
    this.#connection?.removeEventListener("ready", this.#reconnected);
    document.removeEventListener("visibilitychange", this.#seen);
    this.#connection = null;
  }

  #seen = () => {
    if (document.hidden) return;
    this.#microphone?.wake();
    this.#wakeLock = null; // gone with the sight of the page
    this.#keepAwake();
  };

  #keepAwake() {
    if (!this.on) {
      void this.#wakeLock?.then((lock) => lock?.release());
      this.#wakeLock = null;
    } else if (!document.hidden) {
      this.#wakeLock ??= navigator.wakeLock?.request("screen").catch(() => undefined);
    }
  }

  #openable() {
    /** @type {Microphone} */
    const microphone = new Microphone({
      heard: (pcm) => microphone === this.#microphone && this.#record(pcm),
      running: (running) => {
        if (microphone !== this.#microphone) return;
        this.#suspended = !running;
        this.#settle();
        if (running) this.#continue();
      },
      ended: () => microphone === this.#microphone && this.#fail({ code: "card_microphone_ended" }),
    });
    return microphone;
  }

  #disconnected = () => {
    this.current.clear(); // it is said again
    this.#others.clear();
    this.#session?.close();
    this.#session = null;
    this.#unwatch = null;
    if (this.on) this.#phase = "reconnecting";
    this.#settle();
  };

  #reconnected = async () => {
    const run = ++this.#run;
    for (const wait of [0, ...RETRIES]) {
      await sleep(wait * 1000);
      if (run !== this.#run) return;
      try {
        if (this.on || this.#views) await this.#join();
        if (run !== this.#run || !this.on) return;
        if (this.#config.source === "none" || this.#rests) return this.#enter("listening");
        this.#ring.rewind();
        return await this.#begin();
      } catch (err) {
        if (run !== this.#run) return;
        if (wait === RETRIES.at(-1)) this.#fail(err);
      }
    }
  };

  // What is sent.

  /** @param {ArrayBuffer} pcm */
  #record(pcm) {
    if (this.#paused || this.#deaf) new Uint8Array(pcm).fill(0); // not left out: the timeline goes on
    const lost = this.#ring.push(pcm);
    if (this.#rests) return this.#ring.clear();
    if (lost) {
      this.lost += lost;
      if (this.#session?.ready) return void this.#renew(); // its timeline would not be true any more
      this._change();
    }
    this.#pump(BURST);
  }

  /** @param {number} budget Bytes. */
  #pump(budget) {
    const session = this.#session;
    while (session?.ready && budget > 0 && session.connection.socket.bufferedAmount < MAX_BUFFERED) {
      const pcm = this.#ring.take();
      if (!pcm) return;
      session.send(pcm);
      budget -= pcm.byteLength;
    }
  }

  /** Begin a session; where there was one, it goes on with its timeline and its speakers. */
  async #begin() {
    await this.#finishing; // the free tier has one at a time
    const hass = /** @type {Hass} */ (this.#hass);
    /** @type {Session} */
    const session = new Session(hass.connection, (event) => this.#take(session, event));
    this.#session = session;
    const message = await this.#message();
    if (session === this.#session) await session.open(message);
  }

  /** End the session with what was said so far. */
  #finish() {
    const session = this.#session;
    this.#session = null;
    if (session?.ready) {
      for (let pcm = this.#ring.take(); pcm; pcm = this.#ring.take()) session.send(pcm);
      this.#ring.clear();
      this.#finishing = session.finish();
    } else session?.close();
  }

  #rest() {
    this.#rests = true;
    this.#finish();
    this.#ring.clear();
  }

  /** Go on with another session. */
  async #renew() {
    const run = ++this.#run;
    this.#finish();
    try {
      await this.#begin();
    } catch (err) {
      if (run === this.#run) this.#fail(err);
    }
  }

  /** Go on where a pause has ended the session. */
  #continue() {
    if (this.on && !this.#session && !this.#paused && !this.#suspended && this.#phase === "listening") void this.#renew();
  }

  async #message() {
    const { mode, entity, config_entry_id, conversation, source = "device", speakers, aloud } = this.#config;
    const [domain] = source.split(".");
    const own = this.#own.at(-1);
    const offset = this.#microphone ? this.#ring.start : performance.now() / 1000 - this.#beganAt;
    const message = {
      version: 2,
      entity_id: entity,
      config_entry_id,
      conversation,
      sample_rate: this.#microphone?.rate,
      source: this.#microphone ? undefined : { [domain === "media_player" ? "player" : "microphone"]: source },
      after: own && { session: own, offset },
    };
    if (mode !== "interpreter") {
      const { languages, translate_to: targets } = this.#config;
      const said = { ...message, language: languages?.length ? languages : undefined, speakers, words: true };
      if (!targets?.length) return { type: `${DOMAIN}/recognize`, ...said };
      return { type: `${DOMAIN}/translate`, ...said, target_language: targets };
    }
    const both = [this.mine, this.theirs];
    const { side = "both" } = this.#config;
    const language = this.choice.language ?? (side === "both" ? both : side === "mine" ? this.mine : this.theirs);
    const targets = both.filter((one) => one !== language);
    const spoken = aloud ? targets.filter((one) => conversation || !this.muted.has(one)) : [];
    const voices = spoken.length ? await this.#voicesOf(spoken) : undefined;
    return { type: `${DOMAIN}/translate`, ...message, language, target_language: targets, voices };
  }

  /** The language of who owns the device. */
  get mine() {
    return this.#config.mine ?? "";
  }

  /** The language of who is a guest. */
  get theirs() {
    return this.choice.theirs ?? [this.#config.theirs ?? []].flat()[0] ?? "";
  }

  /** @param {string[]} languages
   * @returns {Promise<Record<string, string>>} A voice for each: the configured one, or the service's first. */
  async #voicesOf(languages) {
    const { mine, theirs, mine_voice, theirs_voice, entity, config_entry_id } = this.#config;
    if (mine && mine_voice) this.#voiceNames.set(mine, mine_voice);
    if (typeof theirs === "string" && theirs_voice) this.#voiceNames.set(theirs, theirs_voice);
    const unknown = languages.filter((language) => !this.#voiceNames.has(language));
    if (unknown.length) {
      const ask = { type: `${DOMAIN}/choices`, entity_id: entity, config_entry_id, voices_of: unknown };
      const { voices } = await /** @type {Hass} */ (this.#hass).connection.sendMessagePromise(ask);
      for (const language of unknown) {
        if (voices[language]?.length) this.#voiceNames.set(language, voices[language][0].name);
      }
    }
    const known = languages.filter((language) => this.#voiceNames.has(language));
    return Object.fromEntries(known.map((language) => [language, this.#voiceNames.get(language) ?? ""]));
  }

  // What comes.

  /** @param {Session} session
   * @param {any} event */
  #take(session, event) {
    if (event.type === "phrase" || event.type === "nothing") this.#ring.forget(session.end);
    if (!this.#config.conversation) {
      this._hear(event, session.id, "");
      if (event.type === "synthesis") this.#speak(event);
    }
    if (session === this.#session) this.#follow(session, event);
    this._change();
  }

  /** @param {Session} session
   * @param {any} event */
  #follow(session, event) {
    if (event.type === "start") {
      this.#own.push(session.id);
      if (this.#own.length > MAX_VOICES) this.#own.shift();
      this.#beganAt ||= performance.now() / 1000;
      this.#ring.limit(event.backlog);
      this.#enter("listening");
      this.#pump(BURST);
    } else if (event.type === "state") {
      this.behind = event.behind;
      this.#enter(event.state);
    } else if (event.type === "error") {
      this.#fail(event);
    } else if (event.type === "end") {
      this.#session = null;
      this.#ring.clear();
      if (event.reason === "silence" && this.#suspended) return;
      this.#end("ended");
      this.reason = event.reason;
    }
  }

  async #join() {
    const { conversation, entity, config_entry_id } = this.#config;
    if (!conversation || this.#unwatch) return;
    const connection = /** @type {Connection} */ (this.#connection);
    const message = { type: `${DOMAIN}/watch`, conversation, entity_id: entity, config_entry_id };
    this.#unwatch = async () => {};
    this.#unwatch = await connection.subscribeMessage((event) => this.#watched(event), message, { resubscribe: false });
  }

  #leave() {
    if (this.#connection?.connected) void this.#unwatch?.().catch(() => {});
    this.#unwatch = null;
  }

  /** @param {any} event */
  #watched(event) {
    const { type, from } = event;
    if (type === "watching") {
      for (const said of event.recent) this.#watched({ ...said, type: "phrase" });
    } else if (type === "playing") {
      if (event.playing) this.#others.add(from);
      else this.#others.delete(from);
      this.#spoke();
    } else if (type === "end" || type === "error") {
      this.current.delete(from);
    } else if (type === "synthesis") {
      this.#speak(event);
    } else {
      const own = this.#own.includes(from);
      this._hear(event, from, own ? "" : from);
      if (own && type === "phrase") this.#ring.forget(event.offset + event.duration);
    }
    this._change();
  }

  // What is spoken aloud.

  /** @param {any} event */
  #speak({ url, language }) {
    const { mode, aloud, side = "both" } = this.#config;
    if (!url || mode !== "interpreter" || !aloud || this.muted.has(language)) return;
    if (side === "both" || (language === this.mine) === (side === "mine")) {
      this.#voices.add(/** @type {Hass} */ (this.#hass).hassUrl(url));
    }
  }

  /** A translation begins or ends to be heard, here or at another device. */
  #spoke() {
    const { playing, refused } = this.#voices;
    const { conversation, headphones } = this.#config;
    if (playing !== this.playing && conversation && !headphones && this.#connection?.connected) {
      const message = { type: `${DOMAIN}/playing`, conversation, playing };
      this.#connection.sendMessagePromise(message).catch(() => {});
    }
    this.playing = playing;
    this.silenced = refused;
    this.heardAt = performance.now();
    if (!headphones && !playing && !this.#others.size) {
      this.#deafUntil = performance.now() + DEAF;
      setTimeout(() => this.#settle(), DEAF);
    }
    this.#settle();
  }

  get #deaf() {
    if (this.#config.headphones) return false;
    return this.playing || this.#others.size > 0 || performance.now() < this.#deafUntil;
  }

  // What is shown.

  /** @param {State} phase */
  #enter(phase) {
    this.#phase = phase;
    this.reason = "";
    this.error = null;
    this.#settle();
  }

  /** @param {"idle" | "ended" | "error"} phase */
  #end(phase) {
    this.#run++;
    clearTimeout(this.#restTimer);
    this.#finish();
    this.#ring.clear();
    this.#microphone?.close();
    this.#microphone = null;
    this.#paused = this.#suspended = this.#rests = false;
    this.#enter(phase);
  }

  /** @param {any} err */
  #fail(err) {
    this.#end("error");
    this.error = trouble(err);
    this._change();
  }

  #settle() {
    const paused = this.#paused || this.#suspended;
    this.state = this.#phase;
    if (this.on && paused) this.state = "paused";
    else if (this.#phase === "listening" || this.#phase === "catching_up") {
      if (this.#deaf) this.state = "speaking";
    }
    if (this.#suspended) this.reason = "suspended";
    else if (this.reason === "suspended") this.reason = "";
    this.#keepAwake();
    this._change();
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

void [InterpreterView];
