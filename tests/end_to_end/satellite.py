"""A satellite of the Wyoming protocol: a microphone and a loudspeaker, to which Home Assistant connects.

It does what the protocol's own satellites do when a wake word was heard: asks for a run, sends what the microphone
hears until there is a transcript, and plays what comes.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import Attribution, Describe, Info, Satellite as Description
from wyoming.ping import Ping, Pong
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.satellite import RunSatellite
from wyoming.snd import Played

from .microphone import microphone

_DESCRIPTION: Final = Description(
    name="Hall",
    description="A satellite of the tests",
    version="1.0",
    attribution=Attribution(name="Azure Speech Live", url=""),
    installed=True,
)


class Satellite:
    """One that is spoken to."""

    def __init__(self) -> None:
        self.port = 0
        self._home: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
        self._told: asyncio.Queue[Event] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def run(cls) -> AsyncIterator[Self]:
        """Listen at a free port of loopback until the block is left."""
        self = cls()
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self
            server.close_clients()

    async def say(self, sound: bytes) -> AsyncGenerator[Event]:
        """Say a command near it, and yield what Home Assistant tells it then, up to the end of the answer's sound."""
        home = await self._home
        run = RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS)
        await async_write_event(run.event(), home)
        hearing = asyncio.create_task(self._hear(sound, home))
        try:
            while not AudioStop.is_type((event := await self._told.get()).type):
                if Transcript.is_type(event.type):
                    hearing.cancel()
                yield event
            await async_write_event(Played().event(), home)
        finally:
            hearing.cancel()

    async def _hear(self, sound: bytes, home: asyncio.StreamWriter) -> None:
        async for chunk in microphone(sound):
            await async_write_event(AudioChunk(rate=16000, width=2, channels=1, audio=chunk).event(), home)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on a connection. Home Assistant has one to ask who is there, and another one that stays."""
        while event := await async_read_event(reader):
            if Describe.is_type(event.type):
                await async_write_event(Info(satellite=_DESCRIPTION).event(), writer)
            elif Ping.is_type(event.type):
                await async_write_event(Pong(text=Ping.from_event(event).text).event(), writer)
            elif RunSatellite.is_type(event.type):
                self._home.set_result(writer)
            else:
                self._told.put_nowait(event)
        writer.close()
