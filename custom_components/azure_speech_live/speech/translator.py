"""The dialect of the Translator Speech API of 2018, spoken as if it were the Speech service's own.

Source: Microsoft's Translator Speech API reference (2018). There is no framing: the audio goes up as the raw bytes of
one WAV stream, results come as JSON (`final`, `partial`), and each spoken translation as one binary message. All
options stand in the URL's query. There is neither a start nor an end of a turn, so this makes both: the start when the
connection opens, the end when nothing more comes after the silence that it sends behind the audio.
"""

import asyncio
from collections import deque
from typing import Any, Final, override

import aiohttp
from yarl import URL

from . import messages
from .audio import BYTES_PER_SECOND
from .connection import Connection
from .errors import UnusableMessageError
from .messages import Message, json_message
from .telemetry import ConnectionMetric

CLOSING_SILENCE: Final = 5.0
"""Seconds of silence behind the audio, by which the service knows that the last sentence is over."""
SILENCE_FRAME: Final = BYTES_PER_SECOND
"""Bytes of it in one message."""
QUIET: Final = 2.0
"""Seconds without a message, after the audio, that stand for the end of the turn."""


class TranslatorConnection(Connection):
    """A connection that serves one turn, in the older dialect."""

    reusable = False

    @override
    def __init__(self, socket: aiohttp.ClientWebSocketResponse, url: URL, metric: ConnectionMetric) -> None:
        super().__init__(socket, url, metric)
        self._received: deque[Message] = deque([json_message("turn.start", {})])
        self._sent = 0
        self._ended = False

    @override
    async def send(self, message: Message) -> None:
        """Send audio; the rest of what a turn says has no place in this dialect. Raises ConnectionFailedError."""
        if message.path != "audio" or not isinstance(message.body, bytes):
            return
        if message.body:
            self._sent += len(message.body)
            await self._send(message.body)
            return
        self._ended = True
        for _ in range(round(CLOSING_SILENCE * BYTES_PER_SECOND / SILENCE_FRAME)):
            await self._send(bytes(SILENCE_FRAME))

    @override
    async def receive(self) -> Message:
        """Wait for the next message, and give it in the newer form. Raises SpeechError."""
        while not self._received:
            try:
                async with asyncio.timeout(QUIET):
                    received = await self._receive()
            except TimeoutError:
                if self._ended:
                    return json_message("turn.end", {})
            else:
                self._received.extend(self._translated(received))
        return self._received.popleft()

    def _translated(self, payload: str | bytes) -> list[Message]:
        if isinstance(payload, bytes):
            return [
                Message("translation.synthesis", payload),
                json_message("translation.synthesis.end", {"SynthesisStatus": "Success"}),
            ]
        body = messages.json_body(Message("result", payload))
        if body.get("type") not in ("final", "partial"):
            return []
        recognition, translated = body.get("recognition"), body.get("translation")
        if not isinstance(recognition, str):
            raise UnusableMessageError("a result without a recognition")
        target = self.url.query.get("to", "")
        result: dict[str, Any] = {
            "Text": recognition,
            "Translation": {"TranslationStatus": "Success", "Translations": [{"Language": target, "Text": translated}]},
            "Offset": body.get("audioTimeOffset", 0),
            # Where times are missing, a result is about all that it can be about.
            "Duration": body.get("audioTimeSize", self._sent * messages.TICKS_PER_SECOND // BYTES_PER_SECOND),
        }
        if body["type"] == "partial":
            return [json_message("translation.hypothesis", result)]
        return [json_message("translation.phrase", {"RecognitionStatus": "Success", **result})]
