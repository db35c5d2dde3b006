"""The service in a race: how long it is waited for, and who is asked beside it or in its place."""

from math import inf

import pytest

from custom_components.azure_speech_live.fallback.decision import Then
from custom_components.azure_speech_live.fallback.memory import LEAST_PATIENCE
from custom_components.azure_speech_live.fallback.race import OPENING
from custom_components.azure_speech_live.resource.cost_guard import UsageLimitError
from custom_components.azure_speech_live.speech import (
    BYTES_PER_SECOND,
    AttemptFailed,
    AudioSourceError,
    ConnectionFailedError,
    CredentialsError,
    Hypothesis,
    LanguageError,
    Mode,
    Phrase,
    ServiceError,
    SpeechEnded,
    SpeechError,
    SpeechStarted,
    ThrottledError,
)

from .command import AND_THEN, HEARD, NO_MATCH, OVER, SILENCE, SO_FAR, Command

# --- the service works


def test_a_service_that_works_is_alone() -> None:
    command = Command()
    command.service_says(SpeechStarted(0.1), SO_FAR)
    assert command.race.wake_at == inf
    command.over()
    assert command.race.wake_at == OVER + LEAST_PATIENCE
    command.service_says(HEARD, at=OVER + 0.2)
    assert command.race.finished
    assert command.race.error is None
    assert not command.race.won_by_second
    assert not command.race.second_asked
    assert (command.partials, command.texts) == (["turn on"], ["Turn on the light."])
    assert command.misses == 0


def test_what_is_uploaded_at_once_is_waited_for_as_long_as_it_takes_to_be_sent() -> None:
    command = Command()
    command.race.over(0.5, 25 * BYTES_PER_SECOND)
    assert command.race.wake_at == 10 + LEAST_PATIENCE


@pytest.mark.parametrize("phrase", [NO_MATCH, SILENCE], ids=lambda phrase: phrase.status)
@pytest.mark.parametrize("how", [Then.WAIT, Then.BOTH])
def test_nothing_is_an_answer(phrase: Phrase, how: Then) -> None:
    command = Command(how)
    command.over()
    command.service_says(phrase, at=OVER + 0.2)
    assert command.race.finished
    assert command.texts == [""]
    assert not command.race.won_by_second


# --- it is slow


def test_who_does_not_answer_in_time_has_company() -> None:
    command = Command()
    command.over()
    assert command.wake() == OVER + LEAST_PATIENCE
    assert command.race.second_asked
    assert command.race.service_hears
    command.second_says(at=OVER + 1.3)
    assert command.race.won_by_second
    assert command.texts == ["lights on"]
    assert command.memory.away
    assert command.misses == 1


def test_the_first_answer_counts() -> None:
    command = Command()
    command.over()
    command.wake()
    command.service_says(HEARD, at=OVER + 1.2)
    command.second_says(at=OVER + 1.3)
    assert command.texts == ["Turn on the light."]
    assert not command.race.won_by_second
    assert not command.memory.away
    assert command.misses == 0


def test_a_connection_that_does_not_open_is_not_waited_for() -> None:
    command = Command(opened=None)
    assert command.wake() == OPENING
    assert command.race.second_asked
    # It opens, and is the first after all.
    command.race.timeline.connected = 1.5
    command.over()
    command.service_says(HEARD, at=OVER + 0.1)
    assert command.texts == ["Turn on the light."]


def test_a_connection_that_opened_meanwhile_is_waited_for() -> None:
    command = Command(opened=None)
    due = command.race.wake_at
    command.race.timeline.connected = 0.9
    command.race.wake(due)
    assert not command.race.second_asked


def test_patience_begins_when_the_service_hears_the_end() -> None:
    command = Command()
    command.service_says(SpeechEnded(1.2))
    assert command.race.speech_ended  # which ends the command, by who records it
    conversation = Command(mode=Mode.CONVERSATION)
    conversation.service_says(SpeechEnded(1.2))
    assert not conversation.race.speech_ended


def test_who_waits_for_a_longer_pause_than_others_is_given_it() -> None:
    command = Command()
    command.over(pause=3.0)
    assert command.race.wake_at == OVER + 3.0 + LEAST_PATIENCE


def test_who_hears_more_words_is_waited_for_until_these_are_over() -> None:
    command = Command()
    command.over(pause=0.0)
    command.service_says(SO_FAR)
    assert not command.race.is_over
    assert command.race.wake_at == inf
    command.over(OVER + 1.5, pause=0.0)
    command.service_says(SpeechEnded(OVER + 1.0), SO_FAR)
    assert command.race.is_over
    assert command.race.wake_at == OVER + 1.5 + LEAST_PATIENCE


