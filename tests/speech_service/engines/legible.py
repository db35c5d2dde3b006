"""An engine that reads what is written in the audio, so that audio lost, repeated or displaced shows in the text.

`speak` writes a text as PCM: each character is a stretch of one constant sample value, the sign changing from one
character to the next, so that doubled letters stay two; silence is zeros. The engine reads it back: a phrase ends
where a pause is long enough. A character that is cut off is missing or doubled in the transcript, and audio that
is shifted by a byte comes out as replacement characters. Unlike a script it does not depend on where a turn
begins: a client that replays audio on a new connection is recognised by what it replays.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import Final

import numpy as np

from ..options import Mode, TurnOptions
from ..text import Written
from ..wav import BYTES_PER_SECOND, SAMPLE_RATE, from_seconds, ticks
from . import Finding, Hypothesis, Phrase, SpeechStart, Status, Word

CHARACTER: Final = 0.02
"""Seconds of audio for a character."""
END_SILENCE: Final = 0.5
"""Seconds of silence that end a phrase, if the turn does not say."""
INITIAL_SILENCE: Final = {Mode.INTERACTIVE: 5.0, Mode.CONVERSATION: 15.0, Mode.DICTATION: 15.0}
"""Seconds of silence that are answered with InitialSilenceTimeout, if the turn does not say."""
NEARLY: Final = 0.9
"""From this part of its longest time on, a phrase ends with any pause."""
HYPOTHESIS_INTERVAL: Final = 0.3
"""Seconds of speech between hypotheses."""

MAX_SPEAKER: Final = 7
"""What is written in the lowest bits of a sample: audio shifted by a byte has more there."""

_STEP: Final = 64
_LANGUAGE_END: Final = "\x1f"
_LATIN_END: Final = 0x200
_UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"


def speak(
    text: str, *, language: str = "", speaker: int = 0, character: float = CHARACTER, rate: int = SAMPLE_RATE
) -> bytes:
    """Return PCM that says a text.

    `language` is what language identification is to find. Speakers are numbers up to MAX_SPEAKER, and 0 is nobody in
    particular; every sample has them, so that who begins to listen amid a sentence can tell, too.
    """
    samples = array("h")
    said = f"{language}{_LANGUAGE_END}{text}" if language else text
    for index, letter in enumerate(said):
        value = (ord(letter) * _STEP + speaker) * (1 if index % 2 == 0 else -1)
        samples.extend([value] * round(character * rate))
    return samples.tobytes()


def writable(text: str) -> str:
    """Return a text that `speak` can write: letters beyond Latin ones come out as question marks."""
    return "".join(letter if ord(letter) < _LATIN_END else "?" for letter in text)


def silence(seconds: float, rate: int = SAMPLE_RATE) -> bytes:
    """Return PCM of silence."""
    return bytes(2 * round(seconds * rate))


def read(pcm: bytes, *, character: float = CHARACTER, rate: int = SAMPLE_RATE) -> str:
    """Return the text that `speak` wrote into PCM, without its silence.

    What is not as long as it was written comes out as a replacement character, and so does half a sample.
    """
    length = round(character * rate)
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], np.int16)
    starts = [0, *(np.flatnonzero(np.diff(samples)) + 1).tolist()] if len(samples) else []
    text = ""
    for start, end in pairwise([*starts, len(samples)]):
        code, rest = divmod(abs(int(samples[start])), _STEP)
        count, torn = divmod(end - start, length)  # where one text ends and the next begins, letters may be alike
        if code or rest:
            text += chr(code) * count if rest == torn == 0 else _UNREADABLE
    return text + _UNREADABLE * (len(pcm) % 2)


class Legible:
    """Reads what `speak` wrote."""

    def begin(self, options: TurnOptions) -> LegibleRecognition:
        """Begin to read a turn's audio."""
        return LegibleRecognition(options)

    def close(self) -> None:
        """Nothing is held."""


