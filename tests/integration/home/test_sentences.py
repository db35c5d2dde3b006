"""What Home Assistant understands of a command: what its own agent and its automations would do, and nothing else."""

from collections.abc import Iterator
import json
import logging
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

from gazetteer_matcher import GazetteerMatcher  # type: ignore[import-untyped]  # it says no types
import home_assistant_intents
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.conversation import async_get_agent
from homeassistant.components.conversation.default_agent import DefaultAgent
from homeassistant.components.conversation.gazetteer import LANGUAGE as MATCHERS
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.azure_speech_live.home.command import Verdict
from custom_components.azure_speech_live.home.sentences import (
    JOINING_LANGUAGE,
    Sentences,
    async_find,
    async_warm_up,
    ends_of,
)

from .homes import EARS, MODEL, SMALL, Home


async def understood(home: Home, *texts: str, **where: Any) -> list[bool]:
    """Return which texts are understood, asked while a command is spoken."""
    answers: list[bool] = []

    async def meanwhile(sentences: Sentences) -> None:
        answers.extend([await sentences.understands(text) for text in texts])

    await home.say("never mind", meanwhile=meanwhile, **where)
    return answers


async def judged(home: Home, *texts: str, **where: Any) -> list[str]:
    """Return what is said of texts, asked while a command is spoken."""
    verdicts: list[Verdict] = []

    async def meanwhile(sentences: Sentences) -> None:
        verdicts.extend([await sentences.judge(text) for text in texts])

    await home.say("never mind", meanwhile=meanwhile, **where)
    return [verdict.value for verdict in verdicts]


async def test_who_has_no_assistants_has_no_sentences(hass: HomeAssistant) -> None:
    assert await async_find(hass, EARS, "en-US") is None


async def test_commands_are_understood_and_not_executed(here: Home) -> None:
    await here.add_assistant()
    said = ["turn on the lamp", "Turn on the Lamp.", "turn on the camp", "tell me a joke", ""]
    assert await understood(here, *said) == [True, True, False, False, False]
    lamp = here.hass.states.get("light.test_lamp")
    assert lamp is not None
    assert lamp.state == "off"


async def test_free_text_is_not_understood_exactly(here: Home) -> None:
    trigger = {"platform": "conversation", "command": ["play {album}", "party time"]}
    automation = {"trigger": trigger, "action": {"event": "party"}}
    assert await async_setup_component(here.hass, AUTOMATION, {AUTOMATION: automation})
    await here.add_assistant()
    said = ["add pieces to my shopping list", "play pieces", "party time", "turn on the lamp", "turn on the camp"]

    exactly: list[bool] = []

    async def meanwhile(sentences: Sentences) -> None:
        exactly.extend([await sentences.understands(text, exactly=True) for text in said])

    assert await understood(here, *said) == [True, True, True, True, False]
    await here.say("never mind", meanwhile=meanwhile)
    assert exactly == [False, False, True, True, False]


@pytest.mark.parametrize("language", ["eo", "xx"])
async def test_a_language_of_which_home_assistant_knows_nothing_has_no_sentences(here: Home, language: str) -> None:
    await here.add_assistant(conversation_language=language)
    here.ears.language = language
    assert await here.say("turn on the lamp") is None


async def test_what_is_spoken_in_another_language_than_that_of_the_sentences_is_not_asked_about(here: Home) -> None:
    await here.add_assistant(conversation_language=SMALL)
    assert await here.say("turn on the lamp") is None
    here.ears.language = "sw-TZ"
    assert await here.say("turn on the lamp") is not None


async def test_names_are_those_of_the_moment(here: Home) -> None:
    await here.add_assistant()
    assert await understood(here, "turn on the lamp", "turn on the beacon") == [True, False]
    er.async_get(here.hass).async_update_entity("light.test_lamp", aliases=["Beacon"])
    await here.hass.async_block_till_done()
    assert await understood(here, "turn on the lamp", "turn on the beacon") == [False, True]


async def test_the_room_is_that_of_the_satellite(here: Home) -> None:
    await here.add_assistant()
    registry = er.async_get(here.hass)
    satellite = registry.async_get_or_create("assist_satellite", "test", "box").entity_id
    assert await understood(here, "turn on the lights", satellite_id=satellite) == [False]
    registry.async_update_entity(satellite, area_id=ar.async_get(here.hass).async_get_or_create("Bedroom").id)
    assert await understood(here, "turn on the lights", satellite_id=satellite) == [True]


async def test_a_sentence_of_the_household_counts(here: Home) -> None:
    folder = Path(here.hass.config.path("custom_sentences", "en"))
    folder.mkdir(parents=True)
    sentences = {"language": "en", "intents": {"HassNevermind": {"data": [{"sentences": ["abracadabra"]}]}}}
    (folder / "ours.yaml").write_text(json.dumps(sentences), "utf-8")
    await here.add_assistant()
    assert await understood(here, "abracadabra") == [True]


async def test_an_automation_s_sentence_counts(here: Home) -> None:
    await here.add_assistant(conversation_engine=MODEL, prefer_local_intents=True)
    trigger = {"platform": "conversation", "command": "[it is] party time"}
    automation = {"trigger": trigger, "action": {"event": "party"}}
    assert await async_setup_component(here.hass, AUTOMATION, {AUTOMATION: automation})
    assert await understood(here, "party time", "it's party time", "it is party time") == [True, False, True]


async def test_what_a_language_model_takes_itself_is_not_understood(here: Home) -> None:
    await here.add_assistant(conversation_engine=MODEL, prefer_local_intents=True)
    asked = "is the lamp on", "turn on the lamp"
    assert await understood(here, *asked) == [True, True]
    here.model_with_control()
    assert await understood(here, *asked) == [False, True]


