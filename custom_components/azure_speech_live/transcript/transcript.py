"""What a recording says: its phrases, put together as the response of an action."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from homeassistant.util.json import JsonObjectType

from ..languages.translation import joined, translation_of
from ..speech import Hypothesis, Phrase, RecognitionOptions, RecognitionStatus, TranslationOptions
from .cues import Line
from .speakers import Speakers

VOICE: Final = "voice"
"""The key of a failure that is the voice's, where those of translations have the language's."""

MAX_SIZE: Final = 4_000_000
"""Characters of a transcript with its translations: four hours of fast speech, 25 a second, in eleven languages."""
_PHRASE_SIZE: Final = 200
"""What a phrase counts for beside its texts: how many there are is limited as well, to more than one a second."""
_WORD_SIZE: Final = 10
"""What the times of a word count for."""


class Transcript:
    """The phrases that were recognised so far, and their translations if there are to be any."""

    def __init__(self, options: RecognitionOptions) -> None:
        """Begin with no phrase."""
        self._options = options
        self._language = options.language
        self._speakers = Speakers() if options.speakers else None
        self.targets = targets_of(options)
        self._phrases: list[Phrase] = []
        self._size = 0
        self._unfinished: Hypothesis | None = None
        """What has been heard of a phrase that is still being spoken."""
        self.failures: dict[str, str] = {}
        """What could not be had, by target language (or VOICE), with the service's reason."""

    def hear(self, said: Hypothesis) -> None:
        """Take note of what the next phrase sounds like so far."""
        self._unfinished = said

    def break_off(self) -> Phrase | None:
        """Add what was heard of a phrase that will have no end; return it, if anything was."""
        said = self._unfinished
        if said is None or not said.text:
            return None
        phrase = broken_off(said)
        self.add(phrase)
        return phrase

    def add(self, phrase: Phrase) -> None:
        """Add a phrase; silence and noise are none."""
        self._unfinished = None
        if not phrase.says_something:
            return
        self._phrases.append(phrase)
        self._size += _PHRASE_SIZE + len(phrase.text) + sum(map(len, phrase.translations.values()))
        self._size += sum(_WORD_SIZE + len(word.text) for word in phrase.words)
        if self._speakers:
            known = self._speakers.take(str(len(self._phrases) - 1), phrase.speaker)
            for earlier, speaker in known.items():
                self._phrases[int(earlier)] = replace(self._phrases[int(earlier)], speaker=speaker)
        for target in self.targets:
            if translation_of(phrase, target, self._language) is None:
                self.failures[target] = phrase.translation_error or "the service gave no translation"

    @property
    def has_words(self) -> bool:
        """Whether anything was said so far."""
        return bool(self._phrases)

    @property
    def is_full(self) -> bool:
        """Whether it is longer than what anybody can say in a recording."""
        return self._size > MAX_SIZE

    def response(self) -> JsonObjectType:
        """Return all of it as an action responds it. Of silence, all texts are empty.

        What was said is worth having also where none of it could be translated.
        """
        language = self._main_language()
        response: JsonObjectType = {
            "text": joined([phrase.text for phrase in self._phrases if phrase.text], language),
            "language": language,
            "segments": [segment_of(phrase, self._options) for phrase in self._phrases],
        }
        if self._speakers:
            response["speakers"] = list(self._turns())
        if self.targets:
            translated = [translations_of(phrase, self._options) for phrase in self._phrases]
            response["translations"] = {
                target: joined([texts[target] for texts in translated if target in texts], target)
                for target in self.targets
            }
            response["failures"] = dict(self.failures)
        return response

    def lines(self, target: str | None = None) -> list[Line]:
        """Return what was said, or its translation to a language, as subtitles need it."""
        return list(self._lines(target))

    def _lines(self, target: str | None) -> Iterator[Line]:
        for phrase in self._phrases:
            text = phrase.text if target is None else translation_of(phrase, target, self._language)
            if text:
                # Those of a translation have other words.
                words = phrase.words if text == phrase.text else ()
                yield Line(text, phrase.offset, phrase.duration, phrase.speaker, words)

    def _turns(self) -> Iterator[JsonObjectType]:
        """Yield what each speaker says until another one does."""
        told = (phrase for phrase in self._phrases if phrase.text)
        for speaker, turn in groupby(told, key=lambda phrase: phrase.speaker):
            phrases = list(turn)
            language = phrases[0].language or self._language
            text = joined([phrase.text for phrase in phrases], language)
            yield {"speaker": speaker, "text": text, "offset": round(phrases[0].offset, 3)}

    def _main_language(self) -> str | None:
        """Return the language that was spoken for the longest; None if nothing was said, where it was to be found."""
        seconds: dict[str, float] = {}
        for phrase in self._phrases:
            language = phrase.language or self._language
            seconds[language] = seconds.get(language, 0) + phrase.duration
        return max(seconds, key=lambda language: seconds[language], default=None)


def segment_of(phrase: Phrase, options: RecognitionOptions) -> JsonObjectType:
    """Return one phrase as an action responds it. Times are seconds from the recording's start."""
    segment: JsonObjectType = {
        "text": phrase.text,
        "language": phrase.language or options.language,
        "offset": round(phrase.offset, 3),
        "duration": round(phrase.duration, 3),
    }
    if options.speakers:
        segment["speaker"] = phrase.speaker
    if isinstance(options, TranslationOptions):
        segment["translations"] = {**translations_of(phrase, options)}
    else:
        segment["confidence"] = phrase.confidence
    return segment


def translations_of(said: Hypothesis | Phrase, options: RecognitionOptions) -> dict[str, str]:
    """Return what there is of the translations that were asked for, by target."""
    found = {target: translation_of(said, target, options.language) for target in targets_of(options)}
    return {target: text for target, text in found.items() if text is not None}


def targets_of(options: RecognitionOptions) -> tuple[str, ...]:
    """Return the languages to translate to."""
    return options.targets if isinstance(options, TranslationOptions) else ()


def broken_off(said: Hypothesis) -> Phrase:
    """Return what was heard of a phrase that will have no end, as one."""
    return Phrase(
        status=RecognitionStatus.SUCCESS,
        text=said.text,
        offset=said.offset,
        duration=said.duration,
        language=said.language,
        translations=said.translations,
        speaker=said.speaker,
    )
