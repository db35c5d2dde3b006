"""The card on a wall: a real browser at a real Home Assistant, and people who talk in the room."""

from collections.abc import AsyncIterator
import secrets
from typing import Any

from playwright.async_api import expect
import pytest
import pytest_asyncio
import pytest_socket

from tests.frontend.wall import violations
from tests.microphone.sound import SoundServer

from .captions import ROOM, half, interpreter, visit
from .captions_house import LINES, Tablet, put_on_the_wall, say
from .conftest import Camera, Household, own_pipelines, troubles
from .home_assistant import HomeAssistant
from .stand_in import CONVERSATION_ENGINES, stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

BOTH = ["en-US", "de-DE"]
CAPTIONS = {"mode": "captions", "languages": BOTH}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sound() -> AsyncIterator[SoundServer]:
    """Make a room."""
    pytest_socket.enable_socket()
    async with SoundServer.run(ROOM) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def talking(home: HomeAssistant) -> AsyncIterator[Household]:
    """Add the integration, with a stand-in that knows the conversation. The log shows no trouble of any kind."""
    before = len(await home.log())
    key = secrets.token_hex(16)
    async with (
        stand_in(key=key, engines=CONVERSATION_ENGINES) as (endpoint, service),
        home.connect() as connection,
        own_pipelines(connection),
    ):
        entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
        yield Household(home, connection, service, endpoint, key, entry_id, "")
        await home.remove_integration(entry_id)
    log = (await home.log())[before:]
    assert not troubles(log)
    assert not any(key in line for line in log)
    assert not any("azure_speech_live" in line and any(said.text in line for said in LINES) for line in log)


async def test_what_is_said_is_on_the_wall_while_it_is_said(
    talking: Household, sound: SoundServer, camera: Camera
) -> None:
    await put_on_the_wall(talking.connection, {**CAPTIONS, "translate_to": ["de-DE"]})
    async with Tablet.open(talking.home, sound, "kitchen") as tablet:
        assert not await violations(tablet.browser.page)
        await tablet.listen()
        await say(sound, ["kitchen"] * 4, LINES[:4])
        rows = tablet.card.locator(".row")
        await expect(rows).to_have_count(4)
        for number, line in enumerate(LINES[:4]):
            await expect(rows.nth(number)).to_contain_text(line.text)
            if line.language == "en-US":
                await expect(rows.nth(number)).to_contain_text(line.translations["de"])
        await camera(tablet.browser, "captions")
        assert not await violations(tablet.browser.page)
        # Words came while they were said, and none that was shown went away again while its sentence was said.
        seen = [text for _, text in await tablet.seen()]
        first = [text for text in seen if "good morning" in text.lower() and LINES[0].text not in text]
        assert len(first) >= 2
        await tablet.card.get_by_role("button", name="Listen").click()
        await expect(tablet.card.get_by_text("Ready")).to_be_visible()
        assert not tablet.complaints
        assert not tablet.browser.errors


async def test_a_page_that_is_loaded_again_begins_anew(talking: Household, sound: SoundServer) -> None:
    await put_on_the_wall(talking.connection, CAPTIONS)
    async with Tablet.open(talking.home, sound, "kitchen") as tablet:
        await tablet.listen()
        await say(sound, ["kitchen"], LINES[:1])
        await expect(tablet.card.locator(".row")).to_contain_text([LINES[0].text])
        await tablet.browser.page.reload()
        await expect(tablet.card.get_by_role("button", name="Listen")).to_be_visible()
        await expect(tablet.card.locator(".row")).to_have_count(0)
        await tablet.listen()
        await say(sound, ["kitchen"], LINES[1:2])
        await expect(tablet.card.locator(".row")).to_contain_text([LINES[1].text])
        assert not tablet.browser.errors


async def test_what_is_said_without_a_connection_is_there_afterwards_once(
    talking: Household, sound: SoundServer
) -> None:
    await put_on_the_wall(talking.connection, CAPTIONS)
    async with Tablet.open(talking.home, sound, "kitchen") as tablet:
        await tablet.listen()
        await say(sound, ["kitchen"], LINES[:1])
        rows = tablet.card.locator(".row")
        await expect(rows).to_contain_text([LINES[0].text])
        await tablet.browser.page.evaluate("document.querySelector('home-assistant').hass.connection.socket.close()")
        await say(sound, ["kitchen"] * 2, LINES[1:3])
        await expect(rows).to_contain_text([line.text for line in LINES[:3]])
        await say(sound, ["kitchen"], LINES[3:4])
        await expect(rows).to_contain_text([line.text for line in LINES[:4]])
        assert not tablet.browser.errors


