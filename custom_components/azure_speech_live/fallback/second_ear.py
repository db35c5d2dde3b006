"""The engine that a recognizer or a translator names, to hear where the Speech service does not.

What it cannot do, and when it fails, is said once in the log, until it hears again.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
import logging

from homeassistant.components.stt import PartialSpeechResult, SpeechMetadata, SpeechResultState, SpeechToTextEntity
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ..speech import printable
from .engines import SecondEngine, async_second_ear

_LOGGER = logging.getLogger(__name__)


class SecondEarError(Exception):
    """The second engine did not hear what was said to it; the text says why, and has nothing of that in it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the second engine heard: all of it if ``final``, and until then what it sounds like so far."""

    text: str
    final: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """An engine that can be asked, and what it is told of the audio."""

    engine: SpeechToTextEntity
    metadata: SpeechMetadata

    async def hear(self, audio: AsyncGenerator[bytes]) -> AsyncGenerator[Heard]:
        """Yield what it hears. Raises SecondEarError, whatever happens to it. ``audio`` is closed at the end."""
        results = self.engine.internal_async_process_audio_stream_with_progress(self.metadata, audio)
        try:
            async with aclosing(audio), aclosing(results):
                async for result in results:
                    if isinstance(result, PartialSpeechResult):
                        yield Heard(result.text, final=False)
                    elif result.result is SpeechResultState.SUCCESS:
                        yield Heard(result.text or "", final=True)
                        return
                    else:
                        break
        except asyncio.CancelledError as err:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            # Nobody has cancelled it: so fails what waits for a task of its own that was ended, by a reload perhaps.
            raise SecondEarError(type(err).__name__) from err
        except Exception as err:
            # Others put what they have heard, or their keys, into the text.
            _LOGGER.debug("%s: %s", self.engine.entity_id, printable(repr(err)))
            raise SecondEarError(type(err).__name__) from err
        raise SecondEarError("it has no result")


class SecondEar(SecondEngine):
    """The second engine of a recognizer or a translator."""

    _silent = "%s: its second engine %s does not hear: %s"
    _takes_over = "%s: %s hears while the Speech service does not"
    _is_back = "%s: the Speech service hears again"

    @property
    def is_there(self) -> bool:
        """Return whether it can be asked just now."""
        return async_second_ear(self._entity.hass, self._stored, self.entity_id) is not None

    @callback
    def async_track(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when it may be there, or be there no more. Return what ends that."""
        hass = self._entity.hass
        engine = er.async_get(hass).async_get(self._stored) if self._stored else None

        @callback
        def changed(_event: Event[EventStateChangedData]) -> None:
            listener()

        return async_track_state_change_event(hass, [] if engine is None else engine.entity_id, changed)

    @callback
    def async_find(self, metadata: SpeechMetadata) -> Asked | None:
        """Return what there is to be asked with such audio; None if nobody can be."""
        engine = async_second_ear(self._entity.hass, self._stored, self.entity_id)
        if engine is None or (language := self._language(engine, metadata.language)) is None:
            return None
        asked = Asked(engine, replace(metadata, language=language))
        if not engine.check_metadata(asked.metadata):
            self.complain(engine.entity_id, "it does not take such audio")
            return None
        return asked
