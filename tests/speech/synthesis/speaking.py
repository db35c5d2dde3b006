"""An answer and its service for tests without a socket and an event loop: the clock is an argument."""

from typing import Final
from xml.etree import ElementTree as ET

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    OutputFormat,
    SpeechError,
    SynthesisOptions,
)
from custom_components.azure_speech_live.speech.synthesis.answer import Answer
from custom_components.azure_speech_live.speech.synthesis.texts import Text
from custom_components.azure_speech_live.speech.wire.messages import Message
from tests.speech_service import ScriptedSpeaker
from tests.speech_service.engines.legible import speak, writable

from ..listener import WAV_HEADER_SIZE

RATE: Final = 16_000
OPTIONS: Final = SynthesisOptions(voice="en-US-AvaMultilingualNeural", mixed=True, output_format=OutputFormat.RAW_16KHZ)
CHARACTER: Final = 1 / 16
"""Seconds of sound for a character."""
START: Final = 1000.0
"""What the clock says at an answer's start: anything."""
LOST: Final = ConnectionFailedError("the connection was lost")


class Service:
    """An answer, and the service's side of it; the test moves the clock, and says what happens."""

    def __init__(self, *texts: Text, ended: bool = True) -> None:
        self.answer = Answer(OPTIONS, START)
        self.now = START
        self.asked: list[str] = []
        """The text of each turn that was asked for."""
        self.heard = b""
        self._unsaid = b""
        self._id = ""
        self.answer.opened(self.now)
        for text in texts:
            self.answer.feed(text, self.now)
        if ended:
            self.answer.end_text(self.now)

    def begin(self, *, reused: bool = False) -> str:
        """Let what is due be asked for; return its text."""
        assert self.answer.due_at <= self.now
        self.answer.choose(self.now)
        self._id = f"{len(self.asked):031x}f"
        context, ssml = self.answer.begin(self._id, self.now, reused=reused)
        assert (context.path, ssml.path, ssml.content_type) == ("synthesis.context", "ssml", "application/ssml+xml")
        assert context.request_id == ssml.request_id == self._id
        assert isinstance(ssml.body, str)
        text = "".join(ET.fromstring(ssml.body).itertext())  # noqa: S314 - it is ours
        self.asked.append(text)
        self._unsaid = speak(writable(text), character=CHARACTER, rate=RATE)
        return text

    def says(self, path: str, body: str | bytes = "{}", kind: str | None = None) -> None:
        """Say something in the turn that was begun last."""
        self.answer.receive(self.message(path, body, kind), self.now)
        self.take()

    def message(self, path: str, body: str | bytes = "{}", kind: str | None = None) -> Message:
        """Return a message of the turn that was begun last."""
        return Message(path, body, self._id, kind)

    def speak(self, size: int | None = None) -> None:
        """Send so many bytes of the turn's sound, or all that is left."""
        size = len(self._unsaid) if size is None else size
        piece, self._unsaid = self._unsaid[:size], self._unsaid[size:]
        self.says("audio", piece, "audio/basic")

    def turn(self) -> str:
        """Let the next turn go from its beginning to its end."""
        text = self.begin()
        self.says("turn.start")
        self.speak()
        self.says("turn.end")
        return text

    def fail(self, error: SpeechError = LOST) -> float | None:
        """Let what is under way fail."""
        delay = self.answer.failed(error, self.now)
        self.take()
        return delay

    def take(self) -> None:
        """Take the sound there is."""
        while piece := self.answer.take():
            self.heard += piece

    @property
    def text(self) -> str:
        """What is read in what was heard."""
        return ScriptedSpeaker(CHARACTER).heard(self.heard[WAV_HEADER_SIZE:], RATE)
