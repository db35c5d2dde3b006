"""The interpreter for as long as one likes: ``python -m tests.end_to_end.captions --minutes 10``.

Two people talk in their languages, each in front of a tablet in a room of their own; both tablets are in one
conversation, and say translations aloud in their rooms. Turns that nobody made, that are missing or that come twice are
counted: there should be none. Not shown yet: that a translation is heard in the room at all, without which no turn can
be made of one. The exit status is 0 only if each line was heard once, and translated.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
import itertools
from pathlib import Path
import secrets
import sys
import tempfile
import time
from typing import Any, Final

from playwright.async_api import Locator, expect

from tests.machine import new_machine
from tests.microphone.sound import SoundServer

from .captions_house import LINES, Tablet, put_on_the_wall, say
from .connection import Connection
from .home_assistant import HomeAssistant
from .stand_in import CONVERSATION_ENGINES, stand_in

ROOMS: Final = {"en-US": "kitchen", "de-DE": "door"}
"""Where who speaks a language is."""
_VOICES: Final = {"mine_voice": "en-US-JennyNeural", "theirs_voice": "de-DE-KatjaNeural"}
_MOST: Final = 24
"""Turns that a half shows for certain."""
_PLAYED: Final = 4.0
"""Seconds in which a translation has begun to be played, and has ended; nobody speaks meanwhile."""


def interpreter(**more: Any) -> dict[str, Any]:
    """Return the configuration of a card that says translations aloud."""
    both = {"mode": "interpreter", "mine": "en-US", "theirs": "de-DE", "aloud": True, **_VOICES}
    return {**both, **more}


async def put_in_rooms(connection: Connection, **more: Any) -> None:
    """Make a dashboard for each of two tablets. `more` is of their cards."""
    for language, side in (("en-US", "mine"), ("de-DE", "theirs")):
        card = interpreter(side=side, conversation="visit", **more)
        await put_on_the_wall(connection, card, url=f"visit-{ROOMS[language]}")


def half(tablet: Tablet, side: str) -> Locator:
    """Return the turns of a half: what its person said is `.own`, what they are told is `.other`."""
    return tablet.card.locator(f".half.{side} .turns p")


async def talk(sound: SoundServer, tablets: dict[str, Tablet], *, seconds: float) -> list[int]:
    """Have the conversation go on for some time, and return which line was said at each turn.

    Whoever speaks waits until the other has heard it.
    """
    said: list[int] = []
    until = time.monotonic() + seconds
    for number in itertools.cycle(range(len(LINES))):
        if time.monotonic() >= until:
            return said
        line = LINES[number]
        said.append(number)
        await say(sound, [ROOMS[line.language]], [line])
        for side, tablet in tablets.items():
            last = half(tablet, side).last
            own = (line.language == "en-US") == (side == "mine")
            await expect(last).to_have_text(line.text if own else next(iter(line.translations.values())))
        await asyncio.sleep(_PLAYED)
    return said


async def shown(tablet: Tablet, side: str) -> list[str]:
    """Return the turns that a half shows, which may not be the first any more."""
    return await half(tablet, side).all_inner_texts()


def expected(said: Sequence[int], side: str) -> list[str]:
    """Return what a half should show."""
    return [
        LINES[number].text
        if (LINES[number].language == "en-US") == (side == "mine")
        else next(iter(LINES[number].translations.values()))
        for number in said
    ]


async def visit(
    home: HomeAssistant, connection: Connection, sound: SoundServer, *, seconds: float, **more: Any
) -> tuple[int, int]:
    """Have two people talk for some time. Return how many lines were said, and how many turns were wrong."""
    await put_in_rooms(connection, **more)
    async with AsyncExitStack() as stack:
        tablets = {
            side: await stack.enter_async_context(
                Tablet.open(home, sound, ROOMS[language], url=f"visit-{ROOMS[language]}")
            )
            for language, side in (("en-US", "mine"), ("de-DE", "theirs"))
        }
        for tablet in tablets.values():
            await tablet.listen()
        said = await talk(sound, tablets, seconds=seconds)
        await asyncio.sleep(_PLAYED)  # what a loudspeaker has played would be a turn by now
        wrong = 0
        for side, tablet in tablets.items():
            turns = await shown(tablet, side)
            wanted = expected(said, side)[-len(turns) :] if len(said) > _MOST else expected(said, side)
            if turns != wanted:
                wrong += 1 + abs(len(turns) - len(wanted))
                print(f"{side}: {turns}\ninstead of {wanted}", file=sys.stderr)  # noqa: T201 - for people
            wrong += len(tablet.browser.errors)
    return len(said), wrong


async def _run(folder: Path, minutes: float) -> int:
    key = secrets.token_hex(16)
    (config := folder / "config").mkdir()
    async with (
        stand_in(key=key, engines=CONVERSATION_ENGINES) as (endpoint, _),
        HomeAssistant.run(config) as home,
        home.connect() as connection,
        SoundServer.run(*ROOMS.values()) as sound,
    ):
        await home.add_integration(endpoint, key)
        said, wrong = await visit(home, connection, sound, seconds=60 * minutes)
    print(f"{said} lines in {minutes:g} minutes; {wrong} turns that nobody made, or that are missing")  # noqa: T201
    return 1 if wrong else 0


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.captions", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long they talk (default: %(default)s)")
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="captions-") as name, new_machine(folder := Path(name)):
        return asyncio.run(_run(folder, minutes))


if __name__ == "__main__":
    sys.exit(main())
