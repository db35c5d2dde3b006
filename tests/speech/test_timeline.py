"""When what happened, and how much audio was sent, told to who asks: the same as the service saw."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech import CredentialsError, SpeechClient, Timeline
from custom_components.azure_speech_live.speech.timeline import Lag
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import AudioReceived, Refuse, Reset

from .caller import AUDIO, BYTES_PER_SECOND, INTERACTIVE, Source, calling
from .recognition.conversation import ALL, BOTH_WORDS, FIRST_WORD, LOST, asked, conversation

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


def test_nobody_waits_for_what_comes_behind_an_answer() -> None:
    timeline = Timeline(audio_ended=10.0, words=9.9, phrase=10.5)
    assert timeline.delay == 0.5
    assert timeline.enough()
    assert timeline.delay is None


@pytest.mark.parametrize(
    ("audio_ended", "speech_ended", "words", "final"),
    [
        (10.0, None, 10.5, 0.5),
        (10.0, 10.25, 10.5, 0.5),
        (10.0, 9.75, 10.5, None),  # the service did not wait for it
        (10.0, None, 9.5, None),
        (None, 10.0, 10.5, None),
        (10.0, None, None, None),
    ],
)
def test_the_final_is_what_comes_behind_the_audio(
    audio_ended: float | None, speech_ended: float | None, words: float | None, final: float | None
) -> None:
    assert Timeline(audio_ended=audio_ended, speech_ended=speech_ended, words=words).final == final


def test_lag_is_kept_in_a_few_numbers() -> None:
    assert Lag().mean is None
    lag = Lag()
    for seconds in (0.25, 0.5, 0.75):
        lag.note(seconds)
    assert (lag.count, lag.least, lag.mean, lag.most) == (3, 0.25, 0.5, 0.75)


def test_hypotheses_are_behind_what_was_sent_in_their_turn() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.hypothesis", {"Text": "w1", "Offset": 1_000_000, "Duration": 4_000_000}))
    service.receive(request.says("speech.hypothesis", {"Text": "w1"}))  # nobody knows where it is
    service.receive(request.phrase(FIRST_WORD))
    service.fail(LOST)
    service.conclude()  # in which there is one that is not behind
    lag = service.utterance.timeline.lag
    assert (lag.count, lag.least, lag.most) == (2, 0.0, ALL / BYTES_PER_SECOND - 0.5)


def test_the_last_word_is_that_of_the_utterance() -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(FIRST_WORD))
    service.fail(LOST)
    timeline = service.utterance.timeline
    service.now += 5.0
    second = service.begin()
    service.send()
    service.receive(second.phrase(BOTH_WORDS - FIRST_WORD))
    assert (timeline.words, timeline.last_word) == (service.now, BOTH_WORDS / BYTES_PER_SECOND)
    assert timeline.final == 5.0
    service.now += 1.0
    service.receive(second.end_of_dictation())
    assert timeline.phrase == service.now
    assert timeline.words == service.now - 1.0


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
