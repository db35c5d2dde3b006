"""Errors: the tree is as drawn, and what a peer sends cannot make a log line long or forge one."""

import inspect
import re
from types import ModuleType

import pytest

from custom_components.azure_speech_live import speech
from custom_components.azure_speech_live.speech import errors
from custom_components.azure_speech_live.speech.errors import SpeechError, ThrottledError


def classes(module: ModuleType) -> dict[str, type[SpeechError]]:
    """Return the exceptions of a module by name."""
    return {
        name: member for name, member in inspect.getmembers(module, inspect.isclass) if issubclass(member, SpeechError)
    }


def drawn() -> dict[str, str]:
    """Return what the module's docstring draws: from each exception to the one above it."""
    parents: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r" {4}([│├└─ ]*)(\w+Error)\b", line):
            depth = len(found[1]) // 4
            del above[depth:]
            if above:
                parents[found[2]] = above[-1]
            above.append(found[2])
    return parents


def test_tree_is_as_drawn() -> None:
    kinds = classes(errors)
    assert drawn() == {name: kind.__bases__[0].__name__ for name, kind in kinds.items() if kind is not SpeechError}
    assert all(len(kind.__bases__) == 1 for kind in kinds.values())


def test_all_are_public() -> None:
    assert classes(speech) == classes(errors)
    assert set(classes(errors)) <= set(speech.__all__)


@pytest.mark.parametrize("kind", classes(errors).values())
def test_none_is_what_asyncio_or_the_system_raises(kind: type[SpeechError]) -> None:
    assert not issubclass(kind, (TimeoutError, OSError))


def test_which_are_worth_a_second_attempt_at_once() -> None:
    """What the network or the service has trouble with, and not what it was asked."""
    assert {name for name, kind in classes(errors).items() if kind.transient} == {
        "HostNotFoundError",
        "ConnectionFailedError",
        "OpenTimeoutError",
        "WebPageError",
        "ServiceError",
        "ServiceTimeoutError",
        "UnusableMessageError",
    }


def test_throttled_keeps_the_time() -> None:
    assert ThrottledError("too many").retry_after is None
    assert ThrottledError("too many", 2.5).retry_after == 2.5
    assert str(ThrottledError("too many", 2.5)) == "too many"
