"""The card's module as it is shipped: one small file that asks for nothing but itself."""

import re

from .wall import MODULE

LIMIT = 40_000


def test_it_is_small() -> None:
    assert len(MODULE.read_bytes()) <= LIMIT


def test_it_imports_nothing_and_names_no_address_but_documentation() -> None:
    source = MODULE.read_text()
    code = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", source, flags=re.DOTALL)
    assert not re.search(r"\bimport\b|\brequire\(|\bfetch\(|XMLHttpRequest|sendBeacon|new WebSocket|EventSource", code)
    # The picker's link to the documentation is opened by people only; the other is the name of SVG.
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'`]*", code))
    assert all(address.startswith(("https://github.com/", "http://www.w3.org/")) for address in addresses)
