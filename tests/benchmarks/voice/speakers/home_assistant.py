"""Ours, in a real Home Assistant: a pipeline whose agent writes, and a listener at the proxy's address.

All of it is in this process: the processor time is also the agent's, the pipeline's and the listener's. Nobody ends an
answer in Home Assistant that is not listened to any more, so that there is nothing to stop here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
import sys
from typing import Final, Literal, override

import aiohttp
from homeassistant.components import conversation
from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    PipelineEventType,
    PipelineStage,
    async_get_pipeline,
    async_update_pipeline,
)
from homeassistant.components.assist_pipeline.run import PipelineInput, PipelineRun
from homeassistant.components.conversation import (
    AssistantContentDeltaDict,
    ChatLog,
    ConversationEntity,
    ConversationInput,
    ConversationResult,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import chat_session, entity_registry as er

from tests.benchmarks.command import Command
from tests.benchmarks.contenders.home_assistant import HomeAssistantContender, make
from tests.benchmarks.contenders.worker import serve
from tests.benchmarks.voice.request import RATE, Request

from .speaker import Answer, Speaker

AGENT: Final = "conversation.writer"
FORMAT: Final = {"preferred_format": "wav", "preferred_sample_rate": RATE, "preferred_sample_channels": 1}
"""Of what satellites ask for, what needs no ffmpeg: see docs/voice.md."""


class Writer(ConversationEntity):
    """An agent that writes the answer to a question, by its number."""

    _attr_name = "Writer"
    _attr_supports_streaming = True

    def __init__(self) -> None:
        """Begin with no question."""
        self.answers: dict[str, Answer] = {}

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def _async_handle_message(self, user_input: ConversationInput, chat_log: ChatLog) -> ConversationResult:
        written = _written(self.answers.pop(user_input.text))
        async with aclosing(chat_log.async_add_delta_content_stream(AGENT, written)) as contents:
            async for _ in contents:
                pass
        return conversation.async_get_result_from_chat_log(user_input, chat_log)


async def _written(answer: Answer) -> AsyncGenerator[AssistantContentDeltaDict]:
    yield {"role": "assistant"}
    async with aclosing(answer.deltas()) as deltas:
        async for delta in deltas:
            yield {"content": delta}


class Home(Speaker):
    """A Home Assistant whose only assistant has the voice of a port's entry."""

    def __init__(self, hass: HomeAssistant, session: aiohttp.ClientSession) -> None:
        """Begin with no entry."""
        self._hass = hass
        self._session = session
        self._entries = HomeAssistantContender(hass)
        self._writer = Writer()
        self._asked = 0

    @override
    async def prepare(self, request: Request) -> None:
        hass = self._hass
        entry = await self._entries.entry(request.port, request.url)
        await self._entries.prepare(Command(port=request.port, fresh=request.fresh))
        if self._writer.hass is None:
            await hass.data[conversation.const.DATA_COMPONENT].async_add_entities([self._writer])
        entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        (voice,) = (entity.entity_id for entity in entities if entity.domain == "tts")
        await async_update_pipeline(
            hass,
            async_get_pipeline(hass),
            conversation_engine=AGENT,
            tts_engine=voice,
            tts_language="en-US",
            tts_voice="en-US-JennyNeural",
        )

    @override
    async def speak(self, answer: Answer) -> None:
        hass = self._hass
        self._asked += 1
        question = str(self._asked)
        self._writer.answers[question] = answer
        listening: list[asyncio.Task[None]] = []

        def note(event: PipelineEvent) -> None:
            if event.type is PipelineEventType.RUN_START and event.data is not None:
                listening.append(asyncio.create_task(self._listen(answer, event.data["tts_output"]["url"])))

        with chat_session.async_get_chat_session(hass, None, context=None) as session:
            run = PipelineRun(
                hass,
                context=Context(),
                pipeline=async_get_pipeline(hass),
                start_stage=PipelineStage.INTENT,
                end_stage=PipelineStage.TTS,
                event_callback=note,
                tts_audio_output=FORMAT,
            )
            await PipelineInput(run=run, session=session, intent_input=question).execute(validate=True)
        await listening[0]

    async def _listen(self, answer: Answer, url: str) -> None:
        api = self._hass.config.api
        assert api is not None
        async with self._session.get(f"http://127.0.0.1:{api.port}{url}") as response:
            response.raise_for_status()
            async for data in response.content.iter_any():
                answer.hear(data)


@asynccontextmanager
async def furnished(folder: Path) -> AsyncIterator[Home]:
    """Start Home Assistant, and a listener."""
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        make(folder, partial(Home, session=session)) as home,
    ):
        yield home


if __name__ == "__main__":
    serve(partial(furnished, Path(sys.argv[1])), Request)
