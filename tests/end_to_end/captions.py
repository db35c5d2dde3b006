"""The interpreter for as long as one likes: ``python -m tests.end_to_end.captions --minutes 10``.

Two people talk in their languages in one room, each in front of a tablet; both tablets are in one conversation, hear
all that is said, and say translations aloud. Chromium's echo cancellation takes away what it plays itself, and so hides
whether the card is deaf when it should be: here it is off. Turns that nobody made, that are missing or that come twice
are counted: there should be none. The exit status is 0 only if each line was heard once, and translated.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
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

ROOM: Final = "kitchen"
_SIDES: Final = {"mine": "en-US", "theirs": "de-DE"}
_VOICES: Final = {"mine_voice": "en-US-JennyNeural", "theirs_voice": "de-DE-KatjaNeural"}
_MOST: Final = 24
"""Turns that a half shows for certain."""
_PLAYED: Final = 4.0
"""Seconds in which a translation has begun to be played, and has ended; nobody speaks meanwhile."""


def interpreter(**more: Any) -> dict[str, Any]:
    """Return the configuration of a card that says translations aloud."""
    both = {"mode": "interpreter", "mine": "en-US", "theirs": "de-DE", "aloud": True, **_VOICES}
    return {**both, **more}


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
        said.append(number)
        await say(sound, [ROOM], [LINES[number]])
        for side, tablet in tablets.items():
            await expect(half(tablet, side).last).to_have_text(expected([number], side)[0])
        await asyncio.sleep(_PLAYED)  # what a loudspeaker has played would be a turn by now
        if time.monotonic() >= until:
            break
    return said


def expected(said: Sequence[int], side: str) -> list[str]:
    """Return what a half should show."""
    lines = [LINES[number] for number in said]
    return [line.text if line.language == _SIDES[side] else next(iter(line.translations.values())) for line in lines]


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of two people who talked for a while."""

    said: list[int]
    """The numbers of the lines, in their order."""
    turns: dict[str, list[str]]
    """What each side's tablet shows, which may not be the first turns any more."""
    errors: list[str]
    """Of the pages."""

    @property
    def wrong(self) -> list[str]:
        """Return where a tablet shows something else than what was said."""
        wrong = []
        for side, turns in self.turns.items():
            wanted = expected(self.said, side)
            if turns != (wanted[-len(turns) :] if len(wanted) > _MOST else wanted):
                wrong.append(f"{side}: {turns}\ninstead of {wanted}")
        return wrong + self.errors


async def visit(
    home: HomeAssistant,
    connection: Connection,
    sound: SoundServer,
    *,
    seconds: float,
    echo_cancellation: bool,
    **more: Any,
) -> Visit:
    """Have two people talk for some time: at least one says something. `more` is of the cards."""
    tablets: dict[str, Tablet] = {}
    async with AsyncExitStack() as stack:
        for side in _SIDES:
            url = f"visit-{side}"
            await put_on_the_wall(connection, interpreter(side=side, conversation="visit", **more), url=url)
            tablets[side] = await stack.enter_async_context(
                Tablet.open(home, sound, ROOM, url=url, echo_cancellation=echo_cancellation)
            )
        for tablet in tablets.values():
            await tablet.listen()
        said = await talk(sound, tablets, seconds=seconds)
        turns = {side: await half(tablet, side).all_inner_texts() for side, tablet in tablets.items()}
    return Visit(said, turns, [error for tablet in tablets.values() for error in tablet.browser.errors])


async def _run(folder: Path, minutes: float) -> int:
    key = secrets.token_hex(16)
    (config := folder / "config").mkdir()
    async with (
        stand_in(key=key, engines=CONVERSATION_ENGINES) as (endpoint, _),
        HomeAssistant.run(config) as home,
        home.connect() as connection,
        SoundServer.run(ROOM) as sound,
    ):
        await home.add_integration(endpoint, key)
        seen = await visit(home, connection, sound, seconds=60 * minutes, echo_cancellation=False)
    print(f"{len(seen.said)} lines in {minutes:g} minutes")  # noqa: T201 - for people
    for wrong in seen.wrong:
        print(wrong, file=sys.stderr)  # noqa: T201 - for people
    return 1 if seen.wrong else 0


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.captions", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long they talk (default: %(default)s)")
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="captions-") as name, new_machine(folder := Path(name)):
        return asyncio.run(_run(folder, minutes))


if __name__ == "__main__":
    sys.exit(main())
