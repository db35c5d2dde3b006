"""A recognizer's agent: it has a command answered in the language that was spoken, by whom the household chose.

Home Assistant asks an agent in the assistant's language, whatever was spoken. This one stands in between: it knows from
its recognizer which language that was, asks the chosen agent in that one, and tells the voice in which language the
answer is. What nobody has spoken, or what was spoken in the assistant's language, passes through as it is.

Home Assistant's own agent has its sentences in each language, and a language model is told which one to answer in. In
which one it does answer, nobody knows: it nearly always obeys. An agent that does not know the language is asked, and
heard, in the assistant's.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Final, Literal, override

from homeassistant.components.conversation import (
    AbstractConversationAgent,
    AssistantContent,
    ChatLog,
    ConversationEntity,
    ConversationEntityFeature,
    ConversationInput,
    ConversationResult,
    async_converse,
    async_get_agent,
    async_handle_intents,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.intent import IntentResponse, IntentResponseErrorCode
from homeassistant.util.language import matches

from .const import CONF_AGENT, SUBENTRY_RECOGNIZER
from .entity import AzureSpeechEntity
from .home.agents import OWN_AGENT, async_chosen_agent, has_agent
from .home.permission import TAKEN_BY_MODEL
from .languages.spoken import async_spoken_in
from .resource.resource import AzureSpeechConfigEntry
from .speech.language_tags import language_of
from .voice.expected import async_answer_in

if TYPE_CHECKING:
    from hassil.recognize import RecognizeResult

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

_TOLD: Final = "Answer in the language of the last message"
"""What a language model is told, and how that begins. A conversation keeps what it was told last."""
_asking: Final[ContextVar[frozenset[str]]] = ContextVar("azure_speech_live_agents", default=frozenset())
"""The entity ids of our agents that have somebody asked in this context: whoever asks them back asks in a circle."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001  # Home Assistant's signature
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an agent for every recognizer that has one chosen."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_RECOGNIZER):
        if has_agent(subentry):
            async_add_entities([AgentEntity(entry, subentry)], config_subentry_id=subentry.subentry_id)


class AgentEntity(AzureSpeechEntity, ConversationEntity):
    """The agent of a recognizer."""

    _attr_translation_key = SUBENTRY_RECOGNIZER

    def __init__(self, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry) -> None:
        """Take whom it asks from the subentry."""
        super().__init__(entry, subentry)
        self._stored = subentry.data[CONF_AGENT]
        self._is_missed = False

    @property
    @override
    def available(self) -> bool:
        """Return that it can be asked, also while the service is away: it has nothing to do with that."""
        return True

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        """Return all, so that no assistant is without it: what the chosen agent does not know, it is not asked in."""
        return MATCH_ALL

    @property
    @override
    def supports_streaming(self) -> bool:
        """Return whether the chosen agent writes its answers piece by piece."""
        agent = async_get_agent(self.hass, async_chosen_agent(self.hass, self._stored))
        return isinstance(agent, ConversationEntity) and agent.supports_streaming

    @property
    @override
    def supported_features(self) -> ConversationEntityFeature:
        """Return whether the chosen agent controls the home: Home Assistant leaves some sentences to one that does."""
        agent = async_get_agent(self.hass, async_chosen_agent(self.hass, self._stored))
        controls = isinstance(agent, ConversationEntity) and agent.supported_features
        return ConversationEntityFeature(controls or 0)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the chosen agent, which may load later."""
        await super().async_added_to_hass()

        @callback
        def changed(_event: Event[EventStateChangedData]) -> None:
            self.async_write_ha_state()

        chosen = async_chosen_agent(self.hass, self._stored)
        self.async_on_remove(async_track_state_change_event(self.hass, chosen, changed))

    @override
    async def async_prepare(self, language: str | None = None) -> None:
        """Have the chosen agent prepare itself."""
        _, agent = self._agent()
        await agent.async_prepare(language)

    @override
    async def _async_handle_message(self, user_input: ConversationInput, chat_log: ChatLog) -> ConversationResult:
        """Have a command answered. Raises what the chosen agent does."""
        agent_id, agent = self._agent()
        spoken = async_spoken_in(user_input.text)
        language = _known(self.hass, agent, spoken, user_input.language)
        is_foreign = language != user_input.language
        if is_foreign and (local := await self._answered_by_home(agent_id, user_input, chat_log, language)) is not None:
            _tell_voice(spoken, local.response.language, user_input.language)
            return local
        _tell_voice(spoken, language, user_input.language)  # which may speak while the answer is written
        token = _asking.set(_asking.get() | {self.entity_id})
        try:
            result = await async_converse(
                self.hass,
                user_input.text,
                chat_log.conversation_id,
                user_input.context,
                language,
                agent_id,
                user_input.device_id,
                user_input.satellite_id,
                _told(user_input.extra_system_prompt, chat_log, language if is_foreign else None),
            )
        finally:
            _asking.reset(token)
        fails = agent_id != OWN_AGENT and result.response.error_code is IntentResponseErrorCode.UNKNOWN
        # What an agent fails with is in no language that it was asked in.
        answer = user_input.language if fails else result.response.language or language
        _tell_voice(spoken, answer, user_input.language)
        if chat_log.content[-1].role == "user":  # whoever writes its own answers there has done so
            _add_to(chat_log, agent_id, result.response)
        return result

    @callback
    def _agent(self) -> tuple[str, ConversationEntity | AbstractConversationAgent]:
        """Return the id of who is asked, and who that is: Home Assistant's own agent where the chosen one cannot be."""
        agent_id = async_chosen_agent(self.hass, self._stored)
        agent = None if self.entity_id in _asking.get() else async_get_agent(self.hass, agent_id)
        if agent is None:
            if not self._is_missed:
                _LOGGER.warning("%s: %s cannot be asked; Home Assistant answers itself", self.entity_id, agent_id)
            agent_id, agent = OWN_AGENT, async_get_agent(self.hass, OWN_AGENT)
            self._is_missed = True
        else:
            self._is_missed = False
        assert agent is not None  # noqa: S101 - Home Assistant's own is there before all others
        return agent_id, agent

    async def _answered_by_home(
        self, agent_id: str, user_input: ConversationInput, chat_log: ChatLog, language: str
    ) -> ConversationResult | None:
        """Return what Home Assistant answers by its own sentences; None where it knows none, or they are not wanted.

        Those of the spoken language come first, as the assistant's would by themselves. Where nobody else is asked, the
        assistant's are next: a short command is easily taken for one of another language.
        """
        languages = [language]
        leaves = False
        if agent_id == OWN_AGENT:
            languages.append(user_input.language)
        elif _prefers_home(self.hass):
            leaves = bool(self.supported_features & ConversationEntityFeature.CONTROL)
        else:
            return None
        response = await _response_of_home(self.hass, user_input, chat_log, languages, leaves=leaves)
        if response is None:
            return None
        _add_to(chat_log, OWN_AGENT, response)
        return ConversationResult(response, chat_log.conversation_id)


