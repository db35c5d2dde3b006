"""The languages and the voice that somebody asks for: checked, and made into the options of the client.

What cannot be is a ServiceValidationError, which says what to do about it. Its translation_key words it for the forms
of recognizers and translators as well.
"""

from collections.abc import Sequence
from dataclasses import replace
import re
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.language import matches

from ..resource.errors import worded
from ..speech import (
    LANGUAGES,
    MAX_AT_START,
    TRANSLATION_LANGUAGES,
    Mode,
    Profanity,
    RecognitionOptions,
    TranslationOptions,
    Voice,
)
from ..speech.language_tags import language_of, lookup, match, without_script

MAX_CANDIDATES: Final = {Mode.INTERACTIVE: MAX_AT_START, Mode.CONVERSATION: 10}
"""Languages to identify the spoken one among: the service's limits at the start of a phrase, and all along.

Source: Microsoft's "Implement language identification"; also that only one locale of each language may be among them.
"""
MAX_TARGETS: Final = 10
"""Languages to translate to at once: more than anybody needs, and each of them costs."""

LONGEST_PHRASE: Final = 30.0
"""Seconds of speech after which there is a phrase although nobody pauses: to read it, and to have its translation."""

_VOICE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)+-[A-Za-z0-9:]+")
"""A voice's name: "de-DE-KatjaNeural", "en-US-Ava:DragonHDLatestNeural", "iu-Latn-CA-SiqiniqNeural"."""

# The locales whose language has no translation of its own code, and with them their dialects ("zh-CN-sichuan").
_OWN_TRANSLATIONS: Final = {
    "pt-PT": "pt-pt",
    "fr-CA": "fr-ca",
    "sr-RS": "sr-Cyrl",
    "wuu-CN": "zh-Hans",
    "zh-CN": "zh-Hans",
    "zh-HK": "yue",
    "zh-TW": "zh-Hant",
}
# What tags stand for that say where a language is spoken, or how it is written, in words that no locale has.
# Source: Unicode's CLDR 48, the likely subtags ("zh-MO" is "zh-Hant-MO") and the parent locales ("es-MX" is "es-419").
_IMPLIED: Final = {
    "ar-001": "ar-EG",
    "en-001": "en-GB",
    "en-150": "en-GB",
    "es-419": "es-MX",
    "zh-Hant": "zh-TW",
    "zh-Hant-MO": "zh-HK",
    "zh-MO": "zh-HK",
    "zh-MY": "zh-CN",
    "zh-SG": "zh-CN",
}
_NEAREST: Final = 3
"""Locales that are named in place of one that the service does not have."""


def recognition_options(languages: Sequence[str], profanity: Profanity = Profanity.MASKED) -> RecognitionOptions:
    """Return how to recognise a whole recording, in a language or several to detect among."""
    spoken = spoken_languages(languages, Mode.CONVERSATION)
    return RecognitionOptions(
        language=spoken[0],
        candidates=_candidates(spoken),
        mode=Mode.CONVERSATION,
        detailed=True,
        profanity=profanity,
        longest_phrase=LONGEST_PHRASE,
    )


def translation_options(
    languages: Sequence[str],
    targets: Sequence[str],
    mode: Mode = Mode.CONVERSATION,
    profanity: Profanity = Profanity.MASKED,
) -> TranslationOptions:
    """Return how to translate from a language, or several to detect among, to one or more."""
    spoken = spoken_languages(languages, mode)
    if not targets:
        raise _invalid("no_target_language")
    known = list(dict.fromkeys(translation_target(target) for target in targets))
    if len(known) > MAX_TARGETS:
        raise _invalid("too_many_target_languages", limit=str(MAX_TARGETS))
    # Among several languages one may be the target: who speaks that one needs no translation.
    if len({own_translation(language) for language in spoken}) == 1 and own_translation(spoken[0]) in known:
        raise _invalid("same_language", language=own_translation(spoken[0]))
    return TranslationOptions(
        language=spoken[0],
        candidates=_candidates(spoken),
        targets=tuple(known),
        mode=mode,
        profanity=profanity,
        longest_phrase=LONGEST_PHRASE if mode is Mode.CONVERSATION else None,
    )


def with_voice(options: TranslationOptions, voice: Voice) -> TranslationOptions:
    """Return how to translate with a voice, which speaks the translation to its language.

    Raises ServiceValidationError.
    """
    spoken = _spoken_by(voice, options.targets)
    # The service may speak only the first of several translations.
    targets = sorted(options.targets, key=spoken.__ne__)
    return replace(options, targets=tuple(targets), voice=voice.short_name, spoken_target=spoken)


