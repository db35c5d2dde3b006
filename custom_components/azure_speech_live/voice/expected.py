"""Which voice is expected to speak at the end of a run of an assistant, so that its connection can be opened before.

Home Assistant tells neither recognizers nor agents which voice comes behind them. But when a run begins, it asks the
voice whether it takes text as it comes. Nothing else calls a voice so early, and it is asked in the run's own context:
what it leaves there is found by whatever belongs to the same run, and by nothing else. So two assistants can share a
recognizer and have voices of their own, and one with another engine's voice opens nothing.

Then the voice gets ready when speech is heard: after the wake word, which may be waited for all day. Where another
engine hears, or a text is typed, it does when the conversation begins; the agent thinks meanwhile.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.setup import async_when_setup

_get_ready: Final[ContextVar[Callable[[], None] | None]] = ContextVar("azure_speech_live_voice", default=None)


@callback
def async_expect(get_ready: Callable[[], None]) -> None:
    """Take note that the run in whose context this is called is to end with a voice, which can ``get_ready``."""
    _get_ready.set(get_ready)


@callback
def async_get_ready() -> None:
    """Let the voice get ready with which the present run is to end, once, if it is one of ours."""
    if (get_ready := _get_ready.get()) is not None:
        _get_ready.set(None)
        get_ready()


@callback
def async_setup_conversations(hass: HomeAssistant) -> None:
    """Let voices get ready when a conversation begins, be it typed or heard by another engine."""
    async_when_setup(hass, "conversation", _async_follow)


async def _async_follow(hass: HomeAssistant, _component: str) -> None:
    # Not at the top: who has no assistants need not have what this imports.
    from homeassistant.components.conversation.chat_log import async_subscribe_chat_logs  # noqa: PLC0415

    async_subscribe_chat_logs(hass, lambda *_: async_get_ready())
