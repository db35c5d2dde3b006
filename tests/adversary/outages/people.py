"""Who speaks: each has a thing of the house that is switched on and off, by our recognizer or by the other engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final

from tests.end_to_end.connection import Connection, HomeAssistantError
from tests.end_to_end.home_assistant import HomeAssistant
from tests.end_to_end.microphone import end_of_speech, microphone, spoken

from .sky import Sky, Spell
from .weather import FINE

THINGS: Final = {
    "light.kitchen_light": "the kitchen light",
    "light.living_room_light": "the living room light",
    "light.bedroom_light": "the bedroom light",
    "switch.coffee_machine": "the coffee machine",
}
LONGEST: Final = 40.0
"""Seconds after which a command counts as unanswered."""
SHORTEST: Final = 4000
"""Bytes of an MP3 in which something can be heard."""
ALONE: Final = "second engine alone"


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command, and what came of it."""

    said: str
    weather: str
    """What was amiss, or ALONE."""
    known: bool
    """Whether another command had met the same before."""
    delay: float | None
    """Seconds from the end of speech to the text; None: there was none."""
    wrong: str
    """What was wrong, if anything."""
    by_service: bool
    """Whether the service is said to have answered last by then; of several commands at a time it may be another's."""

    def __str__(self) -> str:
        return f"{self.said!r}, {self.weather}{', known' if self.known else ''}: {self.wrong}"


@dataclass
class Report:
    """What came of everything."""

    commands: list[Command] = field(default_factory=list)
    sounds: list[float | None] = field(default_factory=list)
    """Seconds to the first sound of a text that our voice was to say; None: there was none."""
    logged: list[str] = field(default_factory=list)
    """What nobody wants to see in the log of Home Assistant."""

    @property
    def ours(self) -> list[Command]:
        """Return those to our recognizer."""
        return [command for command in self.commands if command.weather != ALONE]


class Sounds:
    """What is said: each sentence is spoken once by flite."""

    def __init__(self) -> None:
        self._sounds = {
            text: spoken(text) for thing in THINGS.values() for text in (_command(thing, "on"), _command(thing, "off"))
        }

    def of(self, text: str) -> bytes:
        """Return the sound of a command."""
        return self._sounds[text]


def _command(thing: str, state: str) -> str:
    return f"Turn {state} {thing}"


@dataclass(kw_only=True)
class Person:
    """One who speaks."""

    thing: str
    """The entity that is switched; its state is this person's alone."""
    home: HomeAssistant
    connection: Connection
    pipeline: str
    engine: str
    """Our recognizer."""
    voice: str | None
    """Our voice, if something is to be said by it now and then."""
    sky: Sky | None
    """None: it is the other engine that is spoken to."""
    sounds: Sounds
    report: Report
    state: str = "off"

    async def warm_up(self) -> None:
        """Say a command that does not count: the first one of a Home Assistant has much to load."""
        sound = microphone(self.sounds.of(_command(THINGS[self.thing], "off")))
        async for _ in self.connection.run_pipeline(self.pipeline, sound):
            pass

    async def command(self) -> None:
        """Say one command, and report what came of it."""
        wanted = "off" if self.state == "on" else "on"
        text = _command(THINGS[self.thing], wanted)
        spell = self.sky.now if self.sky else None
        known = spell is not None and spell.met is not None
        listening = _Listening(self.sounds.of(text))
        wrong = ""
        try:
            async with asyncio.timeout(LONGEST):
                async for event in self.connection.run_pipeline(self.pipeline, listening.sound()):
                    if event["type"] == "stt-end":
                        listening.take(event["data"]["stt_output"]["text"])
                    elif event["type"] == "error":
                        wrong = event["data"]["message"]
        except TimeoutError:
            wrong = f"no end within {LONGEST:.0f} s"
        except HomeAssistantError as err:  # no run at all: there is no engine
            wrong = str(err)
        if not wrong and listening.text.rstrip(".").lower() != text.lower():
            wrong = f"heard {listening.text!r}"
        self.state = await self.connection.state(self.thing)
        if not wrong and self.state != wanted:
            wrong = f"it is still {self.state}"
        by_service = await self._answered_by() == self.engine
        self.report.commands.append(
            Command(
                said=text,
                weather=self._met(spell),
                known=known and self.sky is not None and spell is self.sky.now,
                delay=listening.delay,
                wrong=wrong,
                by_service=by_service,
            )
        )
        if self.sky and spell:
            await self.sky.note(spell, used=by_service)

    async def listen(self, text: str) -> None:
        """Have something said, and report how soon it could be heard."""
        loop = asyncio.get_running_loop()
        begun, first, size = loop.time(), None, 0
        request = {"engine_id": self.voice, "language": "en-US", "message": text}
        try:
            async with asyncio.timeout(LONGEST):
                async for piece in self.home.fetch((await self.home.post("/api/tts_get_url", json=request))["path"]):
                    first = first or loop.time() - begun
                    size += len(piece)
        except TimeoutError, HomeAssistantError:
            first = None
        self.report.sounds.append(first if size > SHORTEST else None)

    def _met(self, spell: Spell | None) -> str:
        """Return what was amiss for a command that began in a spell and has just ended: it may have come amid it."""
        if self.sky is None or spell is None:
            return ALONE
        return (self.sky.now if spell.weather is FINE else spell).weather.name

    async def _answered_by(self) -> str | None:
        states = await self.connection.call("get_states")
        (entity,) = (state for state in states if state["entity_id"] == self.engine)
        answered_by: str | None = entity["attributes"].get("last_engine")
        return answered_by


class _Listening:
    """One command's sound, and when its speech was over."""

    def __init__(self, sound: bytes) -> None:
        self.text = ""
        self.delay: float | None = None
        self._sound = sound
        self._over = 0.0

    async def sound(self) -> AsyncGenerator[bytes]:
        """Yield it at the pace of a microphone, then silence."""
        self._over = asyncio.get_running_loop().time() + end_of_speech(self._sound)
        async for chunk in microphone(self._sound):
            yield chunk

    def take(self, text: str) -> None:
        """Take what was heard."""
        self.text = text
        self.delay = asyncio.get_running_loop().time() - self._over
