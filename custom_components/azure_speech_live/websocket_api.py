"""Live speech for dashboards and apps, over Home Assistant's WebSocket API.

`azure_speech_live/recognize` and `/translate` listen, to a microphone whose audio comes as binary messages or to what
Home Assistant can hear itself, and answer with what is said, while it is said. `/watch` tells what is said on other
devices, `/playing` that a translation is heard on this one, `/choices` what there is to choose from; `/subtitles` makes
a file of what was said. captions/ has what they do, docs/websocket.md what they look like. `/subscribe_progress` tells
what the actions are at.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import voluptuous as vol

from .actions.permissions import captioning
from .actions.recording import SIGNAL_PROGRESS
from .captions.choices import CHOICES_SCHEMA, async_get_choices
from .captions.conversation import MAX_NAME, async_find_conversation, async_get_conversation
from .captions.request import RECOGNIZE_SCHEMA, TRANSLATE_SCHEMA, VERSION_FIELD, async_get_request
from .captions.saved import MAX_SEGMENTS, saved
from .captions.session import LiveSpeech
from .captions.subscriber import Subscriber, refuse
from .const import DOMAIN
from .transcript.subtitles import Format


@callback
def async_setup_websocket_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (
        _async_recognize,
        _async_translate,
        _async_watch,
        _async_playing,
        _async_choices,
        _subscribe_progress,
        _async_subtitles,
    ):
        websocket_api.async_register_command(hass, command)


type _Handler = Callable[[HomeAssistant, ActiveConnection, dict[str, Any]], Awaitable[None]]


def _refusing(handler: _Handler) -> _Handler:
    """Have a command refuse what it cannot do in words, and without an error in Home Assistant's log."""

    @wraps(handler)
    async def handle(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
        try:
            await handler(hass, connection, msg)
        except HomeAssistantError as err:
            refuse(connection, msg["id"], err)

    return handle


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/recognize", **RECOGNIZE_SCHEMA})
@websocket_api.async_response
@_refusing
async def _async_recognize(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    await _async_begin(hass, connection, msg, translates=False)


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/translate", **TRANSLATE_SCHEMA})
@websocket_api.async_response
@_refusing
async def _async_translate(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    await _async_begin(hass, connection, msg, translates=True)


async def _async_begin(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any], *, translates: bool
) -> None:
    subscriber = Subscriber(connection, msg["id"])
    context = connection.context(msg)
    request = await async_get_request(hass, connection.user, context, msg, translates=translates)
    LiveSpeech(hass, subscriber, request).start()


_CONVERSATION: Final = vol.All(cv.string, vol.Length(min=1, max=MAX_NAME))


@websocket_api.websocket_command(
    {vol.Required("type"): f"{DOMAIN}/watch", vol.Required("conversation"): _CONVERSATION, **VERSION_FIELD}
)
@websocket_api.async_response
@_refusing
async def _async_watch(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell everything that is said in a conversation."""
    captioning(hass, connection.user)
    async_get_conversation(hass, msg["conversation"]).async_watch(Subscriber(connection, msg["id"]))


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/playing",
        vol.Required("conversation"): _CONVERSATION,
        vol.Required("playing"): bool,
        **VERSION_FIELD,
    }
)
@callback
def _async_playing(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Take note that a device of a conversation plays a translation. Elsewhere that is of no interest."""
    if conversation := async_find_conversation(hass, msg["conversation"]):
        conversation.async_play(connection, playing=msg["playing"])
    connection.send_result(msg["id"])


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/choices", **CHOICES_SCHEMA})
@websocket_api.async_response
@_refusing
async def _async_choices(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell what there is to choose from."""
    connection.send_result(msg["id"], await async_get_choices(hass, connection.user, msg))


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/subscribe_progress"})
@callback
def _subscribe_progress(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell the phrases of recordings as they come: to administrators all, to others those that they began."""

    @callback
    def tell(context: Context, event: dict[str, Any]) -> None:
        if connection.user.is_admin or context.user_id == connection.user.id:
            connection.send_event(msg["id"], {"context_id": context.id, **event})

    connection.subscriptions[msg["id"]] = async_dispatcher_connect(hass, SIGNAL_PROGRESS, tell)
    connection.send_result(msg["id"])


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/subtitles",
        vol.Required("format"): vol.Coerce(Format),
        # Each is looked at beside the event loop: there may be a great many.
        vol.Required("segments"): vol.All(list, vol.Length(max=MAX_SEGMENTS)),
    }
)
@websocket_api.async_response
async def _async_subtitles(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Return what was said as the text of a file."""
    try:
        text = await hass.async_add_executor_job(saved, msg["segments"], msg["format"])
    except vol.Invalid as err:
        connection.send_error(msg["id"], websocket_api.ERR_INVALID_FORMAT, str(err))
    else:
        connection.send_result(msg["id"], {"text": text})
