"""What the service sends on a connection, and what a behaviour has in store for it (see `faults`)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from websockets.protocol import OPEN

from . import faults
from .door import Door, reset
from .framing import encode_binary, encode_text
from .manner import Manner


class Line:
    """The sending side of a WebSocket, and the place where faults happen. `sent` holds the paths of what was sent."""

    def __init__(self, websocket: Door, manner: Manner) -> None:
        """Take an open WebSocket with its behaviour, and the manner in which messages are written."""
        self.sent: list[str] = []
        self.audio_sent = 0
        """Bytes of audio."""
        self.frozen = False
        """Whether nothing more is to be read."""
        self.translating = False
        """Whether the current turn is a translation."""
        self._websocket = websocket
        self._manner = manner
        self._pending = list(websocket.behaviour.faults)
        self._counts: Counter[str] = Counter()
        self._mute = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._request_id = uuid4().hex
        self._timers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Let the time run that some faults wait for."""
        for fault in self._pending:
            if isinstance(fault.at, faults.Elapsed):
                self._timers.append(asyncio.create_task(self._reach_later(fault.at)))

    def stop(self) -> list[asyncio.Task[None]]:
        """Stop waiting for faults; return the tasks that are about to end."""
        for timer in self._timers:
            timer.cancel()
        return self._timers

    async def send(self, path: str, body: Any, request_id: str, headers: Mapping[str, str] | None = None) -> None:
        """Send a message of a turn (binary if `body` is), with whatever the behaviour has in store for it."""
        self._request_id = request_id
        copies, other = await self._before(path)
        for _ in range(copies):
            await self._send_frame(self._encode(path, body, other or request_id, headers))
            self.audio_sent += len(body) if isinstance(body, bytes) and not self._mute else 0
        await self._after(path)

    async def send_bare(self, kind: str, data: str | Sequence[bytes]) -> None:
        """Send a message of the dialect without framing: text, or the fragments of a binary one.

        Behaviours know it by its kind, and its fragments by "fragment".
        """
        copies, _ = await self._before(kind)
        for _ in range(copies):
            await self._send_frame(data if isinstance(data, str) else self._fragments(data))
        await self._after(kind)

    async def _fragments(self, data: Sequence[bytes]) -> AsyncGenerator[bytes]:
        for number, fragment in enumerate(data, start=1):
            yield fragment
            await self.reach(faults.After("fragment", number))
            if self._mute:
                await self._websocket.wait_closed()  # the rest never comes

    async def _before(self, path: str) -> tuple[int, str | None]:
        """Let happen what is to happen before a message; return how often to send it, and for which other turn."""
        self._counts[path] += 1
        copies, request_id = 1, None
        for action in self._due(faults.Before(path, self._counts[path])):
            match action:
                case faults.Drop():
                    copies = 0
                case faults.Duplicate():
                    copies = 2
                case faults.Readdress():
                    request_id = action.request_id
                case _:
                    await self._do(action)
        return copies, request_id

    async def _after(self, path: str) -> None:
        self.sent.append(path)
        await self.reach(faults.After(path, self._counts[path]))

    async def reach(self, point: faults.Point) -> None:
        """Let happen what is to happen at a point."""
        for action in self._due(point):
            await self._do(action)

    @property
    def left(self) -> int:
        """How many faults have not happened."""
        return len(self._pending)

    def pending(self, *kinds: type[faults.Point]) -> list[faults.Point]:
        """Return the points of some kinds at which something is still to happen."""
        return [fault.at for fault in self._pending if isinstance(fault.at, kinds)]

    async def _reach_later(self, point: faults.Elapsed) -> None:
        await asyncio.sleep(point.seconds)
        await self.reach(point)

    def _due(self, point: faults.Point) -> list[faults.Action]:
        due = [fault for fault in self._pending if fault.at == point]
        self._pending = [fault for fault in self._pending if fault not in due]
        return [fault.do for fault in due]

    async def _send_frame(self, data: str | bytes | AsyncGenerator[bytes]) -> None:
        await self._flows.wait()
        if not self._mute:
            await self._websocket.send(data)

    async def _do(self, action: faults.Action) -> None:  # noqa: C901, PLR0912 - a case for each action, and nothing else
        match action:
            case faults.Reset():
                reset(self._websocket.transport)
                await self._websocket.wait_closed()
            case faults.Close():
                await self._websocket.close(action.code, action.reason)
            case faults.Silence():
                self._mute = True
            case faults.Freeze():
                self._mute = self.frozen = True
                self._websocket.transport.pause_reading()
            case faults.Stall():
                self._flows.clear()
                self._websocket.transport.pause_reading()
                await asyncio.sleep(action.seconds)
                self._websocket.transport.resume_reading()
                self._flows.set()
            case faults.Trickle():
                self._websocket.trickle(action.interval)
            case faults.Wait():
                await asyncio.sleep(action.seconds)
            case faults.Send(data=str() as text):
                await self._send_frame(text.replace("{request_id}", self._request_id))
            case faults.Send(data=bytes() as data):
                await self._send_frame(self._addressed(data))
            case faults.Say():
                await self._send_frame(self._encode(action.path, action.body, self._request_id))
            case faults.HangUp():
                self._websocket.transport.close()
                await self._websocket.wait_closed()
            case faults.Raw():
                if self._websocket.protocol.state is OPEN:  # else the client has gone, or is about to
                    self._websocket.transport.write(self._addressed(action.data) * action.times)
            case faults.Storm():
                for number in range(action.count):
                    await self._send_frame(self._hypothesis(f"storm {number}"))
            case faults.Huge():
                await self._send_frame(self._hypothesis("x" * action.size))
            case faults.Drop() | faults.Duplicate() | faults.Readdress():
                raise ValueError(f"{action} is only possible Before a message")

    def _addressed(self, data: bytes) -> bytes:
        return data.replace(b"{request_id}", self._request_id.encode())

    def _hypothesis(self, text: str) -> str | bytes:
        body: dict[str, Any] = {"Id": uuid4().hex, "Text": text, "Offset": 0, "Duration": 0}
        if self.translating:
            body["Translation"] = {"TranslationStatus": "Success", "Translations": []}
        kind = "translation" if self.translating else "speech"
        return self._encode(f"{kind}.hypothesis", body, self._request_id)

    def _encode(self, path: str, body: Any, request_id: str, more: Mapping[str, str] | None = None) -> str | bytes:
        # The request id goes back exactly as it came: the native SDK compares it with case.
        headers = self._manner.headers({"X-RequestId": request_id, **(more or {}), "Path": path})
        if isinstance(body, bytes):
            return encode_binary(headers, body, self._manner.newline)
        content_type = {self._manner.header("Content-Type"): "application/json; charset=utf-8"}
        return encode_text({**content_type, **headers}, self._manner.body(body), self._manner.newline)
