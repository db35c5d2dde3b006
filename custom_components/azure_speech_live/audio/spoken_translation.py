"""The spoken translation, as audio that any media player of Home Assistant can play while it is still being spoken."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from contextlib import aclosing
from typing import Final

from homeassistant.components import tts
from homeassistant.core import HomeAssistant
from homeassistant.util.json import JsonObjectType

from ..speech import BadAudioError, RiffStripper

_RATES: Final = range(8_000, 48_001)
"""Samples a second that are played. The service speaks with 16 000 of them, and its Translator Speech API of 2018 with
24 000 (Microsoft's reference of that time)."""
_CHANNELS: Final = range(1, 3)
_ENCODING_LIMIT: Final = 60.0
"""Seconds for which somebody waits until a phrase is encoded: one is spoken to its end in much less."""


class SpokenTranslation:
    """Synthesised speech on its way from the service to whoever plays it. Who does not wait for the end hears it begin.

    The service sends every phrase as a WAV stream of its own; together they are one stream here.
    """

    def __init__(self, limit: int) -> None:
        """Begin before the first phrase. No more than ``limit`` bytes are kept for who does not play them."""
        self._limit = limit
        self._audio: asyncio.Queue[bytes] = asyncio.Queue()
        self._unplayed = 0
        self._stripper = RiffStripper(_RATES, _CHANNELS)
        self._format: tuple[int, int] | None = None
        """Samples a second, and channels."""
        self._stream: tts.ResultStream | None = None
        self.silent = True
        """Whether nothing was spoken so far."""

    def feed(self, wav: bytes) -> None:
        """Take a part of a phrase.

        Raises BadAudioError if it is not 16-bit PCM in the format of all before it, or too much that nobody plays.
        """
        if pcm := self._stripper.feed(wav):
            came = self._stripper.rate, self._stripper.channels
            self._format = self._format or came
            if came != self._format:
                raise BadAudioError(f"speech of {_named(*came)} behind speech of {_named(*self._format)}")
            if self._unplayed + len(pcm) > self._limit:
                raise BadAudioError("more speech than is kept for who does not play it")
            self.silent = False
            self._unplayed += len(pcm)
            self._audio.put_nowait(pcm)

    def end_phrase(self) -> None:
        """Take note that a phrase is over."""
        self._stripper = RiffStripper(_RATES, _CHANNELS)

    def end(self) -> None:
        """Take note that no more phrases come."""
        self._audio.put_nowait(b"")

    def publish(self, hass: HomeAssistant) -> JsonObjectType:
        """Give it an address, once. What was said before is not lost; Home Assistant keeps it for five minutes."""
        # MP3, as Home Assistant's own speech is: there are players that do not take WAV of an unknown length.
        stream = self._stream = tts.async_create_audio_stream(hass, {tts.ATTR_PREFERRED_FORMAT: "mp3"})
        assert self._format is not None  # noqa: S101 - something was spoken
        rate, channels = self._format
        pcm = tts.PcmFormat(sample_rate=rate, sample_width=2, channels=channels)
        stream.async_set_audio_stream(pcm, self._spoken())
        return {"media_content_id": stream.media_source_id, "url": stream.url}

    async def encoded(self) -> None:
        """Wait until Home Assistant has encoded all of it; it logs what it fails with."""
        assert self._stream is not None  # noqa: S101 - it was published
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ENCODING_LIMIT), aclosing(self._stream.async_stream_result()) as encoded:
                async for _ in encoded:
                    pass

    async def _spoken(self) -> AsyncGenerator[bytes]:
        while pcm := await self._audio.get():
            self._unplayed -= len(pcm)
            yield pcm


def _named(rate: int, channels: int) -> str:
    return f"{rate} Hz and {channels} channels"
