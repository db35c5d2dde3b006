"""Gives out connections, kept ones or new ones on the path that the endpoint serves, and takes them back."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
import logging
from typing import Final
import uuid

import aiohttp
from yarl import URL

from ..errors import (
    ContinuousDetectionError,
    CredentialsError,
    EndpointError,
    HostNotFoundError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    ProtocolError,
    ServiceError,
    SpeechError,
    UpgradeRefusedError,
)
from ..options import RecognitionOptions, TranslationOptions
from ..synthesis_options import SynthesisOptions
from .connection import OPEN_LIMIT, Connection, now_utc
from .endpoints import Endpoint, Generation
from .messages import Message
from .pool import Pool
from .telemetry import ConnectionMetric
from .throttle import Throttle, too_many

_LOGGER = logging.getLogger(__name__)

type Options = RecognitionOptions | SynthesisOptions

SETTLE_LIMIT: Final = 2.0
"""Seconds that turn.end may come after the result; without it the connection is in no known state, and is closed."""
MAX_REPORTS: Final = 20
"""Pieces of telemetry that wait for a connection: what failed longer ago is of no use to anybody."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """A connection, and what came of looking for it."""

    connection: Connection
    attempts: tuple[ConnectionMetric, ...] = ()
    """Those to open one that nobody has been told of, this one's the last; none where it was kept."""
    at_start: bool = False
    """Whether its path is known to detect the spoken language at the start only."""


