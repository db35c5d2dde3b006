"""A false start: noise before a command, which the service takes for speech. The command is what comes behind it."""

from array import array
from contextlib import aclosing
from pathlib import Path
import random
from typing import Final
import wave

import pytest

from custom_components.azure_speech_live.speech import (
    Phrase,
    RecognitionStatus,
    SpeechEnded,
    ThrottledError,
    Timeline,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.answers import FALSE_STARTS, NOISE_LENGTH
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE
from custom_components.azure_speech_live.speech.recognition.coverage import MAX_REST
from tests.speech_service import DIALECTS, AtOnce, Behaviour, Dialect, Fault, Scripted, SpeechService
from tests.speech_service.engines import Status
from tests.speech_service.engines.known import Known, Recording, Said
from tests.speech_service.engines.scripted import Utterance
from tests.speech_service.faults import Before, Reset

from ..caller import INTERACTIVE, Source, calling, listen
from ..model import Request, speak
from .conversation import LIGHT, LOST, Service, asked, interactive
from .translations import to

NOISE: Final = 28_800
"""Bytes of noise, with the pause behind it: 0.9 s."""
TIMED: Final = {"Offset": 1_000_000, "Duration": 8_000_000}
TIMES: Final = [TIMED, {"Offset": 9_000_000, "Duration": 0}, {"Offset": 0, "Duration": 0}, {}]


def noisy() -> Service:
    """Return a command with noise before it."""
    service = interactive()
    service.unsaid = bytes(NOISE) + service.unsaid
    return service


def hear_noise(service: Service, request: Request, times: dict[str, int], status: str = "NoMatch") -> None:
    """Have the service say what it says of noise."""
    service.receive(request.says("speech.endDetected", {"Offset": 9_000_000}))
    service.receive(request.says("speech.phrase", {"RecognitionStatus": status, "DisplayText": "", **times}))


def start_falsely() -> Service:
    """Return a command of which only the noise was said, to the end of its turn."""
    service = noisy()
    service.speak(NOISE)
    request = service.begin()
    service.send()
    hear_noise(service, request, TIMED)
    service.receive(request.says("turn.end"))
    return service


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("status", ["NoMatch", "BabbleTimeout", "Success"])
def test_the_command_behind_it_is_heard_whole_in_a_new_turn(status: str, times: dict[str, int]) -> None:
    service = noisy()
    service.speak(NOISE)
    first = service.begin()
    service.send()
    hear_noise(service, first, times, status)
    assert not service.utterance.complete
    service.speak(2 * FRAME_SIZE)  # it comes before the turn's end, in which it is not wanted
    service.send()
    assert (first.ended, len(first.audio)) == (True, NOISE)
    service.receive(first.says("turn.end"))
    assert not service.utterance.complete
    second = service.begin()
    service.conclude()
    assert (service.said, service.texts, service.requests) == (["w1", "w2"], 1, 2)
    covered = NOISE if times.get("Offset") else NOISE - MAX_REST
    assert bytes(second.audio) == (bytes(NOISE) + speak(LIGHT))[covered:]


@pytest.mark.parametrize("status", ["InitialSilenceTimeout", "EndOfDictation"])
def test_silence_is_none(status: str) -> None:
    for service in (noisy(), start_falsely()):
        service.speak(NOISE)
        request = service.begin()
        service.send()
        service.receive(request.says("speech.phrase", {"RecognitionStatus": status}))
        assert service.utterance.complete


@pytest.mark.parametrize("times", [{"Offset": 0, "Duration": 9_000_000}, {"Offset": 0, "Duration": 4_000_000}, {}])
def test_where_no_more_audio_comes_nothing_was_said(times: dict[str, int]) -> None:
    service = noisy()
    service.speak(NOISE)
    service.utterance.end_audio(service.now)
    request = service.begin()
    service.send()
    hear_noise(service, request, times)
    assert service.utterance.complete
    assert (service.phrases, service.texts) == (1, 0)


def test_the_end_of_the_audio_before_the_new_turn_asks_for_none() -> None:
    service = start_falsely()
    service.speak(MAX_REST)
    service.utterance.end_audio(service.now)
    assert service.utterance.complete


def test_a_command_that_came_at_once_is_heard_too() -> None:
    service = noisy()
    request = asked(service, ended=True)
    assert request.ended
    hear_noise(service, request, TIMED)
    assert not service.utterance.complete
    service.receive(request.says("turn.end"))
    service.conclude()
    assert (service.said, service.requests) == (["w1", "w2"], 2)


def test_noise_and_noise_again_has_an_end() -> None:
    """It is that of a command in which nothing was understood."""
    service = interactive([])
    heard = 0
    while not service.utterance.complete:
        service.unsaid = bytes(BYTES_PER_SECOND)
        request = asked(service)
        hear_noise(service, request, {"Offset": 0, "Duration": 10_000_000})
        heard += 1
        if not service.utterance.complete:
            service.receive(request.says("turn.end"))
    assert service.texts == 0
    assert FALSE_STARTS < heard <= FALSE_STARTS + heard / NOISE_LENGTH + 1


def test_noise_in_the_same_audio_again_and_again_has_an_end() -> None:
    service = interactive([])
    while not service.utterance.complete:
        service.unsaid = bytes(BYTES_PER_SECOND)
        service.now += 1.0
        request = asked(service)
        service.receive(request.says("speech.phrase", {"RecognitionStatus": "NoMatch", "Duration": 10_000}))
        service.receive(request.says("turn.end"))
    assert service.requests <= FALSE_STARTS + 2


def test_a_turn_behind_it_that_says_nothing_has_failed() -> None:
    service = start_falsely()
    request = asked(service)
    with pytest.raises(UnusableMessageError):
        service.receive(request.says("turn.end"))


@pytest.mark.parametrize("ended", [False, True])
def test_a_connection_that_breaks_then_loses_nothing(*, ended: bool) -> None:
    service = noisy()
    service.speak(NOISE)
    request = service.begin()
    service.send()
    hear_noise(service, request, TIMED)
    if ended:
        service.receive(request.says("turn.end"))
    assert service.fail(LOST) is not None
    service.conclude()
    assert (service.said, service.requests) == (["w1", "w2"], 2)


def test_who_has_to_wait_then_goes_on_behind_it() -> None:
    service = start_falsely()
    request = asked(service)
    assert service.fail(ThrottledError("too many")) == 0.0
    assert len(request.audio) == len(speak(LIGHT))
    service.conclude()
    assert service.said == ["w1", "w2"]


def test_who_waits_when_the_audio_ends_waits_no_more_for_silence() -> None:
    service = start_falsely()
    service.speak(FRAME_SIZE)
    service.begin()
    service.fail(ThrottledError("too many"))
    service.utterance.end_audio(service.now)
    assert service.utterance.complete


def test_the_end_of_noise_is_not_that_of_speech() -> None:
    service = noisy()
    service.speak(NOISE)
    request = service.begin()
    service.send()
    service.receive(request.says("speech.endDetected"))
    assert service.utterance.timeline.speech_ended == service.now
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "NoMatch", **TIMED}))
    assert service.utterance.timeline.speech_ended is None


