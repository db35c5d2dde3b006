"""The forms in which a phrase is written."""

from __future__ import annotations

import pytest

from .options import Profanity
from .text import Written, spell_numbers, treat_profanity


@pytest.mark.parametrize(
    ("lexical", "itn", "display"),
    [
        ("turn on the kitchen light", "turn on the kitchen light", "Turn on the kitchen light."),
        ("set it to twenty two degrees", "set it to 22 degrees", "Set it to 22 degrees."),
        ("set it to fifty percent", "set it to 50 percent", "Set it to 50 percent."),
        ("wait for eleven minutes", "wait for 11 minutes", "Wait for 11 minutes."),
        ("turn on two lights", "turn on two lights", "Turn on two lights."),
        ("twenty eleven", "20 11", "20 11."),
        ("what is the temperature", "what is the temperature", "What is the temperature?"),
        ("is the door open", "is the door open", "Is the door open?"),
        ("isabel is here and i am not", "isabel is here and i am not", "Isabel is here and I am not."),
        ("", "", ""),
    ],
)
def test_from_what_was_heard(lexical: str, itn: str, display: str) -> None:
    assert Written.from_lexical(lexical) == Written(display, lexical, itn)


def test_from_what_is_displayed() -> None:
    assert Written.from_display("Is it 22 degrees, Anne?").lexical == "is it 22 degrees anne"


@pytest.mark.parametrize(
    ("profanity", "expected"),
    [
        (Profanity.RAW, "Damn, turn on the damn light, shell."),
        (Profanity.MASKED, "****, turn on the **** light, shell."),
        (Profanity.REMOVED, ", turn on the light, shell."),
    ],
)
def test_profanity(profanity: Profanity, expected: str) -> None:
    assert treat_profanity("Damn, turn on the damn light, shell.", profanity) == expected


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Set it to 22 degrees!", "set it to twenty two degrees"),
        ("50 percent", "fifty percent"),
        ("0, 7, 19, 90", "zero seven nineteen ninety"),
        ("Room 101", "room 101"),
    ],
)
def test_spell_numbers(text: str, spoken: str) -> None:
    assert spell_numbers(text) == spoken
