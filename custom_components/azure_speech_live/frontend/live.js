/**
 * What listens. There is one for each configuration of a card, kept here, outside the elements: Home Assistant builds a
 * dashboard anew after each reconnection. The views read it and draw.
 */

import { Microphone, Ring } from "./microphone.js";
import { messageOf, sideOf } from "./request.js";
import { Said } from "./said.js";
import { Session, sleep } from "./session.js";
import { Voices } from "./voices.js";
import { DOMAIN } from "./words.js";
/** @import {Hass, Config, Side, Trouble, State} from "./types.js" */

const MAX_BUFFERED = 256 * 1024; // bytes that the socket has not sent yet
const BURST = 64 * 1024; // bytes at a time of what waits
const DEAF = 300; // ms after a translation was heard
const REST = 30_000; // ms of a pause, before the session is ended
const UNSEEN = 15_000; // ms in which a dashboard is built anew, before what nobody sees is ended
const AWAY = 600_000; // ms after which it is ended also where the page is hidden, or has no connection
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
  /** Of an earlier time, when Home Assistant could not be asked. @type {Trouble | null} */
  #unjoined = null;
  /** Sides that do not hear their translations. @type {Set<Side>} */
  muted = new Set();
  /** The one that is spoken now, if that is known; and the guest's. @type {{language?: string, theirs?: string}} */
  choice = {};

  /** @type {State} */
  #phase = "idle";
  #paused = false;
  #suspended = false;
  #opening = false;
  /** Since a loss, until there is a session again. */
  #trying = false;
  #rests = false;
  /** Whether a translation is heard, here or elsewhere. */
  #loud = false;
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
  /** @type {Session | null} */
  #ending = null;
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
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #gone;
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
    else void this.#reconnected(); // Home Assistant may not be ready to tell what others say
  }

  /** A card shows it no longer. */
  detach() {
    this.#views--;
    const since = performance.now();
    setTimeout(() => this.#leave(since), UNSEEN);
  }

  /** @param {number} since When it was seen last. */
  #leave(since) {
    if (this.#views) return;
    const mayComeBack = document.hidden || !this.#hass.connection.connected;
    if (this.on && mayComeBack && performance.now() - since < AWAY) return void setTimeout(() => this.#leave(since), UNSEEN);
    this.#run++;
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
    this.#await();
    if (this.#phase === "asking") return;
    if (this.on) {
      this.#pause(false);
      return this.#renew();
    }
    if (config.mode === "interpreter" && !(this.mine && this.theirs)) return this.#fail({ code: "card_no_languages" });
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
    }
    if (!hass.connection.connected) return this.#lose(); // it goes on when that is back
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
    this.#session?.close(); // at once: who comes next is not to read the last words
    this.#session = null;
    this.#ending?.close();
    void this.stop();
    this.choice = {};
    this.clear();
  }

  /** At the door, a guest who says no more has gone. */
  #await = () => {
    clearTimeout(this.#gone);
    if (!this.choice.theirs) return;
    const left = this.heardAt + ALONE - performance.now();
    if (left > 0) this.#gone = setTimeout(this.#await, left);
    else this.part();
  };

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
    this.#others.clear();
    this.#watch = null;
    this.#spoke();
    this.#lose();
  };

  #lose() {
    this.current.clear(); // it is heard again
    this.#session?.close();
    this.#session = null;
    this.#trying = this.on;
    if (this.on) this.#phase = "reconnecting";
    this.#settle();
  }

  #reconnected = async () => {
    const run = ++this.#run;
    for (const wait of RETRIES) {
      await sleep(wait * 1000);
      if (run !== this.#run || !this.#hass.connection.connected) return;
      try {
        await this.#join();
        if (run !== this.#run || this.#opening) return;
        if (this.error && this.error === this.#unjoined) this.#enter("idle");
        if (!this.on) return;
        if (this.#config.source === "none" || this.#rests) return this.#enter("listening");
        this.#session?.close();
        this.#ring.rewind();
        await this.#begin();
        return;
      } catch (err) {
        if (run !== this.#run || wait !== RETRIES.at(-1)) continue;
        this.#fail(err);
        this.#unjoined = this.error;
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
      this.#ending = session;
      this.#finishing = session.finish();
    } else session?.close();
  }

  async #renew() {
    if (this.#config.source === "none") return this._change();
    if (this.#trying) return this.#reconnected(); // with what is chosen now
    const run = ++this.#run;
    this.#finish();
    await this.#begin().catch((err) => run === this.#run && this.#fail(err));
  }

  /** Go on where a pause has ended the session. */
  #continue() {
    if (this.#phase === "listening" && !this.#session && !this.#paused && !this.#suspended) void this.#renew();
  }

  async #message() {
    const message = await messageOf(this.#hass, this.#config, this);
    const offset = this.#microphone ? this.#ring.start : performance.now() / 1000 - this.#beganAt;
    if (this.#id) message.after = { session: this.#id, offset };
    if (this.#microphone) message.sample_rate = this.#microphone.rate;
    return message;
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
    } else if (type === "error" && event.code === "action_unloaded") {
      this.#lose(); // it is loaded again, or Home Assistant begins anew
      void this.#reconnected();
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
    if (this.playing) this.#tellPlaying(); // a connection that has gone plays nothing
  }

  #tellPlaying() {
    const { conversation, headphones } = this.#config;
    if (!conversation || headphones) return;
    const message = { type: `${DOMAIN}/playing`, conversation, playing: this.playing };
    this.#hass.connection.sendMessagePromise(message).catch(() => {});
  }

  /** @param {any} event Of any session of the conversation. */
  #watched(event) {
    const { type, from } = event;
    if (type === "watching") for (const said of event.recent) this.#watched({ ...said, type: "phrase" });
    else if (type === "playing") {
      if (event.playing) this.#others.add(from);
      else if (!this.#others.delete(from)) this.#others.clear(); // it has another session by now
      this.#spoke();
    } else if (type === "error" && !from) {
      this.#watch = null;
      return this.#fail(event);
    }
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
    const heardBy = sideOf(this, language);
    if (!url || mode !== "interpreter" || !aloud || this.muted.has(heardBy)) return;
    if (side === "both" || side === heardBy) this.#voices.add(this.#hass.hassUrl(url));
  }

  /** A translation begins or ends to be heard, here or elsewhere. */
  #spoke() {
    const { playing, refused } = this.#voices;
    const changed = playing !== this.playing;
    const before = this.#loud;
    this.playing = playing;
    this.#loud = playing || this.#others.size > 0;
    if (changed) this.#tellPlaying();
    this.silenced = refused;
    this.heardAt = performance.now();
    if (before && !this.#loud) {
      this.#deafUntil = performance.now() + DEAF;
      setTimeout(() => this.#settle(), DEAF);
    }
    this.#settle();
  }

  get #deaf() {
    return !this.#config.headphones && (this.#loud || performance.now() < this.#deafUntil);
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
    if (phase !== "reconnecting") this.#trying = false;
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
