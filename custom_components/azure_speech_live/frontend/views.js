/** What a card shows. */

import { CaptionsView } from "./captions.js";
import { keyOf } from "./config.js";
import { example } from "./example.js";
import { InterpreterView } from "./interpreter.js";
import { Live } from "./live.js";
export { STYLES } from "./styles.js";
/** @import {Hass, Config, View} from "./types.js" */

/** Have a card show what it is for. @param {Hass} hass @param {Config} config @param {boolean} isExample Nothing listens in one.
 * @returns {{live: Live, view: View}} */
export function viewOf(hass, config, isExample) {
  const live = isExample ? example(hass, config) : Live.of(keyOf(config));
  if (!isExample) live.attach(hass, config);
  return { live, view: config.mode === "interpreter" ? new InterpreterView(live, config) : new CaptionsView(live, config) };
}
