"""What a microphone in the room would hear: speech, made by flite or from a recording, and then silence.

Sound is 16 kHz 16-bit mono PCM throughout, as Home Assistant's voice assistant takes it.
"""

from array import array
import asyncio
from collections.abc import AsyncGenerator
import itertools
from pathlib import Path
import subprocess
import tempfile
import wave

BYTES_PER_SECOND = 16000 * 2
_AUDIBLE = 1000  # of 32767; whoever speaks is louder
_CHUNK_SECONDS = 0.02
_CHUNK_BYTES = int(BYTES_PER_SECOND * _CHUNK_SECONDS)


class SoundError(Exception):
    """A recording cannot be read. The message is ffmpeg's."""


def spoken(text: str) -> bytes:
    """Return `text` as flite speaks it."""
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "spoken.wav"
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", recording], check=True)
        return recorded(recording)


def recorded(recording: Path) -> bytes:
    """Return the sound of a file in any format that ffmpeg knows. Raises SoundError if it has none."""
    decoding = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-i", recording, "-f", "s16le", "-ar", "16000", "-ac", "1", "-"],
        capture_output=True,
        check=False,
    )
    if decoding.returncode:
        raise SoundError(decoding.stderr.decode(errors="replace").strip())
    return decoding.stdout


def end_of_speech(sound: bytes) -> float:
    """Return after how many seconds only silence is left of `sound`; 0 if it is nothing else."""
    samples = array("h", sound)
    return next((n for n in range(len(samples), 0, -1) if abs(samples[n - 1]) > _AUDIBLE), 0) / 16000


def record(sound: bytes, recording: Path) -> None:
    """Write `sound` to a WAV file."""
    with wave.open(str(recording), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(sound)


async def microphone(sound: bytes) -> AsyncGenerator[bytes]:
    """Yield `sound`, then silence for ever, in chunks of 20 ms, each when a microphone would have it."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in itertools.count():
        await asyncio.sleep(start + (number + 1) * _CHUNK_SECONDS - loop.time())
        yield sound[number * _CHUNK_BYTES : (number + 1) * _CHUNK_BYTES].ljust(_CHUNK_BYTES, b"\0")
