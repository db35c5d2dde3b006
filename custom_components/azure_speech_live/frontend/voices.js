/** The translations that are spoken, one after another. */

const MAX_VOICES = 8;
const PATIENCE = 10_000; // ms in which nothing of a voice comes, before it is given up
const SILENCE = "data:audio/wav;base64,UklGRjQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YRAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** Speaks one translation after another, by one element: iOS plays only what has played in a click before. */
export class Voices {
  /** Whether one is heard. */
  playing = false;
  /** Whether the browser wants a touch first. */
  refused = false;
  /** @type {string[]} */
  #queue = [];
  #audio = new Audio();
  #busy = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #late;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.#audio.onplaying = () => {
      clearTimeout(this.#late);
      this.#set(this.#busy);
    };
    this.#audio.onwaiting = () => this.#busy && this.#wait(); // nothing is heard meanwhile
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
    this.#give();
  }

  /** Give up the one that is on, and go on. */
  #give() {
    this.#audio.pause();
    this.#next();
  }

  #next() {
    clearTimeout(this.#late);
    this.#set(false);
    const url = this.#queue.shift();
    this.#busy = url !== undefined;
    if (url) this.#play(url);
  }

  /** @param {string} url */
  #play(url) {
    this.#audio.src = url;
    if (this.#busy) this.#wait();
    this.#audio.play().catch(({ name }) => {
      if (!this.#busy || name !== "NotAllowedError") return;
      clearTimeout(this.#late);
      this.#set(false, true);
    });
  }

  #wait() {
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#give(), PATIENCE);
    this.#set(false);
  }

  /** @param {boolean} playing @param {boolean} [refused] */
  #set(playing, refused = false) {
    if (playing === this.playing && refused === this.refused) return;
    this.playing = playing;
    this.refused = refused;
    this.changed();
  }
}
