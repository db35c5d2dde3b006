"""A model of the Speech service for tests of the utterance: no socket, no clock and no framing.

It hears words in the audio that it is given: a word is a stretch of one sample value, which is its number; a pause is
zeros. What is lost, repeated or cut on its way shows in the text. What it says and when is the test's to say.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
import json
from typing import Any

from custom_components.azure_speech_live.speech.recognition.audio import WAV_HEADER
from custom_components.azure_speech_live.speech.riff import SAMPLE_SIZE
from custom_components.azure_speech_live.speech.wire.messages import Message

TICKS_PER_SAMPLE = 625


@dataclass(frozen=True)
class Word:
    """A word and the pause behind it, in samples."""

    samples: int
    pause: int


def speak(words: Sequence[Word]) -> bytes:
    """Return audio with these words; their numbers are counted from 1."""
    audio = array("h")
    for number, word in enumerate(words, 1):
        audio.extend([number] * word.samples + [0] * word.pause)
    return audio.tobytes()


def transcript(words: Sequence[Word], start: int = 0) -> list[str]:
    """Return what is said in a part of the audio that `speak` makes, from the word with this index on."""
    return [f"w{number}" for number in range(start + 1, len(words) + 1)]


class Request:
    """One request as the service sees it. Positions are bytes of this request's audio."""

    def __init__(self, opening: Sequence[Message], words: Sequence[Word]) -> None:
        """Take what opens a request. `words` are those of the whole utterance, of which it hears a part."""
        context, header = opening
        assert context.path == "speech.context"
        assert (header.path, header.body, header.content_type) == ("audio", WAV_HEADER, "audio/x-wav")
        assert context.request_id == header.request_id
        assert context.request_id
        self.request_id = context.request_id
        self.context: dict[str, Any] = json.loads(context.body)
        self.audio = bytearray()
        self.ended = False
        self.stopped = False
        """Whether it wants no more audio."""
        self.covered = 0
        """Up to where phrases have gone."""
        self._words = words
        self._runs: list[tuple[int, int, int]] = []
        """Stretches of one sample value: the value, start and end."""

    def take(self, message: Message) -> None:
        """Take a message of audio."""
        assert (message.path, message.request_id, message.content_type) == ("audio", self.request_id, None)
        assert isinstance(message.body, bytes)
        assert not self.ended
        assert len(message.body) % SAMPLE_SIZE == 0
        self.ended = not message.body
        for value, run in groupby(array("h", message.body)):
            start = len(self.audio)
            self.audio += array("h", run).tobytes()
            if self._runs and self._runs[-1][0] == value:
                start = self._runs.pop()[1]
            self._runs.append((value, start, len(self.audio)))

    def pauses(self) -> list[tuple[int, int]]:
        """Return from where to where it is silent, behind what phrases cover."""
        found: list[tuple[int, int]] = []
        for value, start, end in self._uncovered():
            if value == 0:
                found.append((start, end))
            elif self._is_whole(value, end - start):
                found.append((end, end))
        return found

    def heard(self, end: int | None = None) -> str:
        """Return what is said between what phrases cover and a position."""
        return " ".join(
            f"w{value}" if self._is_whole(value, stop - start) else f"w{value}(cut)"
            for value, start, stop in self._uncovered(end)
            if value
        )

    def _uncovered(self, end: int | None = None) -> list[tuple[int, int, int]]:
        """Return the stretches of one value up to a position that no phrase covers: value, start and end."""
        end = len(self.audio) if end is None else end
        return [
            (value, max(start, self.covered), min(stop, end))
            for value, start, stop in self._runs
            if start < end and stop > self.covered
        ]

    def _is_whole(self, value: int, size: int) -> bool:
        return 0 < value <= len(self._words) and size == SAMPLE_SIZE * self._words[value - 1].samples

    # --- what the service says

    def says(self, path: str, body: Mapping[str, Any] | None = None) -> Message:
        """Return a message of the service."""
        return Message(path.lower(), json.dumps(body or {}), self.request_id, headers={"path": path})

    def hypothesis(self) -> Message:
        """Return what is heard so far."""
        body = {"Text": self.heard(), "Offset": ticks(self.covered), "Duration": ticks(len(self.audio) - self.covered)}
        return self.says("speech.hypothesis", body)

    def phrase(self, end: int) -> Message:
        """Return the phrase that covers all up to a position."""
        text = self.heard(end)
        body = {
            "RecognitionStatus": "Success" if text else "NoMatch",
            "DisplayText": text,
            "Offset": ticks(self.covered),
            "Duration": ticks(end - self.covered),
        }
        self.covered = end
        return self.says("speech.phrase", body)

    def end_of_dictation(self) -> Message:
        """Return what ends a conversation's phrases."""
        end = {"RecognitionStatus": "EndOfDictation", "Offset": ticks(len(self.audio)), "Duration": 0}
        return self.says("speech.phrase", end)


def ticks(size: int) -> int:
    """Return the ticks of so many bytes of audio."""
    return size // SAMPLE_SIZE * TICKS_PER_SAMPLE
