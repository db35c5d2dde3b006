"""What forms have stored, read again. A hand or another version may have written it since: it is not taken on trust."""

from collections.abc import Callable, Mapping
import logging
from typing import Any

from ..speech import printable

_LOGGER = logging.getLogger(__name__)


class InvalidSettingError(ValueError):
    """A setting that cannot be. ``key`` is that of the form's text about it."""

    def __init__(self, setting: str, key: str, placeholders: Mapping[str, str] | None = None) -> None:
        """Take what the text says."""
        super().__init__(f"{setting}: {key}")
        self.setting = setting
        self.key = key
        self.placeholders = placeholders or {}


def readable(data: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]], title: str) -> dict[str, Any]:
    """Return the settings that can be read. Of the others one line of the log tells: they have their defaults.

    A reader raises TypeError, ValueError or AttributeError for what it cannot read.
    """
    settings: dict[str, Any] = {}
    unreadable: list[str] = []
    for name, read in readers.items():
        if name in data:
            try:
                settings[name] = read(data[name])
            except TypeError, ValueError, AttributeError:
                unreadable.append(name)
    if unreadable:
        _LOGGER.error(
            "%s: cannot read what is stored of %s, and uses the defaults", printable(title), ", ".join(unreadable)
        )
    return settings


def flag(value: Any) -> bool:
    """Read yes or no: of what is neither, Python would take almost all for yes."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def text(value: Any) -> str:
    """Read a text that is not empty."""
    if not isinstance(value, str):
        raise TypeError(value)
    if not value:
        raise ValueError(value)
    return value


def lines(value: Any) -> list[str]:
    """Read a list of texts: a text alone is none, though it can be gone through as if it were one."""
    if not isinstance(value, list | tuple):
        raise TypeError(value)
    return list(value)
