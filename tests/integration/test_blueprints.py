"""The blueprints: as Home Assistant checks them, and at work with the stand-in as the Speech service."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
import re
import shutil
from typing import Any

from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.components.conversation import async_converse
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService

from .forms import add_resource
from .recognizers import KITCHEN, add_recognizer
from .recordings import SPOKEN
from .speech import pcm, stream, transcribe
from .voices import VOICE

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
SILENCE = Scripted([Utterance(status=Status.NO_MATCH)])
FILES = sorted(BLUEPRINTS.glob("*/*/*.yaml"))


@pytest.fixture
async def house(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Install the blueprints in a house with a resource."""
    hass.config.config_dir = str(tmp_path)
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints")
    await add_resource(hass, service)
    yield hass
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_blueprint_is_valid(file: Path) -> None:
    domain = file.relative_to(BLUEPRINTS).parts[0]
    blueprint = Blueprint(load_yaml_dict(file), expected_domain=domain, schema=BLUEPRINT_SCHEMA)
    assert blueprint.validate() is None
    source = blueprint.metadata["source_url"]
    assert source.endswith(f"blob/main/blueprints/{file.relative_to(BLUEPRINTS).as_posix()}")


# --- relay an announcement

TRANSLATIONS = [
    {"language": "de", "voice": "de-DE-KatjaNeural", "speakers": ["media_player.oma", "media_player.opa"]},
    {"language": "fr", "voice": "fr-FR-DeniseNeural", "speakers": ["media_player.chambre"]},
    {"language": "es", "voice": "es-ES-ElviraNeural", "speakers": ["media_player.cuarto"]},
]


async def relay(house: HomeAssistant, translations: list[dict[str, Any]], **inputs: str) -> list[str]:
    """Relay a recording to the speakers of each language. Return what the household is told of failures."""
    told = async_mock_service(house, "persistent_notification", "create")
    blueprint = {"path": f"{DOMAIN}/relay_announcement.yaml", "input": {"translations": translations, **inputs}}
    assert await async_setup_component(house, "script", {"script": {"relay": {"use_blueprint": blueprint}}})
    await house.services.async_call("script", "relay", {"recording": str(SPOKEN)}, blocking=True)
    return [call.data["message"] for call in told]


async def test_an_announcement_is_relayed_to_the_speakers_of_each_language(house: HomeAssistant) -> None:
    played = async_mock_service(house, "media_player", "play_media")
    assert await relay(house, TRANSLATIONS) == []

    assert [command.data["entity_id"] for command in played] == [
        ["media_player.oma", "media_player.opa"],
        ["media_player.chambre"],
        ["media_player.cuarto"],
    ]
    assert len({command.data["media_content_id"] for command in played}) == 3
    assert all(command.data["media_content_id"].startswith("media-source://tts/") for command in played)


@pytest.mark.parametrize("failing", ["de", "fr"])
async def test_a_language_that_fails_silences_none_of_the_others(
    house: HomeAssistant, service: SpeechService, failing: str
) -> None:
    service.translator = ScriptedTranslator({failing: TranslationFailedError("Not available")})
    played = async_mock_service(house, "media_player", "play_media")
    assert await relay(house, TRANSLATIONS) == [f"{failing}: Not available"]
    assert [command.data["entity_id"] for command in played] == [
        translation["speakers"] for translation in TRANSLATIONS if translation["language"] != failing
    ]