async def test_home_assistant_s_trouble_is_nobody_else_s(
    here: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await here.add_assistant()
    agent = async_get_agent(here.hass)
    assert isinstance(agent, DefaultAgent)
    verdicts: list[Verdict] = []

    async def meanwhile(sentences: Sentences) -> None:
        with monkeypatch.context() as broken:
            broken.delattr(DefaultAgent, "async_recognize_intent")
            assert not await sentences.understands("turn on the lamp")
            verdicts.append(await sentences.judge("turn on the lamp"))
        with monkeypatch.context() as broken:
            broken.delattr(agent, "_slot_lists")
            broken.setattr(DefaultAgent, "async_prepare", AsyncMock())
            verdicts.append(await sentences.judge("turn on the lamp"))

    await here.say("never mind", meanwhile=meanwhile)
    assert verdicts == [Verdict.OTHER, Verdict.OTHER]
    told = [record for record in caplog.records if record.name.startswith("custom_components.azure_speech_live.home")]
    assert told
    assert all(record.levelno == logging.DEBUG and record.exc_info is None for record in told)


async def test_a_command_is_judged_with_all_that_this_home_knows(here: Home) -> None:
    await here.add_assistant(conversation_engine=MODEL, prefer_local_intents=True)
    trigger = {"platform": "conversation", "command": ["party time [for everybody]", "is the lamp on"]}
    assert await async_setup_component(here.hass, AUTOMATION, {AUTOMATION: {"trigger": trigger, "action": []}})
    verdicts = {
        "turn on the ceiling light": "final",
        "Turn on the Ceiling Light.": "final",
        "turn on the": "begun",
        "tell me a joke": "other",
        "party": "begun",
        "party time for everybody": "final",
        "is the ceiling light on": "final",
        "": "begun",
    }
    assert await judged(here, *verdicts) == [*verdicts.values()]
    here.model_with_control()
    said = "is the ceiling light on", "is the lamp on", "turn on the ceiling light"
    assert await judged(here, *said) == ["other", "final", "final"]


async def test_who_says_and_has_more_to_say_to_home_assistant_s_own_agent_in_english(here: Home) -> None:
    verdicts = {
        "turn off the lamp and": "begun",
        "turn off the lamp and then turn on the": "begun",
        "turn off the lamp and turn on the ceiling light": "other",
        "tell me a joke and": "other",
    }
    await here.add_assistant()
    assert await judged(here, *verdicts) == [*verdicts.values()]
    await here.add_assistant(conversation_engine=MODEL, prefer_local_intents=True)
    assert await judged(here, "turn off the lamp and") == ["other"]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("turn off the lamp", None),
        ("turn off the lamp and", ("turn off the lamp", "")),
        ("Turn off the lamp, and then open the", ("Turn off the lamp", "open the")),
        ("turn off the lamp then lock the door and open the blinds", ("turn off the lamp", "open the blinds")),
        ("turn on the grand lamp", None),
        ("turn on the lamp andrea likes", None),
        ("and open the blinds", None),
        ("", None),
    ],
)
def test_the_first_and_the_last_are_found(text: str, ends: tuple[str, str] | None) -> None:
    assert ends_of(text) == ends


def test_home_assistant_has_such_a_matcher_in_one_language() -> None:
    assert JOINING_LANGUAGE == MATCHERS


@pytest.mark.parametrize("word", ["and", "and then", "then"])
def test_the_words_are_the_matcher_s(word: str) -> None:
    lights = {name: {"name": name.capitalize(), "domain": "light"} for name in ("lamp", "lantern")}
    matcher = GazetteerMatcher(home={"areas": {}, "floors": {}, "entities": lights})
    assert len(matcher.interpret(f"turn off the lamp {word} turn on the lantern").frames) == 2


@pytest.fixture
def loaded() -> Iterator[MagicMock]:
    """Watch which languages Home Assistant loads the sentences of."""
    with patch(
        "homeassistant.components.conversation.default_agent.get_intents", wraps=home_assistant_intents.get_intents
    ) as watched:
        yield watched


async def started(home: Home) -> None:
    """Have Home Assistant's start come to its end, and all that follows from it."""
    home.hass.set_state(CoreState.running)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await home.hass.async_block_till_done(wait_background_tasks=True)


async def test_it_waits_for_the_end_of_the_start(here: Home, loaded: MagicMock) -> None:
    here.hass.set_state(CoreState.starting)
    await here.add_assistant()
    await here.add_assistant()
    await here.add_assistant(conversation_language=SMALL)
    stop = async_warm_up(here.hass, EARS)
    await here.hass.async_block_till_done(wait_background_tasks=True)
    assert not loaded.called
    await started(here)
    assert {call.args[0] for call in loaded.call_args_list} == {"en", SMALL}
    stop()


async def test_what_ends_before_that_is_not_warmed_up(here: Home, loaded: MagicMock) -> None:
    here.hass.set_state(CoreState.starting)
    await here.add_assistant()
    async_warm_up(here.hass, EARS)()
    await started(here)
    assert not loaded.called


async def test_nothing_is_loaded_for_assistants_that_are_not_asked_about(here: Home, loaded: MagicMock) -> None:
    await here.add_assistant(conversation_engine=MODEL, prefer_local_intents=False)
    stop = async_warm_up(here.hass, EARS)
    await here.hass.async_block_till_done(wait_background_tasks=True)
    stop()
    assert not loaded.called
