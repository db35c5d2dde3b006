"""The form of a microphone, from a machine that has nothing of what is needed."""

from pathlib import Path
import sys

from homeassistant.components.assist_pipeline import async_get_pipelines
from homeassistant.components.assist_pipeline.runtime import KEY_ASSIST_PIPELINE
from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
import voluptuous as vol

from tests.microphone.sound import BYTES_PER_SECOND, alsa, without_sound
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..subentries import open_form, open_reconfigure_form, reason, submit

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


def suggested_device(form: SubentryFlowResult) -> str | None:
    """Return the device with which a form opens."""
    assert form["data_schema"] is not None
    (device,) = (key for key in form["data_schema"].schema if key == "device")
    default: str | None = device.default() if device.default is not vol.UNDEFINED else None
    return default


async def test_a_microphone_is_added(hass: HomeAssistant, entry: ConfigEntry, machine: Machine) -> None:
    machine.plug_in("kitchen", "bath")
    form = await open_form(hass, entry, "microphone")
    assert form["step_id"] == "device"  # all that is needed is there
    assert form["data_schema"] is not None
    fields = {str(key): selector for key, selector in form["data_schema"].schema.items()}
    assert list(fields) == ["device", "start", "media_player", "pipeline", "name"]
    assert fields["device"].config["options"] == ["kitchen", "bath", "default"]
    result = await submit(hass, form, name="Kitchen", device="bath", start="button")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.get_subentries_of_type("microphone")
    assert subentry.title == "Kitchen"
    assert subentry.data == {"device": "bath", "start": "button"}
    assert hass.states.get("assist_satellite.kitchen") is not None
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_pyaudio_cannot_be_loaded(
    hass: HomeAssistant, entry: ConfigEntry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        (tmp_path / "pyaudio.py").write_text("raise ImportError('libportaudio.so.2: cannot open shared object file')")
        broken.syspath_prepend(tmp_path)
        broken.delitem(sys.modules, "pyaudio", raising=False)
        form = await open_form(hass, entry, "microphone")
        assert form["errors"] == {"base": "no_pyaudio"}
        assert reason(form) == "libportaudio.so.2: cannot open shared object file"
        (tmp_path / "pyaudio.py").unlink()
    form = await submit(hass, form)
    assert form["step_id"] == "device"


async def test_no_microphone_is_plugged_in(hass: HomeAssistant, entry: ConfigEntry, machine: Machine) -> None:
    machine.plug_in()
    form = await open_form(hass, entry, "microphone")
    assert (form["step_id"], form["errors"]) == ("user", {"base": "no_microphone"})
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
    form = await open_form(hass, entry, "microphone")
    assert form["errors"] == {"base": "no_sound"}
    assert reason(form).startswith("PortAudio crashes on this machine")


async def test_a_voice_assistant_is_chosen_and_changed_on_the_device_page(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    settings = {
        "conversation_engine": "conversation.home_assistant",
        "conversation_language": "en",
        "language": "en",
        "stt_engine": None,
        "stt_language": None,
        "tts_engine": None,
        "tts_language": None,
        "tts_voice": None,
        "wake_word_entity": None,
        "wake_word_id": None,
    }
    assert await async_setup_component(hass, "assist_pipeline", {})
    for name in ("Upstairs", "Downstairs"):
        await hass.data[KEY_ASSIST_PIPELINE].pipeline_store.async_create_item({"name": name, **settings})
    (chosen,) = (pipeline.id for pipeline in async_get_pipelines(hass) if pipeline.name == "Downstairs")
    form = await open_form(hass, entry, "microphone")
    await submit(hass, form, name="Kitchen", device="kitchen", start="button", pipeline=chosen)
    await hass.async_block_till_done(wait_background_tasks=True)

    def selected() -> str:
        state = hass.states.get("select.kitchen_assistant")
        assert state is not None
        return state.state

    assert selected() == "Downstairs"
    await hass.services.async_call(
        "select", "select_option", {"entity_id": "select.kitchen_assistant", "option": "Upstairs"}, blocking=True
    )
    (subentry,) = entry.get_subentries_of_type("microphone")
    form = await open_reconfigure_form(hass, entry, "microphone", subentry.subentry_id)
    await submit(hass, form, device="kitchen", start="button")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert selected() == "Upstairs"


async def test_a_device_is_one_satellite(hass: HomeAssistant, entry: ConfigEntry, machine: Machine) -> None:
    machine.plug_in("kitchen", "bath")
    for device in ("kitchen", "bath"):
        form = await open_form(hass, entry, "microphone")
        await submit(hass, form, name=device, device=device, start="button")
    form = await open_form(hass, entry, "microphone")
    assert suggested_device(form) == "default"
    form = await submit(hass, form, name="Kitchen", device="kitchen", start="button")
    assert form["errors"] == {"device": "device_taken"}
    _, subentry = entry.get_subentries_of_type("microphone")
    form = await open_reconfigure_form(hass, entry, "microphone", subentry.subentry_id)
    form = await submit(hass, form, device="kitchen", start="button")
    assert form["errors"] == {"device": "device_taken"}
    result = await submit(hass, form, device="bath", start="button")
    assert result["type"] is FlowResultType.ABORT
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_device_that_is_taken_is_not_suggested(
    hass: HomeAssistant, entry: ConfigEntry, machine: Machine
) -> None:
    form = await open_form(hass, entry, "microphone")
    await submit(hass, form, device="default", start="button")
    await hass.async_block_till_done(wait_background_tasks=True)  # while it is open, no other is found
    assert suggested_device(await open_form(hass, entry, "microphone")) == "kitchen"  # the only one that is left
    machine.plug_in("kitchen", "bath")
    assert suggested_device(await open_form(hass, entry, "microphone")) is None
    (subentry,) = entry.get_subentries_of_type("microphone")
    assert suggested_device(await open_reconfigure_form(hass, entry, "microphone", subentry.subentry_id)) == "default"


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
