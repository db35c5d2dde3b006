"""The integration's files as its tests read them: data, words, and what the code names."""

import ast
from collections.abc import Generator, Iterator, Mapping
from enum import Enum, EnumType
from importlib import import_module
import json
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict

import custom_components.azure_speech_live as integration

ROOT: Final = Path(integration.__file__).parent
REPOSITORY: Final = ROOT.parents[1]


def load(name: str) -> dict[str, Any]:
    """Return the content of a JSON or YAML file of the integration."""
    path = ROOT / name
    return load_yaml_dict(path) if path.suffix == ".yaml" else dict(json.loads(path.read_text("utf-8")))


MANIFEST: Final = load("manifest.json")
ICONS: Final = load("icons.json")
SERVICES: Final = load("services.yaml")
TRANSLATIONS: Final = {path.stem: load(f"translations/{path.name}") for path in (ROOT / "translations").glob("*.json")}
WORDS: Final = TRANSLATIONS["en"]


def texts(words: Mapping[str, Any], path: str = "") -> Generator[tuple[str, str]]:
    """Yield every text with its key, the parts of which are parted by full stops."""
    for key, value in words.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")
        else:
            assert isinstance(value, str)
            yield f"{path}{key}", value


def modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    """Yield the modules that know Home Assistant, each with its syntax tree."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] == "speech":
            continue
        name = ".".join((integration.__name__, *(part for part in parts if part != "__init__")))
        yield import_module(name), ast.parse(path.read_text("utf-8"))


def vocabulary() -> set[str]:
    """Return every string that the code has or names: literals, constants of any module, and the steps of forms."""
    words: set[str] = set()
    for module, tree in modules():
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(value)):
                    words.add(value)
                case ast.Name(id=name):
                    words |= strings(getattr(module, name, None))
                case ast.AsyncFunctionDef(name=name) if name.startswith("async_step_"):
                    words.add(name.removeprefix("async_step_"))
    return words


def strings(value: object) -> set[str]:
    """Return the strings that something is: itself, or an enumeration's."""
    match value:
        case str():
            return {str(value)}
        case EnumType():
            return {str(member.value) for member in list[Enum](value)}
    return set()
