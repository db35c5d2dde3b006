"""The engine that knows recordings: what it says follows the sound."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
import wave

import numpy as np
import pytest

from .engines import Finding, Hypothesis, Phrase, SpeechStart, Status
from .engines.alignment import Aligner
from .engines.known import Known, Recording
from .engines.legible import silence
from .options import Mode, TurnOptions
from .wav import SAMPLE_RATE

_CONVERSATION = TurnOptions(mode=Mode.CONVERSATION)
_FILE = Path(__file__).parent.parent / "data" / "turn_on_the_kitchen_light.wav"


@cache
def light() -> Recording:
    """Return a command."""
    with wave.open(str(_FILE)) as file:
        recording = Aligner().align(file.readframes(file.getnframes()), "turn (on | off) the kitchen light")
    assert recording is not None
    return recording


async def hear(
    pcm: bytes, *, size: int = 3200, known: Recording | None = None, options: TurnOptions = _CONVERSATION
) -> list[Finding]:
    """Return what is found in audio that comes in pieces."""
    recognition = Known([known or light()]).begin(options)
    found: list[Finding] = []
    for at in range(0, len(pcm), size):
        found += await recognition.hear(pcm[at : at + size])
    return found + await recognition.conclude()


def phrases(found: list[Finding]) -> list[str]:
    """Return the phrases, as displayed."""
    return [finding.display or finding.status for finding in found if isinstance(finding, Phrase)]


@pytest.mark.parametrize("size", [319, 640, 3200, 10**6])
async def test_a_command_at_any_split(size: int) -> None:
    found = await hear(silence(0.333) + light().pcm + silence(1.0), size=size)
    assert phrases(found) == ["Turn on the kitchen light."]
    [start] = [finding.offset for finding in found if isinstance(finding, SpeechStart)]
    assert start / 1e7 == pytest.approx(0.333 + light().words[0].start, abs=0.1)
    [phrase] = [finding for finding in found if isinstance(finding, Phrase)]
    assert phrase.end / 1e7 == pytest.approx(0.333 + light().last_sound, abs=0.02)
    assert [word.text for word in phrase.words] == phrase.lexical.split()


async def test_hypotheses_come_with_the_speech() -> None:
    found = [finding.text for finding in await hear(light().pcm) if isinstance(finding, Hypothesis)]
    assert found[0] in ("turn", "turn on")
    assert all("turn on the kitchen light".startswith(text) for text in found)
    assert len(found) > 2


@pytest.mark.parametrize(("pause", "asked", "parts"), [(0.4, None, 1), (0.4, 0.3, 2), (0.6, None, 2), (0.6, 0.8, 1)])
async def test_a_pause_cuts_if_it_is_as_long_as_asked(pause: float, asked: float | None, parts: int) -> None:
    recording = light().paused(3, pause)
    options = replace(_CONVERSATION, end_silence=asked)
    found = phrases(await hear(recording.pcm + silence(1.0), known=recording, options=options))
    assert found == (["Turn on the kitchen light."] if parts == 1 else ["Turn on the.", "Kitchen light."])


async def test_a_sound_without_words_is_no_match() -> None:
    burst = (np.random.default_rng(1).normal(0, 3000, 5600)).astype(np.int16).tobytes()  # 0.35 s
    found = await hear(burst + silence(0.6) + light().pcm + silence(0.6))
    assert phrases(found) == [Status.NO_MATCH, "Turn on the kitchen light."]


async def test_a_turn_may_begin_amid_a_command() -> None:
    found = await hear(light().pcm[2 * round(0.72 * SAMPLE_RATE) :])
    assert phrases(found) == ["Kitchen light."]


async def test_quiet_is_initial_silence() -> None:
    assert (
        phrases(await hear(silence(1.2), options=replace(_CONVERSATION, initial_silence=0.5)))
        == [Status.INITIAL_SILENCE_TIMEOUT] * 2
    )
