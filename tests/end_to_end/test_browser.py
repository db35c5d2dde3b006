"""A person at the browser: adds the integration, and speaks to the Assist dialog.

With ``--screenshots FOLDER`` (scripts/screenshots) it also takes the README's pictures.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
import secrets

from playwright.async_api import expect
import pytest

from .browser import Browser, write_microphone
from .conftest import Household
from .home_assistant import HomeAssistant
from .microphone import spoken
from .stand_in import stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

type Camera = Callable[[Browser, str], Awaitable[None]]


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Camera:
    """Take a screenshot, if anybody wants it."""
    folder: Path | None = request.config.getoption("screenshots")

    async def take(browser: Browser, name: str) -> None:
        if folder:
            await browser.page.mouse.move(0, 0)
            (folder / f"{name}.png").write_bytes(await browser.page.screenshot(animations="disabled"))

    return take


async def test_adding_the_integration(home: HomeAssistant, camera: Camera) -> None:
    key = secrets.token_hex(16)
    async with stand_in(key=key) as (endpoint, _), Browser.open(home) as browser, home.connect() as connection:
        form = await browser.open_form()
        await browser.submit(form, key)
        await expect(form).to_contain_text("A region or an endpoint is needed here.")

        await browser.choose_endpoint(form, "West Europe")
        await camera(browser, "config_flow")

        await browser.choose_endpoint(form, endpoint)
        await browser.submit(form, "0" * 32)
        await expect(form).to_contain_text("The Speech service refused the key.")
        await camera(browser, "config_flow_key_refused")

        await browser.submit(form, key)
        await form.get_by_role("button", name="Skip and finish").click()
        await expect(browser.page.locator("ha-config-device-page")).to_contain_text("Azure Speech by Microsoft")
        assert not browser.errors

        (entry,) = await connection.call("config_entries/get", domain="azure_speech_live")
        assert entry["state"] == "loaded"
        await home.remove_integration(entry["entry_id"])


async def test_the_assist_dialog(household: Household, tmp_path: Path, camera: Camera) -> None:
    await household.home.post("/api/services/light/turn_off", json={"entity_id": "light.kitchen_light"})
    recording = tmp_path / "microphone.wav"
    write_microphone(recording, spoken("Turn on the kitchen light"))
    async with Browser.open(household.home, recording) as browser:
        dialog = await browser.open_assist()
        await dialog.get_by_role("button", name="Start listening").click()
        await expect(dialog).to_contain_text("Turn on the kitchen light.", timeout=15_000)
        await expect(dialog).to_contain_text("Turned on the light", timeout=15_000)
        await camera(browser, "assist_dialog")
        assert not browser.errors
    assert await household.connection.state("light.kitchen_light") == "on"
