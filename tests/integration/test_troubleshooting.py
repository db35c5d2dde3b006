"""The page for people in trouble: what it quotes is what people see, and what people see is on it."""

import ast
import builtins
from collections.abc import Iterator
import importlib
from pathlib import Path
import re

import pytest

import custom_components.azure_speech_live as integration
from custom_components.azure_speech_live.speech import SpeechError

from .package import WORDS, texts

ROOT = Path(integration.__file__).parent
PAGE = (ROOT.parent.parent / "docs" / "troubleshooting.md").read_text("utf-8")
LOG = PAGE.partition("\n## The log\n")[2].partition("\n## ")[0]
FILES = sorted(ROOT.rglob("*.py"))
CODE = "".join(path.read_text("utf-8") for path in FILES)
ENGLISH = "\n".join(text for _, text in texts(WORDS))

QUOTES = [text for row in re.findall(r"^\| (`.*?) \|", LOG, re.MULTILINE) for text in row.split("`")[1::2]]
OF_HOME_ASSISTANT = {
    "Received binary message for non-existing handler …",
    "Config entry … for azure_speech_live has version … which is higher than the current version …",
}

# What the page does not have, and why nobody will look for it there.
LEFT_OUT = {
    "the client was closed": "what an unload ends is no failure, and not logged",
}


# --- what is on the page is what people see


def fixed_part(quoted: str) -> str:
    """Return what does not change of a message: not the numbers, names and reasons in it."""
    parts = re.split(r"…|\(HTTP.*|(?<=code )\d+.*", quoted)
    return max(parts, key=len).strip(" :)").removeprefix("stt.")


@pytest.mark.parametrize("quoted", [quoted for quoted in QUOTES if not quoted.isdigit()])
def test_a_line_of_the_log_is_quoted_as_it_is(quoted: str) -> None:
    assert quoted in OF_HOME_ASSISTANT or fixed_part(quoted) in CODE


@pytest.mark.parametrize("place", ["The service cannot be reached", "Forms", "Actions"])
def test_a_message_is_quoted_as_it_is(place: str) -> None:
    section = PAGE.partition(f"\n## {place}\n")[2].partition("\n## ")[0]
    cells = [cell for cell in re.findall(r"^\| ([^|]*?) \|", section, re.MULTILINE) if cell != "Message"]
    assert cells
    for message in "<br>".join(cells).split("<br>"):
        assert all(part.strip() in ENGLISH for part in message.split("…")), message


# --- what people see is on the page


def worded() -> Iterator[tuple[str, str]]:
    """Yield what forms, exceptions and repairs say, each with its key."""
    for key, text in texts(WORDS):
        if ".error." in key or key.startswith("exceptions."):
            yield key, re.split(r"(?<=[.:])\s", text, maxsplit=1)[0]
        elif key.startswith("issues.") and key.endswith(".title"):
            yield key, text.removeprefix("{title}: ")


def literal(node: ast.expr) -> str:
    """Return a text as it is written in the code, with … for what is put into it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(literal(part) for part in parts)
        case ast.BinOp(left=left, right=right):
            return literal(left) + literal(right)
    return "…"


def written() -> Iterator[tuple[str, str]]:
    """Yield what the log says: warnings, errors and the texts of the service's failures, each with its place."""
    for path in FILES:
        parts = path.relative_to(ROOT.parent.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[text, *_]) if is_failure(getattr(module, name, None)):
                    yield f"{path.name}:{node.lineno}", literal(text)
                case ast.Tuple(elts=[ast.Name(id=name), text]) if is_failure(getattr(module, name, None)):
                    if " " in literal(text):  # and not a name for one
                        yield f"{path.name}:{node.lineno}", literal(text)
                # A class that was chosen among several
                case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=[text, *_])) if not (
                    hasattr(module, name) or hasattr(builtins, name)
                ):
                    yield f"{path.name}:{node.lineno}", literal(text)
                case ast.Call(func=ast.Attribute(ast.Name("_LOGGER"), "warning" | "error" | "exception"), args=args):
                    yield f"{path.name}:{node.lineno}", literal(args[0])
                case ast.Call(func=ast.Attribute(ast.Name("_LOGGER"), "log"), args=args):
                    yield f"{path.name}:{node.lineno}", literal(args[1])


def is_failure(value: object) -> bool:
    """Return whether something in a module is the class of a failure."""
    return isinstance(value, type) and issubclass(value, SpeechError)


def is_on_the_page(message: str) -> bool:
    """Return whether the page has a message, with whatever there is in the place of what changes."""
    fixed = [part.strip() for part in re.split(r"…|\{\w+\}|%\w", message) if re.search(r"\w", part)]
    return bool(re.search(r"[^|]{0,40}?".join(map(re.escape, fixed)), PAGE, re.IGNORECASE))


SEEN = {place: text for place, text in [*worded(), *written()] if re.search(r"\w{3}", text)}


def test_there_is_something_to_look_for() -> None:
    assert {"exceptions.no_ffmpeg.message", "config.error.key_refused", "issues.endpoint_gone.title"} <= SEEN.keys()
    assert {
        *("the key is refused", "the connection was lost", "the service ended the phrase with status …"),
        "%s: no translation: %s",
    } <= set(SEEN.values())
    assert not is_on_the_page("The Speech service sings to {endpoint}.")


@pytest.mark.parametrize("place", SEEN)
def test_what_people_see_is_on_the_page(place: str) -> None:
    assert is_on_the_page(SEEN[place]) or SEEN[place] in LEFT_OUT, SEEN[place]


def test_nothing_is_left_out_for_nothing() -> None:
    assert LEFT_OUT.keys() <= set(SEEN.values())
    assert not any(map(is_on_the_page, LEFT_OUT))
