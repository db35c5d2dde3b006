"""The form of a microphone, from a machine that has nothing of what is needed."""

from collections.abc import Iterator
from datetime import timedelta
from importlib.abc import MetaPathFinder
import importlib.metadata
from pathlib import Path
import subprocess
import sys
from typing import override
import venv
import zipfile

from homeassistant.components.assist_pipeline import async_get_pipelines
from homeassistant.components.assist_pipeline.runtime import KEY_ASSIST_PIPELINE
from homeassistant.config_entries import ConfigEntry, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.requirements import DATA_REQUIREMENTS_MANAGER
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.package import is_installed
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
import voluptuous as vol

from custom_components.azure_speech_live.microphone import MicrophoneLostError
from custom_components.azure_speech_live.satellite.host_microphone import async_get_microphones
from tests.microphone.sound import BYTES_PER_SECOND, alsa, without_sound
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..subentries import open_form, open_reconfigure_form, submit

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


class Hidden(MetaPathFinder):
    """Hides the PyAudio that is here, until there is another."""

    def __init__(self, packages: Path) -> None:
        """Look for the other one among ``packages``."""
        self._packages = packages

    @override
    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pyaudio" and not (self._packages / "pyaudio").exists():
            raise ModuleNotFoundError("No module named 'pyaudio'", name="pyaudio")