def check_voice_name(name: str) -> None:
    """Raise ServiceValidationError if nothing that is called so is one of the service's voices."""
    if not _VOICE.fullmatch(name):
        raise _invalid("unknown_voice", voice=name[:80])


def spoken_as(voice: Voice, target: str) -> str:
    """Return the locale in which a voice speaks a translation."""
    locales = locales_of(target)
    own = {voice.locale, *voice.secondary_locales}
    return next((locale for locale in locales if locale in own), None) or voice.spoken_as(target) or locales[0]


def own_translation(locale: str) -> str:
    """Return the translation language that is the same as a locale's."""
    known = lookup(locale, _OWN_TRANSLATIONS)
    return _OWN_TRANSLATIONS[known] if known else language_of(locale)


def locales_of(target: str) -> list[str]:
    """Return the locales in which a translation is written, the preferred one first; the language itself if none is."""
    return [locale for locale in LANGUAGES if own_translation(locale) == target] or [target]


def spoken_languages(languages: Sequence[str], mode: Mode) -> list[str]:
    """Return languages as the service writes them, if it can identify the spoken one among them.

    Raises ServiceValidationError.
    """
    if not languages:
        raise _invalid("no_language")
    spoken = different_languages(languages)
    if len(spoken) > MAX_CANDIDATES[mode]:
        raise _invalid("too_many_languages", limit=str(MAX_CANDIDATES[mode]))
    return spoken


def different_languages(languages: Sequence[str]) -> list[str]:
    """Return languages as the service writes them, if each is another. Raises ServiceValidationError."""
    spoken = list(dict.fromkeys(map(spoken_locale, languages)))
    bases = [language_of(language) for language in spoken]
    for base in bases:
        if bases.count(base) > 1:
            raise _invalid("language_twice", language=base)
    return spoken


def spoken_locale(language: str) -> str:
    """Return a language as the service writes it, with a region: "de-DE" of "de". Raises ServiceValidationError."""
    locale = completed(language)
    if locale is None:
        nearest = matches(language.strip(), LANGUAGES)[:_NEAREST] or ("de-DE", "en-GB")
        raise _invalid("unknown_language", language=language[:50], nearest=", ".join(nearest))
    return locale


def completed(language: str) -> str | None:
    """Return the locale in which the service hears a language: "de-DE" of "de", "es-MX" of "es-419"; None: in none."""
    implied = lookup(language, _IMPLIED)
    return match(language, LANGUAGES) or (_IMPLIED[implied] if implied else match(without_script(language), LANGUAGES))


def candidates_beside(language: str, others: Sequence[str], mode: Mode) -> tuple[str, ...]:
    """Return the languages to identify the spoken one among, ``language`` being the first; none if there is no other.

    It takes the place of other locales of the same language, and in a full house that of the last.
    """
    different = [other for other in others if language_of(other) != language_of(language)]
    return (language, *different)[: MAX_CANDIDATES[mode]] if different else ()


def _candidates(spoken: list[str]) -> tuple[str, ...]:
    return tuple(spoken) if len(spoken) > 1 else ()


def translation_target(language: str) -> str:
    """Return a language as the service writes what it translates to. Raises ServiceValidationError."""
    locale = completed(language)
    target = match(language, TRANSLATION_LANGUAGES) or (own_translation(locale) if locale else None)
    if target not in TRANSLATION_LANGUAGES:
        raise _invalid("unknown_target_language", language=language[:50])
    return target


def _spoken_by(voice: Voice, targets: Sequence[str]) -> str:
    """Return the target that a voice speaks. Raises ServiceValidationError."""
    # Of several targets in one language, it speaks that of its own locale: zh-TW zh-Hant, and zh-CN-liaoning zh-Hans.
    for own in (voice.locale, own_translation(voice.locale)):
        if target := lookup(own, targets):
            return target
    own_language = (target for target in targets if language_of(target) == language_of(voice.locale))
    if target := next(own_language, None) or next(filter(voice.spoken_as, targets), None):
        return target
    if "Multilingual" in voice.short_name and not voice.secondary_locales:  # it is in no list that says which
        return targets[0]
    raise _invalid("voice_of_another_language", voice=voice.short_name, languages=", ".join(targets))


def _invalid(key: str, **placeholders: str) -> ServiceValidationError:
    return worded(ServiceValidationError, key, **placeholders)
