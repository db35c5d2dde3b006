"""Which reading of a command is taken."""

from typing import override

import pytest

from custom_components.azure_speech_live.home.joining import Said
from custom_components.azure_speech_live.home.meaning import Meaning
from custom_components.azure_speech_live.home.sentences import Sentences


class Home(Sentences):
    """A home in which a few sentences are understood."""

    def __init__(self) -> None:
        """Begin with nothing asked."""

    @override
    async def understands(self, text: str, *, exactly: bool = False) -> bool:
        return text in {"Turn on the kitchen light.", "Don't.", "Uh-huh."}


@pytest.mark.parametrize(
    ("heard", "text", "meant", "by_alternative"),
    [
        ([Said("Turn on the kitchen light.", ("Don't.",))], None, "Turn on the kitchen light.", False),
        (
            [Said("Turn on the kitten light.", ("x", "Turn on the kitchen light."))],
            None,
            "Turn on the kitchen light.",
            True,
        ),
        ([Said("Turn on the kitten light.", ("x",))], None, "Turn on the kitten light.", False),
        (
            [Said("Turn on the kitten light.", ("Turn on the kitchen light.",), foreign=True)],
            None,
            "Turn on the kitten light.",
            False,
        ),
        ([Said("Uh, turn on the kitchen light.")], None, "Turn on the kitchen light.", False),
        (
            [Said("Uh."), Said("Turn on the kitchen light.", spoken="turn")],
            "Uh. Turn on the kitchen light.",
            "Turn on the kitchen light.",
            False,
        ),
        ([Said("Uh, tell me a story.")], None, "Uh, tell me a story.", False),
        ([Said("Uh.")], None, "Uh.", False),
        ([Said("Don't turn on the kitchen light.")], None, "Don't turn on the kitchen light.", False),
        (
            [Said("Uh, don't turn on the kitchen light.", ("Uh don't.",))],
            None,
            "Uh, don't turn on the kitchen light.",
            False,
        ),
        (
            [Said("Turn on the."), Said("Kitten light.", ("kitchen light.",), "kitten")],
            "Turn on the. Kitten light.",
            "Turn on the kitchen light.",
            True,
        ),
        ([Said("x", (*"abcdefgh", "Don't."))], None, "x", False),
    ],
)
async def test_the_first_that_is_understood_is_meant(
    heard: list[Said],
    text: str | None,
    meant: str,
    by_alternative: bool,  # noqa: FBT001 - of the table
) -> None:
    meaning = Meaning(heard, "en-US", text or heard[0].text)
    assert await meaning.text(Home()) == meant
    assert meaning.by_alternative is by_alternative
