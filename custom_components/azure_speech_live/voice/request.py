"""One text that the service is asked to speak: by a voice, or by a similar one where it does not have that any more."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
import logging
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from ..resource.errors import unloaded, worded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import OutputFormat, SpeechError, SynthesisTimeline, Voice, VoiceError, printable
from .script import Script
from .settings import VoiceSettings
from .voices import Voices

_LOGGER = logging.getLogger(__name__)

MAX_VOICES: Final = 3
"""Voices that are tried for one text."""


class Request:
    """One text on its way."""

    def __init__(
        self,
        entry: AzureSpeechConfigEntry,
        voices: Voices,
        settings: VoiceSettings,
        script: Script,
        *,
        voice: str | None,
        language: str,
        form: OutputFormat,
        long: bool,
        asking: str,
    ) -> None:
        """Ask nothing yet. ``voice``: the name of one; ``long``: nobody waits for it; ``asking``: an entity id."""
        self._entry = entry
        self._voices = voices
        self._settings = settings
        self._script = script
        self._language = language
        self._form = form
        self._long = long
        self._asking = asking
        self.voice = voices.chosen(voice, language)
        """Who is to speak, as things are; None: nobody speaks this language."""
        self.timeline = SynthesisTimeline()
        """What has become of it so far."""

    async def sound(self) -> AsyncGenerator[bytes]:
        """Yield what the service makes of it, behind a header if it is raw.

        Raises SpeechError, UsageLimitError if the household's limit is used up, and HomeAssistantError where nobody can
        be asked any more.
        """
        if self.voice is None:
            raise worded(HomeAssistantError, "no_voice", language=self._language)
        resource = self._entry.runtime_data
        has_header, voice = False, self.voice
        for attempt in range(1, MAX_VOICES + 1):
            self.voice, self.timeline = voice, SynthesisTimeline()
            options = self._settings.synthesis_options(voice, self._language, self._form)
            try:
                sound = resource.speak(self._script.texts(), options, self.timeline, long=self._long)
                async with aclosing(sound):
                    if self._form.is_raw:
                        header = await anext(sound, b"")
                        if not has_header:
                            has_header = True
                            yield header
                    async for piece in sound:
                        yield piece
            except SpeechError as err:
                if resource.closed:
                    raise unloaded(self._entry) from None
                other = self._other_than(voice) if isinstance(err, VoiceError) else None
                if other is None or self.timeline.first_audio is not None or attempt == MAX_VOICES:
                    raise
                voice = other
            else:
                self._voices.async_find(voice)
                return

    def _other_than(self, refused: Voice) -> Voice | None:
        """Return who speaks in the place of a voice that the service refused; None: nobody can."""
        is_lost = self._voices.async_lose(refused)
        other = self._voices.instead_of(refused, self._language)
        if other is not None and not is_lost:
            names = printable(refused.short_name), other.short_name
            _LOGGER.warning("%s: the service has no voice %s; %s speaks in its place", self._asking, *names)
        return other
