"""An engine that listens to recordings which it knows: where words are is known, where quiet is it hears.

A phrase ends where the audio has been quiet for as long as the turn asks, by the energy of what came, and has the words
that were spoken in it; a sound without words is a phrase without a match. So a pause within a sentence cuts it, as it
does with the real service. Recordings are known by their samples, wherever they stand in the audio: a turn may begin
amid one, and hear several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ..options import Mode, TurnOptions, base_language
from ..text import Written
from ..wav import SAMPLE_RATE, from_seconds
from . import Finding, Hypothesis, Phrase, SpeechStart, Status, Word

END_SILENCE: Final = 0.5
"""Seconds of quiet that end a phrase, if the turn does not say."""
INITIAL_SILENCE: Final = {Mode.INTERACTIVE: 5.0, Mode.CONVERSATION: 15.0, Mode.DICTATION: 15.0}
"""Seconds of quiet that are answered with InitialSilenceTimeout, if the turn does not say."""
HYPOTHESIS_INTERVAL: Final = 0.3
"""Seconds of speech between hypotheses, as the protocol page says of the service."""
LAG: Final = 0.2
"""Seconds that a hypothesis is behind the speech."""
FRAME: Final = 0.01
"""Seconds of audio whose energy is looked at."""
LOUD: Final = 130.0
"""Root mean square of the samples of a loud frame: 30 dB under the usual level of speech, which is -18 dB."""
LEAST: Final = 5
"""Loud frames out of twice as many that begin a phrase: a click does not."""

_FRAME_SAMPLES: Final = round(FRAME * SAMPLE_RATE)
_MARK: Final = 16
"""Samples by which a place in a recording is known again."""

type Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Said:
    """A word of a recording, and where it is, in seconds from the recording's start."""

    text: str
    start: float
    end: float
    speaker: str = ""
    """Who says it, by any name."""
    language: str = ""
    """In which language (BCP-47): a turn that is not for it does not hear it. Empty: in whichever."""


@dataclass(frozen=True, slots=True)
class Recording:
    """PCM, and the words in it in their order."""

    pcm: bytes
    words: tuple[Said, ...]

    @property
    def last_sound(self) -> float:
        """Return where its last word is over, in seconds: no loud frame of it is behind that."""
        loud = np.flatnonzero(loudness(np.frombuffer(self.pcm, np.int16)) >= LOUD)
        within = loud[loud * FRAME <= self.words[-1].end + LAG]
        return float(within[-1] + 1) * FRAME

    def paused(self, words: int, seconds: float) -> Recording:
        """Return it with a pause after so many words."""
        before, after = self.words[:words], self.words[words:]
        cut = 2 * round(before[-1].end * SAMPLE_RATE)
        quiet = bytes(2 * round(seconds * SAMPLE_RATE))
        later = (replace(word, start=word.start + seconds, end=word.end + seconds) for word in after)
        return Recording(self.pcm[:cut] + quiet + self.pcm[cut:], (*before, *later))

    def quieter(self, factor: float) -> Recording:
        """Return it with smaller samples, by which it is another recording."""
        return Recording((np.frombuffer(self.pcm, np.int16) * factor).astype(np.int16).tobytes(), self.words)


class Finder(Protocol):
    """Finds recordings in a turn's audio."""

    def find(self, samples: Samples, heard: int) -> Iterator[tuple[Recording, int]]:
        """Yield recordings that are found by more audio, and where each begins, in samples from the turn's start.

        The audio goes on at `heard` samples from the start; some of it may be what was looked at before, and places may
        be told again.
        """


