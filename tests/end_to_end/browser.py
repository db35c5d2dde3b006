"""A real browser, and the few things that a person does in Home Assistant's pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import os
from pathlib import Path
import re
import shutil
import subprocess
from typing import Any, Self

from playwright.async_api import Browser as Chromium, Locator, Page, Playwright, async_playwright, expect

from tests.machine import temporary_folder

from .home_assistant import PASSWORD, USERNAME, HomeAssistant

_ARGUMENTS = (
    "--no-sandbox",  # or it refuses to run as root, as in a container
    "--disable-gpu",
    # Nothing of its own over the network
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)

expect.set_options(timeout=30_000)  # as for all else that is waited for: a busy machine takes more than five seconds

# Of a rejection that nobody handles, and that is no Error, the browser says no more than that it is an object. Where
# the house has no recorder, Home Assistant's pages sometimes do not handle that it knows none of its commands.
_SAY_WHAT_IS_REJECTED = """
addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Error) return;
  event.preventDefault();
  if (event.reason?.code !== "unknown_command") throw new Error(`rejected: ${JSON.stringify(event.reason)}`);
});
"""


async def launch(
    playwright: Playwright,
    *,
    microphone: Path | None = None,
    loop: bool = False,
    room: Mapping[str, str] | None = None,
) -> Chromium:
    """Start Chromium. Its microphone hears a recording from the moment it is opened, once or again and again.

    In a room, which is the environment for a device of a SoundServer, it hears what is heard there, and is heard.
    """
    arguments = [*_ARGUMENTS]
    if microphone or room:
        arguments.append("--use-fake-ui-for-media-stream")
    if microphone:
        file = f"{microphone}{'' if loop else '%noloop'}"
        arguments += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={file}"]
    return await playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=arguments,
        ignore_default_args=["--mute-audio"] if room else [],
        env={**os.environ, "TMPDIR": temporary_folder(), **(room or {})},  # it has sockets there
    )


class Browser:
    """A page of Chromium, logged in. Its microphone hears a recording from the moment it is opened, once."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self._url = url
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    @asynccontextmanager
    async def open(
        cls, home: HomeAssistant, microphone: Path | None = None, *, room: Mapping[str, str] | None = None, **new: Any
    ) -> AsyncIterator[Self]:
        """Open Home Assistant's first page and log in: see `launch`. `new` is how Playwright makes a page."""
        async with async_playwright() as playwright:
            chromium = await launch(playwright, microphone=microphone, room=room)
            usual = {"viewport": {"width": 1000, "height": 760}, "permissions": ["microphone"]}
            page = await chromium.new_page(**{**usual, **new})
            self = cls(page, home.url)
            await page.add_init_script(_SAY_WHAT_IS_REJECTED)
            await page.goto(home.url)
            await page.locator("input[name=username]").fill(USERNAME)
            await page.locator("input[name=password]").fill(PASSWORD)
            await page.keyboard.press("Enter")
            await page.locator("home-assistant-main").wait_for()
            yield self
            await chromium.close()

    async def open_form(self) -> Locator:
        """Go to Settings > Devices & services > Add integration > Azure Speech Live; return the form."""
        await self.page.goto(f"{self._url}/config/integrations/dashboard")
        await self.page.get_by_role("button", name="Add integration").click()
        brands = self.page.locator("dialog-add-integration")
        await brands.locator("input").first.fill("Azure Speech")
        await brands.get_by_text("Azure Speech Live").click()
        return self.page.locator("dialog-data-entry-flow")

    async def open_integration(self) -> None:
        """Go to the page of Azure Speech Live."""
        await self.page.goto(f"{self._url}/config/integrations/integration/azure_speech_live")

    async def open_subentry_form(self, button: str) -> Locator:
        """Select "Add speech recognizer", or such, on the page of Azure Speech Live; return the form."""
        await self.open_integration()
        await self.page.get_by_role("button", name=button).first.click()
        return self.page.locator("dialog-data-entry-flow")

    async def open_change_form(self, subentry: str) -> Locator:
        """Select the gear of a recognizer, a translator or a voice; return the form."""
        await self.open_integration()
        row = self.page.locator("ha-config-sub-entry-row").filter(has_text=subentry)
        await row.get_by_role("button", name=re.compile("^Change (speech|voice)")).click()
        return self.page.locator("dialog-data-entry-flow")

    async def open_reconfigure_form(self) -> Locator:
        """Select "Reconfigure" in the menu of the resource; return the form."""
        await self.open_integration()
        await self.page.locator("ha-config-entry-row").get_by_role("button", name="Menu").first.click()
        await self.page.get_by_role("menuitem", name="Reconfigure").click()
        return self.page.locator("dialog-data-entry-flow")

    async def open_options_form(self) -> Locator:
        """Select "Configure" at the resource; return the form."""
        await self.open_integration()
        await self.page.locator("ha-config-entry-row").get_by_role("button", name="Configure").first.click()
        return self.page.locator("dialog-data-entry-flow")

    async def open_device(self, device: str) -> Locator:
        """Go to the page of a device; return the list of its entities."""
        await self.page.goto(f"{self._url}/config/devices/device/{device}")
        return self.page.locator("ha-device-entities-card").first

    async def open_assistant_form(self, name: str) -> Locator:
        """Go to Settings > Voice assistants and select an assistant; return its form."""
        await self.page.goto(f"{self._url}/config/voice-assistants/assistants")
        await self.page.get_by_text(name, exact=True).first.click()
        return self.page.locator("dialog-voice-assistant-pipeline-detail")

    async def open_reauth_form(self) -> Locator:
        """Select what asks for a new key, on the page of all integrations; return the form."""
        await self.page.goto(f"{self._url}/config/integrations/dashboard")
        await self.page.locator("ha-config-flow-card").get_by_role("button", name="Reconfigure").click()
        return self.page.locator("dialog-data-entry-flow")

    async def choose(self, form: Locator, field: str, choice: str) -> None:
        """Choose from a list in a form."""
        await form.locator("ha-selector-select").filter(has_text=field).locator("ha-select").click()
        await self.page.get_by_role("menuitem", name=choice).click()

    async def choose_voice(self, form: Locator, search: str, voice: str) -> None:
        """Search the list of voices in a form, and choose the one that is called so."""
        await form.locator("ha-selector-select").filter(has_text="Voice").get_by_role("button").first.click()
        field = self.page.get_by_placeholder("Search | Add custom item")
        await field.fill(search)
        await self.page.locator("ha-combo-box-item").filter(has_text=voice).first.click()
        await expect(form.locator("wa-popover")).to_have_count(0)  # until then, a click elsewhere only closes it

    async def choose_another(self, form: Locator, field: str, choice: str) -> None:
        """Choose one more from the list of a field that takes several."""
        await form.locator("ha-chip-set").get_by_role("button", name="Add").click()
        choices = self.page.get_by_role("dialog", name=field)
        await choices.get_by_placeholder("Search").fill(choice)
        await choices.locator("ha-combo-box-item").filter(has_text=choice).first.click()
        await expect(choices).to_be_hidden()

    async def choose_endpoint(self, form: Locator, endpoint: str) -> None:
        """Choose a region by its name, or type an endpoint."""
        await form.locator("ha-selector-select").get_by_role("button").first.click()
        search = self.page.get_by_placeholder("Search | Add custom item")
        await search.fill(endpoint)
        await self.page.locator("ha-combo-box-item").filter(has_text=endpoint).first.click()
        await expect(search).to_be_hidden()  # until then, the form forgets what is typed elsewhere

    async def submit(self, form: Locator, key: str) -> None:
        """Type the key and submit the form."""
        await form.locator("input[name=api_key]").fill(key)
        await form.get_by_role("button", name="Submit").click()

    async def open_assist(self) -> Locator:
        """Open the Assist dialog on the overview page; return it."""
        await self.page.goto(self._url)
        await self.page.get_by_role("button", name="Assist (A)").click()
        return self.page.locator("ha-voice-command-dialog")


def write_microphone(recording: Path, sound: bytes) -> None:
    """Write 16 kHz 16-bit mono PCM as Chromium's fake microphone wants it: 48 kHz, with silence behind it."""
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "-"),
            *("-af", "adelay=500,apad=pad_dur=3", "-ar", "48000", recording),
        ],
        input=sound,
        check=True,
    )