class Connector:
    """The connections of one resource."""

    def __init__(
        self, session: aiohttp.ClientSession, endpoint: Endpoint, dialects: Mapping[Generation, type[Connection]]
    ) -> None:
        """Begin with none; the ``guarded`` session stays its owner's.

        ``dialects``: the connections for the generations of paths on which the protocol is not spoken.
        """
        self.throttle = Throttle()
        """Who has to wait, where the service has refused one request too many."""
        self._session = session
        self._endpoint = endpoint
        self._dialects = dialects
        self._served: dict[type[Options], Generation] = {}
        self._detecting_at_start: set[str] = set()
        """Paths on which the spoken language is not detected all along."""
        self._pool = Pool(self.discard)
        self._preparing: dict[URL | None, asyncio.Event] = {}
        """Connections that are being opened for nobody yet, by their addresses: each is for the first who comes."""
        self._background: set[asyncio.Task[None]] = set()
        self._attempts: deque[ConnectionMetric] = deque(maxlen=MAX_REPORTS)
        self._reports: deque[Message] = deque(maxlen=MAX_REPORTS)

    async def acquire(self, options: Options, connection_id: str) -> Acquired:
        """Return a connection for these options. Raises SpeechError."""
        if (prepared := self._preparing.pop(self._likeliest(options), None)) is not None:
            await prepared.wait()
        return await self._acquire(options, connection_id)

    async def _acquire(self, options: Options, connection_id: str) -> Acquired:
        attempts: tuple[ConnectionMetric, ...] = ()
        # Of the first only: one that is kept of another generation is no reason to leave this one out.
        url = self._likeliest(options)
        connection = None if url is None else await self._pool.take(url)
        if connection is None:
            connection = await self._open_first(options, connection_id)
            attempts = (*self._attempts, connection.metric)
            self._attempts.clear()
        return Acquired(connection, attempts, at_start=connection.url.path in self._detecting_at_start)

    def keep(self, reports: Iterable[Message]) -> None:
        """Take reports that are still to be sent."""
        self._reports += reports

    def reports(self) -> list[Message]:
        """Return those that were kept, once: they are sent on the next connection."""
        reports = list(self._reports)
        self._reports.clear()
        return reports

    async def check(self) -> None:
        """Open a new connection and close it. Raises SpeechError."""
        connection = await self._open_first(self._least(), uuid.uuid4().hex)
        await connection.close()

    def release(self, connection: Connection, last: Coroutine[None, None, None]) -> None:
        """Take a connection back behind the ``last`` work on it, which goes on for SETTLE_LIMIT at most.

        If that fails, the connection is of no more use.
        """
        self.throttle.ends_with(self._in_background(self._settle(connection, last), "Speech turn's end"))

    def put_back(self, connection: Connection) -> None:
        """Take a connection back on which no turn is open."""
        self._pool.put(connection)

    async def prepare(self, options: Options) -> None:
        """Have a connection for these options ready, unless somebody waits for one. Raises SpeechError.

        Who needs it meanwhile waits for it.
        """
        if self.throttle.is_waited_for:
            return
        url = self._likeliest(options)
        if (other := self._preparing.get(url)) is not None:
            await other.wait()
            return
        prepared = self._preparing[url] = asyncio.Event()
        try:
            acquired = await self._acquire(options, uuid.uuid4().hex)
            self.put_back(acquired.connection)
        finally:
            prepared.set()
            if self._preparing.get(url) is prepared:
                del self._preparing[url]

    def failed(self, connection: Connection, error: BaseException) -> None:
        """Take a connection back on which a turn has failed, and remember what its path does not serve."""
        if isinstance(error, ContinuousDetectionError):
            self._detecting_at_start.add(connection.url.path)
        if too_many(error):
            self._close(connection)  # which makes no room: the service did not take its request
        else:
            self.discard(connection)

    def discard(self, connection: Connection) -> None:
        """Take a connection back that is of no more use."""
        self.throttle.ends_with(self._close(connection))

    def make_room(self) -> None:
        """Close the connections that serve no turn, as the service may count them."""
        for connection in self._pool.take_all():
            self.discard(connection)

    async def close(self) -> None:
        """End all: kept connections, and turns being settled."""
        await self._pool.close()
        while self._background:
            for task in self._background:
                task.cancel()
            await asyncio.wait(self._background)

    def _likeliest(self, options: Options) -> URL | None:
        return next((url for _, url in self._routes(options)), None)

    def _routes(self, options: Options) -> list[tuple[Generation, URL]]:
        """Return where to connect for these options: what served last comes first."""
        generations = self._endpoint.generations(options)
        last = self._served.get(type(options))
        ordered = sorted(generations, key=lambda generation: generation is not last)
        return [(generation, self._endpoint.websocket_url(generation, options)) for generation in ordered]

    async def _open_first(self, options: Options, connection_id: str) -> Connection:
        """Open a connection on the first generation of paths that the endpoint has, and remember which it is."""
        refusals: list[SpeechError] = []
        routes = self._routes(options)
        while routes:
            generation, url = routes.pop(0)
            try:
                connection = await self._open(generation, url, connection_id, options)
            except (EndpointError, CredentialsError, ProtocolError, ServiceError, UpgradeRefusedError) as err:
                if isinstance(err, HostNotFoundError) or not isinstance(err, EndpointError):
                    # What that host says is no word on another: not all resources and networks have s2s, too.
                    routes = [route for route in routes if route[1].host != url.host]
                refusals.append(err)
                continue
            if len(self._endpoint.generations(options)) > 1:
                self._served[type(options)] = generation
            return connection
        if not refusals:
            raise NotASpeechEndpointError("this endpoint serves something else")
        # What says more than that there is nothing comes first.
        raise next((err for err in refusals if not isinstance(err, EndpointError)), refusals[-1])

    async def _open(self, generation: Generation, url: URL, connection_id: str, options: Options) -> Connection:
        kind = self._dialects.get(generation, Connection)
        start = now_utc()
        try:
            async with asyncio.timeout(OPEN_LIMIT):
                return await kind.open(self._session, url, connection_id, options.config())
        except TimeoutError:
            error: SpeechError = OpenTimeoutError("the connection did not open in time")
        except SpeechError as err:
            error = err
        error.connection_id = connection_id
        _LOGGER.debug("%s: not opened: %s", connection_id, error)
        self._attempts.append(ConnectionMetric(connection_id, start, now_utc(), error))
        raise error

    def _least(self) -> RecognitionOptions:
        """Return options that the endpoint can serve, whatever it serves."""
        options = RecognitionOptions()
        return options if self._endpoint.generations(options) else TranslationOptions(targets=("de",))

    async def _settle(self, connection: Connection, last: Coroutine[None, None, None]) -> None:
        try:
            async with asyncio.timeout(SETTLE_LIMIT):
                await last
        except TimeoutError, SpeechError, asyncio.CancelledError:
            self.discard(connection)
        else:
            self._pool.put(connection)

    def _close(self, connection: Connection) -> asyncio.Task[None]:
        return self._in_background(connection.close(), "Speech connection's end")

    def _in_background(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        # It begins at once, so that a connection is never left to a task which is cancelled before its first step.
        task = asyncio.create_task(work, name=name, eager_start=True)
        if not task.done():
            self._background.add(task)
            task.add_done_callback(self._background.discard)
        return task
