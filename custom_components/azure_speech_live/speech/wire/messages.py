"""The messages of the Speech service's WebSocket protocol: text and binary frames to typed values, and back.

Format, from Microsoft's protocol page (websocketprotocol.md, 2018) and from what its SDKs send:

- a text message is `Name: value` lines ended by CRLF (LF alone occurs as well), an empty line and a body, in UTF-8;
- a binary message is two bytes with the headers' size (big-endian), the same lines in ASCII, and the body.

No I/O and no clock here: times come in as arguments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
import json
from math import isfinite
import re
from typing import Any, Final

from ..errors import (
    QuotaError,
    RequestRefusedError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
    printable,
)
from ..events import Hypothesis, Phrase, RecognitionStatus
from .reasons import meaning
from .wording import shown

MAX_HEADER_SIZE: Final = 8192
"""Bytes of headers in one message: the protocol page's own limit for binary messages."""
MAX_MESSAGE_SIZE: Final = 1 << 20
"""Bytes of one message from the service. The longest phrase with word timings is a few tens of kilobytes."""
MAX_TRANSCRIPT: Final = 20_000
"""Characters kept of one phrase's text: over ten minutes of fast speech, and a connection lives for ten minutes."""
TICKS_PER_SECOND: Final = 10_000_000
"""Offsets and durations are counted in ticks of 100 ns."""
MAX_TICKS: Final = 24 * 3600 * TICKS_PER_SECOND
"""More than a day is no time in a turn: a connection lives for ten minutes."""

_PREFIX_SIZE: Final = 2
_TIMESTAMP_SIZE: Final = len("2026-11-29T00:00:00.000")
_HEADERS_END: Final = re.compile(r"\r?\n\r?\n")
_CONTROLS: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+")
_TURNS: Final = re.compile("[\\u202a-\\u202e\\u2066-\\u2069]")
"""They turn the direction of what is written after a text as well."""
_JSON_TYPE: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Message:
    """A message of either kind: text when ``body`` is a str, binary when it is bytes."""

    path: str
    body: str | bytes
    request_id: str | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """All headers of a received message, by lower-case name."""

    def __str__(self) -> str:
        """Return a bounded line for the log: sizes and names, and nothing that was said."""
        kind = "text" if isinstance(self.body, str) else "binary"
        return f"{printable(self.path)} ({kind}, {len(self.body)})"


def timestamp(now: datetime) -> str:
    """Return a time (aware, UTC) as X-Timestamp wants it: ISO 8601 with milliseconds, ended by Z."""
    # There is one in each message: strftime takes ten times as long, and isoformat with a timespec three times.
    text = now.replace(tzinfo=None).isoformat()
    return f"{text[:_TIMESTAMP_SIZE]}Z" if now.microsecond else f"{text}.000Z"


def json_message(path: str, body: object, request_id: str | None = None) -> Message:
    """Return a text message with a JSON body."""
    return Message(path, json.dumps(body, separators=(",", ":")), request_id, _JSON_TYPE)


def encode(message: Message, now: datetime) -> str | bytes:
    """Return the WebSocket payload of a message to the service: str for text, bytes for binary."""
    request = f"X-RequestId:{message.request_id}\r\n" if message.request_id else ""
    content = f"Content-Type:{message.content_type}\r\n" if message.content_type else ""
    headers = f"Path:{message.path}\r\n{request}X-Timestamp:{timestamp(now)}\r\n{content}"
    if isinstance(message.body, str):
        return f"{headers}\r\n{message.body}"
    head = headers.encode("ascii")
    return len(head).to_bytes(_PREFIX_SIZE) + head + message.body


def decode(payload: str | bytes) -> Message:
    """Return the message in a WebSocket payload. Raises UnusableMessageError."""
    if isinstance(payload, str):
        if (end := _HEADERS_END.search(payload)) is None:
            raise UnusableMessageError("a text message without the line that ends its headers")
        return _message(payload[: end.start()], payload[end.end() :])
    start = _PREFIX_SIZE + int.from_bytes(payload[:_PREFIX_SIZE])
    if len(payload) < start:
        raise UnusableMessageError("a binary message shorter than its headers")
    head = payload[_PREFIX_SIZE:start]
    if not head.isascii():
        raise UnusableMessageError("a binary message with headers that are not ASCII")
    return _message(head.decode("ascii"), payload[start:])


def _message(head: str, body: str | bytes) -> Message:
    if len(head) > MAX_HEADER_SIZE:
        raise UnusableMessageError("a message with too large headers")
    headers: dict[str, str] = {}
    for line in head.split("\n"):
        name, separator, value = line.partition(":")
        if separator:
            headers[name.strip().lower()] = value.strip()
        elif line.strip():
            raise UnusableMessageError("a header line without a colon")
    path = headers.get("path", "")
    if not path:
        raise UnusableMessageError("a message without a Path")
    return Message(path.lower(), body, headers.get("x-requestid"), headers.get("content-type"), headers)


# --- what the service's messages say


def json_body(message: Message) -> dict[str, Any]:
    """Return a message's JSON object. Raises UnusableMessageError."""
    return _json_object(message.body, message.path)


