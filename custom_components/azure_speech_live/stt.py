"""Recognizers and translators as speech-to-text entities: audio streams to the service while a person speaks.

How that goes is in hearing_entity.py, what a recognizer's settings mean in recognizer/settings.py, how its text is
written in recognizer/text.py.
"""

import logging
from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_LANGUAGES, CONF_SECOND_ENGINE, CONF_TARGET_LANGUAGE, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from .entity import ATTR_LAST_ENGINE
from .hearing_entity import ATTR_LANGUAGE, SpeechEntity
from .home.choosing import ATTR_ALTERNATIVES
from .home.ending import ATTR_ENDED_SOONER, ATTR_WAITED_LONGER
from .home.sentences import Sentences, async_find, async_warm_up
from .languages.choice import locales_of, translation_options
from .languages.translation import translation_of
from .recognizer.phrase_list import PhraseList
from .recognizer.settings import RecognizerSettings
from .recognizer.text import written
from .resource.errors import called
from .resource.resource import AzureSpeechConfigEntry
from .speech import (
    LANGUAGES,
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    TranslationOptions,
    printable,
)

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0


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


class RecognizerEntity(SpeechEntity):
    """A recognizer: says what is spoken, as it is spoken."""

    _attr_translation_key = SUBENTRY_RECOGNIZER
    _unrecorded_attributes = frozenset(
        {ATTR_LANGUAGE, ATTR_LAST_ENGINE, ATTR_ENDED_SOONER, ATTR_WAITED_LONGER, ATTR_ALTERNATIVES}
    )

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
        if self._asks_home:
            self.async_on_remove(async_warm_up(self.hass, self.entity_id))

    @property
    def _asks_home(self) -> bool:
        return self._settings.ends_by_command or self._settings.alternatives

    @override
    async def _sentences(self, language: str) -> Sentences | None:
        return await async_find(self.hass, self.entity_id, language) if self._asks_home else None

    @override
    def _options(self, language: str, sentences: Sentences | None) -> RecognitionOptions:
        phrases = self._settings.phrases if self._phrase_list is None else self._phrase_list.phrases
        return self._settings.recognition_options(
            language,
            phrases,
            by_command=sentences is not None and self._settings.ends_by_command,
            alternatives=sentences is not None and self._settings.alternatives,
        )

    @override
    def _text(self, said: Hypothesis | Phrase) -> str:
        return written(said, self._settings.text_form, self._settings.substitutions)

    @override
    def _text_language(self, phrase: Phrase) -> str | None:
        return phrase.language if phrase.text else None


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
    def _options(self, language: str, sentences: Sentences | None) -> TranslationOptions:
        return self._translation

    @override
    def _text(self, said: Hypothesis | Phrase) -> str | None:
        return (
            translation_of(said, self._translation.targets[0], self._translation.language)
            if said.text or said.translations
            else ""
        )
