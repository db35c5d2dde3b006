"""A page with the card on it, and a made-up Home Assistant: `house.js`. No network, and a microphone that hums."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
import json
from pathlib import Path
from typing import Any, Final, Self

from playwright.async_api import Browser, Locator, Page, Route

from tests.end_to_end.process import ROOT

INTEGRATION: Final = ROOT / "custom_components" / "azure_speech_live"
MODULES: Final = INTEGRATION / "frontend"
CARD: Final = MODULES / "azure-speech-live-card.js"
URL: Final = "https://card.test/"
_AXE: Final = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
_THEMES: Final = {
    # Of Home Assistant's own themes, what cards use.
    "light": {
        "primary-background-color": "#fafafa",
        "card-background-color": "#ffffff",
        "secondary-background-color": "#e5e5e5",
        "primary-text-color": "#141414",
        "secondary-text-color": "#5e5e5e",
        "disabled-text-color": "#bdbdbd",
        "divider-color": "rgba(0, 0, 0, .12)",
        "primary-color": "#009ac7",
        "text-primary-color": "#ffffff",
        "error-color": "#db4437",
        "warning-color": "#ffa600",
    },
    "dark": {
        "primary-background-color": "#111111",
        "card-background-color": "#1c1c1c",
        "secondary-background-color": "#282828",
        "primary-text-color": "#e1e1e1",
        "secondary-text-color": "#9b9b9b",
        "disabled-text-color": "#6f6f6f",
        "divider-color": "rgba(225, 225, 225, .12)",
        "primary-color": "#009ac7",
        "text-primary-color": "#ffffff",
        "error-color": "#db4437",
        "warning-color": "#ffa600",
    },
}
_PAGE: Final = """<!doctype html>
<html lang="{language}" dir="{direction}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Kitchen</title>
<style>
  :root {{ {theme}; color-scheme: {scheme} }}
  body {{
    margin: 8px; font: 14px Roboto, sans-serif;
    background: var(--primary-background-color); color: var(--primary-text-color);
  }}
  ha-card {{
    display: block; border: 1px solid var(--divider-color); border-radius: 12px;
    background: var(--card-background-color);
  }}
  h1 {{ position: absolute; clip-path: inset(50%) }}
