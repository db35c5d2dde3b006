"""Which second engine is asked: the one that a recognizer, translator or voice names, wherever it is by now.

What is stored of it is its id in the entity registry, which stays when the entity is renamed. Engines that are set up
in YAML alone are in no registry, and cannot be named.
"""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
import logging
from typing import ClassVar, Final

from homeassistant.components.stt import SpeechToTextEntity
from homeassistant.components.tts import TextToSpeechEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.util.language import matches

from ..speech import printable
from .memory import Memory

_LOGGER = logging.getLogger(__name__)

_asking: Final[ContextVar[frozenset[str]]] = ContextVar("azure_speech_live_asking", default=frozenset())
"""The entity ids of those that ask each other in the present task."""


@callback
def async_second_ear(hass: HomeAssistant, stored: str | None, asking: str) -> SpeechToTextEntity | None:
    """Return the engine that hears in the place of ``asking``, an entity id; None if there is none that can be asked.

    To be called for every command: an engine may load later than who asks it, and again. Its state is not looked at,
    since many are available whatever happens: whether it answers, only asking it tells.
    """
    engine = _engine(hass, stored, asking)
    return engine if isinstance(engine, SpeechToTextEntity) else None


@callback
def async_second_voice(hass: HomeAssistant, stored: str | None, asking: str) -> TextToSpeechEntity | None:
    """Return the engine that speaks in the place of ``asking``, as async_second_ear does of those that hear."""
    engine = _engine(hass, stored, asking)
    return engine if isinstance(engine, TextToSpeechEntity) else None


@contextmanager
def asked_by(asking: str) -> Generator[None]:
    """Have whoever is asked meanwhile, in this task and those that it starts, not ask ``asking``, an entity id.

    Not to be used in a generator: what it sets would stay with whoever takes what the generator yields.
    """
    before = _asking.set(_asking.get() | {asking})
    try:
        yield
    finally:
        _asking.reset(before)


def language_for(hass: HomeAssistant, language: str, supported: Iterable[str]) -> str | None:
    """Return what an engine calls a language, the best match in this country; None if it does not know it."""
    return next(iter(matches(language, supported, hass.config.country)), None)


@callback
def async_loaded(hass: HomeAssistant, stored: str) -> Entity | None:
    """Return an engine by its id in the entity registry; None if it is gone, disabled, or not loaded."""
    registered = er.async_get(hass).async_get(stored)
    component = hass.data.get(DATA_INSTANCES, {}).get(registered.domain) if registered else None
    return component.get_entity(registered.entity_id) if registered and component else None


def _engine(hass: HomeAssistant, stored: str | None, asking: str) -> Entity | None:
    engine = async_loaded(hass, stored) if stored else None
    return None if engine is None or engine.entity_id in {asking, *_asking.get()} else engine


class SecondEngine:
    """The second engine of one of our entities, which need not be there. What the log says of it, it says once."""

    # The lines of the log; each begins with who asks it.
    _silent: ClassVar[str]
    """That it does not answer: the engine, and the reason."""
    _takes_over: ClassVar[str]
    """That it answers while the service does not: the engine."""
    _is_back: ClassVar[str]
    """That the service answers again."""

    def __init__(self, entity: Entity, stored: str | None) -> None:
        """Take who asks it, and its id in the entity registry; None if there is none."""
        self._entity = entity
        self._stored = stored
        self._complaint: str | None = None

    @property
    def entity_id(self) -> str:
        """Return who asks it."""
        return self._entity.entity_id

    def complain(self, engine: str, reason: str) -> None:
        """Say why it does not answer, but not again before it does."""
        level = logging.DEBUG if self._complaint == reason else logging.WARNING
        _LOGGER.log(level, self._silent, self.entity_id, engine, reason)
        self._complaint = reason

    def answers(self) -> None:
        """Take note that it does."""
        self._complaint = None

    def takes_over(self, memory: Memory, engine: str, *, asked: bool) -> None:
        """Say that it answers in the service's place, if that is away or was not even ``asked``."""
        if not memory.told and (memory.away or not asked):
            memory.told = True
            _LOGGER.warning(self._takes_over, self.entity_id, engine)

    def gives_back(self, memory: Memory) -> None:
        """Say that the service answers again, if it does."""
        if memory.told and not memory.away:
            memory.told = False
            _LOGGER.info(self._is_back, self.entity_id)

    def _language(self, engine: SpeechToTextEntity | TextToSpeechEntity, language: str) -> str | None:
        """Return what the engine calls a language; None, and say so, if it does not know it."""
        known = language_for(self._entity.hass, language, engine.supported_languages)
        if known is None:
            self.complain(engine.entity_id, f"it does not know {printable(language)}")
        return known
