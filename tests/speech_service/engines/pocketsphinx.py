"""A real recogniser for English: pocketsphinx with a language model built from the phrases it is given.

The vocabulary is that of the phrases alone: those of the service (its "--phrases") and those of the turn's phrase
list, so that biasing is visible. It hears such phrases well, and other sentences made of their words fairly; anything
else it takes for something it knows. Words that its dictionary does not have are left out. Without any phrase it uses
pocketsphinx's own general model, which hears home commands badly.

Decoding costs about a twentieth of the audio's time and is done in worker threads.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
import re
from tempfile import TemporaryDirectory
from typing import Final

from pocketsphinx import Decoder, Vad, get_model_path  # type: ignore[import-untyped]  # it has no types

from ..options import Mode, TurnOptions
from ..text import Written, spell_numbers
from ..wav import BYTES_PER_SECOND, SAMPLE_RATE, from_seconds, ticks
from . import Finding, Hypothesis, Phrase, SpeechStart, Status, Word
from .language_model import write_arpa

HYPOTHESIS_INTERVAL: Final = 0.3
"""Seconds of audio between hypotheses."""
END_SILENCE: Final = 0.5
"""Seconds of silence that end a phrase, if the turn does not say."""
INITIAL_SILENCE: Final = {Mode.INTERACTIVE: 5.0, Mode.CONVERSATION: 15.0, Mode.DICTATION: 15.0}
"""Seconds of silence that are answered with InitialSilenceTimeout, if the turn does not say."""

_FRAME: Final = 0.03
"""Seconds of a frame of voice activity detection."""
_FRAME_SIZE: Final = round(_FRAME * BYTES_PER_SECOND)
_START_FRAMES: Final = 10
_START_VOICED: Final = 6
"""Speech begins where so many of the last frames are voiced; the frames before are decoded too."""
_END_VOICED: Final = 0.1
"""Speech ends where no greater share of the last frames is voiced."""
_FRAMES_PER_SECOND: Final = 100
"""The decoder's own frames, in which it gives the positions of words."""
_MAX_IDLE_DECODERS: Final = 4
"""Decoders kept for the next turn: 30 MB each, and half a second to make."""

_Vocabulary = tuple[str, ...]


class Pocketsphinx:
    """Makes recognitions, and keeps decoders from one turn to the next."""

    def __init__(self, phrases: Iterable[str] = ()) -> None:
        """Take the phrases that every turn may hear, and make a first decoder."""
        self._phrases = tuple(phrase for phrase in phrases if phrase.strip())
        self._idle: deque[tuple[_Vocabulary, Decoder]] = deque(maxlen=_MAX_IDLE_DECODERS)
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pocketsphinx")
        self.give_back(self._phrases, make_decoder(self._phrases))

    def begin(self, options: TurnOptions) -> PocketsphinxRecognition:
        """Begin a turn's recognition."""
        return PocketsphinxRecognition(self, self._workers, self._phrases + options.phrases, options)

    def close(self) -> None:
        """End the worker threads."""
        self._workers.shutdown()

    def take(self, phrases: _Vocabulary) -> Decoder:
        """Return an idle decoder for a vocabulary, or a new one. Takes a while."""
        for entry in list(self._idle):
            if entry[0] == phrases:
                self._idle.remove(entry)
                return entry[1]
        return make_decoder(phrases)

    def give_back(self, phrases: _Vocabulary, decoder: Decoder) -> None:
        """Keep a decoder for a later turn."""
        self._idle.append((phrases, decoder))


def make_decoder(phrases: Sequence[str]) -> Decoder:
    """Return a decoder that knows the words of some phrases (none: pocketsphinx's general model)."""
    if not phrases:
        return Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")
    dictionary = _pronunciations()
    sentences = [[word for word in spell_numbers(phrase).split() if word in dictionary] for phrase in phrases]
    words = sorted({word for sentence in sentences for word in sentence})
    with TemporaryDirectory() as folder:
        model, pronunciations = Path(folder, "phrases.arpa"), Path(folder, "phrases.dict")
        model.write_text(write_arpa(sentence for sentence in sentences if sentence))
        pronunciations.write_text("".join(line for word in words for line in dictionary[word]))
        return Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", fwdflat=False, lm=str(model), dict=str(pronunciations))


@cache
def _pronunciations() -> dict[str, list[str]]:
    """Return the dictionary's lines for every word; a word may have several, marked "word(2)"."""
    lines: dict[str, list[str]] = {}
    with Path(get_model_path("en-us/cmudict-en-us.dict")).open() as file:
        for line in file:
            name = line.partition(" ")[0]
            lines.setdefault(re.sub(r"\(\d+\)$", "", name), []).append(line)
    return lines