@pytest.fixture
def installable(tmp_path: Path, no_pyaudio: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Have PyAudio to be installed, from a folder in the place of PyPI, and into an environment of its own.

    It is the PyAudio that is here, as another version: a wheel, so that no compiler is needed.
    """
    wheels, environment = tmp_path / "wheels", tmp_path / "environment"
    wheels.mkdir()
    installed = importlib.metadata.distribution("PyAudio")
    with zipfile.ZipFile(wheels / "PyAudio-0.2.98-py3-none-any.whl", "w") as wheel:
        for file in installed.files or []:
            if file.parts[0] == "pyaudio" and file.suffix in {".py", ".so"}:
                wheel.write(file.locate(), str(file))
        about = "PyAudio-0.2.98.dist-info"
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: PyAudio\nVersion: 0.2.98\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    venv.create(environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    no_pyaudio.setenv("UV_PYTHON", str(environment / "bin" / "python"))
    (settings := tmp_path / "uv.toml").write_text("no-index = true\n")  # for which there is no variable
    no_pyaudio.setenv("UV_CONFIG_FILE", str(settings))
    no_pyaudio.setenv("UV_FIND_LINKS", str(wheels))
    no_pyaudio.setenv("UV_NO_CACHE", "1")
    no_pyaudio.setattr("custom_components.azure_speech_live.satellite.requirement.REQUIREMENT", "PyAudio==0.2.98")
    no_pyaudio.syspath_prepend(packages)
    no_pyaudio.setattr(sys, "meta_path", [Hidden(packages), *sys.meta_path])
    no_pyaudio.delitem(sys.modules, "pyaudio")
    return no_pyaudio


def reason(form: SubentryFlowResult) -> str:
    """Return why something fails, as the form says it."""
    assert form["description_placeholders"] is not None
    return form["description_placeholders"]["reason"]


def suggested_device(form: SubentryFlowResult) -> str | None:
    """Return the device with which a form opens."""
    assert form["data_schema"] is not None
    (device,) = (key for key in form["data_schema"].schema if key == "device")
    default: str | None = device.default() if device.default is not vol.UNDEFINED else None
    return default


def satellite(hass: HomeAssistant) -> str:
    """Return the state of the microphone that was added."""
    state = hass.states.get("assist_satellite.kitchen")
    assert state is not None
    return state.state


def lose_pyaudio(hass: HomeAssistant, installable: pytest.MonkeyPatch) -> None:
    """Take it away again, as with a new container, in which nothing is known of it."""
    subprocess.run([sys.executable, "-m", "uv", "pip", "uninstall", "--quiet", "PyAudio"], check=True)
    installable.delitem(sys.modules, "pyaudio")
    # Other sound cards have it loaded anew, as the start of a process does.
    installable.setattr("custom_components.azure_speech_live.microphone.portaudio.SOUND_CARDS", Path(__file__))
    hass.data[DATA_REQUIREMENTS_MANAGER].is_installed_cache.clear()


async def later(hass: HomeAssistant, seconds: float) -> None:
    """Let time pass."""
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done(wait_background_tasks=True)


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


async def test_pyaudio_cannot_be_installed_and_then_it_can(
    hass: HomeAssistant, entry: ConfigEntry, no_pyaudio: pytest.MonkeyPatch
) -> None:
    # Home Assistant's installer does what it does where nothing can be downloaded. A version that is not there, because
    # it would find the one that is.
    hass.config.skip_pip = False
    no_pyaudio.setattr("custom_components.azure_speech_live.satellite.requirement.REQUIREMENT", "PyAudio==0.2.99")
    no_pyaudio.setenv("UV_OFFLINE", "1")
    no_pyaudio.setenv("UV_NO_CACHE", "1")
    form = await open_form(hass, entry, "microphone")
    assert (form["step_id"], form["errors"]) == ("user", {})
    form = await submit(hass, form)
    assert (form["step_id"], form["errors"]) == ("user", {"base": "not_installed"})
    assert reason(form).startswith("Because pyaudio was not found in the cache")

    no_pyaudio.undo()
    form = await submit(hass, form)
    assert form["step_id"] == "device"


async def test_pyaudio_may_not_be_installed(
    hass: HomeAssistant, entry: ConfigEntry, no_pyaudio: pytest.MonkeyPatch
) -> None:
    hass.config.skip_pip = True
    form = await open_form(hass, entry, "microphone")
    assert form["errors"] == {}
    form = await submit(hass, form)
    assert form["errors"] == {"base": "may_not_install"}
    no_pyaudio.undo()
    form = await submit(hass, form)
    assert form["step_id"] == "device"


async def test_pyaudio_is_installed(hass: HomeAssistant, entry: ConfigEntry, installable: pytest.MonkeyPatch) -> None:
    hass.config.skip_pip = False
    form = await open_form(hass, entry, "microphone")
    assert (form["step_id"], form["errors"]) == ("user", {})
    form = await submit(hass, form)
    assert form["step_id"] == "device"
    assert importlib.metadata.version("PyAudio") == "0.2.98"

    lose_pyaudio(hass, installable)
    assert not is_installed("PyAudio==0.2.98")
    await submit(hass, form, name="Kitchen", device="kitchen", start="button")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert is_installed("PyAudio==0.2.98")
    assert satellite(hass) == "idle"


async def test_pyaudio_is_installed_later_when_there_is_no_network_at_the_start(
    hass: HomeAssistant, entry: ConfigEntry, installable: pytest.MonkeyPatch
) -> None:
    hass.config.skip_pip = False
    form = await submit(hass, await open_form(hass, entry, "microphone"))
    lose_pyaudio(hass, installable)
    with pytest.MonkeyPatch.context() as network:
        network.delenv("UV_FIND_LINKS")
        await submit(hass, form, name="Kitchen", device="kitchen", start="button")
        await hass.async_block_till_done(wait_background_tasks=True)
        await later(hass, 31)
    assert satellite(hass) == "unavailable"
    await later(hass, 31)  # it takes longer with each failure
    assert not is_installed("PyAudio==0.2.98")
    await later(hass, 121)
    assert is_installed("PyAudio==0.2.98")
    assert satellite(hass) == "idle"

    # It does so no longer when it is there.
    (microphone,) = async_get_microphones(hass, entry).values()
    microphone.async_note(MicrophoneLostError("it gives no more sound"))
    assert satellite(hass) == "unavailable"
    await later(hass, 31)
    assert satellite(hass) == "idle"


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
