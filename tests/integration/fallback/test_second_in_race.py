"""The second engine in a race: when its answer counts, and what is learned of the service behind it."""

from math import inf

import pytest

from custom_components.azure_speech_live.fallback.decision import Then
from custom_components.azure_speech_live.fallback.memory import LEAST_PATIENCE
from custom_components.azure_speech_live.fallback.race import SECOND_LIMIT
from custom_components.azure_speech_live.speech import (
    Mode,
    Phrase,
    RecognitionStatus,
    ServiceError,
    SpeechEnded,
    TranslationOptions,
)

from .command import HEARD, NO_MATCH, OVER, SILENCE, SO_FAR, Command

# --- the second engine


def test_its_partial_transcripts_are_told_where_the_service_has_none() -> None:
    command = Command(Then.BOTH)
    command.race.second_said("lights", "en")
    assert command.partials == []
    command.race.service_failed(ServiceError("503"), 1.0)
    command.race.second_said("lights on", "en")
    assert command.partials == ["lights on"]


def test_if_it_hears_nothing_the_service_is_waited_for_a_while() -> None:
    command = Command(Then.BOTH)
    command.over()
    command.second_says("  ")
    assert not command.race.finished
    assert command.wake() == OVER + LEAST_PATIENCE
    assert command.race.finished
    assert command.texts == [""]
    assert command.misses == 1


def test_if_it_hears_nothing_and_the_service_fails_nothing_was_said() -> None:
    command = Command(Then.BOTH)
    command.over()
    command.second_says("")
    command.race.service_failed(ServiceError("503"), OVER + 0.5)
    assert command.texts == [""]
    assert command.race.error is None


@pytest.mark.parametrize("service_first", [True, False])
def test_if_both_fail_it_is_one_error(*, service_first: bool) -> None:
    command, error = Command(Then.BOTH), ServiceError("503")
    command.over()
    if not service_first:
        command.race.second_failed()
        assert not command.race.finished
    command.race.service_failed(error, 1.0)
    if service_first:
        assert not command.race.finished
        command.race.second_failed()
    assert command.race.finished
    assert command.race.error is error
    assert command.race.events == type(command.race.events)()


def test_if_it_fails_alone_the_service_is_asked_whatever_is_known_of_it() -> None:
    command = Command(Then.SECOND)
    assert not command.race.service_asked
    command.over()
    command.race.second_failed()
    assert command.race.service_hears
    assert command.race.wake_at == inf
    command.service_says(HEARD, at=OVER + 1)
    assert command.texts == ["Turn on the light."]


def test_it_has_an_end() -> None:
    command = Command(Then.SECOND)
    command.over()
    assert command.race.wake_at == OVER + SECOND_LIMIT
    assert not command.race.wake(OVER + SECOND_LIMIT - 0.1)
    assert command.race.wake(OVER + SECOND_LIMIT)


# --- noise before the command


def test_behind_noise_the_command_is_not_over() -> None:
    command = Command()
    command.race.service_said(SpeechEnded(0.4))
    assert command.race.speech_ended
    command.over(0.9)
    command.race.service_said(NO_MATCH, more=True)
    assert (command.race.speech_ended, command.race.is_over, command.race.only_noise) == (False, False, True)
    assert command.race.wake_at == inf
    command.race.service_said(SO_FAR)
    assert not command.race.only_noise
    command.over()
    command.service_says(HEARD, at=OVER + 0.2)
    assert command.texts == ["", "Turn on the light."]


@pytest.mark.parametrize("last", [NO_MATCH, SILENCE], ids=lambda phrase: phrase.status)
def test_behind_noise_at_its_end_it_is(last: Phrase) -> None:
    command = Command()
    command.over()
    command.race.service_said(last, more=last is SILENCE)
    assert command.race.is_over


def test_who_hears_with_the_service_is_not_ended_by_noise() -> None:
    command = Command(Then.BOTH)
    command.race.service_said(SpeechEnded(0.4))
    assert not command.race.speech_ended


# --- speech of which nothing was understood


