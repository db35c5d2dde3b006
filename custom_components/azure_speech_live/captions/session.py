"""Live captions: one source's recognition or translation, as events of a subscription to the WebSocket API."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
import logging
from typing import Final
import uuid

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from ..actions.interpreter import async_interpret
from ..actions.limits import async_get_limits
from ..audio.spoken_translation import SpokenTranslation
from ..const import DOMAIN
from ..resource.errors import unloaded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import (
    BYTES_PER_SECOND,
    AttemptFailed,
    BadAudioError,
    Event,
    Hypothesis,
    Phrase,
    RecognitionOptions,
    Synthesis,
    SynthesisEnded,
    Timeline,
)
from .microphone import MAX_BACKLOG, Microphone
from .segments import Segments
from .state import State
from .subscriber import Subscriber, error_event

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 2
"""Of the protocol: docs/websocket.md."""

MAX_UNSPOKEN: Final = 8
"""Phrases that wait for their voice to be encoded."""
MAX_SPOKEN: Final = 5 << 20
"""Bytes of a phrase's voice: the client takes a phrase for lost after 66 seconds, and this is half as long again at the
highest rate, 24 kHz."""


class LiveSpeech:
    """One microphone's recognition or translation, told as events of a subscription."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        subscriber: Subscriber,
        options: RecognitionOptions,
    ) -> None:
        """Prepare it."""
        self._hass = hass
        self._entry = entry
        self._subscriber = subscriber
        self._options = options
        self._session = uuid.uuid4().hex
        self._segments = Segments(options)
        self._timeline = Timeline()
        self._state = State()
        self._voice: SpokenTranslation | None = None
        self._unspoken: asyncio.Queue[SpokenTranslation | None] = asyncio.Queue(MAX_UNSPOKEN)
        self._unspeakable = False
        """Whether the phrase's audio is of no use, as was told."""
        self._unsubscribed = False

    @callback
    def start(self, microphone: Microphone) -> None:
        """Begin; it ends with the audio, the subscription, the connection or the entry.

        Raises HomeAssistantError if there are too many already.
        """
        ended = async_get_limits(self._hass).async_begin_captions()
        handler_id, unregister = self._subscriber.connection.async_register_binary_handler(microphone.take)

        @callback
        def unsubscribe() -> None:
            self._unsubscribed = True
            unregister()
            task.cancel()

        self._subscriber.begin(unsubscribe)
        self._subscriber.tell(
            {
                "type": "start",
                "version": VERSION,
                "binary_handler_id": handler_id,
                "session": self._session,
                "backlog": MAX_BACKLOG,
            }
        )
        task = self._entry.async_create_background_task(self._hass, self._run(microphone), f"{DOMAIN} live speech")
        task.add_done_callback(lambda _: ended())

    async def _run(self, microphone: Microphone) -> None:
        speaking = asyncio.create_task(self._publish_voices(), name=f"{DOMAIN} live voice")
        microphone.on_audio = self._watch(microphone)
        try:
            audio = microphone.audio()
            events = async_interpret(self._hass, self._entry, audio, self._options, self._timeline)
            async with aclosing(events):
                async for event in events:
                    self._take(event, microphone)
            self._end_voice()
            if not speaking.done():
                await self._unspoken.put(None)
            await speaking
            self._tell(self._segments.drop())
            self._tell({"type": "end", "reason": "stopped" if microphone.ended else "silence"})
        except asyncio.CancelledError:
            if not self._unsubscribed:
                self._fail(unloaded(self._entry))
            raise
        except HomeAssistantError as err:
            self._fail(err)
        except Exception:
            _LOGGER.exception("Unexpected error of live speech")
            self._fail(None)
        finally:
            microphone.close()
            self._end_voice()
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    def _watch(self, microphone: Microphone) -> Callable[[], None]:
        """Return what is called whenever audio comes: the moment to see whether it is sent as it comes."""
        return lambda: self._tell(self._state.wait(self._behind(microphone)))

    def _behind(self, microphone: Microphone) -> float:
        return max(0.0, microphone.received - self._timeline.position / BYTES_PER_SECOND)

    def _take(self, event: Event, microphone: Microphone) -> None:
        keeps_up = self._subscriber.keeps_up()
        if isinstance(event, AttemptFailed):
            self._tell(self._state.fail())
            return
        self._tell(self._state.answer(self._behind(microphone)))
        match event:
            case Hypothesis() if keeps_up:  # the next one replaces it
                self._tell(self._segments.hear(event))
            case Phrase():
                self._tell(self._segments.end(event))
            case Synthesis():
                self._speak(event.audio)
            case SynthesisEnded():
                self._end_voice()
                if event.error:
                    self._tell({"type": "synthesis", "error": event.error})

    def _speak(self, audio: bytes) -> None:
        """Let what is spoken of a phrase be heard."""
        if self._unspeakable:
            return
        voice = self._voice = self._voice or SpokenTranslation(MAX_SPOKEN)
        was_silent = voice.silent
        try:
            voice.feed(audio)
            if was_silent and not voice.silent:
                self._unspoken.put_nowait(voice)
        except (BadAudioError, asyncio.QueueFull) as err:
            self._unspeakable = True
            self._tell({"type": "synthesis", "error": str(err) or "too many phrases wait to be encoded"})

    async def _publish_voices(self) -> None:
        """Tell the listener the address of each phrase that is spoken, with the first sound of it.

        One after another: Home Assistant starts an ffmpeg for each.
        """
        while voice := await self._unspoken.get():
            self._tell({"type": "synthesis", **voice.publish(self._hass), "error": None})
            await voice.encoded()

    def _end_voice(self) -> None:
        self._unspeakable = False
        if self._voice:
            self._voice.end()
            self._voice = None

    def _tell(self, event: JsonObjectType | None) -> None:
        if event is not None:
            self._subscriber.tell(event)

    def _fail(self, error: HomeAssistantError | None) -> None:
        """Tell what was heard so far, and why there is no more."""
        self._tell(self._segments.break_off())
        self._tell(error_event(error))
