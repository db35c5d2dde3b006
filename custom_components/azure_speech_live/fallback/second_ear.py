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
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.event import async_track_state_change_event

from ..speech import printable
from .engines import async_second_ear, language_for

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


class SecondEar:
    """The second engine of one of our entities, which need not be there."""

    def __init__(self, entity: Entity, stored: str | None) -> None:
        """Take who asks it, and its id in the entity registry; None if there is none."""
        self._entity = entity
        self._stored = stored
        self._complaint: str | None = None

    @property
    def entity_id(self) -> str:
        """Return who asks it."""
        return self._entity.entity_id

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
        hass = self._entity.hass
        engine = async_second_ear(hass, self._stored, self.entity_id)
        if engine is None:
            return None
        language = language_for(hass, metadata.language, engine.supported_languages)
        if language is None:
            self.complain(engine.entity_id, f"it does not know {printable(metadata.language)}")
            return None
        asked = Asked(engine, replace(metadata, language=language))
        if not engine.check_metadata(asked.metadata):
            self.complain(engine.entity_id, "it does not take such audio")
            return None
        return asked

    def complain(self, engine: str, reason: str) -> None:
        """Say why it does not hear, but not again before it does."""
        level = logging.DEBUG if self._complaint == reason else logging.WARNING
        _LOGGER.log(level, "%s: its second engine %s does not hear: %s", self.entity_id, engine, reason)
        self._complaint = reason

    def hears(self) -> None:
        """Take note that it does."""
        self._complaint = None
