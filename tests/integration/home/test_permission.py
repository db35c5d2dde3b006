"""Which commands may be judged before they are over: those whose sentences this home is asked about first."""

from types import SimpleNamespace
from typing import Any, Final, cast

from homeassistant.components.assist_pipeline import PipelineEventType, PipelineStage, async_update_pipeline
from homeassistant.components.assist_pipeline.default_pipeline import _async_local_fallback_intent_filter
from homeassistant.components.assist_pipeline.pipeline import KEY_ASSIST_PIPELINE
from homeassistant.components.conversation import async_get_agent
from homeassistant.components.conversation.default_agent import DefaultAgent
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.chat_session import async_get_chat_session
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.home import permission
from custom_components.azure_speech_live.home.agents import OWN_AGENT
from custom_components.azure_speech_live.home.permission import async_local_first
from custom_components.azure_speech_live.home.sentences import Sentences, async_find
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..recognizers import add_recognizer
from .homes import EARS, MODEL, SMALL, Home

LOCAL_FIRST: Final = {"conversation_engine": MODEL, "prefer_local_intents": True}
MODEL_FIRST: Final = {"conversation_engine": MODEL, "prefer_local_intents": False}


async def test_all_assistants_must_let_local_sentences_go_first(here: Home) -> None:
    rows: list[tuple[bool, list[dict[str, Any]]]] = [
        (False, []),
        (True, [{}]),
        (True, [LOCAL_FIRST]),
        (False, [MODEL_FIRST]),
        (True, [LOCAL_FIRST, {}]),
        (False, [MODEL_FIRST, {}]),
    ]
    for number, (is_permitted, assistants) in enumerate(rows):
        recognizer = f"stt.ears_{number}"
        for assistant in assistants:
            await here.add_assistant(stt_engine=recognizer, **assistant)
        found = async_local_first(here.hass, recognizer)
        assert len(found) == (len(assistants) if is_permitted else 0)


async def test_a_recognizers_agent_is_as_good_as_the_one_that_it_asks(here: Home, service: SpeechService) -> None:
    entry = await add_resource(here.hass, service)
    for number, (agent, is_permitted) in enumerate(((OWN_AGENT, True), (MODEL, False))):
        subentry = await add_recognizer(here.hass, entry, languages=["de-DE"], agent=agent)
        ours = er.async_get(here.hass).async_get_entity_id("conversation", DOMAIN, subentry.subentry_id)
        recognizer = f"stt.ears_{number}"
        await here.add_assistant(stt_engine=recognizer, conversation_engine=ours, conversation_language="*")
        found = async_local_first(here.hass, recognizer)
        assert [assistant.agent_id for assistant in found] == ([agent] if is_permitted else [])


async def test_one_that_does_not_closes_all_its_recognizer_s_assistants(here: Home) -> None:
    await here.add_assistant()
    other = await here.add_assistant(**LOCAL_FIRST)
    assert await here.say("turn on the lamp") is not None
    await async_update_pipeline(here.hass, other, prefer_local_intents=False)
    assert await here.say("turn on the lamp") is None


async def test_an_assistant_is_what_it_was_when_its_run_began(here: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.add_assistant(**MODEL_FIRST)
    monkeypatch.setattr(permission, "async_local_first", lambda *_: [here.assistant])
    assert await here.say("turn on the lamp") is None


async def test_what_no_assistant_has_asked_for_is_no_command(here: Home) -> None:
    await here.add_assistant()
    assert await async_find(here.hass, EARS, "en-US") is None
    with async_get_chat_session(here.hass, context=None):
        assert await async_find(here.hass, EARS, "en-US") is None


async def test_the_answer_to_a_question_is_no_command(here: Home) -> None:
    await here.add_assistant()
    assert await here.say("turn on the lamp", end_stage=PipelineStage.STT) is None


async def test_an_agent_that_asks_back_gets_its_answer_whole(here: Home) -> None:
    await here.add_assistant(**LOCAL_FIRST)
    assert await here.say("tell me a joke", conversation_id="talk") is not None
    assert await here.say("turn on the lamp", conversation_id="talk") is None
    assert here.agent.heard == ["tell me a joke", "turn on the lamp"]
    assert await here.say("turn on the lamp", conversation_id="talk") is not None
    assert len(here.agent.heard) == 2


async def test_who_hears_in_place_of_another_is_not_asked(here: Home) -> None:
    await here.add_assistant(name="Other", stt_engine="stt.other")
    await here.add_assistant()
    found: list[Sentences | None] = []

    async def meanwhile(_: Sentences) -> None:
        found.append(await async_find(here.hass, "stt.other", "en-US"))

    await here.say("turn on the lamp", meanwhile=meanwhile)
    assert found == [None]


async def test_two_runs_of_one_conversation_cannot_be_told_apart(here: Home) -> None:
    await here.add_assistant()
    found: list[Sentences | None] = []

    async def meanwhile(_: Sentences) -> None:
        found.append(await here.say("turn off the lamp", conversation_id="talk"))

    await here.say("turn on the lamp", conversation_id="talk", meanwhile=meanwhile)
    assert found == [None]


async def test_where_home_assistant_has_changed_nothing_is_permitted(
    here: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await here.add_assistant()
    found: list[Sentences | None] = []

    async def meanwhile(_: Sentences) -> None:
        runs = here.hass.data[KEY_ASSIST_PIPELINE].pipeline_runs
        for changed in (cast(Any, None), cast(Any, SimpleNamespace(_pipeline_runs={"": {"": SimpleNamespace()}}))):
            here.hass.data[KEY_ASSIST_PIPELINE].pipeline_runs = changed
            found.append(await async_find(here.hass, EARS, "en-US"))
        here.hass.data[KEY_ASSIST_PIPELINE].pipeline_runs = runs

    await here.say("turn on the lamp", meanwhile=meanwhile)
    assert found == [None, None]
    assert "Traceback" not in caplog.text


async def test_a_language_model_that_controls_the_home_takes_what_home_assistant_leaves_to_it(here: Home) -> None:
    await here.add_assistant(**LOCAL_FIRST)
    assert [assistant.taken for assistant in async_local_first(here.hass, EARS)] == [frozenset()]
    here.model_with_control()
    (assistant,) = async_local_first(here.hass, EARS)
    agent = async_get_agent(here.hass)
    assert isinstance(agent, DefaultAgent)
    loaded = await agent.async_get_or_load_intents("en")
    assert loaded is not None
    assert assistant.taken == {name for name in loaded.intents.intents if left_to_a_model(name)}


def left_to_a_model(intent: str) -> bool:
    """Return what Home Assistant says."""
    return _async_local_fallback_intent_filter(cast(Any, SimpleNamespace(intent=SimpleNamespace(name=intent))))


@pytest.mark.parametrize(
    "settings", [{"conversation_language": SMALL}, {"conversation_language": "*", "stt_language": SMALL}]
)
async def test_the_language_is_the_one_in_which_home_assistant_matches(here: Home, settings: dict[str, Any]) -> None:
    await here.add_assistant(**settings)
    await here.say("turn on the lamp")
    (data,) = (event.data for event in here.events if event.type is PipelineEventType.INTENT_START)
    assert data is not None
    assert [assistant.language for assistant in async_local_first(here.hass, EARS)] == [data["language"]]
