"""Names: each of what is added is told from the others, also in the list of voice assistants."""

from collections.abc import AsyncGenerator

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from tests.speech_service.service import SpeechService

from ..forms import add_resource, only_recognizer, start_reconfigure_flow, submit as submit_resource
from ..recognizers import filled_in
from ..subentries import open_form, open_reconfigure_form, submit


@pytest.fixture
async def second(hass: HomeAssistant, entry: ConfigEntry) -> AsyncGenerator[ConfigEntry]:  # noqa: ARG001  # after it
    """Add another stand-in as a second resource."""
    async with SpeechService() as service:
        added = await add_resource(hass, service)
        yield added
        await hass.config_entries.async_unload(added.entry_id)


async def add(hass: HomeAssistant, entry: ConfigEntry, kind: str, **user_input: object) -> str:
    """Add a subentry by its form, and return its name."""
    before = set(entry.subentries)
    result = await submit(hass, await open_form(hass, entry, kind), **user_input)
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    (added,) = set(entry.subentries) - before
    assert (result.get("description_placeholders") or {})["name"] == entry.subentries[added].title
    return entry.subentries[added].title


async def test_recognizers_are_told_apart(hass: HomeAssistant, entry: ConfigEntry, second: ConfigEntry) -> None:
    place = str(second.unique_id)
    assert only_recognizer(entry).title == "Azure Speech"
    assert only_recognizer(second).title == f"Azure Speech ({place})"
    assert await add(hass, second, "recognizer", **filled_in()) == f"Azure Speech ({place}) 2"
    french = filled_in(languages=["fr-FR"])
    assert await add(hass, entry, "recognizer", **french) == "Azure Speech (French)"
    assert await add(hass, second, "recognizer", **french) == f"Azure Speech ({place}, French)"
    assert await add(hass, second, "recognizer", **french) == f"Azure Speech ({place}, French) 2"
    names = [state.name for state in hass.states.async_all("stt")]
    assert len(set(names)) == len(names) == 6


async def test_devices_of_one_name_are_told_apart_by_what_they_are(
    hass: HomeAssistant, second: ConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    await add(hass, second, "translator", languages=["de-DE"], target_language="en", name=second.title)
    devices = dr.async_entries_for_config_entry(device_registry, second.entry_id)
    assert {device.name for device in devices} == {second.title}
    assert sorted(str(device.model) for device in devices) == [
        "Speech recognizer",
        "Speech resource",
        "Speech translator",
        "Speech voice",
    ]


async def test_in_the_only_resource_a_number_tells_them_apart(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert await add(hass, entry, "recognizer", **filled_in()) == "Azure Speech 2"
    assert await add(hass, entry, "recognizer", name="AZURE SPEECH 3", **filled_in()) == "AZURE SPEECH 3"
    assert await add(hass, entry, "recognizer", **filled_in()) == "Azure Speech 4"


async def test_of_many_languages_the_name_has_the_first(hass: HomeAssistant, entry: ConfigEntry) -> None:
    languages = ["fr-FR", "es-ES", "it-IT", "nl-NL"]
    added = await add(
        hass, entry, "recognizer", **filled_in(languages=languages, end_of_speech="home_assistant"), name="  "
    )
    assert added == "Azure Speech (French, Spanish, Italian…)"


async def test_translators_are_named_after_their_languages(
    hass: HomeAssistant, entry: ConfigEntry, second: ConfigEntry
) -> None:
    german = {"languages": ["de-DE", "ka-GE"], "target_language": "en"}
    assert await add(hass, entry, "translator", **german) == "German, Georgian → English"
    assert await add(hass, second, "translator", **german) == f"German, Georgian → English ({second.unique_id})"
    assert await add(hass, entry, "translator", name="Guests", **german) == "Guests"
    odd = await add(hass, entry, "translator", name="Line\nline \u202e" + "x" * 1000, **german)
    assert odd.startswith("Line line ")
    assert odd.isprintable()
    assert len(odd) <= 200


@pytest.mark.parametrize(("name", "then"), [({}, "French → Spanish"), ({"name": "Guests"}, "Guests")])
async def test_a_translators_name_follows_its_languages_unless_the_household_gave_it(
    hass: HomeAssistant, entry: ConfigEntry, name: dict[str, str], then: str
) -> None:
    await add(hass, entry, "translator", languages=["de-DE"], target_language="en", **name)
    (subentry,) = entry.get_subentries_of_type("translator")
    for data in ({"languages": ["de-DE"], "target_language": "en"}, {"languages": ["fr-FR"], "target_language": "es"}):
        form = await open_reconfigure_form(hass, entry, "translator", subentry.subentry_id)
        await submit(hass, form, **data)
    assert entry.subentries[subentry.subentry_id].title == then
    assert hass.states.async_all("stt")[-1].name == then


async def test_microphones_are_told_apart(
    hass: HomeAssistant,
    devices: None,  # noqa: ARG001
    entry: ConfigEntry,
) -> None:
    assert await add(hass, entry, "microphone", device="kitchen", start="button") == "Microphone"
    assert await add(hass, entry, "microphone", device="default", start="button") == "Microphone (default)"


async def test_resources_are_told_apart(hass: HomeAssistant, entry: ConfigEntry, second: ConfigEntry) -> None:
    """One of them has the name already that the other would be given."""
    title = str(second.title)
    hass.config_entries.async_update_entry(second, title="Kitchen")
    hass.config_entries.async_update_entry(entry, title=title)
    await hass.async_block_till_done()
    async with SpeechService() as service:
        hass.config_entries.async_update_entry(entry, title=f"Azure Speech (127.0.0.1:{service.port})")
        third = await add_resource(hass, service)
        assert third.title == f"Azure Speech (127.0.0.1:{service.port}) 2"
        assert only_recognizer(third).title == f"Azure Speech (127.0.0.1:{service.port})"
        form = await start_reconfigure_flow(hass, second)
        await submit_resource(hass, form, endpoint=str(second.data["url"]))
        assert second.title == "Kitchen"
        await hass.config_entries.async_unload(third.entry_id)
