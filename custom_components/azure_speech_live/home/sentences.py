"""What Home Assistant understands of a command, as its own agent and its automations will: asked, and nothing is done.

Each command is asked anew: names, rooms, custom sentences and automations are those of this moment. What Home Assistant
cannot say, for whatever reason, is as if nobody had asked.

A language's sentences take some tenths of a second of a processor to load, and as long again at the first match. So
that is done when Home Assistant has started (``async_warm_up``); at whatever changes after that, it is done while the
next command is spoken (``async_find``).
"""

import asyncio
from functools import partial
import logging
import re
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util.language import matches

from ..speech import printable
from ..speech.language_tags import language_of
from .agents import OWN_AGENT
from .command import Verdict
from .permission import Assistant, async_local_first, async_permitted

if TYPE_CHECKING:
    from hassil.recognize import RecognizeResult
    from homeassistant.components.conversation import ConversationInput
    from homeassistant.components.conversation.default_agent import DefaultAgent

_LOGGER = logging.getLogger(__name__)

JOINING_LANGUAGE: Final = "en"
"""The one in which Home Assistant's own agent takes two commands apart, by a second matcher behind its sentences."""
_JOINING: Final = re.compile(r"[\s,.]+(?:and then|and|then)(?![^\s,.])[\s,.]*", re.IGNORECASE)
"""The words with which it does, of gazetteer-matcher's vocabulary, version 1.1.0."""


class Sentences:
    """The sentences of this home, for one command to one assistant. Nothing here raises.

    A text is given as it is to be executed: in any case, with or without the mark at its end. Home Assistant remembers
    what it has made of a text, and does not match it again when it comes as the command.
    """

    def __init__(self, hass: HomeAssistant, agent: DefaultAgent, assistant: Assistant) -> None:
        """Know whom to ask, and for whom; see ``async_find``."""
        self._hass = hass
        self._agent = agent
        self._assistant = assistant
        self._joins = assistant.agent_id == OWN_AGENT and language_of(assistant.language) == JOINING_LANGUAGE
        """Whether commands can be joined: who says "and" behind one has more to say."""

    async def judge(self, text: str) -> Verdict:
        """Return whether what was heard of a command can go on; OTHER is the answer to all trouble."""
        try:
            return await self._judge(text)
        except Exception as err:  # noqa: BLE001 - whatever it is, nobody knows then, and the command goes on
            _LOGGER.debug("cannot tell whether a command can go on: %s", printable(repr(err)))
            return Verdict.OTHER

    async def understands(self, text: str, *, exactly: bool = False) -> bool:
        """Return whether it is a command of this home, or starts an automation; False is the answer to all trouble.

        With `exactly`, a sentence with free text is none: there nothing says that it was heard rightly.
        """
        try:
            return await self._understands(text, exactly=exactly)
        except Exception as err:  # noqa: BLE001 - as above
            _LOGGER.debug("cannot tell whether a command is understood: %s", printable(repr(err)))
            return False

    async def warm_up(self) -> None:
        """Have all made that the first command takes; where it is there, that takes some milliseconds, in a thread.

        For a text that fits nowhere, all sentences are gone through.
        """
        await self.judge("x")

    async def _judge(self, text: str) -> Verdict:
        verdict = await self._judge_sentence(text)
        if verdict is not Verdict.OTHER or not self._joins:
            return verdict
        ends = ends_of(text)
        if ends is None or not await self._understands(ends[0]):
            return verdict
        return Verdict.BEGUN if await self._judge_sentence(ends[1]) is Verdict.BEGUN else verdict

    async def _judge_sentence(self, text: str) -> Verdict:
        # Not at the top: who has no assistants need not have what these import.
        from .grammar import judge  # noqa: PLC0415
        from .inside import async_grammar  # noqa: PLC0415

        grammar = await async_grammar(self._agent, self._said(text))
        match, started = await self._understood(text)
        if grammar is None or (match is not None and self._is_taken(match) and not started):
            return Verdict.OTHER
        return await self._hass.async_add_executor_job(partial(judge, text, grammar, match, triggered=bool(started)))

    async def _understands(self, text: str, *, exactly: bool = False) -> bool:
        match, started = await self._understood(text)
        if not started and match is not None and not self._is_taken(match):
            started = [match]
        return bool(started) and not (exactly and any(map(_has_free_text, started)))

    async def _understood(self, text: str) -> tuple[RecognizeResult | None, list[RecognizeResult]]:
        """Return which sentence Home Assistant finds a text to be, in a thread, and those that start automations."""
        said = self._said(text)
        match = await self._agent.async_recognize_intent(said, strict_intents_only=True)
        started = await self._agent.async_recognize_sentence_trigger(said)
        return match, list(started.matched_triggers.values()) if started is not None else []

    def _is_taken(self, match: RecognizeResult) -> bool:
        return match.intent.name in self._assistant.taken

    def _said(self, text: str) -> ConversationInput:
        from homeassistant.components.conversation import ConversationInput  # noqa: PLC0415 - as above

        return ConversationInput(
            text=text,
            context=Context(),
            conversation_id=None,
            device_id=self._assistant.device_id,
            satellite_id=self._assistant.satellite_id,
            language=self._assistant.language,
            agent_id=self._assistant.agent_id,
        )


