"""The page for people in trouble: what it quotes is what people see."""

from pathlib import Path
import re

import pytest

import custom_components.azure_speech_live as integration

ROOT = Path(integration.__file__).parent
PAGE = (ROOT.parent.parent / "docs" / "troubleshooting.md").read_text("utf-8")
LOG = PAGE.partition("\n## The log\n")[2].partition("\n## ")[0]
CODE = "".join(path.read_text("utf-8") for path in [*ROOT.glob("*.py"), *ROOT.glob("speech/*.py")])
WORDS = (ROOT / "translations" / "en.json").read_text("utf-8")


QUOTES = [text for row in re.findall(r"^\| (`.*?) \|", LOG, re.MULTILINE) for text in row.split("`")[1::2]]


def fixed_part(quoted: str) -> str:
    """Return what does not change of a message: not the numbers, names and reasons in it."""
    parts = re.split(r"…|\(HTTP.*|(?<=code )\d+.*", quoted)
    return max(parts, key=len).strip(" :)").removeprefix("stt.")


@pytest.mark.parametrize("quoted", [quoted for quoted in QUOTES if not quoted.isdigit()])
def test_a_line_of_the_log_is_quoted_as_it_is(quoted: str) -> None:
    assert fixed_part(quoted) in CODE


@pytest.mark.parametrize("place", ["The resource is not set up", "Forms"])
def test_a_message_is_quoted_as_it_is(place: str) -> None:
    section = PAGE.partition(f"\n## {place}\n")[2].partition("\n## ")[0]
    messages = re.findall(r"^\| ([A-Z][^|]*?\.?) \|", section, re.MULTILINE)[1:]
    assert messages
    for message in messages:
        assert all(part.strip() in WORDS for part in message.split("…")), message
