"""An answer in the language that was spoken: assistants with our ears, our agent and our voice, and whom they ask."""

from collections.abc import AsyncGenerator
from typing import Any, Final, Literal, override

from homeassistant.components import conversation
from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    async_get_pipeline,
    async_pipeline_from_audio_stream,
    async_update_pipeline,
)
from homeassistant.components.conversation import (
    AssistantContentDeltaDict,
    ChatLog,
    ConversationEntity,
    ConversationEntityFeature,
    ConversationInput,
    ConversationResult,
)
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.tts import async_get_stream
from homeassistant.components.tts.const import DATA_TTS_MANAGER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.intent import IntentResponse
from homeassistant.setup import async_setup_component
from homeassistant.util.ulid import ulid_now
import pytest

from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER
from custom_components.azure_speech_live.home import inside
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService

from .engines import OtherEar, add_engines, stored
from .forms import add_resource
from .recognizers import KITCHEN, add_recognizer, filled_in
from .speech import metadata_of, pcm, stream
from .subentries import open_reconfigure_form, submit
from .voices import HEADER, VOICE, WAV, sound_of, spoken

AGENT: Final = "conversation.kitchen_agent"
OWN: Final = "conversation.home_assistant"
LINGUIST: Final = "conversation.linguist"
LAMP: Final = "input_boolean.lamp"
GERMAN: Final = Utterance(text="Schalte Lampe ein.", language="de-DE")
ENGLISH: Final = Utterance(text="Turn on lamp.", language="en-US")
QUESTION: Final = Utterance(text="Warum ist der Himmel blau?", language="de-DE")
LONG: Final = "Weil die Luft das blaue Licht viel stärker streut als das rote, und zwar überall am Himmel. "


class Linguist(ConversationEntity):
    """An agent that notes how it is asked, and answers in the language in which it is."""

    _attr_name = "Linguist"
    _attr_supports_streaming = True

    def __init__(self) -> None:
        """Begin with no question."""
        self.asked: list[ConversationInput] = []
        self.languages: list[str] | Literal["*"] = "*"
        self.answers_in: str | None = None
        """What it says of its answer; None: what it was asked in."""
        self.speech = "So ist es."
        self.writes = False
        """Whether it answers piece by piece."""
        self.continues = False
        """Whether it wants an answer to its answer."""
        self.fails = False
        self.asks_on: str | None = None
        """An agent whose answer it takes for its own."""

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return self.languages

    @override
    async def _async_handle_message(self, user_input: ConversationInput, chat_log: ChatLog) -> ConversationResult:
        self.asked.append(user_input)
        if user_input.extra_system_prompt:
            chat_log.extra_system_prompt = user_input.extra_system_prompt  # as what gives it to a language model does
        if self.asks_on is not None:
            return await conversation.async_converse(
                self.hass, user_input.text, user_input.conversation_id, user_input.context, agent_id=self.asks_on
            )
        if self.fails:
            raise HomeAssistantError("The model is not there")
        if self.writes:
            async for _ in chat_log.async_add_delta_content_stream(LINGUIST, self._write()):
                pass
            return conversation.async_get_result_from_chat_log(user_input, chat_log)
        response = IntentResponse(self.answers_in or user_input.language)
        response.async_set_speech(self.speech)
        return ConversationResult(response, chat_log.conversation_id, self.continues)

    async def _write(self) -> AsyncGenerator[AssistantContentDeltaDict]:
        yield {"role": "assistant"}
        for word in LONG.split(" "):
            yield {"content": f"{word} "}


