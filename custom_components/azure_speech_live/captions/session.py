"""Live captions: one microphone's recognition or translation, as events of a subscription to the WebSocket API."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
import logging
from typing import Final

from homeassistant.components.http import current_request
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from ..actions.interpreter import async_interpret
from ..actions.limits import async_get_limits
from ..audio.spoken_translation import SpokenTranslation
from ..const import DOMAIN
from ..resource.errors import unloaded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import BadAudioError, Event, Hypothesis, Phrase, RecognitionOptions, Synthesis, SynthesisEnded
from ..transcript.transcript import Transcript
from .microphone import Microphone
from .reader import Reader

_LOGGER = logging.getLogger(__name__)

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
        connection: ActiveConnection,
        command_id: int,
        options: RecognitionOptions,
    ) -> None:
        """Prepare it."""
        self._hass = hass
        self._entry = entry
        self._connection = connection
        self._command_id = command_id
        self._options = options
        self._transcript = Transcript(options)
        request = current_request.get()
        self._reader = Reader(None if request is None else request.transport)
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
        handler_id, unregister = self._connection.async_register_binary_handler(microphone.take)
        self._connection.send_result(self._command_id)
        self._tell({"type": "start", "binary_handler_id": handler_id})
        task = self._entry.async_create_background_task(
            self._hass, self._run(microphone, unregister), f"{DOMAIN} live speech"
        )
        task.add_done_callback(lambda _: ended())

        @callback
        def unsubscribe() -> None:
            self._unsubscribed = True
            task.cancel()

        self._connection.subscriptions[self._command_id] = unsubscribe

    async def _run(self, microphone: Microphone, unregister: Callable[[], None]) -> None:
        speaking = asyncio.create_task(self._publish_voices(), name=f"{DOMAIN} live voice")
        try:
            async with aclosing(async_interpret(self._hass, self._entry, microphone.audio(), self._options)) as events:
                async for event in events:
                    self._take(event)
            self._end_voice()
            if not speaking.done():
                await self._unspoken.put(None)
            await speaking
            self._tell({"type": "end"})
        except asyncio.CancelledError:
            if not self._unsubscribed:
                self._tell_error(unloaded(self._entry))
            raise
        except HomeAssistantError as err:
            self._tell_error(err)
        except Exception:
            _LOGGER.exception("Unexpected error of live speech")
            self._tell({"type": "error", "code": "unknown_error", "message": "Unknown error"})
        finally:
            unregister()
            self._end_voice()
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    def _take(self, event: Event) -> None:
        keeps_up = self._reader.keeps_up()
        match event:
            case Hypothesis() if keeps_up:  # the next one replaces it
                self._tell(
                    {
                        "type": "hypothesis",
                        "text": event.text,
                        "language": event.language or self._options.language,
                        "offset": event.offset,
                        "duration": event.duration,
                        "translations": dict(event.translations),
                    }
                )
            case Phrase() if event.says_something:
                self._tell({"type": "phrase", **self._transcript.segment(event), "error": event.translation_error})
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

    def _tell(self, event: JsonObjectType) -> None:
        self._connection.send_event(self._command_id, event)

    def _tell_error(self, error: HomeAssistantError) -> None:
        self._tell({"type": "error", "code": error.translation_key or "unknown_error", "message": str(error)})
