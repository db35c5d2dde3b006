"""What is said in one command, for any number of engines that hear it at the same time, each from where it likes.

A source gives its audio once, and the Speech service's client closes it at its end. So one task pulls it, and each
engine has a reader of its own: what there is already as fast as it takes that, then what comes as it comes.
"""

from array import array
import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Final, Protocol

from ..speech import BYTES_PER_SECOND, AudioSourceError, RiffStripper
from ..speech.source import end

PIECE: Final = 4096
"""Bytes that a reader is given at most at a time: an eighth of a second."""
STALL_LIMIT: Final = 10.0
"""Seconds without audio after which the command is over, as for the service's client: its source is gone."""
QUIETER: Final = 10
"""So many times quieter than speech is a pause behind it, in a room in which speech is understood: 20 dB."""


class Listener(Protocol):
    """Who hears when a command is over, other than by the end of its audio."""

    def feed(self, chunk: bytes) -> bool:
        """Take 16 kHz, 16-bit, mono PCM, in chunks of any size. Return whether the command is over."""

    def goes_on(self) -> None:
        """Take note that it is not, whatever was heard."""


class Recording:
    """The audio of a command: 16 kHz, 16-bit, mono PCM. Positions are bytes from its beginning."""

    def __init__(
        self, source: AsyncIterable[bytes], on_change: Callable[[], None], listener: Listener | None = None
    ) -> None:
        """Begin to pull at once; must be called in a running loop, and be closed.

        ``source`` has an end of its own: all of it is kept. ``on_change`` is called when the command is over, by the
        end of the source, by its silence or by what the ``listener`` hears.
        """
        self._source = source
        self._on_change = on_change
        self._listener = listener
        self._stripper = RiffStripper()
        self._audio = bytearray()
        self._start = 0
        """Where what is kept begins."""
        self._loudest = 0
        """Of the samples that are not kept any more."""
        self._over: int | None = None
        """Where the command is over."""
        self._news = asyncio.Event()
        self._stall: asyncio.TimerHandle | None = None
        self._await_more()
        self._closed = False
        self.ended = False
        """Whether the source has no more."""
        self.error: Exception | None = None
        """With what the source failed."""
        self._pulling = asyncio.create_task(self._pull(), name="Recording")
        self._pulling.add_done_callback(self._source_ended)

    @property
    def size(self) -> int:
        """Return how many bytes have come by now."""
        return self._start + len(self._audio)

    def drop(self, seconds: float) -> None:
        """Forget the first seconds: no reader will want them any more."""
        dropped = min(int(seconds * BYTES_PER_SECOND) & ~1, self.size) - self._start
        if dropped > 0:
            self._loudest = max(self._loudest, _loudest(self._audio[:dropped]))
            del self._audio[:dropped]
            self._start += dropped

    @property
    def is_pause(self) -> bool:
        """Return whether nothing was said in what is kept, behind what was: it is far quieter than what was dropped."""
        return QUIETER * _loudest(self._audio) < self._loudest

    def command_ended(self) -> None:
        """Take note that the command is over, though there may be more audio."""
        if self._over is None:
            self._over = self.size
            self._changed()
            self._on_change()

    def command_goes_on(self) -> None:
        """Take note that the command was not over with what was taken for its end."""
        self._over = None
        if self._listener is not None:
            self._listener.goes_on()
        if self.ended:
            self.command_ended()
        else:
            self._await_more()

    def end(self) -> None:
        """Take no more of the source: nobody needs it any more."""
        self._closed = True
        self._pulling.cancel()

    def reader(self, *, beyond: bool = False) -> AsyncGenerator[bytes]:
        """Return the audio that is kept and what comes, to the end of the command, or of the source if ``beyond``.

        It raises what the source raised.
        """
        return self._read(self._start, beyond=beyond)

    async def _read(self, position: int, *, beyond: bool) -> AsyncGenerator[bytes]:
        while True:
            news, position = self._news, max(position, self._start)
            end = self.size if beyond or self._over is None else self._over
            if piece := bytes(self._audio[position - self._start : min(end, position + PIECE) - self._start]):
                position += len(piece)
                yield piece
            elif self.ended or (self._over is not None and not beyond):
                if self.error is not None:
                    raise self.error
                return
            else:
                await news.wait()

    async def close(self) -> None:
        """Pull no more, and close the source."""
        self._closed = True
        await end([self._pulling], self._source)

    async def _pull(self) -> None:
        try:
            async for chunk in self._source:
                self._keep(self._stripper.feed(chunk))
            self._keep(self._stripper.close())
        except asyncio.CancelledError:
            if self._closed:
                raise
            self.error = AudioSourceError("the audio was cancelled by its source")
        except Exception as err:  # noqa: BLE001 - of whatever kind, who reads is told
            self.error = err

    def _source_ended(self, _pulling: asyncio.Task[None]) -> None:
        self.ended = True
        if self._stall is not None:
            self._stall.cancel()
        self.command_ended()
        self._changed()

    def _keep(self, audio: bytes) -> None:
        if not audio:
            return
        self._audio += audio
        self._await_more()
        self._changed()
        if self._listener is not None and self._over is None and self._listener.feed(audio):
            self.command_ended()

    def _await_more(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
        self._stall = asyncio.get_running_loop().call_later(STALL_LIMIT, self.command_ended)

    def _changed(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _loudest(audio: bytearray) -> int:
    samples = array("h", bytes(audio[: len(audio) & ~1]))
    return max(max(samples, default=0), -min(samples, default=0))
