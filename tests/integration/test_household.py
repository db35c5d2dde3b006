"""A household that asks for everything at once: whoever speaks to a satellite is heard all the same."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
import logging
from pathlib import Path
from statistics import quantiles
from time import thread_time
from typing import Any, Final

from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    PipelineEventType,
    PipelineStage,
    async_pipeline_from_audio_stream,
)
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.actions import limits
from custom_components.azure_speech_live.actions.limits import MAX_CAPTIONS, MAX_RECORDINGS
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.speech.wire.pool import SIZE
from tests.memory import resident
from tests.speech_service.connection import Connection
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService
from tests.speech_service.wav import wav_file

from .forms import add_resource
from .recordings import EndlessRadio, processes, web_server
from .speech import CHUNK, metadata_of, pcm, stream, transcribe

_LOGGER = logging.getLogger(__name__)

LIGHT: Final = "Turn on the kitchen light."
PHRASE: Final = 2
"""Seconds after which whoever goes on speaking says the same again."""
PHRASES: Final = 2
"""In a recording."""

CAPTIONS: Final = 110
RECORDINGS: Final = 20
SATELLITES: Final = 5
CROWD: Final = 80
"""Commands at the same moment, of the 100 connections that Home Assistant opens to a host."""
LATER: Final = 3.0
"""Seconds that an answer may come later than in a quiet house, on a machine that does much else."""
LONGEST_STALL: Final = 0.5
"""Seconds that the event loop may be held up on such a machine: ours, and in this test the service's, too."""
GROWTH: Final = 64 << 20
"""Bytes by which we may grow, with all that the service keeps of what it heard."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Keep the test plugin from switching debugging on: it would be what stalls the loop."""


@pytest.fixture(autouse=True)
def one_user_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one app stand for those of many users."""
    monkeypatch.setattr(limits, "MAX_CAPTIONS_OF_USER", MAX_CAPTIONS)


@pytest.fixture(autouse=True)
async def furnished(hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture) -> None:
    """Set up a resource, and a pipeline with a light, which is the preferred one. The log is as by default."""
    caplog.set_level(logging.INFO)
    service.engine = Scripted(
        [Utterance(text=LIGHT, start=at, end=at + PHRASE) for at in range(0, 60 * PHRASE, PHRASE)]
    )
    hass.config.allowlist_external_dirs = {"/"}
    hass.config.allowlist_external_urls = {"http://127.0.0.1"}
    await add_resource(hass, service)
    for component, config in (
        ("conversation", {}),
        ("assist_pipeline", {}),
        ("input_boolean", {"input_boolean": {"kitchen_light": {"name": "Kitchen light"}}}),
    ):
        assert await async_setup_component(hass, component, config)
    async_expose_entity(hass, "conversation", "input_boolean.kitchen_light", should_expose=True)


class App:
    """Something that asks for many live captions on one connection, and listens to all that it is told."""

    def __init__(self, socket: MockHAClientWebSocket) -> None:
        """Begin without captions."""
        self._socket = socket
        self._handlers: list[bytes] = []
        self.refused: list[str] = []
        """Why, in words."""
        self.phrases: list[str] = []
        self.ended: list[dict[str, Any]] = []
        """The last events."""

    @asynccontextmanager
    async def captions(self, number: int, **options: str) -> AsyncIterator[None]:
        """Ask for captions, and speak to those that there are until the block is left; then wait for their end."""
        reading = asyncio.create_task(self._read())
        for _ in range(number):
            await self._socket.send_json_auto_id({"type": f"{DOMAIN}/recognize", "language": "en-US"} | options)
        await until(lambda: len(self.refused) + len(self._handlers) == number)
        speaking = asyncio.create_task(self._speak())
        try:
            yield
        finally:
            speaking.cancel()
            await asyncio.wait([speaking])
            for handler in self._handlers:
                await self._socket.send_bytes(handler)
            await until(lambda: len(self.ended) == len(self._handlers))
            reading.cancel()
            await asyncio.wait([reading])

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive_json()
            if message["type"] == "result" and not message["success"]:
                self.refused.append(message["error"]["message"])
            elif message["type"] == "event":
                event = message["event"]
                match event["type"]:
                    case "start":
                        self._handlers.append(bytes([event["binary_handler_id"]]))
                    case "phrase":
                        self.phrases.append(event["text"])
                    case "end" | "error":
                        self.ended.append(event)

    async def _speak(self) -> None:
        while True:
            for handler in self._handlers:
                await self._socket.send_bytes(handler + bytes(10 * CHUNK))
            await asyncio.sleep(0.1)


class Watch:
    """What is noticed of this process."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.late: list[float] = []
        """Seconds by which the event loop was late."""
        self.busy: list[float] = []
        """Seconds of a processor that the event loop used meanwhile: a busy machine has the same answer."""
        self.decoders = 0
        """The most at a time."""

    @classmethod
    @asynccontextmanager
    async def watching(cls) -> AsyncGenerator[Watch]:
        """Look a hundred times a second."""
        watch = cls()
        task = asyncio.create_task(watch._look())
        try:
            yield watch
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, used = loop.time() + 0.01, thread_time()
            await asyncio.sleep(0.01)
            self.late.append(loop.time() - due)
            self.busy.append(thread_time() - used)
            self.decoders = max(self.decoders, len(processes()))


def worded(seconds: list[float]) -> str:
    """Return what most, and the longest, of some spans of time are below."""
    return f"{quantiles(seconds, n=100)[-1] * 1000:.0f} ms (p99), {max(seconds) * 1000:.0f} ms (at most)"


