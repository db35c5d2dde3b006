"""Moves one answer's bytes: pulls text, keeps a connection under its turns, hands its sound out.

Two tasks that never wait for each other: one pulls text from the moment it is offered, also while the connection opens;
one asks and receives and, when a connection breaks, gets the next. It opens one before there is any text. What to say,
what it means and how long to wait is the answer's to say.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
import contextlib
import logging
from typing import Final
import uuid

from ..errors import (
    ConnectionFailedError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    ServiceTimeoutError,
    SpeechError,
    TextSourceError,
    UpgradeRefusedError,
)
from ..source import end
from ..synthesis_options import SynthesisOptions
from ..timeline import SynthesisTimeline
from ..wire.connection import Connection
from ..wire.connector import Connector
from ..wire.messages import Message
from ..wire.pool import AGE_LIMIT, IDLE_LIMIT
from ..wire.throttle import too_many
from ..wire.wakeup import Wakeup
from .allowance import Allowance
from .answer import Answer
from .plain_request import PlainRequest
from .ssml import Phoneme
from .texts import Text
from .untaken import Untaken

_LOGGER = logging.getLogger(__name__)

FRESH: Final = 2.0
"""Seconds after which a connection that was opened early may have died unnoticed, as one that served a turn may."""
TIMER_ROUNDING: Final = 0.001
"""Seconds: loops let a timer run a trifle early, and what then comes a trifle too soon would come again and again."""


class Flow:
    """One answer under way."""

    def __init__(
        self,
        connector: Connector,
        plain: PlainRequest,
        untaken: Untaken,
        texts: AsyncIterable[Text],
        options: SynthesisOptions,
        *,
        timeline: SynthesisTimeline | None,
        allowance: Allowance,
        unpronounced: set[Phoneme],
        long: bool,
    ) -> None:
        """Begin at once; must be called in a running loop, and its ``sound`` be iterated or closed.

        ``long``: nobody stands and waits for it.
        """
        self._loop = asyncio.get_running_loop()
        self._connector = connector
        self._plain = plain
        self._untaken = untaken
        self._source = texts
        self._long = long
        self._options = untaken.applied(options, self._loop.time())
        self._answer = Answer(self._options, self._loop.time(), timeline, allowance, unpronounced)
        self._connection: Connection | None = None
        self._opened = False
        """Whether the service can be asked."""
        self._without = False
        """Whether no WebSocket can be opened, so that it is asked by the REST API."""
        self._news = Wakeup()
        self._taken = Wakeup()
        self._text_left = Wakeup()
        self._to_send = Wakeup()
        self._ping = False
        """Whether the sender has to send a ping."""
        self._deadline: asyncio.Timeout | None = None
        self._stopped: asyncio.Event | None = None
        """Set when all is over that was to be ended."""
        self._throttle = connector.throttle
        self._place = self._throttle.place(lambda: None, long=long)
        self._pull = asyncio.create_task(self._pull_text(), name="Speech text")
        self._carry = asyncio.create_task(self._carry_answer(), name="Speech answer")
        for task in (self._pull, self._carry):
            task.add_done_callback(self._task_done)

    async def sound(self) -> AsyncGenerator[bytes]:
        """Yield the answer's sound. Raises SpeechError."""
        answer = self._answer
        try:
            while True:
                while audio := answer.take():
                    if not answer.crowded:
                        self._taken.set()
                        self._reschedule()
                    yield audio
                if answer.complete:
                    return
                if self._stopped is not None:
                    raise ConnectionFailedError("the client was closed")
                if self._carry.done():
                    self._carry.result()
                    return
                if self._pull.cancelled():
                    raise TextSourceError("the text was cancelled by its source")
                if self._pull.done():
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
            self._news.set()

    def _task_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # so that asyncio does not report it as never looked at, should the caller have gone
        self._news.set()

    # --- text in

    async def _pull_text(self) -> None:
        answer = self._answer
        try:
            async for text in self._source:
                goes_on = answer.feed(text, self._loop.time())
                self._to_send.set()
                self._reschedule()
                while answer.full:
                    await self._text_left.wait()
                if not goes_on:
                    await asyncio.sleep(0)  # others have their turn, whatever a source gives and however much
        except Exception as err:
            raise TextSourceError(f"the source of the text failed: {type(err).__name__}") from err
        answer.end_text(self._loop.time())
        self._to_send.set()
        self._reschedule()

    # --- turns

    async def _carry_answer(self) -> None:
        answer, place = self._answer, self._place
        try:
            while not answer.complete:
                if self._opened and answer.due_at > self._loop.time():
                    await self._wait_for_text()
                    continue
                answer.choose(self._loop.time())
                self._text_left.set()
                if waited := await self._throttle.come(place, answer.bears_until(long=self._long)):
                    answer.waited(waited)
                delay = 0.0
                try:
                    await self._ask()
                except SpeechError as err:
                    delay = self._failed(err)
                else:
                    self._throttle.served(place)
                finally:
                    self._throttle.leave(place)
                await asyncio.sleep(delay)
        finally:
            self._throttle.leave(place)
            self._let_go()

    async def _wait_for_text(self) -> None:
        """Wait until the next turn is due, and keep the connection meanwhile, for as long as one is kept."""
        until = min(self._answer.due_at, self._loop.time() + IDLE_LIMIT)
        try:
            async with asyncio.timeout_at(until) as self._deadline:
                while self._connection is not None:
                    await self._connection.receive()
                await self._loop.create_future()
        except TimeoutError:
            if self._answer.due_at > self._loop.time() + TIMER_ROUNDING:
                self._discard()
        except SpeechError as err:
            _LOGGER.debug("%s: lost between turns: %s", self._answer.timeline.connection_id, err)
            self._discard()
        finally:
            self._deadline = None

    async def _ask(self) -> None:
        """Ask for what is next: a connection, where there is no text yet. Raises SpeechError."""
        answer = self._answer
        if not self._without:
            await self._connect()
        self._opened = True
        answer.opened(self._loop.time())
        self._news.set()
        if not answer.has_request:
            return
        if self._connection is None:
            await self._carry_plain_request()
        else:
            await self._carry_turn(self._connection)
        self._throttle.request_ended()

    async def _connect(self) -> None:
        """Have a connection, within the time that the answer has. Raises SpeechError."""
        answer, connection = self._answer, self._connection
        if connection is not None and not connection.closed and connection.age < AGE_LIMIT:
            return
        self._discard()
        connection_id = uuid.uuid4().hex
        answer.timeline.connection_id = connection_id
        try:
            async with asyncio.timeout_at(max(answer.last_moment, self._loop.time())):
                acquired = await self._connector.acquire(answer.options, connection_id)
        except TimeoutError:
            raise OpenTimeoutError("the connection did not open in time") from None
        except (UpgradeRefusedError, NotASpeechEndpointError) as refused:
            if refused.status is None or answer.options.text_streaming:
                raise  # where text streaming is refused, a document may be taken
            # A proxy, or a container that has no more than that API. Where it has neither, that API says the same.
            _LOGGER.debug("%s: using the REST API: %s", connection_id, refused)
            self._without = True
            return
        self._connection = acquired.connection
        answer.timeline.connection_id = acquired.connection.id

    def _let_go(self) -> None:
        """Let go of the connection: it is kept for others, if no turn is open on it."""
        if self._connection is not None and self._answer.ended:
            self._connector.put_back(self._connection)
            self._connection = None
        self._discard()

    def _discard(self) -> None:
        if self._connection is not None:
            self._connector.discard(self._connection)
            self._connection = None

    def _failed(self, error: SpeechError) -> float:
        """Take note that an attempt failed; return after how many seconds to go on. Raises the error if not to."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._connector.failed(connection, error)
        error.connection_id = self._answer.timeline.connection_id
        delay = self._answer.failed(error, self._loop.time())
        if self._answer.is_untaken:
            self._untaken.add(self._options, self._loop.time())
        self._news.set()
        if delay is None:
            raise error
        if too_many(error):
            self._throttle.refused(self._place, error)
            self._connector.make_room()
        _LOGGER.debug("%s: trying again in %.1f s: %s", error.connection_id, delay, error)
        return delay

    async def _carry_turn(self, connection: Connection) -> None:
        """Carry the answer through one turn. Raises SpeechError."""
        answer = self._answer
        options = answer.options
        reused = connection.begin_request() or connection.age > FRESH
        opening = answer.begin(uuid.uuid4().hex, self._loop.time(), reused=reused, link=connection.link)
        self._ping = False
        sender = asyncio.create_task(self._send(connection, opening), name="Speech sender", eager_start=True)
        try:
            while not answer.ended:
                if answer.crowded:
                    await self._taken.wait()
                    answer.resume(self._loop.time())
                try:
                    async with asyncio.timeout_at(self._wake_at) as self._deadline:
                        await self._receive(connection)
                except TimeoutError:
                    now = self._loop.time() + TIMER_ROUNDING
                    answer.check_time(now)
                    if answer.ping_at <= now:
                        # By who sends: on a line that takes no more it waits, and nobody else with it.
                        connection.link.ping()
                        self._ping = True
                        self._to_send.set()
                finally:
                    self._deadline = None
        finally:
            sender.cancel()
        if answer.options is not options:
            self._let_go()  # the rest is asked for elsewhere

    async def _receive(self, connection: Connection) -> None:
        answer = self._answer
        while not (answer.ended or answer.crowded):
            if (message := await connection.receive()) is not None:
                answer.receive(message, self._loop.time())
                self._news.set()
            self._reschedule()

    async def _send(self, connection: Connection, opening: list[Message]) -> None:
        # A connection that breaks is noticed, with its reason, by who receives on it.
        with contextlib.suppress(ConnectionFailedError):
            messages = opening
            while True:
                for message in messages:
                    await connection.send(message)
                while self._ping:
                    self._ping = False
                    await connection.ping()
                messages = self._answer.unsent(self._loop.time())
                self._reschedule()
                if not messages:
                    await self._to_send.wait()

    @property
    def _wake_at(self) -> float:
        """When to look at the time: at the answer's limits, or where none is open at the next turn."""
        answer = self._answer
        return answer.due_at if answer.ended else min(answer.deadline, answer.ping_at)

    def _reschedule(self) -> None:
        """Wait no longer than the answer says now."""
        if self._deadline is None or self._deadline.expired():
            return
        when = self._deadline.when()
        wake_at = max(self._loop.time(), self._wake_at)
        # One that has moved later is found out when it is over; a timer that moved with each message would cost more.
        if when is None or wake_at < when:
            self._deadline.reschedule(wake_at)

    # --- without a WebSocket

    async def _carry_plain_request(self) -> None:
        """Carry the answer through one request of the REST API. Raises SpeechError."""
        answer = self._answer
        request_id = uuid.uuid4().hex
        answer.begin(request_id, self._loop.time(), reused=False)
        async with contextlib.aclosing(self._plain.messages(answer.ssml, answer.options, request_id)) as messages:
            while not answer.ended:
                if answer.crowded:
                    await self._taken.wait()
                    answer.resume(self._loop.time())
                try:
                    async with asyncio.timeout_at(answer.deadline):
                        answer.receive(await anext(messages), self._loop.time())
                except TimeoutError:
                    raise ServiceTimeoutError("the service does not answer") from None
                self._news.set()
