"""What is spoken of live captions: each phrase at an address of its own, to be played while it is being spoken."""

import asyncio
from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util.json import JsonObjectType

from ..actions.interpreter import Voiced
from ..audio.spoken_translation import SpokenTranslation
from ..speech import BadAudioError, Synthesis

MAX_UNSPOKEN: Final = 8
"""Phrases that wait for their voice to be encoded."""
MAX_SPOKEN: Final = 5 << 20
"""Bytes of a phrase's voice: the client takes a phrase for lost after 66 seconds, and this is half as long again at the
highest rate, 24 kHz."""


class Voices:
    """The voices of one session. They come one after another; what fails of one says nothing of the next."""

    def __init__(self, hass: HomeAssistant, tell: Callable[[JsonObjectType], None]) -> None:
        """Begin before the first one. ``tell`` is called with each event."""
        self._hass = hass
        self._tell = tell
        self._voice: SpokenTranslation | None = None
        self._unspoken: asyncio.Queue[tuple[SpokenTranslation, JsonObjectType] | None] = asyncio.Queue(MAX_UNSPOKEN)
        self._unspeakable = False
        """Whether the phrase's audio is of no use, as was told."""

    def take(self, segment_id: str | None, voiced: Voiced) -> None:
        """Take a part of what is spoken of a segment, or its end."""
        event: JsonObjectType = {"type": "synthesis", "id": segment_id, "language": voiced.target}
        if isinstance(voiced.sound, Synthesis):
            self._speak(voiced.sound.audio, event)
            return
        self.end()
        if voiced.sound.error:
            self._tell({**event, "error": voiced.sound.error})

    def _speak(self, audio: bytes, event: JsonObjectType) -> None:
        if self._unspeakable:
            return
        voice = self._voice = self._voice or SpokenTranslation(MAX_SPOKEN)
        was_silent = voice.silent
        try:
            voice.feed(audio)
            if was_silent and not voice.silent:
                self._unspoken.put_nowait((voice, event))
        except (BadAudioError, asyncio.QueueFull) as err:
            self._unspeakable = True
            self._tell({**event, "error": str(err) or "too many phrases wait to be encoded"})

    async def publish(self) -> None:
        """Tell the address of each phrase that is spoken, with the first sound of it, until there are no more.

        One after another: Home Assistant starts an ffmpeg for each.
        """
        while spoken := await self._unspoken.get():
            voice, event = spoken
            self._tell({**event, **voice.publish(self._hass), "error": None})
            await voice.encoded()

    async def close(self) -> None:
        """Take note that no more phrases come; those that wait are told still."""
        self.end()
        await self._unspoken.put(None)

    def end(self) -> None:
        """Take note that no more comes of what is being spoken."""
        self._unspeakable = False
        if self._voice:
            self._voice.end()
            self._voice = None
