"""What is known of a text to be spoken before it is there: that it is to come, and whether somebody waits for it.

Home Assistant tells neither recognizers nor agents which voice comes behind them, nor a voice for whom it speaks. But
when a run of an assistant begins, it asks the voice whether it takes text as it comes. Nothing else calls a voice so
early, and it is asked in the run's own context: what it leaves there is found by whatever belongs to the same run, and
by nothing else. So two assistants can share a recognizer and have voices of their own, and one with another engine's
voice opens nothing.

By the same way a recognizer's agent tells the voice in which language the answer is, if not in the assistant's.

Then the voice gets ready when speech is heard: after the wake word, which may be waited for all day. Where another
engine hears, or a text is typed, it does when the conversation begins; the agent thinks meanwhile. From then on
somebody waits for it. For an announcement, which has neither, nobody does.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.setup import async_when_setup


@dataclass(slots=True)
class _Expected:
    """What is to be spoken."""

    get_ready: Callable[[], None]
    follows_awaited: bool
    """Whether what was expected before it in the same context was awaited."""
    follows_language: str | None
    """The language of what was expected before it, if that is not the assistant's."""
    is_awaited: bool = False
    """Whether somebody stands and waits for it."""
    language: str | None = None
    """The language in which it is written, a locale, if that is not the assistant's."""


_expected: Final[ContextVar[_Expected | None]] = ContextVar("azure_speech_live_expected", default=None)


@callback
def async_expect(get_ready: Callable[[], None]) -> None:
    """Take note that a voice, which can ``get_ready``, is to speak in the context in which this is called."""
    before = _expected.get()
    language = before.language if before is not None else None
    _expected.set(_Expected(get_ready, follows_awaited=_is_awaited(before), follows_language=language))


@callback
def async_get_ready() -> None:
    """Let the voice get ready with which the present run is to end, once, if it is one of ours."""
    expected = _expected.get()
    if expected is not None and not expected.is_awaited:
        expected.is_awaited = True
        expected.get_ready()


@callback
def async_is_awaited() -> bool:
    """Return whether a text that is to be spoken now is an answer, for which somebody stands and waits.

    Home Assistant asks the voice once more right before that: what it then leaves here is not what the run knew.
    """
    expected = _expected.get()
    return expected is not None and expected.follows_awaited


@callback
def async_answer_in(language: str | None) -> None:
    """Take note of the language of the present run's answer, a locale; None: the assistant's own."""
    if (expected := _expected.get()) is not None:
        expected.language = language


@callback
def async_answer_language() -> str | None:
    """Return the language of a text that is to be spoken now, if it is an answer in another than the assistant's."""
    expected = _expected.get()
    return expected.follows_language if expected is not None else None


def _is_awaited(expected: _Expected | None) -> bool:
    return expected is not None and expected.is_awaited


@callback
def async_setup_conversations(hass: HomeAssistant) -> None:
    """Let voices get ready when a conversation begins, be it typed or heard by another engine."""
    async_when_setup(hass, "conversation", _async_follow)


async def _async_follow(hass: HomeAssistant, _component: str) -> None:
    # Not at the top: who has no assistants need not have what this imports.
    from homeassistant.components.conversation.chat_log import async_subscribe_chat_logs  # noqa: PLC0415

    async_subscribe_chat_logs(hass, lambda *_: async_get_ready())
