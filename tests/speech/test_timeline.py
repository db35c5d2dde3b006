"""When what happened, and how much audio was sent, told to who asks: the same as the service saw."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech import CredentialsError, SpeechClient, Timeline
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import AudioReceived, Refuse, Reset

from .caller import AUDIO, INTERACTIVE, Source, calling

COMMAND: Final = AUDIO[INTERACTIVE.mode]


async def noted(client: SpeechClient, audio: Source) -> Timeline:
    timeline = Timeline()
    async for _ in client.recognize(audio, INTERACTIVE, timeline):
        pass
    return timeline


def moments(timeline: Timeline) -> list[float]:
    """Return what happened in the order in which it has to."""
    in_order = (
        timeline.started,
        timeline.connected,
        timeline.first_hypothesis,
        timeline.end_of_speech,
        timeline.phrase,
    )
    assert None not in in_order
    return [moment for moment in in_order if moment is not None]


def test_nothing_has_happened_at_first() -> None:
    timeline = Timeline()
    assert (timeline.requests, timeline.waited, timeline.audio, timeline.sent) == (0, 0.0, 0, 0)
    assert not timeline.reused


@pytest.mark.parametrize(
    ("audio_ended", "speech_ended", "phrase", "delay"),
    [
        (10.0, None, 10.5, 0.5),
        (None, 10.0, 10.5, 0.5),
        (10.25, 10.0, 10.5, 0.5),
        (10.0, 10.25, 10.5, 0.5),
        (10.0, None, 9.5, 0.0),
        (10.0, 10.0, None, None),
        (None, None, 10.5, None),
    ],
)
def test_the_delay_is_from_the_end_of_speech_to_the_phrase(
    audio_ended: float | None, speech_ended: float | None, phrase: float | None, delay: float | None
) -> None:
    assert Timeline(audio_ended=audio_ended, speech_ended=speech_ended, phrase=phrase).delay == delay


async def test_a_command() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        first = await noted(client, Source(COMMAND, pace=1))
        (connection,) = service.connections
        await service.until(lambda: bool(connection.turns[0].telemetry))
        second = await noted(client, Source(COMMAND, pace=1))

        for timeline, turn in zip((first, second), connection.turns, strict=True):
            assert moments(timeline) == sorted(moments(timeline))
            assert timeline.requests == 1
            assert timeline.audio == len(COMMAND)
            assert timeline.sent == len(turn.audio)
            assert timeline.delay is not None
        assert (first.reused, second.reused) == (False, True)
        assert first.turn_ended is not None
        assert first.phrase is not None
        assert first.turn_ended >= first.phrase


async def test_what_is_sent_again_counts_again() -> None:
    broken = Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))
    async with SpeechService(Legible(), behaviours=[broken]) as service, calling(service.url) as client:
        timeline = await noted(client, Source(COMMAND, pace=1))
        assert timeline.requests == 2
        assert timeline.sent > timeline.audio


async def test_what_did_not_happen() -> None:
    timeline = Timeline()
    refused = Behaviour(answer=Refuse(401))
    async with SpeechService(Legible(), behaviours=[refused]) as service, calling(service.url) as client:
        with pytest.raises(CredentialsError):
            async for _ in client.recognize(Source(COMMAND), INTERACTIVE, timeline):
                pass
    assert timeline.connected is timeline.first_hypothesis is timeline.phrase is timeline.turn_ended is None
    assert timeline.delay is None
    assert (timeline.requests, timeline.sent) == (0, 0)
