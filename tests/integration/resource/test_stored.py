"""What is stored: by the release before, by a newer one, and by whatever has damaged it since."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.azure_speech_live.const import DOMAIN, ENTRY_VERSION
from custom_components.azure_speech_live.recognizer.settings import EndOfSpeech, RecognizerSettings
from custom_components.azure_speech_live.recognizer.text import TextForm
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.resource.months import Month
from custom_components.azure_speech_live.satellite.host_microphone import async_get_microphones
from tests.speech_service.service import KEY, SpeechService

from ..availability import HEARD, issue, said, speak
from ..forms import (
    add_resource,
    open_flow_in_progress,
    start_reconfigure_flow,
    start_user_flow,
    state_of,
    submit,
)
from ..microphones import BUTTON, SATELLITE, House
from ..speech import RECOGNIZER, pcm, stream, transcribe
from ..subentries import open_reconfigure_form, submit as submit_subentry

RELEASES = sorted((Path(__file__).parents[2] / "data" / "storage").iterdir())


type Start = Callable[..., Awaitable[ConfigEntry]]


@pytest.fixture
def start(hass: HomeAssistant, service: SpeechService, hass_storage: dict[str, Any]) -> Start:
    """Give what lets Home Assistant read an entry and set it up, as it does when it starts.

    The entry is the one that the last release has stored, without options and subentries, and with changes.
    """

    async def start(stored: dict[str, Any] | None = None, **changes: Any) -> ConfigEntry:
        if stored is None:
            stored = {**entry_of(RELEASES[-1]), "data": {"url": service.url, "api_key": KEY}}
            stored |= {"options": {}, "subentries": []}
        hass_storage["core.config_entries"] = {
            "version": 1,
            "minor_version": 5,
            "data": {"entries": [{**stored, **changes}]},
        }
        await hass.config_entries.async_initialize()
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.async_block_till_done()
        (entry,) = hass.config_entries.async_entries(DOMAIN)
        return entry

    return start


def entry_of(release: Path) -> dict[str, Any]:
    """Return the entry that a release has stored."""
    (entry,) = json.loads((release / "core.config_entries").read_text("utf-8"))["data"]["entries"]
    return dict(entry)


def recognizer(**data: Any) -> dict[str, Any]:
    """Return a recognizer's subentry as Home Assistant stores it."""
    return {"data": data, "subentry_id": "1", "subentry_type": "recognizer", "title": "Azure Speech", "unique_id": None}


