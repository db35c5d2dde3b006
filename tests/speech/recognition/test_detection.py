"""Detection of the spoken language, on endpoints that do less of it than is asked for."""

from typing import Any

import pytest

from custom_components.azure_speech_live.speech import (
    ContinuousDetectionError,
    LanguageError,
    Mode,
    RecognitionOptions,
)
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.connection import NOT_CONTINUOUS
from tests.speech_service.faults import Close, Received

from ..caller import AUDIO, SAID, Source, calling, listen

FIVE = ("en-US", "de-DE", "fr-FR", "es-ES", "it-IT")
ASKED = RecognitionOptions(mode=Mode.CONVERSATION, candidates=FIVE)
AT_START = {"languages": list(FIVE[:4]), "mode": "DetectAtAudioStart"}
CONTINUOUS = {"languages": list(FIVE), "mode": "DetectContinuous"}


def detection(service: SpeechService) -> list[dict[str, Any]]:
    """Return what each connection was asked to detect, turn by turn."""
    asked = [
        message.json()["languageId"]
        for connection in service.connections
        for message in connection.messages
        if message.path == "speech.context"
    ]
    return [{name: each[name] for name in ("languages", "mode")} for each in asked]


async def test_detected_at_the_start_where_it_is_not_all_along() -> None:
    """Nothing is lost of the utterance in which that is found out, and the next ones ask for no more."""
    async with SpeechService(Legible(), behaviours=lambda _: Behaviour(continuous=False)) as service:
        async with calling(service.url) as client:
            for _ in range(2):
                heard = await listen(client, Source(AUDIO[Mode.CONVERSATION]), ASKED)
                assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
                assert heard.seconds < 1
        assert detection(service) == [CONTINUOUS, AT_START, AT_START]
        assert len(service.attempts) == 2


async def test_all_along_where_it_can_be() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.CONVERSATION]), ASKED)
        assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
        assert detection(service) == [CONTINUOUS]


@pytest.mark.parametrize(
    "reason",
    [
        NOT_CONTINUOUS,
        "language identification with detectcontinuous not supported on V1",
        "DetectContinuous is not supported.",
        "Unsupported language identification mode: DetectContinuous",
        "Continuous language identification is unsupported here",
        "Continuous language identification isn't supported",
        "Invalid language identification mode: DetectContinuous",
    ],
)
async def test_in_whatever_words(reason: str) -> None:
    fault = Fault(Received("speech.context"), Close(1007, reason))
    async with SpeechService(Legible(), behaviours=[Behaviour(faults=(fault,))]) as service:
        async with calling(service.url) as client:
            heard = await listen(client, Source(AUDIO[Mode.CONVERSATION]), ASKED)
            assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
        assert detection(service) == [CONTINUOUS, AT_START]


@pytest.mark.parametrize("options", [ASKED, RecognitionOptions(candidates=FIVE[:4])], ids=["recording", "command"])
async def test_an_endpoint_that_refuses_both_is_not_asked_for_ever(options: RecognitionOptions) -> None:
    fault = Fault(Received("speech.context"), Close(1007, NOT_CONTINUOUS))
    async with SpeechService(Legible(), behaviours=lambda _: Behaviour(faults=(fault,))) as service:
        async with calling(service.url) as client:
            heard = await listen(client, Source(AUDIO[options.mode]), options)
            assert isinstance(heard.error, ContinuousDetectionError)
            assert isinstance(heard.error, LanguageError)
        assert len(service.attempts) == (2 if options is ASKED else 1)


async def test_a_language_that_is_refused_is_something_else() -> None:
    fault = Fault(Received("speech.context"), Close(1007, "Unsupported locale: ja_JP."))
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(fault,))]) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.CONVERSATION]), ASKED)
        assert type(heard.error) is LanguageError
