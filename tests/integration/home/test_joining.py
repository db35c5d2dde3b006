"""Phrases into which pauses have cut a command: as one text."""

import pytest

from custom_components.azure_speech_live.home.joining import Said, one_text, unmarked

from .grammars import no_home  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("language", "phrases", "text"),
    [
        ("en-US", [("Light on.", "")], "Light on."),
        ("en-US", [("Turn on the.", ""), ("Kitchen light.", "kitchen light")], "Turn on the kitchen light."),
        ("en-US", [("Turn on the.", ""), ("Kitchen light.", "")], "Turn on the Kitchen light."),
        ("en-US", [("Set it to…", ""), ("20 %.", "twenty percent")], "Set it to 20 %."),
        ("en-US", [("Is the?", ""), ("Light on?", "light on")], "Is the light on?"),
        ("en-US", [("When should.", ""), ("I go?", "i go")], "When should I go?"),
        ("en-US", [("Turn on the.", ""), ("TV 2.0.", "tv two point zero")], "Turn on the TV 2.0."),
        ("en-US", [("Play.", ""), ("Kate Bush.", "Kate Bush")], "Play Kate Bush."),
        ("en-US", [("", ""), ("Light on.", "light on")], "Light on."),
        ("en-US", [(".", ""), ("Light on.", "light on")], "Light on."),
        ("de-DE", [("Schalte das.", ""), ("Licht an.", "licht an")], "Schalte das Licht an."),
        ("de-DE", [("Schalte das.", ""), ("Licht an.", "Licht an")], "Schalte das Licht an."),
        (
            "de-DE",
            [("Schalte das Licht.", ""), ("In der Küche an.", "in der Küche an")],
            "Schalte das Licht in der Küche an.",
        ),
        ("zh-CN", [("打开。", ""), ("厨房的灯。", "厨房的灯")], "打开厨房的灯。"),
    ],
)
def test_a_cut_leaves_no_trace(language: str, phrases: list[tuple[str, str]], text: str) -> None:
    assert one_text([Said(phrase, spoken=spoken) for phrase, spoken in phrases], language) == text


def test_marks_at_the_end_are_no_part_of_the_words() -> None:
    assert unmarked("Set it to 22.5 °C!?") == "Set it to 22.5 °C"
