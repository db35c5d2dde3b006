"""The tests have the rooms of the house: each module has tests of its name, or there is a reason why it has none."""

from pathlib import Path
import re
from typing import Final

import pytest

HOUSE: Final = Path(__file__).parents[1] / "custom_components" / "azure_speech_live"
TESTS: Final = Path(__file__).parent
MODULES: Final = [str(path.relative_to(HOUSE)) for path in sorted(HOUSE.rglob("[!_]*.py"))]

WITHOUT: Final = {
    "const.py": "names alone",
    "entity.py": "what entities share: integration/test_init.py and integration/resource/test_health.py look at them",
    "home/patterns.py": "what integration/home/test_walk.py walks through, of every kind",
    "home/sense.py": "what is the same command: integration/home/test_grammar.py has each rule",
    "home/values.py": "lists: integration/home/test_walk.py has all kinds of them",
    "microphone/errors.py": "kinds of errors: microphone/test_capture.py causes them",
    "resource/session.py": "a record: integration/resource/test_usage.py and integration/test_diagnostics.py read it",
    "speech/wire/limits.py": "numbers: speech/wire/test_inflow.py and adversary/test_floods.py go to them and beyond",
    "voice/abbreviations.py": "a table of words: integration/voice/test_sentences.py reads sentences with them",
    "voice/markup.py": "rules of integration/voice/test_text.py, which has texts with all of them",
    "voice/reading.py": "what was read so far of a text: integration/voice/test_text.py cuts texts anywhere",
    "voice/request.py": "who asks: integration/test_tts.py hears it, integration/voice/test_lost.py has voices refused",
}
"""Modules that have no tests of their name: why, and what shows that they work."""


def mirror_of(module: str) -> Path:
    """Return where a module's tests are. What knows Home Assistant has a wing of its own."""
    place = Path(module)
    wing = TESTS if place.parts[0] in ("speech", "microphone") else TESTS / "integration"
    return wing / place.with_name(f"test_{place.name}")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_tests_of_its_name_unless_there_is_a_reason(module: str) -> None:
    assert mirror_of(module).is_file() is not (module in WITHOUT)


@pytest.mark.parametrize("module", WITHOUT)
def test_a_reason_is_of_what_is_there(module: str) -> None:
    assert module in MODULES
    for shown_by in re.findall(r"\S+\.py", WITHOUT[module]):
        assert (TESTS / shown_by).is_file()
