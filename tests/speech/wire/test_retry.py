"""Whether something that failed is tried again, and how soon."""

from collections.abc import Iterator
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    QuotaError,
    ServiceError,
    SpeechError,
    ThrottledError,
)
from custom_components.azure_speech_live.speech.wire.retry import MAX_ATTEMPTS, MAX_RETRY_AFTER, RETRY_DELAY, Retry

LOST: Final = ConnectionFailedError("the connection was lost")


def after(
    error: SpeechError = LOST,
    *,
    retry: Retry | None = None,
    left: float = 10.0,
    opening: bool = False,
    stale: bool = False,
) -> float | None:
    """Return what comes of an error, ``left`` seconds before it is too late."""
    return (retry or Retry()).after(error, 1000.0, 1000.0 + left, opening=opening, stale=stale)


def kinds(kind: type[SpeechError] = SpeechError) -> Iterator[type[SpeechError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


@pytest.mark.parametrize("kind", kinds())
def test_only_what_may_do_better(kind: type[SpeechError]) -> None:
    """A connection is waited for, a request on the next one is not."""
    delays = after(kind("-"), opening=True), after(kind("-"))
    if issubclass(kind, ThrottledError) and kind is not QuotaError:
        assert delays == (0.0, 0.0)
    else:
        assert delays == ((RETRY_DELAY, 0.0) if kind.transient else (None, None))


def test_not_for_ever() -> None:
    retry = Retry()
    assert [after(retry=retry) for _ in range(MAX_ATTEMPTS + 1)] == [*[0.0] * (MAX_ATTEMPTS - 1), None, None]


def test_anew_behind_progress() -> None:
    retry = Retry()
    for _ in range(3):
        assert not retry.again
        assert after(retry=retry) == 0.0
        assert retry.again
        retry.progress()
    assert not retry.again


@pytest.mark.parametrize("opening", [True, False])
@pytest.mark.parametrize(
    ("told", "delay"),
    [(0.0, 0.0), (1.5, 1.5), (MAX_RETRY_AFTER, MAX_RETRY_AFTER), (MAX_RETRY_AFTER + 0.1, None)],
)
def test_as_late_as_the_service_says(told: float, delay: float | None, opening: bool) -> None:  # noqa: FBT001 - parameters
    assert after(ServiceError("down", told), opening=opening) == delay


@pytest.mark.parametrize(("left", "delay"), [(2.1, 2.0), (2.0, None), (1.0, None)])
def test_not_too_late(left: float, delay: float | None) -> None:
    assert after(ServiceError("down", 2.0), left=left) == delay


def test_kept_connection_that_had_died_is_no_attempt() -> None:
    retry = Retry()
    for _ in range(3):
        assert after(retry=retry, stale=True) == 0.0
    assert not retry.again


def test_kept_connection_gives_no_more_time_and_changes_no_other_error() -> None:
    assert after(stale=True, left=0.0) is None
    assert after(stale=True, left=-1.0) is None
    assert after(CredentialsError("refused"), stale=True) is None


def test_one_too_many_is_no_attempt_and_its_time_is_for_others_to_say() -> None:
    retry = Retry()
    for _ in range(3):
        assert after(ThrottledError("too many", 20.0), retry=retry, opening=True, left=-1.0) == 0.0
    assert not retry.again
