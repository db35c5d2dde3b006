"""Silence where a voice has nothing to say yet, as long as the silence lasts: what plays a sound waits for no more.

A voice satellite hangs if nothing comes for five seconds (esphome/home-assistant-voice-pe#612), such as while the agent
asks a tool.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from ..speech import Frames, OutputFormat, silence

PAUSE: Final = 2.0
"""Seconds without any sound from which on there is silence in its place."""
STEP: Final = 0.1
"""Seconds of silence at a time: as long as what comes then may wait behind it."""
BREATH: Final = 0.02
"""Seconds of it where what came before is still heard."""


async def ended(future: asyncio.Future[Any]) -> None:
    """End what a future is the result of, if that is not over."""
    if not future.done():
        future.cancel()
        await asyncio.wait({future})


async def bridged(
    sound: AsyncGenerator[bytes], form: OutputFormat, is_awaited: Callable[[], bool], *, step: float = STEP
) -> AsyncGenerator[bytes]:
    """Yield a sound, PCM or MP3 without its beginning, and where nothing comes for long, silence in real time.

    ``is_awaited`` tells whether more text is to come: what takes its time then is no silence, but the service.
    """
    frames = Frames(form)
    clock = asyncio.get_running_loop().time
    heard_until = due = clock()
    due += PAUSE
    while True:
        coming = asyncio.ensure_future(anext(sound, b""))
        try:
            while not (await asyncio.wait({coming}, timeout=step))[0]:
                now = clock()
                if now < due or not is_awaited():
                    continue
                ahead = heard_until - now  # frames of MP3 may be longer than a step
                due = now + (min(PAUSE, ahead) if ahead > step else step)
                quiet = silence(form, BREATH if ahead > step else step)
                heard_until = max(heard_until, now) + len(quiet) / form.bytes_per_second
                yield quiet
        finally:
            await ended(coming)
        if not (piece := coming.result()):
            break
        now = clock()
        heard_until = max(heard_until, now) + len(piece) / form.bytes_per_second
        due = now + PAUSE
        if piece := frames.feed(piece):
            yield piece
    if rest := frames.close():
        yield rest
