"""Recognizers and translators as speech-to-text entities: audio streams to the service while a person speaks.

What a recognizer's settings mean is in recognizer/settings.py, how its text is written in recognizer/text.py.
"""

from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
import logging
from typing import Final, override

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
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_LANGUAGES, CONF_SECOND_ENGINE, CONF_TARGET_LANGUAGE, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from .entity import ATTR_LAST_ENGINE, AzureSpeechEntity
from .fallback.end_of_speech import EndOfSpeech
from .fallback.hearing import Hearing
from .fallback.second_ear import SecondEar
from .languages.choice import completed, locales_of, translation_options
from .languages.translation import joined, translation_of
from .recognizer.phrase_list import PhraseList
from .recognizer.settings import RecognizerSettings
from .recognizer.text import written
from .resource.cost_guard import UsageLimitError
from .resource.errors import called
from .resource.resource import AzureSpeechConfigEntry
from .speech import (
    BYTES_PER_SECOND,
    LANGUAGES,
    AudioSourceError,
    BadAudioError,
    Event,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    SpeechError,
    TranslationOptions,
    printable,
)
from .speech.language_tags import match
from .voice.expected import async_get_ready

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

ATTR_LANGUAGE: Final = "language"

MAX_TEXT: Final = 3000
"""Characters of a command: two minutes of the fastest speech, 25 a second.

Home Assistant's own conversation agent is busy with these for one or two seconds, and with a longer one for more than
its share of that: for minutes with 20,000. It is an error, and not cut: the half of a command may be another command.
"""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001  # Home Assistant's signature
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an entity for every recognizer and translator of the entry."""
    kinds: dict[str, type[RecognizerEntity | TranslatorEntity]] = {
        SUBENTRY_RECOGNIZER: RecognizerEntity,
        SUBENTRY_TRANSLATOR: TranslatorEntity,
    }
    for subentry_type, kind in kinds.items():
        for subentry in entry.get_subentries_of_type(subentry_type):
            try:
                entity = kind(entry, subentry)
            except (KeyError, TypeError, ValueError, AttributeError, ServiceValidationError) as err:
                # A translator without languages is none; but it is no reason for the others to be silent.
                _LOGGER.error("%s: cannot read what is stored of it: %s", called(subentry), printable(repr(err)))  # noqa: TRY400 - one line
            else:
                async_add_entities([entity], config_subentry_id=subentry.subentry_id)


class SpeechEntity(AzureSpeechEntity, SpeechToTextEntity):
    """What a recognizer and a translator have in common. Any number of streams at once."""

    _attr_name = None
    # Who was at home is nobody's business afterwards.
    _unrecorded_attributes = frozenset({ATTR_LANGUAGE, ATTR_LAST_ENGINE})

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry, settings: RecognizerSettings) -> None:
        """Initialize the entity; its language is not known before something is said."""
        super().__init__(entry, subentry)
        self._settings = settings
        self._second_ear = SecondEar(self, settings.second_engine)

    @abstractmethod
    def _options(self, language: str) -> RecognitionOptions:
        """Return how to recognise one utterance, in the language that the pipeline has chosen."""

    @abstractmethod
    def _text(self, said: Hypothesis | Phrase) -> str | None:
        """Return the text that the pipeline gets for it; None if there is none."""

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the second engine as well as the resource's health."""
        await super().async_added_to_hass()
        self.async_on_remove(self._second_ear.async_track(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        """Return whether anybody hears: the service, or the second engine in its place."""
        return super().available or self._second_ear.is_there

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
        """Return what Home Assistant is to do with the audio."""
        return self._settings.audio_processing

    @override
    def check_metadata(self, metadata: SpeechMetadata) -> bool:
        """Return whether such audio can be recognised, its language also in other words: "de_de", "de" or "es-419"."""
        supported = self.supported_languages
        language = match(metadata.language, supported) or match(completed(metadata.language) or "", supported)
        return language is not None and super().check_metadata(replace(metadata, language=language))

    @override
    async def async_process_audio_stream_with_progress(
        self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> AsyncGenerator[PartialSpeechResult | SpeechResult]:
        """Yield the transcript so far whenever it grows, and the result at the end of speech.

        Unless the settings say otherwise, that is whichever comes first: the end of the stream, when Home Assistant
        heard silence, or that of a phrase, when the service did. Silence is a success with an empty text. A failure is
        a result as well and never an exception: of a TimeoutError the pipeline would say nothing at all.
        """
        result = SpeechResult("", SpeechResultState.SUCCESS)
        try:
            options = self._options(metadata.language)
            async with aclosing(self._heard(metadata, stream, options)) as events:
                async for event in events:
                    if isinstance(event, Hypothesis):
                        async_get_ready()  # who is to answer
                        partial = self._text(event)
                        if partial is not None and len(partial) <= MAX_TEXT:
                            _LOGGER.debug("partial: %s", partial)
                            yield PartialSpeechResult(_both(result.text, partial, metadata.language))
                    elif isinstance(event, Phrase):
                        result = self._result(result, event, metadata.language)
                        self.async_show(ATTR_LANGUAGE, event.text and (event.language or options.language))
                        if len(result.text or "") > MAX_TEXT:
                            _LOGGER.error("%s: more was heard than anybody says in a command", self.entity_id)
                            result = SpeechResult(None, SpeechResultState.ERROR)
                            break
        except (AudioSourceError, BadAudioError) as err:  # the stream is at fault, so neither trouble nor its end
            # A source that raises Home Assistant's own error has told the household what happened.
            level = logging.DEBUG if isinstance(err.__cause__, HomeAssistantError) else logging.WARNING
            _LOGGER.log(level, "%s: cannot use the audio: %s", self.entity_id, err)
            result = SpeechResult(None, SpeechResultState.ERROR)
        except SpeechError, UsageLimitError:  # which the resource has told already
            result = SpeechResult(None, SpeechResultState.ERROR)
        except ServiceValidationError as err:  # whoever speaks to it without asking what it can
            _LOGGER.error("%s: %s", self.entity_id, err)  # noqa: TRY400 - one line
            result = SpeechResult(None, SpeechResultState.ERROR)
        except Exception:
            _LOGGER.exception("%s: unexpected error", self.entity_id)
            result = SpeechResult(None, SpeechResultState.ERROR)
        yield result

    def _heard(
        self, metadata: SpeechMetadata, stream: AsyncIterable[bytes], options: RecognitionOptions
    ) -> AsyncGenerator[Event]:
        """Return what is heard of a command: by the service, and by the second engine where there is one."""
        audio = limited(stream, self._settings.audio_limit)
        asked = self._second_ear.async_find(metadata)
        if asked is None:
            if self._settings.second_engine is not None:
                self.async_show(ATTR_LAST_ENGINE, self.entity_id)
            return self._resource.recognize(audio, options)
        on_nothing = self._settings.second_on_nothing
        hearing = Hearing(self.hass, self._entry, self._second_ear, asked, options, on_nothing=on_nothing)
        # Where the service is to hear the end of speech, nobody else does, and it may be away.
        listener = None if self.audio_processing.requires_external_vad else EndOfSpeech()
        return hearing.events(audio, partial(self.async_show, ATTR_LAST_ENGINE), listener)

    def _result(self, before: SpeechResult, phrase: Phrase, language: str) -> SpeechResult:
        """Return the result so far, to which a phrase has come."""
        text = self._text(phrase)
        _LOGGER.debug("phrase: %s", text)
        if text is None:
            reason = phrase.translation_error or "the service gave none"
            _LOGGER.error("%s: no translation: %s", self.entity_id, reason)
            return SpeechResult(None, SpeechResultState.ERROR)
        return SpeechResult(_both(before.text, text, language), SpeechResultState.SUCCESS)


class RecognizerEntity(SpeechEntity):
    """A recognizer: says what is spoken, as it is spoken."""

    _attr_translation_key = SUBENTRY_RECOGNIZER

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry) -> None:
        """Take the settings from the subentry."""
        super().__init__(entry, subentry, RecognizerSettings.from_stored(subentry.data, subentry.title))
        self._phrase_list: PhraseList | None = None

    @property
    @override
    def supported_languages(self) -> list[str]:
        """Return the locales of real-time recognition, the preferred one of each language first."""
        return list(LANGUAGES)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the names of the home, if they are wanted."""
        await super().async_added_to_hass()
        if self._settings.use_names:
            self._phrase_list = PhraseList(self.hass, self._settings.phrases)
            self._phrase_list.async_start()
            self.async_on_remove(self._phrase_list.async_stop)

    @override
    def _options(self, language: str) -> RecognitionOptions:
        phrases = self._settings.phrases if self._phrase_list is None else self._phrase_list.phrases
        return self._settings.recognition_options(language, phrases)

    @override
    def _text(self, said: Hypothesis | Phrase) -> str:
        return written(said, self._settings.text_form, self._settings.substitutions)


class TranslatorEntity(SpeechEntity):
    """A translator: says in one language what is spoken in another, as it is spoken.

    To a pipeline it is a recognizer of the language that it translates to: that is the one in which the text comes.
    What may be spoken is the translator's own affair.
    """

    _attr_translation_key = SUBENTRY_TRANSLATOR

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry) -> None:
        """Take the languages from the subentry."""
        settings = {name: subentry.data[name] for name in (CONF_SECOND_ENGINE,) if name in subentry.data}
        super().__init__(entry, subentry, RecognizerSettings.from_stored(settings, subentry.title))
        self._translation = translation_options(
            subentry.data[CONF_LANGUAGES], [subentry.data[CONF_TARGET_LANGUAGE]], mode=Mode.INTERACTIVE
        )

    @property
    @override
    def supported_languages(self) -> list[str]:
        """Return the locales of the language that it translates to, the preferred one first."""
        return locales_of(self._translation.targets[0])

    @override
    def _options(self, language: str) -> TranslationOptions:
        return self._translation

    @override
    def _text(self, said: Hypothesis | Phrase) -> str | None:
        return (
            translation_of(said, self._translation.targets[0], self._translation.language)
            if said.text or said.translations
            else ""
        )


async def limited(stream: AsyncIterable[bytes], seconds: float) -> AsyncGenerator[bytes]:
    """Yield the first seconds of 16 kHz, 16-bit, mono audio, and close its source."""
    left = int(seconds * BYTES_PER_SECOND)
    try:
        async for chunk in stream:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


def _both(before: str | None, text: str, language: str) -> str:
    return joined([part for part in (before, text) if part], language)
