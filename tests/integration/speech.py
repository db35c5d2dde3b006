"""Speaking to a recognizer: audio as Home Assistant hands it over, and what comes back."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from struct import Struct

from homeassistant.components.stt import (
    AudioBitRates,
    AudioChannels,
    AudioCodecs,
    AudioFormats,
    AudioSampleRates,
    PartialSpeechResult,
    SpeechMetadata,
    SpeechResult,
    SpeechToTextEntity,
    async_get_speech_to_text_entity,
)
from homeassistant.core import HomeAssistant

BYTES_PER_SECOND = 32000
SAMPLE = Struct("<H")
CHUNK = 320
"""Bytes in 10 ms, which is what an Assist pipeline hands over at a time."""

RECOGNIZER = "stt.azure_speech"


def pcm(seconds: float) -> bytes:
    """Return audio of this length, each sample its own number, so that loss and repetition show."""
    return b"".join(map(SAMPLE.pack, range(int(seconds * BYTES_PER_SECOND) // SAMPLE.size)))


async def stream(audio: bytes, chunk: int = CHUNK) -> AsyncGenerator[bytes]:
    """Hand audio over in chunks, as fast as it is taken."""
    for start in range(0, len(audio), chunk):
        yield audio[start : start + chunk]


def recognizer(hass: HomeAssistant, entity_id: str = RECOGNIZER) -> SpeechToTextEntity:
    """Return the entity that pipelines use."""
    entity = async_get_speech_to_text_entity(hass, entity_id)
    assert entity is not None
    return entity


def metadata_of(language: str) -> SpeechMetadata:
    """Return what Home Assistant says of such audio."""
    return SpeechMetadata(
        language,
        AudioFormats.WAV,
        AudioCodecs.PCM,
        AudioBitRates.BITRATE_16,
        AudioSampleRates.SAMPLERATE_16000,
        AudioChannels.CHANNEL_MONO,
    )


async def transcribe(
    hass: HomeAssistant,
    audio: AsyncIterable[bytes],
    language: str = "en-US",
    on_partial: Callable[[], None] = lambda: None,
    entity_id: str = RECOGNIZER,
) -> tuple[list[str], SpeechResult]:
    """Speak to a recognizer. Return its partial transcripts and its result."""
    metadata = metadata_of(language)
    entity = recognizer(hass, entity_id)
    assert entity.check_metadata(metadata)
    partials: list[str] = []
    async with aclosing(entity.internal_async_process_audio_stream_with_progress(metadata, audio)) as results:
        async for result in results:
            if isinstance(result, SpeechResult):
                return partials, result
            assert isinstance(result, PartialSpeechResult)
            partials.append(result.text)
            on_partial()
    raise AssertionError("no result")
