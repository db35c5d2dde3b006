"""When the second engine is asked: every trouble at every time, written out in the words of who uses it."""

import pytest

from custom_components.azure_speech_live.fallback.decision import OUTAGES, Then, Trouble, When, begins, then, trouble_of
from custom_components.azure_speech_live.resource.cost_guard import UsageLimitError
from custom_components.azure_speech_live.resource.health_states import State
from custom_components.azure_speech_live.speech import errors

TRIED_AGAIN = {
    errors.ThrottledError: (Then.BOTH, Then.BOTH, Then.BOTH),
    errors.HostNotFoundError: (Then.WAIT, Then.WAIT, Then.BOTH),
    errors.ConnectionFailedError: (Then.WAIT, Then.WAIT, Then.BOTH),
    errors.OpenTimeoutError: (Then.WAIT, Then.WAIT, Then.BOTH),
    errors.ServiceError: (Then.WAIT, Then.WAIT, Then.BOTH),
    errors.ServiceTimeoutError: (Then.WAIT, Then.WAIT, Then.BOTH),
    errors.UnusableMessageError: (Then.WAIT, Then.WAIT, Then.BOTH),
}
"""Failures after which the client tries again: what follows before speech, while it, and after it."""
NOBODYS = {errors.AudioSourceError, errors.BadAudioError, errors.TextSourceError}
"""Failures in which no other engine could do better."""
ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SpeechError)]
AT_ONCE = [Trouble.REFUSED, Trouble.NO_ENDPOINT, Trouble.USED_UP, Trouble.LIMIT]


@pytest.mark.parametrize("kind", TRIED_AGAIN)
def test_what_is_tried_again_is_left_to_that_while_one_speaks(kind: type[errors.SpeechError]) -> None:
    trouble = trouble_of(kind("away"))
    assert tuple(then(trouble, when) for when in (When.BEFORE, When.WHILE, When.AFTER)) == TRIED_AGAIN[kind]


@pytest.mark.parametrize("kind", ALL)
def test_who_has_given_up_is_not_waited_for(kind: type[errors.SpeechError]) -> None:
    expected = Then.ERROR if kind in NOBODYS else Then.SECOND
    assert then(trouble_of(kind("away")), When.GIVEN_UP) is expected


@pytest.mark.parametrize("trouble", AT_ONCE)
@pytest.mark.parametrize("when", When)
def test_what_no_waiting_helps_is_the_second_engines_at_once(trouble: Trouble, when: When) -> None:
    assert then(trouble, when) is Then.SECOND


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (UsageLimitError(), Trouble.LIMIT),
        (errors.CredentialsError("401"), Trouble.REFUSED),
        (errors.NotASpeechEndpointError("404"), Trouble.NO_ENDPOINT),
        (errors.QuotaError("used up"), Trouble.USED_UP),
        (errors.WebPageError("log in"), Trouble.NO_NETWORK),
        (errors.LanguageError("tlh"), Trouble.PROTOCOL),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.name,
)
def test_a_failure_is_known_by_what_mends_it(error: errors.SpeechError | UsageLimitError, trouble: Trouble) -> None:
    assert trouble_of(error) is trouble


@pytest.mark.parametrize("when", [When.BEFORE, When.WHILE, When.AFTER])
def test_who_is_slow_is_still_listened_to(when: When) -> None:
    assert then(Trouble.SLOW, when) is Then.BOTH


@pytest.mark.parametrize("when", When)
def test_silence_is_no_question_to_another(when: When) -> None:
    assert then(Trouble.SILENCE, when) is Then.WAIT


def test_speech_of_which_nothing_was_understood_is_one() -> None:
    assert then(Trouble.NOTHING, When.AFTER) is Then.SECOND


@pytest.mark.parametrize("health", State)
@pytest.mark.parametrize("is_due", [True, False])
@pytest.mark.parametrize("away", [True, False])
def test_nothing_is_sent_beyond_the_households_limit(health: State, *, away: bool, is_due: bool) -> None:
    assert begins(health, limit_used_up=True, away=away, is_due=is_due) is Then.SECOND


@pytest.mark.parametrize(
    ("health", "there", "due", "not_due"),
    [
        (State.WORKS, Then.WAIT, Then.BOTH, Then.SECOND),
        (State.AWAY, Then.BOTH, Then.BOTH, Then.SECOND),
        (State.USED_UP, Then.BOTH, Then.BOTH, Then.SECOND),
        (State.REFUSED, Then.BOTH, Then.BOTH, Then.SECOND),
        (State.GONE, Then.BOTH, Then.BOTH, Then.SECOND),
    ],
)
def test_a_command_begins_by_what_is_known(health: State, there: Then, due: Then, not_due: Then) -> None:
    assert begins(health, limit_used_up=False, away=False, is_due=True) is there
    assert begins(health, limit_used_up=False, away=True, is_due=True) is due
    assert begins(health, limit_used_up=False, away=True, is_due=False) is not_due


def test_what_one_command_alone_met_is_not_remembered() -> None:
    assert not OUTAGES & {Trouble.THROTTLED, Trouble.PROTOCOL, Trouble.NOTHING, Trouble.SILENCE, Trouble.SOURCE}
    assert Trouble.LIMIT not in OUTAGES  # which is looked up with each command
    assert {Trouble.NO_NETWORK, Trouble.SLOW} < OUTAGES