def test_who_hears_more_words_when_the_second_engine_is_asked_does_not_stop_that() -> None:
    command = Command()
    command.over(pause=0.0)
    command.wake()
    command.service_says(SO_FAR)
    assert command.race.is_over
    command.second_says(at=OVER + 1.3)
    assert command.texts == ["lights on"]


def test_who_has_all_audio_and_only_talks_is_not_waited_for() -> None:
    command = Command()
    command.over()
    command.service_says(SO_FAR)
    assert command.race.wake_at == OVER + LEAST_PATIENCE


# --- it tries again


@pytest.mark.parametrize("error", [ConnectionFailedError("reset"), ServiceError("1011")], ids=str)
def test_another_attempt_is_waited_for_until_the_end_of_speech(error: SpeechError) -> None:
    command = Command()
    command.service_says(AttemptFailed(error))
    assert not command.race.second_asked
    command.over()
    assert command.race.second_asked
    assert command.race.service_hears


def test_an_attempt_that_goes_on_is_no_trouble_any_more() -> None:
    command = Command()
    command.service_says(AttemptFailed(ServiceError("1011")), SO_FAR)
    command.over()
    assert not command.race.second_asked


def test_after_the_end_of_speech_nobody_waits_for_another_attempt() -> None:
    command = Command()
    command.over()
    command.service_says(AttemptFailed(ServiceError("1011")))
    assert command.race.second_asked


def test_one_request_too_many_is_the_second_engines_at_once_and_no_outage() -> None:
    command = Command()
    command.service_says(AttemptFailed(ThrottledError("429")))
    assert command.race.second_asked
    command.over()
    command.second_says()
    assert command.texts == ["lights on"]
    assert command.race.is_throttled
    assert not command.memory.away


# --- it fails


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (CredentialsError("401"), True),
        (ServiceError("503"), True),
        (LanguageError("tlh"), False),
        (UsageLimitError(), False),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("when", ["before", "while", "after"])
def test_who_has_failed_is_replaced_at_once(error: SpeechError | UsageLimitError, when: str, *, away: bool) -> None:
    command = Command()
    if when != "before":
        command.service_says(SO_FAR)
    if when == "after":
        command.over()
    command.race.service_failed(error, 0.7)
    assert command.race.second_asked
    assert not command.race.finished
    assert command.memory.away is away
    if when != "after":
        command.over()
    command.second_says()
    assert command.race.won_by_second
    assert command.race.error is None
    assert command.texts == ["lights on"]


def test_what_was_told_stays_and_is_not_heard_again() -> None:
    command = Command(mode=Mode.CONVERSATION)
    command.service_says(HEARD)
    assert command.texts == ["Turn on the light."]
    assert command.race.covered == 1.0
    command.race.service_failed(ServiceError("1011"), 1.5)
    command.over()
    command.second_says("and the fan")
    assert command.texts == ["Turn on the light.", "and the fan"]


@pytest.mark.parametrize("first", ["service", "second"])
def test_what_both_hear_is_told_once(first: str) -> None:
    command = Command(Then.BOTH, Mode.CONVERSATION)
    command.service_says(SO_FAR, HEARD, Hypothesis("and", 1.0, 0.2))
    assert command.partials == ["turn on"]  # a transcript that went back would be no better one
    assert command.texts == []
    command.over()
    if first == "service":
        command.service_says(AND_THEN, at=OVER + 0.1)
        assert command.texts == ["Turn on the light.", "And the fan."]
    else:
        command.second_says("lights on and the fan")
        assert command.texts == ["lights on and the fan"]
    assert command.race.finished


def test_nobody_is_asked_in_place_of_audio_that_failed() -> None:
    command = Command()
    error = AudioSourceError("unplugged")
    command.race.service_failed(error, 1.0)
    assert command.race.finished
    assert command.race.error is error
    assert not command.race.second_asked
    assert not command.memory.away


def test_what_was_unloaded_is_replaced_and_is_not_away() -> None:
    command = Command()
    command.race.service_failed(ConnectionFailedError("closed"), 1.0, closed=True)
    assert command.race.second_asked
    assert not command.memory.away
    command.over()
    command.second_says()
    assert command.texts == ["lights on"]
