"""The demo of an outage, ``scripts/demo --outage``: Azure goes away in mid-sentence, the home's own engines go on."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Self

from .connection import Connection
from .home_assistant import HomeAssistant
from .process import Process
from .screen import Screen
from .second_engines import choose, second_engines

_ENOUGH: Final = 2
"""Words of a partial transcript with which a sentence is under way."""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """What goes away, and what is there instead."""

    azure: Process
    instead: dict[str, str]
    """Our entities, and the second engine of each."""

    @classmethod
    async def prepare(
        cls,
        screen: Screen,
        stack: AsyncExitStack,
        home: HomeAssistant,
        connection: Connection,
        *,
        entry_id: str,
        azure: Process,
    ) -> Self:
        """Start the home's own engines, which end with `stack`, add them, and choose them as second engines."""
        port, _ = await stack.enter_async_context(second_engines())
        wyoming = await home.add_wyoming(port)
        screen.line("Wyoming", "the home's own engines, in another process: PocketSphinx and espeak-ng")
        instead = {}
        for kind, domain in (("recognizer", "stt"), ("voice", "tts")):
            ours, second = [await connection.entity(entry, domain) for entry in (entry_id, wyoming)]
            await choose(home, connection, entry_id, kind, second)
            screen.line("second engine", f"{second} stands in for {ours}")
            instead[ours] = second
        return cls(azure=azure, instead=instead)

    async def come(self, screen: Screen, home: HomeAssistant) -> None:
        """Print the partial transcripts until the sentence is under way, and take Azure away then."""
        async for text in home.partial_transcripts():
            screen.line("hears", f"{text} ...")
            if len(text.split()) >= _ENOUGH:
                break
        self.azure.kill()
        screen.line("Azure", "is gone: from here on, nobody is at its address")

    async def is_told(self, screen: Screen, connection: Connection) -> bool:
        """Print which engines answered. Return whether they are the second ones."""
        states = {state["entity_id"]: state["attributes"] for state in await connection.call("get_states")}
        answered = {ours: states[ours].get("last_engine") for ours in self.instead}
        for ours, engine in answered.items():
            screen.line("answered", f"{engine}, which was asked by {ours}")
        return answered == self.instead