class Known:
    """Hears recordings that it knows."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        """Learn to know them."""
        self._marks: dict[bytes, tuple[Recording, int]] = {}
        for recording in recordings:
            samples = np.frombuffer(recording.pcm, np.int16)
            for place in marks(samples):
                self._marks[samples[place : place + _MARK].tobytes()] = (recording, place)

    def begin(self, options: TurnOptions) -> KnownRecognition:
        """Begin to listen."""
        return KnownRecognition(self, options)

    def find(self, samples: Samples, heard: int) -> Iterator[tuple[Recording, int]]:
        """Find recordings by their marks."""
        for place in marks(samples):
            if found := self._marks.get(samples[place : place + _MARK].tobytes()):
                yield found[0], heard + place - found[1]

    def close(self) -> None:
        """Nothing is held."""


class KnownRecognition:
    """One turn. Places are in seconds from its start."""

    def __init__(self, finder: Finder, options: TurnOptions) -> None:
        """Begin in quiet."""
        self._finder = finder
        self._options = options
        self._end_silence = options.end_silence or END_SILENCE
        self._initial_silence = options.initial_silence or INITIAL_SILENCE[options.mode]
        self._rest = b""
        self._heard = 0
        """Samples that were looked at."""
        self._known: set[tuple[int, int]] = set()
        """Recordings that were found, and where."""
        self._coming: list[Said] = []
        """Their words that are in no phrase yet."""
        self._recent: list[float] = []
        """Where the last loud frames were, before a phrase."""
        self._start: float | None = None
        """Where the phrase began that is not over."""
        self._quiet = 0.0
        """Since when there was no loud frame in a phrase, or no phrase."""
        self._told = 0.0
        self._text = ""

    async def hear(self, audio: bytes) -> list[Finding]:
        """Take more."""
        data = self._rest + audio
        samples = np.frombuffer(data[: len(data) // 2 * 2], np.int16)
        self._recognize(samples)
        energies = loudness(samples)
        self._rest = data[2 * len(energies) * _FRAME_SAMPLES :]
        found: list[Finding] = []
        for energy in energies:
            self._heard += _FRAME_SAMPLES
            found += self._hear_loud() if energy >= LOUD else self._hear_quiet()
        return found

    async def conclude(self) -> list[Finding]:
        """End the phrase that has begun."""
        return [] if self._start is None else [self._phrase(self._start)]

    async def close(self) -> None:
        """Nothing is held."""

    @property
    def _position(self) -> float:
        return self._heard / SAMPLE_RATE

    def _recognize(self, samples: Samples) -> None:
        """Find out what is played, and which words come."""
        for recording, place in self._finder.find(samples, self._heard):
            if (known := (id(recording), place)) not in self._known:
                self._known.add(known)
                start = known[1] / SAMPLE_RATE
                words = [replace(word, start=start + word.start, end=start + word.end) for word in recording.words]
                # Two are not heard at once: what sounded like another until now was this one.
                self._coming = [word for word in self._coming if word.start < words[0].start]
                # The others were before this turn, or are in languages that it does not know.
                self._coming += [word for word in words if word.start > -FRAME and self._language(word)]

    def _hear_loud(self) -> list[Finding]:
        if self._start is None:
            begun = self._position - FRAME
            self._recent = [place for place in self._recent if begun - place < 2 * LEAST * FRAME] + [begun]
            if len(self._recent) < LEAST:
                return []
            self._start = self._told = self._recent[0]
            self._text = ""
            self._recent = []
            self._quiet = self._position
            return [SpeechStart(from_seconds(self._start))]
        self._quiet = self._position
        return self._guess(self._start)

    def _hear_quiet(self) -> list[Finding]:
        quiet = self._position - self._quiet
        if self._start is not None:
            return [self._phrase(self._start)] if quiet >= self._end_silence else self._guess(self._start)
        if quiet < self._initial_silence:
            return []
        since, self._quiet = self._quiet, self._position
        status = Status.INITIAL_SILENCE_TIMEOUT
        return [Phrase(offset=from_seconds(since), duration=from_seconds(quiet), status=status)]

    def _guess(self, start: float) -> list[Finding]:
        """Return a hypothesis, if it is time for one and it says more than the one before."""
        if self._position - self._told < HYPOTHESIS_INTERVAL:
            return []
        self._told = self._position
        words = [word for word in self._coming if word.end <= self._position - LAG]
        text = _written(words).lexical
        if text in ("", self._text):
            return []
        self._text = text
        duration = from_seconds(words[-1].end - start)
        offset, speaker = from_seconds(start), words[0].speaker
        language = self._language(words[0])
        return [Hypothesis(text=text, offset=offset, duration=duration, language=language, speaker=speaker)]

    def _phrase(self, start: float) -> Phrase:
        """Return what was said up to the quiet."""
        words = [word for word in self._coming if word.start < self._quiet - LEAST * FRAME]
        self._coming = self._coming[len(words) :]
        self._start = None
        offset, duration = from_seconds(start), from_seconds(self._quiet - start)
        if not words:
            return Phrase(offset=offset, duration=duration, status=Status.NO_MATCH)
        written = _written(words)
        return Phrase(
            display=written.display,
            lexical=written.lexical,
            itn=written.itn,
            offset=offset,
            duration=duration,
            language=self._language(words[0]),
            speaker=words[0].speaker,
            words=tuple(_placed(words)),
        )

    def _language(self, word: Said) -> str | None:
        """Return which of the turn's languages a word is in; None if it is in none of them."""
        languages = self._options.languages
        if not word.language:
            return languages[0]
        base = base_language(word.language)
        return next((language for language in languages if base_language(language) == base), None)


def loudness(samples: Samples) -> NDArray[np.float64]:
    """Return the root mean square of each whole frame of some samples."""
    whole = samples[: len(samples) // _FRAME_SAMPLES * _FRAME_SAMPLES].astype(np.float64)
    return np.asarray(np.sqrt(np.mean(whole.reshape(-1, _FRAME_SAMPLES) ** 2, axis=1)))


def marks(samples: Samples) -> list[int]:
    """Return places that can be known again: loud ones, a hundred a second, which their samples choose."""
    if len(samples) < _MARK:
        return []
    wide = samples[: len(samples) - _MARK + 1].astype(np.int64)
    mixed = wide[:-2] * 31 + wide[1:-1] * 17 + wide[2:]
    return [int(place) for place in np.flatnonzero((mixed % 128 == 1) & (np.abs(wide[:-2]) > LOUD))]


def _written(words: Sequence[Said]) -> Written:
    """Return what words say, which are lexical or as displayed."""
    text = " ".join(word.text for word in words)
    displayed = Written.from_display(text)
    return Written.from_lexical(text) if displayed.lexical == text else displayed


def _placed(words: Sequence[Said]) -> Iterator[Word]:
    for word in words:
        text = Written.from_display(word.text).lexical
        yield Word(text=text, offset=from_seconds(word.start), duration=from_seconds(word.end - word.start))
