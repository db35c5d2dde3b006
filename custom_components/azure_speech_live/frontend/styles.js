/** What both kinds of card look like, in the colours of the theme. */

export const STYLES = `
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
