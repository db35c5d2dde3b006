"""What people see and do in captions: lines that do not jump, speakers, saving, and trouble in words."""

import json
from typing import Any, Final

from playwright.async_api import Locator, expect
import pytest

from .conftest import Open
from .wall import Wall, violations

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

CONFIG: Final[dict[str, Any]] = {"mode": "captions", "languages": ["en-US"], "speakers": True}
GERMAN: Final[dict[str, Any]] = {"translations": {"de": "Guten Morgen."}}


async def listen(wall: Wall, **config: Any) -> Locator:
    """Put a card on the wall, and press its button."""
    card = await wall.add(**{**CONFIG, **config})
    await card.get_by_role("button", name="Listen").click()
    await expect(card.get_by_role("status")).to_contain_text("Listening")
    return card


def lines(card: Locator) -> Locator:
    """Return the lines that are shown."""
    return card.get_by_role("log").locator("p")


async def test_one_button_begins_and_ends_and_keeps_its_name(wall: Wall) -> None:
    card = await listen(wall)
    button = card.get_by_role("button", name="Listen")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await expect(card.get_by_role("status")).to_contain_text("Ready")


async def test_a_line_stays_the_same_element_from_its_first_word_to_its_last(wall: Wall) -> None:
    card = await listen(wall)
    await wall.hypothesis("a", "good mor", stable=5)
    line = await lines(card).element_handle()
    await expect(lines(card).locator(".rest")).to_have_text("mor")
    await wall.hypothesis("a", "good morning to", stable=12)
    await wall.phrase("a", "Good morning to you.")
    await expect(lines(card)).to_have_text("Good morning to you.")
    await expect(lines(card).locator(".rest")).to_be_empty()
    assert line is not None
    assert await line.inner_text() == "Good morning to you."
    assert await lines(card).get_attribute("lang") == "en-US"


async def test_a_character_is_one_as_the_server_counts_them(wall: Wall) -> None:
    card = await listen(wall)
    await wall.hypothesis("a", "😀 good", stable=3)
    await expect(lines(card).locator(".rest")).to_have_text("good")


async def test_a_line_that_is_told_out_of_order_is_shown_once(wall: Wall) -> None:
    card = await listen(wall)
    await wall.phrase("a", "Good morning.")
    await wall.hypothesis("a", "good mor")
    await wall.phrase("a", "Good evening.")
    await wall.phrase("b", "All.")
    await expect(lines(card)).to_have_text(["Good morning.", "All."])


async def test_what_came_to_nothing_is_gone(wall: Wall) -> None:
    card = await listen(wall)
    await wall.hypothesis("a", "uh")
    await expect(lines(card)).to_have_count(1)
    await wall.tell("nothing", id="a")
    await expect(lines(card)).to_have_count(0)


async def test_nothing_that_is_said_becomes_a_part_of_the_page(wall: Wall) -> None:
    card = await listen(wall)
    await wall.phrase("a", "<img src=x onerror=alert(1)><b>bold</b>", speaker="<i>x</i>")
    await expect(lines(card)).to_have_text("<img src=x onerror=alert(1)><b>bold</b>")
    assert await card.locator("img, b, i").count() == 0


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("both", ["Good morning.", "Guten Morgen."]),
        ("original", ["Good morning."]),
        ("translation", ["Guten Morgen."]),
    ],
)
async def test_original_translation_or_both(wall: Wall, show: str, shown: list[str]) -> None:
    card = await listen(wall, translate_to=["de"], show=show)
    await wall.phrase("a", "Good morning.", **GERMAN)
    await expect(lines(card)).to_have_text(shown)
    # Who speaks the language that it would be translated to is shown as well.
    await wall.phrase("b", "Danke.", language="de-DE", translations={"de": "Danke."})
    await expect(lines(card)).to_have_text([*shown, "Danke."])


