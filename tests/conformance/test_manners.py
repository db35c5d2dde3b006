"""Which of a service's manners both SDKs take; what they do not take, our client takes all the same: docs/faults.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.speech_service import Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.manner import MANNERS

from .scenario import Scenario, Sdk, run

_HELLO = speak("Hello.") + silence(1.0)

# Of the others, some make one of them hang.
_TAKEN = {
    Sdk.PYTHON: ("no-ids", "no-times", "nulls", "alternatives", "lower-case-languages", "pings", "no-deflate"),
    Sdk.JAVASCRIPT: (
        *("lower-case-headers", "upper-case-headers", "no-ids", "no-times", "numbers"),
        *("alternatives", "lower-case-languages", "pings", "no-deflate"),
    ),
}


@pytest.mark.parametrize(("sdk", "name"), [(sdk, name) for sdk, names in _TAKEN.items() for name in names])
async def test_manner(tmp_path: Path, sdk: Sdk, name: str) -> None:
    async with SpeechService(Legible(), manner=MANNERS[name]) as service:
        events = await run(sdk, Scenario(host=service.url), _HELLO, tmp_path)
        assert (events.texts, events.error_codes) == (["Hello."], set())
        assert len(service.attempts) == 1


async def test_an_empty_best_is_taken_for_silence(sdk: Sdk, tmp_path: Path) -> None:
    """Our client takes the next one."""
    async with SpeechService(Legible(), manner=MANNERS["empty-best"]) as service:
        events = await run(sdk, Scenario(host=service.url), _HELLO, tmp_path)
        assert (events.texts, events.error_codes) == ([], set())


async def test_a_turn_for_each_phrase(sdk: Sdk, tmp_path: Path) -> None:
    """The native SDK goes on as our client does; the JavaScript one loses the rest."""
    async with SpeechService(Legible(), manner=MANNERS["turn-for-each-phrase"]) as service:
        scenario = Scenario(host=service.url, mode="continuous")
        events = await run(sdk, scenario, _HELLO + speak("Goodbye."), tmp_path)
        assert events.texts == (["Hello.", "Goodbye."] if sdk is Sdk.PYTHON else ["Hello."])
        assert not events.error_codes
