"""What is spoken of a translation, and by whom: the service that translates, or else voices of the same resource.

The translation has a synthesis of its own, with one voice. Which voices it has, nobody has documented; it may speak
nothing, fail, or refuse the voice. From the first phrase on of which nothing comes, the resource's voice speaks in its
place, and what still comes of the other is dropped: so that all is said in its order, and nothing twice. That is
remembered until Home Assistant restarts, so that it is not waited for again, nor paid for twice.

In a conversation each direction has a voice, and what was said in a language is not said again in it. The translation's
own synthesis can do neither, so it is used only where there is one voice, of a language that nobody speaks.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..languages.choice import own_translation, spoken_as
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
MAX_WAITING: Final = 8
"""Translations in a conversation that wait to be spoken: more of them nobody would know what they are about."""
TOO_LATE: Final = 30.0
"""Seconds after which one of them is not begun to be spoken any more, for the same reason. A resource that takes no
more requests would be waited for much longer, and the conversation would not end for as long."""

_SILENT: Final[HassKey[set[tuple[str, str]]]] = HassKey(f"{DOMAIN}_voices_silent_in_translations")
"""By entry, the voices that the translation did not speak with."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A part of what is spoken of a phrase in one language, or the end of that.

    One is spoken after another. ``phrase``: that which was told; None where the service speaks without having said why.
    """

    phrase: Phrase | None
    target: str
    sound: Synthesis | SynthesisEnded


async def async_interpret(  # noqa: PLR0917 - what there is to know
    hass: HomeAssistant,
    entry: AzureSpeechConfigEntry,
    audio: AsyncGenerator[bytes],
    options: RecognitionOptions,
    timeline: Timeline | None = None,
    voices: Mapping[str, str] | None = None,
) -> AsyncGenerator[Event | Voiced]:
    """Recognise audio, or translate it if the options say so. Yield what ``async_recognize`` does, but what is spoken.

    ``voices``: in a conversation, the name of the voice that speaks each target; else all is spoken by that of the
    options, if they have one. What is said of speech comes when it does, however long it takes to speak it.

    Raises HomeAssistantError, and what ``audio`` raises.
    """
    events: AsyncGenerator[Event | Voiced]
    if isinstance(options, TranslationOptions) and voices:
        options = _with_voices(options, voices)
        events = Interpreter(hass, entry, options, voices, timeline, converses=True).events(audio)
    elif isinstance(options, TranslationOptions) and options.voice and options.spoken_target:
        speaks = {options.spoken_target: options.voice}
        events = Interpreter(hass, entry, options, speaks, timeline, converses=False).events(audio)
    else:
        events = async_recognize(entry, audio, options, timeline)
    async with aclosing(events):
        async for event in events:
            yield event


def _with_voices(options: TranslationOptions, voices: Mapping[str, str]) -> TranslationOptions:
    """Return the options with the only voice, if the translation may speak with it."""
    target, voice = next(iter(voices.items()))
    spoken = options.candidates or (options.language,)
    if len(voices) > 1 or target in map(own_translation, spoken):
        return replace(options, voice=None, spoken_target=None)
    # The service may speak only the first of several translations.
    targets = tuple(sorted(options.targets, key=target.__ne__))
    return replace(options, targets=targets, voice=voice, spoken_target=target)


class Interpreter:
    """One translation that is spoken."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        options: TranslationOptions,
        voices: Mapping[str, str],
        timeline: Timeline | None,
        *,
        converses: bool,
    ) -> None:
        """Begin before the first event; must be made in a running loop.

        ``voices``: by target, that with which the options ask for it among them.
        """
        self._entry = entry
        self._timeline = timeline
        self._converses = converses
        self._silent = hass.data.setdefault(_SILENT, set())
        self._key = (entry.entry_id, options.voice or "")
        self._targets = tuple(voices)
        self._speeches = _speeches(hass, entry, voices)
        self._ours = options.voice is None or (self._key in self._silent and bool(self._speeches))
        """Whether the resource's voices speak."""
        self._options = replace(options, voice=None) if self._ours else options
        self._events: asyncio.Queue[Event | Voiced | None] = asyncio.Queue()
        self._awaited: deque[_Text] = deque()
        """Translations whose sound is to come with them, or is coming."""
        self._begun = False
        """Whether that of the first has."""
        self._limit: asyncio.TimerHandle | None = None
        self._texts: asyncio.Queue[_Text | None] = asyncio.Queue()
        """Translations that the resource's voices are to speak."""

    async def events(self, audio: AsyncGenerator[bytes]) -> AsyncGenerator[Event | Voiced]:
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
                self._tell_sound(event)
            case SynthesisEnded() if not self._ours:
                self._end(event)
            case Phrase():
                self._events.put_nowait(event)
                self._say(event)
            case Synthesis() | SynthesisEnded():
                pass
            case _:
                self._events.put_nowait(event)

    def _say(self, phrase: Phrase) -> None:
        """Have the translations of a phrase spoken."""
        if not phrase.translations:
            return
        language = self._options.language
        for target in self._targets:
            text = translation_of(phrase, target, language)
            if not text or (self._converses and own_translation(phrase.language or language) == target):
                continue
            if not self._ours:
                self._awaited.append(_Text(phrase, target, text, self._too_late()))
                if len(self._awaited) == 1:
                    self._wait()
            elif self._converses and self._texts.qsize() >= MAX_WAITING:
                ended = SynthesisEnded("too many translations wait to be spoken")
                self._events.put_nowait(Voiced(phrase, target, ended))
            else:
                self._texts.put_nowait(_Text(phrase, target, text, self._too_late()))

    def _too_late(self) -> float | None:
        """Return when what is said now is no longer to be spoken; None: that is worth having at any time."""
        return asyncio.get_running_loop().time() + TOO_LATE if self._converses else None

    def _tell_sound(self, sound: Synthesis | SynthesisEnded) -> None:
        """Tell of sound that comes with the translation: that of the first one that is awaited."""
        phrase = self._awaited[0].phrase if self._awaited else None
        self._events.put_nowait(Voiced(phrase, self._targets[0], sound))

    def _end(self, event: SynthesisEnded) -> None:
        """Take the end of the first translation that is awaited; a voice that is refused has one without any."""
        if not self._begun and self._speeches and (event.error or self._awaited):
            self._take_over()
            return
        self._tell_sound(event)
        self._begun = False
        if self._awaited:
            self._awaited.popleft()
        if self._awaited:
            self._wait()

    def _wait(self) -> None:
        if self._speeches:
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

    # --- what the resource's voices speak

    async def _speak(self) -> None:
        """Speak one translation after the other."""
        try:
            while (said := await self._texts.get()) is not None:
                ended = SynthesisEnded(await self._spoken(said))
                self._events.put_nowait(Voiced(said.phrase, said.target, ended))
        finally:
            self._events.put_nowait(None)

    async def _spoken(self, said: _Text) -> str | None:
        """Speak a translation; return why it is not whole."""
        resource, speech = self._entry.runtime_data, self._speeches[said.target]
        script = Script(_message(said.text), speech.language or "", Pronunciations())
        try:
            sound = resource.speak(script.texts(), speech, long=True)
            async with asyncio.timeout_at(said.too_late) as limit, aclosing(sound):
                async for piece in sound:
                    limit.reschedule(None)  # it has begun
                    self._events.put_nowait(Voiced(said.phrase, said.target, Synthesis(piece)))
        except TimeoutError:
            return "it could not be spoken in time"
        except SpeechError as err:
            return str(asked(err, resource.endpoint, speech.voice))
        except HomeAssistantError as err:  # the household's own limit
            return str(err)
        finally:
            await script.aclose()
        return None


class _Text(NamedTuple):
    """A translation that is to be spoken."""

    phrase: Phrase
    target: str
    text: str
    too_late: float | None
    """When it is no longer to be begun, by the loop's clock."""


def _speeches(
    hass: HomeAssistant, entry: AzureSpeechConfigEntry, voices: Mapping[str, str]
) -> dict[str, SynthesisOptions]:
    """Return how the resource's voices speak, by target; nothing if it has none."""
    known = async_get_voices(hass, entry)
    speeches = {
        # The samples of the translation's own voice, behind which it may have to go on.
        target: SynthesisOptions(
            voice=name, language=spoken_as(known.named(name), target), output_format=OutputFormat.RAW_16KHZ
        )
        for target, name in voices.items()
    }
    return speeches if all(map(entry.runtime_data.endpoint.generations, speeches.values())) else {}


async def _message(text: str) -> AsyncGenerator[str]:
    yield text