class Home:
    """What a test has to do with."""

    def __init__(self, hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, linguist: Linguist) -> None:
        """Begin with silence."""
        self.hass = hass
        self.service = service
        self.entry = entry
        self.linguist = linguist
        self.events: list[PipelineEvent] = []
        """Those of the last command."""

    @property
    def subentry_id(self) -> str:
        """The recognizer's id."""
        registered = er.async_get(self.hass).async_get(KITCHEN)
        assert registered is not None
        assert registered.config_subentry_id is not None
        return registered.config_subentry_id

    async def reconfigure(self, **settings: Any) -> None:
        """Change the recognizer."""
        form = await open_reconfigure_form(self.hass, self.entry, SUBENTRY_RECOGNIZER, self.subentry_id)
        result = await submit(self.hass, form, **filled_in(**settings))
        assert result["reason"] == "reconfigure_successful"

    async def ask_linguist(self, **assistant: Any) -> None:
        """Have the recognizer's agent ask the other one, in an assistant with other settings."""
        await self.reconfigure(languages=["de-DE"], agent=LINGUIST)
        if assistant:
            await async_update_pipeline(self.hass, async_get_pipeline(self.hass), **assistant)

    def hears(self, *commands: Utterance) -> None:
        """Have the service hear these commands, one after the other."""
        self.service.engine = Scripted(*([command] for command in commands))

    async def say(self, conversation_id: str | None = None, *, is_heard: bool = True, **run: Any) -> str:
        """Say a command, and hear the answer, if it ``is_heard``. Return what Home Assistant answers in words."""
        self.events = []
        await async_pipeline_from_audio_stream(
            self.hass,
            context=Context(),
            event_callback=self.events.append,
            stt_metadata=metadata_of("en-US"),
            stt_stream=stream(pcm(1)),
            conversation_id=conversation_id or ulid_now(),
            tts_audio_output=WAV,
            **run,
        )
        data: dict[str, Any] = {event.type.value: event.data for event in self.events}
        assert "error" not in data, data["error"]
        token = data["run-start"]["tts_output"]["token"]
        answer = async_get_stream(self.hass, token)
        assert answer is not None
        if is_heard:
            assert any((await sound_of(answer))[HEADER:])
        speech = data["intent-end"]["intent_output"]["response"]["speech"]["plain"]["speech"]
        assert isinstance(speech, str)
        return speech

    @property
    def voices(self) -> list[str]:
        """The voices that have spoken, of each turn."""
        return [turn.ssml.partition("<voice name='")[2].partition("'")[0] for turn in spoken(self.service)]


@pytest.fixture
async def house(hass: HomeAssistant, service: SpeechService) -> Home:
    """Set up an English assistant, in a home where German is spoken as well."""
    for component, config in (
        ("http", {}),
        ("conversation", {}),
        ("tts", {}),
        ("assist_pipeline", {}),
        ("input_boolean", {"input_boolean": {"lamp": {"name": "Lampe"}, "other": {"name": "Lamp"}}}),
    ):
        assert await async_setup_component(hass, component, config)
    for entity_id in (LAMP, "input_boolean.other"):
        async_expose_entity(hass, "conversation", entity_id, should_expose=True)
    linguist = Linguist()
    await hass.data["entity_components"]["conversation"].async_add_entities([linguist])
    entry = await add_resource(hass, service)
    await add_recognizer(hass, entry, languages=["de-DE"], agent=OWN)
    await async_update_pipeline(
        hass,
        async_get_pipeline(hass),
        conversation_engine=AGENT,
        conversation_language="*",
        stt_engine=KITCHEN,
        stt_language="en-US",
        tts_engine=VOICE,
        tts_language="en-US",
        tts_voice="en-US-AndrewNeural",
    )
    return Home(hass, service, entry, linguist)


def is_on(hass: HomeAssistant, entity_id: str) -> bool:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state == "on"


async def test_who_speaks_german_is_answered_in_german_and_who_speaks_english_in_english(house: Home) -> None:
    house.hears(GERMAN, ENGLISH, GERMAN)
    assert await house.say() == "Lampe eingeschaltet"
    assert is_on(house.hass, LAMP)
    assert await house.say() == "Turned on the switch"
    assert is_on(house.hass, "input_boolean.other")
    assert await house.say() == "Lampe eingeschaltet"
    assert house.voices == ["de-DE-ConradNeural", "en-US-AndrewNeural", "de-DE-ConradNeural"]


