"""Virtual microphones, on a machine without a sound card.

Of ALSA's file plugin, which gives what is in a file, sample for sample and as fast as it is taken; and of a PulseAudio
server, in real time, whose devices can be unplugged. ALSA and PulseAudio find them by the environment.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
import os
from pathlib import Path
from tempfile import TemporaryDirectory
import threading
from typing import Self
import wave

from tests.end_to_end.process import Process
from tests.machine import temporary_folder

SPOKEN = Path(__file__).parent.parent / "data" / "turn_on_the_kitchen_light.wav"
"""16 kHz, 16-bit, mono."""
BYTES_PER_SECOND = 32_000


def spoken() -> bytes:
    """Return the samples of the spoken command."""
    with wave.open(str(SPOKEN)) as file:
        pcm: bytes = file.readframes(file.getnframes())
    return pcm


def threads() -> list[str]:
    """Return the threads that call PortAudio."""
    return [thread.name for thread in threading.enumerate() if thread.name.endswith("sound")]


async def settled() -> None:
    """Wait until PortAudio has nothing to do any more."""
    async with asyncio.timeout(30):
        while threads():  # noqa: ASYNC110 - a thread that ends tells nobody
            await asyncio.sleep(0.05)


def alsa(folder: Path, **recordings: bytes) -> dict[str, str]:
    """Make a microphone of each recording, by its name; the first is the system's choice. Return the environment.

    When a recording is over, its last sound is repeated: end it with a silence.
    """
    if not recordings:
        return _environment(folder, ["pcm.absent { type hw; card 31 }"])
    devices = [f'pcm.!default {{ type plug; slave.pcm "{next(iter(recordings))}" }}']
    for name, pcm in recordings.items():
        (folder / f"{name}.raw").write_bytes(pcm)
        devices.append(
            f"pcm.{name} {{ type file; slave {{ pcm {{ type null }} }} "
            f'file "/dev/null"; infile "{folder}/{name}.raw"; format "raw" }}'
        )
    return _environment(folder, devices)


def without_sound(folder: Path) -> dict[str, str]:
    """Return the environment of a machine whose sound system is not set up at all."""
    return _environment(folder, [])


def _environment(folder: Path, devices: list[str]) -> dict[str, str]:
    configuration = folder / "asound.conf"
    configuration.write_text("\n".join([*devices, ""]))
    return {"ALSA_CONFIG_PATH": str(configuration), "JACK_NO_START_SERVER": "1"}


class SoundServer:
    """A PulseAudio server, in which things are plugged and unplugged."""

    def __init__(self, process: Process, environment: Mapping[str, str]) -> None:
        """Use ``run`` instead."""
        self.process = process
        self.environment = environment
        self._modules: dict[str, list[str]] = {}

    @classmethod
    @asynccontextmanager
    async def run(cls, *names: str) -> AsyncIterator[Self]:
        """Run a server with microphones of some names plugged in; the first is the system's choice."""
        # Not in a test's own folder: an address of a socket is short.
        with TemporaryDirectory(prefix="pulse-", dir=temporary_folder()) as folder:
            async with cls._run(Path(folder), *names) as server:
                yield server

    @classmethod
    @asynccontextmanager
    async def _run(cls, folder: Path, *names: str) -> AsyncIterator[Self]:
        address = f"unix:{folder}/native"
        commands = folder / "default.pa"
        commands.write_text(f"load-module module-native-protocol-unix socket={folder}/native auth-anonymous=1\n")
        home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_COOKIE": str(folder / "cookie")}
        async with Process.run(
            *("pulseaudio", "-n", "-F", commands, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
            *("--disable-shm=yes", "--log-level=info", "--log-target=stderr"),
            env=home,
        ) as server:
            await server.line("Daemon startup complete")
            devices = [
                f'pcm.{pcm} {{ type pulse; device "{name}"; hint {{ show on; description "{name}" }} }}'
                for pcm, name in [("!default", names[0]), *((name, name) for name in names)]
            ]
            environment = _environment(folder, devices) | {
                "PULSE_SERVER": address,
                "PULSE_COOKIE": home["PULSE_COOKIE"],
            }
            self = cls(server, environment)
            for name in names:
                await self.plug_in(name)
            yield self

    async def plug_in(self, name: str) -> None:
        """Plug a microphone in."""
        # One that may rewind gives its sound two seconds at a time.
        room = f"sink_name=room_of_{name} rate=16000 channels=1 format=s16le norewinds=1"
        self._modules[name] = [
            await self._pactl("load-module", "module-null-sink", *room.split()),
            await self._pactl(
                "load-module", "module-remap-source", f"source_name={name}", f"master=room_of_{name}.monitor"
            ),
        ]

    async def unplug(self, name: str) -> None:
        """Unplug a microphone."""
        for module in reversed(self._modules.pop(name)):
            await self._pactl("unload-module", module)

    async def say(self, name: str, pcm: bytes) -> None:
        """Say something in the room of a microphone; return when it was said."""
        player = await asyncio.create_subprocess_exec(
            *("pacat", f"--device=room_of_{name}", "--raw", "--format=s16le", "--rate=16000", "--channels=1"),
            stdin=PIPE,
            stderr=DEVNULL,
            env={**os.environ, **self.environment},
        )
        await player.communicate(pcm)
        assert player.returncode == 0

    def room(self, name: str) -> dict[str, str]:
        """Return the environment of a device whose microphone is this, and whose speaker is heard in its room."""
        return {**self.environment, "PULSE_SOURCE": name, "PULSE_SINK": f"room_of_{name}"}

    async def listeners(self) -> int:
        """Return how many streams listen to microphones."""
        streams = await self._pactl("list", "short", "source-outputs")
        return sum("module-" not in line for line in streams.splitlines())

    async def _pactl(self, *command: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "pactl", *command, stdout=PIPE, env={**os.environ, **self.environment}
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, command
        return said.decode().strip()