class LegibleRecognition:
    """The reading of one turn. All positions are in bytes."""

    def __init__(self, options: TurnOptions) -> None:
        """Begin in silence."""
        self._options = options
        self._end_silence = options.end_silence or END_SILENCE
        self._initial_silence = options.initial_silence or INITIAL_SILENCE[options.mode]
        self._rest = b""
        self._position = 0
        self._value = 0
        self._text = ""
        self._speaker = ""
        self._start = 0
        self._end = 0
        self._silence_start = 0
        self._told = 0

    async def hear(self, audio: bytes) -> list[Finding]:
        """Read more."""
        data = self._rest + audio
        even = len(data) // 2 * 2
        self._rest = data[even:]
        found: list[Finding] = []
        samples = np.frombuffer(data[:even], np.int16)
        starts = [0, *(np.flatnonzero(np.diff(samples)) + 1).tolist()] if even else []
        for start, end in pairwise([*starts, len(samples)]):
            value, size = int(samples[start]), 2 * (end - start)
            if value:
                found += self._hear_character(value, size)
            else:
                found += self._hear_silence(size)
            self._value = value
        return found

    async def conclude(self) -> list[Finding]:
        """End the phrase that has begun."""
        return [self._phrase()] if self._text else []

    async def close(self) -> None:
        """Nothing is held."""

    def _hear_character(self, value: int, size: int) -> list[Finding]:
        found: list[Finding] = []
        if not self._text:
            self._start = self._told = self._position
            found.append(SpeechStart(ticks(self._position)))
        if value != self._value:
            code, rest = divmod(abs(value), _STEP)
            self._text += chr(code) if rest <= MAX_SPEAKER else _UNREADABLE
            self._speaker = str(rest or "")
        self._position += size
        self._end = self._position
        if self._position - self._told >= HYPOTHESIS_INTERVAL * BYTES_PER_SECOND:
            self._told = self._position
            found += self._guess()
        return found

    def _guess(self) -> list[Finding]:
        """Return a hypothesis of the words that are whole, if there are any."""
        language, text = self._said()
        words = Written.from_display(text.rpartition(" ")[0]).lexical
        if not words:
            return []
        duration = ticks(self._position) - ticks(self._start)
        offset = ticks(self._start)
        return [Hypothesis(text=words, offset=offset, duration=duration, language=language, speaker=self._speaker)]

    def _hear_silence(self, size: int) -> list[Finding]:
        self._position += size
        if self._text:
            pause = self._position - self._end
            return [self._phrase()] if self._is_long or pause >= self._end_silence * BYTES_PER_SECOND else []
        if self._position - self._silence_start < self._initial_silence * BYTES_PER_SECOND:
            return []
        start, self._silence_start = self._silence_start, self._position
        return [
            Phrase(
                offset=ticks(start),
                duration=from_seconds(self._initial_silence),
                status=Status.INITIAL_SILENCE_TIMEOUT,
            ),
        ]

    @property
    def _is_long(self) -> bool:
        """Whether a phrase is so long that it ends with any pause, as the SDKs' documentation says of the service."""
        longest = self._options.longest_phrase
        return longest is not None and self._position - self._start >= NEARLY * longest * BYTES_PER_SECOND

    def _said(self) -> tuple[str, str]:
        """Return the language and the text so far."""
        language, mark, text = self._text.partition(_LANGUAGE_END)
        return (language, text) if mark else (self._options.languages[0], self._text)

    def _phrase(self) -> Phrase:
        language, text = self._said()
        self._text = ""
        self._value = 0
        self._silence_start = self._position
        written = Written.from_display(text)
        words = written.lexical.split()
        offset, duration = ticks(self._start), ticks(self._end) - ticks(self._start)
        length = duration // max(len(words), 1)
        return Phrase(
            display=written.display,
            lexical=written.lexical,
            itn=written.itn,
            offset=offset,
            duration=duration,
            language=language,
            speaker=self._speaker,
            words=tuple(
                Word(text=word, offset=offset + index * length, duration=length) for index, word in enumerate(words)
            ),
        )
