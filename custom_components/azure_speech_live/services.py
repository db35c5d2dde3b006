"""The actions: transcribe a recording or what somebody says, or translate it.

What they respond is for the automation that called them.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from homeassistant.components import websocket_api
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import script_stack_cv
import voluptuous as vol

from .actions.dictation import DURATION, SILENCE, async_get_microphone, open_dictation
from .actions.limits import async_get_limits
from .actions.permissions import async_get_caller, check_may_hear
from .actions.recording import RecordingRun
from .actions.resource_choice import RESOURCE_FIELD, async_choose_resource
from .actions.subtitle_files import SUBTITLES, async_get_place, async_subtitles
from .actions.voice_choice import async_choose_voice
from .audio.address import media_error, media_id
from .audio.media import MAX_DURATION, MAX_DURATION_SPOKEN, open_recording
from .const import DOMAIN
from .languages.choice import recognition_options, translation_options
from .resource.errors import worded
from .speech import Profanity, RecognitionOptions, TranslationOptions
from .transcript.subtitles import Format

SERVICE_TRANSCRIBE: Final = "transcribe"
SERVICE_TRANSLATE: Final = "translate"

ATTR_DURATION: Final = "duration"
ATTR_FILENAME: Final = "filename"
ATTR_LANGUAGE: Final = "language"
ATTR_MEDIA: Final = "media"
ATTR_MICROPHONE: Final = "microphone"
ATTR_PROFANITY: Final = "profanity"
ATTR_SILENCE: Final = "silence"
ATTR_SPEAKERS: Final = "speakers"
ATTR_SUBTITLES: Final = "subtitles"
ATTR_TARGET_LANGUAGE: Final = "target_language"
ATTR_VOICE: Final = "voice"

# What a media selector gives, or the plain address that an automation writes.
_MEDIA: Final = vol.Any(
    vol.All(cv.string, vol.Length(min=1), media_id),
    vol.All(
        vol.Schema({vol.Required("media_content_id"): cv.string}, extra=vol.ALLOW_EXTRA),
        lambda media: media_id(media["media_content_id"]),
    ),
)
_TRANSCRIBE_SCHEMA: Final = vol.Schema(
    {
        **RESOURCE_FIELD,
        vol.Optional(ATTR_MEDIA): _MEDIA,
        vol.Optional(ATTR_MICROPHONE): cv.entity_id,
        vol.Optional(ATTR_DURATION): vol.All(vol.Coerce(float), vol.Range(min=1, max=MAX_DURATION)),
        vol.Optional(ATTR_SILENCE, default=SILENCE): vol.All(vol.Coerce(float), vol.Range(min=0.5, max=30)),
        vol.Required(ATTR_LANGUAGE): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_PROFANITY, default=Profanity.MASKED): vol.Coerce(Profanity),
        vol.Optional(ATTR_SPEAKERS, default=False): cv.boolean,
        vol.Optional(ATTR_SUBTITLES): vol.All(vol.In(SUBTITLES), vol.Coerce(Format)),
        vol.Optional(ATTR_FILENAME): cv.string,
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
    return await _async_run(call, recognition_options(call.data[ATTR_LANGUAGE], call.data[ATTR_PROFANITY]))


async def _async_translate(call: ServiceCall) -> ServiceResponse:
    options = translation_options(
        call.data[ATTR_LANGUAGE],
        call.data[ATTR_TARGET_LANGUAGE],
        profanity=call.data[ATTR_PROFANITY],
    )
    return await _async_run(call, options)


async def _async_run(call: ServiceCall, options: RecognitionOptions) -> ServiceResponse:
    hass, media, satellite = call.hass, call.data.get(ATTR_MEDIA, ""), call.data.get(ATTR_MICROPHONE, "")
    if bool(media) == bool(satellite):
        raise worded(ServiceValidationError, "one_source")
    form, file = call.data.get(ATTR_SUBTITLES), None
    if filename := call.data.get(ATTR_FILENAME):
        file, form = await async_get_place(hass, filename, form)
    options = replace(options, speakers=call.data[ATTR_SPEAKERS], word_times=form is not None)
    user = await async_get_caller(hass, call.context)
    check_may_hear(hass, user, media=media, microphone=satellite)
    own, microphone = async_get_microphone(hass, satellite) if satellite else (None, None)
    entry = async_choose_resource(hass, options, user, call.data.get(ATTR_CONFIG_ENTRY_ID), own)
    if isinstance(options, TranslationOptions) and (voice := call.data.get(ATTR_VOICE)):
        options = await async_choose_voice(hass, entry, options, voice)
    limit = MAX_DURATION_SPOKEN if isinstance(options, TranslationOptions) and options.voice else MAX_DURATION
    duration = call.data.get(ATTR_DURATION)
    if duration and duration > limit:
        raise media_error("media_too_long", media or satellite, minutes=str(limit // 60))
    sound = (
        open_dictation(microphone, call.context, duration=duration or DURATION, silence=call.data[ATTR_SILENCE])
        if microphone
        else async_get_limits(hass).recording(open_recording(hass, media, limit, duration))
    )
    run = RecordingRun(hass, entry, media or satellite, sound, options=options, context=call.context)
    with _ended_with_caller(call):
        response = await run.async_response()
        if form is not None:
            # If both the service and the writing have failed, the service's failure says more.
            response = await async_subtitles(hass, run.transcript, form, file) | response
        return response


@contextmanager
def _ended_with_caller(call: ServiceCall) -> Generator[None]:
    """Cancel a call that a WebSocket's client has made when that connection ends: there is nobody to respond to.

    Scripts and automations go on, whoever has begun them; so do calls over the REST API, which nobody is told of.
    """
    connection = websocket_api.current_connection.get()
    task = asyncio.current_task()
    if (
        connection is None
        or task is None
        or script_stack_cv.get() is not None
        or connection.user.id != call.context.user_id  # something that this user once started calls for itself
    ):
        yield
        return
    connection.subscriptions[call] = task.cancel
    try:
        yield
    finally:
        connection.subscriptions.pop(call, None)
