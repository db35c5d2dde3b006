"""Which voice speaks a translation: one that the resource has, by the name that an action or a command gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from ..languages.choice import check_voice_name, locales_of, translation_target, with_voice
from ..resource.errors import worded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import SynthesisOptions, TranslationOptions, printable
from ..voice.voices import async_get_voices
from .resource_choice import unable

_NEAREST: Final = 3
"""Voices that are named in place of one that there is not."""
_MAX_NAME: Final = 80


async def async_choose_voice(
    hass: HomeAssistant, entry: AzureSpeechConfigEntry, options: TranslationOptions, name: str
) -> TranslationOptions:
    """Return how to translate with the voice of a name. Raises ServiceValidationError, which says what there is."""
    voices = async_get_voices(hass, entry)
    if (voice := voices.listed(name)) is None:
        check_voice_name(name)
        voice = await voices.async_find_named(name)
    if voice is None:
        spoken = with_voice(options, voices.named(name)).spoken_target or ""
        others = voices.speaking(locales_of(spoken)[0])[:_NEAREST]
        raise worded(
            ServiceValidationError,
            "no_such_voice",
            voice=printable(name, _MAX_NAME),
            endpoint=entry.runtime_data.endpoint.unique_id,
            others=", ".join(other.short_name for other in others) or "?",
        )
    return with_voice(options, voice)


async def async_choose_voices(
    hass: HomeAssistant, entry: AzureSpeechConfigEntry, options: TranslationOptions, names: Mapping[str, str]
) -> dict[str, str]:
    """Return who speaks the translation to each target, by the names that somebody gives by language.

    Raises ServiceValidationError, also where several are to speak and the resource has no voices of its own.
    """
    chosen: dict[str, str] = {}
    for language, name in names.items():
        target = translation_target(language)
        if target not in options.targets:
            targets = ", ".join(options.targets)
            raise worded(ServiceValidationError, "voice_of_another_language", voice=printable(name), languages=targets)
        spoken = await async_choose_voice(hass, entry, replace(options, targets=(target,)), name)
        chosen[target] = spoken.voice or name
    if len(chosen) > 1 and not all(map(entry.runtime_data.endpoint.generations, map(_speech, chosen.values()))):
        raise unable([entry])
    return chosen


def _speech(voice: str) -> SynthesisOptions:
    return SynthesisOptions(voice=voice)
