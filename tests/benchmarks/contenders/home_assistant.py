"""Ours, through its speech-to-text entities in a real Home Assistant, all in this process.

The audio reaches the entity as an Assist pipeline hands it over, in pieces of 10 ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
import sys
from types import MappingProxyType
from typing import Any, Final, override

from homeassistant.bootstrap import async_setup_hass
from homeassistant.components.assist_pipeline import (
    AudioSettings,
    PipelineEvent,
    PipelineEventType,
    PipelineStage,
    async_get_pipeline,
    async_pipeline_from_audio_stream,
    async_update_pipeline,
)
from homeassistant.components.stt import (
    AudioBitRates,
    AudioChannels,
    AudioCodecs,
    AudioFormats,
    AudioSampleRates,
    PartialSpeechResult,
    SpeechMetadata,
    async_get_speech_to_text_entity,
)
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.runner import RuntimeConfig

import custom_components  # noqa: F401  # before Home Assistant looks for such a package in its own folder
from tests.benchmarks.clock import now, until
from tests.benchmarks.command import PACKET, Command
from tests.end_to_end.home_assistant import free_port, store_address
from tests.speech_service import KEY
from tests.speech_service.wav import BYTES_PER_SECOND

from .worker import Contender, Utterance, serve

DOMAIN: Final = "azure_speech_live"
CHUNK: Final = 320
"""Bytes in what a pipeline hands over at a time."""
DECIDES: Final = ("home_assistant", "azure", "first")
"""Who decides that a command is over, as a recognizer's settings name it."""
SILENCE: Final = 4
"""Seconds of it after the speech: more than anybody waits for."""
METADATA: Final = SpeechMetadata(
    "en-US",
    AudioFormats.WAV,
    AudioCodecs.PCM,
    AudioBitRates.BITRATE_16,
    AudioSampleRates.SAMPLERATE_16000,
    AudioChannels.CHANNEL_MONO,
)


