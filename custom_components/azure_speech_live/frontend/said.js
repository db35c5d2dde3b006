/** What was said, and is being said. */

/** @import {Word, Segment} from "./types.js" */

const MAX_SEGMENTS = 2000;

/** What was said, and is being said. It is bounded, and nothing of it is stored. */
export class Said extends EventTarget {
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
    const known = type !== "nothing" && this.segments.some((segment) => segment.id === id);
    if (type === "hypothesis" && !known) this.current.set(source, this.#segment(event, source, timeline));
    else if (type === "phrase" || type === "nothing") {
      if (current?.id === id) this.current.delete(source);
      if (type === "nothing" || known) return;
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