def _json_object(body: str | bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError, RecursionError:
        value = None  # and the exception, which holds the document, is out of the chain
    if not isinstance(value, dict):
        raise UnusableMessageError(f"{printable(where)} with a body that is not a JSON object")
    return value


def offset(body: Mapping[str, Any]) -> float:
    """Return a message's Offset in seconds from the start of the turn's audio."""
    return _seconds(body.get("Offset"))


def end(body: Mapping[str, Any]) -> float:
    """Return where what a message is about ends, in seconds from the start of the turn's audio; 0 without times."""
    return offset(body) + _seconds(body.get("Duration"))


def hypothesis(body: Mapping[str, Any]) -> Hypothesis:
    """Return what a speech.hypothesis says, with times from the start of the turn's audio.

    Raises UnusableMessageError when it has no text.
    """
    text = text_of(body, "Text", "DisplayText")
    if text is None:
        raise UnusableMessageError("a hypothesis without text")
    return Hypothesis(text, offset(body), _seconds(body.get("Duration")), _language(body))


def phrase(body: Mapping[str, Any]) -> Phrase:
    """Return what a speech.phrase says, with times from the start of the turn's audio.

    It may have words, also with a status that means none (``results.known`` makes the best of that), and in another
    place than the documentation has them: the best alternative may be empty where others are not. Sources:
    Azure-Samples/cognitive-services-speech-sdk, issue 1596; jambonz/freeswitch-modules, issue 11.
    Raises the SpeechError that its RecognitionStatus stands for; UnusableMessageError when it cannot be read.
    """
    status = _status(body.get("RecognitionStatus"))
    best = _best(body)
    display = body.get("DisplayText")
    text = text_of(body, "DisplayText") or text_of(best, *_WRITTEN) or text_of(body, "Text") or ""
    if not (text or display is None or isinstance(display, str)):
        raise UnusableMessageError("a phrase with a text that is not a string")
    confidence = _number(best.get("Confidence"))
    return Phrase(
        status=status,
        text=text,
        offset=offset(body),
        duration=_seconds(body.get("Duration")),
        language=_language(body),
        confidence=float(confidence) if confidence is not None and 0 <= confidence <= 1 else None,
        lexical=text_of(best, "Lexical"),
        itn=text_of(best, "ITN"),
        masked_itn=text_of(best, "MaskedITN"),
    )


def short_audio_phrase(body: str | bytes) -> Phrase:
    """Return what the REST API for short recordings answers: the JSON of a speech.phrase. Raises SpeechError."""
    return phrase(_json_object(body, "the answer"))


_FAILURES: Final[Mapping[str, type[SpeechError]]] = {
    "Error": ServiceError,
    "ServiceUnavailable": ServiceError,
    "TooManyRequests": ThrottledError,
    "BadRequest": RequestRefusedError,
    "Forbidden": QuotaError,
}
"""Forbidden: "The recognizer is using a free subscription that ran out of quota." Sources: CancellationErrorCodes.ts
and EnumTranslation.ts of the JavaScript SDK, uspimpl.cpp of the native one."""
_NUMBERED: Final = (
    *("Success", "NoMatch", "InitialSilenceTimeout", "BabbleTimeout", "Error"),
    *("EndOfDictation", "TooManyRequests", "BadRequest", "Forbidden"),
)
"""Statuses by the numbers that the JavaScript SDK takes in place of a name."""
_STATUSES: Final = {
    **{name.lower(): name for name in (*_NUMBERED, "ServiceUnavailable")},
    **{str(number): name for number, name in enumerate(_NUMBERED)},
}
_WRITTEN: Final = ("Display", "DisplayText", "MaskedITN")
"""Where an alternative has what the service would write, without what it was asked to mask or to leave out."""
_SPOKEN: Final = ("ITN", "Lexical")


def _status(value: object) -> RecognitionStatus:
    """Return a status that was sent as a name or as a number. Raises the SpeechError that it stands for."""
    text = _text(value) or ""
    name = _STATUSES.get(re.sub(r"(?<=[a-z])[\W_]+(?=[a-z])", "", text.lower()))
    if name is None:
        raise (meaning(text) or UnusableMessageError)(f"a phrase with an unknown status: {shown(str(value))}")
    if failure := _FAILURES.get(name):
        raise failure(f"the service ended the phrase with status {name}")
    return RecognitionStatus(name)


def text_of(body: Mapping[str, Any], *names: str) -> str | None:
    """Return the first text that has something in it under these names; an empty one if there is none, or None.

    Numbers are taken for texts, as the JavaScript SDK does.
    """
    found = None
    for name in names:
        text = _text(body.get(name))
        if text and not text.isspace():
            return text
        found = found if text is None else ""
    return found


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return transcript(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return transcript(str(int(value) if value == int(value) else value))
    return None


def transcript(text: str) -> str:
    """Return a peer's text bounded, without control characters, and such that it can be encoded.

    JSON's escapes can make half a character. What joins letters or keeps them apart stays: it is part of words.
    """
    text = text[:MAX_TRANSCRIPT]
    if text.isprintable():
        return text
    return _TURNS.sub("", _CONTROLS.sub(" ", text)).encode(errors="replace").decode()


def _best(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first alternative that has any words; the first of all if none has."""
    candidates = body.get("NBest")
    alternatives = [each for each in candidates if isinstance(each, dict)] if isinstance(candidates, list) else []
    return next((each for each in alternatives if text_of(each, *_WRITTEN, *_SPOKEN)), next(iter(alternatives), {}))


def _language(body: Mapping[str, Any]) -> str | None:
    primary = body.get("PrimaryLanguage")
    language = primary.get("Language") if isinstance(primary, dict) else None
    return printable(language) if isinstance(language, str) and language else None


def _seconds(ticks: object) -> float:
    # Missing, negative and non-numeric ones occur in the wild and in attacks alike; none of them says anything.
    number = ticks if type(ticks) is int else _number(ticks)
    return number / TICKS_PER_SECOND if number is not None and 0 <= number <= MAX_TICKS else 0.0


def _number(value: object) -> float | None:
    """Return a number, also one that came as a text."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