def ends_of(text: str) -> tuple[str, str] | None:
    """Return the first and the last of the commands that a text joins; None if it joins none.

    The last is empty where the text ends with the word that joins.
    """
    commands = _JOINING.split(text)
    return (commands[0], commands[-1]) if len(commands) > 1 and commands[0].strip() else None


def _has_free_text(match: RecognizeResult) -> bool:
    return any(slot.is_wildcard for slot in match.entities_list)


async def async_find(hass: HomeAssistant, stt_entity_id: str, language: str) -> Sentences | None:
    """Return the sentences of the command that is now spoken to a recognizer, in a language; None if it must not know.

    To be called in the context of the assistant's run, when it begins to listen. Does not raise.
    """
    try:
        assistant = async_permitted(hass, stt_entity_id)
        if assistant is None or language_of(language) != language_of(assistant.language):
            return None
        sentences = async_sentences(hass, assistant)
    except Exception as err:  # noqa: BLE001 - as above
        _LOGGER.debug("cannot tell which assistant listens: %s", printable(repr(err)))
        return None
    if sentences is not None:
        # Names may have changed since the last command. While this one is spoken there is time enough for that.
        hass.async_create_background_task(sentences.warm_up(), f"warm up the sentences for {stt_entity_id}")
    return sentences


@callback
def async_sentences(hass: HomeAssistant, assistant: Assistant) -> Sentences | None:
    """Return the sentences of an assistant; None if Home Assistant knows none in its language. Raises whatever."""
    # Not at the top, as above.
    from homeassistant.components.conversation import async_get_agent  # noqa: PLC0415
    from homeassistant.components.conversation.default_agent import DefaultAgent  # noqa: PLC0415

    agent = async_get_agent(hass)
    if not isinstance(agent, DefaultAgent) or not matches(assistant.language, agent.supported_languages):
        return None
    return Sentences(hass, agent, assistant)


@callback
def async_warm_up(hass: HomeAssistant, stt_entity_id: str) -> CALLBACK_TYPE:
    """Have what a recognizer's assistants understand loaded once Home Assistant has started. Return how to stop it."""

    async def warm_up(hass: HomeAssistant) -> None:
        try:
            by_language = {assistant.language: assistant for assistant in async_local_first(hass, stt_entity_id)}
            for assistant in by_language.values():
                if (sentences := async_sentences(hass, assistant)) is not None:
                    await sentences.warm_up()
        except Exception as err:  # noqa: BLE001 - whatever it is, the first command will be slower
            _LOGGER.debug("cannot load the sentences of %s: %s", stt_entity_id, printable(repr(err)))

    task: asyncio.Task[None] | None = None

    @callback
    def begin(hass: HomeAssistant) -> None:
        nonlocal task
        task = hass.async_create_background_task(warm_up(hass), f"load the sentences for {stt_entity_id}")

    waits_no_more = async_at_started(hass, begin)

    @callback
    def end() -> None:
        waits_no_more()
        if task is not None:
            task.cancel()

    return end
