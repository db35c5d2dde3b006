"""What scripts/fuzz throws bytes at: whatever a peer sends, a source gives or a person pastes.

Each target takes any bytes and raises AssertionError, or what it should not, for a finding.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import json
import math
from typing import Final

from custom_components.azure_speech_live.speech import (
    BadAudioError,
    Hypothesis,
    Mode,
    Phrase,
    ProtocolError,
    RecognitionOptions,
    RecognitionStatus,
    RiffStripper,
    SpeechError,
    TranslationOptions,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.pasted import read_endpoint, read_key, sort_out
from custom_components.azure_speech_live.speech.recognition.audio import (
    FRAME_SIZE,
    WAV_HEADER,
)
from custom_components.azure_speech_live.speech.recognition.phrases import phrase
from custom_components.azure_speech_live.speech.recognition.results import event
from custom_components.azure_speech_live.speech.recognition.utterance import (
    MAX_UNSENT,
    Utterance,
)
from custom_components.azure_speech_live.speech.wire.limits import MAX_EVENTS, MAX_SHOWN, MAX_TRANSCRIPT
from custom_components.azure_speech_live.speech.wire.messages import (
    Message,
    decode,
    json_object,
)

from .fuzz_bytes import Bytes
from .synthesis import fuzz_targets as of_synthesis

REQUEST_ID: Final = "706e4b711b70446487aa399c64abe2b7"
NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)


# --- messages


def fuzz_message(data: bytes) -> None:
    """Read any payload of a WebSocket message, and what it says."""
    payload = data[1:].decode(errors="replace") if data[:1] < b"\x80" else data[1:]
    with suppress(SpeechError):
        phrase(json_object(payload, "the answer"))
    try:
        message = decode(payload)
    except UnusableMessageError as err:
        _check_line(str(err))
        return
    _check_line(str(message))
    for translating in (False, True):
        for path in {message.path, "speech.phrase", "speech.hypothesis"}:
            try:
                said = event(Message(path, message.body), translating=translating)
            except SpeechError as err:
                _check_line(str(err))
            else:
                _check_event(said)


def _check_line(line: str) -> None:
    assert len(line) <= 2 * MAX_SHOWN
    assert line.isprintable()


def _check_event(said: object) -> None:
    if isinstance(said, Hypothesis | Phrase):
        assert len(said.text.encode()) <= 4 * MAX_TRANSCRIPT
        assert math.isfinite(said.offset + said.duration)
        assert min(said.offset, said.duration) >= 0
        if said.speaker is not None:
            _check_line(said.speaker)
        for word in said.words if isinstance(said, Phrase) else ():
            assert math.isfinite(word.offset + word.duration)
            word.text.encode()
        for language, text in said.translations.items():
            _check_line(language)
            text.encode()


# --- audio


def fuzz_riff(data: bytes) -> None:
    """Take the header off any stream: the same comes of it however it is cut."""
    source = Bytes(data)
    cuts = [source.number() for _ in range(source.number() % 8)]
    stream = source.take(1 << 20)
    rest = Bytes(stream)
    chunks = [*(rest.take(size) for size in cuts), rest.take(1 << 20)]
    whole = _strip([stream])
    assert _strip(chunks) == whole
    assert whole is None or stream.endswith(whole) or whole in stream


def _strip(chunks: Iterable[bytes]) -> bytes | None:
    stripper = RiffStripper()
    try:
        return b"".join([*(stripper.feed(chunk) for chunk in chunks), stripper.close()])
    except BadAudioError:
        return None


# --- the utterance

PATHS: Final = (
    "turn.start",
    "speech.startdetected",
    "speech.hypothesis",
    "speech.phrase",
    "speech.enddetected",
    "turn.end",
    "translation.hypothesis",
    "translation.phrase",
    "translation.synthesis",
    "translation.synthesis.end",
    "audio",
    "news",
    "translation.response",
    "speech.fragment",
    "audio.end",
)
OPTIONS: Final = (
    *(RecognitionOptions(mode=mode) for mode in Mode),
    TranslationOptions(targets=("de",), voice="de-DE-KatjaNeural"),
    TranslationOptions(targets=("de", "fr"), mode=Mode.CONVERSATION, voice="de-DE-KatjaNeural"),
    RecognitionOptions(mode=Mode.CONVERSATION, speakers=True, word_times=True, longest_phrase=20),
)
STATUSES: Final = (*RecognitionStatus, "Error", "TooManyRequests", "Nonsense")
MAX_AUDIO: Final = 500_000
"""Bytes of audio fed in one run, which would take long with more."""
MAX_STEPS: Final = 1000
"""More than it takes to send all that, as fast as it may go, on every connection that is tried."""


class Run:
    """An utterance that anything happens to, as the flow would let it."""

    def __init__(self, source: Bytes) -> None:
        """Begin an utterance of any kind."""
        self.source = source
        self.now = 1000.0
        self.utterance = Utterance(OPTIONS[source.number() % len(OPTIONS)], self.now)
        self.requests = 0
        self.fed = 0
        self.start = 0
        self.over = False
        """Whether an error was the outcome."""

    def step(self) -> None:
        """Do one of the things that can happen."""
        steps = (self.feed, self.end, self.wait, self.begin, self.send, self.receive, self.receive_anything, self.fail)
        steps[self.source.number() % len(steps)]()

    def feed(self) -> None:
        size = self.source.number(2)
        if not self.utterance.full and self.fed < MAX_AUDIO:
            self.fed += size
            # Few bytes of it are the input's, of which nothing would be left otherwise; they may be any header.
            audio = self.source.take(min(size, self.source.number())).ljust(size, b"\x01")
            with suppress(BadAudioError):
                self.utterance.feed(audio, self.now)

    def end(self) -> None:
        self.utterance.end_audio(self.now)

    def wait(self) -> None:
        self.now += self.source.number() / 10
        for _ in range(3):
            if self.utterance.complete or self.now < self.utterance.deadline:
                break
            try:
                self.utterance.check_time(self.now)
            except SpeechError as err:
                self.lose(err)
                break
        else:
            raise AssertionError("who waits would wait for ever")

    def begin(self) -> None:
        if self.utterance.ended and not self.utterance.complete:
            self.requests += 1
            try:
                *_, context, header = self.utterance.begin(REQUEST_ID, NOW, reused=self.source.number() % 4 == 0)
            except ProtocolError as err:  # the same audio was sent too often
                self.lose(err)
                return
            assert (context.path, header.body) == ("speech.context", WAV_HEADER)

    def send(self) -> None:
        for _ in range(self.source.number()):
            message = self.utterance.next_audio(self.now)
            if message is None:
                break
            assert isinstance(message.body, bytes)
            assert len(message.body) <= FRAME_SIZE
            assert len(message.body) % 2 == 0

    def receive(self) -> None:
        path = PATHS[self.source.number() % len(PATHS)]
        if path in ("audio", "translation.synthesis"):
            audio = WAV_HEADER * (self.source.number() % 2) + bytes(self.source.number())
            self.take(Message(path, audio, REQUEST_ID))
            return
        status = STATUSES[self.source.number() % len(STATUSES)]
        said = {
            "RecognitionStatus": status,
            "Text": "said",
            "DisplayText": "said",
            "Offset": self.source.number(8, signed=True),
            "Duration": self.source.number(8, signed=True),
        }
        translated = {"Translations": [{"Language": "de", "Text": "gesagt"}][: self.source.number() % 2]}
        body = {**said, "Translation": translated, "SynthesisStatus": status}
        if path == "translation.response":
            body = {("SpeechPhrase", "SpeechHypothesis")[self.source.number() % 2]: said, **translated}
        self.take(Message(path, json.dumps(body), REQUEST_ID))

    def receive_anything(self) -> None:
        payload = self.source.take(self.source.number())
        try:
            message = decode(payload if self.source.number() % 2 else payload.decode(errors="replace"))
        except SpeechError as err:
            self.lose(err)
        else:
            self.take(message)

    def take(self, message: Message) -> None:
        try:
            self.utterance.receive(message, self.now, NOW + timedelta(seconds=self.source.number(2, signed=True)))
        except SpeechError as err:
            self.lose(err)

    def fail(self) -> None:
        kinds = SpeechError.__subclasses__()
        self.lose(kinds[self.source.number() % len(kinds)]("it failed"))

    def lose(self, error: SpeechError) -> None:
        delay = self.utterance.failed(error, self.now, NOW)
        assert self.utterance.ended
        if delay is None:
            self.over = True
        else:
            self.now += delay

    def check(self) -> None:
        """Check what always holds."""
        utterance = self.utterance
        assert math.isfinite(utterance.deadline)
        assert self.start <= utterance.audio.start <= utterance.audio.end <= self.fed
        assert utterance.audio.start % 2 == utterance.audio.end % 2 == 0
        self.start = utterance.audio.start
        assert len(utterance.events) <= MAX_EVENTS + 1
        assert utterance.full or (utterance.audio.end - utterance.audio.start) <= MAX_AUDIO + (1 << 16)
        assert utterance.send_at is None or utterance.send_at <= self.now + MAX_UNSENT + MAX_AUDIO / 32_000


def fuzz_utterance(data: bytes) -> None:
    """Let anything happen to an utterance, in any order."""
    run = Run(Bytes(data))
    while run.source and not run.over:
        run.step()
        run.check()
    if not run.over and not run.utterance.complete:
        _end(run)


def _end(run: Run) -> None:
    """Let nothing more come: the utterance ends all the same."""
    for _ in range(MAX_STEPS):
        if run.over or run.utterance.complete:
            return
        run.begin()
        while run.utterance.next_audio(run.now):
            pass
        run.now = max(run.now, min(run.utterance.deadline, run.utterance.send_at or math.inf))
        run.wait()
    raise AssertionError("the utterance does not end")


# --- what a person pastes


def fuzz_pasted(data: bytes) -> None:
    """Paste anything into both fields: they are understood, or a ValueError says that they are not."""
    place, _, secret = data.decode(errors="replace").partition("\0")
    place, secret = sort_out(place, secret)
    read_key(secret)
    with suppress(ValueError):
        endpoint = read_endpoint(place)
        assert (endpoint.region is None) != (endpoint.url is None)
        for options in OPTIONS:
            for generation in endpoint.generations(options):
                assert endpoint.websocket_url(generation, options).host


# --- all


def _text(path: str, body: object) -> bytes:
    return f"\0X-RequestId:{REQUEST_ID}\r\nPath:{path}\r\n\r\n{json.dumps(body)}".encode()


def _received(path: str, seconds: float = 0.0) -> bytes:
    """Return a step in which a message comes, of so many seconds from the start."""
    ticks = round(seconds * 10_000_000)
    interim = bytes(path == "translation.response")
    return bytes([5, PATHS.index(path), 0, *bytes(8), *ticks.to_bytes(8), 1, *interim, 0, 0])


_HALF_A_SECOND: Final = bytes([0, 0x40, 0, 0])
_BEGUN_AND_SENT: Final = bytes([3, 1, 4, 9])
_ENDED_AND_SENT: Final = bytes([1, 4, 9])
_TURN_END: Final = _text("turn.end", {})[1:]

TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "message": fuzz_message,
    "riff": fuzz_riff,
    "utterance": fuzz_utterance,
    "pasted": fuzz_pasted,
    **of_synthesis.TARGETS,
}
SEEDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "message": (
        _text("turn.start", {"context": {"serviceTag": "5c0b51bb9e6f4f3d8f9f8a2f1c7d2a11"}}),
        _text("speech.hypothesis", {"Text": "it is \N{SUN WITH FACE}", "Offset": 0, "Duration": 5_000_000}),
        _text("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "What?", "Offset": 1, "Duration": 2}),
        _text("speech.phrase", {"RecognitionStatus": "Success", "NBest": [{"Confidence": 0.9, "Display": "What?"}]}),
        _text("translation.phrase", {"RecognitionStatus": "Success", "Text": "a", "Translation": {"Translations": []}}),
        _text("turn.end", {}),
        b"\x80\0\x0cPath:audio\r\n\0\0",
    ),
    "riff": (
        b"\0" + WAV_HEADER + bytes(range(16)),
        b"\x02\x07\x20" + WAV_HEADER[:36] + b"LIST\3\0\0\0abc\0data\4\0\0\0\1\2\3\4\5\6",
        b"\x01\x02RIFT",
    ),
    "utterance": (
        b"\0"
        + _HALF_A_SECOND
        + _BEGUN_AND_SENT
        + _received("speech.fragment", 0.4)
        + _received("speech.phrase", 0.5)
        + _ENDED_AND_SENT
        + _received("turn.end"),
        # A failure, a second request, and nothing more
        bytes([1, 0, 0xFF, 0xFF, 0, 3, 0, 4, 99, 7, 3, 3, 1, 4, 99, 2, 60, 2, 60]),
        bytes([2, 3, 1, 6, len(_TURN_END)]) + _TURN_END + b"\0",
        b"\3"
        + _HALF_A_SECOND
        + _BEGUN_AND_SENT
        + _received("translation.phrase", 0.5)
        + bytes([5, PATHS.index("translation.synthesis"), 1, 50, 0, 0])
        + _received("translation.synthesis.end")
        + _received("turn.end"),
        b"\4"
        + _HALF_A_SECOND
        + _BEGUN_AND_SENT
        + _received("translation.response", 0.5)
        + bytes([5, PATHS.index("audio"), 1, 50, 0, 0])
        + _received("audio.end")
        + _ENDED_AND_SENT
        + _received("turn.end"),
    ),
    "pasted": (
        b"https://[]@\0KEY 1: 0123456789abcdef0123456789abcdef",
        b'{"endpoint": "https://westeurope.api.cognitive.microsoft.com/"}\0anything',
        b'Location/Region\nWest\xc2\xa0Europe\0\xef\xbb\xbfkey1="abc"',
        b"0123456789abcdef0123456789abcdef\0wss://[::1]:5000/v1.0?a=1",
    ),
    **of_synthesis.SEEDS,
}