async def _response_of_home(
    hass: HomeAssistant, user_input: ConversationInput, chat_log: ChatLog, languages: Sequence[str], *, leaves: bool
) -> IntentResponse | None:
    """Return what Home Assistant's own sentences make of a text in the first of the languages in which it is one.

    ``leaves``: whether it leaves those to the agent that it leaves to one that controls the home.
    """

    def is_left(result: RecognizeResult) -> bool:
        return leaves and result.intent.name in TAKEN_BY_MODEL

    for language in languages:
        said = replace(user_input, language=language)
        if (response := await async_handle_intents(hass, said, chat_log, intent_filter=is_left)) is not None:
            return response
    return None


@callback
def _prefers_home(hass: HomeAssistant) -> bool:
    """Return whether the assistant for which an agent is asked lets Home Assistant's own sentences go first."""
    try:
        from .home.inside import async_run  # noqa: PLC0415 - who has no assistants need not have what this imports

        run = async_run(hass)
    except AttributeError, ImportError, KeyError, TypeError:
        return False
    return run is not None and run.assistant.prefer_local_intents and not run.answers_agent


def _known(
    hass: HomeAssistant, agent: ConversationEntity | AbstractConversationAgent, spoken: str | None, usual: str
) -> str:
    """Return what an agent calls the spoken language; the usual one if it was that, or the agent does not know it."""
    if spoken is None or language_of(spoken) == language_of(usual):
        return usual
    if agent.supported_languages == MATCH_ALL:
        return spoken
    return next(iter(matches(spoken, agent.supported_languages, hass.config.country)), usual)


def _told(given: str | None, chat_log: ChatLog, language: str | None) -> str | None:
    """Return what an agent is told beside the text: what others ``given`` it, and in which language it is to answer.

    ``language``: None if it was the assistant's own, of which it is told only where it was told of another before.
    """
    before = (given or chat_log.extra_system_prompt or "").splitlines()
    others = [line for line in before if not line.startswith(_TOLD)]
    if language is None and others == before:
        return given
    return "\n".join([*others, f"{_TOLD}, which is {language}." if language else f"{_TOLD}."])


def _tell_voice(spoken: str | None, answer: str, usual: str) -> None:
    """Tell the voice in which language the answer is: as it was spoken, rather than as the agent calls that."""
    if spoken is None or language_of(answer) == language_of(usual):
        async_answer_in(None)
    else:
        async_answer_in(spoken if language_of(answer) == language_of(spoken) else answer)


def _add_to(chat_log: ChatLog, agent_id: str, response: IntentResponse) -> None:
    """Add an answer to the conversation."""
    if speech := response.speech.get("plain", {}).get("speech"):
        chat_log.async_add_assistant_content_without_tools(AssistantContent(agent_id=agent_id, content=speech))
