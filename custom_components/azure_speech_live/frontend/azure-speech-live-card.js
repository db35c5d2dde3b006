/**
 * Live captions and an interpreter on a dashboard: `custom:azure-speech-live-card`.
 *
 * All pages of Home Assistant load this, so it is no more than the card's frame, and what the picker asks for. The rest
 * is loaded with the first card: plain modules without a build, each under an address that has their version in it.
 */

import { assertConfig, seen } from "./config.js";
import { DOMAIN, loadWords, localeOf, word } from "./words.js";
/** @import {Hass, Config, View} from "./types.js" */
/** @import {Live} from "./live.js" */

const TAG = "azure-speech-live-card";

/** The card: it shows the view of its mode. */
class AzureSpeechLiveCard extends HTMLElement {
  #card = document.createElement("ha-card");
  #style = document.createElement("style");
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
    this.attachShadow({ mode: "open" }).append(this.#style, this.#card);
  }

  /** @param {Config} config */
  setConfig(config) {
    assertConfig(config);
    this.#hide();
    this.#config = seen.config = config;
    void this.#show();
  }

  /** @param {Hass} hass */
  set hass(hass) {
    const before = this.#hass;
    this.#hass = seen.hass = hass;
    if (!before) void loadWords(hass);
    if (!this.#view) void this.#show();
    else if (before?.localize !== hass.localize) this.#changed(); // all else a view learns of Live
  }

  /** Whether the dashboard is edited: nothing can be pressed then. */
  set preview(/** @type {boolean} */ preview) {
    this.#preview = this.#card.inert = preview;
    if (this.#isExample && !preview) this.#hide();
    void this.#show();
  }

  /** "grid" and "panel" give it a height. */
  set layout(/** @type {string | undefined} */ layout) {
    this.toggleAttribute("layout", layout === "grid" || layout === "panel");
  }

  connectedCallback() {
    void this.#show();
  }

  disconnectedCallback() {
    this.#hide();
  }

  async #show() {
    const views = await import("./views.js").catch(() => null);
    if (!views) this.#card.textContent = word(this.#hass, "not_loaded"); // a page never asks again for what it did not get
    const [hass, config] = [this.#hass, this.#config];
    if (!views || this.#view || !hass || !config || !this.isConnected) return;
    const root = this.getRootNode();
    const inPicker = root instanceof ShadowRoot && root.host.localName === "hui-card-picker"; // which does not say so
    this.#isExample = this.#preview || inPicker;
    const { live, view } = views.viewOf(hass, config, this.#isExample);
    this.#live = live;
    this.#view = view;
    live.addEventListener("change", this.#changed);
    const title = document.createElement("h2");
    title.textContent = config.title ?? "";
    this.#style.textContent = views.STYLES;
    this.#card.replaceChildren(...(config.title ? [title] : []), view.root);
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
    seen.hass = hass;
    return { mode: "captions", languages: [localeOf(hass)], speakers: true, text_size: 2 };
  }

  static async getConfigForm() {
    return (await import("./form.js")).configForm();
  }
}

/** @param {Hass} hass @param {string} entity */
function getEntitySuggestion(hass, entity) {
  if (!entity.startsWith("stt.") || hass.entities[entity]?.platform !== DOMAIN) return null;
  seen.hass = hass;
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
    if (!seen.page) void loadWords(words);
    seen.page = words;
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
      return word(seen.page, "name") || "Azure Speech Live";
    },
    get description() {
      return word(seen.page, "description");
    },
    preview: true,
    documentationURL: "https://github.com/azure-speech-live/azure-speech-live/blob/main/docs/captions.md",
    getEntitySuggestion,
  });
}
