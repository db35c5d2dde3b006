"""Text to speech by the flite program, for the Assist dialog: it plays the answer, and fails without an engine."""

from pathlib import Path
import subprocess
import tempfile
from typing import Any, override

from homeassistant.components.tts import Provider, TtsAudioType
from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType


def get_engine(_hass: HomeAssistant, _config: ConfigType, _discovery: DiscoveryInfoType | None = None) -> Provider:
    """Return the engine for ``tts: - platform: flite``."""
    return Flite()


class Flite(Provider):
    """Speaks English."""

    name = "Flite"

    @property
    @override
    def default_language(self) -> str:
        return "en"

    @property
    @override
    def supported_languages(self) -> list[str]:
        return ["en"]

    @override
    def get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
        with tempfile.TemporaryDirectory() as folder:
            spoken = Path(folder) / "spoken.wav"
            subprocess.run(["flite", "-voice", "slt", "-t", message, "-o", spoken], check=True)
            return "wav", spoken.read_bytes()
