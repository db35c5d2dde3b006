"""Which voices do not take text piece by piece: remembered for hours, and for nobody else."""

from dataclasses import replace

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    NotASpeechEndpointError,
    OutputFormat,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    UpgradeRefusedError,
    VoiceError,
)
from custom_components.azure_speech_live.speech.synthesis.turn import State, Turn
from custom_components.azure_speech_live.speech.synthesis.untaken import FORGOTTEN_AFTER, Untaken, is_refusal
from custom_components.azure_speech_live.speech.wire.link import Link

from .speaking import OPTIONS, START

STREAMED = replace(OPTIONS, text_streaming=True)


def test_it_is_remembered_for_a_while() -> None:
    untaken = Untaken()
    assert untaken.applied(STREAMED, START) == STREAMED
    untaken.add(STREAMED, START)
    assert untaken.applied(STREAMED, START + FORGOTTEN_AFTER - 1) == OPTIONS
    assert untaken.applied(STREAMED, START + FORGOTTEN_AFTER) == STREAMED


@pytest.mark.parametrize(
    "other",
    [
        replace(STREAMED, voice="de-DE-KatjaNeural"),
        replace(STREAMED, output_format=OutputFormat.MP3_24KHZ),
        replace(STREAMED, deployment="one"),
    ],
)
def test_others_are_asked(other: object) -> None:
    untaken = Untaken()
    untaken.add(STREAMED, START)
    assert untaken.applied(other, START) == other  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "state", "refusal"),
    [
        (ServiceTimeoutError("no more audio"), State.STARTED, True),
        (ServiceTimeoutError("the service does not answer"), State.ASKED, False),
        (ServiceError("the service spoke nothing"), State.ENDED, True),
        (ServiceError("HTTP 503"), None, False),
        (ServiceError("1011"), State.STARTED, False),
        (RequestRefusedError("1007"), State.STARTED, True),
        (VoiceError("1007"), State.STARTED, True),
        (NotASpeechEndpointError("HTTP 404"), None, True),
        (CredentialsError("HTTP 403"), None, True),
        (ConnectionFailedError("lost"), State.STARTED, False),
        (UpgradeRefusedError("HTTP 200"), None, False),
        (QuotaError("1007"), State.STARTED, False),
    ],
)
def test_what_means_that_it_is_not_taken(error: SpeechError, state: State | None, *, refusal: bool) -> None:
    turn = None if state is None else Turn("f" * 32, False, Link(), START, 1000, 1000, state)  # noqa: FBT003
    assert is_refusal(error, turn) is refusal
