"""The Translator Speech API of 2018: a dialect without framing and without turns, for translation only.

All options are in the query of ``GET /speech/translate``; raw bytes of one WAV stream come in, results go out as JSON
("partial", "final"), each spoken translation as one fragmented binary message. Source: Microsoft's reference of that
time. What it leaves open is said where it is decided here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
import json
import re
from typing import Any, Final, override

from websockets import CloseCode, Headers

from .answers import Engines, Interpreter, Send, Translated, TranslationAnswers
from .engines import Hypothesis, Phrase
from .engines.translation import SynthesisFailedError
from .framing import Violation
from .listening import Listening, Refuse
from .options import Mode, Profanity, Translation, TurnOptions
from .session import Limits, Opening
from .text import treat_profanity
from .turn import Turn
from .wav import BYTES_PER_SECOND, TICKS_PER_SECOND, BadFormatError, split_riff

PATHS: Final = frozenset({"/speech/translate", "/v1.0", "/v1.0/", "/v1.0/speech/translate"})
"""The last three are below the base that the documentation of 2018 gives for the s2s hosts of the Speech service."""
LIMITS: Final = Limits(age=90 * 60.0)
"""What the reference says of a connection's age; of idle ones it says no more than "an extended period of time"."""
FORCED_END: Final = 2.5
"""Seconds of silence that end an utterance in any case."""
LONGEST_SILENCE: Final = 300.0
"""Seconds of silence after which the service closes the connection; the reference gives no figure."""

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CORRELATION_ID: Final = re.compile(r"[a-zA-Z0-9-_.]{1,64}")
_FEATURES: Final = frozenset({"texttospeech", "partial", "timinginfo"})
_PROFANITY: Final = {
    "noaction": Profanity.RAW,
    "marked": Profanity.MASKED,
    "deleted": Profanity.REMOVED,
}
_MARKERS: Final = {
    "asterisk": "***",
    "tag": "<profanity>{}</profanity>",
}
_HEADER_SIZE: Final = 44


@dataclass(frozen=True, kw_only=True)
class TranslatorOptions:
    """What the query of a connection asks for."""

    source: str
    target: str
    features: frozenset[str] = frozenset()
    """In lower case."""
    voice: str = ""
    """Empty: one that the service chooses."""
    profanity: Profanity = Profanity.MASKED
    marker: str = "asterisk"

    def turn(self) -> TurnOptions:
        """Return the same for the engines. Profanity is treated here: it is marked in a way of this dialect's own."""
        voices = {self.target: self.voice} if "texttospeech" in self.features else {}
        return TurnOptions(
            mode=Mode.CONVERSATION,
            languages=(self.source,),
            profanity=Profanity.RAW,
            translation=Translation(targets=(self.target,), voices=voices),
        )

    def treat(self, text: str) -> str:
        """Mark or remove profane words."""
        return treat_profanity(text, self.profanity, _MARKERS[self.marker].format)


def read_translator_options(query: Mapping[str, str], headers: Headers) -> TranslatorOptions:
    """Read a connection's options. Raises ValueError, whose text is for the client (HTTP 400)."""
    if query.get("api-version") != "1.0":
        raise ValueError("api-version is missing or not 1.0")
    for name in ("from", "to"):
        if not _LANGUAGE.fullmatch(query.get(name, "")):
            raise ValueError(f"'{name}' is missing or not a language")
    features = frozenset(filter(None, query.get("features", "").lower().split(",")))
    if unknown := features - _FEATURES:
        raise ValueError(f"Unknown features: {', '.join(sorted(unknown))}")
    if query.get("format", "audio/wav") != "audio/wav":
        raise ValueError("The format is not audio/wav; audio/mp3, which the reference has as well, is not made here")
    profanity = query.get("ProfanityAction", "Marked").lower()
    marker = query.get("ProfanityMarker", "Asterisk").lower()
    if profanity not in _PROFANITY or marker not in _MARKERS:
        raise ValueError("ProfanityAction or ProfanityMarker is none of those that there are")
    correlation_id = headers.get("X-CorrelationId") or query.get("X-CorrelationId")
    if correlation_id and not _CORRELATION_ID.fullmatch(correlation_id):
        raise ValueError("X-CorrelationId is not of the form ^[a-zA-Z0-9-_.]{1,64}$")
    return TranslatorOptions(
        source=query["from"],
        target=query["to"],
        features=features,
        voice=query.get("voice", ""),
        profanity=_PROFANITY[profanity],
        marker=marker,
    )


