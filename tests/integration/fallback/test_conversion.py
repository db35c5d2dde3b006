"""Other engines' sounds, in every format that Home Assistant takes, as ours: whole, bare, and while they come."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
import math
import subprocess

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import numpy as np
import pytest

from custom_components.azure_speech_live.fallback.conversion import ConversionError, converted
from custom_components.azure_speech_live.speech import Frames, OutputFormat
from tests.integration.second_voices import header

pytestmark = pytest.mark.usefixtures("processes")

TONE = 440.0
SECONDS = 1.0
WANTED = [OutputFormat.RAW_16KHZ, OutputFormat.RAW_48KHZ, OutputFormat.MP3_24KHZ]


@pytest.fixture(autouse=True)
async def ffmpeg(hass: HomeAssistant) -> None:
    """Have Home Assistant know its ffmpeg."""
    assert await async_setup_component(hass, "ffmpeg", {})


def tone(rate: int, channels: int = 1) -> bytes:
    """Return a second of a tone."""
    wave = 10_000 * np.sin(2 * math.pi * TONE * np.arange(int(SECONDS * rate)) / rate)
    return np.repeat(wave.astype(np.int16), channels).tobytes()


def encoded(sound: bytes, rate: int, *arguments: str) -> bytes:
    """Return what ffmpeg makes of a sound."""
    command = ["ffmpeg", "-loglevel", "error", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-", *arguments, "-"]
    return subprocess.run(command, input=sound, stdout=subprocess.PIPE, check=True).stdout


def decoded(sound: bytes, form: OutputFormat) -> np.ndarray:
    """Return the samples of a sound in one of our formats."""
    if not form.is_raw:
        command = ["ffmpeg", "-loglevel", "error", "-f", "mp3", "-i", "-", "-f", "s16le", "-"]
        sound = subprocess.run(command, input=sound, stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(sound, np.int16)


async def in_pieces(data: bytes, size: int = 700) -> AsyncGenerator[bytes]:
    """Yield a sound piece by piece."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def made_of(
    hass: HomeAssistant, kind: str, data: bytes | AsyncGenerator[bytes], form: OutputFormat = OutputFormat.RAW_16KHZ
) -> bytes:
    """Return what a sound becomes."""
    sound = in_pieces(data) if isinstance(data, bytes) else data
    return b"".join([piece async for piece in converted(hass, kind, sound, form)])


def is_the_tone(sound: bytes, form: OutputFormat) -> bool:
    """Return whether a sound is the tone, and not much longer or shorter."""
    samples = decoded(sound, form).astype(float)
    spectrum = np.abs(np.fft.rfft(samples))
    heard = np.argmax(spectrum) * form.rate / len(samples)
    return bool(abs(heard - TONE) < 5) and abs(len(samples) / form.rate - SECONDS) < 0.12


GIVEN = {
    "wav": lambda: header(22050) + tone(22050),
    "stereo": lambda: header(44100, channels=2) + tone(44100, channels=2),
    "24 bit": lambda: encoded(tone(22050), 22050, "-c:a", "pcm_s24le", "-f", "wav"),
    "with a list": lambda: encoded(tone(22050), 22050, "-metadata", "title=x", "-f", "wav"),
    "mp3": lambda: encoded(tone(24000), 24000, "-f", "mp3"),
    "ogg": lambda: encoded(tone(24000), 24000, "-f", "ogg"),
    "flac": lambda: encoded(tone(24000), 24000, "-f", "flac"),
}


@pytest.mark.parametrize(
    ("given", "form"), [*((given, WANTED[0]) for given in GIVEN), *(("wav", form) for form in WANTED)]
)
async def test_any_sound_becomes_one_of_our_format(hass: HomeAssistant, given: str, form: OutputFormat) -> None:
    kind = given if given in ("mp3", "ogg", "flac") else "wav"
    sound = await made_of(hass, kind, GIVEN[given](), form)
    assert is_the_tone(sound, form)
    assert b"RIFF" not in sound


async def test_what_is_of_our_format_stays_as_it_is(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "create_subprocess_exec", None)  # no ffmpeg
    sound = tone(16000)
    assert await made_of(hass, "wav", header(16000) + sound) == sound


async def test_mp3_is_in_frames_of_one_size(hass: HomeAssistant) -> None:
    """So that silence can stand between any two of them: no tag, no table of contents."""
    form = OutputFormat.MP3_24KHZ
    sound = await made_of(hass, "wav", header(22050) + tone(22050), form)
    assert sound.startswith(b"\xff")
    assert Frames(form).feed(sound) == sound


async def test_it_is_heard_while_it_comes(hass: HomeAssistant) -> None:
    more = asyncio.Event()

    async def sound() -> AsyncGenerator[bytes]:
        yield header(22050)
        yield tone(22050)
        await more.wait()
        yield tone(22050)

    async with aclosing(converted(hass, "wav", sound(), OutputFormat.RAW_16KHZ)) as pieces:
        heard = await anext(pieces)
        more.set()
        assert len(heard) < len(heard + b"".join([piece async for piece in pieces]))


async def test_what_is_no_sound_is_an_error(hass: HomeAssistant) -> None:
    with pytest.raises(ConversionError):
        await made_of(hass, "mp3", b"<html>" * 1000)


async def test_a_header_without_a_sound_is_nothing(hass: HomeAssistant) -> None:
    assert await made_of(hass, "wav", header(16000)) == b""
    assert await made_of(hass, "wav", b"RIFF") == b""


async def test_an_engine_that_fails_amid_its_sound_does_so_here(hass: HomeAssistant) -> None:
    async def sound() -> AsyncGenerator[bytes]:
        yield header(22050) + tone(22050)
        raise OSError("the server has gone")

    with pytest.raises(OSError, match="gone"):
        await made_of(hass, "wav", sound())


async def test_who_listens_no_more_ends_ffmpeg(hass: HomeAssistant) -> None:
    closed = asyncio.Event()

    async def sound() -> AsyncGenerator[bytes]:
        try:
            yield header(22050) + tone(22050)
            await asyncio.Event().wait()
        finally:
            closed.set()

    before = asyncio.all_tasks()
    async with aclosing(converted(hass, "wav", sound(), OutputFormat.RAW_16KHZ)) as pieces:
        await anext(pieces)
    assert closed.is_set()
    assert asyncio.all_tasks() == before
