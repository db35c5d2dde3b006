"""The second engine of one of our voices, which need not be there: whether it can be asked, and why it is silent."""

from dataclasses import dataclass

from homeassistant.components.tts import TextToSpeechEntity
from homeassistant.core import callback

from .engines import SecondEngine, async_second_voice


@dataclass(frozen=True, slots=True)
class Found:
    """An engine that can be asked, and what it calls the language of the text."""

    engine: TextToSpeechEntity
    language: str


class SecondVoice(SecondEngine):
    """The second engine of a voice."""

    _silent = "%s: its second engine %s does not speak: %s"
    _takes_over = "%s: %s speaks while the Speech service does not"
    _is_back = "%s: the Speech service speaks again"

    @callback
    def async_find(self, language: str) -> Found | None:
        """Return what there is to be asked for a text in a language; None if nobody can be."""
        engine = async_second_voice(self._entity.hass, self._stored, self.entity_id)
        if engine is None or (known := self._language(engine, language)) is None:
            return None
        return Found(engine, known)
