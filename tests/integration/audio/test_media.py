"""Recordings as a whole: their length, sources that fail, and that nothing of ffmpeg is left."""

import asyncio
import os
from pathlib import Path
import struct

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.azure_speech_live.audio import media
from custom_components.azure_speech_live.audio.media import Recording, open_recording
from tests.speech_service.wav import wav_file

from ..recordings import (
    SPOKEN,
    EndlessRadio,
    convert,
    invent,
    process_of,
    spoken_pcm,
    web_server,
)
from .hearing import heard, refused

pytestmark = pytest.mark.usefixtures("allowed")


def assert_gone(recording: Recording) -> None:
    """Check that a recording's ffmpeg has ended, and is not a zombie."""
    process = process_of(recording)
    assert process.returncode is not None
    with pytest.raises(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)


# --- how long it is


async def test_samples_that_are_right_come_as_they_are(hass: HomeAssistant, allowed: Path) -> None:
    assert await heard(hass, convert(allowed / "spoken.wav", "-c", "copy")) == spoken_pcm()


@pytest.mark.parametrize("suffix", ["wav", "mp2", "mka"])
async def test_a_recording_that_is_too_long_is_refused_before_it_is_heard(
    hass: HomeAssistant, allowed: Path, suffix: str
) -> None:
    long = invent(allowed / f"long.{suffix}", "anullsrc=r=16000:cl=mono", "-t", "62")
    with pytest.raises(ServiceValidationError) as caught:
        async with open_recording(hass, str(long), 60):
            pytest.fail("it was opened")
    assert caught.value.translation_key == "media_too_long"


async def test_a_stream_is_refused_when_it_has_become_too_long(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        assert await refused(hass, f"{address}/radio.wav", 60, 61) == "media_too_long"


# --- what does not end, or does not say when


async def test_a_stream_without_an_end_asks_for_a_duration(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        assert await refused(hass, f"{address}/radio.wav") == "media_endless"
        assert len(await heard(hass, f"{address}/radio.wav", duration=2.5)) == 80_000


async def test_a_stream_as_slow_as_it_is_spoken_asks_for_a_duration(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_AHEAD_LIMIT", 0.5)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        await response.prepare(request)
        await response.write(SPOKEN.read_bytes()[:40] + b"\xff\xff\xff\xff" + bytes(320_000))
        await over.wait()
        return response

    async with web_server(answer) as address:
        try:
            assert await refused(hass, f"{address}/radio.wav") == "media_endless"
            assert await heard(hass, f"{address}/radio.wav", duration=5) == bytes(160_000)
        finally:
            over.set()


async def test_a_message_without_a_length_is_heard_whole(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.aac")

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/aac"})
        await response.prepare(request)
        await response.write(spoken.read_bytes())
        return response

    async with web_server(answer) as address:
        assert await heard(hass, f"{address}/spoken.aac") == await heard(hass, spoken)


async def test_no_more_than_the_duration_is_heard(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.wav", "-c", "copy")
    assert await heard(hass, spoken, duration=0.75) == spoken_pcm()[:24_000]
    assert await heard(hass, spoken, duration=600) == spoken_pcm()


async def test_a_length_that_was_estimated_refuses_nothing(hass: HomeAssistant, allowed: Path) -> None:
    """Of MPEG audio without a header ffmpeg guesses it by the first frames, and here the others are much larger."""
    small = convert(allowed / "small.mp2", "-b:a", "8k", "-ar", "16000").read_bytes()
    large = convert(allowed / "large.mp2", "-b:a", "160k", "-ar", "16000").read_bytes()
    spoken = allowed / "spoken.mp2"
    spoken.write_bytes(small * 10 + large * 10)
    assert len(await heard(hass, spoken, 60)) / 32_000 == pytest.approx(20 * len(spoken_pcm()) / 32_000, abs=3)


async def test_a_length_that_is_not_true_refuses_nothing(hass: HomeAssistant, allowed: Path) -> None:
    spoken = convert(allowed / "spoken.mkv", "-c:a", "pcm_s16le")
    matroska = spoken.read_bytes()
    at = matroska.index(b"\x44\x89\x88") + 3  # the Duration of an Info element, a double of milliseconds
    spoken.write_bytes(matroska[:at] + struct.pack(">d", 61_000_000) + matroska[at + 8 :])
    assert await heard(hass, spoken) == spoken_pcm()


async def test_a_server_that_breaks_off_is_an_error(hass: HomeAssistant) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        wav = SPOKEN.read_bytes()
        response = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": str(len(wav))})
        await response.prepare(request)
        await response.write(wav[: len(wav) // 2])
        assert request.transport is not None
        request.transport.abort()
        return response

    async with web_server(answer) as address:
        assert await refused(hass, f"{address}/spoken.wav") == "media_unreadable"


async def test_a_server_that_stalls_is_an_error(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_STALL_LIMIT", 1)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        wav = wav_file(spoken_pcm() * 20)
        response = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": str(len(wav))})
        await response.prepare(request)
        await response.write(wav[: len(wav) // 2])
        await over.wait()
        return response

    async with web_server(answer) as address:
        try:
            assert await refused(hass, f"{address}/spoken.wav") == "media_unreadable"
        finally:
            over.set()


async def test_a_server_that_never_sends_a_sound_is_an_error(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "OPEN_LIMIT", 1)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:  # noqa: ARG001 - aiohttp's signature
        await over.wait()
        return web.Response()

    async with web_server(answer) as address:
        try:
            assert await refused(hass, f"{address}/spoken.wav") == "media_unreadable"
        finally:
            over.set()


async def test_without_ffmpeg_there_is_no_recording(hass: HomeAssistant, allowed: Path) -> None:
    convert(allowed / "spoken.wav", "-c", "copy")
    hass.data["ffmpeg"]._bin = "/nowhere/ffmpeg"  # noqa: SLF001 - what its configuration would set
    with pytest.raises(HomeAssistantError) as caught:
        await heard(hass, allowed / "spoken.wav")
    assert caught.value.translation_key == "no_ffmpeg"


# --- what is held, and what is left


async def test_no_more_is_read_than_is_taken(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        async with open_recording(hass, f"{address}/radio.wav", duration=3600) as recording:
            audio = recording.audio()
            await anext(audio)
            await audio.aclose()
        await radio.left.wait()
    assert_gone(recording)
    assert radio.sent < 16 << 20


@pytest.mark.parametrize("times", [1, 2])
async def test_a_cancelled_reader_leaves_no_process(hass: HomeAssistant, times: int) -> None:
    radio = EndlessRadio()
    recordings: list[Recording] = []
    taken = asyncio.Event()

    async def listen() -> None:
        async with open_recording(hass, f"{address}/radio.wav", duration=3600) as recording:
            recordings.append(recording)
            async for _ in recording.audio():
                taken.set()
                await asyncio.Event().wait()

    async with web_server(radio.answer) as address:
        task = asyncio.create_task(listen())
        await taken.wait()
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            await radio.left.wait()
            await process_of(recordings[0]).wait()
    assert_gone(recordings[0])
