"""The card's words: all that it asks for are there, and none is left over."""

import re
from typing import Final

from tests.integration.package import ROOT, WORDS

SOURCE: Final = "".join(path.read_text("utf-8") for path in (ROOT / "frontend").glob("*.js"))
VOCABULARY: Final = set(re.findall(r"\w+", SOURCE))
OF_HOME_ASSISTANT: Final = {"unknown_command"}
"""Codes of errors that are Home Assistant's own, in our words."""
COMMON: Final = {key.removeprefix("card_") for key in WORDS["common"]}


def test_all_words_are_the_cards() -> None:
    assert all(key.startswith("card_") for key in WORDS["common"])


def test_what_the_card_says_is_worded() -> None:
    asked = set(re.findall(r"(?:\bword\(\w+(?:\.\w+)*|#word\(), ?\"(\w+)\"|#word\(\"(\w+)\"", SOURCE))
    keys = {key for pair in asked for key in pair if key}
    assert len(keys) > 10
    assert keys <= COMMON


def test_no_words_are_left_over() -> None:
    """Some are put together of two, such as of a field and one of its choices."""

    def is_asked_for(key: str) -> bool:
        parts = key.split("_")
        halves = (("_".join(parts[:at]), "_".join(parts[at:])) for at in range(1, len(parts)))
        return key in VOCABULARY or f"card_{key}" in VOCABULARY or any(VOCABULARY.issuperset(pair) for pair in halves)

    assert not [key for key in COMMON - OF_HOME_ASSISTANT if not is_asked_for(key)]
