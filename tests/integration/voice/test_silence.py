"""Silence where there is nothing to say yet: when, how much, and that nothing else is changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from custom_components.azure_speech_live.speech import OutputFormat, silence as no_sound
from custom_components.azure_speech_live.voice import silence
from custom_components.azure_speech_live.voice.silence import bridged, ended

FORM = OutputFormat.RAW_8KHZ
SOUND = b"\1\0" * 800
"""A tenth of a second."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pause be over sooner."""
    monkeypatch.setattr(silence, "PAUSE", 0.2)


async def spoken(*pauses: float) -> AsyncGenerator[bytes]:
    """Give a piece of sound after each of these pauses."""
    for pause in pauses:
        await asyncio.sleep(pause)
        yield SOUND


async def whole(sound: AsyncGenerator[bytes], *, is_awaited: bool = True) -> list[bytes]:
    """Return the pieces of a sound that was bridged."""
    async with aclosing(bridged(sound, FORM, lambda: is_awaited, step=0.01)) as pieces:
        return [piece async for piece in pieces]


async def test_what_comes_in_time_is_passed_on_as_it_is() -> None:
    assert await whole(spoken(0, 0.01, 0)) == [SOUND] * 3


@pytest.mark.parametrize(("form", "least"), [(FORM, 0.2), (OutputFormat.MP3_16KHZ, 0.4)])
async def test_a_pause_is_silence_for_as_long_as_it_lasts(form: OutputFormat, least: float) -> None:
    """Frames of MP3 are longer than the steps: what is ahead then is no sound that is still heard."""
    frame = no_sound(form, 0.1)

    async def halting() -> AsyncGenerator[bytes]:
        yield frame
        await asyncio.sleep(1.0)
        yield frame

    async with aclosing(bridged(halting(), form, lambda: True, step=0.01)) as pieces:
        sounds = [piece async for piece in pieces]
    assert sounds[0] == sounds[-1] == frame
    quiet = sounds[1:-1]
    # What is heard lasts a tenth, then nothing comes for a fifth of a second, and after that there is silence.
    assert least < sum(map(len, quiet)) / form.bytes_per_second < 0.9
    assert set(quiet) <= {no_sound(form, 0.01), no_sound(form, silence.BREATH)}


async def test_in_mp3_it_is_between_whole_frames() -> None:
    form = OutputFormat.MP3_24KHZ
    quiet = no_sound(form, 0)
    frame = quiet[:4] + b"\1" * (len(quiet) - 4)
    sound = frame * 4

    async def torn() -> AsyncGenerator[bytes]:
        yield sound[: len(frame) * 5 // 2]
        await asyncio.sleep(0.5)
        yield sound[len(frame) * 5 // 2 :]

    async with aclosing(bridged(torn(), form, lambda: True, step=0.01)) as pieces:
        whole = b"".join([piece async for piece in pieces])
    frames = [whole[start : start + len(frame)] for start in range(0, len(whole), len(frame))]
    assert frames[:2] == frames[-2:] == [frame, frame]
    assert set(frames[2:-2]) == {quiet}


async def test_where_sound_is_still_heard_a_breath_is_enough() -> None:
    async def much() -> AsyncGenerator[bytes]:
        yield SOUND * 100
        await asyncio.sleep(0.5)
        yield SOUND

    pieces = await whole(much())
    assert 1 <= len(pieces[1:-1]) <= 3
    assert {len(piece) for piece in pieces[1:-1]} == {round(silence.BREATH * FORM.rate) * 2}


async def test_what_the_service_takes_its_time_for_is_no_pause() -> None:
    assert await whole(spoken(0, 0.4), is_awaited=False) == [SOUND, SOUND]


async def test_a_failure_is_passed_on() -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield SOUND
        raise ValueError("hoarse")

    pieces = bridged(broken(), FORM, lambda: True)
    assert await anext(pieces) == SOUND
    with pytest.raises(ValueError, match="hoarse"):
        await anext(pieces)


async def test_who_leaves_in_a_pause_leaves_nothing_behind() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        try:
            yield SOUND
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with aclosing(bridged(endless(), FORM, lambda: True, step=0.01)) as pieces:
        async for piece in pieces:
            if not any(piece):
                break
    assert closed.is_set()


async def test_what_is_over_is_not_ended_again() -> None:
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    await ended(future)
    assert future.result() == 1
