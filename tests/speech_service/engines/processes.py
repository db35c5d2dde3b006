"""Programs that make one thing of another: bytes in, bytes out."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE

from .translation import SynthesisFailedError


async def run_process(data: bytes, *command: str) -> bytes:
    """Return what a program makes of its input. Raises SynthesisFailedError, also where it is not installed."""
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise SynthesisFailedError(f"{command[0]} is not installed: {error.strerror}") from error
    try:
        out, err = await process.communicate(data)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SynthesisFailedError(f"{command[0]} failed: {err.decode(errors='replace').strip()}"[:200])
    return out
