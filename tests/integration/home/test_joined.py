"""What joins two commands to Home Assistant's own agent."""

from gazetteer_matcher import GazetteerMatcher  # type: ignore[import-untyped]  # it says no types
from homeassistant.components.conversation.gazetteer import LANGUAGE as MATCHERS
import pytest

from custom_components.azure_speech_live.home.joined import LANGUAGE, ends_of


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("turn off the lamp", None),
        ("turn off the lamp and", ("turn off the lamp", "")),
        ("Turn off the lamp, and then open the", ("Turn off the lamp", "open the")),
        ("turn off the lamp then lock the door and open the blinds", ("turn off the lamp", "open the blinds")),
        ("turn on the grand lamp", None),
        ("turn on the lamp andrea likes", None),
        ("and open the blinds", None),
        ("", None),
    ],
)
def test_the_first_and_the_last_are_found(text: str, ends: tuple[str, str] | None) -> None:
    assert ends_of(text) == ends


def test_home_assistant_has_such_a_matcher_in_one_language() -> None:
    assert LANGUAGE == MATCHERS


@pytest.mark.parametrize("word", ["and", "and then", "then"])
def test_the_words_are_the_matcher_s(word: str) -> None:
    lights = {name: {"name": name.capitalize(), "domain": "light"} for name in ("lamp", "lantern")}
    matcher = GazetteerMatcher(home={"areas": {}, "floors": {}, "entities": lights})
    assert len(matcher.interpret(f"turn off the lamp {word} turn on the lantern").frames) == 2
