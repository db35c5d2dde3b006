"""Silence where a voice has nothing to say yet, as long as the silence lasts: what plays a sound waits for no more.

A voice satellite hangs if nothing comes for five seconds (esphome/home-assistant-voice-pe#612), such as while the agent
asks a tool.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

PAUSE: Final = 2.0
"""Seconds without any sound from which on there is silence in its place."""
STEP: Final = 0.1
"""Seconds of silence at a time: as long as what comes then may wait behind it."""
BREATH: Final = 0.02
"""Seconds of it where what came before is still heard."""
_SAMPLE_SIZE: Final = 2


async def ended(future: asyncio.Future[Any]) -> None:
    """End what a future is the result of, if that is not over."""
    if not future.done():
        future.cancel()
        await asyncio.wait({future})


async def bridged(
    sound: AsyncGenerator[bytes], rate: int, is_awaited: Callable[[], bool], *, step: float = STEP
) -> AsyncGenerator[bytes]:
    """Yield 16-bit PCM of so many samples a second and, where nothing comes for long, silence in real time.

    ``is_awaited`` tells whether more text is to come: what takes its time then is no silence, but the service.
    """
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
                seconds = BREATH if now < heard_until else step
                due = now + (PAUSE if now < heard_until else step)
                heard_until = max(heard_until, now) + seconds
                yield bytes(round(seconds * rate) * _SAMPLE_SIZE)
        finally:
            await ended(coming)
        if not (piece := coming.result()):
            return
        now = clock()
        heard_until = max(heard_until, now) + len(piece) / rate / _SAMPLE_SIZE
        due = now + PAUSE
        yield piece
