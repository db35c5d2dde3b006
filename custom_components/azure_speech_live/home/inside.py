"""What Home Assistant knows and does not tell: the one place that looks inside it. A test fails when that changes.

Only who knows that Home Assistant's conversations and assistants are there imports this. Where Home Assistant has
changed, AttributeError, KeyError or TypeError comes out of here, and whoever asks goes on as if it knew nothing.
"""

from dataclasses import dataclass

from homeassistant.components.assist_pipeline import Pipeline
from homeassistant.components.assist_pipeline.default_pipeline import (
    KEY_PIPELINE_CONVERSATION_DATA,
    _DefaultPipelineProcessor,
)
from homeassistant.components.assist_pipeline.runtime import KEY_ASSIST_PIPELINE
from homeassistant.components.conversation import ConversationInput
from homeassistant.components.conversation.default_agent import DefaultAgent
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.chat_session import current_session

from .grammar import Grammar


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an assistant, at the time when it listens."""

    assistant: Pipeline
    """As it was when the run began."""
    answers_agent: bool
    """Whether the text is for the agent alone that has asked back, whatever else would understand it."""
    satellite_id: str | None
    device_id: str | None


@callback
def async_run(hass: HomeAssistant) -> Run | None:
    """Return the run in whose context this is called; None if there is none, or no telling which.

    A conversation's data is made for it before its run listens, and the run holds the very same. A run that ends with
    speech-to-text has none, and is not found: its text is for whoever has asked a question, and no command.
    """
    session = current_session.get()
    data = session and hass.data.get(KEY_PIPELINE_CONVERSATION_DATA, {}).get(session.conversation_id)
    if data is None:
        return None
    by_assistant = hass.data[KEY_ASSIST_PIPELINE].pipeline_runs._pipeline_runs  # noqa: SLF001 - see above
    found = [
        Run(
            run.pipeline,
            processor._intent_agent_only,  # noqa: SLF001
            run.satellite_id,
            run.device_id,
        )
        for runs in by_assistant.values()
        for run in runs.values()
        if isinstance(processor := run._processor, _DefaultPipelineProcessor)  # noqa: SLF001
        and processor._conversation_data is data  # noqa: SLF001
    ]
    return found[0] if len(found) == 1 else None


async def async_grammar(agent: DefaultAgent, said: ConversationInput) -> Grammar | None:
    """Return what Home Assistant's own agent matches with now; None if it does not know the language.

    What is not there yet is loaded in a thread, but for the lists of names, for which Home Assistant needs the loop:
    some milliseconds, after which it keeps them until a name changes.
    """
    await agent.async_prepare(said.language, strict_intents_only=True)
    loaded = await agent.async_get_or_load_intents(said.language)
    slot_lists = agent._slot_lists  # noqa: SLF001 - see above
    if loaded is None or slot_lists is None:
        return None
    return Grammar(
        intents=loaded.intents,
        slot_lists=slot_lists,
        context=agent._make_intent_context(said),  # noqa: SLF001
        language=said.language,
        triggers=agent._trigger_intents,  # noqa: SLF001
    )
