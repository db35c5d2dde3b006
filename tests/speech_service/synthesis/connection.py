"""A connection on which speech is synthesised: checks what the client says, and has its turns run.

What closes it with 1002 or 1007 here is a client's mistake. What Microsoft's service closes for what was asked (a
voice that is not there, one request too many) comes from the turn, after its turn.start.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, override

from websockets import CloseCode
from websockets.exceptions import ConnectionClosed

from .. import faults
from ..framing import Message, Violation, decode
from ..rules import Rules, reuse
from ..session import Opening, Session, end
from .context import read_context
from .delivery import Overlap
from .refusals import NotSpokenError, WrongRequestError
from .speaking import Speaking
from .synthesis import Synthesis
from .turn import SynthesisTurn

PATHS: Final = frozenset(
    f"{base}/cognitiveservices/websocket/{version}" for base in ("", "/tts") for version in ("v1", "v2")
)
"""Where it is served; all four speak the same."""
MAX_MESSAGE_SIZE: Final = 65_536
"""Bytes of a client's message, headers and all."""

_RULES: Final = Rules(
    text=frozenset(
        {"speech.config", "synthesis.context", "ssml", "text.piece", "text.end", "synthesis.control", "telemetry"}
    ),
    bare=frozenset({"ssml", "text.piece", "text.end"}),
)
_CONTENT_TYPES: Final = {"ssml": "application/ssml+xml", "text.piece": "text/plain", "text.end": "text/plain"}


class SynthesisConnection(Session[SynthesisTurn]):
    """Such a connection. Its record also has the `messages`, in the order they came."""

    def __init__(self, opening: Opening, synthesis: Synthesis) -> None:
        """Begin to serve."""
        super().__init__(opening)
        self.messages: list[Message] = []
        self.config: Any = None
        self._synthesis = synthesis
        self._contexts: dict[str, Any] = {}
        self._counts: Counter[str] = Counter()
        self._running: set[asyncio.Task[None]] = set()
        self._failures: list[Exception] = []

    @property
    def audio_size(self) -> int:
        """Bytes of audio sent in all turns, with all that is in it."""
        return self._line.audio_sent

    @property
    @override
    def _busy(self) -> bool:
        return bool(self._running)

    @override
    async def _take(self, data: str | bytes) -> None:
        if len(data.encode() if isinstance(data, str) else data) > MAX_MESSAGE_SIZE:
            reason = f"Websocket message size cannot exceed {MAX_MESSAGE_SIZE} bytes"
            raise Violation(CloseCode.INVALID_DATA, reason)
        message = decode(data)
        self.messages.append(message)
        self._changed()
        _RULES.check(message, configured=self.config is not None)
        path = message.path
        expected = _CONTENT_TYPES.get(path)
        if expected and message.header("Content-Type").partition(";")[0].strip().lower() != expected:
            raise Violation(CloseCode.INVALID_DATA, f"The Content-Type of {path} is not {expected}")
        self._counts[path] += 1
        await self._line.reach(faults.Received(path, self._counts[path]))
        await self._act(message)

    async def _act(self, message: Message) -> None:
        match message.path:
            case "speech.config":
                self.config = message.json()
            case "synthesis.context":
                await self._take_context(message)
            case "ssml":
                await self._take_ssml(message)
            case "text.piece" | "text.end":
                self._take_text(message)
            case "telemetry":
                body = message.json()
                for turn in self.turns:
                    if turn.request_id == message.request_id:
                        turn.telemetry.append(body)

    # --- what begins a turn

    async def _take_context(self, message: Message) -> None:
        """Keep the context for the SSML that follows, or begin the turn of which the text comes in pieces."""
        if self._turn_of(message) is not None:
            raise reuse()
        context = message.json()
        asked = read_context(context)
        if asked.streaming is None:
            self._contexts = {message.request_id: context}
        else:
            await self._begin(SynthesisTurn(message.request_id, context, asked, _now()))

    async def _take_ssml(self, message: Message) -> None:
        if self._turn_of(message) is not None:
            raise reuse()
        if message.request_id not in self._contexts:
            raise Violation(CloseCode.PROTOCOL_ERROR, "There is no synthesis.context for this ssml")
        context = self._contexts.pop(message.request_id)
        turn = SynthesisTurn(message.request_id, context, read_context(context), _now(), ssml=str(message.body))
        await self._begin(turn)

    def _take_text(self, message: Message) -> None:
        turn = self._turn_of(message)
        if turn is None or turn.asked.streaming is None:
            raise Violation(CloseCode.PROTOCOL_ERROR, f"There is no turn for this {message.path}")
        if turn.over:
            return  # it was under way when the turn ended
        if turn.text_ended:
            raise Violation(CloseCode.PROTOCOL_ERROR, f"{message.path} after text.end")
        if message.path == "text.piece":
            turn.take_piece(str(message.body))
        else:
            turn.end_text()

    def _turn_of(self, message: Message) -> SynthesisTurn | None:
        return next((turn for turn in self.turns if turn.request_id.lower() == message.request_id.lower()), None)

    # --- turns

    async def _begin(self, turn: SynthesisTurn) -> None:
        overlap = self._synthesis.delivery.overlap
        before = list(self._running)
        if before and overlap is Overlap.REFUSE:
            raise Violation(CloseCode.PROTOCOL_ERROR, "There is a turn already")
        if overlap is Overlap.REPLACE:
            await self._abandon()
            for other in self.turns:
                other.replaced = not other.ended
        self.turns.append(turn)
        task = asyncio.create_task(self._run(turn, before if overlap is Overlap.QUEUE else []))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, turn: SynthesisTurn, before: list[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)

        async def send(path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
            await self._line.send(path, body, turn.request_id, headers)
            self._changed()

        custom = "deploymentId" in self.query
        speaking = Speaking(turn, self._synthesis, send, partial(self._send_audio, turn), custom=custom)
        try:
            await speaking.run()
        except NotSpokenError as refusal:
            turn.refusal = refusal.reason
            if isinstance(refusal, WrongRequestError):
                self.violation = Violation(CloseCode.INVALID_DATA, refusal.reason)
            await self._websocket.close(refusal.code, refusal.reason)
        except ConnectionClosed:
            pass
        except Exception as error:  # noqa: BLE001 - _abandon raises it
            self._failures.append(error)
            await self.fail()
        finally:
            self._changed()

    async def _send_audio(self, turn: SynthesisTurn, data: bytes, content_type: str = "") -> None:
        """Send audio, cut where something is to happen when so much has been sent."""
        headers = {"Content-Type": content_type} if content_type else {}
        headers |= {"X-StreamId": turn.stream_id}
        points = sorted(
            point.size - self.audio_size
            for point in self._line.pending(faults.AudioSent)
            if isinstance(point, faults.AudioSent) and 0 < point.size - self.audio_size <= len(data)
        )
        for start, stop in zip([0, *points], [*points, len(data)], strict=True):
            if start == stop and points:
                continue
            piece = data[start:stop]
            turn.note_audio(piece)
            await self._line.send("audio", piece, turn.request_id, headers)
            self._changed()
            await self._line.reach(faults.AudioSent(self._line.audio_sent))

    @override
    async def _abandon(self) -> None:
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await end(*tasks)
        if self._failures:
            raise self._failures.pop()


def _now() -> float:
    return asyncio.get_running_loop().time()
