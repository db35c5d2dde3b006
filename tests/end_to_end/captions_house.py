"""Rooms with people and tablets in them: what is said there is heard by the tablets, and so is what they play.

The people are the conversation of tests/data, in English and German; the stand-in knows it by its sound. A tablet is
Chromium at a dashboard of a real Home Assistant, with a device of a PulseAudio server.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from playwright.async_api import ConsoleMessage, Locator

from tests.microphone.sound import SoundServer
from tests.speech_service.engines.conversation import Line, read, speak
from tests.speech_service.engines.legible import silence

from .browser import Browser
from .connection import Connection
from .home_assistant import HomeAssistant
from .stand_in import CONVERSATION

LINES: Final = read(CONVERSATION)
DASHBOARD: Final = "captions-wall"
PAUSE: Final = 1.0
"""Seconds after what somebody says, so that it is a phrase."""
_NO_ECHO_CANCELLATION: Final = """{
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = ({audio}) => open({audio: {...audio, echoCancellation: false}});
}"""
# When each text was on the page, by the page's clock, as a person would see it: after the next frame is drawn.
_WATCH: Final = """(card) => {
  card.seen = [];
  const look = () => requestAnimationFrame(() => {
    const text = [...card.shadowRoot.querySelectorAll(".row, .half")].map((row) => row.innerText).join(" | ");
    if (text !== card.seen.at(-1)?.text) card.seen.push({at: performance.timeOrigin + performance.now(), text});
  });
  new MutationObserver(look).observe(card.shadowRoot, {subtree: true, childList: true, characterData: true});
}"""


async def put_on_the_wall(connection: Connection, *cards: dict[str, Any], url: str = DASHBOARD) -> None:
    """Make a dashboard of our cards, or change it."""
    dashboards = await connection.call("lovelace/dashboards/list")
    if all(dashboard["url_path"] != url for dashboard in dashboards):
        await connection.call("lovelace/dashboards/create", url_path=url, title="Captions", mode="storage")
    views = [{"title": "Kitchen", "cards": [{"type": "custom:azure-speech-live-card", **card} for card in cards]}]
    await connection.call("lovelace/config/save", url_path=url, config={"views": views})


@dataclass
class Tablet:
    """A page with one card, that hears a room."""

    browser: Browser
    card: Locator
    complaints: list[str]
    """What stands in the page's console as an error."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        home: HomeAssistant,
        sound: SoundServer,
        room: str,
        *,
        url: str = DASHBOARD,
        echo_cancellation: bool = True,
        **new: Any,
    ) -> AsyncIterator[Self]:
        """Open a dashboard in a room. Without echo cancellation, the device hears what it plays, as many do."""
        async with Browser.open(home, room=sound.room(room), **new) as browser:
            if not echo_cancellation:
                await browser.page.add_init_script(_NO_ECHO_CANCELLATION)
            complaints: list[str] = []
            browser.page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
            await browser.page.goto(f"{home.url}/{url}/0")
            card = browser.page.locator("azure-speech-live-card")
            await card.first.wait_for()
            yield cls(browser, card, complaints)

    async def listen(self, name: str = "Listen") -> None:
        """Press the button, and wait until the card says that it listens."""
        await self.card.evaluate(_WATCH)
        await self.card.get_by_role("button", name=name).first.click()
        await self.card.get_by_text("Listening").first.wait_for()

    async def texts(self) -> list[str]:
        """Return the rows of the captions, with what is being said as well."""
        return await self.card.locator(".row").all_inner_texts()

    async def seen(self) -> list[tuple[float, str]]:
        """Return all that was on the card since it listens: when (seconds since 1970), and the text."""
        return [(seen["at"] / 1000, seen["text"]) for seen in await self.card.evaluate("(card) => card.seen")]


def _is_complaint(said: ConsoleMessage) -> bool:
    """Return whether it is an error; pictures of Home Assistant's that are somewhere in the internet are none."""
    return said.type == "error" and "ERR_NAME_NOT_RESOLVED" not in said.text


async def say(sound: SoundServer, rooms: Sequence[str], lines: Sequence[Line]) -> None:
    """Have people say lines one after the other in the rooms that are told, one for each line."""
    for room, line in zip(rooms, lines, strict=True):
        await sound.say(room, (await speak(line)).pcm + silence(PAUSE))
