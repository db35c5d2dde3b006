"""An ear of another integration that does as a test says, and commands spoken to the recognizer that names it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from typing import Any, override

from homeassistant.components.stt import SpeechMetadata, SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.const import CONF_SECOND_ENGINE
from tests.speech_service.engines import Finding
from tests.speech_service.engines.scripted import Scripted, ScriptedRecognition
from tests.speech_service.options import TurnOptions
from tests.speech_service.service import SpeechService

from ..engines import OtherEar, add_engines, stored
from ..forms import only_recognizer
from ..speech import BYTES_PER_SECOND, RECOGNIZER, pcm, stream, transcribe

SECOND = "stt.whisper"
SECOND_TAKES = 0.3
"""Seconds from the end of the audio to the second engine's text."""
PIECE = BYTES_PER_SECOND // 10
"""Bytes of audio that are spoken at a time: the clock leaps for each, and a leap takes 3 ms of the real one."""


@dataclass
class Manner:
    """How the second engine behaves, and what it has heard; shared by all that Home Assistant makes of the entity."""

    text: str | None = "lights on"
    """None: it tells of an error."""
    delay: float = SECOND_TAKES
    fails: BaseException | None = None
    enough: float = inf
    """Bytes of audio after which it has its answer; else it waits for the end."""
    content: bool = False
    """Whether it takes what it has for all there is, where its audio fails."""
    heard: list[bytearray] = field(default_factory=list)
    """The audio of each command."""
    languages: list[str] = field(default_factory=list)
    ended: int = 0
    """How many commands it hears no more, however they ended."""


class SecondEar(OtherEar):
    """Hears as it is told to."""

    def __init__(self, **kwargs: Any) -> None:
        """Begin in good manner."""
        super().__init__(**kwargs)
        self.manner = Manner()

    @override
    async def async_process_audio_stream(self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]) -> SpeechResult:
        heard = bytearray()
        self.manner.heard.append(heard)
        self.manner.languages.append(metadata.language)
        try:
            with suppress(*[TimeoutError] * self.manner.content):
                async for chunk in stream:
                    heard += chunk
                    if len(heard) >= self.manner.enough:
                        return SpeechResult(self.manner.text, SpeechResultState.SUCCESS)
            await asyncio.sleep(self.manner.delay)
            if self.manner.fails is not None:
                raise self.manner.fails
        finally:
            self.manner.ended += 1
        if self.manner.text is None:
            return SpeechResult(None, SpeechResultState.ERROR)
        return SpeechResult(self.manner.text, SpeechResultState.SUCCESS)


class Thoughtful(Scripted):
    """The service's engine, which hears as well as any, and thinks for long."""

    def __init__(self, seconds: float) -> None:
        """Take for how long it thinks about each command."""
        super().__init__()
        self._seconds = seconds

    @override
    def begin(self, options: TurnOptions) -> ScriptedRecognition:
        """Begin the next turn."""
        recognition = super().begin(options)
        conclude = recognition.conclude

        async def think() -> list[Finding]:
            await asyncio.sleep(self._seconds)
            return await conclude()

        recognition.conclude = think  # type: ignore[method-assign]
        return recognition


async def add_second_ear(hass: HomeAssistant, **kwargs: Any) -> SecondEar:
    """Add an integration with such an engine."""
    ear = SecondEar(**kwargs)
    await add_engines(hass, ear)
    return ear


@dataclass
class Answer:
    """What came of a command."""

    result: SpeechResult
    partials: list[str]
    by: str | None
    """Who answered, by what the entity shows."""
    delay: float
    """Seconds from the end of the audio to the result."""

    @property
    def text(self) -> str | None:
        """The text of a success."""
        assert self.result.result is SpeechResultState.SUCCESS
        return self.result.text


class Microphone:
    """Audio as it is spoken, by the loop's clock."""

    def __init__(self, audio: bytes) -> None:
        """Take what is said."""
        self._audio = audio
        self.ended_at: float | None = None
        self.closed = 0

    async def __call__(self) -> AsyncGenerator[bytes]:
        """Give it in real time, a piece at a time."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            for start in range(0, len(self._audio), PIECE):
                end = min(start + PIECE, len(self._audio)) / BYTES_PER_SECOND
                await asyncio.sleep(max(0.0, begun + end - loop.time()))
                yield self._audio[start : start + PIECE]
            self.ended_at = loop.time()
        finally:
            self.closed += 1


@dataclass
class Commands:
    """Commands to a recognizer with a second engine."""

    hass: HomeAssistant
    entry: ConfigEntry
    service: SpeechService
    second: SecondEar

    @property
    def manner(self) -> Manner:
        """How the second engine behaves."""
        return self.second.manner

    async def set_up(self, **settings: Any) -> None:
        """Have the recognizer name the second engine, with these settings beside."""
        subentry = only_recognizer(self.entry)
        data = {**subentry.data, CONF_SECOND_ENGINE: stored(self.hass, SECOND), **settings}
        self.hass.config_entries.async_update_subentry(self.entry, subentry, data=data)
        await self.hass.async_block_till_done(wait_background_tasks=True)  # the connection is checked

    async def say(self, seconds: float = 2.0, audio: bytes | None = None) -> Answer:
        """Say a command, as fast as one speaks."""
        microphone = Microphone(pcm(seconds) if audio is None else audio)
        partials, result = await transcribe(self.hass, microphone())
        now = asyncio.get_running_loop().time()
        assert microphone.closed <= 1
        return self._answer(result, partials, now - (microphone.ended_at or now))

    async def upload(self, audio: bytes) -> Answer:
        """Hand over what was said before, as fast as it is taken."""
        partials, result = await transcribe(self.hass, stream(audio))
        return self._answer(result, partials, 0.0)

    async def let_be(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)
        await self.hass.async_block_till_done()

    def _answer(self, result: SpeechResult, partials: list[str], delay: float) -> Answer:
        state = self.hass.states.get(RECOGNIZER)
        assert state is not None
        return Answer(result, partials, state.attributes.get("last_engine"), delay)
