"""A connection that speaks the Speech protocol: checks what the client says, and has its turns run.

Every rule that can close the connection is here or in `framing`, `rules` and `wav`; its code and reason come from
Microsoft's protocol page of 2017/18, where that gives one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, override

from websockets import CloseCode

from . import faults
from .answers import Engines
from .framing import Message, Violation, decode
from .listening import Listening, Refuse
from .options import Endpoint, read_options
from .rules import Rules, reuse
from .session import Opening
from .turn import Turn
from .wav import BadFormatError, split_riff

MAX_AUDIO_SIZE: Final = 8192
"""Bytes of audio in one message (protocol page: "Message: audio"); a RIFF header before it is not counted."""

NOT_CONTINUOUS: Final = "Language identification with DetectContinuous not supported on v1."
"""With code 1007; source: PaciStardust/HOSCY, issue 37."""

_RULES: Final = Rules(
    text=frozenset({"speech.config", "speech.context", "audio.commit", "telemetry"}),
    binary=frozenset({"audio"}),
    bare=frozenset({"audio", "audio.commit"}),
)


class Connection(Listening):
    """A connection that speaks the Speech protocol. Its record also has the `messages`, in the order they came."""

    def __init__(self, opening: Opening, engines: Engines, refuse: Refuse) -> None:
        """Begin to serve."""
        super().__init__(opening, engines, refuse)
        endpoint = Endpoint.find(self.path)
        assert endpoint is not None
        self.messages: list[Message] = []
        self.config: Any = None
        self._endpoint = endpoint
        self._contexts: dict[str, Any] = {}
        self._used_ids: set[str] = set()
        self._counts: Counter[str] = Counter()

    @override
    async def _take(self, data: str | bytes) -> None:
        message = decode(data)
        self.messages.append(message)
        self._changed()
        _RULES.check(message, configured=self.config is not None)
        await self._act(message)

    async def _act(self, message: Message) -> None:
        path = message.path
        self._counts[path] += 1
        await self._line.reach(faults.Received(path, self._counts[path]))
        match path:
            case "speech.config":
                self.config = message.json()
            case "speech.context":
                await self._take_context(message)
            case "audio":
                await self._take_audio(message)
            case "audio.commit":
                if turn := self._current(message.request_id):
                    turn.take_commit(message.header("X-Client-Commit-Token"))
            case "telemetry":
                self._take_telemetry(message)

    async def _take_context(self, message: Message) -> None:
        """Keep the context of the turn that is announced by it, and begins with its first audio."""
        if message.request_id.lower() in self._used_ids:
            raise reuse()
        context = message.json()
        read_options(self._endpoint, self.query, context)
        if not self._websocket.behaviour.continuous and self._endpoint.mode and _detects_continuously(context):
            await self._websocket.close(CloseCode.INVALID_DATA, NOT_CONTINUOUS)
            return
        self._contexts = {message.request_id: context}

    async def _take_audio(self, message: Message) -> None:
        body = bytes(message.body)  # type: ignore[arg-type]  # audio is binary, which _take has checked
        turn = self._current(message.request_id)
        if turn is None:
            if message.request_id.lower() in self._used_ids:
                # What was under way when the turn ended is not the client's fault; a new beginning is.
                if body.startswith(b"RIFF"):
                    raise reuse()
                return
            turn, body = await self._begin(message, body)
            turn.frame_sizes.append(len(message.body))
        else:
            turn.frame_sizes.append(len(body))
            if not body:
                if self._line.pending(faults.AudioEnded):
                    await self._catch_up(turn)
                    await self._line.reach(faults.AudioEnded())
                turn.end_audio()
                return
        if len(body) > MAX_AUDIO_SIZE:
            raise Violation(CloseCode.INVALID_DATA, f"Audio message of {len(body)} bytes; {MAX_AUDIO_SIZE} are allowed")
        await self._reach_audio(turn, len(body))
        if body and not turn.audio_ended:
            turn.take_audio(body)

    async def _begin(self, message: Message, body: bytes) -> tuple[Turn, bytes]:
        """Begin a turn with its first audio message; return it and the PCM after the RIFF header."""
        if message.header("Content-Type").partition(";")[0].strip().lower() != "audio/x-wav":
            raise Violation(CloseCode.INVALID_DATA, "The first audio of a turn has no Content-Type audio/x-wav")
        try:
            riff, pcm = split_riff(body)
        except BadFormatError as error:
            raise Violation(CloseCode.INVALID_DATA, str(error)) from None
        context = self._contexts.pop(message.request_id, None)
        turn = Turn(message.request_id, context, read_options(self._endpoint, self.query, context))
        turn.manner = self._engines.manner
        turn.riff = riff
        self._used_ids.add(message.request_id.lower())

        async def send(path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
            await self._line.send(path, body, turn.request_id, headers)

        await self._start(turn, send, self._engines.answers(turn.options, send))
        return turn, pcm

    def _current(self, request_id: str) -> Turn | None:
        turn = self.turn
        return turn if turn and not turn.ended and turn.request_id == request_id else None

    def _take_telemetry(self, message: Message) -> None:
        body = message.json()
        for turn in self.turns:
            if turn.request_id == message.request_id:
                turn.telemetry.append(body)


def _detects_continuously(context: Any) -> bool:
    detection = next((value for key, value in context.items() if key.lower() == "languageid"), None) or {}
    return str(detection.get("mode")).lower() == "detectcontinuous"
