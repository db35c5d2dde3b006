"""The page about faults says what the table says, and the table what the tests show."""

from importlib import import_module

import pytest

from .document import DOCUMENT, document
from .table import ELSEWHERE, Elsewhere


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.speech.faults.document"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for row in ELSEWHERE])
def test_what_has_a_test_of_its_own(row: Elsewhere) -> None:
    module, _, name = row.shown_by.rpartition(".")
    assert callable(getattr(import_module(f"tests.speech.{module}"), name))
