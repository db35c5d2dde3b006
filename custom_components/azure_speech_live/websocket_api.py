"""Live speech for dashboards and apps, over Home Assistant's WebSocket API.

`azure_speech_live/recognize` and `/translate` take a microphone's audio as binary messages and answer with what is
said, while it is said. `/subscribe_progress` tells what the actions are at.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import voluptuous as vol

from .actions.recording import SIGNAL_PROGRESS
from .actions.resource_choice import RESOURCE_FIELD, async_choose_resource
from .actions.voice_choice import async_choose_voice
from .captions.microphone import Microphone
from .captions.session import VERSION, LiveSpeech
from .captions.subscriber import Subscriber, refuse
from .const import DOMAIN
from .languages.choice import recognition_options, translation_options
from .microphone.resampler import RATE
from .speech import Profanity

_RATES: Final = (8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
"""What devices record at; of any other number, the resampler's tables could become very large."""
_AUDIO_SCHEMA: Final[dict[Any, Any]] = {
    vol.Optional("version", default=VERSION): VERSION,
    **RESOURCE_FIELD,
    vol.Required("language"): vol.All(cv.ensure_list, [cv.string]),
    vol.Optional("profanity", default=Profanity.MASKED): vol.Coerce(Profanity),
    vol.Optional("sample_rate", default=RATE): vol.All(int, vol.In(_RATES)),
}


@callback
def async_setup_websocket_api(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command in (_async_recognize, _async_translate, _subscribe_progress):
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


@websocket_api.websocket_command({vol.Required("type"): f"{DOMAIN}/recognize", **_AUDIO_SCHEMA})
@websocket_api.async_response
@_refusing
async def _async_recognize(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    options = recognition_options(msg["language"], msg["profanity"])
    entry = async_choose_resource(hass, options, connection.user, msg.get(ATTR_CONFIG_ENTRY_ID))
    LiveSpeech(hass, entry, Subscriber(connection, msg["id"]), options).start(Microphone(msg["sample_rate"]))


@websocket_api.websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/translate",
        **_AUDIO_SCHEMA,
        vol.Required("target_language"): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional("voice"): cv.string,
    }
)
@websocket_api.async_response
@_refusing
async def _async_translate(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    options = translation_options(msg["language"], msg["target_language"], profanity=msg["profanity"])
    entry = async_choose_resource(hass, options, connection.user, msg.get(ATTR_CONFIG_ENTRY_ID))
    if voice := msg.get("voice"):
        options = await async_choose_voice(hass, entry, options, voice)
    LiveSpeech(hass, entry, Subscriber(connection, msg["id"]), options).start(Microphone(msg["sample_rate"]))


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
