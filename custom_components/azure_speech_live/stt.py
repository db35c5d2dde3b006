"""Recognizers and translators as speech-to-text entities: audio streams to the service while a person speaks."""

from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
import logging
from typing import override

from homeassistant.components.stt import (
    AudioBitRates,
    AudioChannels,
    AudioCodecs,
    AudioFormats,
    AudioSampleRates,
    PartialSpeechResult,
    SpeechAudioProcessing,
    SpeechMetadata,
    SpeechResult,
    SpeechResultState,
    SpeechToTextEntity,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import AzureSpeechConfigEntry
from .const import CONF_LANGUAGES, CONF_TARGET_LANGUAGE, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from .entity import AzureSpeechEntity
from .languages import locales_of, translation_options
from .speech import (
    LANGUAGES,
    AudioSourceError,
    BadAudioError,
    Event,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    SpeechError,
)
from .transcript import translation_of

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001  # Home Assistant's signature
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an entity for every recognizer and translator of the entry."""
    kinds: dict[str, type[SpeechEntity]] = {
        SUBENTRY_RECOGNIZER: RecognizerEntity,
        SUBENTRY_TRANSLATOR: TranslatorEntity,
    }
    for subentry_type, kind in kinds.items():
        for subentry in entry.get_subentries_of_type(subentry_type):
            async_add_entities([kind(entry, subentry)], config_subentry_id=subentry.subentry_id)


class SpeechEntity(AzureSpeechEntity, SpeechToTextEntity):
    """What a recognizer and a translator have in common. Any number of streams at once."""

    _attr_name = None

    @abstractmethod
    def _events(self, stream: AsyncIterable[bytes], language: str) -> AsyncGenerator[Event]:
        """Return the events of one utterance, in the language that the pipeline has chosen."""

    @abstractmethod
    def _text(self, said: Hypothesis | Phrase) -> str | None:
        """Return the text that the pipeline gets for it; None if there is none."""

    @property
    @override
    def supported_formats(self) -> list[AudioFormats]:
        """Return WAV, by which Home Assistant means PCM with or without a RIFF header."""
        return [AudioFormats.WAV]

    @property
    @override
    def supported_codecs(self) -> list[AudioCodecs]:
        """Return PCM."""
        return [AudioCodecs.PCM]

    @property
    @override
    def supported_bit_rates(self) -> list[AudioBitRates]:
        """Return 16 bits a sample."""
        return [AudioBitRates.BITRATE_16]

    @property
    @override
    def supported_sample_rates(self) -> list[AudioSampleRates]:
        """Return 16 kHz."""
        return [AudioSampleRates.SAMPLERATE_16000]

    @property
    @override
    def supported_channels(self) -> list[AudioChannels]:
        """Return mono."""
        return [AudioChannels.CHANNEL_MONO]

    @property
    @override
    def audio_processing(self) -> SpeechAudioProcessing:
        """Return that Home Assistant detects the end of speech as well, and leaves the sound as the microphone gave it.

        Its voice activity events are what a satellite's lights follow. The service does better with plain sound.
        """
        return SpeechAudioProcessing(
            requires_external_vad=True,
            prefers_auto_gain_enabled=False,
            prefers_noise_reduction_enabled=False,
        )

    @override
    async def async_process_audio_stream_with_progress(
        self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> AsyncGenerator[PartialSpeechResult | SpeechResult]:
        """Yield the transcript so far whenever it grows, and the result at the end of speech.

        The end of speech is whichever comes first: the end of the stream, when Home Assistant heard silence, or that
        of a phrase, when the service did. Silence is a success with an empty text. A failure is a result as well and
        never an exception: of a TimeoutError the pipeline would say nothing at all.
        """
        result = SpeechResult("", SpeechResultState.SUCCESS)
        try:
            async with aclosing(self._events(stream, metadata.language)) as events:
                async for event in events:
                    if isinstance(event, Hypothesis):
                        partial = self._text(event)
                        if partial is not None:
                            _LOGGER.debug("partial: %s", partial)
                            yield PartialSpeechResult(partial)
                    elif isinstance(event, Phrase):
                        result = self._result(event)
        except (AudioSourceError, BadAudioError) as err:  # the stream is at fault, so neither trouble nor its end
            _LOGGER.warning("%s: cannot use the audio: %s", self.entity_id, err)
            result = SpeechResult(None, SpeechResultState.ERROR)
        except SpeechError as err:
            self._report_failure(err)
            result = SpeechResult(None, SpeechResultState.ERROR)
        except Exception:
            _LOGGER.exception("%s: unexpected error", self.entity_id)
            result = SpeechResult(None, SpeechResultState.ERROR)
        yield result

    def _result(self, phrase: Phrase) -> SpeechResult:
        text = self._text(phrase)
        _LOGGER.debug("phrase: %s", text)
        if text is None:
            _LOGGER.error("%s: no translation: %s", self.entity_id, phrase.translation_error or "the service gave none")
            return SpeechResult(None, SpeechResultState.ERROR)
        self._report_success()
        return SpeechResult(text, SpeechResultState.SUCCESS)


class RecognizerEntity(SpeechEntity):
    """A recognizer: says what is spoken, as it is spoken."""

    _attr_translation_key = SUBENTRY_RECOGNIZER

    @property
    @override
    def supported_languages(self) -> list[str]:
        """Return the locales of real-time recognition, the preferred one of each language first."""
        return list(LANGUAGES)

    @override
    def _events(self, stream: AsyncIterable[bytes], language: str) -> AsyncGenerator[Event]:
        return self._resource.recognize(stream, RecognitionOptions(language=language, mode=Mode.INTERACTIVE))

    @override
    def _text(self, said: Hypothesis | Phrase) -> str:
        return said.text


class TranslatorEntity(SpeechEntity):
    """A translator: says in one language what is spoken in another, as it is spoken.

    To a pipeline it is a recognizer of the language that it translates to: that is the one in which the text comes.
    What may be spoken is the translator's own affair.
    """

    _attr_translation_key = SUBENTRY_TRANSLATOR

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry) -> None:
        """Take the languages from the subentry."""
        super().__init__(entry, subentry)
        self._options = translation_options(
            subentry.data[CONF_LANGUAGES], [subentry.data[CONF_TARGET_LANGUAGE]], mode=Mode.INTERACTIVE
        )

    @property
    @override
    def supported_languages(self) -> list[str]:
        """Return the locales of the language that it translates to, the preferred one first."""
        return locales_of(self._options.targets[0])

    @override
    def _events(self, stream: AsyncIterable[bytes], language: str) -> AsyncGenerator[Event]:
        return self._resource.recognize(stream, self._options)

    @override
    def _text(self, said: Hypothesis | Phrase) -> str | None:
        return translation_of(said, self._options.targets[0], self._options.language) if said.text else ""
