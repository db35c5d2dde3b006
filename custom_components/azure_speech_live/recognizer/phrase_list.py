"""The phrase list of a recognizer: the names that people say in this home, and the household's own phrases.

Of the names there are those of areas and floors, and of the entities that Assist may use, with their aliases. None of
them is ever logged.
"""

from collections.abc import Callable, Generator, Iterable
from itertools import islice
from typing import Any, Final

from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import async_listen_entity_updates
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import Event, EventStateChangedData, HassJob, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    intent,
)
from homeassistant.helpers.event import async_call_later

from ..languages.words import plain
from ..speech import MAX_PHRASES

ASSIST: Final = "conversation"
"""Assist, to the settings that say what is exposed to it."""
MAX_PHRASE_LENGTH: Final = 100
"""Characters of a phrase. Nobody says a longer name, and 500 of these are still sent in no time."""
MIN_NAME_LENGTH: Final = 2
"""Characters of a name: a single letter helps nobody, and may be heard in everything."""
MAX_NAMES: Final = 2 * MAX_PHRASES
"""Names that are looked at, of which the phrases are chosen. A thousandth of a second for a hundred of them."""
REBUILD_DELAY: Final = 2.0
"""Seconds from a change to the list's renewal: changes come in crowds, as when Home Assistant starts."""

# They are the most, and seldom asked for: where there are too many names, theirs are left out.
_SENSORS: Final = frozenset({Platform.BINARY_SENSOR, Platform.SENSOR})

# The category and who hides it decide whether Assist may use an entity of which nobody has said so.
_ENTITY_FIELDS: Final = frozenset(
    {"aliases", "device_id", "entity_category", "entity_id", "hidden_by", "name", "options", "original_name"}
)
_DEVICE_FIELDS: Final = frozenset({"name", "name_by_user"})


class PhraseList:
    """A phrase list that follows the home.

    A change leaves it out of date, and soon after it is built anew, so that no command has to wait for that. Where one
    comes sooner, it is built then: some milliseconds, as nobody looks at more than MAX_NAMES.
    """

    def __init__(self, hass: HomeAssistant, own_phrases: tuple[str, ...]) -> None:
        """Begin with nothing built."""
        self._hass = hass
        self._own = own_phrases
        self._phrases: tuple[str, ...] | None = None
        self._cancel_rebuild: Callable[[], None] | None = None
        self._unsubscribe: list[Callable[[], None]] = []

    @property
    def phrases(self) -> tuple[str, ...]:
        """Return the phrases: at most MAX_PHRASES, of which the household's own are the last, and none is left out."""
        if self._phrases is None:
            names = list(islice(_distinct(_names(self._hass), self._own), MAX_NAMES))
            room = max(0, MAX_PHRASES - len(self._own))
            if len(names) > room:
                names = of_most_help(names, self._own)[:room]
            self._phrases = (*names, *self._own)
        return self._phrases

    @callback
    def async_start(self) -> None:
        """Follow the home from now on."""
        bus = self._hass.bus
        self._unsubscribe = [
            bus.async_listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._changed),
            bus.async_listen(fr.EVENT_FLOOR_REGISTRY_UPDATED, self._changed),
            bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._changed, event_filter=_renames_entity),
            bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._changed, event_filter=_renames_device),
            bus.async_listen(EVENT_STATE_CHANGED, self._changed, event_filter=_comes_or_goes),
            async_listen_entity_updates(self._hass, ASSIST, self._changed),
        ]
        self._changed()

    @callback
    def async_stop(self) -> None:
        """Follow it no longer."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        if self._cancel_rebuild is not None:
            self._cancel_rebuild()

    @callback
    def _changed(self, _event: Event[Any] | None = None) -> None:
        self._phrases = None
        if self._cancel_rebuild is None:
            job = HassJob(self._rebuild, cancel_on_shutdown=True)
            self._cancel_rebuild = async_call_later(self._hass, REBUILD_DELAY, job)

    @callback
    def _rebuild(self, _now: object) -> None:
        self._cancel_rebuild = None
        _ = self.phrases


def _names(hass: HomeAssistant) -> Generator[str]:
    """Yield all names, those first that are of most use: areas and floors are few, and part of many commands."""
    places: list[ar.AreaEntry | fr.FloorEntry] = [
        *ar.async_get(hass).async_list_areas(),
        *fr.async_get(hass).async_list_floors(),
    ]
    for place in places:
        yield place.name
        yield from sorted(place.aliases)
    registry = er.async_get(hass)
    exposed = hass.data[DATA_EXPOSED_ENTITIES]
    for state in sorted(hass.states.async_all(), key=lambda state: state.domain in _SENSORS):
        if exposed.async_get_should_expose(ASSIST, state.entity_id):
            yield from intent.async_get_entity_aliases(hass, registry.async_get(state.entity_id), state=state)


def _distinct(names: Iterable[str], own: Iterable[str]) -> Generator[str]:
    """Yield the names that can be said and sent, each of them once, in whatever case it is written, but ``own``."""
    known = {phrase.casefold() for phrase in own}
    for name in names:
        words = plain(name)
        folded = words.casefold()
        if MIN_NAME_LENGTH <= len(words) <= MAX_PHRASE_LENGTH and folded not in known:
            known.add(folded)
            yield words


def of_most_help(names: Iterable[str], own: Iterable[str]) -> list[str]:
    """Return the names that have a word which nothing before has, and then the others, each in their order.

    A recogniser takes a word that it does not expect for a more common one, and has heard of it when one name has it.
    Measured with pocketsphinx in three homes, with room for 200 of 1000 names (tests/benchmarks/ending/names.py): of 97
    names with a rare word 91 are heard so, 67 with the first 200, and none without a list; of 143 others 138, 139 and
    129. Numbers are common words.
    """
    told = {word for phrase in own for word in _words(phrase)}
    helpful: list[str] = []
    others: list[str] = []
    for name in names:
        words = _words(name)
        (others if words <= told else helpful).append(name)
        told |= words
    return helpful + others


def _words(name: str) -> set[str]:
    return {word for word in name.casefold().split() if not word.isdecimal()}


@callback
def _renames_entity(data: er.EventEntityRegistryUpdatedData) -> bool:
    """Return whether an entity's names, or what may use it, can have changed. Those that come and go are seen below."""
    return data["action"] == "update" and not _ENTITY_FIELDS.isdisjoint(data["changes"])


@callback
def _renames_device(data: dr.EventDeviceRegistryUpdatedData) -> bool:
    """Return whether a device's name changed, which may be part of its entities' names."""
    return data["action"] == "update" and not _DEVICE_FIELDS.isdisjoint(data["changes"])


@callback
def _comes_or_goes(data: EventStateChangedData) -> bool:
    """Return whether an entity is new, or is no more."""
    return data["old_state"] is None or data["new_state"] is None
