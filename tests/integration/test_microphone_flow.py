"""The form of a microphone, from a machine that has nothing of what is needed."""

from collections.abc import Iterator
from pathlib import Path
import sys

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.microphone.sound import BYTES_PER_SECOND, alsa, without_sound
from tests.speech_service.service import SpeechService

from .flows import add_resource
from .subentries import open_form, open_reconfigure_form, submit

SILENCE = bytes(BYTES_PER_SECOND)


class Machine:
    """The machine that Home Assistant runs on."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with a microphone in it."""
        self._folder = folder
        self._monkeypatch = monkeypatch
        self.plug_in("kitchen")

    def plug_in(self, *devices: str) -> None:
        """Have these devices, and no others; none of them, too."""
        for name, value in alsa(self._folder, **dict.fromkeys(devices, SILENCE)).items():
            self._monkeypatch.setenv(name, value)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return the machine."""
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
async def entry(hass: HomeAssistant, machine: Machine, service: SpeechService) -> ConfigEntry:  # noqa: ARG001
    """Add the stand-in as a resource."""
    return await add_resource(hass, service)


@pytest.fixture
def no_pyaudio() -> Iterator[pytest.MonkeyPatch]:
    """Take PyAudio away, until that is undone."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setitem(sys.modules, "pyaudio", None)
        yield monkeypatch


async def test_a_microphone_is_added(hass: HomeAssistant, entry: ConfigEntry, machine: Machine) -> None:
    machine.plug_in("kitchen", "bath")
    form = await open_form(hass, entry, "microphone")
    assert form["step_id"] == "device"  # all that is needed is there
    assert form["data_schema"] is not None
    fields = {str(key): selector for key, selector in form["data_schema"].schema.items()}
    assert fields["device"].config["options"] == ["kitchen", "bath", "default"]
    result = await submit(hass, form, name="Kitchen", device="bath", start="button")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.get_subentries_of_type("microphone")
    assert subentry.title == "Kitchen"
    assert subentry.data == {"device": "bath", "start": "button"}
    assert hass.states.get("assist_satellite.kitchen") is not None
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_pyaudio_cannot_be_installed_and_then_it_can(
    hass: HomeAssistant, entry: ConfigEntry, no_pyaudio: pytest.MonkeyPatch
) -> None:
    # Home Assistant's installer does what it does where nothing can be downloaded. A version that is not there, because
    # it would find the one that is.
    hass.config.skip_pip = False
    no_pyaudio.setattr("custom_components.azure_speech_live.host_microphone.REQUIREMENT", "PyAudio==0.2.99")
    no_pyaudio.setenv("UV_OFFLINE", "1")
    no_pyaudio.setenv("UV_NO_CACHE", "1")
    form = await open_form(hass, entry, "microphone")
    assert (form["step_id"], form["errors"]) == ("user", {})
    form = await submit(hass, form)
    assert (form["step_id"], form["errors"]) == ("user", {"base": "not_installed"})

    no_pyaudio.undo()
    form = await submit(hass, form)
    assert form["step_id"] == "device"


async def test_pyaudio_cannot_be_loaded(
    hass: HomeAssistant, entry: ConfigEntry, no_pyaudio: pytest.MonkeyPatch
) -> None:
    form = await submit(hass, await open_form(hass, entry, "microphone"))
    assert form["errors"] == {"base": "no_pyaudio"}
    no_pyaudio.undo()
    form = await submit(hass, form)
    assert form["step_id"] == "device"


async def test_no_microphone_is_plugged_in(hass: HomeAssistant, entry: ConfigEntry, machine: Machine) -> None:
    machine.plug_in()
    form = await open_form(hass, entry, "microphone")
    assert (form["step_id"], form["errors"]) == ("user", {})
    form = await submit(hass, form)
    assert form["errors"] == {"base": "no_microphone"}
    machine.plug_in("kitchen")
    form = await submit(hass, form)
    assert form["step_id"] == "device"


async def test_the_sound_system_fails(
    hass: HomeAssistant, entry: ConfigEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in without_sound(tmp_path).items():
        monkeypatch.setenv(name, value)
    # As when Home Assistant has just started.
    monkeypatch.setattr("custom_components.azure_speech_live.microphone.capture._PORTAUDIO._pyaudio", None)
    form = await submit(hass, await open_form(hass, entry, "microphone"))
    assert form["errors"] == {"base": "no_sound"}


async def test_there_is_no_wake_word_engine(hass: HomeAssistant, entry: ConfigEntry) -> None:
    form = await open_form(hass, entry, "microphone")
    form = await submit(hass, form, name="Kitchen", device="kitchen", start="wake_word")
    assert form["errors"] == {"start": "no_wake_word"}
    result = await submit(hass, form, name="Kitchen", device="kitchen", start="button")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_another_device_is_chosen(hass: HomeAssistant, entry: ConfigEntry, machine: Machine) -> None:
    form = await open_form(hass, entry, "microphone")
    await submit(hass, form, name="Kitchen", device="kitchen", start="button")
    await hass.async_block_till_done(wait_background_tasks=True)
    (subentry,) = entry.get_subentries_of_type("microphone")
    entity_id = "assist_satellite.kitchen"

    machine.plug_in("bath")
    form = await open_reconfigure_form(hass, entry, "microphone", subentry.subentry_id)
    assert form["data_schema"] is not None
    fields = {str(key): selector for key, selector in form["data_schema"].schema.items()}
    assert fields["device"].config["options"] == ["bath", "default", "kitchen"]  # it may be plugged in again
    result = await submit(hass, form, device="bath", start="button", media_player="media_player.radio")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    await hass.async_block_till_done(wait_background_tasks=True)
    (subentry,) = entry.get_subentries_of_type("microphone")
    assert subentry.data == {"device": "bath", "start": "button", "media_player": "media_player.radio"}
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == "idle"


async def test_the_form_opens_while_pyaudio_is_gone(hass: HomeAssistant, entry: ConfigEntry) -> None:
    form = await open_form(hass, entry, "microphone")
    await submit(hass, form, name="Kitchen", device="kitchen", start="button")
    await hass.async_block_till_done(wait_background_tasks=True)
    (subentry,) = entry.get_subentries_of_type("microphone")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setitem(sys.modules, "pyaudio", None)
        form = await open_reconfigure_form(hass, entry, "microphone", subentry.subentry_id)
    result = await submit(hass, form, device="kitchen", start="button")
    assert result["type"] is FlowResultType.ABORT
    await hass.async_block_till_done(wait_background_tasks=True)
