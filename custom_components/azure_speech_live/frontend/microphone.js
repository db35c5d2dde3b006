/** This device's microphone, and what is kept of its sound while that may have to be sent again. */

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
export class Microphone {
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
export class Ring {
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
