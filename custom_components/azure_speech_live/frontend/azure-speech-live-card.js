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
/** @typedef {"mine" | "theirs"} Side Of an interpreter: who owns the device, or a guest. */
/** @typedef {{code: string, message: string, placeholders: Record<string, string>}} Trouble */
/**
 * @typedef {"idle" | "asking" | "listening" | "speaking" | "reconnecting" | "catching_up" | "paused" | "ended" |
 *   "error"} State "asking": for the microphone, and for the session. "speaking": a translation is heard; deaf meanwhile.
 */

const DOMAIN = "azure_speech_live";

/* ---------------------------------------------------------------------------------------------------- what was said */

const MAX_SEGMENTS = 2000;

/** A language without its region. @param {string} tag */
const base = (tag) => tag.split("-")[0];

/** What was said, and is being said. It is bounded, and nothing of it is stored. */
class Said extends EventTarget {
  /** One that changes is replaced. @type {Segment[]} */
  segments = [];
  /** What is being said, by session. @type {Map<string, Segment>} */
  current = new Map();
  /** Names that people gave to speakers. @type {Map<string, string>} */
  names = new Map();
  /** When something was last heard. */
  heardAt = 0;
  /** By how many seconds timelines are behind the first one here. @type {Map<string, number>} */
  #shifts = new Map();
  #began = 0;

  /** @param {string} speaker @param {string} name An empty one takes it away. */
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

