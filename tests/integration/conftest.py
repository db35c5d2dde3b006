"""What every test of the integration stands on: Home Assistant, and a stand-in Speech service."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
import shutil
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.speech.wire import throttle
from tests.microphone.sound import SoundServer, alsa
from tests.speech_service.service import KEY, SpeechService

from .availability import Clock
from .dashboards import Dashboard
from .forms import add_resource
from .microphones import SAID, House, furnish
from .names import Names
from .recordings import SPOKEN, convert
from .second_engines import SecondEngines, add_engines, running


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Keep Home Assistant's name lookups on this machine."""
    resolver = Names()
    monkeypatch.setattr("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda _: resolver)
    return resolver


@pytest.fixture(autouse=True)
def ffmpeg_of_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Home Assistant know which ffmpeg there is, as in its own image: to ask takes a process in every test."""
    monkeypatch.setattr("homeassistant.components.ffmpeg.is_official_image", lambda: True)


@pytest.fixture
def hass_config_dir(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Leave nothing to the next run: Home Assistant keeps what was spoken in its configuration's directory."""
    return str(tmp_path_factory.mktemp("config"))


@pytest.fixture(autouse=True)
async def home(
    names: Names,  # noqa: ARG001  # before anything is looked up
    enable_custom_integrations: None,  # noqa: ARG001
    hass_storage: dict[str, Any],  # noqa: ARG001  # nothing that is stored is left to the next test
    hass: HomeAssistant,
) -> HomeAssistant:
    """Set up what voice assistants need of Home Assistant's core; its own address leads nowhere, at once."""
    hass.config.internal_url = "http://127.0.0.1:1"
    assert await async_setup_component(hass, "homeassistant", {})
    return hass


@pytest.fixture
async def service(hass: HomeAssistant) -> AsyncGenerator[SpeechService]:
    """Run a stand-in Speech service, which hears "Turn on the kitchen light." in whatever is said to it.

    It outlives the entries, which may be about to connect to it again.
    """
    async with SpeechService() as running:
        yield running
        await unload(hass)


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService) -> AsyncIterator[ConfigEntry]:
    """Add the stand-in as a resource."""
    yield await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)  # speech that nobody played


@pytest.fixture(scope="session")
def engines_port() -> Iterator[int]:
    """Run the home's own engines, which a worker's tests share: PocketSphinx takes a second to be made."""
    with running() as port:
        yield port


@pytest.fixture
async def second_engines(hass: HomeAssistant, engines_port: int) -> AsyncIterator[SecondEngines]:
    """Add the home's own engines: an ear that understands commands, and a voice."""
    engines = await add_engines(hass, engines_port)
    yield engines
    await hass.config_entries.async_unload(engines.entry.entry_id)  # it would look after them every 30 s


async def unload(hass: HomeAssistant) -> None:
    """Unload the entries: what they use is about to end."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def recordings_allowed(hass: HomeAssistant, entry: ConfigEntry, tmp_path: Path) -> None:  # noqa: ARG001  # who reads them
    """Allow recordings to be read: those in folders, and those of this machine's servers."""
    hass.config.allowlist_external_dirs = {str(tmp_path), str(SPOKEN.parent)}
    hass.config.allowlist_external_urls = {"http://127.0.0.1", "rtsp://127.0.0.1", "rtsps://127.0.0.1"}  # at any port


@pytest.fixture(scope="session")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an MP3 of the spoken command."""
    return convert(tmp_path_factory.mktemp("spoken") / "spoken.mp3")


@pytest.fixture
def media(mp3: Path, tmp_path: Path) -> str:
    """Put the MP3 into the folder that is allowed."""
    return str(shutil.copy(mp3, tmp_path))


@pytest.fixture(autouse=True)
def no_key_in_the_log(caplog: pytest.LogCaptureFixture) -> object:
    """Fail a test that logs the key, on any level."""
    caplog.set_level("DEBUG")
    yield
    assert KEY not in caplog.text


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the clock by which an endpoint is gone for long."""
    clock = Clock()
    monkeypatch.setattr("custom_components.azure_speech_live.resource.health.monotonic", clock)
    return clock


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for long where the service has too many requests."""
    monkeypatch.setattr(throttle, "PATIENCE", 0.2)
    monkeypatch.setattr(throttle, "LONG_PATIENCE", 0.2)


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plug in a microphone "kitchen", which hears the spoken command whenever it is listened to."""
    for name, value in alsa(tmp_path, kitchen=SAID).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def house(
    hass: HomeAssistant,
    devices: None,  # noqa: ARG001  # before anything is looked up
    hass_ws_client: WebSocketGenerator,
    service: SpeechService,
) -> House:
    """Furnish a house; its microphones are added by the tests."""
    return await furnish(hass, hass_ws_client, service)


@pytest.fixture
async def sound_server(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SoundServer]:
    """Run a PulseAudio server, with a microphone "kitchen" that can be unplugged.

    It ends when nobody listens any more: in a stream whose server has gone, PortAudio may run in circles for ever.
    """
    async with SoundServer.run("kitchen") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
        await unload(hass)


@pytest.fixture
async def dashboard(hass_ws_client: WebSocketGenerator) -> Dashboard:
    """Open a dashboard."""
    return Dashboard(await hass_ws_client())