async def test_who_wants_text_that_stands_still_sees_what_is_final(wall: Wall) -> None:
    card = await listen(wall, finals_only=True)
    await wall.hypothesis("a", "good")
    await expect(card.get_by_text("Touch Listen")).to_be_visible()
    await wall.phrase("a", "Good morning.")
    await expect(lines(card)).to_have_text("Good morning.")


async def test_a_speaker_is_named_where_another_begins_and_gets_the_name_that_people_give(wall: Wall) -> None:
    card = await listen(wall)
    await wall.phrase("a", "One.", speaker="Guest-1")
    await wall.phrase("b", "Two.", speaker="Guest-1")
    await wall.phrase("c", "Three.")
    await wall.tell("speaker", id="c", speaker="Guest-2")
    await expect(card.locator("button.who")).to_have_text(["Speaker 1", "Speaker 2"])

    await card.get_by_role("button", name="Speaker 1").click()
    await card.get_by_role("textbox").fill("Anna")
    await wall.hypothesis("d", "meanwhile", speaker="Guest-2")
    await card.get_by_role("textbox").press("Enter")

    await expect(card.locator("button.who")).to_have_text(["Anna", "Speaker 2"])
    await card.get_by_role("button", name="Anna").click()
    await card.get_by_role("textbox").fill("Berta")
    await card.get_by_role("textbox").press("Escape")
    await expect(card.locator("button.who")).to_have_text(["Anna", "Speaker 2"])


