"""Messages: what we write others read, what others write we read, and whatever a peer sends is read or refused."""

from datetime import UTC, datetime, timedelta
import json
import math
import re
from typing import Any

from hypothesis import example, given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Phrase,
    QuotaError,
    RecognitionStatus,
    RequestRefusedError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.errors import MAX_TEXT
from custom_components.azure_speech_live.speech.wire.messages import (
    MAX_HEADER_SIZE,
    MAX_TRANSCRIPT,
    Message,
    decode,
    encode,
    end,
    hypothesis,
    json_body,
    json_message,
    offset,
    phrase,
    short_audio_phrase,
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
    assert len(line) < 2 * MAX_TEXT
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
    assert len(str(Message("x\n" * 4000, ""))) < 2 * MAX_TEXT
    assert "\n" not in str(Message("x\n" * 4000, ""))


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))  # noqa: DTZ001 - hypothesis wants it naive
def test_timestamp(now: datetime) -> None:
    text = timestamp(now)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert timedelta() <= now - datetime.fromisoformat(text) < timedelta(milliseconds=1)


# --- what the service's JSON says

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ticks = st.integers() | st.floats() | st.booleans() | st.none() | st.text() | st.just([1])
known = st.sampled_from([*RecognitionStatus, "Error", "TooManyRequests", "BadRequest", "Forbidden", "Busy", "success"])
candidate = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("Confidence", "Lexical", "ITN", "MaskedITN", "Display"), json_values)
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "RecognitionStatus": known | json_values,
        "DisplayText": st.text() | json_values,
        "Text": st.text() | json_values,
        "Offset": ticks,
        "Duration": ticks,
        "NBest": st.lists(candidate, max_size=2) | json_values,
        "PrimaryLanguage": st.fixed_dictionaries({"Language": json_values}) | json_values,
    },
)


def assert_sane(event: Hypothesis | Phrase) -> None:
    """Assert that an event is what a caller may rely on."""
    for seconds in (event.offset, event.duration):
        assert isinstance(seconds, float)
        assert math.isfinite(seconds)
        assert seconds >= 0
    assert len(event.text) <= MAX_TRANSCRIPT
    for text in texts(event):
        text.encode()  # a text that cannot be stored or sent on would break who gets it
    assert event.language is None or (event.language and event.language.isprintable())
    if isinstance(event, Phrase):
        assert event.confidence is None or 0 <= event.confidence <= 1


def texts(event: Hypothesis | Phrase) -> list[str]:
    every = [event.text, event.language]
    if isinstance(event, Phrase):
        every += [event.lexical, event.itn, event.masked_itn]
    return [text for text in every if text is not None]


@given(bodies)
@example({"RecognitionStatus": "Success", "DisplayText": "\ud800", "NBest": [{"Lexical": "\udfff"}]})
def test_any_phrase_is_sane_or_refused(body: dict[str, Any]) -> None:
    wire = json_body(Message("speech.phrase", json.dumps(body)))  # with NaN, Infinity and lone surrogates as they come
    try:
        said = phrase(wire)
    except SpeechError as err:
        assert_bounded(str(err))
    else:
        assert_sane(said)
        assert short_audio_phrase(json.dumps(body).encode()) == said


@given(bodies)
@example({"Text": "\ud800 \udc00"})
def test_any_hypothesis_is_sane_or_refused(body: dict[str, Any]) -> None:
    wire = json_body(Message("speech.hypothesis", json.dumps(body)))
    try:
        said = hypothesis(wire)
    except UnusableMessageError as err:
        assert_bounded(str(err))
    else:
        assert_sane(said)


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


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
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
    ],
)
def test_ticks(value: object, seconds: float) -> None:
    assert offset({"Offset": value}) == seconds
    assert hypothesis({"Text": "", "Offset": value, "Duration": value}) == Hypothesis("", seconds, seconds)
    said = phrase({"RecognitionStatus": "NoMatch", "Offset": value, "Duration": value})
    assert (said.offset, said.duration) == (seconds, seconds)


def test_simple_phrase() -> None:
    # As Microsoft's SDKs accept it (their recordings have one like it).
    body = {
        "Id": "1",
        "RecognitionStatus": "Success",
        "Offset": 1_000_000,
        "Duration": 36_720_000,
        "Channel": 0,
        "DisplayText": "What is the weather?",
        "PrimaryLanguage": {"Language": "en-US", "Confidence": "High"},
    }
    assert phrase(body) == Phrase(
        status=RecognitionStatus.SUCCESS,
        text="What is the weather?",
        offset=0.1,
        duration=3.672,
        language="en-US",
    )


def test_detailed_phrase() -> None:
    best = {"Confidence": 0.97, "Lexical": "it is two", "ITN": "it is 2", "MaskedITN": "it is 2", "Display": "It is 2."}
    body = {"RecognitionStatus": "Success", "NBest": [best, {"Display": "It is too.", "Confidence": 0.1}]}
    said = Phrase(
        status=RecognitionStatus.SUCCESS,
        text="It is 2.",
        confidence=0.97,
        lexical="it is two",
        itn="it is 2",
        masked_itn="it is 2",
    )
    assert phrase(body) == said
    assert phrase({**body, "DisplayText": "It is 2."}) == said


