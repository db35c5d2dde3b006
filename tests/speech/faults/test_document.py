"""The page about faults says what the table says."""

from .document import DOCUMENT, document


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.speech.faults.document"
