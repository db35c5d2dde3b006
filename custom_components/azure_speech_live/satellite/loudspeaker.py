"""Where a satellite is heard: a media player, which plays an answer from its first word on, while it is written."""

import asyncio
import logging

from homeassistant.components import tts
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.helpers.entity import Entity

from ..audio.speaker import async_play
from ..speech import printable

_LOGGER = logging.getLogger(__name__)


class Loudspeaker:
    """The media player of one satellite."""

    def __init__(self, satellite: Entity, entry: ConfigEntry, player: str) -> None:
        """Begin silent. ``player``: its entity's id, empty if there is none."""
        self._satellite = satellite
        self._entry = entry
        self._player = player
        self._answering: asyncio.Task[None] | None = None

    async def async_play(self, *sounds: str | None) -> None:
        """Play sounds, one after the other. A media player that does not play is logged, and no reason to stop."""
        satellite = self._satellite
        try:
            for sound in filter(None, sounds):
                await async_play(satellite.hass, self._player, sound, satellite._context)  # noqa: SLF001 - Home Assistant's
        except Exception as err:  # noqa: BLE001 - integrations of media players raise whatever their libraries do
            reason = printable(str(err) or repr(err))
            _LOGGER.warning("%s: %s does not play: %s", satellite.entity_id, self._player, reason)

    @callback
    def async_answer(self, answer: tts.ResultStream) -> asyncio.Task[None]:
        """Begin to play an answer, be it written to its end or not; what has begun goes on. Return what plays it."""
        if self._answering is None:
            playing = self.async_play(answer.media_source_id)
            name = f"{self._satellite.entity_id} answers"
            self._answering = self._entry.async_create_background_task(self._satellite.hass, playing, name)
        return self._answering

    async def async_end_answer(self) -> None:
        """Play no more of the answer."""
        answering, self._answering = self._answering, None
        if answering is not None:
            answering.cancel()
            await asyncio.wait({answering})
