"""Which reading of a command is taken."""

from typing import override

import pytest

from custom_components.azure_speech_live.home.choosing import MAX_TRIES, meant, other_texts
from custom_components.azure_speech_live.home.joining import Said
from custom_components.azure_speech_live.home.sentences import Sentences

from .grammars import no_home  # noqa: F401 - a fixture

LIGHT = "Turn on the kitchen light."
FREE = "Add kitten light."


class Home(Sentences):
    """A home in which a few sentences are understood, one of them as free text; it remembers what it was asked."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asked: list[str] = []

    @override
    async def understands(self, text: str, *, exactly: bool = False) -> bool:
        self.asked.append(text)
        return text in {LIGHT, "Don't.", "Uh-huh."} or (text == FREE and not exactly)


@pytest.mark.parametrize(
    ("heard", "text", "is_meant", "by_alternative"),
    [
        ([Said(LIGHT, ("Don't.",))], None, LIGHT, False),
        ([Said("Turn on the kitten light.", ("x", LIGHT, "Don't."))], None, LIGHT, True),
        ([Said("Turn on the kitten light.", ("x",))], None, "Turn on the kitten light.", False),
        ([Said("x", (LIGHT,), foreign=True)], None, "x", False),
        ([Said("Uh, turn on the kitchen light.")], None, LIGHT, False),
        ([Said("Uh."), Said(LIGHT, spoken="turn")], f"Uh. {LIGHT}", LIGHT, False),
        ([Said("Uh, tell me a story.")], None, "Uh, tell me a story.", False),
        ([Said("Uh.")], None, "Uh.", False),
        ([Said("Don't turn on the kitchen light.")], None, "Don't turn on the kitchen light.", False),
        ([Said("Uh, don't say it.", ("Uh don't.",))], None, "Uh, don't say it.", False),
        (
            [Said("Turn on the."), Said("Kitten light.", ("kitchen light.",), "kitten")],
            "Turn on the. Kitten light.",
            LIGHT,
            True,
        ),
        ([Said(FREE)], None, FREE, False),
        ([Said("Uh, add kitten light.")], None, FREE, False),
        ([Said("x", (FREE, LIGHT))], None, LIGHT, True),
    ],
)
async def test_the_first_that_is_understood_is_meant(
    heard: list[Said],
    text: str | None,
    is_meant: str,
    by_alternative: bool,  # noqa: FBT001 - of the table
) -> None:
    assert await meant(Home(), heard, "en-US", text or heard[0].text) == (is_meant, by_alternative)


async def test_not_more_is_asked_than_need_be() -> None:
    home = Home()
    await meant(home, [Said("x", (LIGHT, "y"))], "en-US", "x")
    assert home.asked == ["x", LIGHT]


async def test_there_is_a_limit_to_the_tries() -> None:
    home = Home()
    others = [*map(str, range(MAX_TRIES - 1)), LIGHT]
    assert await meant(home, [Said("x", tuple(others))], "en-US", "x") == ("x", False)
    assert home.asked == ["x", *others[:-1]]


def test_one_phrase_is_another_one_at_a_time_and_the_likeliest_come_first() -> None:
    said = [Said("Turn on the.", ("Turn the.", "Turn of the.")), Said("Kitten.", ("Kitchen.",)), Said("Light.")]
    assert other_texts(said, "en") == [
        "Turn the Kitten Light.",
        "Turn on the Kitchen Light.",
        "Turn of the Kitten Light.",
    ]
