"""Any rate and number of channels to the 16 kHz mono that the Speech service hears.

Each output sample is a sum of input samples, weighted by a windowed sinc that cuts off below the lower of the two
Nyquist frequencies: without that, what is above 8 kHz would come back as noise in the middle of speech. The cut-off
slopes, from 6.5 to 9 kHz; of what is just above 8 kHz, a tenth comes back just below, where there is little of speech.
Home Assistant ships nothing that does this (audioop.ratecv only interpolates). It costs about 4 % of a slow processor
at 48 kHz.
"""

from array import array
from collections.abc import Sequence
from functools import cache
from math import ceil, cos, gcd, pi, sin, sumprod
from typing import Final

RATE: Final = 16_000
"""Samples per second of what comes out."""

_ZERO_CROSSINGS: Final = 12
"""Of the sinc, to each side: more of them make the cut-off steeper."""
_PASSBAND: Final = 0.92
"""Of the lower Nyquist frequency: what is left of it is for the cut-off's slope."""
_UNIT: Final = 1 << 15
_STEREO: Final = 2


class Resampler:
    """Converts one stream of 16-bit PCM, in this machine's byte order, in chunks of whole frames."""

    def __init__(self, rate: int, channels: int) -> None:
        """Take ``rate`` frames per second of ``channels`` samples each."""
        divisor = gcd(rate, RATE)
        self._up, self._down = RATE // divisor, rate // divisor
        self._channels = channels
        self._kernels = _kernels(self._up, self._down)
        half = len(self._kernels[0]) // 2
        # The first output sample is the first input sample: before that there was silence.
        self._held: list[int] = [0] * (half - 1)
        self._position = 0
        """Of the next output sample: input samples into what is held, in units of 1/up."""

    def feed(self, pcm: bytes) -> bytes:
        """Return what a chunk adds, 16 kHz mono."""
        if self._channels == 1 and self._up == self._down:
            return pcm
        samples = _mono(array("h", pcm), self._channels)
        if self._up == self._down:
            return array("h", samples).tobytes()
        held = self._held
        held += samples
        up, down, kernels = self._up, self._down, self._kernels
        width = len(kernels[0])
        out = array("h")
        position = self._position
        while (start := position // up) + width <= len(held):
            sample = int(sumprod(kernels[position % up], held[start : start + width])) // _UNIT
            out.append(max(-_UNIT, min(_UNIT - 1, sample)))
            position += down
        used = min(position // up, len(held))
        del held[:used]
        self._position = position - used * up
        return out.tobytes()


def _mono(samples: array[int], channels: int) -> Sequence[int]:
    """Return one channel: of stereo the mean, of a microphone array the first, which is what it made of the others."""
    if channels == 1:
        return samples
    if channels == _STEREO:
        return [(left + right) >> 1 for left, right in zip(samples[::2], samples[1::2], strict=True)]
    return samples[::channels]


@cache
def _kernels(up: int, down: int) -> list[list[int]]:
    """Return the weights of the input samples around an output sample, for each place that it may have among them."""
    cutoff = _PASSBAND * min(1.0, up / down)  # of the input's Nyquist frequency
    half = ceil(_ZERO_CROSSINGS / cutoff)
    kernels = []
    for phase in range(up):
        distances = [offset - phase / up for offset in range(1 - half, half + 1)]
        weights = [_sinc(cutoff * distance) * _window(distance / half) for distance in distances]
        total = sum(weights)
        kernels.append([round(weight / total * _UNIT) for weight in weights])
    return kernels


def _sinc(x: float) -> float:
    return sin(pi * x) / (pi * x) if x else 1.0


def _window(x: float) -> float:
    """Blackman's, which keeps what is cut off 70 dB down; from -1 to 1."""
    return 0.42 + 0.5 * cos(pi * x) + 0.08 * cos(2 * pi * x) if abs(x) <= 1 else 0.0
