"""The second engine of one of our voices, which need not be there: whether it can be asked, and why it is silent."""

from dataclasses import dataclass
import logging

from homeassistant.components.tts import TextToSpeechEntity
from homeassistant.core import callback
from homeassistant.helpers.entity import Entity

from ..speech import printable
from .engines import async_second_voice, language_for

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """An engine that can be asked, and what it calls the language of the text."""

    engine: TextToSpeechEntity
    language: str


class SecondVoice:
    """The second engine of one of our entities."""

    def __init__(self, entity: Entity, stored: str | None) -> None:
        """Take who asks it, and its id in the entity registry; None if there is none."""
        self._entity = entity
        self._stored = stored
        self._complaint: str | None = None

    @property
    def entity_id(self) -> str:
        """Return who asks it."""
        return self._entity.entity_id

    @callback
    def async_find(self, language: str) -> Found | None:
        """Return what there is to be asked for a text in a language; None if nobody can be."""
        hass = self._entity.hass
        engine = async_second_voice(hass, self._stored, self.entity_id)
        if engine is None:
            return None
        known = language_for(hass, language, engine.supported_languages)
        if known is None:
            self.complain(engine.entity_id, f"it does not know {printable(language)}")
            return None
        return Found(engine, known)

    def complain(self, engine: str, reason: str) -> None:
        """Say why it does not speak, but not again before it does."""
        level = logging.DEBUG if self._complaint == reason else logging.WARNING
        _LOGGER.log(level, "%s: its second engine %s does not speak: %s", self.entity_id, engine, reason)
        self._complaint = reason

    def speaks(self) -> None:
        """Take note that it does."""
        self._complaint = None
