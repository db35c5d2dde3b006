"""How both SDKs go on after a connection has broken, and what they take for the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.speech_service import Behaviour, Fault, Legible, Limits, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import Action, AudioReceived, Before, Close, Duplicate, Huge, Reset, Send, Storm

from .scenario import Events, Scenario, Sdk, run

_SPOKEN = "One two three, testing the line."
_PCM = silence(0.2) + speak(_SPOKEN) + silence(0.8) + speak("And done.") + silence(0.6)
_MIDDLE = AudioReceived(len(silence(0.2)) + len(speak(_SPOKEN)) // 2)

_GOES_ON = [1000, 1001, 1011, 4401, 4503]
_GIVES_UP = {Sdk.PYTHON: [1002, 1007, 4000, 4429], Sdk.JAVASCRIPT: [1002, 1003, 1007, 4000]}


def breaking(at: AudioReceived | Before, do: Action) -> SpeechService:
    """Return a service of which the first connection has a fault."""
    return SpeechService(Legible(), behaviours=[Behaviour(faults=(Fault(at, do),))])


async def break_off(sdk: Sdk, do: Action, folder: Path) -> tuple[Events, SpeechService]:
    """Break the connection in the middle of an utterance; return what came of it, and the service."""
    folder.mkdir()
    async with breaking(_MIDDLE, do) as service:
        return await run(sdk, Scenario(host=service.url, mode="continuous", paced=True), _PCM, folder), service


async def test_goes_on(sdk: Sdk, tmp_path: Path) -> None:
    """The audio that was not accounted for is sent again: no word is lost or said twice."""
    breaks: list[Action] = [Reset(), *(Close(code) for code in _GOES_ON)]
    outcomes = await asyncio.gather(*(break_off(sdk, do, tmp_path / str(do)) for do in breaks))
    for do, (events, service) in zip(breaks, outcomes, strict=True):
        assert events.texts == [_SPOKEN, "And done."], do
        assert not events.error_codes, do
        offsets = [event["offset"] for event in events.of("recognized") if event["text"]]
        assert offsets == [2_000_000, 16_400_000], do
        first, second = service.connections
        assert first.headers["X-ConnectionId"] == second.headers["X-ConnectionId"]
        assert first.turns[0].request_id != second.turns[0].request_id


async def test_gives_up(sdk: Sdk, tmp_path: Path) -> None:
    codes = [1002, 1003, 1007, 4000, 4429]
    outcomes = await asyncio.gather(*(break_off(sdk, Close(code), tmp_path / str(code)) for code in codes))
    for code, (events, _) in zip(codes, outcomes, strict=True):
        if code in _GIVES_UP[sdk]:
            assert events.error_codes, code
            assert events.texts == [], code
        else:
            assert events.texts == [_SPOKEN, "And done."], code


async def test_after_the_first_phrase(sdk: Sdk, tmp_path: Path) -> None:
    """Only what comes after the phrase is sent again, and its positions count from the start of the session."""
    at = AudioReceived(len(_PCM) - len(silence(0.6)) - 3200)
    async with breaking(at, Reset()) as service:
        events = await run(sdk, Scenario(host=service.url, mode="continuous", paced=True), _PCM, tmp_path)
        assert events.texts == [_SPOKEN, "And done."]
        offsets = [event["offset"] for event in events.of("recognized") if event["text"]]
        assert offsets == [2_000_000, 16_400_000]
        replayed = service.connections[1].turns[0]
        assert len(replayed.audio) < len(_PCM) - len(silence(0.2) + speak(_SPOKEN)) + 6400
        if sdk is Sdk.PYTHON:
            continuation = replayed.context["continuation"]
            assert continuation["previousServiceTag"] == service.connections[0].turns[0].service_tag
            assert continuation["audio"]["streams"]["1"]["offset"] == "8400000"


async def test_limit_of_a_connection(sdk: Sdk, tmp_path: Path) -> None:
    async with SpeechService(Legible(), limits=Limits(age=1.0)) as service:
        events = await run(sdk, Scenario(host=service.url, mode="continuous", paced=True), _PCM, tmp_path)
        assert events.texts == [_SPOKEN, "And done."]
        assert len(service.connections) >= 2


@pytest.mark.parametrize(
    "do",
    [
        Send("Path:unheard.of\r\nX-RequestId:{request_id}\r\n\r\n{}"),
        Storm(300),
        Huge(1_000_000),
        Duplicate(),
    ],
    ids=lambda do: type(do).__name__,
)
async def test_oddities_that_are_put_up_with(sdk: Sdk, tmp_path: Path, do: Action) -> None:
    async with breaking(Before("speech.phrase"), do) as service:
        events = await run(sdk, Scenario(host=service.url, mode="continuous"), _PCM, tmp_path)
        # What comes twice they say twice; nothing else makes them repeat a word.
        said = [_SPOKEN] * (2 if do == Duplicate() else 1)
        assert events.texts == [*said, "And done."]
        assert not events.error_codes