async def test_a_card_is_found_in_the_picker_and_changed_by_its_form(
    talking: Household, sound: SoundServer, camera: Camera
) -> None:
    await put_on_the_wall(talking.connection, CAPTIONS)
    async with Tablet.open(talking.home, sound, "kitchen") as tablet:
        page = tablet.browser.page
        await page.goto(f"{talking.home.url}/captions-wall/0?edit=1")
        await page.get_by_text("Add card").last.click()
        picker = page.locator("hui-dialog-create-card")
        await picker.get_by_text("By card").click()
        await picker.locator("input").first.fill("captions")
        await expect(picker.get_by_text("Is the kettle on?")).to_be_visible()
        await picker.locator("hui-card-picker .card").first.click(force=True)
        editor = page.locator("hui-dialog-edit-card")
        await expect(editor.get_by_text("Spoken languages").first).to_be_visible()
        await camera(tablet.browser, "card_form")
        await editor.get_by_text("More").first.click()
        await editor.locator("ha-selector-text").filter(has_text="Title").locator("input").fill("In the kitchen")
        await editor.get_by_role("button", name="Save", exact=True).click()
        await expect(editor).to_be_hidden()
        await expect(page.locator("hui-card-options").filter(has_text="In the kitchen")).to_be_visible()
        saved = await talking.connection.call("lovelace/config", url_path="captions-wall")
        assert saved["views"][0]["cards"][-1]["title"] == "In the kitchen"
        assert not tablet.browser.errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_narrow_screen_shows_all_of_it(
    talking: Household, sound: SoundServer, scheme: str, camera: Camera
) -> None:
    await put_on_the_wall(talking.connection, {**CAPTIONS, "title": "Kitchen"})
    narrow: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "color_scheme": scheme}
    async with Tablet.open(talking.home, sound, "kitchen", **narrow) as tablet:
        await tablet.listen()
        await say(sound, ["kitchen"], LINES[:1])
        await expect(tablet.card.locator(".row")).to_contain_text([LINES[0].text])
        assert not await violations(tablet.browser.page)
        await camera(tablet.browser, f"captions_narrow_{scheme}")
        wide = await tablet.card.evaluate("(card) => card.scrollWidth > card.clientWidth || card.clientWidth > 320")
        assert not wide


async def test_two_people_talk_through_one_tablet(talking: Household, sound: SoundServer, camera: Camera) -> None:
    await put_on_the_wall(talking.connection, interpreter(layout="side"))
    async with Tablet.open(talking.home, sound, ROOM) as tablet:
        assert not await violations(tablet.browser.page)
        await tablet.listen()
        for line in LINES[:2]:
            await say(sound, [ROOM], [line])
            for side, language in (("mine", "en-US"), ("theirs", "de-DE")):
                told = line.text if line.language == language else next(iter(line.translations.values()))
                await expect(half(tablet, side).last).to_have_text(told)
            await expect(tablet.card.get_by_text("Speaking")).to_be_visible()
            await expect(tablet.card.get_by_text("Listening")).to_be_visible()
        assert not await violations(tablet.browser.page)
        await camera(tablet.browser, "interpreter")
        assert not tablet.complaints
        assert not tablet.browser.errors


async def test_at_the_door_the_tablet_asks(talking: Household, sound: SoundServer, camera: Camera) -> None:
    await put_on_the_wall(talking.connection, interpreter(theirs=["de-DE", "fr-FR", "pl-PL"]))
    async with Tablet.open(talking.home, sound, ROOM) as tablet:
        assert not await violations(tablet.browser.page)
        await camera(tablet.browser, "at_the_door")
        await tablet.listen("Deutsch")
        await say(sound, [ROOM], LINES[1:2])
        await expect(half(tablet, "mine").last).to_have_text(LINES[1].translations["en"])
        assert not await violations(tablet.browser.page)
        assert not tablet.complaints
        assert not tablet.browser.errors


@pytest.mark.parametrize("echo_cancellation", [True, False])
async def test_two_people_talk_through_two_tablets_and_each_reads_each_line_once(
    talking: Household, sound: SoundServer, *, echo_cancellation: bool
) -> None:
    """Each tablet says aloud what the other side said, and both hear that: no turn is made of it."""
    seen = await visit(talking.home, talking.connection, sound, seconds=25, echo_cancellation=echo_cancellation)
    assert len(seen.said) >= 2
    assert not seen.wrong


async def test_without_being_deaf_a_translation_is_heard_again(talking: Household, sound: SoundServer) -> None:
    """What is played is heard in the room: if it were not, there would be nothing to be deaf to."""
    seen = await visit(talking.home, talking.connection, sound, seconds=0, echo_cancellation=False, headphones=True)
    assert seen.said == [0]
    told = LINES[0].translations["de"]
    assert seen.turns["theirs"][:2] == [told, told]
    assert not seen.errors
