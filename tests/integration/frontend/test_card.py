"""The card's modules on their way to the pages: served as they are, kept by browsers, loaded once."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp.test_utils import TestClient
from homeassistant.components import onboarding
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.onboarding.const import STEPS
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.frontend import card
from tests.integration.package import ROOT

MODULE: Final = ROOT / "frontend" / "azure-speech-live-card.js"

type Browser = TestClient[Any, Any]


def loaded(hass: HomeAssistant) -> list[str]:
    """Return the addresses of ours that pages load."""
    return [url for url in hass.data[DATA_EXTRA_MODULE_URL].urls if DOMAIN in url]


@pytest.fixture
async def client(
    hass: HomeAssistant, hass_storage: dict[str, Any], hass_client_no_auth: ClientSessionGenerator
) -> Browser:
    """Set up Home Assistant's pages and the integration; return a browser that nobody has logged in with."""
    hass_storage[onboarding.STORAGE_KEY] = {"version": onboarding.STORAGE_VERSION, "data": {"done": STEPS}}
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    client: Browser = await hass_client_no_auth()
    return client


async def test_a_page_loads_the_module_and_a_browser_may_keep_it(hass: HomeAssistant, client: Browser) -> None:
    (address,) = loaded(hass)
    page = await (await client.get("/profile")).text()
    assert address in page

    response = await client.get(address)

    assert response.status == HTTPStatus.OK
    assert response.content_type == "text/javascript"
    assert response.headers["Cache-Control"] == "public, max-age=2678400, immutable"
    assert response.headers["Content-Encoding"] in ("gzip", "deflate")
    assert await response.read() == MODULE.read_bytes()


async def test_each_module_is_beside_the_first(hass: HomeAssistant, client: Browser) -> None:
    """Relative imports find those of their own version."""
    first = URL(loaded(hass)[0])
    for path in ROOT.glob("frontend/*.js"):
        response = await client.get(first.with_name(path.name).path)
        assert response.headers["Cache-Control"] == "public, max-age=2678400, immutable"
        assert await response.read() == path.read_bytes()


@pytest.mark.parametrize("name", ["card.py", "other.js", "..%2Fmanifest.json"])
async def test_nothing_else_is_served(hass: HomeAssistant, client: Browser, name: str) -> None:
    address = loaded(hass)[0].replace(MODULE.name, name)
    assert not (await client.get(URL(address, encoded=True))).ok


async def test_of_an_address_of_another_version_nothing_is_kept(client: Browser) -> None:
    """Such as that of a page from before an update, which still gets the module, but not for a month."""
    response = await client.get(f"/{DOMAIN}/card/0.1.0/{MODULE.name}")

    assert response.headers["Cache-Control"] == "no-store"
    assert await response.read() == MODULE.read_bytes()


def test_their_address_changes_with_the_content_of_any() -> None:
    modules = ({"1.js": b"1", "2.js": b"2"}, {"2.js": b"2", "1.js": b"1"}, {"1.js": b"1", "2.js": b"3"})
    first, again, changed = (card.CardView(module).address for module in modules)
    assert first == again != changed
    assert not first.startswith(("/static/", "/frontend_latest/", "/api/", "/auth/", "/local/"))


async def test_an_update_that_waits_for_a_restart_is_not_served(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The new card would speak with the integration of before."""
    module = tmp_path_factory.mktemp("card") / MODULE.name
    module.write_bytes(b"// before")
    monkeypatch.setattr(card, "_FOLDER", module.parent)
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    (address,) = loaded(hass)
    module.write_bytes(b"// unpacked")

    response = await (await hass_client_no_auth()).get(address)

    assert await response.read() == b"// before"


async def test_it_is_loaded_once_whatever_becomes_of_the_resources(
    hass: HomeAssistant, client: Browser, entry: ConfigEntry
) -> None:
    before = loaded(hass)
    assert len(before) == 1
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert loaded(hass) == before
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert loaded(hass) == before, "a dashboard that has the card says so itself, and not that it knows no such card"
    assert (await client.get(before[0])).status == HTTPStatus.OK


async def test_pages_that_come_later_load_it_as_well(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    assert DATA_EXTRA_MODULE_URL not in hass.data
    assert await async_setup_component(hass, "frontend", {})
    await hass.async_block_till_done()
    assert len(loaded(hass)) == 1


async def test_a_house_without_pages_misses_nothing(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    assert entry.state.recoverable
    assert "frontend" not in hass.config.components
    assert not [
        record for record in caplog.records if record.levelname in ("ERROR", "WARNING") and DOMAIN in record.name
    ]
