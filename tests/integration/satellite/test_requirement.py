"""PyAudio, installed when a microphone is added: at once, later, again, or not at all."""

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

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.requirements import DATA_REQUIREMENTS_MANAGER
from homeassistant.util import dt as dt_util
from homeassistant.util.package import is_installed
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.microphone import MicrophoneLostError
from custom_components.azure_speech_live.satellite.host_microphone import async_get_microphones

from ..subentries import open_form, reason, submit

pytestmark = pytest.mark.usefixtures("devices")


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
