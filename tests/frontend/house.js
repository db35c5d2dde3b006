/**
 * A made-up Home Assistant around the card, as far as the card sees it: `hass`, its connection and `ha-card`.
 *
 * A test looks at what was sent (`house.sent`, `house.audio`), and says what comes: `house.tell`, `house.lose`. What is
 * not answered by `house.answers` is answered with null.
 */
const events = (/** @type {string[]} */ ...names) => Object.fromEntries(names.map((name) => [name, new Set()]));

class Socket {
  bufferedAmount = 0;
  /** Frames for which nobody waited: of another socket, or with another handler's byte. */
  static lost = 0;
  send(data) {
    const frame = new Uint8Array(data);
    const session = house.sessions.find(({ handler, socket, open }) => open && socket === this && handler === frame[0]);
    if (!session) Socket.lost++;
    else if (frame.length === 1) session.finished = true;
    else session.audio.push(frame.slice(1));
  }
}

class Connection {
  connected = true;
  socket = new Socket();
  #listeners = events("ready", "disconnected", "reconnect-error");

  addEventListener(name, listener) {
    this.#listeners[name].add(listener);
  }
  removeEventListener(name, listener) {
    this.#listeners[name].delete(listener);
  }
  fire(name) {
    for (const listener of [...this.#listeners[name]]) listener(this, undefined);
  }

  async sendMessagePromise(message) {
    house.sent.push(message);
    return house.answer(message);
  }
  sendMessage(message) {
    house.sent.push(message);
  }

  /**
   * As Home Assistant: events may come before this returns, and whoever unsubscribes gets none. Without a connection
   * nobody answers, ever: what is made again after a loss would be sent by then.
   */
  async subscribeMessage(listener, message, options = {}) {
    if (!this.connected) return new Promise(() => {});
    house.sent.push(message);
    if (options.resubscribe !== false) house.resubscribing.push(message);
    const number = house.sessions.length + 1;
    const session = {
      message, listener, number, open: true, finished: false, audio: [], socket: this.socket,
      handler: message.source || message.type.endsWith("/watch") ? null : number,
    };
    house.sessions.push(session);
    await house.answer(message).catch((refused) => {
      session.open = false;
      throw refused;
    });
    if (!message.type.endsWith("/watch") && house.starts)
      listener({
        type: "start", version: 2, binary_handler_id: session.handler, backlog: 2 ** 20,
        session: String(number).padStart(32, "0"),
      });
    await null;
    return async () => {
      session.open = false;
    };
  }
}

const house = {
  connection: new Connection(),
  /** Whether sessions begin by themselves. */
  starts: true,
  /** What commands are answered by their type: a value, a function of the message, or {refused: {code, message, …}}. */
  answers: {},
  sent: [],
  /** Subscriptions that would be made again, and billed again, after a reconnection: there should be none. */
  resubscribing: [],
  /** Subscriptions in their order. */
  sessions: [],
  cards: [],
  translations: {},
  loaded: {},

  async answer(message) {
    if (!this.connection.connected) throw { code: 3, message: "Connection lost" };
    const answer = this.answers[message.type];
    if (answer?.refused) throw answer.refused;
    return typeof answer === "function" ? answer(message) : (answer ?? null);
  },

  /** Tell an event to the latest subscription that is open, or to number `number`. */
  tell(event, number) {
    const session = number ? this.sessions[number - 1] : this.sessions.findLast(({ open }) => open);
    if (!session?.open) return false;
    session.listener(event);
    return true;
  },

  /** Lose the connection: all its subscriptions are gone. */
  lose() {
    this.connection.connected = false;
    for (const session of this.sessions) session.open = false;
    this.connection.fire("disconnected");
  },
  /** Have it again, with another socket. */
  restore() {
    this.connection.connected = true;
    this.connection.socket = new Socket();
    this.connection.fire("ready");
  },

  /** Give `changes` of hass to all cards, as after each change of a state. */
  update(changes = {}) {
    this.hass = { ...this.hass, ...changes };
    for (const card of this.cards) card.hass = this.hass;
  },
  add(config, { preview = false, width } = {}) {
    const card = document.createElement("azure-speech-live-card");
    if (width) card.style.width = width;
    card.setConfig(config);
    card.preview = preview;
    card.hass = this.hass;
    this.cards.push(card);
    document.querySelector("main").append(card);
  },
  /** Build the dashboard anew, as Home Assistant does after a reconnection: other elements of the same configurations. */
  rebuild(configs) {
    for (const card of this.cards.splice(0)) card.remove();
    for (const config of configs) this.add(config);
  },
  /** The samples that a subscription got, in one list. */
  audio(number) {
    const bytes = this.sessions[number - 1].audio.flatMap((frame) => [...frame]);
    return [...new Int16Array(new Uint8Array(bytes).buffer)];
  },
  lost: () => Socket.lost,
};

const localize = (key, placeholders = {}) =>
  (house.loaded[key] ?? "").replace(/{(\w+)}/g, (_, name) => placeholders[name] ?? "");

house.hass = {
  connection: house.connection,
  language: document.documentElement.lang,
  locale: { language: document.documentElement.lang },
  user: { id: "1", name: "Demo", is_admin: true },
  config: { components: ["azure_speech_live"] },
  states: {},
  entities: {},
  localize,
  hassUrl: (path) => new URL(path, location.href).href,
  callWS: (message) => house.connection.sendMessagePromise(message),
  async loadBackendTranslation(category, domain) {
    const beginning = `component.${domain}.${category}.`;
    for (const [key, text] of Object.entries(house.translations)) if (key.startsWith(beginning)) house.loaded[key] = text;
    house.update({ localize: (key, placeholders) => localize(key, placeholders) });
    return house.hass.localize;
  },
};

customElements.define("ha-card", class extends HTMLElement {});
globalThis.house = house;