async def test_a_mistake_in_one_language_silences_none_of_the_others(
    house: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """What was spoken in the language before is not said again in its place."""
    played = async_mock_service(house, "media_player", "play_media")
    wrong = TRANSLATIONS[1] | {"voice": "nobody"}
    assert await relay(house, [TRANSLATIONS[0], wrong, TRANSLATIONS[2]]) == ["fr: see Settings, System, Logs"]
    assert "nobody is not the name of a voice" in caplog.text
    assert [command.data["entity_id"] for command in played] == [
        ["media_player.oma", "media_player.opa"],
        ["media_player.cuarto"],
    ]


async def test_a_speaker_that_fails_silences_none_of_the_others(
    house: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    played = async_mock_service(house, "media_player", "play_media", raise_exception=HomeAssistantError("unplugged"))
    assert await relay(house, TRANSLATIONS) == [f"{name}: see Settings, System, Logs" for name in ("de", "fr", "es")]
    assert len(played) == 3
    assert "unplugged" in caplog.text


async def test_silence_is_relayed_to_nobody(house: HomeAssistant, service: SpeechService) -> None:
    service.engine = SILENCE
    played = async_mock_service(house, "media_player", "play_media")
    assert await relay(house, TRANSLATIONS) == []
    assert played == []


async def test_an_announcement_is_relayed_by_the_resource_that_was_chosen(
    house: HomeAssistant, service: SpeechService
) -> None:
    played = async_mock_service(house, "media_player", "play_media")
    async with SpeechService() as another:
        chosen = await add_resource(house, another)
        assert await relay(house, TRANSLATIONS, resource=chosen.entry_id) == []
        assert len(played) == 3
        assert any(connection.turns for connection in another.connections)
        assert not any(connection.turns for connection in service.connections)
        await house.config_entries.async_unload(chosen.entry_id)


async def test_who_has_to_choose_a_resource_is_told_so(house: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    played = async_mock_service(house, "media_player", "play_media")
    async with SpeechService() as another:
        entry = await add_resource(house, another)
        assert len(await relay(house, TRANSLATIONS)) == 3
        assert played == []
        assert "Several Speech resources can do this: Azure Speech" in caplog.text
        door = await Door.build(house, **PARCEL)
        await door.ring()
        assert door.messages == [NOTHING_HEARD, "See Settings, System, Logs."]
        await house.config_entries.async_unload(entry.entry_id)


# --- ask at the door


@dataclass
class Door:
    """A door with a bell and a satellite, and what came of their being used."""

    hass: HomeAssistant
    asked: list[ServiceCall]
    announced: list[ServiceCall]
    told: list[ServiceCall]

    @classmethod
    async def build(cls, hass: HomeAssistant, **answer: Any) -> Door:
        """Install the automation; ``answer`` is what comes of asking a question."""
        door = cls(
            hass,
            async_mock_service(hass, "assist_satellite", "ask_question", **answer),
            async_mock_service(hass, "assist_satellite", "announce"),
            async_mock_service(hass, "persistent_notification", "create"),
        )
        inputs = {
            "doorbell": BELL,
            "satellite": "assist_satellite.door",
            "visitor_language": "pl",
            "voice": "pl-PL-AgnieszkaNeural",
            "question": str(SPOKEN),
            "answer": str(SPOKEN),
        }
        blueprint = {"path": f"{DOMAIN}/ask_at_the_door.yaml", "input": inputs}
        hass.states.async_set(BELL, "2026-11-01T10:00:00+00:00")
        automation = {"alias": "Door", "use_blueprint": blueprint}
        assert await async_setup_component(hass, "automation", {"automation": automation})
        return door

    async def ring(self) -> None:
        """Ring the bell, and wait until all is said."""
        self.hass.states.async_set(BELL, "2026-11-01T11:00:00+00:00")
        await self.hass.async_block_till_done()

    @property
    def messages(self) -> list[str]:
        """What the household was told."""
        return [call.data["message"] for call in self.told]


BELL = "input_button.door"
PARCEL: dict[str, Any] = {"response": {"id": None, "sentence": "The parcel is here.", "slots": {}}}
NO_ANSWER: dict[str, Any] = {"raise_exception": HomeAssistantError("no answer"), "response": {"sentence": None}}
NOTHING_HEARD = "Somebody rang, and no answer was heard."


async def test_a_visitor_is_asked_and_answered(house: HomeAssistant) -> None:
    door = await Door.build(house, **PARCEL)
    await door.ring()
    assert door.asked[0].data["question_media_id"].startswith("media-source://tts/")
    assert door.messages == ["The parcel is here."]
    assert door.announced[0].data["entity_id"] == ["assist_satellite.door"]
    assert door.announced[0].data["media_id"].startswith("media-source://tts/")
    assert door.announced[0].data["media_id"] != door.asked[0].data["question_media_id"]


async def test_a_visitor_who_says_nothing_is_told_of_and_answered(house: HomeAssistant) -> None:
    door = await Door.build(house, **NO_ANSWER)
    await door.ring()
    assert len(door.asked) == 1
    assert door.messages == [NOTHING_HEARD]
    assert len(door.announced) == 1


async def test_a_question_without_sound_is_not_asked(house: HomeAssistant, service: SpeechService) -> None:
    service.engine = SILENCE
    door = await Door.build(house, **PARCEL)
    await door.ring()
    assert door.asked == []
    assert door.messages == [NOTHING_HEARD, "Nothing is said in the recording."]
    assert door.announced == []


async def test_the_household_is_told_also_where_the_service_fails(house: HomeAssistant, service: SpeechService) -> None:
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))
    door = await Door.build(house, **PARCEL)
    await door.ring()
    assert door.asked == []
    assert door.messages == [NOTHING_HEARD, "See Settings, System, Logs."]
    assert door.announced == []


async def test_a_voice_that_fails_is_told(house: HomeAssistant, service: SpeechService) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    service.synthesis.withdrawn.add("pl-PL-AgnieszkaNeural")  # nor does it speak by itself
    door = await Door.build(house, **PARCEL)
    await door.ring()
    assert door.messages[0] == NOTHING_HEARD
    assert "pl-PL-AgnieszkaNeural" in door.messages[1]


async def test_a_bell_that_appears_or_goes_has_not_rung(house: HomeAssistant) -> None:
    door = await Door.build(house, **PARCEL)
    house.states.async_remove(BELL)
    await house.async_block_till_done()
    house.states.async_set(BELL, "2026-11-01T10:00:00+00:00")
    await house.async_block_till_done()
    assert door.messages == []
    await door.ring()
    assert door.messages == ["The parcel is here."]


async def test_a_sensor_that_was_not_known_has_not_rung(house: HomeAssistant) -> None:
    """As at a restart; but a bell that was never pressed before has a first time."""
    door = await Door.build(house, **PARCEL)
    for state in ("unknown", "on", "unavailable", "on"):
        house.states.async_set(BELL, state)
        await house.async_block_till_done()
    assert door.messages == []
    for state in ("off", "on"):
        house.states.async_set(BELL, state)
    await house.async_block_till_done()
    assert door.messages == ["The parcel is here."]
    house.states.async_set(BELL, "unknown")
    await door.ring()
    assert len(door.messages) == 2


# --- answer a sentence in the language that was spoken

GOOD_NIGHT = [{"language": "en-US", "answer": "Good night!"}, {"language": "de-DE", "answer": "Gute Nacht!"}]


@pytest.mark.parametrize(
    ("spoken", "answer"),
    [("en-US", GOOD_NIGHT[0]), ("de-DE", GOOD_NIGHT[1]), ("de-AT", GOOD_NIGHT[1]), ("fr-FR", GOOD_NIGHT[0])],
)
async def test_a_sentence_is_answered_in_the_language_that_was_spoken(
    house: HomeAssistant, service: SpeechService, spoken: str, answer: dict[str, str]
) -> None:
    said = async_mock_service(house, "tts", "speak")
    done = async_mock_service(house, "scene", "turn_on")
    service.engine = Scripted([Utterance(text="Gute Nacht.", language=spoken)])
    inputs = {
        "sentences": ["good night", "gute Nacht"],
        "answers": GOOD_NIGHT,
        "recognizer": KITCHEN,
        "voice": VOICE,
        "player": "media_player.bedroom",
        "actions": [{"action": "scene.turn_on", "target": {"entity_id": "scene.night"}}],
    }
    blueprint = {"path": f"{DOMAIN}/answer_in_the_spoken_language.yaml", "input": inputs}
    for component, config in (
        ("conversation", {}),
        ("automation", {"automation": {"alias": "Good night", "use_blueprint": blueprint}}),
    ):
        assert await async_setup_component(house, component, config)
    (entry,) = house.config_entries.async_entries(DOMAIN)
    await add_recognizer(house, entry, languages=[spoken])
    _, result = await transcribe(house, stream(pcm(1)), entity_id=KITCHEN)
    assert result.text
    response = await async_converse(house, result.text, None, Context(), language="en")
    assert not response.response.speech["plain"]["speech"]
    (call,) = said
    assert call.data["message"] == answer["answer"]
    assert call.data["language"] == answer["language"]
    assert len(done) == 1


# --- the example in the documentation


@pytest.mark.parametrize(
    ("answer", "message"), [(PARCEL, "At the door: The parcel is here."), (NO_ANSWER, "At the door: no answer")]
)
async def test_the_example_asks_and_says_what_was_answered(
    house: HomeAssistant, answer: dict[str, Any], message: str
) -> None:
    asked = async_mock_service(house, "assist_satellite", "ask_question", **answer)
    told = async_mock_service(house, "notify", "persistent_notification")
    assert await async_setup_component(house, "script", {"script": documented_script(SPOKEN)})
    await house.services.async_call("script", "ask_the_visitor", blocking=True)
    assert asked[0].data["question_media_id"].startswith("media-source://tts/")
    assert [call.data["message"] for call in told] == [message]


async def test_the_example_asks_nothing_without_sound(house: HomeAssistant, service: SpeechService) -> None:
    service.engine = SILENCE
    asked = async_mock_service(house, "assist_satellite", "ask_question", **PARCEL)
    told = async_mock_service(house, "notify", "persistent_notification")
    assert await async_setup_component(house, "script", {"script": documented_script(SPOKEN)})
    await house.services.async_call("script", "ask_the_visitor", blocking=True)
    assert asked == []
    assert [call.data["message"] for call in told] == ["At the door: no answer"]


def documented_script(recording: Path) -> dict[str, Any]:
    """Return the documentation's script that asks a visitor, with a recording that there is."""
    page = (BLUEPRINTS.parent / "docs" / "automations.md").read_text()
    (example,) = (block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "ask_the_visitor" in block)
    config = parse_yaml(example.replace("media-source://media_source/local/who_is_there.m4a", str(recording)))
    assert isinstance(config, dict)
    script: dict[str, Any] = config["script"]
    return script
