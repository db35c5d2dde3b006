/** One subscription to Home Assistant's live captions. */

/** @import {Connection} from "./types.js" */

/** @param {number} ms */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** One subscription, which ends with the connection. */
export class Session {
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
