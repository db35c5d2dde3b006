"""How a turn is answered over WebSocket: turn.start, response, metadata and audio, turn.end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
import json
from typing import Protocol

from ..answers import Send
from .context import Streaming
from .delivery import Listens
from .metadata import Entry, entries, session_end
from .rendering import Rendering
from .ssml import Part, read_ssml
from .synthesis import Synthesis
from .turn import SynthesisTurn


class SendAudio(Protocol):
    """Sends audio of a turn, cut where a fault wants it."""

    async def __call__(self, data: bytes, content_type: str = "") -> None:
        """Send audio; the last message of a turn, which is empty, has no Content-Type."""


class Speaking:
    """The answer to one turn."""

    def __init__(
        self,
        turn: SynthesisTurn,
        synthesis: Synthesis,
        send: Send,
        send_audio: SendAudio,
        *,
        custom: bool,
    ) -> None:
        """Answer by `send` and `send_audio`; `custom`: with the voices of a deployment."""
        self._turn = turn
        self._synthesis = synthesis
        self._delivery = synthesis.delivery
        self._send = send
        self._send_audio = send_audio
        self._custom = custom

    async def run(self) -> None:
        """Answer until the turn is over. Raises NotSpokenError."""
        turn = self._turn
        if self._delivery.waits_for_text and turn.asked.streaming:
            await turn.text_begun()
        # Microsoft's service indents this message, and no other.
        await self._send("turn.start", json.dumps({"context": {"serviceTag": turn.service_tag}}, indent=2))
        self._synthesis.admit()
        audio_format = self._synthesis.find_format(turn.asked.output_format)
        self._content_type = audio_format.content_type
        self._rendering = Rendering(self._synthesis, audio_format)
        if turn.asked.streaming is not None:
            await self._speak_pieces(turn.asked.streaming)
        else:
            await self._speak_ssml()
        await self._end()

    async def _speak_ssml(self) -> None:
        speech = read_ssml(self._turn.ssml, detects_language=self._turn.asked.detects_language)
        parts = self._synthesis.assign(speech.parts, speech.language, custom=self._custom)
        await self._respond()
        tail = self._synthesis.tail(parts[-1] if parts else None, speech.tail)
        await self._speak(parts, tail if speech.text.strip() else 0.0)

    async def _speak_pieces(self, streaming: Streaming) -> None:
        self._synthesis.stream(streaming, "", custom=self._custom)  # a voice that is not there is told at once
        await self._respond()
        if self._delivery.listens is Listens.NEVER:
            await asyncio.get_running_loop().create_future()
        last = None
        async with aclosing(self._turn.texts(self._delivery.listens)) as texts:
            async for text in texts:
                [last] = self._synthesis.stream(streaming, text, custom=self._custom)
                await self._speak([last])
        if last is not None:
            await self._speak([], self._synthesis.tail(last))

    async def _respond(self) -> None:
        turn = self._turn
        audio = {"type": "inline", "streamId": turn.stream_id}
        await self._send("response", {"context": {"serviceTag": turn.service_tag}, "audio": audio})
        if self._delivery.empty_first:
            await self._send_audio(b"", self._content_type)

    async def _speak(self, parts: Sequence[Part], tail: float = 0.0) -> None:
        spans, pcm = await self._rendering.render(parts, tail)
        await self._tell(entries(spans, self._turn.asked))
        async with aclosing(self._rendering.slices(pcm)) as slices:
            async for data in slices:
                await self._send_audio(data, self._content_type)

    async def _tell(self, metadata: list[Entry]) -> None:
        one = self._delivery.one_message
        for told in [metadata] if one and metadata else [[entry] for entry in metadata]:
            await self._send("audio.metadata", {"Metadata": told})

    async def _end(self) -> None:
        if self._rendering.end:
            await self._send_audio(self._rendering.end, self._content_type)
        if self._turn.asked.session_end:
            await self._tell([session_end(self._rendering.position)])
        await self._send_audio(b"")
        self._turn.ended = True
        self._turn.ended_at = asyncio.get_running_loop().time()
        await self._send("turn.end", {})
