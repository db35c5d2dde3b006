"""The interpreter: two people, two halves, each with its language; and a tablet at the door that asks for it."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Locator, expect
import pytest

from .conftest import Open, hum
from .wall import Wall, violations

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

RATE: Final = 16_000
TWO: Final[dict[str, Any]] = {"mode": "interpreter", "mine": "de-DE", "theirs": "fr-FR"}
ALOUD: Final[dict[str, Any]] = {**TWO, "aloud": True, "mine_voice": "de-DE-A", "theirs_voice": "fr-FR-B"}
DOOR: Final[dict[str, Any]] = {**TWO, "theirs": ["fr-FR", "pt-BR", "pt-PT", "uk-UA"]}
OTHER: Final[dict[str, Any]] = {"from": "f" * 32}
VOICE: Final[dict[str, Any]] = {"media_content_id": "media-source://x", "url": "/api/voice.wav", "error": None}


async def talk(wall: Wall) -> None:
    """Have both say something. The service has keys of its own for translations."""
    await wall.phrase("a", "Guten Tag.", language="de-DE", translations={"fr": "Bonjour."})
    await wall.phrase("b", "Où est la gare ?", language="fr-FR", translations={"de": "Wo ist der Bahnhof?"})
    await wall.hypothesis("c", "Dort", language="de-DE", translations={"fr": "Là-bas"})


def lines(card: Locator, side: str, kind: str) -> Locator:
    """Return the lines of a side: its "own", or what the "other" said."""
    return card.locator(f".{side} .{kind}")


async def test_each_reads_the_others_words_in_their_own_language(wall: Wall) -> None:
    card = await wall.add(**TWO)
    await expect(card.locator(".theirs .turns")).to_have_attribute("data-hint", "Touchez et parlez")
    await card.get_by_role("button", name="Listen").click()
    message = await wall.sessions(1)
    await expect(card.get_by_role("button", name="Listen")).to_have_attribute("title", "Stop")
    assert message["type"] == "azure_speech_live/translate"
    assert message["language"] == message["target_language"] == ["de-DE", "fr-FR"]
    assert "voices" not in message
    await talk(wall)
    await expect(lines(card, "theirs", "other")).to_have_text(["Bonjour.", "Là-bas"])
    await expect(lines(card, "theirs", "own")).to_have_text(["Où est la gare ?"])
    await expect(lines(card, "mine", "other")).to_have_text(["Wo ist der Bahnhof?"])
    await expect(lines(card, "mine", "own")).to_have_text(["Guten Tag.", "Dort"])
    assert await lines(card, "theirs", "other").first.get_attribute("lang") == "fr-FR"
    assert await lines(card, "mine", "own").first.get_attribute("lang") == "de-DE"
    assert await violations(wall.page) == []
    await wall.tell("nothing", id="c")
    await expect(lines(card, "mine", "own")).to_have_text(["Guten Tag."])
    await card.get_by_role("button", name="Listen").click()
    await wall.page.wait_for_function("house.sessions[0].finished")
    await expect(lines(card, "mine", "own")).to_have_text(["Guten Tag."])


async def test_touching_where_it_says_so_begins(wall: Wall) -> None:
    card = await wall.add(**TWO)
    await card.locator(".theirs .turns").click()
    await wall.sessions(1)
    await talk(wall)
    await expect(lines(card, "theirs", "own")).to_have_count(1)
    await card.get_by_role("button", name="Listen").click()
    await expect(card.get_by_text("Ready")).to_be_visible()
    await card.locator(".theirs .turns").click()  # it does not say so any more
    assert await wall.page.evaluate("house.sessions.length") == 1


@pytest.mark.parametrize("languages", [{"mine": "de-DE"}, {"theirs": ["fr-FR"]}, {"theirs": []}])
async def test_an_interpreter_without_both_languages_says_where_to_choose_them(
    wall: Wall, languages: dict[str, Any]
) -> None:
    card = await wall.add(mode="interpreter", **languages)
    await card.get_by_role("button", name="Listen").click()
    await expect(card.get_by_role("alert")).to_contain_text("Choose both languages in the card's settings")
    assert await wall.page.evaluate("house.sessions.length") == 0
    config = {"type": "custom:azure-speech-live-card", "mode": "interpreter", **languages}
    await wall.page.evaluate("(config) => house.add(config, {preview: true})", config)  # as beside the form
    await expect(wall.page.locator("azure-speech-live-card").nth(1)).to_contain_text("Listen")


async def test_a_screen_reader_reads_what_is_final_once_and_not_what_is_heard_anyway(wall: Wall) -> None:
    silent, loud = await wall.add(**TWO), await wall.add(**ALOUD)
    for card in (silent, loud):
        await card.get_by_role("button", name="Listen").click()
    await wall.sessions(2)
    for number in (1, 2):
        await wall.hypothesis("a", "Guten", to=number, language="de-DE", translations={"fr": "Bon"})
        await expect(silent.locator(".theirs .unseen")).to_have_text("" if number == 1 else "Bonjour.")
        await wall.phrase("a", "Guten Tag.", to=number, language="de-DE", translations={"fr": "Bonjour."})
    await expect(silent.locator(".theirs .unseen")).to_have_text("Bonjour.")
    await expect(loud.locator(".theirs .other")).to_have_text("Bonjour.")
    await expect(loud.locator(".theirs .unseen")).to_have_text("")


async def test_a_translation_is_stopped_by_a_button_or_by_a_touch(browser: Browser, tmp_path: Path) -> None:
    async with Wall.open(browser, hum(tmp_path / "voice.wav", 60, 16000).read_bytes()) as wall:
        card = await wall.add(**ALOUD)
        await card.get_by_role("button", name="Listen").click()
        await wall.sessions(1)
        stop = card.get_by_role("button", name="Be quiet")
        for touched in (stop, card.locator(".mine .turns")):
            await wall.tell("synthesis", id="a", language="fr", **VOICE)
            await expect(card.get_by_role("status")).to_have_text("Speaking")
            assert await violations(wall.page) == []
            await touched.click()
            await expect(stop).to_be_hidden()
            await expect(card.get_by_role("status")).to_have_text("Listening")


async def test_a_side_that_wants_to_hear_nothing_is_not_spoken_to(wall: Wall) -> None:
    card = await wall.add(**ALOUD)
    await card.get_by_role("button", name="Listen").click()
    assert (await wall.sessions(1))["voices"] == {"de-DE": "de-DE-A", "fr-FR": "fr-FR-B"}
    button = card.locator(".mine").get_by_role("button", name="Speak aloud")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await wall.tell("end", reason="stopped", to=1)
    assert (await wall.sessions(2))["voices"] == {"fr-FR": "fr-FR-B"}
    await wall.tell("synthesis", id="a", language="de", **VOICE)
    await wall.tell("synthesis", id="b", language="fr", **VOICE)
    await expect(card.get_by_role("status")).to_have_text("Speaking")


async def test_with_a_button_each_it_hears_whose_turn_it_is(wall: Wall) -> None:
    card = await wall.add(**TWO, turns="buttons")
    mine, theirs = (card.locator(f".{side} .go") for side in ("mine", "theirs"))
    await expect(theirs).to_have_text("Touchez et parlez")
    await mine.click()
    message = await wall.sessions(1)
    assert (message["language"], message["target_language"]) == ("de-DE", ["fr-FR"])
    await expect(mine).to_have_attribute("aria-pressed", "true")
    assert await violations(wall.page) == []
    await mine.press("Enter")
    await expect(mine).to_have_attribute("aria-pressed", "false")
    await expect(card.get_by_role("status")).to_have_text("Paused")
    await wall.heard(1, RATE)
    await theirs.click()
    await wall.tell("end", reason="stopped", to=1)
    message = await wall.sessions(2)
    assert (message["language"], message["target_language"]) == ("fr-FR", ["de-DE"])
    await expect(theirs).to_have_attribute("aria-pressed", "true")
    await expect(mine).to_have_attribute("aria-pressed", "false")


async def test_a_button_that_is_held_hears_until_it_is_let_go(wall: Wall) -> None:
    card = await wall.add(**TWO, turns="buttons")
    mine = card.locator(".mine .go")
    await mine.click()
    await wall.sessions(1)
    await mine.click()
    await expect(mine).to_have_attribute("aria-pressed", "false")
    await mine.hover()
    await wall.page.mouse.down()
    await expect(mine).to_have_attribute("aria-pressed", "true")
    await wall.page.wait_for_timeout(600)
    await wall.page.mouse.up()
    await expect(mine).to_have_attribute("aria-pressed", "false")


async def test_at_the_door_languages_have_names_of_their_own_although_the_page_has_none(open_wall: Open) -> None:
    """In some browsers Home Assistant has an Intl.DisplayNames of its own, which knows the page's language alone."""
    one = """
        const {DisplayNames} = Intl;
        Intl.DisplayNames = class { constructor(_, options) { return new DisplayNames(["en"], options); } };
    """
    own = {"fr": "Français", "pt": "Português", "zh-Hans": "简体中文"}
    translations = {tag: {"nativeName": name} for tag, name in own.items()}
    async with open_wall(before=one) as wall:
        await wall.page.evaluate("(translations) => house.update({translationMetadata: {translations}})", translations)
        card = await wall.add(**{**DOOR, "theirs": ["fr-FR", "pt-BR", "pt-PT", "zh-CN", "uk-UA"]})
        await expect(card.locator(".door b")).to_have_text(
            ["Français", "Português (BR)", "Português (PT)", "简体中文", "Ukrainian"]
        )


