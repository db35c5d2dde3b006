"""The card's modules as they are shipped: small, without a build, and asking for nothing but each other."""

import gzip
import re

import pytest

from .wall import CARD, MODULES

LIMIT = 40_000
"""Bytes: of each module as a person reads it, and of all of them together as they are sent."""
ENTRY = 8_000
"""Bytes of what each page of Home Assistant loads, card or not: the first module with those that it imports."""
CODE = {path.name: path.read_text() for path in sorted(MODULES.glob("*.js"))}


def imports(name: str) -> set[str]:
    """Return the names of the modules that come with one."""
    found = {name}
    for other in re.findall(r'^(?:im|ex)port .* from "\./([\w-]+\.js)";$', CODE[name], re.MULTILINE):
        found |= imports(other)
    return found


def test_they_are_small() -> None:
    assert max(len(source.encode()) for source in CODE.values()) <= LIMIT
    assert sum(len(gzip.compress(source.encode())) for source in CODE.values()) <= LIMIT


def test_what_each_page_loads_is_smaller() -> None:
    assert sum(len(CODE[name].encode()) for name in imports(CARD.name)) <= 1.5 * ENTRY
    assert sum(len(gzip.compress(CODE[name].encode())) for name in imports(CARD.name)) <= ENTRY


@pytest.mark.parametrize("name", CODE)
def test_a_module_asks_for_none_but_its_neighbours_and_names_no_address_but_documentation(name: str) -> None:
    code = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", CODE[name], flags=re.DOTALL)
    neighbours = {f"./{path}" for path in CODE}
    assert set(re.findall(r'(?:\bfrom |\bimport\()"([^"]*)"', code)) <= neighbours
    assert not re.search(
        r'\bimport\((?!")|\brequire\(|\bfetch\(|XMLHttpRequest|sendBeacon|new WebSocket|EventSource', code
    )
    # The picker's link to the documentation is opened by people only; the other is the name of SVG.
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'`]*", code))
    assert all(address.startswith(("https://github.com/", "http://www.w3.org/")) for address in addresses)
