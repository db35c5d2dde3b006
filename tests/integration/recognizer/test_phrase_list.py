"""The names of the home as a phrase list: which of them, in what order, kept current, told to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    intent,
)
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.azure_speech_live.recognizer.phrase_list import MAX_NAMES, REBUILD_DELAY, PhraseList
from custom_components.azure_speech_live.speech import MAX_PHRASES
from tests.speech_service.engines.pocketsphinx import Pocketsphinx
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..recognizers import KITCHEN, add_recognizer, last_turn
from ..recordings import spoken_pcm
from ..speech import pcm, stream, transcribe

LAMP = "light.lamp"
KIDS = "\u200fKid’s light"  # noqa: RUF001 - as another keyboard writes it


@pytest.fixture
def lamp(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> er.RegistryEntry:
    """Put a lamp into the home, which Assist may use."""
    entry = entity_registry.async_get_or_create(
        "light", "test", "lamp", suggested_object_id="lamp", original_name="Lamp"
    )
    hass.states.async_set(LAMP, "off", {"friendly_name": "Lamp"})
    async_expose_entity(hass, "conversation", LAMP, should_expose=True)
    return entry


def built(hass: HomeAssistant, *own_phrases: str) -> tuple[str, ...]:
    """Return the phrase list as it would be now."""
    return PhraseList(hass, own_phrases).phrases


# --- which names


@pytest.mark.usefixtures("lamp")
async def test_all_that_people_say_is_in_it_once_and_in_order_of_use(
    hass: HomeAssistant,
    area_registry: ar.AreaRegistry,
    floor_registry: fr.FloorRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    area_registry.async_create("Kitchen", aliases={"Scullery"})
    floor_registry.async_create("Upstairs", aliases={"First floor"})
    entity_registry.async_update_entity(LAMP, aliases=[er.COMPUTED_NAME, "Big  light", "lamp", KIDS, "kid's light"])
    for entity_id, name, exposed in (
        ("sensor.humidity", "Humidity", True),
        ("cover.blind", "Blind", True),
        ("switch.secret", "Secret", False),
        ("light.long", "x" * 101, True),
        ("light.short", "Q", True),
    ):
        hass.states.async_set(entity_id, "on", {"friendly_name": name})
        async_expose_entity(hass, "conversation", entity_id, should_expose=exposed)

    assert built(hass, "Rosebud", "kitchen") == (
        *("Scullery", "Upstairs", "First floor"),
        *("Lamp", "Big light", "Kid's light", "Blind", "Humidity"),
        *("Rosebud", "kitchen"),
    )


async def test_too_many_names_leave_out_sensors_first_and_own_phrases_never(hass: HomeAssistant) -> None:
    for number in range(MAX_PHRASES):
        for domain in ("sensor", "light"):
            entity_id = f"{domain}.a{number}"
            hass.states.async_set(entity_id, "on", {"friendly_name": f"{domain} {number}"})
            async_expose_entity(hass, "conversation", entity_id, should_expose=number < MAX_PHRASES - 2)

    phrases = built(hass, "Rosebud")

    assert len(phrases) == MAX_PHRASES
    assert phrases[-1] == "Rosebud"
    assert [phrase for phrase in phrases if phrase.startswith("sensor")] == ["sensor 0"]
    assert sum(phrase.startswith("light") for phrase in phrases) == MAX_PHRASES - 2


async def test_of_too_many_names_those_come_first_that_have_a_word_of_their_own(hass: HomeAssistant) -> None:
    """The others are made of words that the service has heard of by them."""
    hass.states.async_set("light.kitchen", "on", {"friendly_name": "Kitchen light"})
    for number in range(MAX_PHRASES):
        hass.states.async_set(f"light.a{number}", "on", {"friendly_name": f"Light {number}"})
    for word in ("Kitchen", "Rosebud", "Xanadu"):
        entity_id = f"sensor.{word.lower()}"
        hass.states.async_set(entity_id, "20", {"friendly_name": f"{word} light"})
        async_expose_entity(hass, "conversation", entity_id, should_expose=True)

    phrases = built(hass, "My rosebud")

    assert len(phrases) == MAX_PHRASES
    assert phrases[:2] == ("Kitchen light", "Xanadu light")
    assert all(phrase.startswith("Light ") for phrase in phrases[2:-1])


async def test_nobody_looks_at_more_entities_than_it_takes(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the event loop would stand still the longer, the more there are."""
    looked_at: list[str] = []
    aliases = intent.async_get_entity_aliases

    def look(*arguments: Any, state: State) -> list[str]:
        looked_at.append(state.entity_id)
        return aliases(*arguments, state=state)

    monkeypatch.setattr(intent, "async_get_entity_aliases", look)
    for number in range(MAX_NAMES + 10):
        hass.states.async_set(f"light.a{number}", "on", {"friendly_name": f"Light {number}"})

    built(hass, "Rosebud")

    assert len(looked_at) == MAX_NAMES