async def test_at_the_door_the_tablet_asks_and_forgets(wall: Wall) -> None:
    await wall.page.clock.install()
    card = await wall.add(**DOOR)
    buttons = card.locator(".door button")
    await expect(buttons.locator("b")).to_have_text(
        ["français", "português (Brasil)", "português europeu", "українська"]
    )
    await expect(buttons.first).to_contain_text("Touchez et parlez")
    await expect(card.get_by_role("button", name="Listen")).to_be_hidden()
    assert await violations(wall.page) == []
    await buttons.first.click()
    assert (await wall.sessions(1))["language"] == ["de-DE", "fr-FR"]
    await expect(buttons.first).to_be_hidden()
    await talk(wall)
    await expect(lines(card, "mine", "other")).to_have_text(["Wo ist der Bahnhof?"])
    await wall.page.clock.fast_forward(50_000)
    await wall.phrase("d", "Merci.", language="fr-FR", translations={"de": "Danke."})
    await wall.page.clock.fast_forward(50_000)
    await expect(buttons.first).to_be_hidden()
    await wall.page.clock.fast_forward(11_000)
    await expect(buttons.first).to_be_visible()
    await wall.tell("end", reason="stopped")
    await buttons.last.click()
    message = await wall.sessions(2)
    assert message["language"] == ["de-DE", "uk-UA"]
    await expect(card.locator(".turns p")).to_have_count(0)
    await card.get_by_role("button", name="Other language").click()
    await expect(buttons.first).to_be_visible()