async def test_what_is_spoken_in_another_language_is_kept_under_none(house: Home) -> None:
    house.hears(GERMAN, ENGLISH)
    await house.say()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    kept = house.hass.data[DATA_TTS_MANAGER].file_cache
    assert not kept
    assert not [key for key in house.hass.data[DATA_TTS_MANAGER].mem_cache if key.endswith(VOICE)]
    await house.say()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert len(kept) == 1


async def test_of_a_command_in_two_languages_the_last_one_counts(house: Home) -> None:
    await house.reconfigure(languages=["de-DE"], agent=LINGUIST, end_of_speech="home_assistant")
    begin = Utterance(text="Well,", end=0.4, language="en-US")
    house.service.engine = Scripted([begin, Utterance(text=QUESTION.text, start=0.5, language="de-DE")])
    assert await house.say() == "So ist es."
    assert [asked.language for asked in house.linguist.asked] == ["de-DE"]
    assert house.voices == ["de-DE-ConradNeural"]


async def test_what_is_not_understood_is_told_in_the_language_that_was_spoken(house: Home) -> None:
    house.hears(QUESTION)
    assert (await house.say()).startswith("Entschuldigung")
    assert house.voices == ["de-DE-ConradNeural"]


async def test_a_command_that_was_taken_for_one_of_another_language_is_done_all_the_same(house: Home) -> None:
    house.hears(Utterance(text=ENGLISH.text, language="de-DE"))
    assert await house.say() == "Turned on the switch"
    assert house.voices == ["en-US-AndrewNeural"]


async def test_what_is_typed_is_answered_in_the_assistants_language(house: Home) -> None:
    """Also where the same was spoken before: what was heard counts for that command alone."""
    await house.ask_linguist()
    house.hears(QUESTION)
    await house.say("talk")
    response = await conversation.async_converse(
        house.hass, "Why?", "talk", Context(), language="en-US", agent_id=AGENT
    )
    assert response.response.language == "en-US"
    assert [each.language for each in house.linguist.asked] == ["de-DE", "en-US"]


async def test_a_chosen_agent_gets_all_that_a_command_has(house: Home) -> None:
    await house.ask_linguist()
    house.hears(QUESTION)
    said: dict[str, Any] = {"device_id": "a device", "satellite_id": "assist_satellite.a"}
    assert await house.say("talk", conversation_extra_system_prompt="Be brief.", **said) == "So ist es."
    (asked,) = house.linguist.asked
    assert (asked.text, asked.language, asked.agent_id) == (QUESTION.text, "de-DE", LINGUIST)
    assert (asked.conversation_id, asked.device_id, asked.satellite_id) == ("talk", *said.values())
    assert asked.extra_system_prompt == ("Be brief.\nAnswer in the language of the last message, which is de-DE.")
    assert house.voices == ["de-DE-ConradNeural"]


async def test_a_language_model_is_told_which_language_to_answer_in_and_no_longer_than_that_is_so(house: Home) -> None:
    await house.ask_linguist()
    house.hears(ENGLISH, QUESTION, ENGLISH, QUESTION)
    for _ in range(4):
        await house.say("talk")
    told = "Answer in the language of the last message"
    german = f"{told}, which is de-DE."
    assert [asked.extra_system_prompt for asked in house.linguist.asked] == [None, german, f"{told}.", german]


async def test_an_answer_is_spoken_in_its_language_while_it_is_written(house: Home) -> None:
    await house.ask_linguist()
    house.linguist.writes = True
    house.hears(QUESTION, ENGLISH)
    assert await house.say() == LONG + " "
    assert any("tts_start_streaming" in (event.data or {}) for event in house.events)
    await house.say()
    assert list(dict.fromkeys(house.voices)) == ["de-DE-ConradNeural", "en-US-AndrewNeural"]


