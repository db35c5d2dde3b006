"""Knows recordings by how they sound, as a browser gives them: played aloud, resampled, louder or softer.

No sample is what it was. But the spectrum goes the same way in time, and that is compared: a short stretch of the audio
with every stretch of every recording, by the correlation of the logarithms of their bands' energies, each about its own
mean, so that neither the volume nor the colour of a device counts. It is no recogniser: who says the same words in
another voice, or another speed, is not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ..options import TurnOptions
from ..wav import SAMPLE_RATE
from .known import LOUD, KnownRecognition, Recording, Samples

HOP: Final = SAMPLE_RATE // 50
"""Samples from a frame to the next."""
STRETCH: Final = 24
"""Frames that are compared: half a second."""
ALIKE: Final = 0.9
"""The least correlation of what is the same, which has 0.94 as an MP3; of what is not, a hundredth has as much."""

STILL_ALIKE: Final = 0.7
"""The least correlation with what goes on."""

_WINDOW: Final = 2 * HOP
_EVERY: Final = 4
"""Frames from a comparison to the next."""
_BANDS: Final = np.geomspace(200, 4000, 19)
"""Edges (Hz): telephones have these, and so has every codec."""
_FLOOR: Final = LOUD**2 * _WINDOW / 8
"""Energy that counts as none: what is under it is as silence is."""
_MOSTLY: Final = STRETCH * 3 // 4
"""Loud frames of a stretch that is looked at: silence is alike in all recordings."""

_NOTHING: Final = 1e-9
"""What is added to energies, that may be none."""

type Spectra = NDArray[np.float64]


class BySound:
    """Hears recordings that it knows, wherever they come from."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        """Learn to know them."""
        self._places: list[tuple[Recording, int]] = []
        """Of each stretch: the recording, and where it begins in it, in samples. They are in the recordings' order."""
        self._first: dict[int, int] = {}
        """Which is at the beginning of a recording."""
        every: list[Spectra] = []
        for recording in recordings:
            # With silence before it, so that no stretch is of two recordings.
            pcm = bytes(2 * HOP * STRETCH) + recording.pcm
            every.append(spectra(np.frombuffer(pcm, np.int16)))
            self._first[id(recording)] = len(self._places) + STRETCH
            self._places += [(recording, HOP * (frame - STRETCH)) for frame in range(len(every[-1]))]
        every.append(np.zeros((STRETCH, len(_BANDS) - 1)))
        self._spectra = np.concatenate(every)
        stretches = np.lib.stride_tricks.sliding_window_view(self._spectra, STRETCH, axis=0)[: len(self._places)]
        self._energies = np.sqrt(STRETCH * stretches.var(axis=2).sum(axis=1)) + _NOTHING

    def begin(self, options: TurnOptions) -> KnownRecognition:
        """Begin to listen."""
        return KnownRecognition(_Listener(self), options)

    def place(self, stretch: Spectra, expected: tuple[Recording, int] | None) -> tuple[Recording, int] | None:
        """Return the recording that a stretch is of, and where it is in it, in samples; None if it is of none.

        It is what is expected, if it is anything like that.
        """
        own = stretch - stretch.mean(axis=0)
        energy = float(np.sqrt((own**2).sum())) + _NOTHING
        products = self._spectra @ own.T
        # Along the diagonals: frame l + k of the recordings with frame k of the stretch.
        row, column = products.strides
        diagonals = as_strided(products, (len(self._places), STRETCH), (row, row + column))
        alike = diagonals.sum(axis=1) / (self._energies * energy)
        if expected:
            frame = self._first[id(expected[0])] + round(expected[1] / HOP)
            if 0 <= frame < len(self._places) and self._places[frame][0] is expected[0]:
                near = alike[max(frame - 1, 0) : frame + 2]
                if near.max() >= STILL_ALIKE:
                    return expected
        best = int(alike.argmax())
        return self._places[best] if alike[best] >= ALIKE else None

    def close(self) -> None:
        """Nothing is held."""


class _Listener:
    """Listens to one turn."""

    def __init__(self, engine: BySound) -> None:
        self._engine = engine
        self._audio = np.zeros(0, np.int16)
        self._end = 0
        """Where the audio ends that has come, in samples from the turn's start."""
        self._frames: Spectra = np.zeros((0, len(_BANDS) - 1))
        self._loud: list[bool] = []
        self._found: tuple[Recording, int] | None = None
        self._frame = 0
        """How many frames there were."""

    def find(self, samples: Samples, heard: int) -> Iterator[tuple[Recording, int]]:
        """Look at each stretch that has come."""
        self._audio = np.concatenate([self._audio, samples[self._end - heard :]])
        self._end = heard + len(samples)
        frames = spectra(self._audio)
        loud = _loud(self._audio, len(frames))
        self._audio = self._audio[len(frames) * HOP :]
        for frame, is_loud in zip(frames, loud, strict=True):
            self._frames = np.concatenate([self._frames[1 - STRETCH :], frame[np.newaxis]])
            self._loud = [*self._loud[1 - STRETCH :], is_loud]
            self._frame += 1
            if self._frame % _EVERY == 0 and sum(self._loud) >= _MOSTLY:
                yield from self._look()

    def _look(self) -> Iterator[tuple[Recording, int]]:
        """Yield what is heard since another recording was."""
        stretch = (self._frame - STRETCH) * HOP
        expected = self._found and (self._found[0], stretch - self._found[1])
        found = self._engine.place(self._frames, expected)
        if found and found is not expected:
            self._found = (found[0], stretch - found[1])
            yield self._found


def spectra(samples: Samples) -> Spectra:
    """Return the energies (dB) of bands in each whole frame of some samples."""
    count = max((len(samples) - _WINDOW) // HOP + 1, 0)
    if not count:
        return np.zeros((0, len(_BANDS) - 1))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW))) ** 2
    edges = np.round(_BANDS * _WINDOW / SAMPLE_RATE).astype(int)
    bands = np.add.reduceat(power, edges, axis=1)[:, :-1] / np.diff(edges)
    return np.asarray(10 * np.log10(bands + _FLOOR))


def _loud(samples: Samples, count: int) -> list[bool]:
    frames = samples[: count * HOP].astype(np.float64).reshape(count, HOP)
    return [bool(level >= LOUD) for level in np.sqrt((frames**2).mean(axis=1))]