async def test_it_follows_at_the_end_only_and_goes_there_when_asked(wall: Wall) -> None:
    card = await listen(wall)
    log, newest = card.get_by_role("log"), card.get_by_role("button", name="Newest")

    async def gap() -> int:
        await log.evaluate("() => new Promise(requestAnimationFrame)")
        return int(await log.evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight"))

    for number in range(30):
        await wall.phrase(str(number), f"Line {number}.")
    assert await gap() < 2
    await expect(newest).to_be_hidden()
    await log.evaluate("(log) => { log.scrollTop = 10 }")
    await expect(newest).to_be_visible()
    for number in range(30, 40):
        await wall.phrase(str(number), f"Line {number}.")
    assert await log.evaluate("(log) => log.scrollTop") == 10
    await newest.click()
    assert await gap() < 2
    await expect(newest).to_be_hidden()


async def test_clearing_asks_once(wall: Wall) -> None:
    card = await listen(wall)
    await wall.phrase("a", "One.")
    await card.get_by_role("button", name="Clear", exact=True).click()
    await expect(lines(card)).to_have_count(1)
    await card.get_by_role("button", name="Clear all?").click()
    await expect(lines(card)).to_have_count(0)
    await expect(card.get_by_role("button", name="Clear")).to_have_count(0)


async def test_a_pause_and_the_size_of_the_text(wall: Wall) -> None:
    card = await listen(wall, text_size=3)
    await card.get_by_role("button", name="Pause").click()
    await expect(card.get_by_role("status")).to_contain_text("Paused")
    await card.get_by_role("button", name="Go on").click()
    await expect(card.get_by_role("status")).to_contain_text("Listening")
    await card.get_by_role("button", name="Larger").click()
    await expect(card.get_by_role("button", name="Larger")).to_be_disabled()
    await wall.phrase("a", "One.")
    await expect(lines(card)).to_have_css("font-size", "34px")


async def test_it_is_saved_as_spoken_and_translated_with_the_names_that_people_gave(wall: Wall) -> None:
    await wall.answer("subtitles", {"text": "WEBVTT"})
    card = await listen(wall, translate_to=["de"])
    words = [{"text": "Good", "offset": 1.0, "duration": 0.2}]
    await wall.phrase("a", "Good morning.", speaker="Guest-1", offset=1, duration=2, words=words, **GERMAN)
    await card.get_by_role("button", name="Save or copy").click()
    await card.get_by_label("Format").select_option("vtt")
    async with wall.page.expect_download() as download:
        await card.get_by_role("button", name="Save", exact=True).click()
    assert (await download.value).suggested_filename.endswith(".vtt")
    assert (await (await download.value).path()).read_text() == "WEBVTT"
    await card.get_by_label("Language").select_option("de")
    await card.get_by_role("button", name="Copy", exact=True).click()
    await expect(card.get_by_role("button", name="Copied")).to_be_visible()

    common = {"offset": 1, "duration": 2, "speaker": "Speaker 1"}
    spoken, translated = await wall.sent("subtitles")
    for segment in (*spoken["segments"], *translated["segments"]):
        if segment["words"] is None:
            del segment["words"]  # as in JSON
    assert (spoken["format"], translated["format"]) == ("vtt", "vtt")
    assert spoken["segments"] == [{"text": "Good morning.", "words": words, **common}]
    assert translated["segments"] == [{"text": "Guten Morgen.", **common}]


async def test_what_is_final_is_told_to_a_screen_reader_once_and_what_is_not_never(wall: Wall) -> None:
    card = await listen(wall)
    told = card.locator("[aria-live=polite]")
    await wall.hypothesis("a", "good")
    await expect(told).to_be_empty()
    await wall.phrase("a", "Good morning.")
    await expect(told).to_have_text("Good morning.")
    await expect(card.get_by_role("log")).to_have_attribute("aria-live", "off")


async def test_a_dashboard_that_is_built_anew_shows_what_was_said(wall: Wall) -> None:
    await listen(wall)
    await wall.phrase("a", "One.", speaker="Guest-1")
    await wall.page.evaluate("(config) => house.rebuild([config])", CONFIG)
    card = wall.page.locator("azure-speech-live-card")
    await expect(lines(card)).to_have_text("One.")
    await expect(card.get_by_role("button", name="Listen")).to_have_attribute("aria-pressed", "true")


async def test_nothing_listens_in_a_preview(wall: Wall) -> None:
    await wall.page.evaluate("(config) => house.add(config, {preview: true})", {**CONFIG, "conversation": "door"})
    card = wall.page.locator("azure-speech-live-card")
    await expect(lines(card).first).to_have_text("Is the kettle on?")
    assert (await lines(card).last.locator("span").first.text_content() or "").endswith(" ")
    await card.locator(".go").click(force=True)
    await expect(card.locator(".go")).to_have_attribute("aria-pressed", "false")
    assert await wall.page.evaluate("house.sessions.length") == 0
    await wall.page.evaluate("house.cards[0].preview = false")
    await expect(card.get_by_text("Touch Listen")).to_be_visible()


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ({"code": "action_key_refused", "placeholders": {"endpoint": "westeurope"}}, "westeurope refused the key"),
        ({"code": "unknown_command"}, "Add Azure Speech Live"),
        ({"code": "of_tomorrow", "message": "Something new."}, "Something new."),
    ],
)
async def test_trouble_is_told_in_words(wall: Wall, error: dict[str, Any], shown: str) -> None:
    card = await listen(wall)
    await wall.tell("error", **{"message": "", "placeholders": {}, **error})
    await expect(card.get_by_role("alert")).to_contain_text(shown)
    await expect(card.get_by_role("button", name="Listen")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "https address"),
        (
            "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }",
            "select the lock",
        ),
        (
            "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError') }",
            "has no microphone",
        ),
    ],
)
async def test_without_a_microphone_it_is_said_what_to_do(open_wall: Open, before: str, shown: str) -> None:
    async with open_wall(before=before) as wall:
        card = await wall.add(**CONFIG)
        await card.get_by_role("button", name="Listen").click()
        await expect(card.get_by_role("alert")).to_contain_text(shown)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de", "ar"])
