"""The words that were heard: in hypotheses, whose phrase is still to come, and in phrases, which may leave them out."""

from dataclasses import replace
from typing import Final

from ..events import Hypothesis, Phrase, RecognitionStatus
from ..language_tags import match
from ..languages import LANGUAGES
from ..options import Profanity, RecognitionOptions, TranslationOptions

_ROUNDING: Final = 1e-6
"""Seconds: a sum of times is no more exact."""


class Heard:
    """What was heard last, for the phrase that has it."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self._latest: Hypothesis | None = None
        """The latest hypothesis that no phrase has followed yet, the latest with words if there is one."""

    def __bool__(self) -> bool:
        """Return whether something was heard that no phrase has followed yet."""
        return self._latest is not None

    def hypothesis(self, said: Hypothesis, options: RecognitionOptions) -> Hypothesis:
        """Take a hypothesis; return it as it was asked for."""
        said = as_asked(said, options)
        if said.text or self._latest is None:
            self._latest = said
        return said

    def phrase(self, said: Phrase, options: RecognitionOptions, *, last: bool = True) -> Phrase:
        """Take a phrase; return it with all that is known of it.

        ``last``: no other one will have the words that were heard.
        """
        said, heard = as_asked(said, options), self._latest
        same = (replace(other, language=said.language) for other in said.alternatives)
        said = replace(said, alternatives=tuple(same))
        if heard is not None and not (said.text or last or _within(heard, said)):
            return said
        self._latest = None
        return _known(said, heard, options)


def _within(heard: Hypothesis, said: Phrase) -> bool:
    """Return whether a phrase covers what a hypothesis is about, as far as it says what it covers."""
    end = said.offset + said.duration
    return not end or heard.offset + heard.duration <= end + _ROUNDING


def _known(said: Phrase, heard: Hypothesis | None, options: RecognitionOptions) -> Phrase:
    """Return a phrase with the best text that is known of it, be it from the hypothesis that came before.

    A short "yes" may be told as silence: words make a success of any status.
    """
    # What is spoken has what the household wants removed.
    spoken = None if options.profanity is Profanity.REMOVED else said.itn or said.lexical
    if text := said.text or spoken:
        return replace(said, status=RecognitionStatus.SUCCESS, text=text)
    if heard is None or not heard.text:
        # Where the best is nothing, all of it may have been removed, which no other may bring back.
        return replace(said, alternatives=())
    return replace(
        said,
        status=RecognitionStatus.SUCCESS,
        text=heard.text,
        alternatives=(),
        language=said.language or heard.language,
        speaker=said.speaker or heard.speaker,
        translations=said.translations or heard.translations,
        translation_error=None,
    )


def as_asked[Said: (Hypothesis, Phrase)](said: Said, options: RecognitionOptions) -> Said:
    """Return what was said with its languages written as they were asked for; the service has its own ways.

    A language that nobody asked for is written as in LANGUAGES, if it is one of these.
    """
    if said.language:
        asked = options.candidates or (options.language,)
        language = match(said.language, asked) or match(said.language, LANGUAGES) or said.language
        said = replace(said, language=language)
    if isinstance(options, TranslationOptions) and said.translations:
        translations: dict[str, str] = {}
        for name, text in said.translations.items():
            target = match(name, options.targets) or name
            translations[target] = translations.get(target) or text
        said = replace(said, translations=translations)
    return said
