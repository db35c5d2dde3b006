"""The first command is as quick as any other: what its sentences need is there before it is spoken.

A language's sentences take some tenths of a second of a processor to load, and as long again at the first match. So
that is done when Home Assistant has started, for the assistants that use a recognizer; at whatever changes after that,
it is done while the next command is spoken, see ``async_find``.
"""

import asyncio
import logging

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from ..speech import printable
from .permission import async_local_first
from .sentences import async_sentences

_LOGGER = logging.getLogger(__name__)


@callback
def async_warm_up(hass: HomeAssistant, stt_entity_id: str) -> CALLBACK_TYPE:
    """Have what a recognizer's assistants understand loaded once Home Assistant has started. Return how to stop it."""

    async def warm_up(hass: HomeAssistant) -> None:
        try:
            by_language = {assistant.language: assistant for assistant in async_local_first(hass, stt_entity_id)}
            for assistant in by_language.values():
                if (sentences := async_sentences(hass, assistant)) is not None:
                    await sentences.warm_up()
        except Exception as err:  # noqa: BLE001 - whatever it is, the first command will be slower
            _LOGGER.debug("cannot load the sentences of %s: %s", stt_entity_id, printable(repr(err)))

    task: asyncio.Task[None] | None = None

    @callback
    def begin(hass: HomeAssistant) -> None:
        nonlocal task
        task = hass.async_create_background_task(warm_up(hass), f"load the sentences for {stt_entity_id}")

    waits_no_more = async_at_started(hass, begin)

    @callback
    def end() -> None:
        waits_no_more()
        if task is not None:
            task.cancel()

    return end
