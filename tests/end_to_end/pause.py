"""The demo of a pause, ``scripts/demo --pause``: a person stops after "turn on the ...", and then says what.

The same is said twice: to a recognizer as it comes, and to one that ends a command when it is complete.
"""

from array import array
import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from .connection import Connection
from .home_assistant import HomeAssistant
from .microphone import BYTES_PER_SECOND, end_of_speech, microphone, spoken
from .screen import Screen

PARTS: Final = ("Turn on the", "kitchen light")
PAUSE: Final = 0.7
"""Seconds between them: longer than what ends a phrase, and not long for a person who thinks."""
_LIGHT: Final = "light.kitchen_light"
_WIDTH: Final = 34


@dataclass(frozen=True, kw_only=True)
class _Heard:
    """What came of it."""

    text: str
    after: float
    """Seconds from the end of the last word to the text; below zero, it came before."""
    light: str

    def cells(self) -> tuple[str, str, str]:
        """Return it in words."""
        when = f"{abs(self.after):.2f} s {'after' if self.after > 0 else 'before'} the last word's end"
        return f'"{self.text}"', when, self.light


def paused() -> bytes:
    """Return what is said."""
    return bytes(2 * round(PAUSE * BYTES_PER_SECOND / 2)).join(_without_silence(spoken(part)) for part in PARTS)


def _without_silence(sound: bytes) -> bytes:
    end = round(end_of_speech(sound) * BYTES_PER_SECOND)
    backwards = array("h", reversed(array("h", sound))).tobytes()
    return sound[len(sound) - round(end_of_speech(backwards) * BYTES_PER_SECOND) : end]


async def compare(
    screen: Screen, home: HomeAssistant, connection: Connection, pipeline: str, *, entry_id: str, sound: bytes
) -> bool:
    """Say it twice, and print both side by side. Return whether the light is on where the command was waited for."""
    subentry_id = await connection.subentry(entry_id, "recognizer")
    heard = {}
    for by_command, title in ((False, "as it comes"), (True, "when it is complete")):
        await home.reconfigure(entry_id, subentry_id, "recognizer", by_command=by_command)
        await home.post("/api/services/light/turn_off", json={"entity_id": _LIGHT})
        await connection.loaded()
        screen.title(f"A command ends {title}")
        heard[title] = await _hear(screen, connection, pipeline, sound)
    print()  # noqa: T201 - it prints for people
    for name, cells in zip(
        ("", "heard", "", "Kitchen light"),
        zip(*((title, *each.cells()) for title, each in heard.items()), strict=True),
        strict=True,
    ):
        print(f"{name:<14}  " + "  ".join(f"{cell:<{_WIDTH}}" for cell in cells).rstrip())  # noqa: T201 - as above
    *_, waited = heard.values()
    return waited.light == "on"


async def _hear(screen: Screen, connection: Connection, pipeline: str, sound: bytes) -> _Heard:
    loop = asyncio.get_running_loop()
    text, after, end = "", 0.0, 0.0

    async def person() -> AsyncGenerator[bytes]:
        nonlocal end
        end = loop.time() + end_of_speech(sound)
        async for chunk in microphone(sound):
            yield chunk

    async for event in connection.run_pipeline(pipeline, person()):
        if event["type"] == "stt-end":
            text, after = event["data"]["stt_output"]["text"], loop.time() - end
            screen.line("heard", text)
        elif event["type"] == "intent-end":
            screen.line("answer", event["data"]["intent_output"]["response"]["speech"]["plain"]["speech"])
        elif event["type"] == "error":
            screen.line("error", event["data"]["message"])
    return _Heard(text=text, after=after, light=await connection.state(_LIGHT))