class PocketsphinxRecognition:
    """The recognition of one turn: finds speech in the audio by voice activity, and decodes it as it comes."""

    def __init__(
        self,
        engine: Pocketsphinx,
        workers: ThreadPoolExecutor,
        phrases: _Vocabulary,
        options: TurnOptions,
    ) -> None:
        """Begin in silence; the decoder is got when audio comes."""
        self._engine = engine
        self._workers = workers
        self._phrases = phrases
        self._options = options
        self._initial_silence = options.initial_silence or INITIAL_SILENCE[options.mode]
        end_frames = round((options.end_silence or END_SILENCE) / _FRAME)
        self._voiced: deque[bool] = deque(maxlen=max(end_frames, _START_FRAMES))
        self._end_frames = end_frames
        self._before: deque[bytes] = deque(maxlen=_START_FRAMES)
        self._vad = Vad(sample_rate=SAMPLE_RATE, frame_length=_FRAME)
        self._decoder: Decoder | None = None
        self._rest = b""
        self._position = 0
        self._speaking = False
        self._start = 0
        self._last_voiced = 0
        self._silence_start = 0
        self._told = 0
        self._text = ""

    async def hear(self, audio: bytes) -> list[Finding]:
        """Decode more audio."""
        return await self._work(self._hear, audio)

    async def conclude(self) -> list[Finding]:
        """End the phrase that has begun."""
        return await self._work(self._conclude)

    async def close(self) -> None:
        """Give the decoder back, once a worker has done with it."""
        await asyncio.shield(self._work(self._close))

    def _work[*Ts, T](self, function: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        return asyncio.get_running_loop().run_in_executor(self._workers, function, *args)

    # --- in a worker thread, one call at a time

    def _close(self) -> None:
        if self._decoder is not None:
            if self._speaking:
                self._decoder.end_utt()
            self._engine.give_back(self._phrases, self._decoder)
            self._decoder = None

    def _hear(self, audio: bytes) -> list[Finding]:
        if self._decoder is None:
            self._decoder = self._engine.take(self._phrases)
        data = self._rest + audio
        found: list[Finding] = []
        for at in range(0, len(data) - _FRAME_SIZE + 1, _FRAME_SIZE):
            found += self._hear_frame(self._decoder, data[at : at + _FRAME_SIZE])
        self._rest = data[len(data) // _FRAME_SIZE * _FRAME_SIZE :]
        return found

    def _hear_frame(self, decoder: Decoder, frame: bytes) -> list[Finding]:
        self._position += len(frame)
        voiced = self._vad.is_speech(frame)
        self._voiced.append(voiced)
        if voiced:
            self._last_voiced = self._position
        if not self._speaking:
            self._before.append(frame)
            if sum(list(self._voiced)[-_START_FRAMES:]) >= _START_VOICED:
                return self._begin_speech(decoder)
            return self._notice_silence()
        decoder.process_raw(frame)
        if self._position - self._start >= self._end_frames * _FRAME_SIZE:
            share = sum(list(self._voiced)[-self._end_frames :]) / self._end_frames
            if share <= _END_VOICED:
                return [self._end_speech(decoder)]
        if self._position - self._told >= HYPOTHESIS_INTERVAL * BYTES_PER_SECOND:
            self._told = self._position
            return self._guess(decoder)
        return []

    def _begin_speech(self, decoder: Decoder) -> list[Finding]:
        self._speaking = True
        self._start = self._told = self._position - len(self._before) * _FRAME_SIZE
        self._text = ""
        decoder.start_utt()
        decoder.process_raw(b"".join(self._before))
        self._before.clear()
        return [SpeechStart(ticks(self._start))]

    def _notice_silence(self) -> list[Finding]:
        if self._position - self._silence_start < self._initial_silence * BYTES_PER_SECOND:
            return []
        start, self._silence_start = self._silence_start, self._position
        return [
            Phrase(
                offset=ticks(start),
                duration=ticks(self._position) - ticks(start),
                status=Status.INITIAL_SILENCE_TIMEOUT,
            ),
        ]

    def _guess(self, decoder: Decoder) -> list[Finding]:
        hypothesis = decoder.hyp()
        if hypothesis is None or hypothesis.hypstr in ("", self._text):
            return []
        self._text = hypothesis.hypstr
        return [
            Hypothesis(
                text=self._text,
                offset=ticks(self._start),
                duration=ticks(self._position) - ticks(self._start),
                language=self._options.languages[0],
            ),
        ]

    def _end_speech(self, decoder: Decoder) -> Finding:
        decoder.end_utt()
        self._speaking = False
        self._silence_start = self._position
        self._voiced.clear()
        offset, duration = ticks(self._start), ticks(self._last_voiced) - ticks(self._start)
        hypothesis = decoder.hyp()
        if hypothesis is None or not hypothesis.hypstr:
            return Phrase(offset=offset, duration=duration, status=Status.NO_MATCH)
        written = Written.from_lexical(hypothesis.hypstr)
        return Phrase(
            display=written.display,
            lexical=written.lexical,
            itn=written.itn,
            offset=offset,
            duration=duration,
            language=self._options.languages[0],
            confidence=round(min(max(decoder.logmath.exp(hypothesis.prob), 0.0), 1.0), 4),
            words=tuple(self._words(decoder, offset)),
        )

    def _words(self, decoder: Decoder, offset: int) -> Iterable[Word]:
        for segment in decoder.seg() or ():
            word = re.sub(r"\(\d+\)$", "", segment.word)
            if word.startswith(("<", "[", "+")):
                continue  # silence and noise
            start = from_seconds(segment.start_frame / _FRAMES_PER_SECOND)
            end = from_seconds((segment.end_frame + 1) / _FRAMES_PER_SECOND)
            yield Word(text=word, offset=offset + start, duration=end - start)

    def _conclude(self) -> list[Finding]:
        if not self._speaking:
            # Speech too short for the detector may still be a word ("stop").
            if self._decoder is None or not any(self._voiced) or not self._before:
                return []
            found = self._begin_speech(self._decoder)
        else:
            found = []
        assert self._decoder is not None
        if rest := self._rest[: len(self._rest) // 2 * 2]:
            self._decoder.process_raw(rest)
            self._position += len(rest)
        self._rest = b""
        return [*found, self._end_speech(self._decoder)]
