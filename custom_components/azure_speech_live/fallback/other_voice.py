"""A text spoken by another engine of Home Assistant's, as it is asked by Home Assistant itself.

What an engine of another integration does is not in our hands: it may fail in any way, or never end. All of it becomes
a sound in our format, or one error with its reason. It is asked in a task of its own, which ends with whoever listens.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
import logging
from typing import Any, Final

from homeassistant.components.tts import (
    ATTR_PREFERRED_FORMAT,
    ATTR_PREFERRED_SAMPLE_BYTES,
    ATTR_PREFERRED_SAMPLE_CHANNELS,
    ATTR_PREFERRED_SAMPLE_RATE,
    TTSAudioRequest,
)
from homeassistant.core import HomeAssistant

from ..speech import OutputFormat, TextSourceError
from .conversion import converted
from .engines import asked_by
from .second_voice import Found

_LOGGER = logging.getLogger(__name__)

LIMIT: Final = 20.0
"""Seconds without more of its sound, after all of the text is there: nobody waits for longer."""
_AHEAD: Final = 64
"""Pieces of sound that wait to be taken."""
_CHANNELS: Final = 1
_SAMPLE_SIZE: Final = 2


class OtherVoiceError(Exception):
    """Another engine did not speak. The reason has nothing of the text in it: others put it into theirs."""


class OtherVoice:
    """One text that another engine is asked to speak."""

    def __init__(
        self,
        hass: HomeAssistant,
        found: Found,
        text: AsyncGenerator[str],
        form: OutputFormat,
        *,
        asking: str,
    ) -> None:
        """Take what it is to say. ``asking``: the entity id of who asks it."""
        self._hass = hass
        self._engine = found.engine
        self._language = found.language
        self._text = text
        self._form = form
        self._asking = asking
        self._pieces = asyncio.Queue[str]()
        """Of the text; an empty one is its end."""
        self._sound = asyncio.Queue[bytes | Exception](_AHEAD)
        """An empty one is its end."""
        self._written = False
        self._closed = False

    async def sound(self) -> AsyncGenerator[bytes]:
        """Yield what it says, in the format. Raises OtherVoiceError, and TextSourceError if the text fails."""
        tasks = [
            asyncio.create_task(work, name="Azure Speech Live second voice") for work in (self._write(), self._ask())
        ]
        try:
            while sound := await self._next():
                yield sound
        finally:
            self._closed = True
            self._pieces.put_nowait("")
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _next(self) -> bytes:
        while True:
            try:
                async with asyncio.timeout(LIMIT):
                    sound = await self._sound.get()
            except TimeoutError:
                if self._written:
                    raise OtherVoiceError(f"nothing for {LIMIT:.0f} seconds") from None
                continue
            if isinstance(sound, Exception):
                raise sound
            return sound

    async def _write(self) -> None:
        try:
            async with aclosing(self._text) as text:
                async for piece in text:
                    self._pieces.put_nowait(piece)
        except Exception as err:  # noqa: BLE001 - whatever gives the text raises
            failure = TextSourceError(f"the source of the text failed: {type(err).__name__}")
            failure.__cause__ = err
            await self._sound.put(failure)
        else:
            self._written = True
            self._pieces.put_nowait("")

    async def _ask(self) -> None:
        outcome: bytes | Exception = b""
        try:
            with asked_by(self._asking):
                if first := await self._pieces.get():
                    await self._speak(first)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            # Nobody has cancelled it: so ends what Home Assistant is not to keep, see unkept.py.
        except OtherVoiceError as err:
            outcome = err
        except Exception as err:  # noqa: BLE001 - whatever others raise
            _LOGGER.debug("%s: %r", self._engine.entity_id, err)
            outcome = OtherVoiceError(type(err).__name__)
        await self._sound.put(outcome)

    async def _speak(self, first: str) -> None:
        extension, data = await self._asked(first)
        silent = True
        async with aclosing(data), aclosing(converted(self._hass, extension, data, self._form)) as sound:
            async for piece in sound:
                silent = False
                await self._sound.put(piece)
        if silent:
            raise OtherVoiceError("it has no sound")

    async def _asked(self, first: str) -> tuple[str, AsyncGenerator[bytes]]:
        """Ask the engine, and return the sound as it comes, and what its format is called."""
        engine, message = self._engine, self._message(first)
        options = {**(engine.default_options or {}), **self._format_options()}
        if engine.async_supports_streaming_input():
            request = TTSAudioRequest(self._language, options, message)
            response = await engine.internal_async_stream_tts_audio(request)
            return response.extension, response.data_gen
        text = "".join([piece async for piece in message])
        extension, audio = await engine.async_internal_get_tts_audio(text, self._language, options)
        if extension is None or audio is None:
            raise OtherVoiceError("it has no sound")
        return extension, _one(audio)

    def _format_options(self) -> dict[str, Any]:
        """Return the format that is wanted, as far as the engine takes such wishes."""
        wanted = {
            ATTR_PREFERRED_FORMAT: "wav" if self._form.is_raw else "mp3",
            ATTR_PREFERRED_SAMPLE_RATE: self._form.rate,
            ATTR_PREFERRED_SAMPLE_CHANNELS: _CHANNELS,
            ATTR_PREFERRED_SAMPLE_BYTES: _SAMPLE_SIZE,
        }
        return {name: value for name, value in wanted.items() if name in (self._engine.supported_options or ())}

    async def _message(self, first: str) -> AsyncGenerator[str]:
        """Yield the text, and end who takes it where nobody listens any more.

        That may be a task of the engine's own, which would go on with a connection that is closed by then.
        """
        yield first
        while piece := await self._pieces.get():
            yield piece
        if self._closed:
            raise asyncio.CancelledError


async def _one(sound: bytes) -> AsyncGenerator[bytes]:
    yield sound