</style>
<main><h1>Kitchen</h1></main>
"""


class Wall:
    """A tablet on the wall."""

    def __init__(self, page: Page) -> None:
        """Take an empty page."""
        self.page = page
        self.errors: list[str] = []
        """What the page could not do, and what it complained of in the console."""
        self.elsewhere: list[str] = []
        """Addresses that were asked for although they are not Home Assistant's."""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        browser: Browser,
        voice: bytes,
        *,
        language: str = "en",
        theme: str = "light",
        width: int = 500,
        before: str = "",
        **context: Any,
    ) -> AsyncIterator[Self]:
        """Open the page. `voice`: a WAV file for each address that a translation is spoken at.

        `before` is JavaScript that runs before everything, for what a browser lacks; `context` is Playwright's.
        """
        options = {"permissions": ["microphone"], "viewport": {"width": width, "height": 700}, **context}
        opened = await browser.new_context(**options)
        try:
            page = await opened.new_page()
            self = cls(page)
            files: dict[str, tuple[str | bytes, str]] = {
                "": (_page(language, theme), "text/html"),
                "house.js": ((Path(__file__).parent / "house.js").read_bytes(), "text/javascript"),
            }
            files |= {file.name: (file.read_bytes(), "text/javascript") for file in MODULES.glob("*.js")}

            async def answer(route: Route) -> None:
                address = route.request.url
                if not address.startswith(URL):
                    self.elsewhere.append(address)
                    await route.abort()
                    return
                body, kind = files.get(address.removeprefix(URL).partition("?")[0], (voice, "audio/wav"))
                await route.fulfill(body=body, content_type=kind)

            await page.route("**/*", answer)
            if before:
                await page.add_init_script(before)
            await page.goto(URL)
            await page.add_script_tag(url=f"{URL}house.js", type="module")
            await page.evaluate("(words) => { house.translations = words }", _words(language))
            await page.add_script_tag(url=f"{URL}{CARD.name}", type="module")
            yield self
        finally:
            await opened.close()

    async def add(self, **config: Any) -> Locator:
        """Put a card on the wall, and return it."""
        number = await self.page.evaluate(
            "(config) => { house.add(config); return house.cards.length }",
            {"type": "custom:azure-speech-live-card", **config},
        )
        return self.page.locator("azure-speech-live-card").nth(number - 1)

    async def answer(self, command: str, answer: Any) -> None:
        """Say what a command of ours is answered from now on; {"refused": {…}} refuses it."""
        await self.page.evaluate(
            "([command, answer]) => { house.answers[command] = answer }", [f"azure_speech_live/{command}", answer]
        )

    async def sent(self, command: str) -> list[dict[str, Any]]:
        """Return the messages of a command of ours, in their order."""
        found: list[dict[str, Any]] = await self.page.evaluate(
            "(type) => house.sent.filter((message) => message.type === type)", f"azure_speech_live/{command}"
        )
        return found

    async def sessions(self, number: int) -> dict[str, Any]:
        """Wait until so many subscriptions were made; return the message of the last of these."""
        await self.page.wait_for_function("(number) => house.sessions.length >= number", arg=number)
        message: dict[str, Any] = await self.page.evaluate("(number) => house.sessions[number - 1].message", number)
        return message

    async def tell(self, kind: str, *, to: int | None = None, **event: Any) -> bool:
        """Tell an event to the latest subscription that is open, or to one by its number. Return whether it is open."""
        return bool(
            await self.page.evaluate("([event, number]) => house.tell(event, number)", [{"type": kind, **event}, to])
        )

    async def hypothesis(self, number: str, text: str, *, to: int | None = None, **more: Any) -> None:
        """Tell what the words seem to be so far: all of them are to stay, unless `stable` is given."""
        usual: dict[str, Any] = {"stable": len(text), "language": "en-US", "speaker": None, "offset": 0, "duration": 1}
        await self.tell("hypothesis", to=to, **{"id": number, "text": text, **usual, "translations": {}, **more})

    async def phrase(self, number: str, text: str, *, to: int | None = None, **more: Any) -> None:
        """Tell what was said."""
        usual: dict[str, Any] = {
            "language": "en-US",
            "speaker": None,
            "offset": 0,
            "duration": 1,
            "translations": {},
            "error": None,
        }
        await self.tell("phrase", to=to, **{"id": number, "text": text, **usual, **more})

    async def heard(self, number: int, samples: int) -> list[int]:
        """Wait until a subscription has had so many samples; return those that it has had."""
        await self.page.wait_for_function(
            "([number, samples]) => house.sessions[number - 1].audio.reduce((sum, {length}) => sum + length / 2, 0)"
            " >= samples",
            arg=[number, samples],
        )
        found: list[int] = await self.page.evaluate("(number) => house.audio(number)", number)
        return found

    async def lose(self) -> None:
        """Have the connection to Home Assistant gone."""
        await self.page.evaluate("house.lose()")

    async def restore(self) -> None:
        """Have it again."""
        await self.page.evaluate("house.restore()")


async def violations(
    page: Page, element: str = "azure-speech-live-card", *, without: tuple[str, ...] = ()
) -> list[str]:
    """Return what axe finds against an element's accessibility; `without` are rules that do not count."""
    if not await page.evaluate("'axe' in window"):
        await page.add_script_tag(content=_AXE.read_text())
    # By a locator, since Home Assistant has its cards deep in shadow roots.
    found = await page.locator(element).first.evaluate(
        "(card, rules) => axe.run(card, {rules})", {rule: {"enabled": False} for rule in without}
    )
    return [
        f"{violation['impact']} {violation['id']}: {violation['help']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _page(language: str, theme: str) -> str:
    values = "; ".join(f"--{name}: {value}" for name, value in _THEMES[theme].items())
    direction = "rtl" if language in ("ar", "he") else "ltr"
    return _PAGE.format(language=language, direction=direction, theme=values, scheme=theme)


@cache
def _words(language: str) -> dict[str, str]:
    """Return the integration's words by the keys under which Home Assistant has them; English where there are none."""
    file = INTEGRATION / "translations" / f"{language}.json"
    words = json.loads((file if file.exists() else file.with_name("en.json")).read_text())
    return dict(_flat(f"component.{INTEGRATION.name}", words))


def _flat(beginning: str, words: dict[str, Any]) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in words.items():
        name = f"{beginning}.{key}"
        flat += _flat(name, value) if isinstance(value, dict) else [(name, value)]
    return flat
