"""A recognizer or a translator as a preset of live captions: what the household has set for commands holds for them."""

from dataclasses import dataclass, replace
from typing import Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from ..actions.permissions import check_may
from ..actions.resource_choice import unable
from ..const import CONF_LANGUAGES, CONF_TARGET_LANGUAGE, DOMAIN, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from ..languages.choice import spoken_locale
from ..recognizer.phrase_list import PhraseList
from ..recognizer.settings import RecognizerSettings
from ..resource.errors import worded
from ..resource.resource import AzureSpeechConfigEntry
from ..resource.stored import lines, text
from ..speech import RecognitionOptions
from ..speech.language_tags import language_of

NOTHING: Final = RecognizerSettings()
"""What a translator has: its languages alone can be set."""


@dataclass(frozen=True)
class Preset:
    """What an entity says of how to listen."""

    entry: AzureSpeechConfigEntry
    languages: tuple[str, ...]
    """Those that are spoken, as locales."""
    targets: tuple[str, ...]
    """What a translator translates to."""
    settings: RecognizerSettings
    phrases: tuple[str, ...]

    def applied[Options: RecognitionOptions](self, options: Options) -> Options:
        """Return options with the household's settings: of the text only what the service does with it."""
        settings = self.settings
        return replace(
            options,
            profanity=settings.profanity,
            phrases=self.phrases,
            phrase_weight=settings.phrase_weight,
            segmentation_silence=settings.segmentation_silence,
            custom_model=settings.custom_model,
            store_audio=settings.store_audio,
        )


@callback
def async_get_preset(hass: HomeAssistant, user: User, entity_id: str) -> Preset:
    """Return what one of our speech-to-text entities says. Raises Unauthorized and ServiceValidationError."""
    registered = er.async_get(hass).async_get(entity_id)
    if registered is None or (registered.domain, registered.platform) != (Platform.STT, DOMAIN):
        raise worded(ServiceValidationError, "unknown_recognizer", recognizer=entity_id)
    check_may(user, entity_id, POLICY_CONTROL)
    entry: AzureSpeechConfigEntry | None = hass.config_entries.async_get_entry(registered.config_entry_id or "")
    if entry and entry.state is not ConfigEntryState.LOADED:
        raise unable([entry])
    subentry = entry.subentries.get(registered.config_subentry_id or "") if entry else None
    if entry is None or subentry is None or registered.disabled_by or hass.states.get(entity_id) is None:
        raise worded(ServiceValidationError, "unknown_recognizer", recognizer=entity_id)
    if subentry.subentry_type == SUBENTRY_TRANSLATOR:
        languages = tuple(map(spoken_locale, lines(subentry.data[CONF_LANGUAGES])))
        return Preset(entry, languages, (text(subentry.data[CONF_TARGET_LANGUAGE]),), NOTHING, ())
    assert subentry.subentry_type == SUBENTRY_RECOGNIZER  # noqa: S101 - there are no other kinds of such entities
    settings = RecognizerSettings.from_stored(subentry.data, subentry.title)
    phrases = PhraseList(hass, settings.phrases).phrases if settings.use_names else settings.phrases
    own = spoken_locale(hass.config.language)
    others = (other for other in settings.languages if language_of(other) != language_of(own))
    return Preset(entry, (own, *others), (), settings, phrases)