# --- of other versions


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
@pytest.mark.usefixtures("devices")
async def test_what_a_release_before_has_stored_is_at_work(
    hass: HomeAssistant,
    service: SpeechService,
    start: Start,
    release: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The files are as Home Assistant has written them; of its own, without the entries of others."""
    freezer.move_to("2026-12-02")
    stored = entry_of(release)
    entry_id = stored["entry_id"]
    stored["data"]["url"] = service.url
    usage = f"{DOMAIN}.{entry_id}"
    storage = Path(hass.config.path(".storage"))
    storage.mkdir()
    (storage / usage).write_bytes((release / usage).read_bytes())
    entry = await start(stored)
    assert state_of(entry) is ConfigEntryState.LOADED
    resource = entry.runtime_data
    assert resource.hearing_guard.limit == 4.5
    assert resource.usage.months == {
        "2026-11-01": Month(recognition=32000, translation=64000, requests=2, failures={"throttled": 1}),
        "2026-12-01": Month(recognition=96000, requests=1),
    }
    for entity_id in (RECOGNIZER, "stt.kitchen", "stt.guests"):
        assert (await transcribe(hass, stream(pcm(1)), entity_id=entity_id))[1].text
    settings = RecognizerSettings.from_stored(entry.subentries["01M72ECX80MR89583XP64RN6CS"].data, "Kitchen")
    assert (settings.end_of_speech, settings.max_duration, settings.text_form) == (
        EndOfSpeech.AZURE,
        20,
        TextForm.LEXICAL,
    )
    assert hass.states.get(SATELLITE) is not None
    assert hass.states.get("sensor.azure_speech_127_0_0_1_37857_used_of_the_free_hours") is not None
    assert not hass.config_entries.flow.async_progress()
    await hass.config_entries.async_unload(entry_id)


async def test_a_newer_version_is_refused_in_words(
    hass: HomeAssistant, service: SpeechService, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await start(version=ENTRY_VERSION + 1, title="Ours", data={"of": "the future"}, unique_id=None)
    assert state_of(entry) is ConfigEntryState.MIGRATION_ERROR
    found = issue(hass, entry, Issue.NEWER_VERSION)
    assert found is not None
    assert found.translation_placeholders == {"title": "Ours"}
    assert caplog.text.count("Ours for azure_speech_live has version 2 which is higher than the current version 1") == 1
    assert "Traceback" not in caplog.text

    # It is in nobody's way.
    assert state_of(await add_resource(hass, service)) is ConfigEntryState.LOADED
    await async_setup_component(hass, "system_health", {})
    health = await get_system_health_info(hass, DOMAIN)
    assert (await health["can_reach_service"])["error"] == "not_set_up (unknown endpoint)"
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, entry, Issue.NEWER_VERSION) is None


async def test_a_newer_version_that_was_disabled_is_refused_when_it_is_enabled(
    hass: HomeAssistant, service: SpeechService, start: Start
) -> None:
    entry = await start(version=ENTRY_VERSION + 1, unique_id=None, disabled_by="user")
    await add_resource(hass, service)
    assert issue(hass, entry, Issue.NEWER_VERSION) is None
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done()
    assert issue(hass, entry, Issue.NEWER_VERSION) is not None


async def test_a_newer_minor_version_only_adds(
    hass: HomeAssistant, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = {**recognizer(), "subentry_id": "2", "subentry_type": "of_the_future"}
    await start(minor_version=9, options={"new": 1}, subentries=[recognizer(new=1), unknown])
    assert await speak(hass) == HEARD
    assert said(caplog) == []


# --- damaged


@pytest.mark.parametrize(
    ("options", "read"),
    [
        ({"monthly_limit": "two", "pricing_tier": "f0"}, (None, "monthly_limit")),
        ({"monthly_limit": -1}, (None, "monthly_limit")),
        ({"monthly_limit": 0}, (None, "monthly_limit")),
        ({"monthly_limit": None}, (None, "monthly_limit")),
        ({"monthly_limit": 2, "pricing_tier": "s9"}, (2, "pricing_tier")),
        ({"monthly_limit": [2], "pricing_tier": {}}, (None, "monthly_limit, pricing_tier")),
        ({"monthly_limit": 2, "monthly_characters": "many"}, (2, "monthly_characters")),
    ],
)
async def test_options_that_cannot_be_read_have_their_defaults(
    hass: HomeAssistant,
    start: Start,
    caplog: pytest.LogCaptureFixture,
    options: dict[str, Any],
    read: tuple[float | None, str],
) -> None:
    limit, unreadable = read
    entry = await start(options=options, subentries=[recognizer()])
    assert [line for _, line in said(caplog)] == [
        f"{entry.title}: cannot read what is stored of {unreadable}, and uses the defaults"
    ]
    assert entry.runtime_data.hearing_guard.limit == limit
    assert await speak(hass) == HEARD
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["type"] is FlowResultType.FORM


DATA: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no key": {"region": "westeurope"},
    "a key that is none": {"region": "westeurope", "api_key": 5},
    "no endpoint": {"api_key": KEY},
    "an endpoint that is none": {"region": None, "api_key": KEY},
    "an address that is none": {"url": "https://[", "api_key": KEY},
}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
async def test_a_resource_without_its_data_asks_for_it(
    hass: HomeAssistant,
    service: SpeechService,
    start: Start,
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
) -> None:
    entry = await start(data=data, subentries=[recognizer()], unique_id=None)
    assert state_of(entry) is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "unreadable_entry"
    assert "Traceback" not in "".join(record.message for record in caplog.records if record.levelname != "DEBUG")

    # Others are added and changed all the same, and the page of the system's health is there.
    await async_setup_component(hass, "system_health", {})
    health = await get_system_health_info(hass, DOMAIN)
    assert (await health["can_reach_service"])["error"].startswith("unreadable_entry")
    form = await submit(hass, await start_user_flow(hass), endpoint=service.url, api_key="wrong")
    assert form["errors"] == {"base": "key_refused"}
    hass.config_entries.flow.async_abort(form["flow_id"])

    form = await open_flow_in_progress(hass)
    if form["step_id"] == "reauth_confirm":  # all that is missing is the key
        assert "region" in data
        form = await start_reconfigure_flow(hass, entry)
    assert form["step_id"] == "reconfigure"
    form = await submit(hass, form, endpoint=service.url)
    if "KEY" not in data and data.get("api_key") != KEY:
        assert form["errors"] == {"api_key": "invalid_key"}
        form = await submit(hass, form, endpoint=service.url, api_key=KEY)
    assert form["type"] is FlowResultType.ABORT
    assert form["reason"] in ("reauth_successful", "reconfigure_successful")
    assert state_of(entry) is ConfigEntryState.LOADED
    assert await speak(hass) == HEARD


MICROPHONES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no device": {"start": "button"},
    "null": {"device": None, "start": "button"},
    "a number": {"device": 5, "start": "button"},
    "an empty name": {"device": "", "start": "button"},
}


@pytest.mark.parametrize("data", MICROPHONES.values(), ids=MICROPHONES)
async def test_a_microphone_without_a_device_stops_nothing_else(
    hass: HomeAssistant, house: House, caplog: pytest.LogCaptureFixture, data: dict[str, Any]
) -> None:
    await house.add_microphone()
    caplog.clear()
    bad = ConfigSubentry(subentry_type="microphone", title="Attic", unique_id=None, data=MappingProxyType(data))
    hass.config_entries.async_add_subentry(house.entry, bad)
    await hass.async_block_till_done()
    assert state_of(house.entry) is ConfigEntryState.LOADED
    (line,) = [line for _, line in said(caplog) if line.startswith("Attic")]
    assert line.startswith("Attic: cannot read what is stored of it: ")
    assert house.look(BUTTON) is not None
    assert house.look("button.attic_listen") is None
    assert await speak(hass) == HEARD

    # It is in no form's way, and its own puts it right.
    good, _ = house.entry.get_subentries_of_type("microphone")
    for subentry, errors in ((good, None), (bad, {"device": "device_taken"})):
        form = await open_reconfigure_form(hass, house.entry, "microphone", subentry.subentry_id)
        form = await submit_subentry(hass, form, device="kitchen", start="button")
        assert form.get("errors") == errors
    hass.config_entries.async_remove_subentry(house.entry, good.subentry_id)
    form = await submit_subentry(hass, form, device="kitchen", start="button")
    assert form["type"] is FlowResultType.ABORT
    assert house.look("button.attic_listen") is not None


async def test_a_microphone_alone_without_a_device_stops_nothing_else(
    hass: HomeAssistant, service: SpeechService
) -> None:
    entry = await add_resource(hass, service)
    bad = ConfigSubentry(subentry_type="microphone", title="Attic", unique_id=None, data=MappingProxyType({}))
    hass.config_entries.async_add_subentry(entry, bad)
    await hass.async_block_till_done()
    assert await speak(hass) == HEARD
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_what_else_of_a_microphone_cannot_be_read_has_its_default(
    hass: HomeAssistant, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add_microphone()
    caplog.clear()
    data = {"device": "kitchen", "start": "shouting", "media_player": 5, "pipeline": {"gone": True}}
    hass.config_entries.async_update_subentry(house.entry, house.subentry, data=data)
    await hass.async_block_till_done()
    assert [line for _, line in said(caplog) if "stored" in line] == [
        "Kitchen: cannot read what is stored of start, media_player, and uses the defaults"
    ]
    microphone = async_get_microphones(hass, house.entry)[house.subentry.subentry_id]
    assert (microphone.waits_for_wake_word, microphone.media_player) == (False, None)
    assert house.look("select.kitchen_assistant") == "preferred"


@pytest.mark.parametrize(
    ("subentry_type", "data"),
    [
        ("recognizer", {"languages": None, "phrases": 5, "text_form": ["display"], "max_duration": "long"}),
        ("translator", {"languages": None, "target_language": {}}),
        ("translator", {}),
    ],
)
async def test_the_form_of_what_cannot_be_read_opens(
    hass: HomeAssistant, start: Start, subentry_type: str, data: dict[str, Any]
) -> None:
    entry = await start(subentries=[{**recognizer(**data), "subentry_type": subentry_type}])
    assert state_of(entry) is ConfigEntryState.LOADED
    form = await open_reconfigure_form(hass, entry, subentry_type, "1")
    assert form["type"] is FlowResultType.FORM
