"""What scripts/fuzz throws bytes at of speaking: sound in any pieces, lists of voices, texts of any kind, an answer."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import groupby, pairwise
import json
import math
from typing import Final
from xml.etree import ElementTree as ET

from custom_components.azure_speech_live.speech import (
    OutputFormat,
    Phoneme,
    SpeechError,
    SynthesisOptions,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.synthesis.answer import Answer
from custom_components.azure_speech_live.speech.synthesis.formats import wav_header
from custom_components.azure_speech_live.speech.synthesis.sound import Sound
from custom_components.azure_speech_live.speech.synthesis.splitting import HEADERS, MAX_MESSAGE, parts
from custom_components.azure_speech_live.speech.synthesis.ssml import Piece, clean, document, text_of
from custom_components.azure_speech_live.speech.synthesis.voices import MAX_LISTED, MAX_NAME, parse
from custom_components.azure_speech_live.speech.wire.messages import Message, decode
from custom_components.azure_speech_live.voice.pronunciation import Pronunciations
from custom_components.azure_speech_live.voice.sentences import size
from custom_components.azure_speech_live.voice.spoken_answer import SpokenAnswer

from ..fuzz_bytes import Bytes

REQUEST_ID: Final = "706e4b711b70446487aa399c64abe2b7"
OPTIONS: Final = (
    SynthesisOptions(voice="en-US-JennyNeural", output_format=OutputFormat.RAW_16KHZ, style="chat", rate=1.5),
    SynthesisOptions(voice="en-US-AvaMultilingualNeural", output_format=OutputFormat.RAW_8KHZ, language="de-DE"),
    SynthesisOptions(voice="en-US-AvaMultilingualNeural", output_format=OutputFormat.MP3_24KHZ, mixed=True),
)


def _cut[PieceT: (str, bytes)](whole: PieceT, source: Bytes) -> list[PieceT]:
    """Return something in up to eight pieces."""
    places: list[int] = sorted(source.number(2) % (len(whole) + 1) for _ in range(source.number() % 8))
    return [whole[start:end] for start, end in pairwise([0, *places, len(whole)])]


# --- sound


def fuzz_sound(data: bytes) -> None:
    """Cut any sound of a turn: the same comes of it, in whole samples."""
    source = Bytes(data)
    options = OPTIONS[source.number() % len(OPTIONS)]
    long = bytes(source.number(2))  # silence, of which there cannot be much in the input
    begin = source.take(source.number())
    whole = wav_header(options.output_format)[: source.number() % 45] + begin + long + source.take(1 << 16)
    heard = _heard(options, [whole])
    assert _heard(options, _cut(whole, Bytes(data))) == heard
    if heard is not None and options.output_format.is_raw:
        assert len(heard) % 2 == 0


def _heard(options: SynthesisOptions, pieces: Iterable[bytes]) -> bytes | None:
    sound = Sound(options)
    sound.begin()
    try:
        return b"".join([*map(sound.feed, pieces), sound.end(), sound.begin()])
    except UnusableMessageError:
        return None


# --- voices


def fuzz_voices(data: bytes) -> None:
    """Read any list of voices: what there is in it is bounded, and can be shown."""
    with suppress(UnusableMessageError):
        for voice in parse(data):
            for listed in (voice.secondary_locales, voice.styles, voice.roles):
                assert len(listed) <= MAX_LISTED
            shown = (voice.short_name, voice.locale, voice.display_name, voice.local_name, *voice.styles, *voice.roles)
            assert all(len(each) <= MAX_NAME and each.isprintable() for each in shown)
            assert voice.short_name
            voice.spoken_as("de-DE")
            assert not voice.capabilities().prosody or not voice.is_hd


# --- text

LONG: Final = 16.0
"""Seconds of a part from which on there may be much text: else it would be thousands of parts."""


def fuzz_ssml(data: bytes) -> None:
    """Part any text: each part is well-formed and fits, and together they say all of it."""
    source = Bytes(data)
    options = OPTIONS[source.number() % len(OPTIONS)]
    longest = source.number() / 8 + 0.1
    times = 1 + 20 * source.number() if longest > LONG else 1
    text = source.take(1 << 16).decode(errors="replace")
    pieces = [_pronounced(piece) if index % 2 else piece for index, piece in enumerate(_cut(text, Bytes(data)))]
    pieces.append(("&<" + text[:9]) * times)
    said = ""
    for part in parts(pieces, options, longest):
        ssml = document(part, options)
        assert len(ssml.encode()) <= MAX_MESSAGE - HEADERS
        said += "".join(map(text_of, part))
        ET.fromstring(ssml)  # noqa: S314 - it is ours
    # Texts side by side are one: the two characters of an end of line may be in two of them.
    whole = "".join(clean("".join(map(text_of, together))) for _, together in groupby(pieces, type))
    assert said == (whole if whole.strip() else "")


def _pronounced(text: str) -> Piece:
    try:
        return Phoneme(text, "ə")
    except ValueError:
        return text


LANGUAGES: Final = ("en-US", "de-DE", "fr-FR", "zh-CN", "th-TH", "ar-EG")
PRONUNCIATIONS: Final = Pronunciations({"HACS": "hacks", "Knäckebröd": Phoneme("Knäckebröd", "knɛkəbrøt")})
LIMIT: Final = 200
"""Bytes of a sentence."""


def fuzz_spoken(data: bytes) -> None:
    """Cut any answer of an agent: the same is said, in sentences that are not too long."""
    source = Bytes(data)
    language = LANGUAGES[source.number() % len(LANGUAGES)]
    text = source.take(1 << 12).decode(errors="replace")
    whole = _said(language, [text])
    assert _said(language, _cut(text, Bytes(data))) == whole
    assert _said(language, text) == whole
    for sentence in whole:
        assert sentence
        # Its words and numbers were put right since it was parted.
        assert size("".join(map(text_of, sentence))) <= 20 * LIMIT


def _said(language: str, pieces: Iterable[str]) -> list[list[Piece]]:
    answer = SpokenAnswer(language, PRONUNCIATIONS, LIMIT)
    said = [sentence for piece in pieces for sentence in answer.add(piece)]
    return [*said, *answer.flush()]


# --- an answer

PATHS: Final = ("turn.start", "response", "audio.metadata", "turn.end", "news")
MAX_STEPS: Final = 1000
"""More than it takes to come to an end."""


class Run:
    """An answer that anything happens to, as the flow would let it."""

    def __init__(self, source: Bytes) -> None:
        """Begin an answer of any kind."""
        self.source = source
        self.now = 1000.0
        self.answer = Answer(OPTIONS[source.number() % len(OPTIONS)], self.now)
        self.open = False
        """Whether a turn is."""
        self.ended = False
        """Whether there is no more text."""
        self.over = False
        """Whether an error was the outcome."""
        self.heard = b""

    def step(self) -> None:
        """Do one of the things that can happen."""
        steps = (self.feed, self.end, self.wait, self.begin, self.speak, self.say, self.say_anything, self.fail)
        steps[self.source.number() % len(steps)]()

    def feed(self) -> None:
        if not self.ended and not self.answer.full:
            text = self.source.take(self.source.number()).decode(errors="replace")
            self.answer.feed(text * (1 + self.source.number() % 40), self.now)

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            try:
                self.answer.end_text(self.now)
            except SpeechError:
                self.over = True

    def wait(self) -> None:
        self.now += self.source.number() / 10
        for _ in range(3):
            if self.now < self.answer.deadline:
                break
            try:
                self.answer.check_time(self.now)
            except SpeechError as err:
                self.lose(err)
                break
        else:
            raise AssertionError("who waits would wait for ever")

    def begin(self) -> None:
        if self.open or self.answer.complete or self.answer.due_at > self.now:
            return
        self.answer.opened(self.now)
        self.answer.choose(self.now)
        if self.answer.ssml:
            assert len(self.answer.ssml.encode()) <= MAX_MESSAGE - HEADERS
            self.answer.begin(REQUEST_ID, self.now, reused=self.source.number() % 4 == 0)

    def speak(self) -> None:
        begin = wav_header(OPTIONS[0].output_format)[: self.source.number() % 45]
        audio = begin + self.source.take(self.source.number() % 16) + b"\1" * self.source.number(2)
        self.take(Message("audio", audio, REQUEST_ID, "audio/basic"))

    def say(self) -> None:
        kind = self.source.number() % (len(PATHS) + 1)
        if kind == len(PATHS):
            self.take(Message("audio", b"", REQUEST_ID))
            return
        told = {"Type": "SessionEnd", "Data": {"Offset": self.source.number(8, signed=True)}}
        self.take(Message(PATHS[kind], json.dumps({"Metadata": [told]}), REQUEST_ID))

    def say_anything(self) -> None:
        payload = self.source.take(self.source.number())
        try:
            message = decode(payload if self.source.number() % 2 else payload.decode(errors="replace"))
        except SpeechError as err:
            self.lose(err)
        else:
            self.take(message)

    def take(self, message: Message) -> None:
        try:
            self.answer.receive(message, self.now)
        except SpeechError as err:
            self.lose(err)

    def fail(self) -> None:
        kinds = SpeechError.__subclasses__()
        self.lose(kinds[self.source.number() % len(kinds)]("it failed"))

    def lose(self, error: SpeechError) -> None:
        try:
            delay = self.answer.failed(error, self.now)
        except SpeechError:
            delay = None
        assert self.answer.ended
        if delay is None:
            self.over = True
        else:
            self.now += delay

    def check(self) -> None:
        """Check what always holds."""
        answer = self.answer
        self.open = not answer.ended
        assert answer.ended == (answer.deadline == math.inf)
        while audio := answer.take():
            self.heard += audio
        assert not answer.crowded
        if answer.options.output_format.is_raw:
            assert self.heard.startswith(b"RIFF"[: len(self.heard)])
            assert self.over or len(self.heard) % 2 == 0


def fuzz_answer(data: bytes) -> None:
    """Let anything happen to an answer, in any order; then let nothing more come: it ends all the same."""
    run = Run(Bytes(data))
    while run.source and not run.over:
        run.step()
        run.check()
    run.end()
    for _ in range(MAX_STEPS):
        if run.over or run.answer.complete:
            return
        run.begin()
        run.check()
        run.now = max(run.now, min(run.answer.deadline, max(run.answer.due_at, run.now)))
        run.wait()
    raise AssertionError("the answer does not end")


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "sound": fuzz_sound,
    "voices": fuzz_voices,
    "ssml": fuzz_ssml,
    "spoken": fuzz_spoken,
    "answer": fuzz_answer,
}
_VOICE: Final = {"ShortName": "de-DE-KatjaNeural", "Locale": "de-DE", "StyleList": ["x"], "SampleRateHertz": "24000"}
SEEDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "sound": (
        b"\0\1\0\4abcd\0" + b"\xff\x7f" * 20,
        b"\1\0\0\0\x2c" + b"\xff\x7f" * 20 + b"\xffLIST\4\0\0\0abcd",  # amid a sample
        b"\1\0\0\0\x2c" + b"\xff\x7f" * 20 + b"LIST\4\0\0\0abcd",
    ),
    "voices": (json.dumps([_VOICE, {}, 1]).encode(), b"[[", b"{}"),
    "ssml": (b"\0\x09\0\3Hello & <you>. This is it. " + "直通。".encode(), b"\1\1\0\0\xff\0", b"\1\0\r\n"),
    "spoken": (
        b"\1**Es** sind -12,5 \xc2\xb0C. [Mehr](http://a.example/b) `x` 3. Oktober!\n\n- eins\n- zwei | drei\n",
        b"\0| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx = 1\n```\nHACS is \xf0\x9f\x98\x80 done. e.g. this...",
    ),
    "answer": (
        bytes([0, 0, 5, *b"Hello", 0, 1, 3, 1, 5, 0, 4, 44, 4, *b"abcd", 9, 0, 5, 3, *bytes(8)]),
        bytes([1, 0, 3, *b"abc", 9, 3, 0, 4, 0, 0, 1, 0, 7, 3, 1, 3, 0, 2, 255]),
    ),
}