async def test_an_agent_says_that_its_answer_is_in_another_language_than_it_was_asked_in(house: Home) -> None:
    await house.ask_linguist()
    house.hears(QUESTION, QUESTION, QUESTION)
    for answers_in, speech in (("en", "That is so."), ("fr-FR", "C'est vrai."), ("de", "So ist es.")):
        house.linguist.answers_in, house.linguist.speech = answers_in, speech
        await house.say()
    assert house.voices == ["en-US-AndrewNeural", "fr-FR-DeniseNeural", "de-DE-ConradNeural"]


async def test_what_an_agent_fails_with_is_not_taken_for_the_language_that_it_was_asked_in(house: Home) -> None:
    await house.ask_linguist()
    house.linguist.fails = True
    house.hears(QUESTION)
    assert await house.say() == "The model is not there"
    assert house.voices == ["en-US-AndrewNeural"]


async def test_an_agent_that_asks_back_is_answered_in_whatever_language(house: Home) -> None:
    """Though Home Assistant knows a sentence of that: it is for the agent alone."""
    await house.ask_linguist(prefer_local_intents=True)
    house.linguist.continues = True
    house.hears(QUESTION, GERMAN)
    for _ in range(2):
        assert await house.say("talk") == "So ist es."
    assert [asked.text for asked in house.linguist.asked] == [QUESTION.text, GERMAN.text]


