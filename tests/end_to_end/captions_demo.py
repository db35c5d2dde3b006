"""The demo of the card, ``scripts/demo --captions``: two people talk in front of a tablet, and what is on it is told.

The page is Chromium's, with the microphone and the speaker of a room of a PulseAudio server.
"""

import asyncio
from pathlib import Path
from typing import Any, Final

from playwright.async_api import expect

from tests.microphone.sound import SoundServer

from .captions_house import DASHBOARD, LINES, Tablet, put_on_the_wall, say
from .connection import Connection
from .home_assistant import HomeAssistant
from .screen import Screen

_ROOM: Final = "kitchen"
_SAID: Final = LINES[:4]
CAPTIONS: Final[dict[str, Any]] = {
    "title": "Captions",
    "mode": "captions",
    "languages": ["en-US", "de-DE"],
    "translate_to": ["de-DE"],
}
INTERPRETER: Final[dict[str, Any]] = {
    "title": "Interpreter",
    "mode": "interpreter",
    "mine": "en-US",
    "theirs": ["de-DE"],
}


async def caption(screen: Screen, home: HomeAssistant, connection: Connection, picture: Path) -> bool:
    """Have two people talk, print what the card shows of it, and save a picture. Return whether all of it was there."""
    await put_on_the_wall(connection, CAPTIONS)
    screen.line("dashboard", f"{home.url}/{DASHBOARD}")
    async with SoundServer.run(_ROOM) as sound, Tablet.open(home, sound, _ROOM) as tablet:
        await tablet.listen()
        screen.line("card", 'says "Listening"')
        watching = asyncio.create_task(_print_rows(screen, tablet))
        try:
            for line in _SAID:
                screen.line(line.speaker, f'says "{line.text}"')
                await say(sound, [_ROOM], [line])
            await expect(tablet.card.locator(".row")).to_contain_text([line.text for line in _SAID])
        finally:
            watching.cancel()
        await tablet.browser.page.screenshot(path=picture)
        screen.line("picture", str(picture))
        done = all(
            line.translations["de"] in text
            for line, text in zip(_SAID, await tablet.texts(), strict=True)
            if "de" in line.translations
        )
        done = done and not tablet.browser.errors
    # For who wants to try them.
    await put_on_the_wall(connection, CAPTIONS, INTERPRETER)
    return done


async def _print_rows(screen: Screen, tablet: Tablet) -> None:
    """Print the newest row whenever it has changed."""
    shown = ""
    while True:
        if (rows := await tablet.texts()) and (text := " / ".join(rows[-1].split("\n\n"))) != shown:
            shown = text
            screen.line("card", shown.replace("\n", ": "))
        await asyncio.sleep(0.2)
