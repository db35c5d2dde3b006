"""Which language a command was spoken in, for who answers it: Home Assistant passes on its text alone.

A recognizer hears in the context of an assistant's run, in which the agent is asked next: what the one leaves there,
the other finds. It counts for that very text: of what is typed, or heard by another engine, nobody here knows the
language, also where it follows in the same context.
"""

from contextvars import ContextVar
from typing import Final

from homeassistant.core import callback

_heard: Final[ContextVar[tuple[str, str] | None]] = ContextVar("azure_speech_live_heard", default=None)
"""The text of the last command of the context, and its language."""


@callback
def async_tell_spoken(text: str, language: str) -> None:
    """Take note of the language, a locale, in which the command was spoken whose text this is."""
    _heard.set((text, language))


@callback
def async_spoken_in(text: str) -> str | None:
    """Return the locale in which a text was spoken that is to be answered now; None if nobody knows."""
    heard = _heard.get()
    return heard[1] if heard is not None and heard[0] == text else None