async def test_it_is_accessible_and_fits_on_a_phone(open_wall: Open, theme: str, language: str) -> None:
    async with open_wall(theme=theme, language=language, width=320) as wall:
        card = await wall.add(**CONFIG, translate_to=["de"], title="Kitchen")
        await card.locator(".go").click()
        await wall.sessions(1)
        await wall.phrase("a", "Good morning.", speaker="Guest-1", **GERMAN)
        await wall.hypothesis("b", "Averylongwordthatnobodywouldeversaybutthatfitsnowhere" * 2, stable=3)
        await card.locator(".save-tool").click()
        await expect(card.get_by_role("alert")).to_be_hidden()
        assert await violations(wall.page) == []
        assert await wall.page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_an_interpreters_preview_has_both_languages(wall: Wall) -> None:
    languages = {"mode": "interpreter", "mine": "fr-FR", "theirs": ["pl-PL"]}
    await wall.page.evaluate("(config) => house.add(config, {preview: true})", languages)
    card = wall.page.locator("azure-speech-live-card")
    for text in ("Bonjour !", "Dzień dobry!"):
        await expect(card.get_by_text(text).first).to_be_visible()
    assert await wall.page.evaluate("house.sessions.length") == 0


@pytest.mark.parametrize(("words", "sent"), [(2, True), (2000, False)])
async def test_what_is_saved_is_no_more_than_home_assistant_takes_at_once(
    wall: Wall, words: int, *, sent: bool
) -> None:
    """It closes the connection of the whole page at 4 MiB."""
    await wall.answer("subtitles", {"text": "WEBVTT"})
    card = await listen(wall)
    await wall.page.evaluate(
        """(count) => {
            const word = (at) => ({text: "Wörter", offset: 0.1 + at / 3, duration: 0.1 + 0.2});
            const words = Array.from({length: count}, (_, at) => word(at));
            const said = {type: "phrase", text: "x", language: "en-US", offset: 0, duration: 1, words};
            for (let n = 0; n < 50; n++) house.tell({...said, translations: {}, id: String(n)});
        }""",
        words,
    )
    await card.get_by_role("button", name="Save or copy").click()
    await card.get_by_label("Format").select_option("vtt")
    await card.get_by_role("button", name="Copy", exact=True).click()
    await expect(card.get_by_role("button", name="Copied")).to_be_visible()
    [message] = await wall.sent("subtitles")
    assert len(message["segments"]) == 50
    assert len(json.dumps(message, ensure_ascii=False).encode()) < 4 * 2**20
    assert message["segments"][0].get("words") == (
        [{"text": "Wörter", "offset": 0.1, "duration": 0.3}, {"text": "Wörter", "offset": 0.433, "duration": 0.3}]
        if sent
        else None
    )


async def test_why_nothing_could_be_saved_is_told_for_as_long_as_it_takes_to_read(wall: Wall) -> None:
    card = await listen(wall)
    await wall.phrase("a", "One.")
    await wall.answer("subtitles", {"refused": {"code": "of_tomorrow", "message": "Something new."}})
    await card.get_by_role("button", name="Save or copy").click()
    await card.get_by_role("button", name="Save", exact=True).click()
    await expect(card.get_by_role("alert")).to_contain_text("Something new.")
    await wall.hypothesis("b", "two")
    await expect(card.get_by_role("alert")).to_contain_text("Something new.")
    await card.get_by_role("button", name="Save or copy").click()
    await expect(card.get_by_role("alert")).to_be_hidden()


async def test_a_size_written_as_a_text_is_a_number(wall: Wall) -> None:
    card = await wall.add(**CONFIG, text_size="2")
    await card.get_by_role("button", name="Larger").click()
    await expect(card.locator(".log")).to_have_css("font-size", "24px")


async def test_a_page_that_did_not_get_all_of_the_card_says_so(open_wall: Open) -> None:
    async with open_wall() as wall:
        await wall.page.route("**/captions.js", lambda route: route.abort())
        card = await wall.add(**CONFIG)
        await expect(card.get_by_text("Reload the page")).to_be_visible()