class HomeAssistantContender(Contender):
    """An entry, with its recognizer, for each port."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with no entry."""
        self._hass = hass
        self._entries: dict[int, ConfigEntry] = {}

    async def entry(self, port: int, url: str = "") -> ConfigEntry:
        """Return the entry of a port, which is made if there is none; ``url``: its address, if it is not "ws:"."""
        if port not in self._entries:
            flows = self._hass.config_entries.flow
            data = {"endpoint": url or f"ws://127.0.0.1:{port}", "api_key": KEY}
            form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
            done = await flows.async_configure(form["flow_id"], data)
            self._entries[port] = done["result"]
            await self._hass.async_block_till_done()
        return self._entries[port]

    @override
    async def prepare(self, command: Command) -> None:
        known = command.port in self._entries
        entry = await self.entry(command.port)
        if command.fresh and known:
            await self._hass.config_entries.async_reload(entry.entry_id)

    @override
    async def speak(self, utterance: Utterance) -> None:
        (entity_id, *_) = self._recognizers(self._entries[utterance.command.port])
        entity = async_get_speech_to_text_entity(self._hass, entity_id)
        assert entity is not None
        results = entity.internal_async_process_audio_stream_with_progress(METADATA, _pieces(utterance.microphone()))
        async with aclosing(results):
            async for result in results:
                if isinstance(result, PartialSpeechResult):
                    utterance.hypothesis(result.text)
                else:
                    utterance.phrase(result.text or "")

    def _recognizers(self, entry: ConfigEntry) -> dict[str, str | None]:
        """Return the entities of an entry's recognizers, in the order of their making, and their subentries."""
        registry = er.async_get(self._hass)
        entities = er.async_entries_for_config_entry(registry, entry.entry_id)
        return {entity.entity_id: entity.config_subentry_id for entity in entities if entity.domain == "stt"}

    async def set_up(self, port: int, times: int) -> dict[str, Any]:
        """Set an entry up again and again; return the seconds that each time took."""
        entry = await self.entry(port)
        seconds = []
        for _ in range(times):
            await self._hass.config_entries.async_unload(entry.entry_id)
            begun = now()
            await self._hass.config_entries.async_setup(entry.entry_id)
            seconds.append((now() - begun) / 1e9)
        return {"seconds": seconds}

    async def loop_delay(self, port: int, streams: int, seconds: float) -> dict[str, Any]:
        """Return by how many seconds the event loop was late, a hundred times a second, while so many speak."""
        command = Command(port=port, streams=max(1, streams), seconds=seconds, spread=0.5)
        speaking = asyncio.create_task(self.run(command)) if streams else None
        loop, late = asyncio.get_running_loop(), []
        await asyncio.sleep(1)
        until = loop.time() + seconds - 1
        while (due := loop.time() + 0.01) < until:
            await asyncio.sleep(due - loop.time())
            late.append(loop.time() - due)
        if speaking is not None:
            await speaking
        return {"late": late}

    async def end_of_speech(self, port: int, pcm: str, silences: list[float], rounds: int) -> dict[str, Any]:
        """Speak through a pipeline; return the seconds from the end of speech to its text.

        By who decides on the end ("home_assistant", "azure", "first"), for each of the silences after which the service
        takes a phrase to be over.
        """
        entry = await self.entry(port)
        for silence in silences:
            for decides in DECIDES:
                data = {"end_of_speech": decides, "segmentation_silence": silence}
                self._hass.config_entries.async_add_subentry(
                    entry,
                    ConfigSubentry(
                        data=MappingProxyType(data),
                        subentry_type="recognizer",
                        title=f"{decides} {silence}",
                        unique_id=None,
                    ),
                )
        await self._hass.async_block_till_done()
        entities = {subentry: entity for entity, subentry in self._recognizers(entry).items()}
        audio = await asyncio.to_thread(Path(pcm).read_bytes)
        delays: dict[str, list[list[float]]] = {decides: [[] for _ in silences] for decides in DECIDES}
        for _ in range(rounds):
            runs = {}
            for number, silence in enumerate(silences):
                for decides in DECIDES:
                    subentry = next(sub for sub in entry.subentries.values() if sub.title == f"{decides} {silence}")
                    preferred = async_get_pipeline(self._hass)
                    engine = entities[subentry.subentry_id]
                    await async_update_pipeline(self._hass, preferred, stt_engine=engine, stt_language="en-US")
                    # Eagerly: it takes the preferred pipeline as it is now.
                    runs[decides, number] = asyncio.create_task(self._pipeline(audio), eager_start=True)
            for (decides, number), run in runs.items():
                delays[decides][number].append(await run)
        return delays

    async def _pipeline(self, audio: bytes) -> float:
        """Speak through the preferred pipeline; return the seconds from the end of speech to the text."""
        spoken: list[int] = []
        heard: list[int] = []

        def note(event: PipelineEvent) -> None:
            if event.type is PipelineEventType.STT_END:
                heard.append(now())

        await async_pipeline_from_audio_stream(
            self._hass,
            context=Context(),
            event_callback=note,
            stt_metadata=METADATA,
            stt_stream=_pieces(_speech(audio, spoken)),
            audio_settings=AudioSettings(),
            end_stage=PipelineStage.STT,
        )
        return (heard[0] - spoken[0]) / 1e9


async def _speech(audio: bytes, spoken: list[int]) -> AsyncGenerator[bytes]:
    """Yield speech as it is spoken, and silence after it; note when the speech ended."""
    begun = now()
    for begin in range(0, len(audio) + SILENCE * BYTES_PER_SECOND, PACKET):
        due = begun + (begin + PACKET) * 1_000_000_000 // BYTES_PER_SECOND
        await until(due)
        if begin >= len(audio) and not spoken:
            spoken.append(now())
        yield audio[begin : begin + PACKET].ljust(PACKET, b"\0")


async def _pieces(packets: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Cut audio into the pieces of a pipeline."""
    held = b""
    async with aclosing(packets):
        async for packet in packets:
            held += packet
            whole = len(held) // CHUNK * CHUNK
            for begin in range(0, whole, CHUNK):
                yield held[begin : begin + CHUNK]
            held = held[whole:]
    if held:
        yield held


def _furnish(folder: Path) -> None:
    """Fill a configuration folder with as little as will do."""
    (folder / "configuration.yaml").write_text("assist_pipeline:\n", encoding="utf-8")
    store_address(folder, free_port())


@asynccontextmanager
async def make[C](folder: Path, kind: Callable[[HomeAssistant], C]) -> AsyncIterator[C]:
    """Start Home Assistant, and stop it; ``kind`` makes the contender in it."""
    await asyncio.to_thread(_furnish, folder)
    hass = await async_setup_hass(RuntimeConfig(str(folder), skip_pip=True))
    assert hass is not None
    await hass.async_start()
    await hass.async_block_till_done()
    yield kind(hass)
    await hass.async_stop()


if __name__ == "__main__":
    serve(partial(make, Path(sys.argv[1]), HomeAssistantContender))