async def test_what_an_automation_says_is_spoken_as_the_assistants_language(house: Home) -> None:
    """Home Assistant asks no agent then, and in which language the words are, nobody can tell."""
    automation = {
        "alias": "Good night",
        "triggers": {"trigger": "conversation", "command": ["gute Nacht"]},
        "actions": [{"set_conversation_response": "Gute Nacht!"}],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": automation})
    house.hears(Utterance(text="Gute Nacht.", language="de-DE"))
    assert await house.say() == "Gute Nacht!"
    assert house.voices == ["en-US-AndrewNeural"]


async def test_what_a_second_engine_hears_is_answered_in_the_assistants_language(
    house: Home, service: SpeechService
) -> None:
    """Also where the service heard German before."""
    await add_engines(house.hass, OtherEar())
    second = stored(house.hass, "stt.whisper")
    await house.reconfigure(languages=["de-DE"], agent=LINGUIST, second_engine=second)
    house.hears(QUESTION)
    await house.say("talk")
    service.behaviours = lambda _: Behaviour(answer=Refuse(403))
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.say("talk", is_heard=False)
    assert [(asked.text, asked.language) for asked in house.linguist.asked] == [
        (QUESTION.text, "de-DE"),
        ("lights on", "en-US"),
    ]


async def test_an_agent_is_asked_in_its_own_words_and_only_in_what_it_knows(house: Home) -> None:
    await house.ask_linguist()
    house.hears(QUESTION, QUESTION)
    for house.linguist.languages in (["en", "de"], ["en", "fr"]):
        await house.say()
    assert [asked.language for asked in house.linguist.asked] == ["de", "en-US"]
    assert house.voices == ["de-DE-ConradNeural", "en-US-AndrewNeural"]


@pytest.mark.parametrize("is_first", [True, False])
async def test_home_assistants_sentences_go_first_in_the_spoken_language_too(house: Home, is_first: bool) -> None:  # noqa: FBT001
    await house.ask_linguist(prefer_local_intents=is_first)
    house.hears(GERMAN, QUESTION)
    assert await house.say() == ("Lampe eingeschaltet" if is_first else "So ist es.")
    assert await house.say() == "So ist es."
    assert is_on(house.hass, LAMP) is is_first
    assert len(house.linguist.asked) == 2 - is_first
    assert house.voices == ["de-DE-ConradNeural"] * 2


async def test_what_home_assistant_leaves_to_a_model_that_controls_the_home_it_is_left(house: Home) -> None:
    house.linguist._attr_supported_features = ConversationEntityFeature.CONTROL  # noqa: SLF001
    house.linguist.async_write_ha_state()
    await house.ask_linguist(prefer_local_intents=True)
    house.hears(Utterance(text="Ist Lampe an?", language="de-DE"))
    assert await house.say() == "So ist es."


async def test_where_an_agent_is_gone_home_assistants_own_answers(
    house: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await house.ask_linguist()
    await house.linguist.async_remove()
    house.hears(GERMAN)
    for _ in range(2):
        assert await house.say() == "Lampe eingeschaltet"
    assert caplog.text.count(f"{AGENT}: {LINGUIST} cannot be asked; Home Assistant answers itself") == 1


async def test_who_is_asked_in_a_circle_is_asked_no_more(house: Home) -> None:
    await house.ask_linguist()
    house.linguist.asks_on = AGENT
    house.hears(GERMAN)
    assert await house.say() == "Lampe eingeschaltet"
    assert len(house.linguist.asked) == 1


async def test_it_can_what_the_agent_can_that_it_asks(house: Home) -> None:
    def state() -> tuple[Any, bool]:
        found = house.hass.states.get(AGENT)
        info = conversation.async_get_agent_info(house.hass, AGENT)
        assert found is not None
        assert info is not None
        return found.attributes["supported_features"], info.supports_streaming

    assert conversation.async_get_conversation_languages(house.hass, AGENT) == "*"
    assert state() == (ConversationEntityFeature.CONTROL, False)
    await house.ask_linguist()
    assert state() == (0, True)
    house.linguist._attr_supported_features = ConversationEntityFeature.CONTROL  # noqa: SLF001
    house.linguist.async_write_ha_state()
    await house.hass.async_block_till_done()
    assert state() == (ConversationEntityFeature.CONTROL, True)


async def test_an_answer_of_another_agent_is_part_of_the_conversation(house: Home) -> None:
    await house.ask_linguist()
    result = await conversation.async_converse(house.hass, "Why?", None, Context(), language="en", agent_id=AGENT)
    (log,) = house.hass.data[conversation.chat_log.DATA_CHAT_LOGS].values()
    assert [content.as_dict()["content"] for content in log.content[1:]] == ["Why?", "So ist es."]
    assert result.conversation_id == log.conversation_id


async def test_who_says_nothing_has_said_nothing(house: Home) -> None:
    await house.ask_linguist()
    house.linguist.speech = ""
    await conversation.async_converse(house.hass, "Why?", None, Context(), language="en", agent_id=AGENT)
    (log,) = house.hass.data[conversation.chat_log.DATA_CHAT_LOGS].values()
    assert [content.role for content in log.content] == ["system", "user", "assistant"]
    assert log.content[-1].as_dict()["content"] == "(no response)"


async def test_it_answers_while_the_service_is_away(house: Home, service: SpeechService) -> None:
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    states = {entity_id: house.hass.states.get(entity_id) for entity_id in (KITCHEN, AGENT)}
    assert {entity_id: state and state.state for entity_id, state in states.items()} == {
        KITCHEN: "unavailable",
        AGENT: "unknown",
    }


async def test_where_home_assistant_has_changed_the_chosen_agent_is_asked(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can tell then whether its own sentences are to go first."""
    await house.ask_linguist(prefer_local_intents=True)
    monkeypatch.setattr(inside, "KEY_ASSIST_PIPELINE", "something else")
    house.hears(GERMAN)
    assert await house.say() == "So ist es."


async def test_a_recognizer_without_an_agent_has_none_and_its_assistant_is_told(house: Home) -> None:
    registry = er.async_get(house.hass)
    assert registry.async_get(AGENT) is not None
    await house.reconfigure(languages=["de-DE"])
    assert registry.async_get(AGENT) is None
    assert conversation.async_get_agent_info(house.hass, AGENT) is None


async def test_a_recognizer_that_is_removed_takes_its_agent_along(house: Home) -> None:
    house.hass.config_entries.async_remove_subentry(house.entry, house.subentry_id)
    await house.hass.async_block_till_done()
    assert house.hass.states.get(AGENT) is None
    assert er.async_get(house.hass).async_get(AGENT) is None
