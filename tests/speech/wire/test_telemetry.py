"""Telemetry: what the protocol page asks for, and nothing without a bound."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    QuotaError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    ThrottledError,
)
from custom_components.azure_speech_live.speech.wire.failures import status_error
from custom_components.azure_speech_live.speech.wire.limits import MAX_PATHS, MAX_RECEIPTS
from custom_components.azure_speech_live.speech.wire.messages import Message
from custom_components.azure_speech_live.speech.wire.telemetry import ConnectionMetric, TurnTelemetry

START = datetime(2026, 11, 22, 12, 44, 42, 886_000, UTC)
REQUEST_ID = "706e4b711b70446487aa399c64abe2b7"
PROTOCOL_ERRORS = frozenset(
    """
    DNSfailure NoNetwork NoAuthorization NoResources Forbidden Unauthorized BadRequest ServerUnavailable ServerError
    Timeout ClientError
    """.split()  # noqa: SIM905 - a block of words reads better than one word a line
)
"""The names that the protocol page has for what can go wrong in connecting."""


def at(milliseconds: int) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


def body_of(message: Message) -> dict[str, Any]:
    assert isinstance(message.body, str)
    body = json.loads(message.body)
    assert isinstance(body, dict)
    return body


def test_report() -> None:
    failed = ConnectionMetric("a1", at(0), at(10), HostNotFoundError("no host has the name westpole"))
    opened = ConnectionMetric("a1", at(20), at(30))
    telemetry = TurnTelemetry(REQUEST_ID, at(31), [failed, opened])
    telemetry.note("turn.start", at(40))
    telemetry.note("speech.hypothesis", at(50))
    telemetry.note("speech.hypothesis", at(60))
    telemetry.audio_end = at(70)
    message = telemetry.report(at(80))
    assert (message.path, message.request_id) == ("telemetry", REQUEST_ID)
    assert body_of(message) == {
        "ReceivedMessages": [
            {"turn.start": ["2026-11-22T12:44:42.926Z"]},
            {"speech.hypothesis": ["2026-11-22T12:44:42.936Z", "2026-11-22T12:44:42.946Z"]},
        ],
        "Metrics": [
            {
                "Name": "Connection",
                "Id": "a1",
                "Start": "2026-11-22T12:44:42.886Z",
                "End": "2026-11-22T12:44:42.896Z",
                "Error": "DNSfailure",
            },
            {
                "Name": "Connection",
                "Id": "a1",
                "Start": "2026-11-22T12:44:42.906Z",
                "End": "2026-11-22T12:44:42.916Z",
            },
            {"Name": "Microphone", "Start": "2026-11-22T12:44:42.917Z", "End": "2026-11-22T12:44:42.956Z"},
        ],
    }


def test_audio_that_has_not_ended_ends_with_the_report() -> None:
    body = body_of(TurnTelemetry(REQUEST_ID, at(0), []).report(at(5)))
    assert body["Metrics"] == [
        {"Name": "Microphone", "Start": "2026-11-22T12:44:42.886Z", "End": "2026-11-22T12:44:42.891Z"}
    ]


def kinds(kind: type[SpeechError] = SpeechError) -> list[type[SpeechError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in kinds(child))]


@pytest.mark.parametrize("kind", kinds())
def test_every_failure_has_a_name_of_the_protocol(kind: type[SpeechError]) -> None:
    metric = ConnectionMetric("a1", at(0), at(1), kind("it says key deadbeef"))
    assert metric.as_json()["Error"] in PROTOCOL_ERRORS
    assert "deadbeef" not in json.dumps(metric.as_json())


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (HostNotFoundError("-"), "DNSfailure"),
        (CredentialsError("-"), "Unauthorized"),
        (ThrottledError("-"), "ServerUnavailable"),
        (QuotaError("-"), "Forbidden"),
        (OpenTimeoutError("-"), "Timeout"),
        (NotASpeechEndpointError("-"), "BadRequest"),
        (ServiceTimeoutError("-"), "Timeout"),
        (ServiceError("-"), "ServerError"),
        (ConnectionFailedError("-"), "ServerUnavailable"),
    ],
)
def test_name_of_a_failure(error: SpeechError, name: str) -> None:
    assert ConnectionMetric("a1", at(0), at(1), error).as_json()["Error"] == name


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequest"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "BadRequest"),
        (408, "Timeout"),
        (429, "ServerUnavailable"),
        (500, "ServerError"),
        (502, "ServerError"),
        (503, "ServerUnavailable"),
        (504, "Timeout"),
    ],
)
def test_name_of_a_refusal_is_that_of_its_status(status: int, name: str) -> None:
    assert ConnectionMetric("a1", at(0), at(1), status_error(status)).as_json()["Error"] == name


def test_kinds_of_messages_are_bounded() -> None:
    telemetry = TurnTelemetry(REQUEST_ID, START, [])
    paths = [f"news {number}" for number in range(MAX_PATHS + 5)]
    for path in paths * 2:
        telemetry.note(path, START)
    messages = body_of(telemetry.report(START))["ReceivedMessages"]
    assert [list(message) for message in messages] == [[path] for path in paths[:MAX_PATHS]]
    assert all(len(times) == 2 for message in messages for times in message.values())


def test_first_times_are_kept() -> None:
    telemetry = TurnTelemetry(REQUEST_ID, START, [])
    for number in range(MAX_RECEIPTS + 5):
        telemetry.note("speech.hypothesis", at(number))
    (message,) = body_of(telemetry.report(START))["ReceivedMessages"]
    times = message["speech.hypothesis"]
    assert (len(times), times[0], times[-1]) == (MAX_RECEIPTS, "2026-11-22T12:44:42.886Z", "2026-11-22T12:44:43.085Z")
