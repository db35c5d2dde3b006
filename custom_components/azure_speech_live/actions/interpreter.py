"""What is spoken of a translation, and by whom: the service that translates, or else a voice of the same resource.

The translation has a synthesis of its own. Which voices it has, nobody has documented; it may speak nothing, fail, or
refuse the voice. From the first phrase on of which nothing comes, the resource's voice speaks in its place, and what
still comes of the other is dropped: so that all is said in its order, and nothing twice. That is remembered until Home
Assistant restarts, so that it is not waited for again, nor paid for twice.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..languages.choice import spoken_as
from ..languages.translation import translation_of
from ..resource.errors import asked
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import (
    Event,
    OutputFormat,
    Phrase,
    RecognitionOptions,
    SpeechError,
    Synthesis,
    SynthesisEnded,
    SynthesisOptions,
    Timeline,
    TranslationOptions,
)
from ..voice.pronunciation import Pronunciations
from ..voice.script import Script
from ..voice.voices import async_get_voices
from .recognition import async_recognize

FIRST_SOUND: Final = 4.0
"""Seconds in which the translation's own voice begins to speak a phrase. A guess: a voice takes one or two."""

_SILENT: Final[HassKey[set[tuple[str, str]]]] = HassKey(f"{DOMAIN}_voices_silent_in_translations")
"""By entry, the voices that the translation did not speak with."""


async def async_interpret(
    hass: HomeAssistant,
    entry: AzureSpeechConfigEntry,
    audio: AsyncGenerator[bytes],
    options: RecognitionOptions,
    timeline: Timeline | None = None,
) -> AsyncGenerator[Event]:
    """Recognise audio, or translate it if the options say so. Yield the client's events, as ``async_recognize`` does.

    What is said of speech comes when it does, however long it takes to speak it. Raises HomeAssistantError, and what
    ``audio`` raises.
    """
    if isinstance(options, TranslationOptions) and (speech := _speech(hass, entry, options)):
        events = Interpreter(hass, entry, options, speech, timeline).events(audio)
    else:
        events = async_recognize(entry, audio, options, timeline)
    async with aclosing(events):
        async for event in events:
            yield event


def _speech(hass: HomeAssistant, entry: AzureSpeechConfigEntry, options: TranslationOptions) -> SynthesisOptions | None:
    """Return how the resource's voice speaks the translation; None if nothing is to be spoken, or it has no voices."""
    if options.voice is None or options.spoken_target is None:
        return None
    voice = async_get_voices(hass, entry).named(options.voice)
    # The samples of the translation's own voice, behind which it may have to go on.
    speech = SynthesisOptions(
        voice=voice.short_name,
        language=spoken_as(voice, options.spoken_target),
        output_format=OutputFormat.RAW_16KHZ,
    )
    return speech if entry.runtime_data.endpoint.generations(speech) else None


class Interpreter:
    """One translation that is spoken."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        options: TranslationOptions,
        speech: SynthesisOptions,
        timeline: Timeline | None,
    ) -> None:
        """Begin before the first event; must be made in a running loop."""
        self._entry = entry
        self._timeline = timeline
        self._silent = hass.data.setdefault(_SILENT, set())
        self._key = (entry.entry_id, speech.voice)
        self._ours = self._key in self._silent
        """Whether the resource's voice speaks."""
        self._options = replace(options, voice=None) if self._ours else options
        self._speech = speech
        self._target = options.spoken_target or ""
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._awaited: deque[str] = deque()
        """Translations whose sound is to come with them, or is coming."""
        self._begun = False
        """Whether that of the first has."""
        self._limit: asyncio.TimerHandle | None = None
        self._texts: asyncio.Queue[str | None] = asyncio.Queue()
        """Translations that the resource's voice is to speak."""

    async def events(self, audio: AsyncGenerator[bytes]) -> AsyncGenerator[Event]:
        """Yield what is said, and what is spoken of it."""
        hearing = asyncio.create_task(self._hear(audio), name=f"{DOMAIN} interpreter hears")
        speaking = asyncio.create_task(self._speak(), name=f"{DOMAIN} interpreter speaks")
        try:
            while (event := await self._events.get()) is not None:
                yield event
            for ended in filter(asyncio.Task.done, (hearing, speaking)):
                ended.result()
        finally:
            self._stop_waiting()
            hearing.cancel()
            speaking.cancel()
            await asyncio.gather(hearing, speaking, return_exceptions=True)

    # --- what is heard, with what the translation speaks of it

    async def _hear(self, audio: AsyncGenerator[bytes]) -> None:
        try:
            async with aclosing(async_recognize(self._entry, audio, self._options, self._timeline)) as events:
                async for event in events:
                    self._take(event)
        except BaseException:
            self._events.put_nowait(None)
            raise
        self._texts.put_nowait(None)

    def _take(self, event: Event) -> None:
        match event:
            case Synthesis() if not self._ours:
                self._begun = True
                self._stop_waiting()
                self._events.put_nowait(event)
            case SynthesisEnded() if not self._ours:
                self._end(event)
            case Phrase():
                self._events.put_nowait(event)
                if event.translations and (text := translation_of(event, self._target, self._options.language)):
                    self._say(text)
            case Synthesis() | SynthesisEnded():
                pass
            case _:
                self._events.put_nowait(event)

    def _say(self, text: str) -> None:
        if self._ours:
            self._texts.put_nowait(text)
            return
        self._awaited.append(text)
        if len(self._awaited) == 1:
            self._wait()

    def _end(self, event: SynthesisEnded) -> None:
        """Take the end of the first translation that is awaited; a voice that is refused has one without any."""
        if not self._begun and (event.error or self._awaited):
            self._take_over()
            return
        self._events.put_nowait(event)
        self._begun = False
        if self._awaited:
            self._awaited.popleft()
        if self._awaited:
            self._wait()

    def _wait(self) -> None:
        self._limit = asyncio.get_running_loop().call_later(FIRST_SOUND, self._take_over)

    def _stop_waiting(self) -> None:
        if self._limit is not None:
            self._limit.cancel()

    def _take_over(self) -> None:
        """Have the resource's voice speak from here on."""
        self._stop_waiting()
        self._ours = True
        self._silent.add(self._key)
        while self._awaited:
            self._texts.put_nowait(self._awaited.popleft())

    # --- what the resource's voice speaks

    async def _speak(self) -> None:
        """Speak one translation after the other."""
        try:
            while (text := await self._texts.get()) is not None:
                self._events.put_nowait(SynthesisEnded(await self._spoken(text)))
        finally:
            self._events.put_nowait(None)

    async def _spoken(self, text: str) -> str | None:
        """Speak a translation; return why it is not whole."""
        resource = self._entry.runtime_data
        script = Script(_message(text), self._speech.language or "", Pronunciations())
        try:
            async with aclosing(resource.speak(script.texts(), self._speech, long=True)) as sound:
                async for piece in sound:
                    self._events.put_nowait(Synthesis(piece))
        except SpeechError as err:
            return str(asked(err, resource.endpoint, self._speech.voice))
        except HomeAssistantError as err:  # the household's own limit
            return str(err)
        finally:
            await script.aclose()
        return None


async def _message(text: str) -> AsyncGenerator[str]:
    yield text
