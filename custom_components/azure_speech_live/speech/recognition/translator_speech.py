"""The dialect of the Translator Speech API of 2018, spoken as if it were the Speech service's own.

Source: Microsoft's Translator Speech API reference (2018). There is no framing: the audio goes up as the raw bytes of
one WAV stream, results come as JSON (`final`, `partial`), and each spoken translation as one binary message. All
options stand in the URL's query. There is neither a start nor an end of a turn, so this makes both: the start when the
connection opens, the end when nothing more comes after the silence that it sends behind the audio, from a service
that still answers a ping.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
import contextlib
import logging
from typing import Any, Final, override

import aiohttp
from yarl import URL

from ..errors import ConnectionFailedError, UnusableMessageError
from ..wire import messages
from ..wire.connection import Connection
from ..wire.endpoints import Generation
from ..wire.limits import MAX_SPEECH_SIZE
from ..wire.messages import Message, json_message
from ..wire.telemetry import ConnectionMetric
from .audio import BYTES_PER_SECOND

_LOGGER = logging.getLogger(__name__)

CLOSING_SILENCE: Final = 5.0
"""Seconds of silence behind the audio, by which the service knows that the last sentence is over."""
SILENCE_FRAME: Final = BYTES_PER_SECOND
"""Bytes of it in one message."""
QUIET: Final = 2.0
"""Seconds without a message, after the audio, that stand for the end of the turn."""


class TranslatorConnection(Connection):
    """A connection that serves one turn, in the older dialect."""

    reusable = False
    max_size = MAX_SPEECH_SIZE

    @override
    def __init__(self, socket: aiohttp.ClientWebSocketResponse, url: URL, metric: ConnectionMetric) -> None:
        super().__init__(socket, url, metric)
        self._received: deque[Message] = deque([json_message("turn.start", {})])
        self._speaks = "texttospeech" in url.query.get("features", "")
        self._sent = 0
        self._quiet_since: float | None = None
        """Since when nothing has come, behind the audio."""
        self._wait: asyncio.Timeout | None = None
        self._asked = False
        """Whether the service has yet to show that it is still there."""
        self._said = False
        """Whether there was any result."""
        self._unspoken = False
        """Whether a result is still to be spoken."""

    @override
    async def send(self, message: Message) -> None:
        """Send audio; the rest of what a turn says has no place in this dialect. Raises ConnectionFailedError."""
        if message.path != "audio" or not isinstance(message.body, bytes):
            return
        _LOGGER.debug("%s: sent %s", self.id, message)
        if message.body:
            self._sent += len(message.body)
            await self._send(message.body)
            return
        for _ in range(round(CLOSING_SILENCE * BYTES_PER_SECOND / SILENCE_FRAME)):
            await self._send(bytes(SILENCE_FRAME))
        self._quiet_since = asyncio.get_running_loop().time()
        if self._wait is not None and not self._wait.expired():
            self._wait.reschedule(self._quiet_since + QUIET)

    @override
    async def receive(self) -> Message | None:
        """Wait for the next message, and give it in the newer form; None: another sign of life. Raises SpeechError."""
        if not self._received:
            # Who waits here does so in several goes.
            quiet_until = None if self._quiet_since is None else self._quiet_since + QUIET
            try:
                async with asyncio.timeout_at(quiet_until) as self._wait:
                    received = await self._next()
            except TimeoutError:
                await self._ask()
            else:
                self._take(received)
            finally:
                self._wait = None
        return self._received.popleft() if self._received else None

    async def _ask(self) -> None:
        """Ask a service that says no more whether it is still there. Raises ConnectionFailedError if it is not."""
        if self._asked:
            raise ConnectionFailedError("the connection was lost")
        self._asked = True
        self._quiet_since = asyncio.get_running_loop().time()
        with contextlib.suppress(ConnectionFailedError):
            await self.ping()

    def _take(self, received: aiohttp.WSMessage) -> None:
        if received.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            self._asked = False
            if self._quiet_since is not None:
                self._quiet_since = asyncio.get_running_loop().time()
            _LOGGER.debug("%s: received %s of %d", self.id, received.type.name.lower(), len(received.data))
            self._received.extend(self._translated(received.data))
        elif received.type is aiohttp.WSMsgType.PONG and self._asked:
            self._received.extend(self._end())

    def _end(self) -> list[Message]:
        end = [json_message("turn.end", {})]
        return end if self._said else [json_message("translation.phrase", {"RecognitionStatus": "NoMatch"}), *end]

    def _translated(self, payload: str | bytes) -> list[Message]:
        if isinstance(payload, bytes):
            return [Message("translation.synthesis", payload), self._spoken("Success")]
        body = messages.json_body(Message("result", payload))
        kind, recognition, translated = body.get("type"), body.get("recognition"), body.get("translation")
        if kind not in ("final", "partial"):
            return []
        if not isinstance(recognition, str):
            raise UnusableMessageError("a result without a recognition")
        self._said = True
        result: dict[str, Any] = {
            "Text": recognition,
            "Offset": body.get("audioTimeOffset", 0),
            # Where times are missing, a result is about all that it can be about.
            "Duration": body.get("audioTimeSize", self._sent * messages.TICKS_PER_SECOND // BYTES_PER_SECOND),
        }
        if translated:  # one that failed is empty
            target = self.url.query.get("to", "")
            result["Translation"] = {"Translations": [{"Language": target, "Text": translated}]}
        if kind == "partial":
            return [json_message("translation.hypothesis", result)]
        # A false recognition has an empty text.
        result["RecognitionStatus"] = "Success" if recognition else "NoMatch"
        late = [self._spoken("the service did not speak the translation")] if self._unspoken else []
        self._unspoken = self._speaks and bool(translated)
        return [*late, json_message("translation.phrase", result)]

    def _spoken(self, status: str) -> Message:
        """Return the end of a spoken translation, which comes before the next result, or not at all."""
        self._unspoken = False
        return json_message("translation.synthesis.end", {"SynthesisStatus": status})


DIALECTS: Final[Mapping[Generation, type[Connection]]] = {Generation.TRANSLATOR: TranslatorConnection}
"""The connections for those paths on which the service does not speak its own protocol."""
