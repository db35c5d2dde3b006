"""How the card is found, offered and configured: what Home Assistant's picker and form ask of it."""

from typing import Any, Final

from playwright.async_api import Error
import pytest

from .wall import Wall

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

CARD: Final = "customElements.get('azure-speech-live-card')"
CHOICES: Final[dict[str, Any]] = {
    "languages": ["de-DE", "en-US"],
    "target_languages": ["de", "fr"],
    "microphones": ["assist_satellite.kitchen"],
    "voices": {"de-DE": [{"name": "de-DE-KatjaNeural", "label": "Katja"}]},
}


async def form(wall: Wall, **config: Any) -> list[dict[str, Any]]:
    """Return the form's fields for a card, each with its words, in their order."""
    await wall.answer("choices", CHOICES)
    await wall.add(**config)
    fields: list[dict[str, Any]] = await wall.page.evaluate(f"""async () => {{
        const {{schema, computeLabel, computeHelper}} = await {CARD}.getConfigForm();
        const all = schema.flatMap((field) => field.schema ?? field);
        return all.map((field) => ({{...field, label: computeLabel(field), helper: computeHelper(field)}}));
    }}""")
    return fields


def of(fields: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Return a field."""
    (found,) = (field for field in fields if field["name"] == name)
    return found


async def test_each_field_has_words_and_each_choice(wall: Wall) -> None:
    fields = await form(wall, mode="captions")
    assert len(fields) == 21
    for field in fields:
        assert field["label"], field["name"]
        for option in field["selector"].get("select", {}).get("options", []):
            assert option["label"], option["value"]


async def test_what_is_usual_is_said_and_what_must_be_chosen_is_marked(wall: Wall) -> None:
    fields = await form(wall, mode="interpreter")
    assert of(fields, "show")["helper"] == "If nothing is chosen: Original and translation"
    assert of(fields, "layout")["helper"] == "If nothing is chosen: Side by side"
    assert [field["name"] for field in fields if field.get("required")] == ["mode", "mine", "theirs"]


async def test_languages_microphones_and_players_are_those_that_there_are(wall: Wall) -> None:
    kitchen = {"state": "idle", "attributes": {"friendly_name": "Kitchen"}}
    states = {"assist_satellite.kitchen": kitchen, "media_player.radio": {"state": "off", "attributes": {}}}
    await wall.page.evaluate("(states) => house.update({states})", states)
    fields = await form(wall, mode="captions")

    def choices(name: str) -> list[tuple[str, str]]:
        return [(option["value"], option["label"]) for option in of(fields, name)["selector"]["select"]["options"]]

    assert choices("languages") == [("en-US", "American English"), ("de-DE", "German (Germany)")]
    assert choices("translate_to") == [("fr", "French"), ("de", "German")]
    assert choices("source")[2:] == [
        ("assist_satellite.kitchen", "Kitchen"),
        ("media_player.radio", "media_player.radio"),
    ]


async def test_voices_are_those_of_the_languages_that_the_card_has(wall: Wall) -> None:
    fields = await form(wall, mode="interpreter", mine="de-DE", theirs=["en-US"])
    (asked,) = await wall.sent("choices")
    assert asked["voices_of"] == ["de-DE", "en-US"]
    voice = {"value": "de-DE-KatjaNeural", "label": "Katja"}
    assert of(fields, "mine_voice")["selector"]["select"]["options"] == [voice]
    assert of(fields, "theirs_voice")["selector"]["select"]["options"] == []


async def test_there_is_a_form_although_there_is_no_resource(wall: Wall) -> None:
    await wall.add(mode="captions")
    await wall.answer("choices", {"refused": {"code": "unauthorized", "message": "Unauthorized"}})
    assert await wall.page.evaluate(f"{CARD}.getConfigForm().then(({{schema}}) => schema.length)") > 10


@pytest.mark.parametrize(
    ("mistake", "field"),
    [
        ({"mode": "subtitles"}, "mode"),
        ({"languages": "de-DE"}, "languages"),
        ({"source": "light.kitchen"}, "source"),
        ({"source": "none"}, "conversation"),
        ({"text_size": 9}, "text_size"),
        ({"text_size": "large"}, "text_size"),
        ({"turns": "both"}, "turns"),
        ({"languages": [5]}, "languages"),
        ({"translate_to": [None]}, "translate_to"),
        ({"mode": "interpreter", "mine": 5}, "mine"),
        ({"mode": "interpreter", "mine": "de-DE", "theirs": {"fr-FR": None}}, "theirs"),
        ({"mode": "interpreter", "mine": "de-DE", "theirs": ["de-DE", "fr-FR"]}, "theirs"),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_name(wall: Wall, mistake: dict[str, Any], field: str) -> None:
    said = await wall.page.evaluate(
        """(config) => {
            const card = document.createElement("azure-speech-live-card");
            try { card.setConfig(config) } catch (err) { return err.message }
        }""",
        mistake,
    )
    assert field in said


async def test_a_form_that_is_half_filled_in_stays_a_form(wall: Wall) -> None:
    """Home Assistant shows YAML in its place as soon as something is refused."""
    await wall.add(mode="captions")
    await wall.answer("choices", CHOICES)
    check = f"(config) => {CARD}.getConfigForm().then(({{assertConfig}}) => assertConfig(config))"
    await wall.page.evaluate(check, {"source": "none"})
    await wall.page.evaluate(check, {"mode": "interpreter", "mine": "de-DE", "theirs": ["de-DE"]})
    with pytest.raises(Error, match="text_size"):
        await wall.page.evaluate(check, {"text_size": 9})


async def test_a_new_card_hears_the_language_of_who_adds_it(wall: Wall) -> None:
    stub = f"(language) => {CARD}.getStubConfig({{...house.hass, language}}).languages"
    assert [await wall.page.evaluate(stub, language) for language in ("de", "pt-BR", "zh-Hans", "en")] == [
        ["de-DE"],
        ["pt-BR"],
        ["zh-CN"],
        ["en-US"],
    ]


async def test_it_is_offered_for_our_recognizers_only(wall: Wall) -> None:
    offered = await wall.page.evaluate("""() => {
        const hass = {...house.hass, entities: {
            "stt.azure": {platform: "azure_speech_live"}, "stt.other": {platform: "cloud"},
            "tts.azure": {platform: "azure_speech_live"},
        }};
        const [card] = window.customCards.filter(({type}) => type === "azure-speech-live-card");
        return ["stt.azure", "stt.other", "tts.azure", "stt.none"].map((id) => card.getEntitySuggestion(hass, id));
    }""")
    assert [config["config"]["mode"] for config in offered[0]] == ["captions", "interpreter"]
    assert {config["config"]["entity"] for config in offered[0]} == {"stt.azure"}
    assert offered[1:] == [None, None, None]


async def test_it_is_registered_once_however_often_it_is_loaded(wall: Wall) -> None:
    await wall.page.add_script_tag(url="/azure-speech-live-card.js?again", type="module")
    assert await wall.page.evaluate("window.customCards.length") == 1


async def test_its_name_is_in_the_language_of_the_page(wall: Wall) -> None:
    """The picker has no card yet: the words come by the page's own means."""
    assert await wall.page.evaluate("window.customCards[0].name") == "Azure Speech Live"
    await wall.page.evaluate("""async () => {
        const asked = new Promise((done) => document.addEventListener("context-request", done, {capture: true}));
        customElements.define("home-assistant", class extends HTMLElement {});
        document.body.append(document.createElement("home-assistant"));
        const {context, callback} = await asked;
        if (context !== "hassInternationalization") throw new Error(context);
        callback({});
        callback(house.hass);
        await null;
        callback(house.hass);
    }""")
    assert await wall.page.evaluate("window.customCards[0].name") == "Live captions and interpreter"
