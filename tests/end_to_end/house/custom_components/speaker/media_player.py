"""A speaker that is heard by reading a file: it fetches what it shall play, as speakers do, into "speaker.wav".

The file has the speaker's name.

It plays as fast as it can, and the action that plays ends when it has played.
"""

import asyncio
from asyncio.subprocess import PIPE
from typing import Any, override

from homeassistant.components import ffmpeg
from homeassistant.components.media_player import (
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
    async_process_play_media_url,
)
from homeassistant.components.media_source import async_resolve_media, is_media_source_id
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType
from homeassistant.util import slugify


async def async_setup_platform(
    _hass: HomeAssistant,
    config: ConfigType,
    async_add_entities: AddEntitiesCallback,
    _discovery: DiscoveryInfoType | None = None,
) -> None:
    """Set up ``media_player: - platform: speaker``."""
    async_add_entities([Speaker(config.get(CONF_NAME, "Speaker"))])


class Speaker(MediaPlayerEntity):
    """Plays whatever ffmpeg reads over HTTP."""

    _attr_should_poll = False
    _attr_state = MediaPlayerState.IDLE
    _attr_supported_features = MediaPlayerEntityFeature.PLAY_MEDIA | MediaPlayerEntityFeature.MEDIA_ANNOUNCE

    def __init__(self, name: str) -> None:
        self._attr_name = name
        self._file = f"{slugify(name)}.wav"

    @override
    async def async_play_media(self, media_type: MediaType | str, media_id: str, **kwargs: Any) -> None:
        if is_media_source_id(media_id):
            media_id = (await async_resolve_media(self.hass, media_id, self.entity_id)).url
        url = async_process_play_media_url(self.hass, media_id)
        self._show(MediaPlayerState.PLAYING)
        try:
            process = await asyncio.create_subprocess_exec(
                ffmpeg.get_ffmpeg_manager(self.hass).binary,
                *("-nostdin", "-loglevel", "error", "-y", "-i", url, self.hass.config.path(self._file)),
                stderr=PIPE,
            )
            _, said = await process.communicate()
        finally:
            self._show(MediaPlayerState.IDLE)
        if process.returncode:
            raise HomeAssistantError(f"The speaker cannot play {media_id}: {said.decode(errors='replace').strip()}")

    def _show(self, state: MediaPlayerState) -> None:
        self._attr_state = state
        self.async_write_ha_state()
