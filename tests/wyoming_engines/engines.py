"""What the engines do on one connection: they say what they are, hear, and speak.

As Whisper and Piper do it: all audio is one utterance, and its text comes when the audio has ended; a text that comes
piece by piece is spoken sentence by sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import re
from typing import Final

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, Eventable, async_read_event, async_write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeStopped,
    SynthesizeVoice,
)

from tests.speech_service.engines import Engine, Finding, Phrase, Recognition
from tests.speech_service.engines.espeak_ng import EspeakNg
from tests.speech_service.options import Mode, TurnOptions

RATE: Final = 22050
"""Samples in a second of what is spoken: espeak-ng's own."""

_PIECE: Final = 4096
"""Bytes of sound in an event."""
_WHOLE: Final = TurnOptions(mode=Mode.CONVERSATION, end_silence=3.0)
"""A pause between two words is no end: that is where the audio ends."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")
_VOICES: Final = {"en": "en-US", "de": "de-DE", "es": "es-ES"}
"""Voices, and the language of each."""
_BROKEN: Final = Error("It does not work today", "broken")
_MADE_BY: Final = Attribution(name="Azure Speech Live", url="")


def _info() -> Info:
    """Return what there is."""
    model = AsrModel(
        name="commands",
        description="Commands for a house",
        version="1.0",
        attribution=_MADE_BY,
        installed=True,
        languages=["en"],
    )
    voices = [
        TtsVoice(
            name=name,
            description=name,
            version="1.0",
            attribution=_MADE_BY,
            installed=True,
            languages=[language],
        )
        for name, language in _VOICES.items()
    ]
    hears = AsrProgram(
        name="PocketSphinx",
        description="Hears commands",
        version="1.0",
        attribution=_MADE_BY,
        installed=True,
        models=[model],
    )
    speaks = TtsProgram(
        name="espeak-ng",
        description="Speaks like a robot",
        version="1.0",
        attribution=_MADE_BY,
        installed=True,
        voices=voices,
        supports_synthesize_streaming=True,
    )
    return Info(asr=[hears], tts=[speaks])


@dataclass(frozen=True, kw_only=True)
class Engines:
    """What there is to talk to."""

    ear: Engine
    delay: float = 0.0
    """Seconds that everything takes longer: a transcript, and the sound of a sentence."""
    failing: bool = False
    """Whether they are asked in vain."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on a connection until the other side ends it."""

        async def say(what: Eventable) -> None:
            await async_write_event(what.event(), writer)

        ear, mouth = _Ear(self, say), _Mouth(self, say)
        try:
            while event := await async_read_event(reader):
                if Describe.is_type(event.type):
                    await say(_info())
                await ear.take(event)
                await mouth.take(event)
        except OSError, asyncio.IncompleteReadError:
            pass  # who asked has gone, as one may at any time
        finally:
            await ear.close()
            writer.close()


_Say = Callable[[Eventable], Awaitable[None]]


class _Ear:
    """What is heard on a connection."""

    def __init__(self, engines: Engines, say: _Say) -> None:
        self._engines = engines
        self._say = say
        self._recognition: Recognition | None = None
        self._found: list[Finding] = []

    async def take(self, event: Event) -> None:
        """Hear audio, and say what it is when it has ended."""
        if Transcribe.is_type(event.type) and self._recognition is None:
            self._recognition = self._engines.ear.begin(_WHOLE)
        elif AudioChunk.is_type(event.type) and self._recognition:
            self._found += await self._recognition.hear(AudioChunk.from_event(event).audio)
        elif AudioStop.is_type(event.type) and self._recognition:
            self._found += await self._recognition.conclude()
            text = " ".join(phrase.display for phrase in self._found if isinstance(phrase, Phrase) and phrase.display)
            self._found = []
            await asyncio.sleep(self._engines.delay)
            await self._say(_BROKEN if self._engines.failing else Transcript(text, language="en"))

    async def close(self) -> None:
        """Give up what is held."""
        if self._recognition:
            await self._recognition.close()


class _Mouth:
    """What is spoken on a connection."""

    def __init__(self, engines: Engines, say: _Say) -> None:
        self._engines = engines
        self._say = say
        self._voice = ""
        self._text: str | None = None  # what is not spoken yet of a text that comes in pieces

    async def take(self, event: Event) -> None:
        """Speak a text at once, or one that comes in pieces as soon as a sentence is complete."""
        if SynthesizeStart.is_type(event.type):
            self._text, self._voice = "", _name(SynthesizeStart.from_event(event).voice)
        elif SynthesizeChunk.is_type(event.type) and self._text is not None:
            *sentences, self._text = _SENTENCE_END.split(self._text + SynthesizeChunk.from_event(event).text)
            for sentence in sentences:
                await self._speak(sentence)
        elif SynthesizeStop.is_type(event.type) and self._text is not None:
            await self._speak(self._text)
            self._text = None
            await self._say(SynthesizeStopped())
        elif Synthesize.is_type(event.type) and self._text is None:
            # Amid pieces it is all of them together, for those who do not know pieces.
            asked = Synthesize.from_event(event)
            self._voice = _name(asked.voice)
            await self._speak(asked.text)

    async def _speak(self, text: str) -> None:
        if not text.strip():
            return
        await asyncio.sleep(self._engines.delay)
        if self._engines.failing:
            await self._say(_BROKEN)
            return
        sound = await EspeakNg().speak(text, _VOICES[self._voice], self._voice, RATE)
        await self._say(AudioStart(rate=RATE, width=2, channels=1))
        for at in range(0, len(sound), _PIECE):
            await self._say(AudioChunk(rate=RATE, width=2, channels=1, audio=sound[at : at + _PIECE]))
        await self._say(AudioStop())


def _name(voice: SynthesizeVoice | None) -> str:
    """Return which of the voices is asked for."""
    return voice.name if voice and voice.name in _VOICES else "en"