def test_where_it_is_wanted_nothing_is_no_answer_to_speech() -> None:
    command = Command(on_nothing=True)
    command.over()
    command.service_says(NO_MATCH, at=OVER + 0.2)
    assert not command.race.finished
    assert command.race.second_asked
    assert command.race.service_hears is False
    command.second_says(at=OVER + 0.5)
    assert command.texts == ["lights on"]
    assert not command.memory.away


@pytest.mark.parametrize("answer", ["", None])
def test_if_the_second_engine_hears_no_more_nothing_was_said(answer: str | None) -> None:
    command = Command(on_nothing=True)
    command.over()
    command.service_says(NO_MATCH, at=OVER + 0.2)
    if answer is None:
        command.race.second_failed()
    else:
        command.second_says(answer)
    assert command.race.finished
    assert command.race.error is None
    assert command.texts == [""]
    assert not command.race.won_by_second


def test_silence_is_never_asked_about() -> None:
    command = Command(on_nothing=True)
    command.over()
    command.service_says(SILENCE, at=OVER + 0.2)
    assert command.race.finished
    assert not command.race.second_asked


def test_sentences_of_which_one_was_understood_are_an_answer() -> None:
    command = Command(mode=Mode.CONVERSATION, on_nothing=True)
    command.service_says(NO_MATCH, HEARD)
    command.over()
    command.service_says(at=OVER + 0.2)
    assert command.texts == ["", "Turn on the light."]
    assert not command.race.second_asked


def test_that_nothing_was_understood_is_told_in_time_and_once_and_stays_to_be_heard() -> None:
    """Whoever ends the command knows by it that nobody speaks, or that words which seemed to come were none."""
    command = Command(mode=Mode.CONVERSATION)
    command.service_says(SO_FAR, SILENCE)
    assert command.texts == [""]
    assert command.race.is_served
    assert command.race.covered == 0.0
    command.service_says(HEARD, NO_MATCH)
    assert command.texts == ["", "Turn on the light.", ""]
    command.over()
    command.service_says(at=OVER + 0.2)
    assert command.texts == ["", "Turn on the light.", ""]


def test_who_is_to_hear_what_was_not_understood_is_not_passed_over() -> None:
    command = Command(mode=Mode.CONVERSATION, on_nothing=True)
    command.service_says(SO_FAR, NO_MATCH)
    assert not command.race.is_served
    command.service_says(HEARD, NO_MATCH)
    assert command.race.is_served
    command.over()
    command.service_says(at=OVER + 0.2)
    assert not command.race.second_asked


def test_sentences_of_which_none_was_understood_are_not() -> None:
    command = Command(mode=Mode.CONVERSATION, on_nothing=True)
    command.service_says(NO_MATCH, SO_FAR, NO_MATCH)
    assert command.partials == ["turn on"]
    command.over()
    command.service_says(at=OVER + 0.2)
    assert command.race.second_asked


def test_a_phrase_without_a_translation_is_the_second_translators() -> None:
    options = TranslationOptions(language="de-DE", targets=("en",))
    untranslated = Phrase(status=RecognitionStatus.SUCCESS, text="Licht an.", translation_error="busy")
    command = Command(options=options)
    command.over()
    command.service_says(untranslated, at=OVER + 0.2)
    assert command.race.second_asked
    command.second_says("Lights on.")
    (phrase,) = command.race.events
    assert isinstance(phrase, Phrase)
    assert phrase.translations == {"en": "Lights on."}


# --- what is learned behind an answer


def test_an_answer_behind_that_of_the_second_engine_brings_the_service_back() -> None:
    command = Command(Then.BOTH)
    command.memory.failed(-100)
    command.over()
    command.second_says(at=OVER + 0.3)
    assert command.memory.away
    command.service_says(HEARD, at=OVER + 0.6)
    assert not command.memory.away
    assert command.texts == ["lights on"]


def test_a_failure_behind_it_is_one() -> None:
    command = Command(Then.BOTH)
    command.over()
    command.second_says(at=OVER + 0.3)
    command.race.service_failed(ServiceError("503"), OVER + 0.6)
    assert command.memory.away
    assert command.race.error is None


def test_an_answer_that_is_missed_is_missed_once() -> None:
    command = Command()
    command.over()
    command.wake()
    command.second_says(at=OVER + 1.3)
    command.race.miss(OVER + 1.3)
    assert command.misses == 1
