"""What live captions listen to, beside an app's microphone: a satellite's, media, or what a media player plays."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.media_player import ATTR_MEDIA_CONTENT_ID
from homeassistant.components.media_source import is_media_source_id
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback, split_entity_id
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..actions.dictation import async_get_microphone
from ..actions.permissions import check_may, check_may_hear
from ..audio.address import media_id
from ..audio.media import MAX_DURATION, open_recording
from ..resource.errors import worded
from ..resource.resource import AzureSpeechConfigEntry

_ADDRESSES: Final = ("http://", "https://", "rtsp://", "rtsps://")

SOURCE_SCHEMA: Final = vol.All(
    vol.Schema(
        {
            vol.Exclusive("microphone", "source"): cv.entity_id,
            vol.Exclusive("media", "source"): vol.All(cv.string, vol.Length(min=1), media_id),
            vol.Exclusive("player", "source"): cv.entity_domain(Platform.MEDIA_PLAYER),
        }
    ),
    cv.has_at_least_one_key("microphone", "media", "player"),
)


class Sound(Protocol):
    """What is listened to, once it is open."""

    def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM. Raises HomeAssistantError."""


class ServerSource:
    """A source of Home Assistant's own."""

    def __init__(self, opening: AbstractAsyncContextManager[Sound], own: AzureSpeechConfigEntry | None) -> None:
        """Use ``async_get_source`` instead."""
        self._opening = opening
        self.own = own
        """The entry that it belongs to, which is the one to use where none is named."""

    async def audio(self) -> AsyncGenerator[bytes]:
        """Open it, and yield 16 kHz, 16-bit, mono PCM. Raises HomeAssistantError."""
        async with self._opening as sound:
            async for chunk in sound.audio():
                yield chunk


@callback
def async_get_source(hass: HomeAssistant, user: User, context: Context, asked: dict[str, Any]) -> ServerSource:
    """Return the source that an app asks for. Raises Unauthorized and ServiceValidationError."""
    if satellite := asked.get("microphone", ""):
        check_may_hear(hass, user, media="", microphone=satellite)
        own, microphone = async_get_microphone(hass, satellite)
        return ServerSource(microphone.async_get_satellite().async_lend(context), own)
    media = asked.get("media") or _played(hass, user, asked["player"])
    check_may_hear(hass, user, media=media, microphone="")
    return ServerSource(open_recording(hass, media, duration=MAX_DURATION), None)


def _played(hass: HomeAssistant, user: User, player: str) -> str:
    """Return what a media player plays, if others can hear it as well. Raises Unauthorized, ServiceValidationError."""
    check_may(user, player, POLICY_READ)
    state = hass.states.get(player)
    content = media_id(str((state and state.attributes.get(ATTR_MEDIA_CONTENT_ID)) or ""))
    if not (is_media_source_id(content) or content.startswith((*_ADDRESSES, "/"))):
        name = state.name if state else split_entity_id(player)[1]
        raise worded(ServiceValidationError, "player_not_heard", player=name)
    return content
