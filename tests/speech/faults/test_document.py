"""The page about faults says what the table says, and the table what the tests show."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from .document import DOCUMENT, document
from .table import ELSEWHERE, MACHINE, RECORDINGS, Elsewhere, Loss


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.speech.faults.document"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for row in ELSEWHERE])
def test_what_has_a_test_of_its_own(row: Elsewhere) -> None:
    module, _, name = row.shown_by.rpartition(".")
    assert callable(getattr(import_module(f".{module}", "tests.speech"), name))


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for row in MACHINE + RECORDINGS])
def test_what_the_machine_or_a_recording_does_has_a_test(row: Loss) -> None:
    module, _, name = row.shown_by.rpartition(".")
    path = Path(__file__).parents[2].joinpath(*module.split(".")).with_suffix(".py")
    assert name in {getattr(node, "name", None) for node in ast.parse(path.read_text("utf-8")).body}
