"""What is remembered of a service that is away: when it is tried again, when it is back, how long it is waited for."""

import pytest

from custom_components.azure_speech_live.fallback.memory import GAPS, LEAST_PATIENCE, MOST_PATIENCE, RELAPSE, Memory

QUICK = 0.2


@pytest.fixture
def memory() -> Memory:
    """Begin with a service that works."""
    return Memory()


def tries(memory: Memory, now: float, until: float) -> list[float]:
    """Speak a command every second while the service is away; return when it was tried."""
    tried = []
    while now < until:
        if memory.is_due(now):
            tried.append(now)
            memory.failed(now)
        now += 1
    return tried


def test_in_the_beginning_it_works(memory: Memory) -> None:
    assert not memory.away
    assert memory.is_due(0)
    assert memory.patience == LEAST_PATIENCE


def test_it_is_tried_at_once_and_then_less_and_less_often(memory: Memory) -> None:
    memory.failed(1000)
    assert memory.away
    assert tries(memory, 1000, 1300) == [1000, 1010, 1030, 1070, 1130, 1190, 1250]


def test_commands_at_the_same_time_fail_as_one(memory: Memory) -> None:
    memory.failed(1000, begun=997)
    memory.failed(1001, begun=998)
    assert memory.is_due(1001), "none has been a try"
    memory.failed(1003, begun=1001)
    assert not memory.is_due(1003)


def test_no_moment_of_a_clock_is_the_first(memory: Memory) -> None:
    memory.failed(-500)
    assert tries(memory, -500, -450) == [-500, -490, -470]


def test_it_is_back_with_the_first_answer(memory: Memory) -> None:
    memory.failed(0)
    memory.answered(1, QUICK)
    assert not memory.away
    assert memory.is_due(1)


def test_an_answer_that_nobody_could_have_waited_for_does_not_bring_it_back(memory: Memory) -> None:
    memory.failed(0)
    memory.answered(1, LEAST_PATIENCE + 0.1)
    assert memory.away


def test_an_answer_before_the_end_of_speech_came_in_time(memory: Memory) -> None:
    memory.failed(0)
    memory.answered(1, None)
    assert not memory.away
    assert memory.patience == LEAST_PATIENCE


def test_a_line_that_is_always_slow_is_waited_for(memory: Memory) -> None:
    memory.failed(0)
    memory.answered(1, 1.4)
    assert memory.away
    memory.answered(2, 1.4)
    assert not memory.away
    assert memory.patience == 2.8


@pytest.mark.parametrize(
    ("delays", "patience"),
    [([0.1, 0.2, 0.3], LEAST_PATIENCE), ([0.6, 0.7, 9], 1.4), ([5, 5, 5], MOST_PATIENCE), ([9] * 10 + [0.1] * 20, 1.0)],
)
def test_patience_follows_the_usual_delay_within_reason(memory: Memory, delays: list[float], patience: float) -> None:
    for delay in delays:
        memory.answered(0, delay)
    assert memory.patience == pytest.approx(patience)


def test_commands_that_fail_together_are_one_failure(memory: Memory) -> None:
    for now in (0, 0, 12, 12.1, 12.2):
        memory.failed(now)
    assert not memory.is_due(12 + GAPS[2] - 1)
    assert memory.is_due(12 + GAPS[2])


def test_one_that_comes_and_goes_is_tried_less_and_less_often(memory: Memory) -> None:
    now, gaps = 0.0, []
    for _ in GAPS:
        memory.failed(now)
        due = next(later for later in range(301) if memory.is_due(now + later))
        gaps.append(due)
        now += due
        memory.answered(now, QUICK)
        now += RELAPSE - 1
    assert gaps == list(GAPS)


def test_one_that_was_back_for_long_is_trusted_again(memory: Memory) -> None:
    tries(memory, 0, 100)
    memory.answered(200, QUICK)
    memory.failed(200 + RELAPSE)
    assert memory.is_due(200 + RELAPSE)


def test_a_connection_that_opens_makes_a_try_due_and_is_not_yet_an_answer(memory: Memory) -> None:
    tries(memory, 0, 75)
    assert not memory.is_due(76)
    memory.reached(76)
    assert memory.is_due(76)
    assert memory.away
    # And if it does not answer, it goes on where it was.
    memory.failed(77)
    assert not memory.is_due(77 + GAPS[-1] - 1)
    assert memory.is_due(77 + GAPS[-1])