async def until(condition: Any) -> None:
    """Wait until something is so of which nobody tells."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.01)


async def command(hass: HomeAssistant) -> float:
    """Speak to a satellite, as fast as one speaks. Return how many seconds after the last word the answer came."""
    loop = asyncio.get_running_loop()
    audio = pcm(1)
    answers: dict[PipelineEventType, tuple[float, Any]] = {}
    spoken = 0.0

    async def microphone() -> AsyncGenerator[bytes]:
        nonlocal spoken
        begun = loop.time()
        for count, start in enumerate(range(0, len(audio), CHUNK), 1):
            await asyncio.sleep(begun + count * CHUNK / 32_000 - loop.time())
            yield audio[start : start + CHUNK]
        spoken = loop.time()

    def take(event: PipelineEvent) -> None:
        answers[event.type] = loop.time(), event.data

    await async_pipeline_from_audio_stream(
        hass,
        context=Context(),
        event_callback=take,
        stt_metadata=metadata_of("en-US"),
        stt_stream=microphone(),
        end_stage=PipelineStage.INTENT,
    )
    assert PipelineEventType.ERROR not in answers, answers
    assert answers[PipelineEventType.STT_END][1] == {"stt_output": {"text": LIGHT}}
    when, answer = answers[PipelineEventType.INTENT_END]
    assert answer["intent_output"]["response"]["response_type"] == "action_done"
    return when - spoken


async def commands(hass: HomeAssistant) -> float:
    """Speak to all satellites at once, and return how long the slowest took."""
    return max(await asyncio.gather(*(command(hass) for _ in range(SATELLITES))))


def listening(hass: HomeAssistant, media: Path | str, **options: Any) -> asyncio.Task[Any]:
    """Begin with a recording."""
    data = {"media": str(media), "language": "en-US", **options}
    call = hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True)
    return asyncio.create_task(call)


def under_way(service: SpeechService) -> list[Connection]:
    """Return the connections that are open and have been spoken to."""
    return [connection for connection in service.connections if connection.turns and not connection.closed]


async def nothing_is_left(hass: HomeAssistant, service: SpeechService) -> None:
    """Wait until no more is there than a kept connection of each resource."""
    await until(lambda: not processes())
    await service.until(lambda: len(under_way(service)) <= SIZE * len(hass.config_entries.async_entries(DOMAIN)))
    await until(lambda: not any(task.get_name().startswith(DOMAIN) for task in asyncio.all_tasks()))


async def test_everything_at_once(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService, tmp_path: Path
) -> None:
    media = tmp_path / "spoken.wav"
    media.write_bytes(wav_file(pcm(PHRASE) * PHRASES))
    app = App(await hass_ws_client(hass))
    await commands(hass)  # the first ones have much to load
    quiet, before = await commands(hass), resident()
    async with Watch.watching() as watch:
        recordings = [listening(hass, media) for _ in range(RECORDINGS)]
        async with app.captions(CAPTIONS):
            loud = []
            while not all(recording.done() for recording in recordings):
                loud.append(await commands(hass))
        texts = [recording.result()["text"] for recording in recordings]
        growth = resident() - before
    _LOGGER.info(
        "satellites: %.3f s in a quiet house, %.3f s in %d rounds in a loud one; event loop: late by %s, busy for %s; "
        "%.1f MiB more",
        quiet,
        max(loud),
        len(loud),
        worded(watch.late),
        worded(watch.busy),
        growth / (1 << 20),
    )
    assert max(loud) < quiet + LATER
    assert texts == [" ".join([LIGHT] * PHRASES)] * RECORDINGS
    assert len(app.refused) == CAPTIONS - MAX_CAPTIONS
    assert all("live captions are running already" in words for words in app.refused)
    assert len(app.phrases) >= MAX_CAPTIONS
    assert set(app.phrases) == {LIGHT}
    assert app.ended == [{"type": "end", "reason": "stopped"}] * MAX_CAPTIONS
    assert watch.decoders == MAX_RECORDINGS
    assert max(watch.busy) < LONGEST_STALL
    assert growth < GROWTH
    await nothing_is_left(hass, service)


async def test_there_is_a_connection_for_everybody(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService
) -> None:
    """Two resources of one host share what Home Assistant opens to it, and all limits are reached."""
    await add_resource(hass, service, query="?cid=another")
    first, second = (entry.entry_id for entry in hass.config_entries.async_entries(DOMAIN))
    recognizers = hass.states.async_entity_ids("stt")
    assert len(recognizers) == 2
    app = App(await hass_ws_client(hass))
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        recordings = [
            listening(hass, f"{address}/{number}", duration=600, config_entry_id=first)
            for number in range(MAX_RECORDINGS + 1)
        ]
        async with app.captions(CAPTIONS, config_entry_id=second):
            await service.until(lambda: len(under_way(service)) == MAX_CAPTIONS + MAX_RECORDINGS, timeout=20)
            commands = [transcribe(hass, stream(pcm(1)), entity_id=recognizers[number % 2]) for number in range(CROWD)]
            async with asyncio.timeout(30):
                results = [result.text for _, result in await asyncio.gather(*commands)]
            assert not any(recording.done() for recording in recordings)
            for recording in recordings:
                recording.cancel()
            await asyncio.wait(recordings)
    assert results == [LIGHT] * CROWD
    await nothing_is_left(hass, service)
