"""How long an utterance waits, by what its link shows, for its source, and in all."""

import asyncio
from datetime import UTC, datetime
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, RecognitionOptions, ServiceTimeoutError
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND
from custom_components.azure_speech_live.speech.recognition.patience import FINAL, SOURCE_STALL, Patience
from custom_components.azure_speech_live.speech.recognition.turn import (
    ANSWER_MARGIN,
    DEFAULT_INITIAL_SILENCE,
    FIRST_ANSWER,
    FIRST_ANSWER_REUSED,
    LAST_ANSWER,
    LINK,
    MAX_UNACCOUNTED,
    SLOW_ANSWER,
)
from custom_components.azure_speech_live.speech.recognition.utterance import Utterance
from custom_components.azure_speech_live.speech.wire.link import Link
from custom_components.azure_speech_live.speech.wire.messages import json_message
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import AudioReceived, Before, Freeze, Wait

from ..caller import AUDIO, COMMAND, Source, calling, listen
from ..model import Word
from .conversation import START, asked, conversation, repeat, say_a_tenth

WALL: Final = datetime(2026, 11, 29, tzinfo=UTC)
REQUEST: Final = "1" * 32
DICTATION: Final = RecognitionOptions(mode=Mode.DICTATION)


class Waiting:
    """An utterance that waits for a service which says nothing more; its clock begins at 0."""

    def __init__(self, mode: Mode, *, answers: bool, ended: bool, started: bool = True, reused: bool = False) -> None:
        """Send a second of audio. ``answers``: pings are answered; ``started``: turn.start came."""
        self.utterance = Utterance(RecognitionOptions(mode=mode), 0.0)
        self.now = 0.0
        self.pings: list[float] = []
        self._link = Link()
        self._answers = answers
        self._live = not ended
        self.utterance.feed(bytes(BYTES_PER_SECOND), 0.0)
        self.utterance.begin(REQUEST, WALL, reused=reused, link=self._link)
        if ended:
            self.utterance.end_audio(0.0)
        self._send()
        if started:
            self.utterance.receive(json_message("turn.start", {}, REQUEST), 0.0, WALL)

    def _send(self) -> None:
        while self.utterance.next_audio(self.now) is not None:
            pass

    def wait(self, until: float = 1000.0) -> float:
        """Return when the utterance gives up; audio goes on a second at a time, if it has not ended."""
        spoken = 0.0
        while self.now < until:
            times = [self.utterance.deadline, self.utterance.ping_at, until]
            self.now = min([*times, spoken + 1.0] if self._live else times)
            try:
                self.utterance.check_time(self.now)
            except ServiceTimeoutError:
                break
            if self._live and self.now >= spoken + 1.0:
                spoken = self.now
                self.utterance.feed(bytes(BYTES_PER_SECOND), self.now)
                self._send()
            if self.utterance.ping_at <= self.now:
                self.pings.append(self.now)
                self._link.ping()
                if self._answers:
                    self._link.pong(self.now)
        return self.now


@pytest.mark.parametrize(
    ("reused", "within", "slow"), [(False, FIRST_ANSWER, SLOW_ANSWER), (True, FIRST_ANSWER_REUSED, FIRST_ANSWER)]
)
@pytest.mark.parametrize("answers", [True, False])
def test_first_answer_may_be_slow_where_the_link_is_alive(
    answers: bool,  # noqa: FBT001 - parameters
    reused: bool,  # noqa: FBT001
    within: float,
    slow: float,
) -> None:
    """On a connection that was kept open not as slow as on a new one, which is quick to come by."""
    waiting = Waiting(Mode.INTERACTIVE, answers=answers, ended=False, started=False, reused=reused)
    assert waiting.wait() == (slow if answers else within)
    assert waiting.pings[0] == within / 2


@pytest.mark.parametrize(("answers", "seconds"), [(True, SLOW_ANSWER), (False, LAST_ANSWER)])
@pytest.mark.parametrize("mode", [Mode.INTERACTIVE, Mode.DICTATION])
def test_last_answer_may_be_slow_where_the_link_is_alive(mode: Mode, answers: bool, seconds: float) -> None:  # noqa: FBT001 - parameters
    waiting = Waiting(mode, answers=answers, ended=True)
    assert waiting.wait() == seconds
    assert waiting.utterance.last_moment == (2 * FINAL if answers else FINAL)


def test_time_of_a_slow_service_is_not_taken_from_the_next_attempt() -> None:
    """The link of which is dead from the beginning."""
    waiting = Waiting(Mode.INTERACTIVE, answers=True, ended=True)
    waiting.wait()
    assert waiting.utterance.failed(ServiceTimeoutError("slow"), waiting.now, WALL) == 0.0
    waiting.utterance.begin("2" * 32, WALL, link=Link())
    assert waiting.utterance.last_moment == 2 * FINAL


@pytest.mark.parametrize(
    ("mode", "seconds"),
    [(Mode.INTERACTIVE, DEFAULT_INITIAL_SILENCE + ANSWER_MARGIN), (Mode.DICTATION, MAX_UNACCOUNTED)],
)
@pytest.mark.parametrize("answers", [True, False])
def test_silent_service_has_its_time_amid_the_audio(mode: Mode, seconds: float, answers: bool) -> None:  # noqa: FBT001 - parameters
    """Also one that answers no ping; that is pinged once."""
    waiting = Waiting(mode, answers=answers, ended=False)
    assert waiting.wait() == seconds
    assert (len(waiting.pings) == 1) is not answers


