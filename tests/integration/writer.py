"""An agent that writes its answer piece by piece, as language models do."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Literal, override

from homeassistant.components import conversation
from homeassistant.components.conversation import (
    AssistantContentDeltaDict,
    ChatLog,
    ConversationEntity,
    ConversationInput,
    ConversationResult,
)

AGENT = "conversation.writer"
FIRST = "The light in the kitchen is on, and the one in the hall as well, since this morning. "
SECOND = "I can turn them off."


class Writer(ConversationEntity):
    """An agent that writes its answer piece by piece, and waits in the middle of it."""

    _attr_name = "Writer"
    _attr_supports_streaming = True

    def __init__(self) -> None:
        """Begin with nothing to wait for."""
        self.goes_on = asyncio.Event()
        self.fails = False
        """Whether it goes on to nothing."""

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def _async_handle_message(self, user_input: ConversationInput, chat_log: ChatLog) -> ConversationResult:
        async for _ in chat_log.async_add_delta_content_stream(AGENT, self._write()):
            pass
        return conversation.async_get_result_from_chat_log(user_input, chat_log)

    async def _write(self) -> AsyncGenerator[AssistantContentDeltaDict]:
        yield {"role": "assistant"}
        for word in FIRST.split(" "):
            yield {"content": f"{word} "}
        await self.goes_on.wait()
        if self.fails:
            raise RuntimeError("The model is tired")
        yield {"content": SECOND}
