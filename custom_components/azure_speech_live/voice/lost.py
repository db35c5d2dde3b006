"""Voices that the service does not have any more: who is told of it, for how long, and what is left when one is back.

A voice is lost if it was in the list, or if somebody has chosen it, in a form or in an assistant. Any other name that
the service refuses is a mistake of who asks for it, such as an automation.

What another voice spoke in the place of a lost one is kept by Home Assistant under the name of the lost one, for ever.
So it is counted how often a voice came back, and with that number what was kept before is not played any more.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import SUBENTRY_VOICE
from ..resource.issues import Issue, async_create_issue, async_delete_issue
from ..resource.resource import AzureSpeechConfigEntry
from ..resource.stored import lines

LOST_FOR: Final = timedelta(hours=1)
"""For so long a voice that was refused is not asked for again, while another one speaks."""


class LostVoices:
    """The lost voices of one resource, by their names."""

    def __init__(self, hass: HomeAssistant, entry: AzureSpeechConfigEntry, changed: Callable[[], None]) -> None:
        """Begin with none; ``changed`` is called when what ``stored`` returns has changed."""
        self._hass = hass
        self._entry = entry
        self._changed = changed
        self._refused: dict[str, datetime] = {}
        """When they were refused, the last time."""
        self._missed: set[str] = set()
        """Those that have not spoken since."""
        self._told: dict[str, bool] = {}
        """Those of which the household was told, and whether they were chosen then."""
        self.returned = 0
        """How often one came back."""

    def is_lost(self, name: str) -> bool:
        """Return whether a voice was refused not long ago."""
        since = self._refused.get(name)
        return since is not None and dt_util.utcnow() - since < LOST_FOR

    @callback
    def async_forget(self) -> None:
        """Have every voice asked for again: another may have been chosen."""
        self._refused.clear()
        self._told.clear()
        self.async_update()

    @callback
    def async_lose(self, name: str, *, is_known: bool) -> bool:
        """Take note that the service refused a voice, and tell of it. Return whether it is a loss."""
        is_chosen = self._is_chosen(name)
        if not (is_known or is_chosen):
            return False
        self._refused[name] = dt_util.utcnow()
        self._told[name] = is_chosen
        self.async_update()
        if name not in self._missed:
            self._missed.add(name)
            self._changed()
        return True

    @callback
    def async_find(self, name: str) -> None:
        """Take note that the service has a voice."""
        self._refused.pop(name, None)
        if name in self._missed:
            self._missed.remove(name)
            self.returned += 1
            self._changed()

    @callback
    def async_list(self, before: set[str], now: set[str]) -> None:
        """Take note of which voices were in the list, and are: one that comes is back."""
        for name in self._missed & now - before:
            self.async_find(name)
        self.async_update()

    @callback
    def async_update(self) -> None:
        """Tell of those that are missed, for as long as somebody wants them."""
        for name, was_chosen in list(self._told.items()):
            if name not in self._refused or (was_chosen and not self._is_chosen(name)):
                del self._told[name]
        if self._told:
            placeholders = {"voice": ", ".join(self._told), "endpoint": self._entry.unique_id or ""}
            async_create_issue(self._hass, self._entry, Issue.VOICE_GONE, **placeholders)
        else:
            async_delete_issue(self._hass, self._entry, Issue.VOICE_GONE)

    def _is_chosen(self, name: str) -> bool:
        """Return whether a voice of the entry's is set to speak by this name, or an assistant has chosen it."""
        voices = self._entry.get_subentries_of_type(SUBENTRY_VOICE)
        if any(voice.data.get("voice") == name for voice in voices):
            return True
        if "assist_pipeline" not in self._hass.config.components:
            return False
        # Not at the top: who has no assistants need not have what this imports.
        from homeassistant.components.assist_pipeline import async_get_pipelines  # noqa: PLC0415

        registry = er.async_get(self._hass)
        engines = {entity.entity_id for entity in er.async_entries_for_config_entry(registry, self._entry.entry_id)}
        assistants = async_get_pipelines(self._hass)
        return any(assistant.tts_voice == name and assistant.tts_engine in engines for assistant in assistants)

    def stored(self) -> dict[str, Any]:
        """Return what is to be kept."""
        return {"missed": sorted(self._missed), "returned": self.returned}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take what was kept. Raises KeyError, TypeError or ValueError for what cannot be read."""
        self._missed, self.returned = set(lines(data["missed"])), int(data["returned"])
