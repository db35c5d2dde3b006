"""The picture of the house in docs/how_it_works.md: its floors, its rooms and what each uses are those of the code."""

from collections.abc import Iterator
import re
import tomllib
from typing import Final

import grimp
import pytest

import custom_components.azure_speech_live as integration

from .package import REPOSITORY, ROOT

PAGE: Final = (REPOSITORY / "docs" / "how_it_works.md").read_text("utf-8")
HOUSE: Final = PAGE.partition("\n## The house\n")[2].partition("\n## ")[0]
GRAPH: Final = grimp.build_graph(integration.__name__, cache_dir=None)
ROOMS: Final = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))


def floors() -> list[set[str]]:
    """Return the floors of the import contract, from the top; above it is the roof."""
    tool = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]
    contracts = tool["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == [integration.__name__])
    return [{"__init__"}, *(set(re.findall(r"\w+", layer)) for layer in layers)]


def drawn() -> Iterator[set[str]]:
    """Yield the floors of the picture, each of which has a line or more; beside some there are words."""
    picture = HOUSE.split("```\n")[1]
    for line in picture.splitlines():
        yield set(re.findall(r"[a-z_]+", re.split(r" {3,}", line)[0]))


def rows() -> dict[str, tuple[str, set[str]]]:
    """Return what the table says of each room: what is in it, and what it uses."""
    found = re.findall(r"^\| `(\w+)/` \| (.+?) \| (.*?) ?\|$", HOUSE, re.MULTILINE)
    return {name: (what, set(re.findall(r"`(\w+)/?`", uses))) for name, what, uses in found}


def uses(room: str) -> set[str]:
    """Return the rooms and modules that a room's modules import, but its own."""
    inside = {f"{integration.__name__}.{room}", *GRAPH.find_descendants(f"{integration.__name__}.{room}")}
    imported = {target for module in inside for target in GRAPH.find_modules_directly_imported_by(module)} - inside
    return {target.removeprefix(f"{integration.__name__}.").partition(".")[0] for target in imported}


def test_its_floors_are_those_of_the_import_contract() -> None:
    lines = list(drawn())
    for floor in floors():
        named: set[str] = set()
        while named < floor:
            named |= lines.pop(0)
        assert named == floor
    assert lines == []


def test_each_room_is_told_of() -> None:
    assert sorted(rows()) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_what_the_page_says(room: str) -> None:
    assert rows()[room][1] == uses(room)
