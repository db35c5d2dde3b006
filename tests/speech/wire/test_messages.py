"""Messages: what we write others read, what others write we read, and whatever a peer sends is read or refused."""

from datetime import UTC, datetime, timedelta
import json
import math
import re

from hypothesis import example, given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import UnusableMessageError
from custom_components.azure_speech_live.speech.wire.limits import MAX_HEADER_SIZE, MAX_SHOWN
from custom_components.azure_speech_live.speech.wire.messages import (
    Message,
    decode,
    encode,
    end,
    json_body,
    json_message,
    offset,
    timestamp,
)
from tests.speech_service import framing

REQUEST_ID = "706e4b711b70446487aa399c64abe2b7"
NOW = datetime(2026, 11, 22, 12, 44, 42, 886_123, UTC)
AUDIO = Message("audio", b"\0\1\2\3", REQUEST_ID, "audio/x-wav")
CONTEXT = Message("speech.context", "{}", REQUEST_ID, "application/json; charset=utf-8")

tokens = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters=".-_/"), min_size=1)
sent = st.builds(
    Message,
    path=tokens.map(str.lower),
    body=st.text() | st.binary(),
    request_id=st.none() | st.uuids().map(lambda uuid: uuid.hex),
    content_type=st.none() | tokens,
)


# --- encode and decode


def test_text_message_on_the_wire() -> None:
    assert encode(CONTEXT, NOW) == (
        "Path:speech.context\r\n"
        f"X-RequestId:{REQUEST_ID}\r\n"
        "X-Timestamp:2026-11-22T12:44:42.886Z\r\n"
        "Content-Type:application/json; charset=utf-8\r\n"
        "\r\n"
        "{}"
    )


def test_binary_message_on_the_wire() -> None:
    headers = (
        "Path:audio\r\n"
        f"X-RequestId:{REQUEST_ID}\r\n"
        "X-Timestamp:2026-11-22T12:44:42.886Z\r\n"
        "Content-Type:audio/x-wav\r\n"
    ).encode()
    assert encode(AUDIO, NOW) == len(headers).to_bytes(2, "big") + headers + b"\0\1\2\3"


@given(sent)
@example(json_message("speech.config", {"a": ["ü", 1]}))
def test_what_we_write_reads_the_same(message: Message) -> None:
    payload = encode(message, NOW)
    ours, theirs = decode(payload), framing.decode(payload)
    assert isinstance(payload, str) == isinstance(message.body, str)
    assert (ours.path, ours.body, ours.request_id, ours.content_type) == (
        message.path,
        message.body,
        message.request_id,
        message.content_type,
    )
    assert (theirs.path, theirs.body, theirs.request_id) == (message.path, message.body, message.request_id or "")
    assert ours.headers == {name.lower(): value for name, value in theirs.headers}


names = tokens.filter(lambda name: name.lower() not in ("path", "x-requestid", "content-type"))
values = st.text(st.characters(codec="ascii", exclude_categories=["Cc"])).map(str.strip)


@given(st.dictionaries(names, values), tokens, st.text() | st.binary())
def test_we_read_what_others_write(headers: dict[str, str], path: str, body: str | bytes) -> None:
    every = {"X-RequestId": REQUEST_ID.upper(), **headers, "PATH": path}
    wire = framing.encode_binary(every, body) if isinstance(body, bytes) else framing.encode_text(every, body)
    message = decode(wire)
    assert message.body == body
    assert (message.path, message.request_id) == (path.lower(), REQUEST_ID.upper())
    assert message.headers.items() >= {(name.lower(), every[name]) for name in every if name.lower() not in headers}


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"])
@pytest.mark.parametrize("space", ["", " ", "  "])
def test_spaces_and_empty_lines_mean_nothing(end: str, space: str) -> None:
    """The SDKs write `Name: value` or `Name:value`; another client puts empty lines behind binary headers."""
    head = f"path:{space}Audio\r\nX-REQUESTID:{space}{REQUEST_ID}\r\n{end}".encode()
    message = decode(len(head).to_bytes(2) + head + b"pcm")
    assert (message.path, message.request_id, message.body) == ("audio", REQUEST_ID, b"pcm")


def test_body_may_have_empty_lines() -> None:
    assert decode("Path:a\r\n\r\nb\r\n\r\nc").body == "b\r\n\r\nc"


@given(sent)
@example(AUDIO)
@example(CONTEXT)
def test_message_that_is_cut_off_anywhere_is_refused_or_shorter(message: Message) -> None:
    payload = encode(message, NOW)
    for size in range(len(payload)):
        try:
            part = decode(payload[:size])
        except UnusableMessageError:
            continue
        assert (part.path, part.headers) == (message.path, decode(payload).headers)
        assert message.body[: len(part.body)] == part.body


