"""The voices "English" and "German", as entities; what they say is silence."""

import io
from typing import Any, override
import wave

from homeassistant.components.tts import TextToSpeechEntity, TtsAudioType
from homeassistant.components.tts.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Set up ``voices:``."""
    await hass.data[DATA_COMPONENT].async_add_entities([Voice("English", "en"), Voice("German", "de")])
    return True


class Voice(TextToSpeechEntity):
    """Speaks one language."""

    def __init__(self, name: str, language: str) -> None:
        self._attr_name = name
        self._attr_default_language = language
        self._attr_supported_languages = [language]

    @override
    def get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
        sound = io.BytesIO()
        with wave.open(sound, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(16000)
            wav.writeframes(bytes(3200))
        return "wav", sound.getvalue()
