"""Moves one utterance's bytes: pulls audio, keeps a connection under its turns, hands its events out.

Three tasks that never wait for each other: one pulls audio from the moment it is offered, also while the connection
opens; one sends; one receives and, when a connection breaks, gets the next. What to send, what it means and how long
to wait is the utterance's to say.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Collection
import contextlib
import logging
from math import inf
from typing import Final
import uuid

from ..errors import AudioSourceError, ConnectionFailedError, OpenTimeoutError, SpeechError, UpgradeRefusedError
from ..events import Event
from ..options import RecognitionOptions, TranslationOptions
from ..source import end
from ..timeline import Timeline
from ..wire.connection import Connection, now_utc
from ..wire.connector import Connector
from ..wire.messages import Message
from ..wire.throttle import too_many
from ..wire.wakeup import Wakeup
from .audio import BYTES_PER_SECOND, FRAME_SIZE
from .settling import settle
from .short_audio import ShortAudio, wav
from .utterance import Utterance

_LOGGER = logging.getLogger(__name__)

SMALL_FRAME: Final = BYTES_PER_SECOND // 50
"""Bytes of audio that one utterance alone sends at least: 20 ms, so that the service hears it as it is spoken.

Of several at a time each sends larger and fewer messages, some fifty a second in all, up to the size of the SDKs'.
"""
TIMER_ROUNDING: Final = 0.001
"""Seconds: loops let a timer run a trifle early, and what then comes a trifle too soon would come again and again."""


class _GaveWayError(Exception):
    """A turn was ended so that another utterance can be served."""


class Flow:
    """One recognition under way."""

    def __init__(
        self,
        connector: Connector,
        short_audio: ShortAudio,
        audio: AsyncIterable[bytes],
        options: RecognitionOptions,
        *,
        timeline: Timeline | None,
        together: Collection[Flow],
        long: bool,
    ) -> None:
        """Begin at once; must be called in a running loop, and its ``events`` be iterated or closed.

        ``together``: the client's flows that are under way, this one among them; ``long``: it comes behind those that
        are not, where the service does not take all of them at a time.
        """
        self._loop = asyncio.get_running_loop()
        self._connector = connector
        self._short_audio = short_audio
        self._source = audio
        self._together = together
        self._utterance = Utterance(options, self._loop.time(), timeline)
        self._to_send = Wakeup()
        self._audio_left = Wakeup()
        self._news = Wakeup()
        self._taken = Wakeup()
        self._deadline: asyncio.Timeout | None = None
        self._ping = False
        """Whether the sender has to send a ping."""
        self._stopped: asyncio.Event | None = None
        """Set when all is over that was to be ended."""
        self._throttle = connector.throttle
        self._place = self._throttle.place(self._reschedule, long=long)
        self._pull = asyncio.create_task(self._pull_audio(), name="Speech audio")
        self._carry = asyncio.create_task(self._carry_utterance(), name="Speech utterance")
        for task in (self._pull, self._carry):
            task.add_done_callback(self._task_done)

    async def events(self) -> AsyncGenerator[Event]:
        """Yield the utterance's events. Raises SpeechError."""
        utterance = self._utterance
        try:
            while True:
                while utterance.events:
                    event = utterance.events.popleft()
                    if not utterance.crowded:
                        self._taken.set()
                    yield event
                if self._stopped is not None:
                    if utterance.complete:
                        return
                    raise ConnectionFailedError("the client was closed")
                if self._carry.done():
                    self._carry.result()
                    return
                if self._pull.cancelled() and not utterance.speech_ended:
                    raise AudioSourceError("the audio was cancelled by its source")
                if self._pull.done() and not self._pull.cancelled():
                    self._pull.result()
                await self._news.wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """End everything at once. Who calls it again waits for the first call's end: nothing is cancelled twice."""
        if self._stopped is not None:
            await self._stopped.wait()
            return
        self._stopped = asyncio.Event()
        try:
            await end([self._carry, self._pull], self._source)
        finally:
            self._stopped.set()

    def _task_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # so that asyncio does not report it as never looked at, should the caller have gone
        self._news.set()

    # --- audio in

    async def _pull_audio(self) -> None:
        utterance = self._utterance
        try:
            async for chunk in self._source:
                utterance.least_frame = min(FRAME_SIZE, SMALL_FRAME * len(self._together))
                if not utterance.feed(chunk, self._loop.time()):
                    continue
                self._to_send.set()
                while utterance.full:
                    await self._audio_left.wait()
        except SpeechError:
            raise
        except Exception as err:
            if not utterance.speech_ended:  # else nobody needs more of it
                raise AudioSourceError(f"the source of the audio failed: {type(err).__name__}") from err
        utterance.end_audio(self._loop.time())
        self._to_send.set()
        self._reschedule()
        if utterance.complete:
            self._throttle.go(self._place)

    # --- the connection

    async def _carry_utterance(self) -> None:
        utterance, connection_id, settles = self._utterance, uuid.uuid4().hex, False
        try:
            while not utterance.complete and await self._come():
                covered, delay = utterance.audio.start, 0.0
                try:
                    settles = await self._attempt(connection_id)
                except _GaveWayError:
                    _LOGGER.debug("%s: giving way to another utterance", utterance.timeline.connection_id)
                    self._throttle.served(self._place, stands_back=True)
                except SpeechError as err:
                    err.connection_id = utterance.timeline.connection_id
                    delay = self._failed(err, progress=utterance.audio.start > covered)
                finally:
                    self._throttle.leave(self._place)
                if delay:
                    await asyncio.sleep(delay)
        finally:
            self._throttle.leave(self._place)
            if not settles:
                self._connector.keep(utterance.last_reports(now_utc()))

    async def _come(self) -> bool:
        """Wait until an attempt may be made; return whether it is still wanted. Raises SpeechError."""
        try:
            waited = await self._throttle.come(self._place, self._utterance.limit, self._tell_failed)
        except SpeechError:
            self._utterance.give_up()
            if self._utterance.complete:
                return False
            raise
        if waited:
            self._utterance.waited(waited, self._loop.time())
        return not self._utterance.complete

    def _tell_failed(self, error: SpeechError) -> None:
        self._utterance.tell_failed(error)
        self._news.set()

    def _failed(self, error: SpeechError, *, progress: bool) -> float:
        """Take note that an attempt failed; return after how many seconds to go on. Raises the error if not to."""
        delay = self._utterance.failed(error, self._loop.time(), now_utc())
        if self._utterance.complete:
            return 0.0
        if delay is None:
            raise error
        self._news.set()
        if progress or not too_many(error):
            self._throttle.served(self._place)
        if too_many(error):
            self._throttle.refused(self._place, error)
            self._connector.make_room()
            _LOGGER.debug("%s: waiting for a place: %s", error.connection_id, error)
        else:
            _LOGGER.debug("%s: trying again in %.1f s: %s", error.connection_id, delay, error)
        return delay

    async def _attempt(self, connection_id: str) -> bool:
        """Carry the utterance to its end on one connection; return whether that was taken back to settle the last turn.

        Raises SpeechError.
        """
        utterance = self._utterance
        utterance.timeline.connection_id = connection_id
        try:
            connection = await self._acquire(connection_id)
            utterance.timeline.connection_id = connection.id
        except UpgradeRefusedError as refused:
            if isinstance(utterance.options, TranslationOptions):
                raise  # there is no such API for translations
            _LOGGER.debug("%s: using the REST API for short recordings: %s", connection_id, refused)
            while not utterance.complete:
                await self._send_short_audio()
                self._throttle.request_ended()
                self._give_way(phrase=True)
            return False
        try:
            while not utterance.complete:
                await self._carry_turn(connection)
                self._give_way(phrase=True)
        except BaseException as err:
            self._connector.failed(connection, err)
            raise
        if connection.reusable:
            self._connector.release(connection, settle(self._connector, connection, utterance))
        else:
            self._connector.discard(connection)
        return True

    async def _acquire(self, connection_id: str) -> Connection:
        """Get a connection within the utterance's own time. Raises SpeechError."""
        utterance = self._utterance
        try:
            async with asyncio.timeout_at(utterance.last_moment) as self._deadline:
                acquired = await self._connector.acquire(utterance.options, connection_id)
        except TimeoutError:
            raise OpenTimeoutError("the connection did not open in time") from None
        finally:
            self._deadline = None
        utterance.connected(acquired.attempts)
        if acquired.at_start:
            utterance.options = utterance.options.detecting_at_start()
        if not acquired.connection.reusable:
            utterance.lasts_one_turn()
        return acquired.connection

    async def _carry_turn(self, connection: Connection) -> None:
        """Carry the utterance through one turn. Raises SpeechError."""
        utterance = self._utterance
        reused = connection.served > 0
        utterance.timeline.request_began(self._loop.time(), reused=reused)
        first = utterance.begin(uuid.uuid4().hex, now_utc(), reused=reused, link=connection.link)
        opening = [*self._connector.reports(), *first]
        connection.served += 1
        self._ping = False
        sender = asyncio.create_task(self._send(connection, opening), name="Speech sender")
        try:
            while not (utterance.complete or utterance.ended):
                if utterance.crowded:
                    await self._wait_for_caller()
                try:
                    async with asyncio.timeout_at(self._wake_at) as self._deadline:
                        await self._receive(connection)
                except TimeoutError:
                    self._give_way()
                    now = self._loop.time() + TIMER_ROUNDING
                    utterance.check_time(now)
                    if utterance.ping_at <= now:
                        # By who sends: on a line that takes no more it waits, and nobody else with it.
                        connection.link.ping()
                        self._ping = True
                    self._to_send.set()  # a source that stalls has been ended
                finally:
                    self._deadline = None
        finally:
            sender.cancel()

    async def _wait_for_caller(self) -> None:
        began = self._loop.time()
        await self._taken.wait()
        self._utterance.taken(self._loop.time() - began, self._loop.time())
        self._to_send.set()

    async def _receive(self, connection: Connection) -> None:
        utterance = self._utterance
        while not (utterance.complete or utterance.ended or utterance.crowded):
            message, covered = await connection.receive(), utterance.audio.start
            if message is not None:
                utterance.receive(message, self._loop.time(), now_utc())
            if utterance.events:
                self._news.set()
            if utterance.stopped or utterance.audio.start > covered:
                self._to_send.set()  # the end of the audio is due; or what was held back
            if not utterance.ended:
                self._reschedule()
                self._give_way(phrase=utterance.audio.start > covered)

    def _give_way(self, *, phrase: bool = False) -> None:
        """End the request behind a ``phrase``, or in time, if others wait for it. Raises _GaveWayError."""
        by = self._throttle.give_way_by(self._place)
        due = phrase or self._loop.time() + TIMER_ROUNDING >= by
        if by < inf and due and self._utterance.gives_way(now_utc()):
            raise _GaveWayError

    async def _send(self, connection: Connection, opening: list[Message]) -> None:
        utterance = self._utterance
        # A connection that breaks is noticed, with its reason, by who receives on it.
        with contextlib.suppress(ConnectionFailedError):
            for message in opening:
                await connection.send(message)
            while True:
                while (frame := utterance.next_audio(self._loop.time())) is not None:
                    if utterance.hurried:
                        self._reschedule()
                    await connection.send(frame)
                    self._audio_left.set()
                if self._ping:
                    self._ping = False
                    await connection.ping()
                else:
                    await self._wait_to_send()

    @property
    def _wake_at(self) -> float:
        wake_at = min(self._utterance.deadline, self._utterance.ping_at)
        by = inf if self._utterance.ended else self._throttle.give_way_by(self._place)
        return min(wake_at, by) if by > self._loop.time() else wake_at

    def _reschedule(self) -> None:
        """Wait for the service no longer than the utterance says now."""
        if self._deadline is None or self._deadline.expired():
            return
        when = self._deadline.when()
        deadline = self._loop.time() if self._utterance.complete else self._wake_at
        # One that has moved later is found out when it is over; a timer that moved with each message would cost more.
        if when is None or deadline < when:
            self._deadline.reschedule(deadline)

    async def _wait_to_send(self) -> None:
        """Wait until the pace allows the next frame, or until something comes that may change what to send."""
        send_at = self._utterance.send_at
        if send_at is None:
            await self._to_send.wait()
        else:
            await asyncio.sleep(send_at - self._loop.time() + TIMER_ROUNDING)

    # --- without a WebSocket

    async def _send_short_audio(self) -> None:
        """Carry the utterance through one request of the REST API. Raises SpeechError."""
        utterance = self._utterance
        utterance.timeline.request_began(self._loop.time(), reused=False)
        utterance.begin_short_audio(now_utc())
        recognition = self._short_audio.recognize(utterance.options, wav(self._next_piece))
        request = asyncio.create_task(recognition, name="Speech request")
        try:
            while not (request.done() or utterance.complete):
                await asyncio.wait([request], timeout=1)
                if not request.done():
                    utterance.check_time(self._loop.time())
                    self._to_send.set()  # a source that stalls has been ended
            if request.done():
                utterance.finish_short_audio(request.result(), self._loop.time())
                self._news.set()
        finally:
            request.cancel()
            await asyncio.wait([request])

    async def _next_piece(self) -> bytes:
        """Wait for the next audio that is to be sent; empty at its end."""
        while (message := self._utterance.next_audio(self._loop.time())) is None:
            await self._wait_to_send()
        self._audio_left.set()
        return message.body if isinstance(message.body, bytes) else b""
