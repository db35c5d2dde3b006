/** What the modules of the card hand to each other: types alone, so that no page loads this. */

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
 * @property {{translations: Record<string, {nativeName: string}>}} [translationMetadata] Languages of the pages.
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
 * @property {number} stable How many of the text's UTF-16 units stay as they are.
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

/**
 * A view draws what `Live` has into `root` and is drawn again by `update`: at each change and with each new `hass`.
 *
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {(hass: Hass) => void} update
 * @property {() => void} dispose It is shown no longer.
 */

export {};
