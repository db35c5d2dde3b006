"""The engines that tests recognise with."""

from __future__ import annotations

import pytest

from .engines import Finding, Hypothesis, Phrase, SpeechStart
from .engines.language_model import write_arpa
from .engines.legible import Legible, silence, speak
from .engines.scripted import Scripted, Utterance
from .options import Mode, TurnOptions


async def hear(engine: Legible | Scripted, pcm: bytes, size: int, options: TurnOptions | None = None) -> list[Finding]:
    """Return what an engine finds in audio that comes in pieces of a size."""
    recognition = engine.begin(options or TurnOptions())
    found: list[Finding] = []
    for at in range(0, len(pcm), size):
        found += await recognition.hear(pcm[at : at + size])
    found += await recognition.conclude()
    await recognition.close()
    return found


def said(found: list[Finding]) -> list[str]:
    """Return the texts of the phrases."""
    return [finding.display for finding in found if isinstance(finding, Phrase)]


@pytest.mark.parametrize("size", [1, 2, 7, 320, 3199, 3200, 8192, 10**6])
async def test_legible_at_any_split(size: int) -> None:
    pcm = silence(0.1) + speak("Turn off all lights.") + silence(0.6) + speak("Ääh, good night.")
    found = await hear(Legible(), pcm, size)
    assert said(found) == ["Turn off all lights.", "Ääh, good night."]
    assert [finding.offset for finding in found if isinstance(finding, SpeechStart)] == [1_000_000, 11_000_000]
    assert [finding.end for finding in found if isinstance(finding, Phrase)] == [5_000_000, 14_200_000]


async def test_legible_shows_loss_and_repetition() -> None:
    pcm = speak("Turn off all lights.")
    letter = len(speak("x"))
    assert said(await hear(Legible(), pcm[: 4 * letter] + pcm[5 * letter :], 3200)) == ["Turnoff all lights."]
    assert said(await hear(Legible(), pcm[: 5 * letter] + pcm[: 5 * letter] + pcm[5 * letter :], 3200)) == [
        "Turn Turn off all lights.",
    ]
    assert said(await hear(Legible(), pcm[:1001] + pcm[1002:], 3200)) != ["Turn off all lights."]


async def test_legible_hypotheses_are_whole_words() -> None:
    found = await hear(Legible(), speak("Turn off all lights and go to sleep."), 3200)
    texts = [finding.text for finding in found if isinstance(finding, Hypothesis)]
    assert texts == ["turn off all", "turn off all lights and go to"]


async def test_legible_pause_is_as_long_as_asked() -> None:
    pcm = speak("One.") + silence(0.3) + speak("Two.")
    assert said(await hear(Legible(), pcm, 320)) == ["One.Two."]
    assert said(await hear(Legible(), pcm, 320, TurnOptions(end_silence=0.2))) == ["One.", "Two."]


async def test_legible_says_initial_silence_again_and_again() -> None:
    options = TurnOptions(initial_silence=1.0, mode=Mode.CONVERSATION)
    found = [
        (finding.offset, finding.duration)
        for finding in await hear(Legible(), silence(2.5), 320, options)
        if isinstance(finding, Phrase)
    ]
    assert found == [(0, 10_000_000), (10_000_000, 10_000_000)]


@pytest.mark.parametrize("size", [1, 320, 3200, 10**6])
async def test_scripted_at_any_split(size: int) -> None:
    script = Scripted([Utterance(text="One two.", end=0.9), Utterance(text="Three.", start=1.2)])
    found = await hear(script, silence(1.6), size)
    assert [type(finding).__name__ for finding in found] == [
        "SpeechStart",
        "Hypothesis",
        "Hypothesis",
        "Phrase",
        "SpeechStart",
        "Hypothesis",
        "Phrase",
    ]
    assert [finding.end for finding in found if isinstance(finding, Phrase)] == [9_000_000, 16_000_000]


async def test_scripted_hypotheses() -> None:
    script = Scripted([Utterance(text="Four.", end=1.0, hypotheses=[(0.2, "for"), (0.5, "four"), (2.0, "late")])])
    found = [finding for finding in await hear(script, silence(1.0), 320) if isinstance(finding, Hypothesis)]
    assert [(finding.text, finding.duration) for finding in found] == [("for", 2_000_000), ("four", 5_000_000)]


async def test_scripted_hears_nothing_in_no_audio() -> None:
    assert await hear(Scripted(), b"", 1) == []


def test_language_model_is_a_distribution() -> None:
    """For every context, the probabilities of all words sum to one."""
    phrases = [phrase.split() for phrase in ("turn on the light", "turn off the light", "turn the light on", "stop")]
    probability: dict[tuple[str, ...], float] = {}
    backoff: dict[tuple[str, ...], float] = {}
    for line in write_arpa(phrases).splitlines():
        fields = line.split("\t")
        if len(fields) > 1:
            gram = tuple(fields[1].split())
            probability[gram] = 10 ** float(fields[0])
            backoff[gram] = 10 ** float(fields[2]) if len(fields) > 2 else 1.0

    def score(context: tuple[str, ...], word: str) -> float:
        if not context or (*context, word) in probability:
            return probability[*context, word]
        return backoff.get(context, 1.0) * score(context[1:], word)

    words = [gram[0] for gram in probability if len(gram) == 1 and gram != ("<s>",)]
    contexts = [gram for gram in probability if len(gram) < 3 and gram[-1] != "</s>"]
    assert len(contexts) > 10
    for context in contexts:
        assert sum(score(context, word) for word in words) == pytest.approx(1.0, abs=0.002), context
