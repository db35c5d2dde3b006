"""What a recognizer's and a translator's entity have in common: a command's audio comes in, and its text goes out.

What they hear otherwise is in stt.py.
"""

from abc import abstractmethod
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
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
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .entity import ATTR_LAST_ENGINE, AzureSpeechEntity
from .fallback.end_of_speech import EndOfSpeech
from .fallback.hearing import Hearing
from .fallback.second_ear import SecondEar
from .home.choosing import ATTR_ALTERNATIVES, meant
from .home.command import Command
from .home.ending import ATTR_ENDED_SOONER, ATTR_WAITED_LONGER, Ending
from .home.joining import Said, one_text
from .home.sentences import Sentences
from .languages.choice import completed
from .languages.spoken import async_tell_spoken
from .languages.translation import joined
from .recognizer.settings import RecognizerSettings
from .resource.cost_guard import UsageLimitError
from .resource.resource import AzureSpeechConfigEntry
from .speech import (
    BYTES_PER_SECOND,
    AudioSourceError,
    BadAudioError,
    Event,
    Hypothesis,
    Phrase,
    RecognitionOptions,
    SpeechError,
    Timeline,
)
from .speech.language_tags import language_of, match
from .voice.expected import async_get_ready

_LOGGER = logging.getLogger(__name__)

ATTR_LANGUAGE: Final = "language"

