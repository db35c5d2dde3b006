"""Finds, by reading the code, the keys under which it asks for words: of exceptions, issues, devices and selectors.

Most are literals. The others are resolved as far as the code goes: constants, arguments that a function passes on, the
table of the service's errors. What cannot be resolved is an error, so that no key is missed in silence.
"""

import ast
from collections.abc import Generator, Iterator
from dataclasses import is_dataclass
from types import ModuleType
from typing import Final

from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError, Unauthorized

import custom_components.azure_speech_live as integration
from custom_components.azure_speech_live.resource import errors
from custom_components.azure_speech_live.speech import SpeechError

from .package import modules, strings

_CATEGORIES: Final = {
    "async_create_issue": "issues",
    "DeviceInfo": "device",
    "SelectSelectorConfig": "selector",
}
MODULES: Final = list(modules())


def error_classes(error: type[SpeechError] = SpeechError) -> Generator[type[SpeechError]]:
    """Yield an error's class and all below it that belong to the integration."""
    if error.__module__.startswith(integration.__name__):
        yield error
        for special in error.__subclasses__():
            yield from error_classes(special)


def error_keys() -> set[str]:
    """Return the keys of the service's errors."""
    return {errors.translation_key(error.__new__(error)) for error in error_classes()}


def keys(category: str) -> set[str]:
    """Return the keys in a category: "exceptions", "issues", "device" or "selector"."""
    return {
        key
        for module, tree in MODULES
        for function, call in _calls(tree)
        for keyword in call.keywords
        if keyword.arg == "translation_key" and _category(module, call) == category
        for key in _resolve(keyword.value, module, function)
    }


def unworded_exceptions() -> list[str]:
    """Return where an exception of Home Assistant's is made without words.

    Unauthorized has none: it says so itself. Those of AbortFlow are a form's, at which each flow is looked at.
    """
    return [
        f"{module.__name__}:{call.lineno}"
        for module, tree in MODULES
        for _, call in _calls(tree)
        if isinstance(kind := getattr(module, _name(call), None), type)
        and issubclass(kind, HomeAssistantError)
        and not issubclass(kind, Unauthorized | AbortFlow)
        and kind.__module__.startswith("homeassistant.")
        and not {"translation_key", None} & {keyword.arg for keyword in call.keywords}
    ]


type _Function = ast.FunctionDef | ast.AsyncFunctionDef | None


def _calls(node: ast.AST, function: _Function = None) -> Iterator[tuple[_Function, ast.Call]]:
    """Yield every call, and the function in which it is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function)


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _category(module: ModuleType, call: ast.Call) -> str:
    name = _name(call)
    if name.endswith("EntityDescription"):
        return "entity"
    kind = getattr(module, name, None)
    if isinstance(kind, type) and name not in _CATEGORIES and not issubclass(kind, BaseException):
        return "entity"  # a description of entities, of the integration's own kind
    return _CATEGORIES.get(name, "exceptions")


def _resolve(node: ast.expr | None, module: ModuleType, function: _Function) -> set[str]:
    """Return what an expression may be."""
    found: set[str] | None = None
    match node:
        case ast.Constant(value=str(key)):
            found = {key}
        case ast.Name(id=name) if function and name in (names := [arg.arg for arg in function.args.args]):
            kind = function.args.args[names.index(name)].annotation
            found = strings(getattr(module, kind.id, None)) if isinstance(kind, ast.Name) else set()
            found = found or _passed_on(module, function.name, name, names.index(name) - (names[0] == "self"))
        case ast.Name(id=name):
            found = strings(getattr(module, name, None))
        case ast.Attribute(attr="translation_key"):
            return set()  # that of another exception, which has been seen where it is made
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            found = strings(getattr(getattr(module, name, None), attribute, None))
        case ast.Attribute(attr=attribute):  # of one of the module's table
            table = [value for value in vars(module).values() if is_dataclass(value) and not isinstance(value, type)]
            found = {key for value in table for key in strings(getattr(value, attribute, None))}
        case ast.IfExp(body=first, orelse=second):
            found = _resolve(first, module, function) | _resolve(second, module, function)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=rest)]):
            found = {f"{start}{key}" for key in _resolve(rest, module, function)}
        case ast.Call() if _name(node) == "translation_key":
            found = error_keys()
    assert found, f"{module.__name__}: which key is {ast.unparse(node) if node else 'it'}?"
    return found


def _passed_on(owner: ModuleType, function: str, argument: str, position: int) -> set[str]:
    """Return what is passed to a function as an argument, by all that know the function."""
    found: set[str] = set()
    for module, tree in MODULES:
        if module is not owner and not hasattr(module, function):
            continue
        for caller, call in _calls(tree):
            if _name(call) == function and not (caller and caller.name == function):
                named = [keyword.value for keyword in call.keywords if keyword.arg == argument]
                found |= _resolve(named[0] if named else call.args[position], module, caller)
    return found
