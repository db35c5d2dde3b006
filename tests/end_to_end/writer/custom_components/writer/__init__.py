"""A conversation agent that writes word by word, as language models do, and amid it waits for an event, "go_on"."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final, Literal, override

from homeassistant.components import conversation
from homeassistant.components.conversation import (
    AssistantContentDeltaDict,
    ChatLog,
    ConversationEntity,
    ConversationInput,
    ConversationResult,
)
from homeassistant.components.conversation.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType

FIRST: Final = "The light in the kitchen is on, and the one in the hall has been on as well since this morning. "
SECOND: Final = "Shall I turn them off before you leave the house?"


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Set up ``writer:``."""
    await hass.data[DATA_COMPONENT].async_add_entities([Writer()])
    return True


class Writer(ConversationEntity):
    """Says the same to everything."""

    _attr_name = "Writer"
    _attr_supports_streaming = True

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def _async_handle_message(self, user_input: ConversationInput, chat_log: ChatLog) -> ConversationResult:
        async for _ in chat_log.async_add_delta_content_stream(self.entity_id, self._write()):
            pass
        return conversation.async_get_result_from_chat_log(user_input, chat_log)

    async def _write(self) -> AsyncGenerator[AssistantContentDeltaDict]:
        goes_on = asyncio.Event()
        self.hass.bus.async_listen_once("go_on", lambda _: goes_on.set())
        yield {"role": "assistant"}
        for word in FIRST.split():
            yield {"content": f"{word} "}
        await goes_on.wait()
        yield {"content": SECOND}
