"""The real translator and the real synthesizer: what they make of text, and what they say of what they cannot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from .engines.apertium import Apertium
from .engines.espeak_ng import EspeakNg
from .engines.translation import SynthesisFailedError, TranslationFailedError
from .raw_client import UNIVERSAL, bodies, connected
from .test_command_line import running
from .test_pocketsphinx import recording
from .test_translation import speaking, texts
from .wav import BYTES_PER_SECOND, riff_header, split_riff

_PHRASES = Path(__file__).parents[1] / "data/home_commands.txt"


async def spoken_by_espeak(text: str, language: str, voice: str = "") -> bytes:
    return b"".join([data async for data in EspeakNg().synthesize(text, language, voice)])


async def test_translates() -> None:
    translator = Apertium()
    try:
        assert await translator.translate("The door is open.", "en-US", "es") == "La puerta es abierta."
        assert await translator.translate("The door is open.", "en-GB", "ca-ES") == "La porta és oberta."
        assert await translator.translate("La puerta está abierta.", "es-MX", "en") == "The door is opened."
        assert await translator.translate("turn on the", "en-US", "ca") == "encén el"
        assert await translator.translate("Xyzzy!", "en-US", "es") == "Xyzzy!"
    finally:
        await translator.close()


async def test_special_characters_stay() -> None:
    translator = Apertium()
    try:
        assert await translator.translate(r"5$ [x] <b> / \ ^ {y} @", "en-US", "es") == r"5$ [x] <b> / \ ^ {y} @"
    finally:
        await translator.close()


async def test_many_at_once_and_abandoned_ones() -> None:
    translator = Apertium()
    texts_by_number = [f"I have {number} dogs." for number in range(20)]
    try:
        async with asyncio.timeout(30):
            abandoned = asyncio.create_task(translator.translate("Nobody wants this.", "en", "es"))
            await asyncio.sleep(0)  # it has begun
            abandoned.cancel()
            answers = await asyncio.gather(*(translator.translate(text, "en", "es") for text in texts_by_number))
        assert answers == [f"Tengo {number} perros." for number in range(20)]
    finally:
        await translator.close()


async def test_unknown_pair() -> None:
    with pytest.raises(TranslationFailedError, match=r"cannot translate from en-US to de; it has .*eng-spa"):
        await Apertium().translate("Hello.", "en-US", "de")


async def test_nothing_installed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="apertium-eng-spa"):
        Apertium(tmp_path)


async def test_broken_pair(tmp_path: Path) -> None:
    (tmp_path / "eng-spa.mode").write_text("false")
    translator = Apertium(tmp_path)
    try:
        with pytest.raises(TranslationFailedError, match="Apertium failed"):
            await translator.translate("Hello.", "en", "es")
    finally:
        await translator.close()


@pytest.mark.parametrize(("language", "voice"), [("es", "es-ES-ElviraNeural"), ("es", ""), ("zh-Hans", "")])
async def test_speaks(language: str, voice: str) -> None:
    wav = await spoken_by_espeak("Enciende la luz de la cocina.", language, voice)
    head, pcm = split_riff(wav)
    assert head == riff_header(len(pcm))
    assert 1.0 < len(pcm) / BYTES_PER_SECOND < 4.0
    assert any(pcm)


async def test_voice_of_another_language_than_the_target() -> None:
    assert await spoken_by_espeak("Hello", "es", "de-DE-KatjaNeural") == await spoken_by_espeak("Hello", "de")
    assert await spoken_by_espeak("Hello", "es") != await spoken_by_espeak("Hello", "de")


async def test_unknown_language() -> None:
    with pytest.raises(SynthesisFailedError, match="voice does not exist"):
        await spoken_by_espeak("Hello", "xx")


@pytest.mark.parametrize("name", ["espeak-ng", "ffmpeg"])
async def test_missing_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    if name == "ffmpeg":
        (tmp_path / "espeak-ng").symlink_to("/bin/cat")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SynthesisFailedError, match=r"not installed|failed"):
        await spoken_by_espeak("Hello", "es")


async def test_all_real_engines_by_themselves() -> None:
    """An English command is heard, translated to Catalan and spoken."""
    engines = ("--engine", "pocketsphinx", "--translator", "apertium", "--voice", "espeak-ng", "--dialect", "response")
    async with running(*engines, "--phrases", str(_PHRASES)) as (process, url), connected(url, UNIVERSAL) as client:
        context = speaking("ca", "de", voices={"ca": "ca-ES-JoanaNeural"}, mode="Interactive")
        received = await client.recognize(recording("turn_on_the_kitchen_light"), context)
        phrase = next(body for body in bodies(received, "translation.response") if "SpeechPhrase" in body)
        assert phrase["SpeechPhrase"]["DisplayText"] == "Turn on the kitchen light."
        assert texts(phrase) == {"ca": "Encén la llum de cuina."}
        assert phrase["TranslationStatus"] == "Error"
        assert "cannot translate from en-US to de" in phrase["FailureReason"]
        assert len(b"".join(bodies(received, "audio"))) > BYTES_PER_SECOND
        assert [end["Status"] for end in bodies(received, "audio.end")] == ["Success"]
        process.terminate()
        assert await process.communicate() == (b"", b"")
        assert process.returncode == 0
