"""The demo of the card, ``scripts/demo --captions``: two people talk in front of a tablet, and what is on it is told.

The page is Chromium's, with the microphone and the speaker of a room of a PulseAudio server. First a card captions
them; then another is their interpreter, which says aloud to each what the other said.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
import re
import time
from typing import Any, Final

from playwright.async_api import expect

from tests.microphone.sound import SoundServer
from tests.speech_service.engines.conversation import Line, speak

from .captions_house import DASHBOARD, LINES, PAUSE, Tablet, put_on_the_wall, say
from .connection import Connection
from .home_assistant import HomeAssistant
from .screen import Screen

_ROOM: Final = "kitchen"
_CAPTIONED: Final = LINES[:3]
_INTERPRETED: Final = LINES[3:5]
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
    "mine_voice": "en-US-JennyNeural",
    "theirs": "de-DE",
    "theirs_voice": "de-DE-KatjaNeural",
    "aloud": True,
}


async def caption(screen: Screen, home: HomeAssistant, connection: Connection, picture: Path) -> bool:
    """Have two people talk, print what the cards show of it, and save a picture. Return whether all of it was there."""
    await put_on_the_wall(connection, CAPTIONS, INTERPRETER)
    screen.line("dashboard", f"{home.url}/{DASHBOARD}")
    async with SoundServer.run(_ROOM) as sound, Tablet.open(home, sound, _ROOM) as tablet:
        cards = tablet.card
        first, second = (replace(tablet, card=cards.nth(number)) for number in (0, 1))
        await first.listen()
        screen.line("card", 'says "Listening"')
        done = await _captioned(screen, sound, first)
        await first.card.get_by_role("button", name="Listen").click()
        screen.title("The same two, with an interpreter")
        await second.listen()
        done = await _interpreted(screen, sound, second) and done
        await tablet.browser.page.screenshot(path=picture)
        screen.line("picture", str(picture))
        return done and not tablet.browser.errors


async def _captioned(screen: Screen, sound: SoundServer, tablet: Tablet) -> bool:
    """Have them talk, with captions. Return whether these have all of it."""
    watching = asyncio.create_task(_print_rows(screen, tablet))
    try:
        for line in _CAPTIONED:
            over = await _say(screen, sound, line)
            await expect(tablet.card.locator(".row").last).to_contain_text(line.text)
            await _print_delay(screen, tablet, "the text", line.text, over)
    finally:
        watching.cancel()
    rows = await tablet.texts()
    return len(rows) == len(_CAPTIONED) and all(
        line.text in row and line.translations.get("de", "") in row for line, row in zip(_CAPTIONED, rows, strict=True)
    )


async def _interpreted(screen: Screen, sound: SoundServer, tablet: Tablet) -> bool:
    """Have them talk, with an interpreter that speaks. Return whether each read what the other said, once."""
    state = tablet.card.get_by_role("status")
    for line in _INTERPRETED:
        (translation,) = line.translations.values()
        over = await _say(screen, sound, line)
        await expect(tablet.card.locator(".turns p").filter(has_text=translation)).to_be_visible()
        await _print_delay(screen, tablet, "the translation", translation, over)
        await expect(state).to_have_text(re.compile("Speaking"))
        screen.line("voice", f'says "{translation}", and the card hears nothing meanwhile')
        await expect(state).to_have_text(re.compile("Listening"))
    turns = [await tablet.card.locator(f".half.{side} .turns p").all_inner_texts() for side in ("mine", "theirs")]
    return turns == [_read(_INTERPRETED, "en-US"), _read(_INTERPRETED, "de-DE")]


def _read(lines: Sequence[Line], language: str) -> list[str]:
    """Return what who knows a language reads."""
    return [line.text if line.language == language else next(iter(line.translations.values())) for line in lines]


async def _say(screen: Screen, sound: SoundServer, line: Line) -> float:
    """Have a line said; return when its last word was over, in seconds since 1970."""
    screen.line(line.speaker, f'says "{line.text}"')
    recording = await speak(line)
    begun = time.time()
    await say(sound, [_ROOM], [line])
    length = len(recording.pcm) / 32_000 + PAUSE
    return max(begun, time.time() - length) + recording.last_sound


async def _print_delay(screen: Screen, tablet: Tablet, what: str, text: str, over: float) -> None:
    shown = next(at for at, seen in await tablet.seen() if text in seen)
    screen.line("", f"{what} is on the card {shown - over:.1f} s after the last word")


async def _print_rows(screen: Screen, tablet: Tablet) -> None:
    """Print the newest row whenever it has changed."""
    shown = ""
    while True:
        if (rows := await tablet.texts()) and (text := " / ".join(rows[-1].split("\n\n"))) != shown:
            shown = text
            screen.line("card", shown.replace("\n", ": "))
        await asyncio.sleep(0.2)
