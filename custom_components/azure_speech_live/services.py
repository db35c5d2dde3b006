"""The actions: transcribe a recording, or translate it. What they respond is for the automation that called them."""

from typing import TYPE_CHECKING, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv, service
import voluptuous as vol

from .const import DOMAIN
from .languages import recognition_options, translation_options
from .permissions import async_check_caller
from .recording import RecordingRun
from .speech import RecognitionOptions

if TYPE_CHECKING:
    from . import AzureSpeechConfigEntry

SERVICE_TRANSCRIBE: Final = "transcribe"
SERVICE_TRANSLATE: Final = "translate"

ATTR_LANGUAGE: Final = "language"
ATTR_MEDIA: Final = "media"
ATTR_TARGET_LANGUAGE: Final = "target_language"
ATTR_VOICE: Final = "voice"

# What a media selector gives, or the plain address that an automation writes.
_MEDIA: Final = vol.Any(
    vol.All(cv.string, vol.Length(min=1)),
    vol.All(
        vol.Schema({vol.Required("media_content_id"): cv.string}, extra=vol.ALLOW_EXTRA),
        lambda media: media["media_content_id"],
    ),
)
_TRANSCRIBE_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
        vol.Required(ATTR_MEDIA): _MEDIA,
        vol.Required(ATTR_LANGUAGE): vol.All(cv.ensure_list, [cv.string]),
    }
)
_TRANSLATE_SCHEMA: Final = _TRANSCRIBE_SCHEMA.extend(
    {
        vol.Required(ATTR_TARGET_LANGUAGE): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_VOICE): cv.string,
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, SERVICE_TRANSCRIBE, _async_transcribe, _TRANSCRIBE_SCHEMA, supports_response=SupportsResponse.ONLY
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_TRANSLATE,
        _async_translate,
        _TRANSLATE_SCHEMA,
        supports_response=SupportsResponse.ONLY,
        # Not in the translations themselves: addresses have no place there.
        description_placeholders={"voices_url": "https://speech.microsoft.com/portal/voicegallery"},
    )


async def _async_transcribe(call: ServiceCall) -> ServiceResponse:
    return await _async_run(call, recognition_options(call.data[ATTR_LANGUAGE]))


async def _async_translate(call: ServiceCall) -> ServiceResponse:
    options = translation_options(call.data[ATTR_LANGUAGE], call.data[ATTR_TARGET_LANGUAGE], call.data.get(ATTR_VOICE))
    return await _async_run(call, options)


async def _async_run(call: ServiceCall, options: RecognitionOptions) -> ServiceResponse:
    entry: AzureSpeechConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    media = call.data[ATTR_MEDIA]
    await async_check_caller(call.hass, entry, call.context, media)
    return await RecordingRun(call.hass, entry, media, options, call.context).async_response()
