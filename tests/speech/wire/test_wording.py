"""What is said of the words of others: one bounded line, without what identifies someone or was spoken."""

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import printable
from custom_components.azure_speech_live.speech.wire.limits import MAX_SHOWN
from custom_components.azure_speech_live.speech.wire.wording import PATH_WORDS, shown, shown_path


@pytest.mark.parametrize(
    "who",
    [
        "someone@example.org",
        "0123456789abcdef0123456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdef",
        "our-home.cognitiveservices.azure.com",
        "https://example.org/someone",
        "192.0.2.17",
        "Grandmother's",
        '"Xanadu," (said Ann):',
        "1234567890123456",
    ],
)
def test_nobody_is_identified(who: str) -> None:
    assert shown(f"Resource {who} is out of quota.") == "Resource … is out of quota."


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("20 of limit 30", "20 of limit 30"),
        ("limit 20 30 of", "limit 20 … of"),
        ("20 of 30 in 40 of 50", "20 of 30 in … of …"),
        ("expected de-DE or en_US", "expected de-DE or en_US"),
        ("(invalid/unknown) invalid/Ann", "(invalid/unknown) …"),
    ],
)
def test_known_words_and_few_numbers_are_shown(said: str, line: str) -> None:
    assert shown(f"{said} quota") == f"{line} quota"


@given(st.text())
def test_printable_is_one_bounded_line(text: str) -> None:
    line = printable(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1
    assert len(line) == min(len(text), MAX_SHOWN)
    line.encode()  # nothing that a log file cannot hold


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=MAX_SHOWN))
def test_printable_leaves_what_is(text: str) -> None:
    assert printable(text) == text


def test_printable_shows_that_it_cuts() -> None:
    assert printable("x" * MAX_SHOWN) == "x" * MAX_SHOWN
    assert printable("x" * (MAX_SHOWN + 1)) == "x" * (MAX_SHOWN - 1) + "…"
    assert printable("line\nforged\r\x1b[31m") == "line forged  [31m"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("speech.enddetected", "speech.enddetected"),
        ("audio", "audio"),
        ("0123456789abcdef0123456789abcdef", "…"),
        ("speech.xanadu", "speech.…"),
        ("turn on the light", "…"),
        ("", "…"),
    ],
)
def test_of_a_path_is_shown_what_paths_are_made_of(path: str, line: str) -> None:
    assert shown_path(path) == line


@given(st.lists(st.sampled_from(sorted(PATH_WORDS)), min_size=100))
def test_a_long_path_is_one_bounded_line(parts: list[str]) -> None:
    assert len(shown_path(".".join(parts))) <= MAX_SHOWN