def translator_credentials(query: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials in a query under the names that they have in headers."""
    return {
        "Ocp-Apim-Subscription-Key": query.get("subscription-key", ""),
        "Authorization": f"Bearer {query.get('access_token', '')}",
    }


class TranslatorConnection(Listening):
    """A connection that speaks this dialect. All its audio is one turn; `results` are what was told of it."""

    def __init__(self, opening: Opening, engines: Engines, refuse: Refuse) -> None:
        """Begin to serve."""
        super().__init__(opening, engines, refuse)
        self.options = read_translator_options(self.query, self.headers)
        self.results: list[dict[str, Any]] = []
        self._head = b""
        self._silent = 0

    @override
    async def _take(self, data: str | bytes) -> None:
        if isinstance(data, str):
            raise Violation(CloseCode.UNSUPPORTED_DATA, "Audio comes in binary messages")
        turn = self.turn
        if turn is None:
            self._head += data
            if len(self._head) < _HEADER_SIZE and b"RIFF".startswith(self._head[:4]):
                return
            turn, data = await self._begin()
        await self._reach_audio(turn, len(data))
        if data:
            turn.take_audio(data)
            self._listen_for_silence(turn, data)

    async def _begin(self) -> tuple[Turn, bytes]:
        try:
            riff, pcm = split_riff(self._head)
        except BadFormatError as error:
            raise Violation(CloseCode.UNSUPPORTED_DATA, str(error)) from None
        turn = Turn(self.headers.get("X-ClientTraceId", ""), None, self.options.turn())
        turn.riff = riff
        answers = _TranslatorAnswers(turn.options, self._send, self._engines.interpreter(turn.options), self.options)
        await self._start(turn, self._send, answers)
        return turn, pcm

    def _listen_for_silence(self, turn: Turn, pcm: bytes) -> None:
        sound = len(pcm.rstrip(b"\0"))
        before = 0 if sound else self._silent
        self._silent = before + len(pcm) - sound
        if before < FORCED_END * BYTES_PER_SECOND <= self._silent:
            turn.take_commit("")
        if self._silent >= LONGEST_SILENCE * BYTES_PER_SECOND:
            raise Violation(CloseCode.NORMAL_CLOSURE, "Silence for an extended period of time")

    async def _send(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:  # noqa: ARG002 - see Send
        """Send what this dialect has. The rest of what a turn says (its start, its end) has no place in it."""
        if path in ("partial", "final"):
            self.results.append(body)
            await self._line.send_bare(path, json.dumps(body, ensure_ascii=False))
        elif path == "synthesis":
            await self._line.send_bare(path, body)
        self._changed()


class _TranslatorAnswers(TranslationAnswers):
    """The answers in this dialect. It has no word for what fails: the text, or the audio, is not there."""

    def __init__(self, options: TurnOptions, send: Send, interpreter: Interpreter, asked: TranslatorOptions) -> None:
        """Answer as the query asked."""
        super().__init__(options, send, interpreter)
        self._asked = asked
        self._finals = 0
        self._partials = 0

    @override
    async def hypothesis(self, found: Hypothesis) -> None:
        if "partial" in self._asked.features:
            await super().hypothesis(replace(found, text=self._asked.treat(found.text)))

    @override
    async def phrase(self, found: Phrase, more: Mapping[str, Any] | None = None) -> None:
        await super().phrase(replace(found, display=self._asked.treat(found.display)), more)

    @override
    async def _tell_hypothesis(self, body: dict[str, Any], translated: Translated) -> None:
        self._partials += 1
        result = {"type": "partial", "id": f"{self._finals + 1}.{self._partials}", "recognition": body["Text"]}
        await self._send("partial", result | self._translation(translated) | self._timing(body))

    @override
    async def _tell_phrase(self, body: dict[str, Any], translated: Translated | None) -> None:
        if translated is None:
            return
        self._finals += 1
        self._partials = 0
        result = {"type": "final", "id": str(self._finals), "recognition": body["DisplayText"]}
        await self._send("final", result | self._translation(translated) | self._timing(body))

    @override
    async def _speak(self, target: str, slices: AsyncGenerator[bytes]) -> None:
        # All or nothing: half of it would look like the whole.
        with suppress(SynthesisFailedError):
            await self._send("synthesis", [data async for data in slices])

    def _translation(self, translated: Translated) -> dict[str, Any]:
        return {"translation": translated.texts.get(self._asked.target, "")}

    def _timing(self, body: dict[str, Any]) -> dict[str, Any]:
        if "timinginfo" not in self._asked.features:
            return {}
        offset, duration = body["Offset"], body["Duration"]
        return {
            "audioTimeOffset": offset,
            "audioTimeSize": duration,
            "audioStreamPosition": _HEADER_SIZE + offset * BYTES_PER_SECOND // TICKS_PER_SECOND,
            "audioSizeBytes": duration * BYTES_PER_SECOND // TICKS_PER_SECOND,
        }