NO = {"Confidence": 0.0505, "Lexical": "no", "ITN": "no", "MaskedITN": "no", "Display": "No."}
NOTHING = {"Confidence": 0, "Lexical": "", "ITN": "", "MaskedITN": "", "Display": ""}


@pytest.mark.parametrize("status", [status for status in RecognitionStatus if status != "Success"])
@pytest.mark.parametrize("words", [{}, {"DisplayText": ""}, {"DisplayText": None}, {"NBest": []}, {"NBest": [NOTHING]}])
def test_nothing_is_said_where_there_are_no_words(status: str, words: dict[str, object]) -> None:
    said = phrase({"RecognitionStatus": status, "Duration": 10_000_000, **words})
    assert (said.status, said.text, said.duration) == (status, "", 1.0)


@pytest.mark.parametrize("status", list(RecognitionStatus))
@pytest.mark.parametrize(
    "words",
    [
        {"DisplayText": "No."},
        {"DisplayText": "No.", "Text": None},
        {"DisplayText": "No.", "NBest": None},
        {"DisplayText": "", "Text": "No."},
        {"DisplayText": None, "NBest": [NO]},
        {"DisplayText": "", "NBest": [NOTHING, NO]},
        {"DisplayText": "", "NBest": [None, NOTHING, NO]},
        {"DisplayText": " ", "NBest": [{"Display": " "}, NO]},
        {"NBest": [{"Display": None, "DisplayText": "No."}]},
        {"NBest": [{"Display": "", "MaskedITN": "No."}]},
    ],
)
def test_words_are_found_wherever_they_are(status: str, words: dict[str, object]) -> None:
    said = phrase({"RecognitionStatus": status, **words})
    assert (said.status, said.text) == (status, "No.")


def test_numbers_are_texts_and_texts_are_numbers() -> None:
    body = {
        "RecognitionStatus": "0",
        "DisplayText": 20.0,
        "Offset": "10000000",
        "Duration": "20000000.0",
        "NBest": [{"Confidence": "0.5", "Lexical": 20.5, "ITN": True}],
    }
    said = phrase(body)
    assert (said.status, said.text, said.offset, said.duration) == (RecognitionStatus.SUCCESS, "20", 1.0, 2.0)
    assert (said.confidence, said.lexical, said.itn) == (0.5, "20.5", None)
    assert hypothesis({"Text": None, "DisplayText": 7, "Offset": "10000000"}) == Hypothesis("7", 1.0, 0.0)


@pytest.mark.parametrize("text", [True, [], {}, math.inf])
def test_what_is_no_text_is_refused(text: object) -> None:
    with pytest.raises(UnusableMessageError):
        phrase({"RecognitionStatus": "Success", "DisplayText": text})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("Error", ServiceError),
        ("ServiceUnavailable", ServiceError),
        ("TooManyRequests", ThrottledError),
        ("BadRequest", RequestRefusedError),
        ("Forbidden", QuotaError),
        (8, QuotaError),
        ("8", QuotaError),
        ("forbidden", QuotaError),
        ("Confused", UnusableMessageError),
        (6, ThrottledError),
        (6.0, ThrottledError),
        (429, ThrottledError),
        ("Too Many Requests", ThrottledError),
        ("too_many_requests", ThrottledError),
        ("Throttled", ThrottledError),
        ("QuotaExceeded", QuotaError),
        ("7", RequestRefusedError),
        ("error", ServiceError),
        ("9", UnusableMessageError),
        (-1, UnusableMessageError),
        (True, UnusableMessageError),
        (200, UnusableMessageError),
        (None, UnusableMessageError),
        ([], UnusableMessageError),
    ],
)
def test_failed_phrase(status: object, error: type[SpeechError]) -> None:
    with pytest.raises(SpeechError) as failed:
        phrase({"RecognitionStatus": status})
    assert type(failed.value) is error


def test_text_is_bounded() -> None:
    long = "a" * (MAX_TRANSCRIPT + 1)
    said = phrase({"RecognitionStatus": "Success", "DisplayText": long, "NBest": [{"Lexical": long, "ITN": long}]})
    assert [len(text) for text in texts(said)] == [MAX_TRANSCRIPT] * 3
    assert len(hypothesis({"Text": long}).text) == MAX_TRANSCRIPT


@pytest.mark.parametrize(
    ("body", "seconds"),
    [({"Offset": 5_000_000, "Duration": 10_000_000}, 1.5), ({"Duration": 10_000_000}, 1.0), ({}, 0.0)],
)
def test_end_is_behind_the_duration(body: dict[str, int], seconds: float) -> None:
    assert end(body) == seconds
