"""Audio in the format asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from .. import SpeechService, Synthesis
from ..engines.espeak_ng import EspeakNg
from ..engines.legible import silence
from ..engines.pocketsphinx import Pocketsphinx
from ..engines.processes import run_process
from ..engines.translation import SynthesisFailedError
from ..raw_client import RawClient, bodies, connected
from ..wav import riff_header
from .asking import V1, audio, context, heard, spoken, ssml
from .formats import FORMATS

_PHRASES = Path(__file__).parents[2] / "data" / "home_commands.txt"
_PCM_OUT = ("-f", "s16le", "-ac", "1", "-ar", "16000", "pipe:")


@pytest.fixture
async def client() -> AsyncIterator[RawClient]:
    """Return a client that has sent speech.config."""
    async with SpeechService() as service, connected(service.url, V1) as client:
        yield client


@pytest.mark.parametrize("name", [name for name in FORMATS if name.startswith("raw") and name.endswith("pcm")])
async def test_raw(client: RawClient, name: str) -> None:
    pcm = audio(await spoken(client, ssml("Hello there."), context(name)))
    assert heard(pcm, FORMATS[name].rate) == "Hello there."


async def test_riff(client: RawClient) -> None:
    """The SDKs never ask for it."""
    body = audio(await spoken(client, ssml("Hello there."), context("riff-16khz-16bit-mono-pcm")))
    assert body.startswith(riff_header(0, 16_000))
    assert heard(body[44:], 16_000) == "Hello there."


@pytest.mark.parametrize("name", [name for name, found in FORMATS.items() if found.encoder])
async def test_encoded(client: RawClient, name: str) -> None:
    """What comes is as long as what was said, to any decoder."""
    received = await spoken(client, ssml("x" * 50), context(name))
    raw = ("-f", name.rpartition("-")[2], "-ar", "8000") if name.startswith("raw") else ()
    pcm = await run_process(audio(received), "ffmpeg", "-loglevel", "error", *raw, "-i", "pipe:", *_PCM_OUT)
    assert len(pcm) / 32_000 == pytest.approx(1.0, abs=0.12)
    types = [headers.get("Content-Type") for headers, _ in received if headers["Path"] == "audio"]
    assert set(types[:-1]) == {FORMATS[name].content_type}


async def test_failing_program() -> None:
    with pytest.raises(SynthesisFailedError, match=r"^ffmpeg failed: "):
        await run_process(b"", "ffmpeg", "-loglevel", "error", "-i", "pipe:", *_PCM_OUT)
    with pytest.raises(SynthesisFailedError, match=r"^no-such-program is not installed: "):
        await run_process(b"", "no-such-program")


@pytest.mark.parametrize(
    ("voice", "text"), [("en-US-JennyNeural", "Turn on the light."), ("de-DE-KatjaNeural", "Licht an.")]
)
async def test_real_voice(voice: str, text: str) -> None:
    async with SpeechService(synthesis=Synthesis(speaker=EspeakNg())) as service, connected(service.url, V1) as client:
        pcm = np.frombuffer(audio(await spoken(client, ssml(text, voice))), np.int16)
    assert 0.5 < len(pcm) / 24_000 < 3.0
    assert np.abs(pcm).max() > 3000


async def test_what_is_spoken_is_recognised() -> None:
    """The real voice and the real recogniser understand each other, if not in every sentence."""
    engine = Pocketsphinx(_PHRASES.read_text().splitlines())
    async with SpeechService(engine, synthesis=Synthesis(speaker=EspeakNg())) as service:
        async with connected(service.url, V1) as client:
            said = await spoken(client, ssml("Turn on the coffee machine"), context("raw-16khz-16bit-mono-pcm"))
        async with connected(service.url) as client:
            pcm = silence(0.3) + audio(said) + silence(1.0)
            await client.recognize(pcm)  # the recogniser gets used to the voice
            [phrase] = bodies(await client.recognize(pcm), "speech.phrase")
    assert phrase["DisplayText"] == "Turn on the coffee machine."