  /** @param {any} event @param {string} source Its session. @param {string} timeline What its offsets are on. */
  _hear(event, source, timeline) {
    const { type, id, speaker } = event;
    const current = this.current.get(source);
    if (type === "hypothesis") this.current.set(source, this.#segment(event, source, timeline));
    else if (type === "phrase" || type === "nothing") {
      if (current?.id === id) this.current.delete(source);
      if (type === "nothing" || this.segments.some((segment) => segment.id === id)) return;
      this.segments.push(this.#segment(event, source, timeline));
      if (this.segments.length > MAX_SEGMENTS) this.segments.shift();
    } else if (type === "speaker") {
      const at = this.segments.findLastIndex((segment) => segment.id === id);
      if (at >= 0) this.segments[at] = { ...this.segments[at], speaker };
      else if (current && current.id === id) this.current.set(source, { ...current, speaker });
    }
  }

  /** @param {any} event @param {string} source @param {string} timeline @returns {Segment} */
  #segment({ type, from, ...said }, source, timeline) {
    this.heardAt = performance.now();
    const began = this.heardAt / 1000 - said.offset - said.duration;
    if (!this.#shifts.has(timeline)) this.#shifts.set(timeline, this.#shifts.size ? began - this.#began : 0);
    const shift = this.#shifts.get(timeline) ?? 0;
    if (!shift) this.#began = began;
    const words = (said.words ?? []).map((/** @type {Word} */ word) => ({ ...word, offset: word.offset + shift }));
    const known = { stable: said.text.length, speaker: null, translations: {}, error: null };
    return { ...known, ...said, words, offset: said.offset + shift, source };
  }

  _change() {
    this.dispatchEvent(new Event("change"));
  }
}

/* ------------------------------------------------------------------------------------------------------- microphone */

const RATE = 16000; // the service's: where the browser resamples to it, a third of the bytes are sent
const FRAME = 0.05; // seconds
const RECORDER = `registerProcessor("recorder", class extends AudioWorkletProcessor {
  frame = new Int16Array(Math.round(sampleRate * ${FRAME}));
  at = 0;
  process([[samples = []]]) {
    for (const sample of samples) {
      this.frame[this.at++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.at < this.frame.length) continue;
      this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
      this.frame = new Int16Array(this.at);
      this.at = 0;
    }
    return true;
  }
});`;
/** @type {Record<string, string>} */
const REFUSALS = { NotAllowedError: "card_microphone_denied", NotFoundError: "card_no_microphone" };

/** This device's microphone: 50 ms of 16-bit PCM at a time. */
class Microphone {
  /** @type {AudioContext | undefined} */
  #context;
  /** @type {MediaStreamTrack | undefined} */
  #track;
  #closed = false;
  /** @type {(pcm: ArrayBuffer) => void} */
  onaudio = () => {};
  /** A phone that is locked suspends it. @type {(running: boolean) => void} */
  onrunning = () => {};
  /** The device took it away. */
  onend = () => {};

  get rate() {
    return this.#context?.sampleRate ?? RATE;
  }

  /** Open it; in a click, where alone Safari lets a context run. Throws `{code, message}`. */
  async open() {
    if (!isSecureContext || !navigator.mediaDevices) throw { code: "card_no_https" };
    let context = (this.#context = new AudioContext({ sampleRate: RATE }));
    try {
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      const track = (this.#track = stream.getAudioTracks()[0]);
      let source;
      try {
        source = context.createMediaStreamSource(stream);
      } catch {
        void context.close(); // Firefox does not resample
        context = this.#context = new AudioContext();
        source = context.createMediaStreamSource(stream);
      }
      const url = URL.createObjectURL(new Blob([RECORDER], { type: "text/javascript" }));
      await context.audioWorklet.addModule(url).finally(() => URL.revokeObjectURL(url));
      const options = { numberOfOutputs: 0, channelCount: 1, channelCountMode: /** @type {const} */ ("explicit") };
      const recorder = new AudioWorkletNode(context, "recorder", options);
      recorder.port.onmessage = ({ data }) => this.#closed || this.onaudio(data);
      context.onstatechange = () => this.#closed || this.onrunning(context.state === "running");
      track.onended = () => this.#closed || this.onend();
      source.connect(recorder);
      this.wake();
      if (this.#closed) this.close(); // meanwhile
    } catch (/** @type {any} */ { name, message }) {
      this.close();
      throw { code: REFUSALS[name] ?? "card_microphone_busy", message };
    }
  }

  wake() {
    void this.#context?.resume().catch(() => {});
  }

  /** @param {boolean} on Off: the device records nothing, and shows that. */
  enable(on) {
    if (this.#track) this.#track.enabled = on;
  }

  close() {
    this.#closed = true;
    this.#track?.stop();
    if (this.#context?.state !== "closed") void this.#context?.close();
  }
}

/** Audio on one timeline (in seconds), kept while it may have to be sent again: at most 60 s. */
class Ring {
  /** @type {{at: number, pcm: ArrayBuffer}[]} */
  #frames = [];
  #sent = 0;
  #origin = 0;
  #samples = 0;
  #rate = RATE;
  #limit = 60 / FRAME;

  /** @param {number} rate That of what comes from now on. */
  begin(rate) {
    this.#origin = this.end;
    this.#samples = 0;
    this.#rate = rate;
    this.clear();
  }

  /** @param {number} bytes That may wait at Home Assistant. */
  limit(bytes) {
    this.#limit = Math.min(60 / FRAME, Math.floor(bytes / (2 * FRAME * this.#rate)));
  }

  get start() {
    return this.#frames[0]?.at ?? this.end;
  }

  get end() {
    return this.#origin + this.#samples / this.#rate;
  }

  /** @param {ArrayBuffer} pcm @returns {number} Seconds that are lost: too old, and never sent. */
  push(pcm) {
    this.#frames.push({ at: this.end, pcm });
    this.#samples += pcm.byteLength / 2;
    if (this.#frames.length <= this.#limit) return 0;
    this.#frames.shift();
    return this.#sent && this.#sent-- ? 0 : FRAME;
  }

  /** What is to be sent next. */
  take() {
    return this.#frames[this.#sent] && this.#frames[this.#sent++].pcm;
  }

  /** @param {number} until What was said until then is known. */
  forget(until) {
    for (; this.#sent && this.#frames[0].at + FRAME <= until; this.#sent--) this.#frames.shift();
  }

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
    this.#audio.onended = () => this.#audio.ended && this.#next();
    this.#audio.onerror = () => this.#next();
  }

  /** Call it in a click. */
  unlock() {
    if (!this.#busy) this.#play(SILENCE);
  }

  /** @param {string} url */
  add(url) {
    this.#queue.push(url);
    if (this.#queue.length > MAX_VOICES) this.#queue.shift();
    if (!this.#busy) this.#next();
  }

  /** Play what was refused, in a click. */
  retry() {
    this.#play(this.#audio.src);
  }

  skip() {
    this.#queue = [];
    this.#audio.pause();
    this.#next();
  }

  #next() {
    this.#set(false);
    const url = this.#queue.shift();
    this.#busy = url !== undefined;
    if (url) this.#play(url);
  }

  /** @param {string} url */
  #play(url) {
    this.#audio.src = url;
    this.#audio.play().catch(({ name }) => this.#busy && name === "NotAllowedError" && this.#set(false, true));
  }

  /** @param {boolean} playing @param {boolean} [refused] */
  #set(playing, refused = false) {
    if (playing === this.playing && refused === this.refused) return;
    this.playing = playing;
    this.refused = refused;
    this.changed();
  }
}

/* ---------------------------------------------------------------------------------------------------------- session */

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** One subscription, which ends with the connection. */
class Session {
  id = "";
  /** Seconds up to which something was heard. */
  end = 0;
  /** @type {number | null} */
  #handler = null;
  /** @type {Promise<() => Promise<void>> | undefined} */
  #subscribed;
  #done = () => {};
  #over = new Promise((done) => (this.#done = () => done(undefined)));

  /** @param {Connection} connection @param {(event: any) => void} tell */
  constructor(connection, tell) {
    this.connection = connection;
    this.tell = tell;
  }

  /** Whether it takes audio. */
  get ready() {
    return this.#handler !== null && this.connection.connected;
  }

  /** @param {object} message */
  async open(message) {
    // By default, the connection begins another session by itself after a loss, which nobody asked for.
    this.#subscribed = this.connection.subscribeMessage((event) => this.#take(event), message, { resubscribe: false });
    await this.#subscribed;
  }

  /** @param {any} event */
  #take(event) {
    if (event.type === "start") {
      this.id = event.session;
      this.#handler = event.binary_handler_id;
    }
    if (event.duration) this.end = event.offset + event.duration;
    this.tell(event);
    if (event.type === "end" || event.type === "error") this.close();
  }

  /** @param {ArrayBuffer} [pcm] None ends it. */
  send(pcm = new ArrayBuffer(0)) {
    const message = new Uint8Array(1 + pcm.byteLength);
    message[0] = this.#handler ?? 0;
    message.set(new Uint8Array(pcm), 1);
    this.connection.socket.send(message);
  }

  /** Let it tell what was said so far, and end. */
  async finish() {
    this.send();
    await Promise.race([this.#over, sleep(3000)]);
    this.close();
  }

  close() {
    this.tell = () => {};
    this.#done();
    if (this.connection.connected) this.#subscribed?.then((unsubscribe) => unsubscribe()).catch(() => {});
    this.#subscribed = undefined;
  }
}

const MAX_BUFFERED = 256 * 1024; // bytes that the socket has not sent yet
const BURST = 64 * 1024; // bytes at a time of what waits
const DEAF = 300; // ms after a translation was heard
const REST = 30_000; // ms of a pause, before the session is ended
const UNSEEN = 15_000; // ms in which a dashboard is built anew, before what nobody sees is ended
const ALONE = 60_000; // ms of silence, after which a guest is gone
const RETRIES = [0, 1, 2, 4, 8, 16]; // s: Home Assistant may just have begun

/** What listens: a source, its session, and what was said. It outlives the elements. */
export class Live extends Said {
  /** @type {Map<string, Live>} */
  static #all = new Map();

  /** @type {State} */
  state = "idle";
  /** Why it ended ("silence", "limit", "source") or pauses ("suspended": the device is locked). @type {string} */
  reason = "";
  /** Seconds by which the service is behind, in the state "catching_up". */
  behind = 0;
  /** Whether this device speaks: `skip()`. */
  playing = false;
  /** Whether the browser wants a touch before it speaks: `play()`. */
  silenced = false;
  /** Seconds of a loss that could not be kept. */
  lost = 0;
  /** @type {Trouble | null} */
  error = null;
  /** Sides that do not hear their translations. @type {Set<Side>} */
  muted = new Set();
  /** The one that is spoken now, if that is known; and the guest's. @type {{language?: string, theirs?: string}} */
  choice = {};

  /** @type {State} */
  #phase = "idle";
  #paused = false;
  #suspended = false;
  #rests = false;
  #deafUntil = 0;
  /** Who else plays a translation. @type {Set<string>} */
  #others = new Set();
  /** @type {any} */
  #hass = null;
  /** @type {Config} */
  #config = { type: "" };
  /** Each begin and end makes void what an earlier one waits for. */
  #run = 0;
  #views = 0;
  #engaged = false;
  /** @type {Microphone | null} */
  #microphone = null;
  #ring = new Ring();
  /** @type {Session | null} */
  #session = null;
  /** @type {Promise<void> | null} */
  #finishing = null;
  /** This device's session, with which the next one goes on. */
  #id = "";
  #beganAt = 0;
  /** @type {Session | null} */
  #watch = null;
  #voices = new Voices(() => this.#spoke());
  /** @type {number | undefined} */
  #timer;
  /** @type {Promise<WakeLockSentinel | undefined> | null | undefined} */
  #wakeLock;

  /** The one of this card's configuration. @param {string} key @returns {Live} */
  static of(key) {
    const live = this.#all.get(key) ?? new Live();
    this.#all.set(key, live);
    return live;
  }

  /** Whether it is at work, whatever it is doing. */
  get on() {
    return !["idle", "ended", "error"].includes(this.#phase);
  }

  /** The language of who owns the device. */
  get mine() {
    return this.#config.mine ?? "";
  }

  /** The guest's. */
  get theirs() {
    return this.choice.theirs ?? [this.#config.theirs ?? []].flat()[0] ?? "";
  }

  /** A card shows it; so also what others of its conversation say. @param {Hass} hass @param {Config} config */
  attach(hass, config) {
    this.#views++;
    this.#engage(hass);
    if (this.on) return;
    this.#config = config;
    if (config.source === "none") void this.start(hass, config);
    else this.#join().catch((err) => this.#fail(err));
  }

  /** A card shows it no longer. */
  detach() {
    this.#views--;
    setTimeout(() => this.#leave(), UNSEEN);
  }

  #leave() {
    if (this.#views) return;
    if (this.on && (document.hidden || !this.#hass.connection.connected)) return void setTimeout(() => this.#leave(), UNSEEN);
    if (this.on) void this.stop();
    this.#watch?.close();
    this.#watch = null;
    this.#engaged = false;
    this.#hass.connection.removeEventListener("disconnected", this.#disconnected);
    this.#hass.connection.removeEventListener("ready", this.#reconnected);
    document.removeEventListener("visibilitychange", this.#seen);
    for (const [key, live] of Live.#all) if (live === this && !this.segments.length) Live.#all.delete(key);
  }

  /**
   * Begin, or go on with another choice; in a click, which browsers want for the microphone and for sound.
   *
   * @param {Hass} hass @param {Config} config @param {{language?: string, theirs?: string}} [choice]
   */
  async start(hass, config, choice = this.choice) {
    this.#config = config;
    this.choice = choice;
    this.heardAt = performance.now();
    if (this.#phase === "asking") return;
    if (this.on) {
      this.#pause(false);
      return this.#renew();
    }
    const run = ++this.#run;
    this.#voices.unlock();
    this.lost = 0;
    const source = config.source ?? "device";
    const microphone = (this.#microphone = source === "device" ? this.#open() : null);
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
    await this.#finishing;
  }

  /** Hear nothing for a while; the timeline goes on. */
  pause() {
    if (!this.on || this.#paused) return;
    this.#pause(true);
    this.#timer = setTimeout(() => {
      this.#rests = true;
      this.#finish();
    }, this.#microphone ? REST : 0);
  }

  /** Hear again. */
  resume() {
    this.heardAt = performance.now();
    this.#pause(false);
    this.#continue();
  }

  /** Be silent. */
  skip() {
    this.#voices.skip();
  }

  /** Speak what the browser refused; in a click. */
  play() {
    this.#voices.retry();
  }

  /** @param {Side} side @param {boolean} muted Whether it does not hear its translations. */
  mute(side, muted) {
    this.muted[muted ? "add" : "delete"](side);
    if (muted) this.skip();
    if (this.#session && !this.#config.conversation) void this.#renew(); // so that nothing unheard is billed
    this._change();
  }

  clear() {
    if (!this.on) {
      this.#id = "";
      this.#ring = new Ring();
      this.#beganAt = 0;
    }
    this.lost = 0;
    super.clear();
  }

  /** The guest has gone, and what was said goes too. */
  part() {
    void this.stop();
    this.choice = {};
    this.clear();
  }

  /** @param {Hass} hass */
  #engage(hass) {
    this.#hass = hass;
    if (this.#engaged) return;
    this.#engaged = true;
    hass.connection.addEventListener("disconnected", this.#disconnected);
    hass.connection.addEventListener("ready", this.#reconnected);
    document.addEventListener("visibilitychange", this.#seen);
  }

  #seen = () => {
    if (document.hidden) return;
    this.#microphone?.wake();
    this.#wakeLock = null; // gone while the page was hidden
    this.#settle();
  };

  #open() {
    const microphone = new Microphone();
    microphone.onaudio = (pcm) => this.#record(pcm);
    microphone.onrunning = (running) => {
      this.#suspended = !running;
      this.#settle();
      this.#continue();
    };
    microphone.onend = () => this.#fail({ code: "card_microphone_ended" });
    return microphone;
  }

  #disconnected = () => {
    this.#run++;
    this.current.clear(); // it is heard again
    this.#others.clear();
    this.#session?.close();
    this.#session = this.#watch = null;
    if (this.on) this.#phase = "reconnecting";
    this.#settle();
  };

  #reconnected = async () => {
    const run = ++this.#run;
    for (const wait of RETRIES) {
      await sleep(wait * 1000);
      if (run !== this.#run) return;
      try {
        await this.#join();
        if (run !== this.#run || !this.on) return;
        if (this.#config.source === "none" || this.#rests) return this.#enter("listening");
        this.#ring.rewind();
        return await this.#begin();
      } catch (err) {
        if (run === this.#run && wait === RETRIES.at(-1)) this.#fail(err);
      }
    }
  };

  /** @param {ArrayBuffer} pcm */
  #record(pcm) {
    if (this.#paused || this.#deaf) new Uint8Array(pcm).fill(0); // not left out: the timeline goes on
    const lost = this.#ring.push(pcm);
    if (this.#rests) this.#ring.clear();
    else if (lost) {
      this.lost += lost;
      if (this.#session?.ready) void this.#renew(); // its timeline is not true any more
      this._change();
    }
    this.#pump(BURST);
    if (this.choice.theirs && performance.now() - this.heardAt > ALONE) this.part();
  }

  /** @param {number} bytes At most. */
  #pump(bytes) {
    const session = this.#session;
    while (session?.ready && bytes > 0 && session.connection.socket.bufferedAmount < MAX_BUFFERED) {
      const pcm = this.#ring.take();
      if (!pcm) return;
      session.send(pcm);
      bytes -= pcm.byteLength;
    }
  }

  /** Begin a session; it goes on with the timeline and the speakers of the one before. */
  async #begin() {
    /** @type {Session} */
    const session = new Session(this.#hass.connection, (event) => this.#take(session, event));
    this.#session = session;
    await this.#finishing; // the free tier has one at a time
    const message = await this.#message();
    if (session === this.#session) await session.open(message);
  }

  #finish() {
    const session = this.#session;
    this.#session = null;
    if (session?.ready) {
      for (let pcm = this.#ring.take(); pcm; pcm = this.#ring.take()) session.send(pcm);
      this.#ring.clear();
      this.#finishing = session.finish();
    } else session?.close();
  }

  async #renew() {
    const run = ++this.#run;
    this.#finish();
    await this.#begin().catch((err) => run === this.#run && this.#fail(err));
  }

  /** Go on where a pause has ended the session. */
  #continue() {
    if (this.#phase === "listening" && !this.#session && !this.#paused && !this.#suspended) void this.#renew();
  }

  async #message() {
    const { mode, conversation, source, speakers, aloud, side = "both", languages, translate_to } = this.#config;
    const offset = this.#microphone ? this.#ring.start : performance.now() / 1000 - this.#beganAt;
    /** @type {Record<string, any>} */
    const message = { ...this.#resource, type: `${DOMAIN}/translate`, version: 2, conversation };
    if (this.#id) message.after = { session: this.#id, offset };
    if (this.#microphone) message.sample_rate = this.#microphone.rate;
    else message.source = { [source?.startsWith("media_player.") ? "player" : "microphone"]: source };
    if (mode === "interpreter") {
      const both = [this.mine, this.theirs];
      message.language = this.choice.language ?? (side === "both" ? both : this[side]);
      message.target_language = both.filter((language) => language !== message.language);
      if (aloud) message.voices = await this.#voicesOf(message.target_language);
    } else {
      Object.assign(message, { speakers, words: true });
      if (languages?.length) message.language = languages;
      if (translate_to?.length) message.target_language = translate_to;
      else message.type = `${DOMAIN}/recognize`;
    }
    return message;
  }

  get #resource() {
    const { entity: entity_id, config_entry_id } = this.#config;
    return { entity_id, config_entry_id };
  }

  /** @param {string[]} languages @returns {Promise<Record<string, string>>} */
  async #voicesOf(languages) {
    const { mine_voice, theirs_voice, theirs, conversation } = this.#config;
    const heard = languages.filter((language) => conversation || !this.muted.has(this.#sideOf(language)));
    const known = { [this.mine]: mine_voice, [this.theirs]: [theirs].flat().length > 1 ? undefined : theirs_voice };
    const unknown = heard.filter((language) => !known[language]);
    if (unknown.length) {
      const ask = { ...this.#resource, type: `${DOMAIN}/choices`, voices_of: unknown };
      const { voices } = await this.#hass.connection.sendMessagePromise(ask);
      for (const language of unknown) known[language] = voices[language]?.[0]?.name;
    }
    return Object.fromEntries(heard.flatMap((language) => (known[language] ? [[language, known[language]]] : [])));
  }

  /** @param {Session} session @param {any} event */
  #take(session, event) {
    const { type, reason } = event;
    if (type === "phrase" || type === "nothing") this.#ring.forget(session.end);
    if (!this.#config.conversation) {
      this._hear(event, session.id, "");
      if (type === "synthesis") this.#speak(event);
    }
    if (session !== this.#session) return this._change();
    if (type === "start") {
      this.#id = session.id;
      this.#beganAt ||= performance.now() / 1000;
      this.#ring.limit(event.backlog);
      this.#enter("listening");
      this.#pump(BURST);
    } else if (type === "state") {
      this.behind = event.behind;
      this.#enter(event.state);
    } else if (type === "error") this.#fail(event);
    else if (type === "end") {
      this.#session = null;
      this.#ring.clear();
      if (reason !== "silence" || !this.#suspended) this.#end("ended", reason);
    } else this._change();
  }

  async #join() {
    const { conversation } = this.#config;
    if (!conversation || this.#watch) return;
    const watch = (this.#watch = new Session(this.#hass.connection, (event) => this.#watched(event)));
    await watch.open({ type: `${DOMAIN}/watch`, version: 2, conversation });
  }

  /** @param {any} event Of any session of the conversation. */
  #watched(event) {
    const { type, from } = event;
    if (type === "watching") for (const said of event.recent) this.#watched({ ...said, type: "phrase" });
    else if (type === "playing") {
      if (from && from === this.#id) return; // told by this device
      if (event.playing) this.#others.add(from);
      else if (!this.#others.delete(from)) this.#others.clear(); // it has another session by now
      this.#spoke();
    } else if (type === "end" || type === "error") this.current.delete(from);
    else if (type === "synthesis") this.#speak(event);
    else {
      const own = from === this.#id;
      this._hear(event, from, own ? "" : from);
      if (own && type === "phrase") this.#ring.forget(event.offset + event.duration);
    }
    this._change();
  }

  /** @param {any} event */
  #speak({ url, language }) {
    const { mode, aloud, side = "both" } = this.#config;
    const heardBy = this.#sideOf(language);
    if (!url || mode !== "interpreter" || !aloud || this.muted.has(heardBy)) return;
    if (side === "both" || side === heardBy) this.#voices.add(this.#hass.hassUrl(url));
  }

  /** Who understands it, in a translation: the service calls that "yue" which is spoken in zh-HK. @param {string} language */
  #sideOf(language) {
    const mine = base(language) === base(this.mine) || (base(language) !== base(this.theirs) && base(this.mine) === "zh");
    return mine ? "mine" : "theirs";
  }

  /** A translation begins or ends to be heard, here or elsewhere. */
  #spoke() {
    const { playing, refused } = this.#voices;
    const { conversation, headphones } = this.#config;
    if (playing !== this.playing && conversation && !headphones) {
      const message = { type: `${DOMAIN}/playing`, conversation, playing };
      this.#hass.connection.sendMessagePromise(message).catch(() => {});
    }
    this.playing = playing;
    this.silenced = refused;
    this.heardAt = performance.now();
    if (!playing && !this.#others.size) {
      this.#deafUntil = performance.now() + DEAF;
      setTimeout(() => this.#settle(), DEAF);
    }
    this.#settle();
  }

  get #deaf() {
    const heard = this.playing || this.#others.size || performance.now() < this.#deafUntil;
    return !this.#config.headphones && heard;
  }

  /** @param {boolean} paused */
  #pause(paused) {
    clearTimeout(this.#timer);
    this.#paused = paused;
    this.#rests = false;
    this.#microphone?.enable(!paused);
    this.#settle();
  }

  /** @param {"idle" | "ended" | "error"} phase @param {string} [reason] @param {Trouble | null} [error] */
  #end(phase, reason, error) {
    this.#run++;
    this.#finish();
    this.#ring.clear();
    this.#microphone?.close();
    this.#microphone = null;
    this.#suspended = false;
    this.#phase = phase;
    this.#pause(false);
    this.#enter(phase, reason, error);
  }

  /** @param {any} err A refusal of Home Assistant's, an event, or the microphone's. */
  #fail(err) {
    const code = String(err.translation_key ?? err.code ?? "unknown_error");
    const placeholders = err.translation_placeholders ?? err.placeholders ?? {};
    this.#end("error", "", { code, message: err.message ?? "", placeholders });
  }

  /** @param {State} phase @param {string} [reason] @param {Trouble | null} [error] */
  #enter(phase, reason = "", error = null) {
    this.#phase = phase;
    this.reason = reason;
    this.error = error;
    this.#settle();
  }

  #settle() {
    this.state = this.#phase;
    if (this.on && (this.#paused || this.#suspended)) this.state = "paused";
    else if ((this.#phase === "listening" || this.#phase === "catching_up") && this.#deaf) this.state = "speaking";
    if (this.on) this.reason = this.#suspended ? "suspended" : "";
    if (!this.on) {
      void this.#wakeLock?.then((lock) => lock?.release());
      this.#wakeLock = null;
    } else if (!document.hidden) {
      this.#wakeLock ??= navigator.wakeLock?.request("screen").catch(() => undefined);
    }
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