# --- over a socket

SCRIPT: Final = ([Utterance(status=Status.NO_MATCH, end=0.9)], [Utterance(text="Turn on the light.", end=1.5)])
COMMAND: Final = Path(__file__).parents[2] / "data" / "turn_on_the_kitchen_light.wav"
AUDIO: Final = bytes(3 * BYTES_PER_SECOND)


async def test_one_connection_serves_it_and_all_that_is_sent_counts() -> None:
    timeline = Timeline()
    # Which takes no more than one request at a time, as the free tier does.
    async with SpeechService(Scripted(*SCRIPT), at_once=AtOnce()) as service, calling(service.url) as client:
        async with aclosing(client.recognize(Source(AUDIO, pace=4), INTERACTIVE, timeline)) as events:
            told = [event async for event in events if isinstance(event, SpeechEnded | Phrase)]
        (connection,) = service.connections
        first, second = connection.turns
        assert service.at_once is not None
        assert service.at_once.refused == 0
    statuses = [event.status for event in told if isinstance(event, Phrase)]
    assert statuses == [RecognitionStatus.NO_MATCH, RecognitionStatus.SUCCESS]
    last = told[-1]
    assert isinstance(last, Phrase)
    assert (last.text, round(last.offset, 1)) == ("Turn on the light.", 0.9)
    assert timeline.sent == len(first.audio) + len(second.audio)
    assert timeline.requests == 2
    assert timeline.delay is not None


async def test_a_burst_before_a_command_by_their_sound() -> None:
    with wave.open(str(COMMAND)) as file:
        spoken = file.readframes(file.getnframes())
    known = Recording(spoken, (Said("turn on the kitchen light", 0.1, len(spoken) / BYTES_PER_SECOND - 0.1),))
    burst = array("h", (random.Random(7).randint(-4000, 4000) for _ in range(5600)))  # noqa: S311 - noise
    audio = bytes(8000) + burst.tobytes() + bytes(25_600) + spoken + bytes(BYTES_PER_SECOND)
    async with SpeechService(Known([known])) as service, calling(service.url) as client:
        heard = await listen(client, Source(audio, pace=4), INTERACTIVE)
    assert (heard.transcript, heard.error) == ("Turn on the kitchen light.", None)
    assert [phrase.status for phrase in heard.phrases] == [RecognitionStatus.NO_MATCH, RecognitionStatus.SUCCESS]


async def test_a_connection_that_breaks_at_its_end_is_carried_over() -> None:
    broken = Behaviour(faults=(Fault(Before("turn.end"), Reset()),))
    async with (
        SpeechService(Scripted(*SCRIPT), behaviours=[broken, Behaviour()]) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO, pace=4), INTERACTIVE)
    assert (heard.transcript, heard.error) == ("Turn on the light.", None)


async def test_who_hangs_up_then_leaves_nothing_behind() -> None:
    source = Source(AUDIO, pace=4)
    async with SpeechService(Scripted(*SCRIPT)) as service, calling(service.url) as client:
        async with aclosing(client.recognize(source, INTERACTIVE)) as events:
            async for event in events:
                if isinstance(event, Phrase):
                    break
        assert source.closed


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_translation_of_it_is_that_of_the_command(dialect: Dialect) -> None:
    async with SpeechService(Scripted(*SCRIPT), dialect=dialect) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO, pace=4), to("de", mode=INTERACTIVE.mode))
    assert [phrase.translations for phrase in heard.phrases] == [{}, {"de": "[de] Turn on the light."}]
