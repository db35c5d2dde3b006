"""When a command is over: real speech, silence and noise, in pieces of any size, by Home Assistant's own detector."""

import builtins
from pathlib import Path
import random
import sys
from typing import Any, Final
import wave

import pytest

from custom_components.azure_speech_live.fallback.end_of_speech import EndOfSpeech
from custom_components.azure_speech_live.speech import BYTES_PER_SECOND

COMMANDS: Final = sorted((Path(__file__).parents[2] / "data").glob("*.wav"))
TIMEOUT: Final = 15.0
"""Seconds after which Home Assistant ends a command, whatever is heard."""


def pcm(path: Path) -> bytes:
    """Return a command's samples."""
    with wave.open(str(path)) as file:
        samples: bytes = file.readframes(file.getnframes())
    return samples


def silence(seconds: float) -> bytes:
    """Return nothing to be heard."""
    return bytes(int(seconds * BYTES_PER_SECOND))


def noise(seconds: float, loudness: int) -> bytes:
    """Return the same noise each time: white, of some amplitude."""
    numbers = random.Random(1)  # noqa: S311 - noise
    samples = (numbers.randint(-loudness, loudness) for _ in range(int(seconds * BYTES_PER_SECOND / 2)))
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples)


def words_end(audio: bytes) -> float:
    """Return when the last loud sample of a recording is, in seconds."""
    loud = [
        at for at in range(0, len(audio), 2) if abs(int.from_bytes(audio[at : at + 2], "little", signed=True)) > 800
    ]
    return loud[-1] / BYTES_PER_SECOND


def over_at(end_of_speech: EndOfSpeech, audio: bytes, size: int = 320) -> float | None:
    """Return after how many seconds it is over; None if it is not."""
    for start in range(0, len(audio), size):
        if end_of_speech.feed(audio[start : start + size]):
            return min(start + size, len(audio)) / BYTES_PER_SECOND
    return None


@pytest.mark.parametrize("size", [100, 320, 333, 3200, 100_000])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.stem)
def test_it_is_over_after_the_words(command: Path, size: int) -> None:
    """And not before, also where a satellite's microphone makes some noise."""
    words = pcm(command)
    end_of_speech = EndOfSpeech()
    over = over_at(end_of_speech, words + silence(5), size)
    assert over is not None
    late = max(size / BYTES_PER_SECOND, 0.01)
    assert words_end(words) + 0.3 <= over <= words_end(words) + 1.5 + late
    assert end_of_speech.feed(words)  # what comes then is no matter


@pytest.mark.parametrize("audio", [silence(14.9), noise(14.9, 30), noise(14.9, 3000)], ids=["silence", "hum", "noise"])
def test_what_is_no_speech_has_no_end(audio: bytes) -> None:
    end_of_speech = EndOfSpeech()
    assert over_at(end_of_speech, audio) is None


def test_after_a_while_it_is_over_in_any_case() -> None:
    end_of_speech = EndOfSpeech()
    assert over_at(end_of_speech, silence(TIMEOUT + 1)) == pytest.approx(TIMEOUT, abs=0.02)


def test_a_command_that_goes_on_is_over_after_that_time_as_well() -> None:
    end_of_speech, words = EndOfSpeech(), pcm(COMMANDS[0])
    start = int(0.25 * BYTES_PER_SECOND)
    amid = words[start : int(words_end(words) * BYTES_PER_SECOND) // 2 * 2]
    over = over_at(end_of_speech, amid * (int(TIMEOUT * BYTES_PER_SECOND) // len(amid) + 2))
    assert over == pytest.approx(TIMEOUT, abs=0.02)


def test_a_home_without_assist_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its requirements are not installed; the end of the audio is all there is."""
    imported = builtins.__import__

    def refuse(name: str, *arguments: Any, **more: Any) -> Any:
        if name.startswith(("homeassistant.components.assist_pipeline", "pymicro_vad")):
            raise ImportError(name)
        return imported(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.delitem(sys.modules, "homeassistant.components.assist_pipeline.audio_enhancer", raising=False)
    end_of_speech = EndOfSpeech()
    assert over_at(end_of_speech, pcm(COMMANDS[0]) + silence(20)) is None


@pytest.mark.parametrize("amid", [True, False], ids=["while one speaks", "when one has spoken"])
def test_what_goes_on_is_over_with_the_next_silence(*, amid: bool) -> None:
    command = pcm(COMMANDS[0])
    end = EndOfSpeech()
    assert end.feed(command + silence(2))
    end.goes_on()
    said = command if amid else b""
    assert not end.feed(said)
    assert end.feed(silence(1.3))