@given(st.text() | st.binary())
@example("")
@example(b"")
@example(b"\0")
@example(b"\xff\xff")
@example("\r\n\r\n")
@example(":\r\n\r\n")
@example(b"\0\x05Path\xff")
def test_anything_is_a_message_or_refused(payload: str | bytes) -> None:
    try:
        message = decode(payload)
    except UnusableMessageError as err:
        assert_bounded(str(err))
    else:
        assert message.path
        assert_bounded(str(message))


@given(st.lists(tokens), st.text() | st.binary())
def test_anything_in_lines_is_a_message_or_refused(lines: list[str], body: str | bytes) -> None:
    head = "\r\n".join(lines)
    payload = len(head).to_bytes(2) + head.encode() + body if isinstance(body, bytes) else f"{head}\r\n\r\n{body}"
    try:
        decode(payload)
    except UnusableMessageError as err:
        assert_bounded(str(err))


def assert_bounded(line: str) -> None:
    assert len(line) < 2 * MAX_SHOWN
    assert line.isprintable()


@pytest.mark.parametrize(
    "payload",
    [
        "Path:a",
        "Path:a\r\n",
        "Path:a\nbody",
        "no colon\r\nPath:a\r\n\r\n",
        "X-RequestId:1\r\n\r\n{}",
        "Path:\r\n\r\n",
        "Path: \r\n\r\n",
        b"",
        b"\0",
        b"\0\0",
        b"\0\0body",
        b"\0\x08Path:a",
        b"\0\x0aPath:\xc3\xbc\r\n",
        "Path:" + "a" * MAX_HEADER_SIZE + "\r\n\r\n",
        (MAX_HEADER_SIZE + 5).to_bytes(2) + b"Path:" + b"a" * MAX_HEADER_SIZE,
    ],
)
def test_refused(payload: str | bytes) -> None:
    with pytest.raises(UnusableMessageError):
        decode(payload)


def test_largest_headers() -> None:
    head = "Path:" + "a" * (MAX_HEADER_SIZE - 5)
    assert decode(head + "\r\n\r\n").path == decode(MAX_HEADER_SIZE.to_bytes(2) + head.encode()).path == head[5:]


def test_log_line_says_nothing_that_was_said() -> None:
    assert str(Message("speech.phrase", '{"DisplayText":"Open the safe."}')) == "speech.phrase (text, 32)"
    assert str(AUDIO) == "audio (binary, 4)"
    assert len(str(Message("x\n" * 4000, ""))) < 2 * MAX_SHOWN
    assert "\n" not in str(Message("x\n" * 4000, ""))


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))  # noqa: DTZ001 - hypothesis wants it naive
def test_timestamp(now: datetime) -> None:
    text = timestamp(now)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert timedelta() <= now - datetime.fromisoformat(text) < timedelta(milliseconds=1)


# --- what the bodies of many messages have

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.text() | st.binary() | json_values.map(json.dumps))
@example("[" * 100_000)
@example("9" * 5000)
@example(b"\xff")
@example("")
@example("[]")
@example("null")
def test_body_is_an_object_or_refused(body: str | bytes) -> None:
    try:
        assert isinstance(json_body(Message("x" * 500, body)), dict)
    except UnusableMessageError as err:
        assert_bounded(str(err))


def test_error_does_not_keep_what_was_said() -> None:
    with pytest.raises(UnusableMessageError) as refused:
        json_body(Message("speech.phrase", '{"DisplayText": "open the safe'))
    error: BaseException | None = refused.value
    while error is not None:
        assert "safe" not in f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__


TIMES: list[tuple[object, float]] = [
    (0, 0.0),
    (10_000_000, 1.0),
    (36_720_000, 3.672),
    (5_000_000.0, 0.5),
    (-1, 0.0),
    (-1e300, 0.0),
    (1 << 62, 0.0),
    (10**400, 0.0),
    (math.nan, 0.0),
    (math.inf, 0.0),
    (True, 0.0),
    (None, 0.0),
    ("10000000", 1.0),
    ("soon", 0.0),
    ("nan", 0.0),
    ("-5", 0.0),
    ([], 0.0),
    ({}, 0.0),
]
"""What may stand for a number of ticks, and the seconds that it is taken for."""


@pytest.mark.parametrize(("value", "seconds"), TIMES)
def test_ticks(value: object, seconds: float) -> None:
    assert offset({"Offset": value}) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [({"Offset": 5_000_000, "Duration": 10_000_000}, 1.5), ({"Duration": 10_000_000}, 1.0), ({}, 0.0)],
)
def test_end_is_behind_the_duration(body: dict[str, int], seconds: float) -> None:
    assert end(body) == seconds
