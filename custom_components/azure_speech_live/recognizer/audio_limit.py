"""How much audio a command may have, so that a microphone which is never closed costs no more than that."""

from collections.abc import AsyncGenerator, AsyncIterable

from ..speech import BYTES_PER_SECOND


async def limited(stream: AsyncIterable[bytes], seconds: float) -> AsyncGenerator[bytes]:
    """Yield the first seconds of 16 kHz, 16-bit, mono audio, and close its source."""
    left = int(seconds * BYTES_PER_SECOND)
    try:
        async for chunk in stream:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