def test_link_that_is_dead_amid_the_audio_is_noticed() -> None:
    waiting = Waiting(Mode.DICTATION, answers=True, ended=False)
    last = waiting.wait(5.0)
    waiting._answers = False  # noqa: SLF001 - the line is cut
    assert last < waiting.wait() <= last + LINK


# --- in all


def test_every_message_gives_the_service_more_time_up_to_the_last_moment() -> None:
    service = conversation()
    request = asked(service, ended=True)

    def stammer() -> None:
        service.receive(request.says("speech.hypothesis", {"Text": "er"}))
        service.pass_time(service.now + LAST_ANSWER - 1)

    with pytest.raises(ServiceTimeoutError, match="no result in time"):
        repeat(stammer)
    assert service.now - START == FINAL


def test_limit_of_the_options_holds() -> None:
    service = conversation([Word(1, 32_000)])
    service.utterance = Utterance(RecognitionOptions(mode=Mode.CONVERSATION, limit=3.0), START)
    request = service.begin()

    def go_on() -> None:
        service.receive(request.says("turn.start"))
        say_a_tenth(service)

    with pytest.raises(ServiceTimeoutError, match="no result in time"):
        repeat(go_on)
    assert service.now == START + 3.0


def test_machine_that_slept_gives_an_error_and_not_a_wait() -> None:
    service = conversation()
    asked(service)
    service.now += 3600
    service.utterance.check_time(service.now)  # the source has stalled
    with pytest.raises(ServiceTimeoutError):
        service.utterance.check_time(service.now)


def test_what_comes_behind_the_end_of_the_audio_may_be_given_more_time() -> None:
    patience = Patience(limit=100.0, now=0.0)
    patience.extend(7.0)  # there is no such thing yet
    assert patience.last_moment == 100.0
    patience.audio_ended(10.0, backlog=3.0)
    assert patience.last_moment == 10.0 + FINAL + 3.0
    patience.extend(2.0)
    assert patience.last_moment == 10.0 + FINAL + 5.0
    patience.extend(100.0)
    assert patience.last_moment == 100.0


# --- its source


def test_source_that_stalls_has_ended() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("turn.start"))
    assert service.utterance.deadline == START + SOURCE_STALL
    service.pass_time(START + SOURCE_STALL)
    assert service.utterance.audio.ended
    service.send()
    assert request.ended
    service.speak(10)  # too late, and no harm
    service.conclude()
    assert service.said == ["w1", "w2"]


def test_source_that_gives_nothing_is_silence() -> None:
    service = conversation()
    service.begin()
    service.pass_time(START + SOURCE_STALL)
    assert service.utterance.complete
    assert service.phrases == 0


def test_source_that_waits_for_us_does_not_stall() -> None:
    service = conversation([Word(16_000, 16_000)] * 40)
    service.speak(70 * BYTES_PER_SECOND)
    request = service.begin()
    service.receive(request.says("turn.start"))
    assert service.utterance.full
    service.send()
    while service.utterance.full:
        service.pass_time(service.now + 0.05)
        service.receive(request.says("turn.start"))
        service.send()
    assert service.now > START + SOURCE_STALL
    service.pass_time(service.now + SOURCE_STALL - 0.1)
    assert not service.utterance.audio.ended


def test_source_that_waits_for_a_line_that_takes_nothing_does_not_stall() -> None:
    service = conversation([Word(16_000, 16_000)] * 40)
    service.speak(70 * BYTES_PER_SECOND)
    request = service.begin()
    service.send(1)
    service.receive(request.says("turn.start"))
    service.pass_time(START + SOURCE_STALL + 1)
    assert not service.utterance.audio.ended


# --- on a socket


async def test_dead_link_in_dictation_is_noticed_within_ten_seconds() -> None:
    """Somebody goes on speaking; nothing of it is lost."""
    loop = asyncio.get_running_loop()
    text = "and then we turn to the right behind the old church "
    frozen = Fault(AudioReceived(5 * BYTES_PER_SECOND), Freeze())
    service = SpeechService(Legible(), behaviours=[Behaviour(faults=(frozen,))])
    async with service, calling(service.url) as client:
        pcm = b"".join(speak(text) + silence(1.0) for _ in range(12))
        began = loop.time()
        listening = asyncio.create_task(listen(client, Source(pcm, pace=1.0), DICTATION))
        await service.until(lambda: len(service.connections) > 1, timeout=100)
        assert loop.time() - began <= 5 + 10
        heard = await listening
        assert len(service.attempts) == 2
    assert (heard.error, heard.transcript.split()) == (None, text.split() * 12)


async def test_slow_start_on_a_kept_connection_sends_a_command_once() -> None:
    slow = Fault(Before("turn.start", 2), Wait(3.0))
    service = SpeechService(Legible(), behaviours=[Behaviour(faults=(slow,))])
    async with service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        await service.until(lambda: service.connections[0].turns[0].ended)
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert (heard.error, heard.transcript) == (None, COMMAND)
        assert heard.seconds == pytest.approx(3.0, abs=0.1)
        assert [len(connection.turns) for connection in service.connections] == [2]
