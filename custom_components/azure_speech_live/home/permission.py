"""Whether what a command means may be asked of this home, before the command is over.

Only where the home's own sentences go first in all assistants that use a recognizer: else a language model gets what is
said, and understands more than a sentence that happens to be one of the home's. And only where the text is a command:
not where an agent has asked back, nor where it is the answer to a question. What cannot be told is not permitted.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeassistant.components.media_player import INTENT_MEDIA_SEARCH_AND_PLAY
from homeassistant.const import ATTR_SUPPORTED_FEATURES, MATCH_ALL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.intent import INTENT_GET_STATE

from .agents import OWN_AGENT, async_agent_behind

if TYPE_CHECKING:
    from homeassistant.components.assist_pipeline import Pipeline

TAKEN_BY_MODEL: Final = frozenset({INTENT_GET_STATE, INTENT_MEDIA_SEARCH_AND_PLAY})
"""Intents that Home Assistant leaves to a language model that controls it, also where local sentences go first."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """An assistant that is to get a command, as far as its sentences are concerned."""

    language: str
    """That of its conversations."""
    agent_id: str
    satellite_id: str | None = None
    """Where the command is spoken."""
    device_id: str | None = None
    taken: frozenset[str] = frozenset()
    """Intents that its agent takes for itself: no sentence of theirs is known here."""


@callback
def async_permitted(hass: HomeAssistant, stt_entity_id: str) -> Assistant | None:
    """Return the assistant for which a recognizer hears in this context; None if it must not be asked.

    Raises whatever, where Home Assistant has changed.
    """
    if not async_local_first(hass, stt_entity_id):
        return None
    # Not at the top, here and below: who has no assistants need not have what this imports.
    from .inside import async_run  # noqa: PLC0415

    run = async_run(hass)
    if (
        run is None
        or run.answers_agent
        or run.assistant.stt_engine != stt_entity_id
        or not _is_local_first(hass, run.assistant)
    ):
        return None
    return _assistant(hass, run.assistant, run.satellite_id, run.device_id)


@callback
def async_local_first(hass: HomeAssistant, stt_entity_id: str) -> list[Assistant]:
    """Return the assistants that use a recognizer; none if there is one in which local sentences do not go first."""
    if not {"assist_pipeline", "conversation"} <= hass.config.components:
        return []
    from homeassistant.components.assist_pipeline import async_get_pipelines  # noqa: PLC0415

    using = [assistant for assistant in async_get_pipelines(hass) if assistant.stt_engine == stt_entity_id]
    return (
        [_assistant(hass, assistant) for assistant in using]
        if all(_is_local_first(hass, each) for each in using)
        else []
    )


def _is_local_first(hass: HomeAssistant, assistant: Pipeline) -> bool:
    return assistant.prefer_local_intents or _agent_of(hass, assistant) == OWN_AGENT


def _agent_of(hass: HomeAssistant, assistant: Pipeline) -> str:
    return async_agent_behind(hass, assistant.conversation_engine or OWN_AGENT)


def _assistant(
    hass: HomeAssistant, assistant: Pipeline, satellite_id: str | None = None, device_id: str | None = None
) -> Assistant:
    from homeassistant.components.conversation import ConversationEntityFeature  # noqa: PLC0415

    agent_id = _agent_of(hass, assistant)
    agent = hass.states.get(agent_id) if agent_id != OWN_AGENT else None
    features = agent.attributes.get(ATTR_SUPPORTED_FEATURES, 0) if agent else 0
    return Assistant(
        language=_language_of(assistant),
        agent_id=agent_id,
        satellite_id=satellite_id,
        device_id=device_id,
        taken=TAKEN_BY_MODEL if features & ConversationEntityFeature.CONTROL else frozenset(),
    )


def _language_of(assistant: Pipeline) -> str:
    """Return the language in which Home Assistant matches: that of the speech where an agent speaks all languages.

    An assistant with speech-to-text always has a language for it.
    """
    if assistant.conversation_language != MATCH_ALL:
        return assistant.conversation_language
    return assistant.stt_language or assistant.language