async def test_looking_changes_nothing(hass: HomeAssistant) -> None:
    """Home Assistant stores a decision for an entity that it is asked about; this does not ask."""
    hass.states.async_set("light.other", "on", {"friendly_name": "Other"})
    exposed = hass.data[DATA_EXPOSED_ENTITIES].entities
    assert "Other" in built(hass)
    assert "light.other" not in exposed


# --- kept current


@pytest.fixture
def phrase_list(
    hass: HomeAssistant,
    lamp: er.RegistryEntry,  # noqa: ARG001  # the one name that there is
) -> PhraseList:
    """Follow a home with a lamp."""
    phrase_list = PhraseList(hass, ())
    phrase_list.async_start()
    assert phrase_list.phrases == ("Lamp",)
    return phrase_list


def rename(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity(LAMP, name="Moon")


def add_alias(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity(LAMP, aliases=["Moon"])


def rename_originally(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity(LAMP, original_name="Moon")


def move_to_a_device(hass: HomeAssistant) -> None:
    config_entry = MockConfigEntry()
    config_entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=config_entry.entry_id, identifiers={("test", "1")}, name="Moon"
    )
    er.async_get(hass).async_update_entity(LAMP, device_id=device.id, has_entity_name=True)


def set_option(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity_options(LAMP, "conversation", {"should_expose": False})


def hide(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity(LAMP, hidden_by=er.RegistryEntryHider.USER)


def make_diagnostic(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity(LAMP, entity_category=EntityCategory.DIAGNOSTIC)


def unexpose(hass: HomeAssistant) -> None:
    async_expose_entity(hass, "conversation", LAMP, should_expose=False)


def add_area(hass: HomeAssistant) -> None:
    ar.async_get(hass).async_create("Moon")


def add_floor(hass: HomeAssistant) -> None:
    fr.async_get(hass).async_create("Moon")


def add_entity(hass: HomeAssistant) -> None:
    hass.states.async_set("light.moon", "on", {"friendly_name": "Moon"})


def remove_entity(hass: HomeAssistant) -> None:
    er.async_get(hass).async_remove(LAMP)
    hass.states.async_remove(LAMP)


@pytest.mark.parametrize(
    ("change", "phrases"),
    [
        (rename, ("Moon",)),
        (add_alias, ("Moon",)),
        (rename_originally, ("Moon",)),
        (move_to_a_device, ("Moon Lamp",)),
        (set_option, ()),
        (unexpose, ()),
        (add_area, ("Moon", "Lamp")),
        (add_floor, ("Moon", "Lamp")),
        (add_entity, ("Lamp", "Moon")),
        (remove_entity, ()),
    ],
)
async def test_a_change_is_in_the_next_command(
    hass: HomeAssistant,
    phrase_list: PhraseList,
    change: Callable[[HomeAssistant], None],
    phrases: tuple[str, ...],
) -> None:
    change(hass)
    await hass.async_block_till_done()
    assert phrase_list.phrases == phrases
    phrase_list.async_stop()


@pytest.mark.parametrize("change", [hide, make_diagnostic])
async def test_what_decides_where_nobody_has_is_looked_at_as_well(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, change: Callable[[HomeAssistant], None]
) -> None:
    entity_registry.async_get_or_create("light", "test", "lamp", suggested_object_id="lamp", original_name="Lamp")
    hass.states.async_set(LAMP, "off", {"friendly_name": "Lamp"})
    phrase_list = PhraseList(hass, ())
    phrase_list.async_start()
    assert "Lamp" in phrase_list.phrases
    change(hass)
    await hass.async_block_till_done()
    assert not phrase_list.phrases
    phrase_list.async_stop()


@pytest.mark.usefixtures("lamp")
async def test_an_id_that_is_given_away_takes_its_aliases_along(hass: HomeAssistant) -> None:
    er.async_get(hass).async_update_entity(LAMP, aliases=["Sun"])
    phrase_list = PhraseList(hass, ())
    phrase_list.async_start()
    assert "Sun" in phrase_list.phrases
    er.async_get(hass).async_update_entity(LAMP, new_entity_id="light.moon")
    await hass.async_block_till_done()
    assert phrase_list.phrases == ("Lamp",)  # the state that is still there, until its platform removes it
    phrase_list.async_stop()


async def test_the_name_of_a_device_is_part_of_its_entities_names(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, device_registry: dr.DeviceRegistry
) -> None:
    config_entry = MockConfigEntry()
    config_entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=config_entry.entry_id, identifiers={("test", "1")}, name="Cooker"
    )
    entity_registry.async_get_or_create(
        "switch", "test", "1", device_id=device.id, original_name="Hob", has_entity_name=True, suggested_object_id="hob"
    )
    hass.states.async_set("switch.hob", "on")
    phrase_list = PhraseList(hass, ())
    phrase_list.async_start()
    assert phrase_list.phrases == ("Cooker Hob",)
    device_registry.async_update_device(device.id, name_by_user="Stove")
    await hass.async_block_till_done()
    assert phrase_list.phrases == ("Stove Hob",)
    phrase_list.async_stop()


async def test_what_changes_no_name_builds_nothing(hass: HomeAssistant, phrase_list: PhraseList) -> None:
    before = phrase_list.phrases
    hass.states.async_set(LAMP, "on", {"friendly_name": "Lamp", "brightness": 3})
    er.async_get(hass).async_update_entity(LAMP, icon="mdi:lamp")
    await hass.async_block_till_done()
    assert phrase_list.phrases is before
    phrase_list.async_stop()


async def test_a_change_is_built_in_the_background_before_anybody_speaks(
    hass: HomeAssistant, phrase_list: PhraseList
) -> None:
    rename(hass)
    await hass.async_block_till_done()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=REBUILD_DELAY + 1))
    await hass.async_block_till_done()
    # What nobody tells it of shows that it had looked before.
    phrase_list.async_stop()
    unexpose(hass)
    assert phrase_list.phrases == ("Moon",)


async def test_a_phrase_list_that_is_stopped_listens_no_more(hass: HomeAssistant, phrase_list: PhraseList) -> None:
    listeners = sum(hass.bus.async_listeners().values())
    before = phrase_list.phrases
    phrase_list.async_stop()
    assert sum(hass.bus.async_listeners().values()) == listeners - 5  # and the one for what is exposed
    rename(hass)
    unexpose(hass)
    await hass.async_block_till_done()
    assert phrase_list.phrases is before


# --- who gets it


@pytest.mark.usefixtures("lamp")
async def test_only_the_recognizer_that_wants_them_sends_names(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    er.async_get(hass).async_update_entity(LAMP, name="Xanadu")
    await add_recognizer(hass, entry, use_names=False, phrases=["Rosebud"])
    await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
    assert last_turn(service).options.phrases == ("Rosebud",)

    caplog.clear()
    await transcribe(hass, stream(pcm(1)))
    assert last_turn(service).options.phrases == ("Xanadu",)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert ours
    assert "Xanadu" not in "".join(ours)


async def test_a_name_is_heard_because_it_is_one(hass: HomeAssistant, service: SpeechService) -> None:
    """With a real recogniser, which does not know the word before; also where there are more names than it takes."""
    service.engine = Pocketsphinx(["turn on the light", "turn off the heating"])
    await add_resource(hass, service)
    command = spoken_pcm()
    assert "kitchen" not in ((await transcribe(hass, stream(command)))[1].text or "")

    for number in range(MAX_PHRASES):
        hass.states.async_set(f"light.a{number}", "on", {"friendly_name": f"Light {number}"})
    hass.states.async_set("light.kitchen_light", "off", {"friendly_name": "Kitchen light"})
    await hass.async_block_till_done()
    assert (await transcribe(hass, stream(command)))[1].text == "Turn on the kitchen light."