@pytest.mark.parametrize("side", ["mine", "theirs"])
async def test_a_device_of_its_own_shows_one_side(wall: Wall, side: str) -> None:
    card = await wall.add(**TWO, side=side, conversation="door")
    await expect(card.locator(".half")).to_have_count(1)
    await expect(card.locator(f".{side}")).to_be_visible()
    await wall.sessions(1)
    await wall.phrase("a", "Guten Tag.", **OTHER, language="de-DE", translations={"fr": "Bonjour."})
    await expect(card.locator(f".{side} p")).to_have_text("Guten Tag." if side == "mine" else "Bonjour.")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 900])
async def test_it_fits_and_nobody_reads_upside_down(open_wall: Open, theme: str, width: int) -> None:
    async with open_wall(theme=theme, width=width) as wall:
        card = await wall.add(**ALOUD, layout="facing")
        await card.get_by_role("button", name="Listen").click()
        await wall.sessions(1)
        await talk(wall)
        assert await card.locator(".theirs").evaluate("(half) => getComputedStyle(half).rotate") == "180deg"
        assert await card.locator(".mine").evaluate("(half) => getComputedStyle(half).rotate") == "none"
        assert await wall.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await violations(wall.page) == []


async def test_the_newest_is_in_sight_unless_somebody_reads_further_up(wall: Wall) -> None:
    card = await wall.add(**TWO)
    await card.get_by_role("button", name="Listen").click()
    await wall.sessions(1)
    for number in range(60):
        await wall.phrase(str(number), f"Satz {number}", language="de-DE", translations={"fr": f"Phrase {number}"})
    await expect(lines(card, "theirs", "other")).to_have_count(40)
    await expect(lines(card, "theirs", "other").last).to_be_in_viewport()
    log = card.locator(".theirs .turns")
    await log.evaluate("(log) => { log.scrollTop = 100 }")
    await wall.phrase("x", "Ende", language="de-DE", translations={"fr": "Fin"})
    await expect(lines(card, "theirs", "other").last).to_have_text("Fin")
    assert await log.evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight") > 100
