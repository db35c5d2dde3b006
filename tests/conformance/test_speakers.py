"""Both SDKs' ConversationTranscriber, and what it makes of the stand-in's speakers."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from tests.speech_service import Behaviour, Fault, Legible, Manner, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import AudioReceived, Reset

from .scenario import Events, Scenario, Sdk, run

_SAID: Final = (("Good morning to you all.", 1), ("And who are you, my dear?", 2), ("It is me.", 1))
_PCM: Final = silence(1.0).join(speak(text, speaker=speaker) for text, speaker in _SAID) + silence(1.0)
_NAMED: Final = [
    ("Good morning to you all.", "Guest-1"),
    ("And who are you, my dear?", "Guest-2"),
    ("It is me.", "Guest-1"),
]
_INTERIM: Final = {"SpeechServiceResponse_DiarizeIntermediateResults": "true"}


def named(events: Events) -> list[tuple[str, str]]:
    return [(event["text"], event["speaker"]) for event in events.of("recognized") if event["text"]]


@pytest.mark.parametrize("path", ["", "/stt/speech/universal/v2"])
async def test_speakers(sdk: Sdk, tmp_path: Path, path: str) -> None:
    async with SpeechService(Legible()) as service:
        scenario = Scenario(host=service.url, mode="continuous", speakers=True)
        if path:
            scenario = replace(scenario, host="", endpoint=service.url + path)
        events = await run(sdk, scenario, _PCM, tmp_path)
        [turn] = service.connections[0].turns
    assert named(events) == _NAMED
    assert turn.audio == _PCM
    assert (len(turn.options.audio_session), turn.options.audio_offset) == (32, 0)
    assert {event["speaker"] for event in events.of("recognizing")} == {"Unknown"}


async def test_speakers_of_what_is_being_said(sdk: Sdk, tmp_path: Path) -> None:
    async with SpeechService(Legible()) as service:
        scenario = Scenario(host=service.url, mode="continuous", speakers=True, properties=_INTERIM)
        events = await run(sdk, scenario, _PCM, tmp_path)
        assert service.connections[0].turns[0].options.diarize_intermediates
    assert {event["speaker"] for event in events.of("recognizing")} == {"Guest-1", "Guest-2"}


async def test_the_first_are_of_nobody_known(sdk: Sdk, tmp_path: Path) -> None:
    async with SpeechService(Legible(), manner=Manner(unknown_phrases=1)) as service:
        events = await run(sdk, Scenario(host=service.url, mode="continuous", speakers=True), _PCM, tmp_path)
    # Guests are numbered as they are told apart.
    speakers = [speaker for _, speaker in named(events)]
    assert speakers == ["Unknown", "Guest-1", "Guest-2"]


async def test_speakers_stay_the_same_over_a_connection_that_is_lost(sdk: Sdk, tmp_path: Path) -> None:
    lost = Fault(AudioReceived(len(_PCM) * 2 // 3), Reset())
    async with SpeechService(Legible(), behaviours=[Behaviour(faults=(lost,))]) as service:
        scenario = Scenario(host=service.url, mode="continuous", speakers=True, paced=True)
        events = await run(sdk, scenario, _PCM, tmp_path)
        turns = list(chain.from_iterable(connection.turns for connection in service.connections))
    assert [*dict.fromkeys(named(events))] == _NAMED
    assert len({turn.options.audio_session for turn in turns}) == 1
    assert [turn.options.audio_offset > 0 for turn in turns] == [False, True]
