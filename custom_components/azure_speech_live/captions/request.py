"""What an app asks for when it begins live captions: the fields of the commands, and what they mean."""

from dataclasses import dataclass, replace
from typing import Any, Final
import uuid

from homeassistant.auth.models import User
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..actions.permissions import may_caption
from ..actions.resource_choice import RESOURCE_FIELD, async_choose_resource
from ..actions.voice_choice import async_choose_voices
from ..languages.choice import recognition_options, translation_options
from ..microphone.resampler import RATE
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import Profanity, RecognitionOptions, TranslationOptions
from .conversation import MAX_NAME
from .microphone import Microphone
from .preset import Preset, async_get_preset
from .source import SOURCE_SCHEMA, ServerSource, async_get_source

VERSION: Final = 2
"""Of the protocol: docs/websocket.md."""
LIMIT: Final = 4 * 3600.0
"""Seconds of live captions."""
_LONGEST_PHRASE: Final = 20.0
"""Seconds of speech without a pause after which a phrase is ended: readers wait for it, and so do voices. The least
that the service takes."""
_MAX_VOICES: Final = 10

_RATES: Final = (8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
"""What devices record at; of any other number, the resampler's tables could become very large."""
_LANGUAGES: Final = vol.All(cv.ensure_list, [cv.string], vol.Length(min=1))

VERSION_FIELD: Final[dict[Any, Any]] = {vol.Optional("version", default=VERSION): VERSION}
RECOGNIZE_SCHEMA: Final[dict[Any, Any]] = {
    **VERSION_FIELD,
    **RESOURCE_FIELD,
    vol.Optional(ATTR_ENTITY_ID): cv.entity_id,
    vol.Optional("language"): _LANGUAGES,
    vol.Optional("profanity"): vol.Coerce(Profanity),
    vol.Optional("sample_rate", default=RATE): vol.All(int, vol.In(_RATES)),
    vol.Optional("source"): SOURCE_SCHEMA,
    vol.Optional("speakers", default=False): bool,
    vol.Optional("words", default=False): bool,
    vol.Optional("conversation"): vol.All(cv.string, vol.Length(min=1, max=MAX_NAME)),
    vol.Optional("after"): {
        vol.Required("session"): vol.Match(r"\A[0-9a-f]{32}\Z"),
        vol.Required("offset"): vol.All(vol.Coerce(float), vol.Range(min=0, max=7 * 86_400)),
    },
}
TRANSLATE_SCHEMA: Final[dict[Any, Any]] = {
    **RECOGNIZE_SCHEMA,
    vol.Optional("target_language"): _LANGUAGES,
    vol.Optional("voices"): vol.All({cv.string: cv.string}, vol.Length(max=_MAX_VOICES)),
}


@dataclass(frozen=True)
class Request:
    """Live captions as somebody wants them."""

    entry: AzureSpeechConfigEntry
    options: RecognitionOptions
    voices: dict[str, str]
    """Who speaks each target."""
    source: Microphone | ServerSource
    conversation: str | None

    @property
    def session(self) -> str:
        """The session's name, 32 hex digits."""
        return self.options.audio_session


async def async_get_request(
    hass: HomeAssistant, user: User, context: Context, asked: dict[str, Any], *, translates: bool
) -> Request:
    """Return what a command asks for. Raises Unauthorized, HomeAssistantError and ServiceValidationError."""
    preset = async_get_preset(hass, user, asked[ATTR_ENTITY_ID]) if ATTR_ENTITY_ID in asked else None
    options = _options(asked, preset, translates=translates)
    source: Microphone | ServerSource
    if "source" in asked:
        source = async_get_source(hass, user, context, asked["source"])
        own = source.own
    else:
        source, own = Microphone(asked["sample_rate"]), None
    named = preset.entry.entry_id if preset else asked.get(ATTR_CONFIG_ENTRY_ID)
    entry = async_choose_resource(hass, options, user, named, own, may_caption)
    voices: dict[str, str] = {}
    if isinstance(options, TranslationOptions) and asked.get("voices"):
        voices = await async_choose_voices(hass, entry, options, asked["voices"])
    return Request(entry, options, voices, source, asked.get("conversation"))


def _options(asked: dict[str, Any], preset: Preset | None, *, translates: bool) -> RecognitionOptions:
    languages = asked.get("language") or (preset.languages if preset else ())
    options: RecognitionOptions
    if translates:
        options = translation_options(languages, asked.get("target_language") or (preset.targets if preset else ()))
    else:
        options = recognition_options(languages)
    if preset:
        options = preset.applied(options)
    if "profanity" in asked:
        options = replace(options, profanity=asked["profanity"])
    after = asked.get("after", {})
    return replace(
        options,
        speakers=asked["speakers"],
        word_times=asked["words"],
        longest_phrase=_LONGEST_PHRASE,
        audio_session=after.get("session") or uuid.uuid4().hex,
        session_offset=after.get("offset", 0.0),
        limit=LIMIT + 60,  # the audio ends first, and what was said last is waited for
    )
