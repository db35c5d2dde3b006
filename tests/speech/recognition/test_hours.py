"""A recording of four hours: every word once, at its time, by who said it; and what is kept of it stays small.

The service is a model without a socket, which reads the words in the audio that it is sent: a word is a stretch of one
sample value, its number. It ends a phrase at a pause, and never while somebody talks on; every ten minutes it closes
the connection, as Microsoft's does.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice, pairwise
import json
from typing import Any, Final

import numpy as np

from custom_components.azure_speech_live.speech import ConnectionFailedError, Mode, Phrase, RecognitionOptions
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE
from custom_components.azure_speech_live.speech.recognition.long_speech import GRACE, SOUGHT
from custom_components.azure_speech_live.speech.recognition.utterance import MAX_UNSENT, Utterance
from custom_components.azure_speech_live.speech.wire.messages import Message

from ..model import ticks

HOURS: Final = 4
LONGEST: Final = 30.0
CONNECTION: Final = 600.0
WORD: Final = 14_000
"""Bytes of a word, some 0.44 s."""
GAP: Final = 2_000
"""Bytes between two words, some 0.06 s, in which nobody takes breath."""
PAUSE: Final = 2 * BYTES_PER_SECOND
"""Bytes behind what one person says. A half of it ends a phrase."""
TURNS: Final = (5, 300, 1, 40, 12, 75)
"""Words that one says before somebody else does: 300 are two minutes and a half."""
QUIET: Final = bytes(PAUSE // 2)
SPEAKERS: Final = ("Guest-1", "Guest-2", "Guest-3")
WALL: Final = datetime(2026, 11, 30, tzinfo=UTC)
UNKNOWN: Final = 3
"""Phrases at the start of which the service does not know who said them."""


@dataclass
class Talk:
    """What is said, and when."""

    words: list[tuple[float, str]] = field(default_factory=list)
    """The start of each word, in seconds, and who says it; its number is its place, from 1 on."""

    def __iter__(self) -> Iterator[bytes]:
        """Give the audio in frames, as much as HOURS need, and a word's end at least."""
        rest, position, numbers = b"", 0, iter(range(1, 1 << 15))
        for count, speaker in zip(cycle(TURNS), cycle(SPEAKERS), strict=False):
            if position >= HOURS * 3600 * BYTES_PER_SECOND:
                break
            for number in islice(numbers, count):
                self.words.append((position / BYTES_PER_SECOND, speaker))
                piece = array("h", [number]).tobytes() * (WORD // 2) + bytes(GAP)
                rest += piece
                position += len(piece)
                while len(rest) >= FRAME_SIZE:
                    yield rest[:FRAME_SIZE]
                    rest = rest[FRAME_SIZE:]
            rest += bytes(PAUSE)
            position += PAUSE
        yield rest


class Service:
    """One turn as the service has it. Positions are bytes of the turn's audio."""

    def __init__(self, request_id: str, talk: Talk, named: list[int]) -> None:
        self._request_id = request_id
        self._talk = talk
        self._named = named
        """The numbers of all phrases that were told, over all turns."""
        self._audio = bytearray()
        self._covered = 0
        """What of it is not in ``_audio`` any more."""
        self._told = 0

    @property
    def _end(self) -> int:
        return self._covered + len(self._audio)

    def take(self, frame: bytes) -> Iterator[Message]:
        """Take audio, and answer."""
        self._audio += frame
        if not frame:
            yield from self._phrase(self._end)
            yield self._says("speech.phrase", {"RecognitionStatus": "EndOfDictation", "Offset": ticks(self._end)})
            yield self._says("turn.end", {})
        elif self._audio.endswith(QUIET):
            yield from self._phrase(self._end - PAUSE // 2)
        elif self._end - self._told >= BYTES_PER_SECOND:
            self._told = self._end
            spoken = len(self._audio) - len(self._audio.lstrip(b"\0")) & ~1
            times = {"Offset": ticks(self._covered + spoken), "Duration": ticks(len(self._audio) - spoken)}
            yield self._says("speech.hypothesis", {"Text": "and so on", **times})

    def _phrase(self, end: int) -> Iterator[Message]:
        samples = np.frombuffer(bytes(self._audio[: end - self._covered]), np.int16)
        edges = np.flatnonzero(np.diff(samples, prepend=0, append=0))
        heard = [(int(samples[start]), int(start), int(stop)) for start, stop in pairwise(edges) if samples[start]]
        if heard:
            words = [
                {"Word": f"{n}" if stop - start == WORD // 2 else f"{n}(cut)", "Offset": self._at(start), "Duration": 1}
                for n, start, stop in heard
            ]
            text = " ".join(str(word["Word"]) for word in words)
            self._named.append(heard[0][0])
            speaker = self._talk.words[heard[0][0] - 1][1] if len(self._named) > UNKNOWN else "Unknown"
            times = {"Offset": self._at(heard[0][1]), "Duration": self._at(heard[-1][2]) - self._at(heard[0][1])}
            best = {"Display": text, "Words": words}
            body = {"DisplayText": text, "RecognitionStatus": "Success", "SpeakerId": speaker, "NBest": [best]}
            yield self._says("speech.phrase", body | times)
        del self._audio[: end - self._covered]
        self._covered = self._told = end

    def _at(self, sample: int) -> int:
        return ticks(self._covered + 2 * sample)

    def _says(self, path: str, body: dict[str, Any]) -> Message:
        return Message(path, json.dumps(body), self._request_id, headers={"path": path})


class Recording:
    """The whole of it, as the flow carries it."""

    def __init__(self) -> None:
        """Begin before the first audio."""
        options = RecognitionOptions(
            mode=Mode.CONVERSATION, speakers=True, word_times=True, longest_phrase=LONGEST, limit=(HOURS + 1) * 3600
        )
        self.now = self._opened = 1000.0
        self.talk = Talk()
        self.phrases: list[Phrase] = []
        self.sessions: set[str] = set()
        self.offsets: list[float] = []
        """Where each turn says that its audio begins, in seconds."""
        self.connections = 1
        self.kept = 0
        """Bytes of audio that were kept at most."""
        self._named: list[int] = []
        self._utterance = Utterance(options, self.now)
        self._frames = iter(self.talk)

    def carry(self) -> None:
        """Carry it to its end."""
        utterance, service = self._utterance, None
        while not utterance.complete:
            if utterance.ended or service is None:
                service = self._begin()
            self._feed()
            while (message := utterance.next_audio(self.now)) is not None:
                assert isinstance(message.body, bytes)
                for answer in service.take(message.body):
                    utterance.receive(answer, self.now, WALL)
            self._take()
            self.now += FRAME_SIZE / BYTES_PER_SECOND / 2  # twice as fast as it was spoken
            if self.now - self._opened >= CONNECTION and not utterance.complete:
                assert utterance.failed(ConnectionFailedError("closed after ten minutes"), self.now, WALL) == 0.0
                self.connections, self._opened = self.connections + 1, self.now

    def _begin(self) -> Service:
        request_id = f"{len(self.offsets):032x}"
        *_, context, _ = self._utterance.begin(request_id, WALL)
        said = json.loads(context.body)["phraseDetection"]["speakerDiarization"]
        self.sessions.add(said["audioSessionId"])
        self.offsets.append(said["audioOffsetMs"] / 1000)
        assert abs(self.offsets[-1] - self._utterance.audio.start / BYTES_PER_SECOND) < 0.001
        return Service(request_id, self.talk, self._named)

    def _feed(self) -> None:
        utterance = self._utterance
        if not utterance.full and not utterance.audio.ended:
            if frame := next(self._frames, None):
                utterance.feed(frame, self.now)
            else:
                utterance.end_audio(self.now)
        self.kept = max(self.kept, utterance.audio.end - utterance.audio.start)

    def _take(self) -> None:
        while self._utterance.events:
            event = self._utterance.events.popleft()
            if isinstance(event, Phrase) and event.text:
                self.phrases.append(event)


def test_four_hours() -> None:
    recording = Recording()
    recording.carry()
    phrases, spoken = recording.phrases, recording.talk.words
    assert len(spoken) > 10_000
    assert " ".join(phrase.text for phrase in phrases).split() == [str(number + 1) for number in range(len(spoken))]
    for word, (start, _) in zip((word for phrase in phrases for word in phrase.words), spoken, strict=True):
        assert abs(word.offset - start) < 0.001
    for one, other in pairwise(phrases):
        assert one.offset + one.duration <= other.offset
    assert max(phrase.duration for phrase in phrases) <= LONGEST + GRACE + SOUGHT + 1
    speakers = [None] * UNKNOWN + [spoken[int(phrase.text.split()[0]) - 1][1] for phrase in phrases[UNKNOWN:]]
    assert [phrase.speaker for phrase in phrases] == speakers
    assert len(recording.sessions) == 1
    assert recording.offsets == sorted(recording.offsets)
    assert recording.connections == HOURS * 3600 / 2 // CONNECTION + 1
    assert recording.kept <= (LONGEST + GRACE + SOUGHT + MAX_UNSENT + 2) * BYTES_PER_SECOND
