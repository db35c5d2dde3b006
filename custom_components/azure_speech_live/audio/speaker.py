"""Sound on a media player, from its beginning to its end: whoever asks somebody something listens only after that."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from homeassistant.components.media_player import (
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_CONTENT_ID,
    ATTR_MEDIA_CONTENT_TYPE,
    DOMAIN as MEDIA_PLAYER_DOMAIN,
    SERVICE_PLAY_MEDIA,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
    async_process_play_media_url,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_SUPPORTED_FEATURES, SERVICE_MEDIA_STOP
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event

from .media import open_recording

_BEGIN_LIMIT: Final = 5.0
"""Seconds in which a media player says that it plays."""
_PLAY_LIMIT: Final = 300.0
"""Seconds after which we no longer wait for the end of what it plays."""
_PLAYING: Final = (MediaPlayerState.PLAYING, MediaPlayerState.BUFFERING)


async def async_play(hass: HomeAssistant, player: str, media: str, context: Context | None) -> None:
    """Play media (a media source or an address) and wait for its end. Raises HomeAssistantError.

    The end is when the media player's state says so. Of one that says nothing, or that was playing before and goes on
    with that, it is when the sound has had its time. Cancelled, it stops the sound.
    """
    state = hass.states.get(player)
    was_playing = state is not None and state.state in _PLAYING
    announces = _can(state, MediaPlayerEntityFeature.MEDIA_ANNOUNCE)
    began, ended = asyncio.Event(), asyncio.Event()

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and new.state in _PLAYING:
            began.set()
        elif began.is_set():
            ended.set()

    data: dict[str, Any] = {
        ATTR_ENTITY_ID: player,
        ATTR_MEDIA_CONTENT_ID: media,
        ATTR_MEDIA_CONTENT_TYPE: MediaType.MUSIC,
    }
    if announces:
        data[ATTR_MEDIA_ANNOUNCE] = True
    stop = async_track_state_change_event(hass, player, changed)
    try:
        await hass.services.async_call(MEDIA_PLAYER_DOMAIN, SERVICE_PLAY_MEDIA, data, blocking=True, context=context)
        start = hass.loop.time()
        if not was_playing:
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEGIN_LIMIT):
                    await began.wait()
            if began.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PLAY_LIMIT):
                        await ended.wait()
                return
        await asyncio.sleep(start + await _duration(hass, media) - hass.loop.time())
    except asyncio.CancelledError:
        # Music that was on before an announcement goes on after it: who stops one stops both.
        if _can(state, MediaPlayerEntityFeature.STOP) and not (was_playing and announces):
            await _stop(hass, player, context)
        raise
    finally:
        stop()


async def _stop(hass: HomeAssistant, player: str, context: Context | None) -> None:
    with suppress(HomeAssistantError, TimeoutError):
        async with asyncio.timeout(_BEGIN_LIMIT):
            await hass.services.async_call(
                MEDIA_PLAYER_DOMAIN, SERVICE_MEDIA_STOP, {ATTR_ENTITY_ID: player}, blocking=True, context=context
            )


def _can(state: State | None, feature: MediaPlayerEntityFeature) -> bool:
    features = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) if state else 0
    return bool(features & feature)


async def _duration(hass: HomeAssistant, media: str) -> float:
    """Return the seconds that media takes to play; 0 if that cannot be found out."""
    try:
        async with open_recording(hass, async_process_play_media_url(hass, media), _PLAY_LIMIT) as recording:
            async for _ in recording.audio():
                pass
            return recording.duration
    except HomeAssistantError:
        return 0.0
