"""What follows from how the service and the second engine do: what is remembered, counted, logged and checked."""

from collections.abc import Callable, Coroutine
from typing import Any

from homeassistant.core import HomeAssistant

from ..resource.health_states import State
from ..resource.resource import AzureSpeechConfigEntry
from .decision import OUTAGES, Then, Trouble, begins
from .memories import async_get_memories
from .other_voice import OtherVoiceError
from .second_voice import SecondVoice


class Account:
    """The outcome of one text, for the voice that was asked to speak it, and its resource."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        voice: SecondVoice,
        engine: str,
        on_second: Callable[[str], None],
    ) -> None:
        """Take whose account it is. ``engine``: an entity id, with which ``on_second`` is called when that speaks."""
        self._hass = hass
        self._entry = entry
        self._resource = entry.runtime_data
        self._memory = async_get_memories(hass, entry).speaking
        self._voice = voice
        self._engine = engine
        self._on_second = on_second
        self._begun = hass.loop.time()

    @property
    def patience(self) -> float:
        """Return for how many seconds the service is waited for."""
        return self._memory.patience

    def begins(self) -> Then:
        """Return how a text begins, by what is known."""
        health = self._resource.health.state
        if health is State.USED_UP:  # of recognition: the service limits what is spoken by other numbers
            health = State.WORKS
        return begins(
            health,
            limit_used_up=self._resource.speaking_guard.used_up,
            away=self._memory.away,
            is_due=self._memory.is_due(self._hass.loop.time()),
        )

    def failed(self, trouble: Trouble) -> None:
        """Take note that the service did not speak, or not in time."""
        if trouble in OUTAGES:
            self._memory.failed(self._hass.loop.time(), self._begun)
        if trouble is Trouble.SLOW:
            self._resource.health.async_doubt()

    def answered(self, delay: float | None) -> None:
        """Take note that the service speaks, so many seconds after it had the text."""
        self._memory.answered(self._hass.loop.time(), delay)
        self._voice.gives_back(self._memory)

    def second_spoke(self, *, asked: bool) -> None:
        """Take note that the second engine is heard; ``asked``: the service was asked, too."""
        self._voice.answers()
        self._on_second(self._engine)
        self._resource.async_second_answered(self._engine, spoken=1)
        self._voice.takes_over(self._memory, self._engine, asked=asked)

    def second_failed(self, error: OtherVoiceError) -> None:
        """Take note that the second engine does not speak."""
        self._voice.complain(self._engine, str(error))

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done for which nobody waits, unless the resource is unloaded meanwhile."""
        self._entry.async_create_background_task(self._hass, work, "Azure Speech Live second engine")
