"""One run of a voice assistant's pipeline through a satellite, as its events tell it: what was answered, what failed.

Home Assistant's pipeline tells errors as events, and raises others, some of them before any event. A problem is any of
them, in the pipeline's own words.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.components import tts
from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType, PipelineStage
from homeassistant.components.assist_pipeline.error import PipelineError
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..speech import printable


class Part(StrEnum):
    """What of an assistant does not work: the value that is shown, and the key of its words."""

    WAKE_WORD = "wake_word"
    SPEECH_TO_TEXT = "speech_to_text"
    CONVERSATION_AGENT = "conversation_agent"
    TEXT_TO_SPEECH = "text_to_speech"
    VOICE_ASSISTANT = "voice_assistant"
    """None of them, or not known which."""


# What is at work from an event on.
_PART_OF_EVENT: Final = {
    PipelineEventType.WAKE_WORD_START: Part.WAKE_WORD,
    PipelineEventType.STT_START: Part.SPEECH_TO_TEXT,
    PipelineEventType.INTENT_START: Part.CONVERSATION_AGENT,
    PipelineEventType.TTS_START: Part.TEXT_TO_SPEECH,
}
# By the codes' first words; see assist_pipeline/default_pipeline.py. What is not valid in a pipeline with which a
# satellite listens is its speech-to-text: there is none. And only that asks Home Assistant Cloud to authenticate.
_PART_OF_CODE: Final = {
    "wake": Part.WAKE_WORD,
    "stt": Part.SPEECH_TO_TEXT,
    "validation": Part.SPEECH_TO_TEXT,
    "cloud": Part.SPEECH_TO_TEXT,
    "intent": Part.CONVERSATION_AGENT,
    "tts": Part.TEXT_TO_SPEECH,
}
# Nobody spoke; another satellite was quicker; the pipeline was changed while it waited for the wake word.
_NO_PROBLEMS: Final = {"stt-no-text-recognized", "duplicate_wake_up_detected", "wake_word_detection_aborted"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps an assistant from answering. Two are the same if the same does not work for the same reason."""

    part: Part
    code: str
    """The pipeline's, or the kind of an exception."""
    message: str = field(compare=False)
    """The pipeline's own words."""
    unforeseen: Exception | None = field(default=None, compare=False)
    """What nobody has written words for."""

    @classmethod
    def from_event(cls, data: dict[str, Any]) -> Self | None:
        """Return what an error event tells; None if it is no problem."""
        code = data["code"]
        part = _PART_OF_CODE.get(code.partition("-")[0], Part.VOICE_ASSISTANT)
        return None if code in _NO_PROBLEMS else cls(part, code, printable(data["message"]))

    @classmethod
    def from_error(cls, error: Exception, part: Part) -> Self:
        """Return what was raised while a part was at work."""
        if isinstance(error, PipelineError):
            return cls(part, error.code, error.message)
        unforeseen = None if isinstance(error, HomeAssistantError | TimeoutError) else error
        return cls(part, type(error).__name__, str(error) or "no answer in time", unforeseen)


@dataclass(slots=True)
class AssistantRun:
    """One run, so far."""

    stage: PipelineStage
    """The one that it starts with."""
    part: Part = Part.VOICE_ASSISTANT
    """What is at work."""
    answer: str = ""
    """The text of the answer."""
    token: str | None = None
    """By which the answer's sound is found, as soon as it can be heard: with a long answer, while it is written."""
    asks_on: bool = False
    """Whether the assistant wants an answer of its own."""
    is_understood: bool = False
    """Whether there was speech."""
    problem: Problem | None = None
    """What it ended with."""
    _coming: str | None = None
    """The token, until there is something to hear."""

    @property
    def waits(self) -> bool:
        """Whether it has got no further than to wait for the wake word."""
        return self.stage is PipelineStage.WAKE_WORD and self.part in (Part.VOICE_ASSISTANT, Part.WAKE_WORD)

    def sound(self, hass: HomeAssistant) -> tts.ResultStream | None:
        """Return the sound of the answer, as soon as there is something to hear."""
        return tts.async_get_stream(hass, self.token) if self.token else None

    def note(self, event: PipelineEvent) -> None:
        """Take note of an event."""
        data: dict[str, Any] = event.data or {}
        self.part = _PART_OF_EVENT.get(event.type, self.part)
        match event.type:
            case PipelineEventType.RUN_START:
                self._coming = data.get("tts_output", {}).get("token")
            case PipelineEventType.INTENT_PROGRESS if data.get("tts_start_streaming"):
                self.token = self._coming
            case PipelineEventType.WAKE_WORD_END if not data.get("wake_word_output"):
                # An engine that has gone ends like this, and would do so again at once.
                self.problem = Problem(self.part, "wake-word-ended", "The wake word engine ended by itself")
            case PipelineEventType.STT_END:
                self.is_understood = True
            case PipelineEventType.INTENT_END:
                output = data["intent_output"]
                self.answer = output["response"]["speech"].get("plain", {}).get("speech", "").strip()
                self.asks_on = bool(output.get("continue_conversation"))
            case PipelineEventType.TTS_END:
                self.token = data["tts_output"]["token"]
            case PipelineEventType.ERROR:
                self.problem = Problem.from_event(data)

    def fail(self, error: Exception, part: Part | None = None) -> None:
        """Take note of what was raised, by what is at work if no other part is named."""
        problem = Problem.from_error(error, part or self.part)
        if self.answer:  # which Home Assistant repeats where a voice gives no sound, and is for nobody's log
            problem = replace(problem, message=problem.message.replace(self.answer, "…"))
        self.problem = replace(problem, message=printable(problem.message))
