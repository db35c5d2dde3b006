"""The engine that knows a conversation by its sound, as browsers give it, and what translates it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
import subprocess

import numpy as np
import pytest
import pytest_asyncio

from .engines import Finding, Hypothesis, Phrase, Status
from .engines.by_sound import BySound
from .engines.conversation import Dictionary, Line, read, recordings, speak
from .engines.known import Recording
from .engines.legible import silence
from .engines.translation import TranslationFailedError
from .options import Mode, TurnOptions

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINES = read(Path(__file__).parent.parent / "data" / "conversation.jsonl")
BOTH = TurnOptions(mode=Mode.CONVERSATION, languages=("en-US", "de-DE"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def spoken() -> list[Recording]:
    """Have the first lines spoken, and their translations."""
    return await recordings(LINES[:4])


def played(pcm: bytes) -> bytes:
    """Return it as another device has it: as MP3 of another rate, softer, and between other samples."""
    command = (
        "ffmpeg -v error -f s16le -ar 16000 -ac 1 -i - -ar 44100 -f mp3 - |"
        "ffmpeg -v error -i - -af volume=0.4,atrim=start=0.0073 -f s16le -ar 16000 -ac 1 -"
    )
    return subprocess.run(["sh", "-c", command], input=pcm, capture_output=True, check=True).stdout


async def hear(engine: BySound, pcm: bytes, options: TurnOptions = BOTH, *, size: int = 1600) -> list[Finding]:
    """Return what is found in audio that comes in pieces."""
    recognition = engine.begin(options)
    found: list[Finding] = []
    for at in range(0, len(pcm), size):
        found += await recognition.hear(pcm[at : at + size])
    return found + await recognition.conclude()


def phrases(found: Sequence[Finding]) -> list[tuple[str, str | None, str]]:
    """Return what was said: the speakers, the languages and the texts."""
    return [
        (found.speaker, found.language, found.display)
        for found in found
        if isinstance(found, Phrase) and found.status is Status.SUCCESS
    ]


@pytest.mark.parametrize("size", [638, 1600, 32000])
async def test_each_line_is_heard_as_a_browser_plays_it(spoken: list[Recording], size: int) -> None:
    said = [await speak(line) for line in LINES[:4]]
    found = await hear(BySound(spoken), played(b"".join(line.pcm + silence(1.0) for line in said)), size=size)
    assert phrases(found) == [(line.speaker, line.language, line.text) for line in LINES[:4]]
    begun = [found.text for found in found if isinstance(found, Hypothesis)]
    assert any("please come in".startswith(text.removeprefix("good morning ")) for text in begun)
    assert len(begun) > 8


async def test_where_a_line_is(spoken: list[Recording]) -> None:
    said = await speak(LINES[0])
    [phrase] = [
        found
        for found in await hear(BySound(spoken), silence(1.0) + played(said.pcm) + silence(1.0))
        if isinstance(found, Phrase)
    ]
    assert phrase.offset / 1e7 == pytest.approx(1 + said.words[0].start, abs=0.1)
    assert phrase.end / 1e7 == pytest.approx(1 + said.last_sound, abs=0.1)


async def test_a_line_that_was_begun_before_is_heard_from_there(spoken: list[Recording]) -> None:
    said = await speak(LINES[1])
    [(_, _, text)] = phrases(await hear(BySound(spoken), played(said.pcm[48000:]) + silence(1.0)))
    assert LINES[1].text.endswith(text)
    assert text != LINES[1].text


async def test_a_played_translation_would_be_heard_as_well(spoken: list[Recording]) -> None:
    translation = await speak(Line("", "de", "de", LINES[0].translations["de"], {}))
    found = await hear(BySound(spoken), played(translation.pcm) + silence(1.0))
    assert phrases(found) == [("", "de-DE", LINES[0].translations["de"])]


async def test_other_languages_and_other_sounds_are_not_understood(spoken: list[Recording]) -> None:
    german = await speak(LINES[1])
    engine = BySound(spoken)
    assert not phrases(await hear(engine, german.pcm, TurnOptions(mode=Mode.CONVERSATION, languages=("en-US",))))
    noise = np.random.default_rng(1).normal(0, 3000, 32000).astype(np.int16).tobytes()
    assert not phrases(await hear(engine, noise))
    other = await speak(Line("Anna", "en-US", "en-us+f3", "Perhaps it will rain this evening.", {}))
    assert not phrases(await hear(engine, other.pcm))


async def test_lines_and_their_beginnings_are_translated() -> None:
    dictionary = Dictionary(LINES)
    text = LINES[0].text
    assert await dictionary.translate(text, "en-US", "de") == LINES[0].translations["de"]
    assert await dictionary.translate(LINES[0].translations["de"], "de-DE", "en") == text
    assert await dictionary.translate("good morning please", "en-US", "de-DE") == "Guten Morgen, bitte kommen"
    assert await dictionary.translate(text, "en-US", "en-GB") == text
    with pytest.raises(TranslationFailedError):
        await dictionary.translate("Good evening.", "en-US", "de")
    with pytest.raises(TranslationFailedError):
        await dictionary.translate(text, "en-US", "fr")
