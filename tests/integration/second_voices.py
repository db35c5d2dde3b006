"""A second engine that speaks: of another integration, in its own format, and as well or badly as a test wants it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
import math
from typing import Any, Final, override

from homeassistant.components.tts import (
    TextToSpeechEntity,
    TTSAudioRequest,
    TTSAudioResponse,
    TtsAudioType,
    async_create_stream,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.const import CONF_SECOND_ENGINE, SUBENTRY_VOICE
from custom_components.azure_speech_live.voice.expected import async_get_ready
from tests.speech_service.engines.legible import speak
from tests.speech_service.service import SpeechService

from .engines import add_engines, stored
from .voices import HEADER, SENTENCE, VOICE, WAV, asked_to_speak, heard, sound_of

PIPER: Final = "tts.piper"


@dataclass
class Manner:
    """How a second engine speaks."""

    rate: int = 16000
    delay: float = 0.0
    """Seconds to its first sound."""
    error: Exception | None = None
    """What it raises in place of that."""
    breaks: bool = False
    """Whether it fails amid its sound."""
    silent: bool = False
    """Whether it gives no sound."""
    texts: list[str] = field(default_factory=list)
    """What it was asked to say."""
    options: list[dict[str, Any]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    ended: int = 0
    """How often it was done, or was ended."""


class Piper(TextToSpeechEntity):
    """Says in capital letters whatever it is given, so that one can tell who speaks."""

    _attr_default_language = "en"

    def __init__(self, manner: Manner, languages: Iterable[str] = ("en", "de"), name: str = "Piper") -> None:
        """Take how it speaks."""
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_supported_languages = list(languages)
        self.manner = manner

    @override
    async def async_get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
        sound = b"".join([piece async for piece in self._spoken(message, language, options)])
        return (None, None) if self.manner.silent else ("wav", sound)

    async def _spoken(self, message: str, language: str, options: dict[str, Any]) -> AsyncGenerator[bytes]:
        manner = self.manner
        manner.texts.append(message)
        manner.languages.append(language)
        manner.options.append(options)
        try:
            await asyncio.sleep(manner.delay)
            if manner.error is not None:
                raise manner.error
            yield header(manner.rate)
            if not manner.silent:
                yield speak(message.upper().rstrip(), rate=manner.rate)
            if manner.breaks:
                raise OSError("the server has gone")
        finally:
            manner.ended += 1


class StreamingPiper(Piper):
    """The same, sentence by sentence."""

    @override
    async def async_stream_tts_audio(self, request: TTSAudioRequest) -> TTSAudioResponse:
        async def sound() -> AsyncGenerator[bytes]:
            begun = False
            async for sentence in request.message_gen:
                async for piece in self._spoken(sentence, request.language, request.options):
                    if not begun or not piece.startswith(b"RIFF"):
                        yield piece
                    begun = True

        return TTSAudioResponse("wav", sound())


def header(rate: int, channels: int = 1, bits: int = 16) -> bytes:
    """Return what opens a WAV stream."""
    size = channels * bits // 8
    about = b"".join(
        number.to_bytes(width, "little")
        for number, width in ((1, 2), (channels, 2), (rate, 4), (rate * size, 4), (size, 2), (bits, 2))
    )
    return b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + about + b"data\0\0\0\0"


async def add_second_voice(
    hass: HomeAssistant, entry: ConfigEntry, *, streaming: bool = False, **manner: Any
) -> Manner:
    """Add a second engine, and have the voice of a resource name it."""
    how = Manner(**manner)
    await add_engines(hass, (StreamingPiper if streaming else Piper)(how))
    await name_second_voice(hass, entry, PIPER)
    return how


async def name_second_voice(hass: HomeAssistant, entry: ConfigEntry, engine: str) -> None:
    """Have the first voice of a resource name a second engine."""
    await change_voice(hass, entry, **{CONF_SECOND_ENGINE: stored(hass, engine)})


async def change_voice(hass: HomeAssistant, entry: ConfigEntry, **settings: Any) -> None:
    """Change settings of the first voice of a resource."""
    voice = entry.get_subentries_of_type(SUBENTRY_VOICE)[0]
    hass.config_entries.async_update_subentry(entry, voice, data={**voice.data, **settings})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(VOICE)


async def come_back(hass: HomeAssistant, entry: ConfigEntry, service: SpeechService) -> None:
    """Have the service back, and have that learned: by a check of the connection, and by a text."""
    service.behaviours = ()
    entry.runtime_data.health.async_doubt()
    await hass.async_block_till_done(wait_background_tasks=True)
    await sound_of(asked_to_speak(hass, "Are you there?", WAV))
    await hass.async_block_till_done(wait_background_tasks=True)


async def timed(
    hass: HomeAssistant, text: str | AsyncGenerator[str] = SENTENCE, *, awaited: bool = True
) -> tuple[str, float]:
    """Have a text spoken, for which somebody waits. Return what is heard, and after how many seconds."""
    begun, first, sound = hass.loop.time(), math.inf, b""
    stream = async_create_stream(hass, VOICE, "en-US", WAV)
    if awaited:
        async_get_ready()  # as when a command was heard
    if isinstance(text, str):
        stream.async_set_message(text)
    else:
        stream.async_set_message_stream(text)
    async for piece in stream.async_stream_result():
        sound += piece
        if len(sound) > HEADER:
            first = min(first, hass.loop.time() - begun)
    return heard(sound), first


def last_engine(hass: HomeAssistant) -> Any:
    """Return who spoke last, as is shown."""
    state = hass.states.get(VOICE)
    assert state is not None
    return state.attributes.get("last_engine")
