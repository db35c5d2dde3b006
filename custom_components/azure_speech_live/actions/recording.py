"""One recording's way through the service, for an action: from its sound to the response.

The response is there when the text is complete. Its spoken translation may still be on its way then, and goes on
behind the action's back: who plays it need not wait for its end.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
import logging
from typing import Any, Final, Protocol

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.json import JsonObjectType

from ..audio.address import media_error, without_secrets
from ..audio.spoken_translation import SpokenTranslation
from ..const import DOMAIN
from ..resource.errors import unloaded, worded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import (
    BadAudioError,
    Event,
    Hypothesis,
    Phrase,
    RecognitionOptions,
    SpeechError,
    Synthesis,
    SynthesisEnded,
    TranslationOptions,
    printable,
)
from ..transcript.transcript import VOICE, Transcript, segment_of
from .interpreter import Voiced, async_interpret

_LOGGER = logging.getLogger(__name__)

SIGNAL_PROGRESS: Final = f"{DOMAIN}_progress"
"""Dispatched with a Context and an event: each phrase of a recording, and its end."""

_TAIL: Final = 0.5
"""Seconds at a recording's end that hold no further phrase: the silence by which the service ends one."""

MAX_UNPLAYED: Final = 32 << 20
"""Bytes of a spoken translation that are kept for whoever plays it: 17 minutes at 16 kHz, for a recording of ten, whose
voice nobody can play before its text is complete."""


class Sound(Protocol):
    """What is recognised: media, or what somebody says into a microphone."""

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""

    @property
    def duration(self) -> float:
        """Seconds that were read so far."""

    def audio(self) -> AsyncGenerator[bytes]:
        """Yield 16 kHz, 16-bit, mono PCM. Raises HomeAssistantError."""

    def heard(self) -> None:
        """Take note that the service has heard another word."""


class RecordingRun:
    """The recognition or translation of one recording."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        media: str,
        opening: AbstractAsyncContextManager[Sound],
        *,
        options: RecognitionOptions,
        context: Context,
    ) -> None:
        """Prepare it; ``async_response`` begins. ``media`` is what the recording is called."""
        self._hass = hass
        self._entry = entry
        self._media = without_secrets(media)
        self._opening = opening
        self._options = options
        self._context = context
        self.transcript = Transcript(options)
        self._voice = (
            SpokenTranslation(MAX_UNPLAYED) if isinstance(options, TranslationOptions) and options.voice else None
        )
        self._last = False
        """Whether the last phrase was heard, so that no more than its spoken translation is to come."""
        self._response: asyncio.Future[JsonObjectType] = hass.loop.create_future()

    async def async_response(self) -> JsonObjectType:
        """Run until the response is there. Raises HomeAssistantError."""
        task = self._entry.async_create_background_task(self._hass, self._run(), f"{DOMAIN} recording")
        try:
            return await self._response
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def _run(self) -> None:
        try:
            async with self._opening as recording:
                events = async_interpret(self._hass, self._entry, recording.audio(), self._options)
                async with aclosing(events):
                    async for event in events:
                        self._take(event, recording)
            self._finish(recording)
        except asyncio.CancelledError:
            self._fail(unloaded(self._entry))
            raise
        except Exception as err:  # noqa: BLE001 - it is raised where the response is awaited
            self._fail(err)
        finally:
            if self._voice:
                self._voice.end()

    def _take(self, event: Event | Voiced, recording: Sound) -> None:
        match event:
            case Hypothesis():
                recording.heard()
                self.transcript.hear(event)
            case Phrase():
                self.transcript.add(event)
                if self.transcript.is_full:
                    raise worded(HomeAssistantError, "transcript_too_long")
                self._report_phrase(event)
                end = event.offset + event.duration
                self._last |= event.says_something and recording.ended and end >= recording.duration - _TAIL
            case Voiced(sound=Synthesis() as sound):
                self._speak(sound.audio)
            case Voiced(sound=SynthesisEnded() as ended):
                if ended.error:
                    self._voice_failed(ended.error)
                if self._voice:
                    self._voice.end_phrase()
        if self._last and self._voice and not self._voice.silent:
            self._respond()

    def _speak(self, audio: bytes) -> None:
        try:
            if self._voice:
                self._voice.feed(audio)
        except BadAudioError as err:
            self._voice_failed(str(err))

    def _voice_failed(self, reason: str) -> None:
        """Take note of why something is not spoken: in the response or, if that was given, once in the log."""
        if self._response.done() and VOICE not in self.transcript.failures:
            self._warn(reason)
        self.transcript.failures[VOICE] = reason

    def _finish(self, recording: Sound) -> None:
        """Give the response to all of a recording. Raises ServiceValidationError if it was not all."""
        if not recording.ended:  # the client makes do with what it got of a source that stalls
            raise media_error("media_unreadable", self._media, reason="no more of it came in time")
        self._respond()

    def _respond(self, error: Exception | None = None) -> None:
        """Give the response, if it was not given yet; with an error, to no more than was heard until then."""
        if self._response.done():
            return
        response = self.transcript.response()
        if error is not None:
            response["error"] = str(error)
        if self._voice:
            nothing = {"media_content_id": None, "url": None}
            response |= nothing if self._voice.silent else self._voice.publish(self._hass)
        self._response.set_result(response)
        if error is None:
            self._report(type="end")

    def _fail(self, error: Exception) -> None:
        if self._response.done():
            if not self._response.cancelled():
                self._warn(error)
            return
        if self.transcript.is_full or (self.transcript.has_words and isinstance(error.__cause__, SpeechError)):
            if (unfinished := self.transcript.break_off()) is not None:
                self._report_phrase(unfinished)
            self._respond(error)
        else:
            self._response.set_exception(error)
        code = error.translation_key if isinstance(error, HomeAssistantError) else None
        self._report(type="error", code=code or "unknown_error", message=str(error))

    def _warn(self, reason: object) -> None:
        _LOGGER.warning("The spoken translation of %s is not whole: %s", self._media, printable(str(reason)))

    def _report_phrase(self, phrase: Phrase) -> None:
        if phrase.says_something:
            self._report(type="phrase", **segment_of(phrase, self._options))

    @callback
    def _report(self, **event: Any) -> None:
        async_dispatcher_send(
            self._hass, SIGNAL_PROGRESS, self._context, {"entry_id": self._entry.entry_id, "media": self._media} | event
        )
