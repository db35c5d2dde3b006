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
  /** @type {WebSocket | undefined} */
  #socket;
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
    return this.#handler !== null && this.#alive;
  }

  /** Whether it is of this connection: of the next one, its number is somebody else's. */
  get #alive() {
    return this.connection.connected && this.connection.socket === this.#socket;
  }

  /** @param {object} message */
  async open(message) {
    // By default, the connection begins another session by itself after a loss, which nobody asked for.
    this.#subscribed = this.connection.subscribeMessage((event) => this.#take(event), message, { resubscribe: false });
    await this.#subscribed;
  }

  /** @param {any} event */
  #take(event) {
    this.#socket ??= this.connection.socket;
    if (event.type === "start") {
      this.id = event.session;
      this.#handler = event.binary_handler_id;
    }
    if (event.duration) this.end = event.offset + event.duration;
    this.tell(event);
    if (!event.from && (event.type === "end" || event.type === "error")) this.close();
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
    this.#subscribed?.then(async (unsubscribe) => this.#alive && (await unsubscribe())).catch(() => {});
    this.#subscribed = undefined;
  }
}

const MAX_BUFFERED = 256 * 1024; // bytes that the socket has not sent yet
const BURST = 64 * 1024; // bytes at a time of what waits
const DEAF = 300; // ms after a translation was heard
const REST = 30_000; // ms of a pause, before the session is ended
const UNSEEN = 15_000; // ms in which a dashboard is built anew, before what nobody sees is ended
const ALONE = 60_000; // ms of silence, after which a guest is gone
const RETRIES = [0, 1, 2, 4, 8, 15, 30, 60]; // s: Home Assistant may just have begun

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
  #opening = false;
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
    this.#run++;
    this.#voices.unlock();
    this.lost = 0;
    const source = config.source ?? "device";
    const microphone = (this.#microphone = source === "device" ? this.#open() : null);
    this.#engage(hass);
    this.#enter("asking");
    if (source === "none") return this.#reconnected(); // where there is nobody to try again
    if (microphone) {
      this.#opening = true;
      const refused = await microphone.open().catch((err) => err);
      if (microphone !== this.#microphone) return; // stopped meanwhile
      this.#opening = false;
      if (refused) return this.#fail(refused);
      this.#ring.begin(microphone.rate);
      if (!hass.connection.connected) return; // it goes on when that is back
    }
    const run = ++this.#run;
    try {
      await this.#join();
      if (run === this.#run) await this.#begin();
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
        if (run !== this.#run || !this.on || this.#opening) return;
        if (this.#config.source === "none" || this.#rests) return this.#enter("listening");
        this.#ring.rewind();
        await this.#begin();
        return;
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
    try {
      await watch.open({ type: `${DOMAIN}/watch`, version: 2, conversation });
    } catch (err) {
      if (watch === this.#watch) this.#watch = null;
      throw err;
    }
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
    } else if (type === "error" && !from) return this.#fail(event);
    else if (type === "end" || type === "error") this.current.delete(from);
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
    this.#suspended = this.#opening = false;
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

/** The page's words, for the picker, where there is no card yet. @type {any} */
let page;

/** A word of ours in the user's language; until they are loaded, nothing.
 * @param {any} hass @param {string} key Without "card_". @param {Record<string, any>} [placeholders] @returns {string} */
function word(hass, key, placeholders) {
  return hass?.localize(`component.${DOMAIN}.common.card_${key}`, placeholders) || "";
}

/** @param {any} hass */
const loadWords = (hass) => Promise.all(["common", "exceptions"].map((kind) => hass.loadBackendTranslation(kind, DOMAIN)));

/** What went wrong and what to do about it: in our words, else in the server's. @param {Hass} hass @param {Trouble} trouble */
function explain(hass, { code, message, placeholders }) {
  const ours = hass.localize(`component.${DOMAIN}.exceptions.${code}.message`, placeholders);
  return ours || word(hass, `${code}`.replace(/^card_/, ""), placeholders) || message || `${code}`;
}

/** What it is at. @param {Hass} hass @param {Live} live */
function stateOf(hass, { state, reason, behind, lost }) {
  const seconds = (/** @type {number} */ value) => ({ seconds: new Intl.NumberFormat(hass.language).format(Math.ceil(value)) });
  const told = (reason && word(hass, `${state}_${reason}`)) || word(hass, state, seconds(behind));
  return lost ? `${told}. ${word(hass, "lost", seconds(lost))}` : told;
}

/** @param {HTMLElement} box @param {string} text Nothing hides it. */
function complain(box, text) {
  box.hidden = !text;
  if (box.textContent !== text) box.replaceChildren(icon("trouble"), el("div", {}, text));
}

/** @param {{language: string}} hass @param {string} tag @returns {string} */
function languageName(hass, tag) {
  try {
    return new Intl.DisplayNames([hass.language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {Record<string, any>} [properties]
 * @param {...(Node | string)} children @returns {HTMLElementTagNameMap[T]} */
function el(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** @type {Record<string, string>} */
const ICONS = {
  listen: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  stop: "M6 6h12v12H6z",
  pause: "M9 6v12M15 6v12",
  resume: "M8 5l11 7-11 7z",
  smaller: "M3 19 8 7l5 12M5 15h6M16 13h6",
  larger: "M3 19 8 7l5 12M5 15h6M16 13h6M19 10v6",
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  clear: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  newest: "M12 5v14m-6-6 6 6 6-6",
  aloud: "M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7",
  trouble: "M12 9v5M12 17v.1M12 3 2 20h20z",
};

/** @param {string} name */
function icon(name) {
  const svg = el("span", { className: "icon", ariaHidden: "true" });
  svg.innerHTML = `<svg viewBox="0 0 24 24"><path d="${ICONS[name]}"/></svg>`;
  return svg;
}

/** Touch a text only where it changes. @param {Node} node @param {string} text */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/* ----------------------------------------------------------------------------------------------------------- styles */

const STYLES = `
:host { display: block; height: 100% }
ha-card, .view, .middle { display: flex; flex-direction: column; position: relative; box-sizing: border-box }
ha-card { height: 100%; overflow: hidden }
.view, .middle { flex: 1 1 auto; min-height: 0 }
[hidden] { display: none !important }
.icon { display: flex }
svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
button, select, input { font: inherit; color: inherit; border: 0; border-radius: 8px; background: none; padding: 0 }
button { cursor: pointer }
:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px }
.unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap }
h2 { margin: 0; padding: 16px 16px 8px; font-size: 1.4em; font-weight: 400 }
.log { flex: 1 1 auto; overflow-y: auto; min-height: 7em; max-height: 24em; padding: 16px; box-sizing: border-box; line-height: 1.4 }
:host([layout]) .log { max-height: none }
.hint { color: var(--secondary-text-color); font-size: 16px; text-align: center; margin: auto; padding: 24px 16px }
.row { margin-block-end: .5em; overflow-wrap: anywhere; contain: layout style }
.row.known { padding-inline-start: 12px; border-inline-start: 3px solid var(--who) }
.row p { margin: 0 }
.translation, .rest, .problem, small { color: var(--secondary-text-color) }
.alone { color: inherit }
.problem, .who { font-size: 14px }
.who { display: flex; align-items: center; gap: 6px; min-height: 28px; font-weight: 500; text-align: start }
button.who::before { content: ""; width: 10px; height: 10px; flex: none; border-radius: 50%; background: var(--who); forced-color-adjust: none }
.newest { position: absolute; inset-inline: 0; bottom: 8px; margin: auto; width: fit-content; display: flex; align-items: center; padding: 6px 14px 6px 8px; border-radius: 20px; background: var(--card-background-color); border: 1px solid var(--divider-color); box-shadow: 0 2px 8px #0005; font-size: 14px }
.trouble { display: flex; gap: 12px; margin: 0 16px 12px; padding: 12px; border-radius: 8px; border: 1px solid var(--error-color) }
.trouble svg { color: var(--error-color) }
.bar, .save { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 12px 16px; border-top: 1px solid var(--divider-color) }
.go { position: relative; display: flex; align-items: center; justify-content: center; gap: 8px; min-width: 52px; height: 52px; padding-inline: 16px 22px; border-radius: 26px; background: var(--primary-color); color: var(--text-primary-color); font-size: 19px; font-weight: 700 }
.go[aria-pressed=true] { background: var(--error-color); padding: 0 }
.go.hears svg { animation: hear 1.6s ease-in-out infinite }
.go[aria-pressed=true] svg { fill: currentColor }
@keyframes hear { 50% { opacity: .45 } }
.state { flex: 1 1 7em; min-width: 0; line-height: 1.3 }
small { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.tools { display: flex; flex-wrap: wrap; margin-inline: auto -8px }
.tool { display: flex; align-items: center; justify-content: center; gap: 4px; min-width: 44px; height: 44px }
.tool:disabled { opacity: .4; cursor: default }
.tool[aria-expanded=true] { color: var(--primary-color) }
.sure { color: var(--error-color) }
.save button, select, input { height: 40px; padding: 0 12px; max-width: 100%; box-sizing: border-box; border: 1px solid var(--divider-color); background: var(--card-background-color) }
@media (prefers-reduced-motion) { * { animation: none !important } }
@media (forced-colors: active) { .go, .tool { border: 1px solid } }
`;

/* --------------------------------------------------------------------------------------------------------- captions */

/**
 * A view draws what `Live` has into `root` and is drawn again by `update`: at each change and with each new `hass`.
 *
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {(hass: Hass) => void} update
 * @property {() => void} dispose It is shown no longer.
 */

/** Of the theme; no text is written in them, since not all could be read. */
const COLORS = ["blue", "orange", "green", "purple", "red", "teal", "pink", "brown"];
const SIZES = [14, 18, 24, 34]; // px
/** @type {Record<string, string>} */
const FORMATS = { txt: "text/plain", srt: "application/x-subrip", vtt: "text/vtt" };
const AT_THE_END = 40; // px from the newest line, at which one still reads along

/** Text sizes chosen in a card, by its key. @type {Map<string, number>} */
const sizes = new Map();

/** @typedef {{root: HTMLElement, who: HTMLElement, lines: HTMLElement, segment?: Segment, as?: string}} Row */

/** What is said, line by line. Implements `View`. */
class CaptionsView {
  root = el("div", { className: "view" });
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<string, string>} */
  #colors = new Map();
  #follows = true;
  #announced = "";
  /** @type {any} */
  #hass;
  /** @type {number | undefined} */
  #sure;
  #log = el("div", { className: "log", role: "log", ariaLive: "off", tabIndex: 0 });
  #hint = el("p", { className: "hint" });
  #newest = el("button", { className: "newest", hidden: true, onclick: () => this.#toNewest() }, icon("newest"), el("span"));
  #trouble = el("div", { className: "trouble", role: "alert" });
  #go = el("button", { className: "go", onclick: () => this.#toggle() });
  #state = el("span");
  #detail = el("small");
  #save = el("div", { className: "save", hidden: true });
  #format = el("select");
  #language = el("select");
  #said = el("div", { className: "unseen", ariaLive: "polite" });
  /** @type {Record<string, HTMLButtonElement>} */
  #tools = {};
  #resized = new ResizeObserver(() => this.#follow());

  /** @param {Live} live @param {Config} config */
  constructor(live, config) {
    this.live = live;
    this.config = config;
    this.key = keyOf(config);
    this.#announced = live.segments.at(-1)?.id ?? "";
    this.#go.hidden = config.source === "none";
    this.#log.onscroll = () => {
      this.#follows = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < AT_THE_END;
      this.#newest.hidden = this.#follows;
    };
    this.#resized.observe(this.#log);
    const actions = {
      pause: () => (live.state === "paused" ? live.resume() : live.pause()),
      smaller: () => this.#resize(-1),
      larger: () => this.#resize(1),
      save: () => this.#offer(),
      clear: () => this.#clear(),
    };
    for (const [name, onclick] of Object.entries(actions))
      this.#tools[name] = el("button", { className: `tool ${name}-tool`, onclick }, icon(name), el("span"));
    const state = el("div", { className: "state", role: "status" }, this.#state, this.#detail);
    const bar = el("div", { className: "bar" }, this.#go, state, el("div", { className: "tools" }));
    bar.lastElementChild?.append(...Object.values(this.#tools));
    const middle = el("div", { className: "middle" }, this.#log, this.#hint, this.#newest);
    this.root.append(middle, this.#trouble, this.#save, bar, this.#said);
  }

  dispose() {
    clearTimeout(this.#sure);
    this.#resized.disconnect();
  }

  /** @param {Hass} hass */
  update(hass) {
    if (hass.localize !== this.#hass?.localize) {
      this.#hass = hass;
      this.#label();
      for (const row of this.#rows.values()) row.as = undefined;
    }
    this.#hass = hass;
    this.#showState();
    this.#showLines();
  }

  /** @param {string} key @param {Record<string, any>} [placeholders] */
  #word(key, placeholders) {
    return word(this.#hass, key, placeholders);
  }

  #label() {
    for (const [name, button] of Object.entries(this.#tools)) button.ariaLabel = button.title = this.#word(name);
    put(this.#detail, sourceOf(this.#hass, this.config));
    this.#log.ariaLabel = this.#word("transcript");
    put(this.#newest.children[1], this.#word("newest"));
    put(this.#hint, this.#word(this.config.source === "none" ? "hint_watch" : "hint"));
    const formats = Object.keys(FORMATS).map((value) => new Option(value === "txt" ? this.#word("text") : value.toUpperCase(), value));
    this.#format.replaceChildren(...formats);
    this.#format.ariaLabel = this.#word("format");
    this.#language.ariaLabel = this.#word("language");
    const buttons = ["download", "copy"].map((how) => el("button", {}, this.#word(how)));
    buttons.forEach((button, at) => (button.onclick = () => this.#export(at ? "copy" : "download", button)));
    this.#save.replaceChildren(this.#format, this.#language, ...buttons);
  }

  #toggle() {
    if (this.live.on) void this.live.stop();
    else void this.live.start(this.#hass, this.config);
  }

  get #size() {
    return sizes.get(this.key) ?? this.config.text_size ?? 2;
  }

  /** @param {number} by */
  #resize(by) {
    sizes.set(this.key, this.#size + by);
    this.#showState();
    this.#follow();
  }

  /** What cannot be had again is asked for twice. */
  #clear() {
    const button = this.#tools.clear;
    const ask = (/** @type {boolean} */ sure) => {
      button.classList.toggle("sure", sure);
      button.ariaLabel = this.#word(sure ? "clear_sure" : "clear");
      put(button.children[1], sure ? button.ariaLabel : "");
    };
    clearTimeout(this.#sure);
    const sure = button.classList.contains("sure");
    if (sure) this.live.clear();
    else this.#sure = setTimeout(() => ask(false), 5000);
    ask(!sure);
  }

  /** Offer what was said, as it was spoken or translated. */
  #offer() {
    const targets = new Set(this.live.segments.flatMap(({ translations }) => Object.keys(translations)));
    const options = [...targets].map((target) => new Option(languageName(this.#hass, target), target));
    this.#language.replaceChildren(new Option(this.#word("as_spoken"), ""), ...options);
    this.#language.hidden = !targets.size;
    this.#save.hidden = !this.#save.hidden;
    this.#showState();
  }

  /** @param {string} how @param {HTMLElement} button */
  async #export(how, button) {
    try {
      const format = this.#format.value;
      const text = await subtitles(this.#hass, this.live, format, this.#language.value);
      if (how === "copy") await copy(text, this.root);
      else download(`${this.#word("transcript")} ${new Date().toLocaleString("sv").replace(/:/g, ".")}.${format}`, text, FORMATS[format]);
      put(button, this.#word(`${how}_done`));
    } catch (/** @type {any} */ err) {
      const { code, message, translation_placeholders: placeholders } = err;
      complain(this.#trouble, explain(this.#hass, { code, message, placeholders }));
    }
    setTimeout(() => put(button, this.#word(how)), 2000);
  }

  #showState() {
    const { on, state, segments, error } = this.live;
    const { pause, smaller, larger, save, clear } = this.#tools;
    complain(this.#trouble, error ? explain(this.#hass, error) : "");
    this.#go.ariaPressed = `${on}`;
    this.#go.title = on ? this.#word("stop") : "";
    this.#go.classList.toggle("hears", state === "listening");
    face(this.#go, on ? "stop" : "listen", this.#word("listen"), on); // the name of what is pressed or not stays
    put(this.#state, stateOf(this.#hass, this.live));
    const action = state === "paused" ? "resume" : "pause";
    pause.hidden = !on || this.config.source === "none";
    pause.ariaLabel = pause.title = this.#word(action);
    face(pause, action);
    smaller.disabled = this.#size <= 1;
    larger.disabled = this.#size >= SIZES.length;
    save.hidden = clear.hidden = !segments.length;
    this.#save.hidden ||= !segments.length;
    save.ariaExpanded = `${!this.#save.hidden}`;
    this.#log.style.fontSize = `${SIZES[this.#size - 1]}px`;
  }

  #showLines() {
    const { segments, current, names } = this.live;
    const shown = this.config.finals_only ? segments : [...segments, ...current.values()];
    const gone = new Set(this.#rows.keys());
    /** @type {string | null} */
    let before = null;
    let next = this.#log.firstChild;
    for (const segment of shown) {
      const { id, speaker } = segment;
      gone.delete(id);
      let row = this.#rows.get(id);
      if (!row) {
        const [who, lines] = [el("div"), el("div")];
        this.#rows.set(id, (row = { who, lines, root: el("div", { className: "row" }, who, lines) }));
      }
      const begins = speaker !== before;
      const as = `${speaker} ${begins} ${names.get(speaker ?? "")}`;
      if (row.segment !== segment || row.as !== as) this.#draw(row, segment, begins);
      Object.assign(row, { segment, as });
      before = speaker;
      if (row.root === next) next = next.nextSibling;
      else this.#log.insertBefore(row.root, next);
    }
    for (const id of gone) {
      this.#rows.get(id)?.root.remove();
      this.#rows.delete(id);
    }
    this.#hint.hidden = shown.length > 0;
    this.#log.hidden = !shown.length;
    const last = segments.at(-1);
    if (last && last.id !== this.#announced) {
      this.#announced = last.id;
      put(this.#said, this.#linesOf(last)[0].text);
    }
    this.#follow();
  }

  /** @param {Row} row @param {Segment} segment @param {boolean} begins Whether another has spoken before. */
  #draw(row, segment, begins) {
    const { speaker } = segment;
    row.root.classList.toggle("known", Boolean(speaker));
    if (speaker) {
      const color = this.#colors.get(speaker) ?? COLORS[this.#colors.size % COLORS.length];
      this.#colors.set(speaker, color);
      row.root.style.setProperty("--who", `var(--${color}-color, ${color})`);
    }
    if (!speaker || !begins) row.who.replaceChildren();
    else if (!row.who.querySelector("input")) {
      const onclick = () => this.#rename(row.who, speaker);
      const name = nameOf(this.#hass, this.live, speaker);
      row.who.replaceChildren(el("button", { className: "who", title: this.#word("rename"), onclick }, name));
    }
    const lines = this.#linesOf(segment);
    while (row.lines.children.length > lines.length) row.lines.lastChild?.remove();
    lines.forEach(({ text, lang, className, stable = Infinity }, at) => {
      if (!row.lines.children[at])
        row.lines.append(el("p", { dir: "auto" }, el("span", {}, new Text()), el("span", { className: "rest" }, new Text())));
      const line = Object.assign(row.lines.children[at], { lang, className });
      const characters = stable < text.length ? [...text] : [text]; // the server counts no UTF-16
      put(/** @type {Node} */ (line.children[0].firstChild), characters.slice(0, stable).join(""));
      put(/** @type {Node} */ (line.children[1].firstChild), characters.slice(stable).join(""));
    });
  }

  /** @param {Segment} segment @returns {{text: string, lang: string, className: string, stable?: number}[]} */
  #linesOf({ text, stable, language: lang, translations, error }) {
    const { show } = this.config;
    const lines = Object.entries(translations)
      .filter(([, translation]) => translation && translation !== text && show !== "original")
      .map(([target, translation]) => ({ text: translation, lang: target, className: "translation", stable: Infinity }));
    if (show !== "translation" || !lines.length) lines.unshift({ text, lang, stable, className: "" });
    else lines[0].className += " alone";
    return error ? [...lines, { text: error, lang: "", className: "problem" }] : lines;
  }

  /** Edit a speaker's name in its place. @param {HTMLElement} who @param {string} speaker */
  #rename(who, speaker) {
    const button = /** @type {HTMLElement} */ (who.firstChild);
    const value = nameOf(this.#hass, this.live, speaker);
    const input = el("input", { className: "who", value, maxLength: 40, ariaLabel: this.#word("rename") });
    const close = (/** @type {boolean} */ keep) => {
      input.onblur = null;
      input.replaceWith(button);
      const name = input.value.trim();
      if (keep && name !== value) this.live.rename(speaker, name);
      /** @type {any} */ (who.firstChild)?.focus();
    };
    input.onblur = () => close(true);
    input.onkeydown = (event) => {
      event.stopPropagation(); // Home Assistant has shortcuts
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // or Enter presses the button that is there again
      close(event.key === "Enter");
    };
    button.replaceWith(input);
    input.select();
  }

  #follow() {
    if (this.#follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #toNewest() {
    this.#follows = this.#newest.hidden = true;
    this.#follow();
    this.#log.focus();
  }
}

/** Give a button its icon and text, where they change.
 * @param {HTMLElement} button @param {string} name @param {string} [text] @param {boolean} [unseen] */
function face(button, name, text = "", unseen = false) {
  if (button.dataset.face === name + text) return;
  button.dataset.face = name + text;
  button.replaceChildren(icon(name), el("span", { className: unseen ? "unseen" : "" }, text));
}

/** A speaker as people call them, until then by number. @param {Hass} hass @param {Said} said @param {string} speaker "Guest-1" */
function nameOf(hass, said, speaker) {
  const number = /\d+$/.exec(speaker)?.[0];
  return said.names.get(speaker) ?? (number ? word(hass, "speaker", { number }) : speaker);
}

/** Who is heard, and in which languages. @param {Hass} hass @param {Config} config */
function sourceOf(hass, { source = "device", entity = "", conversation, languages = [], translate_to: targets = [] }) {
  const named = (/** @type {string} */ id) => hass.states[id]?.attributes.friendly_name ?? id;
  const who = source === "none" ? conversation : source === "device" ? word(hass, "this_device") : named(source);
  const list = (/** @type {string[]} */ tags) => tags.map((tag) => languageName(hass, tag)).join(", ");
  const said = [list(languages) || named(entity), list(targets)].filter(Boolean).join(" → ");
  return [who, said].filter(Boolean).join(" · ");
}

/** What was said as a file's text, with the names that people gave; a translation, if a language is given.
 * @param {Hass} hass @param {Said} said @param {string} format @param {string} language @returns {Promise<string>} */
async function subtitles(hass, said, format, language) {
  const segments = said.segments.map(({ text, offset, duration, speaker, words, translations }) => ({
    text: translations[language] ?? text,
    offset,
    duration,
    speaker: speaker ? nameOf(hass, said, speaker) : undefined,
    words: words.length && !language ? words : undefined,
  }));
  return (await hass.connection.sendMessagePromise({ type: `${DOMAIN}/subtitles`, format, segments })).text;
}

/** @param {string} name @param {string} text @param {string} type */
function download(name, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Copy; without https there is only the old way. @param {string} text @param {HTMLElement} place */
async function copy(text, place) {
  const copied = navigator.clipboard?.writeText(text);
  if (await copied?.then(() => true, () => false)) return;
  const field = place.appendChild(el("textarea", { value: text, className: "unseen" }));
  field.select();
  document.execCommand("copy");
  field.remove();
}

/* ------------------------------------------------------------------------------------------------------ interpreter */

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

/** A language in itself, with its region where there is another of it. @param {string} tag @param {string[]} others */
function ownName(tag, others) {
  const twice = others.some((other) => other !== tag && base(other) === base(tag));
  return languageName({ language: tag }, twice ? tag : base(tag));
}

/** Two people, each in their language: the other's words are large, and one's own small. Implements `View`. */
class InterpreterView {
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
        const name = el("b", { dir: "auto" }, ownName(lang, theirs));
        const onclick = () => this.#start({ theirs: lang });
        return el("button", { lang, onclick }, name, el("span", { dir: "auto" }, TOUCH[base(lang)] ?? ""));
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
    half.speak.onpointerdown = () => {
      held = this.live.on && !this.#hears(half.language) ? performance.now() : 0; // the first time it takes a click
      if (held) this.#speak(half.language);
    };
    half.speak.hidden = this.config.turns !== "buttons";
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
    this.#talk.hidden = this.#bar.hidden = asks;
    complain(this.#trouble, live.error ? explain(hass, live.error) : "");
    put(this.#state, stateOf(hass, live));
    this.#go.ariaPressed = `${live.on}`;
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
    const language = half.side === "mine" ? (config.mine ?? "") : (live.choice.theirs ?? [config.theirs ?? ""].flat()[0]);
    half.language = half.root.lang = language;
    half.root.dir = "auto";
    put(half.name, ownName(language, this.#asked));
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

/* ----------------------------------------------------------------------------------------------------------- editor */

/** What may be chosen. @type {Record<string, string[]>} */
const CHOICES = {
  mode: ["captions", "interpreter"],
  show: ["both", "original", "translation"],
  turns: ["automatic", "buttons"],
  layout: ["side", "facing"],
  side: ["both", "mine", "theirs"],
};
const CAPTIONS = ["languages", "translate_to", "show", "speakers", "finals_only", "text_size"];
const INTERPRETER = ["mine", "theirs", "turns", "layout", "side", "aloud", "mine_voice", "theirs_voice", "headphones"];
const SOURCE = /^(device|none|(assist_satellite|media_player)\.\w+)$/;

/** The latest that cards were given: a form is given none of it. @type {Hass | undefined} */
let latest;
/** @type {Config | undefined} */
let edited;

/** Refuse what cannot be meant. @param {any} config */
function assertConfig(config) {
  const wrong = Object.keys(CHOICES).filter((field) => config[field] !== undefined && !CHOICES[field].includes(config[field]));
  wrong.push(...["languages", "translate_to"].filter((field) => config[field] && !Array.isArray(config[field])));
  if (!SOURCE.test(config.source ?? "device")) wrong.push("source");
  if (config.source === "none" && !config.conversation) wrong.push("conversation");
  if (!SIZES[(config.text_size ?? 2) - 1]) wrong.push("text_size");
  if (!wrong.length) return;
  const [field, value] = [wrong[0], `${config[wrong[0]] ?? ""}`];
  throw new Error(word(page, "wrong_value", { field, value }) || `${field}: "${value}"?`);
}

/** Home Assistant's form for the card. */
async function configForm() {
  const hass = latest;
  if (!hass) return { schema: [] };
  const spoken = [edited?.mine, edited?.theirs].flat().filter(Boolean).slice(0, 10);
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
    mine_voice: voices([edited?.mine]),
    theirs_voice: voices([edited?.theirs].flat()),
    text_size: { number: { min: 1, max: SIZES.length, mode: "box" } },
    source: select([...words("source", ["device", "none"]), ...sources], { custom_value: true }),
    conversation: { text: {} },
    title: { text: {} },
    config_entry_id: { config_entry: { integration: DOMAIN } },
  };
  for (const [name, values] of Object.entries(CHOICES)) selectors[name] = select(words(name, values));
  const field = (/** @type {string} */ name) => ({ name, selector: selectors[name] ?? { boolean: {} } });
  const where = (/** @type {string} */ operator) => ({ visible: { field: "mode", operator, value: "interpreter" } });
  const more = ["conversation", "title", "config_entry_id"].map(field);
  const label = (/** @type {string} */ kind) => (/** @type {{name: string}} */ { name }) => word(hass, `${kind}_${name}`);
  return {
    schema: [
      { ...field("mode"), required: true },
      field("entity"),
      ...CAPTIONS.map((name) => ({ ...field(name), ...where("not_eq") })),
      ...INTERPRETER.map((name) => ({ ...field(name), ...where("eq") })),
      field("source"),
      { name: "more", type: "expandable", flatten: true, title: word(hass, "more"), schema: more },
    ],
    computeLabel: label("field"),
    computeHelper: label("help"),
    assertConfig,
  };
}

/* ----------------------------------------------------------------------------------------------------- registration */

const TAG = "azure-speech-live-card";
/** What it is that a card hears: cards that have it in common show the same. @type {(keyof Config)[]} */
const HEARD = ["mode", "entity", "config_entry_id", "source", "conversation", "languages", "translate_to", "speakers", "mine"];
HEARD.push("mine_voice", "theirs", "theirs_voice", "aloud", "turns", "side", "headphones");

/** @param {Config} config */
const keyOf = (config) => JSON.stringify(HEARD.map((name) => config[name] ?? null));

/** The page's language with a region: "de-DE" of "de". @param {Hass} hass */
function localeOf(hass) {
  const { language, region } = new Intl.Locale(hass.language).maximize();
  return `${language}-${region}`;
}

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
function example(hass, { mode, mine = localeOf(hass), theirs = mine }) {
  const live = new Live();
  const known = { duration: 1, words: [], source: "", error: null };
  const own = [mine, [theirs].flat()[0]].map((language) => ({ language, text: GREETINGS[base(language)] ?? "👋" }));
  const said = ["question", "answer", "partial"].map((name) => ({ language: hass.language, text: word(hass, `example_${name}`) }));
  (mode === "interpreter" ? own : said).forEach(({ language, text }, at) => {
    const { language: target, text: translation } = own[1 - (at % 2)];
    const translations = mode === "interpreter" ? { [target]: translation } : {};
    const speaker = `Guest-${(at % 2) + 1}`;
    const segment = { id: `${at}`, text, stable: at < 2 ? text.length : 8, language, speaker, offset: at, translations, ...known };
    if (at < 2) live.segments.push(segment);
    else live.current.set("", segment);
  });
  return live;
}

/** The card: it shows the view of its mode. */
class AzureSpeechLiveCard extends HTMLElement {
  #card = document.createElement("ha-card");
  /** @type {Config | undefined} */
  #config;
  /** @type {Hass | undefined} */
  #hass;
  /** @type {View | undefined} */
  #view;
  /** @type {Live | undefined} */
  #live;
  #preview = false;
  #isExample = false;
  #changed = () => this.#hass && this.#view?.update(this.#hass);

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).append(el("style", {}, STYLES), this.#card);
  }

  /** @param {Config} config */
  setConfig(config) {
    assertConfig(config);
    this.#hide();
    this.#config = edited = config;
    this.#show();
  }

  /** @param {Hass} hass */
  set hass(hass) {
    const before = this.#hass;
    this.#hass = latest = hass;
    if (!before) void loadWords(hass);
    if (!this.#view) this.#show();
    else if (before?.localize !== hass.localize) this.#changed(); // all else a view learns of Live
  }

  /** Whether the dashboard is edited: nothing can be pressed then. */
  set preview(/** @type {boolean} */ preview) {
    this.#preview = this.#card.inert = preview;
    if (this.#isExample && !preview) this.#hide();
    this.#show();
  }

  /** "grid" and "panel" give it a height. */
  set layout(/** @type {string | undefined} */ layout) {
    this.toggleAttribute("layout", layout === "grid" || layout === "panel");
  }

  connectedCallback() {
    this.#show();
  }

  disconnectedCallback() {
    this.#hide();
  }

  #show() {
    const [hass, config] = [this.#hass, this.#config];
    if (this.#view || !hass || !config || !this.isConnected) return;
    const root = this.getRootNode();
    const inPicker = root instanceof ShadowRoot && root.host.localName === "hui-card-picker"; // which does not say so
    this.#isExample = this.#preview || inPicker;
    const live = (this.#live = this.#isExample ? example(hass, config) : Live.of(keyOf(config)));
    if (!this.#isExample) live.attach(hass, config);
    const view = (this.#view = config.mode === "interpreter" ? new InterpreterView(live, config) : new CaptionsView(live, config));
    live.addEventListener("change", this.#changed);
    this.#card.replaceChildren(...(config.title ? [el("h2", {}, config.title)] : []), view.root);
    view.update(hass);
  }

  #hide() {
    this.#live?.removeEventListener("change", this.#changed);
    if (!this.#isExample) this.#live?.detach();
    this.#view?.dispose();
    this.#view = this.#live = undefined;
  }

  getCardSize() {
    return 7;
  }

  getGridOptions() {
    return { columns: 12, rows: 7, min_columns: 6, min_rows: 4 };
  }

  /** @param {Hass} hass */
  static getStubConfig(hass) {
    latest = hass;
    return { mode: "captions", languages: [localeOf(hass)], speakers: true, text_size: 2 };
  }

  static getConfigForm() {
    return configForm();
  }
}

/** @param {Hass} hass @param {string} entity */
function getEntitySuggestion(hass, entity) {
  if (!entity.startsWith("stt.") || hass.entities[entity]?.platform !== DOMAIN) return null;
  latest = hass;
  const mine = localeOf(hass);
  const card = { type: `custom:${TAG}`, entity };
  const theirs = [mine.startsWith("en") ? "es-ES" : "en-US"];
  return [
    { config: { ...card, mode: "captions", text_size: 2 }, label: word(hass, "mode_captions") },
    { config: { ...card, mode: "interpreter", mine, theirs }, label: word(hass, "mode_interpreter") },
  ];
}

// Who has it as a resource of the dashboard as well runs it twice.
if (!customElements.get(TAG)) {
  customElements.define(TAG, AzureSpeechLiveCard);
  /** Have the words before there is a card: the picker and the form do not wait for them. @param {any} words */
  const callback = (words) => {
    if (!words?.loadBackendTranslation) return; // not logged in yet
    if (!page) void loadWords(words);
    page = words;
  };
  const request = { context: "hassInternationalization", subscribe: true, callback, contextTarget: document.body };
  void customElements.whenDefined("home-assistant").then(() => {
    document.querySelector("home-assistant")?.dispatchEvent(Object.assign(new Event("context-request"), request));
  });
  const { customCards = [] } = /** @type {any} */ (window);
  Object.assign(window, { customCards });
  customCards.push({
    type: TAG,
    get name() {
      return word(page, "name") || "Azure Speech Live";
    },
    get description() {
      return word(page, "description");
    },
    preview: true,
    documentationURL: "https://github.com/azure-speech-live/azure-speech-live/blob/main/docs/captions.md",
    getEntitySuggestion,
  });
}
