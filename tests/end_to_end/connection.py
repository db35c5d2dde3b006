"""Home Assistant's WebSocket API, as the browser and the companion apps use it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing, suppress
import itertools
from typing import Any

import aiohttp


class HomeAssistantError(Exception):
    """Home Assistant refused a request. The message says which, and with what answer."""


class Connection:
    """A connection to the WebSocket API. Any number of commands and subscriptions run side by side on it."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._websocket = websocket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Queue[dict[str, Any]]] = {}

    async def authenticate(self, token: str) -> None:
        """Answer the server's first message."""
        await self._websocket.receive_json()
        await self._websocket.send_json({"type": "auth", "access_token": token})
        if (answer := await self._websocket.receive_json())["type"] != "auth_ok":
            raise HomeAssistantError(f"log-in over WebSocket: {answer}")

    async def receive(self) -> None:
        """Hand every message to the command that it answers, until the connection ends."""
        async for message in self._websocket:
            answer = message.json()
            if answer["id"] in self._answers:
                self._answers[answer["id"]].put_nowait(answer)
        for answers in self._answers.values():
            answers.shutdown()

    async def call(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its result. Raises HomeAssistantError if it fails."""
        async with aclosing(self._messages(command, arguments)) as messages:
            return await anext(messages)

    async def subscribe(self, command: str, **arguments: Any) -> AsyncGenerator[Any]:
        """Run a command and yield its events. Raises HomeAssistantError if it fails."""
        async with aclosing(self._messages(command, arguments)) as messages:
            await anext(messages)
            async for event in messages:
                yield event

    async def _messages(self, command: str, arguments: dict[str, Any]) -> AsyncGenerator[Any]:
        """Yield a command's result, then its events."""
        number = next(self._numbers)
        answers = self._answers[number] = asyncio.Queue()
        try:
            await self._websocket.send_json({"id": number, "type": command, **arguments})
            while True:
                try:
                    answer = await answers.get()
                except asyncio.QueueShutDown:
                    raise HomeAssistantError(f"{command}: the connection ended") from None
                if not answer.get("success", True):
                    raise HomeAssistantError(f"{command}: {answer['error']}")
                yield answer["result"] if answer["type"] == "result" else answer["event"]
        finally:
            del self._answers[number]

    async def state(self, entity_id: str) -> str:
        """Return an entity's state."""
        states = await self.call("get_states")
        return next(str(state["state"]) for state in states if state["entity_id"] == entity_id)

    async def loaded(self) -> str:
        """Wait until the one config entry is loaded, or is again, which goes on behind a form; return its id."""
        entry: dict[str, Any] = {"state": "setup_in_progress"}
        while entry["state"] in ("unload_in_progress", "not_loaded", "setup_in_progress"):
            (entry,) = await self.call("config_entries/get", domain="azure_speech_live")
        assert entry["state"] == "loaded"
        return str(entry["entry_id"])

    async def entity(self, entry_id: str, domain: str) -> str:
        """Return the id of a config entry's entity: its recognizer (domain "stt"), its voice ("tts")."""
        entities = await self.call("config/entity_registry/list")
        return next(
            str(entity["entity_id"])
            for entity in entities
            if entity["config_entry_id"] == entry_id and entity["entity_id"].startswith(f"{domain}.")
        )

    async def subentry(self, entry_id: str, kind: str) -> str:
        """Return the id of a config entry's only subentry of a kind ("recognizer", "voice")."""
        subentries = await self.call("config_entries/subentries/list", entry_id=entry_id)
        (subentry_id,) = (subentry["subentry_id"] for subentry in subentries if subentry["subentry_type"] == kind)
        return str(subentry_id)

    async def create_pipeline(
        self,
        entry_id: str,
        agent: str = "conversation.home_assistant",
        *,
        stt_engine: str | None = None,
        stt_language: str = "en-US",
    ) -> str:
        """Create an Assist pipeline that listens and speaks through the entities of an entry, and return its id.

        ``stt_engine``: the one that listens, if the entry has several. It is the preferred pipeline then.
        """
        pipeline = await self.call(
            "assist_pipeline/pipeline/create",
            name="Azure Speech Live",
            language="en",
            conversation_engine=agent,
            conversation_language="en",
            stt_engine=stt_engine or await self.entity(entry_id, "stt"),
            stt_language=stt_language,
            tts_engine=await self.entity(entry_id, "tts"),
            tts_language="en-US",
            tts_voice=None,
            wake_word_entity=None,
            wake_word_id=None,
        )
        await self.call("assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline["id"])
        return str(pipeline["id"])

    async def run_pipeline(
        self, pipeline: str, microphone: AsyncIterable[bytes], end_stage: str = "intent"
    ) -> AsyncGenerator[dict[str, Any]]:
        """Speak into a pipeline: yield its events, `{"type": "stt-end", "data": {…}, …}`, until it has an answer.

        With the `end_stage` "tts" the answer is spoken, from the first event's URL.

        `microphone` gives 16 kHz 16-bit mono PCM at the pace of a microphone, for as long as it is listened to.
        """
        async with aclosing(
            self.subscribe(
                "assist_pipeline/run",
                pipeline=pipeline,
                start_stage="stt",
                end_stage=end_stage,
                input={"sample_rate": 16000},
            )
        ) as events:
            start = await anext(events)
            yield start
            handler = start["data"]["runner_data"]["stt_binary_handler_id"]
            listening = asyncio.create_task(self._send_audio(handler, microphone))
            try:
                async for event in events:
                    if event["type"] in ("stt-vad-end", "stt-end", "error"):
                        listening.cancel()
                    yield event
                    if event["type"] == "run-end":
                        return
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    async def _send_audio(self, handler: int, microphone: AsyncIterable[bytes]) -> None:
        async for chunk in microphone:
            await self._websocket.send_bytes(bytes([handler]) + chunk)
        await self._websocket.send_bytes(bytes([handler]))  # the end of the audio
