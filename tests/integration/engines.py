"""Engines of other integrations, which can be a second engine: they hear and speak, or what is their own fails."""

from collections.abc import AsyncIterable, Iterable
from copy import copy
from typing import Any, Final, override

from homeassistant.components.stt import (
    AudioBitRates,
    AudioChannels,
    AudioCodecs,
    AudioFormats,
    AudioSampleRates,
    SpeechMetadata,
    SpeechResult,
    SpeechResultState,
    SpeechToTextEntity,
)
from homeassistant.components.tts import TextToSpeechEntity, TtsAudioType
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

WHISPER: Final = "whisper"
CLOUDY: Final = "cloudy"


class WhisperFlow(ConfigFlow, domain=WHISPER):
    """Lets Home Assistant set up entries of the one domain."""


class CloudyFlow(ConfigFlow, domain=CLOUDY):
    """And of the other."""


class OtherEar(SpeechToTextEntity):
    """Hears one text in whatever is said to it."""

    def __init__(
        self,
        name: str = "Whisper",
        languages: Iterable[str] = ("en", "de"),
        rate: AudioSampleRates = AudioSampleRates.SAMPLERATE_16000,
    ) -> None:
        """Take what it is called, what it knows, and the audio that it takes."""
        self._attr_name = name
        self._attr_unique_id = name
        self._languages = list(languages)
        self._rate = rate

    @property
    @override
    def supported_languages(self) -> list[str]:
        return self._languages

    @property
    @override
    def supported_formats(self) -> list[AudioFormats]:
        return [AudioFormats.WAV]

    @property
    @override
    def supported_codecs(self) -> list[AudioCodecs]:
        return [AudioCodecs.PCM]

    @property
    @override
    def supported_bit_rates(self) -> list[AudioBitRates]:
        return [AudioBitRates.BITRATE_16]

    @property
    @override
    def supported_sample_rates(self) -> list[AudioSampleRates]:
        return [self._rate]

    @property
    @override
    def supported_channels(self) -> list[AudioChannels]:
        return [AudioChannels.CHANNEL_MONO]

    @override
    async def async_process_audio_stream(self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]) -> SpeechResult:
        async for _ in stream:
            pass
        return SpeechResult("lights on", SpeechResultState.SUCCESS)


class OtherVoice(TextToSpeechEntity):
    """Says one thing whatever the text."""

    _attr_default_language = "en"

    def __init__(self, name: str = "Piper", languages: Iterable[str] = ("en", "de")) -> None:
        """Take what it is called, and what it knows."""
        self._attr_name = name
        self._attr_unique_id = name
        self._attr_supported_languages = list(languages)

    @override
    async def async_get_tts_audio(self, message: str, language: str, options: dict[str, Any]) -> TtsAudioType:
        return "wav", b"RIFF"


async def add_engines(
    hass: HomeAssistant, *engines: Entity, domain: str = WHISPER, iot_class: str = "local_push"
) -> MockConfigEntry:
    """Add an integration with engines of its own, and return its entry, which is loaded."""
    kinds: Final = {"stt": SpeechToTextEntity, "tts": TextToSpeechEntity}
    platforms = [kind for kind, of in kinds.items() if any(isinstance(engine, of) for engine in engines)]

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> None:
        await hass.config_entries.async_forward_entry_setups(entry, platforms)

    async def unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
        await hass.config_entries.async_unload_platforms_or_raise(entry, platforms)

    manifest = {"name": domain.capitalize(), "iot_class": iot_class}
    mock_integration(
        hass, MockModule(domain, async_setup_entry=set_up, async_unload_entry=unload, partial_manifest=manifest)
    )
    mock_platform(hass, f"{domain}.config_flow")
    for platform in platforms:

        async def add(
            _hass: HomeAssistant,
            _entry: ConfigEntry,
            async_add_entities: AddConfigEntryEntitiesCallback,
            kind: type[Entity] = kinds[platform],
        ) -> None:
            # Home Assistant takes an entity once only, and this is called again when the entry is reloaded.
            async_add_entities([copy(engine) for engine in engines if isinstance(engine, kind)])

        mock_platform(hass, f"{domain}.{platform}", MockPlatform(async_setup_entry=add))
        await async_setup_component(hass, platform, {})
    entry = MockConfigEntry(domain=domain)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def stored(hass: HomeAssistant, entity_id: str) -> str:
    """Return what is stored of an engine that was chosen: its id in the entity registry."""
    registered = er.async_get(hass).async_get(entity_id)
    assert registered is not None
    return registered.id