MAX_TEXT: Final = 3000
"""Characters of a command: two minutes of the fastest speech, 25 a second.

Home Assistant's own conversation agent is busy with these for one or two seconds, and with a longer one for more than
its share of that: for minutes with 20,000. It is an error, and not cut: the half of a command may be another command.
"""


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
        self._counts: Counter[str] = Counter()

    @abstractmethod
    def _options(self, language: str, sentences: Sentences | None) -> RecognitionOptions:
        """Return how to recognise one utterance, in the language that the pipeline has chosen.

        ``sentences``: what can be said in this home, if it may be judged by that.
        """

    @abstractmethod
    def _text(self, said: Hypothesis | Phrase) -> str | None:
        """Return the text that the pipeline gets for it; None if there is none."""

    def _text_language(self, phrase: Phrase) -> str | None:  # noqa: ARG002 - a recognizer's own does
        """Return the locale of the text, if it was identified."""
        return None

    async def _sentences(self, language: str) -> Sentences | None:  # noqa: ARG002 - a recognizer's own does
        """Return what can be said in this home, if a command is to be judged by that, and may be."""
        return None

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
        try:
            async with aclosing(self._results(metadata, stream)) as results:
                async for result in results:
                    yield result
        except (AudioSourceError, BadAudioError) as err:  # the stream is at fault, so neither trouble nor its end
            # A source that raises Home Assistant's own error has told the household what happened.
            level = logging.DEBUG if isinstance(err.__cause__, HomeAssistantError) else logging.WARNING
            _LOGGER.log(level, "%s: cannot use the audio: %s", self.entity_id, err)
        except SpeechError, UsageLimitError:  # which the resource has told already
            pass
        except ServiceValidationError as err:  # whoever speaks to it without asking what it can
            _LOGGER.error("%s: %s", self.entity_id, err)  # noqa: TRY400 - one line
        except Exception:
            _LOGGER.exception("%s: unexpected error", self.entity_id)
        else:
            return
        yield SpeechResult(None, SpeechResultState.ERROR)

    async def _results(
        self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> AsyncGenerator[PartialSpeechResult | SpeechResult]:
        """Yield the transcript so far, and the result. Raises whatever it fails with."""
        result, language = SpeechResult("", SpeechResultState.SUCCESS), metadata.language
        heard: list[Said] = []
        spoken: str | None = None
        sentences = await self._sentences(language)
        options = self._options(language, sentences)
        async with aclosing(self._heard(metadata, stream, options, sentences)) as events:
            async for event in events:
                if isinstance(event, Hypothesis):
                    async_get_ready()  # who is to answer
                    so_far = self._text(event)
                    if so_far is not None and len(so_far) <= MAX_TEXT:
                        _LOGGER.debug("partial: %s", so_far)
                        text = self._joined([*heard, Said(so_far)], language)
                        yield PartialSpeechResult(text, speaker_id=event.speaker)
                elif isinstance(event, Phrase):
                    result = self._result(heard, event, language)
                    spoken = self._text_language(event) or spoken
                    self.async_show(ATTR_LANGUAGE, event.text and (event.language or options.language))
                    if len(result.text or "") > MAX_TEXT:
                        _LOGGER.error("%s: more was heard than anybody says in a command", self.entity_id)
                        result = SpeechResult(None, SpeechResultState.ERROR)
                        break
        if sentences is not None and result.text:
            text, by_alternative = await meant(sentences, heard, language, result.text)
            result = SpeechResult(text, SpeechResultState.SUCCESS)
            self._count(ATTR_ALTERNATIVES, by=by_alternative)
        if result.text and spoken:
            async_tell_spoken(result.text, spoken)
        yield result

    def _heard(
        self,
        metadata: SpeechMetadata,
        stream: AsyncIterable[bytes],
        options: RecognitionOptions,
        sentences: Sentences | None,
    ) -> AsyncGenerator[Event]:
        """Return what is heard of a command, to its end."""
        audio = limited(stream, self._settings.audio_limit)
        if sentences is None or not self._settings.ends_by_command:
            return self._engines(metadata, audio, options)[0]
        language, cut, usual = metadata.language, self._settings.short_silence, self._settings.segmentation_silence
        command = Command(language, self.hass.loop.time(), cut=cut, usual=usual)
        ending = Ending(self.hass, self._entry, audio, command, sentences, read=partial(self._said, language=language))
        return ending.events(*self._engines(metadata, ending.audio(), options), self._ended)

    def _ended(self, command: Command) -> None:
        self._count(ATTR_ENDED_SOONER, by=command.is_sooner)
        self._count(ATTR_WAITED_LONGER, by=command.waited)

    def _count(self, attribute: str, *, by: int) -> None:
        for counts in (self._counts, self._resource.commands):
            counts[attribute] += by
        self.async_show(attribute, self._counts[attribute])

    def _engines(
        self, metadata: SpeechMetadata, audio: AsyncGenerator[bytes], options: RecognitionOptions
    ) -> tuple[AsyncGenerator[Event], Callable[[], bool]]:
        """Return what is heard: by the service, and by the second engine where there is one.

        And what has them hear no more than they have, which returns whether they can leave it at that.
        """
        asked = self._second_ear.async_find(metadata)
        if asked is None:
            if self._settings.second_engine is not None:
                self.async_show(ATTR_LAST_ENGINE, self.entity_id)
            timeline = Timeline()
            return self._resource.recognize(audio, options, timeline), timeline.enough
        on_nothing = self._settings.second_on_nothing
        hearing = Hearing(self.hass, self._entry, self._second_ear, asked, options, on_nothing=on_nothing)
        # Where the service is to hear the end of speech, nobody else does, and it may be away.
        listener = None if self.audio_processing.requires_external_vad else EndOfSpeech()
        return hearing.events(audio, partial(self.async_show, ATTR_LAST_ENGINE), listener), hearing.enough

    def _result(self, heard: list[Said], phrase: Phrase, language: str) -> SpeechResult:
        """Return the result so far, and add the phrase to what was heard."""
        _LOGGER.debug("phrase: %s", text := self._text(phrase))
        if text is None:
            _LOGGER.error("%s: no translation: %s", self.entity_id, phrase.translation_error or "the service gave none")
            heard.clear()
            return SpeechResult(None, SpeechResultState.ERROR)
        heard.append(self._said(phrase, language))
        return SpeechResult(self._joined(heard, language), SpeechResultState.SUCCESS)

    def _said(self, phrase: Phrase, language: str) -> Said:
        """Return a phrase as it is written, in a home with sentences of this language."""
        others = phrase.alternatives if self._settings.alternatives else ()
        foreign = phrase.language is not None and language_of(phrase.language) != language_of(language)
        texts = [self._text(each) or "" for each in (phrase, *others)]
        return Said(texts[0], tuple(texts[1:]), phrase.lexical or "", foreign)

    def _joined(self, heard: Sequence[Said], language: str) -> str:
        """Return phrases as one text."""
        if self._settings.ends_by_command:
            return one_text(heard, language)
        return joined([phrase.text for phrase in heard if phrase.text], language)


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
