"""Gives turns a connection, a kept one or a new one on the path that the endpoint serves, and takes it back.

Also the way around: the REST API for short recordings, for networks that do not let WebSockets through.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Coroutine
import contextlib
from http import HTTPStatus
import logging
from typing import Final, override
import uuid

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.hdrs import METH_POST, UPGRADE
from yarl import URL

from ..errors import (
    ConnectionFailedError,
    ContinuousDetectionError,
    CredentialsError,
    EndpointError,
    HostNotFoundError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    ProtocolError,
    RequestRefusedError,
    ServiceError,
    SpeechError,
    UpgradeRefusedError,
    WebPageError,
)
from ..events import Phrase
from ..options import RecognitionOptions, TranslationOptions
from ..recognition.audio import WAV_HEADER
from ..recognition.phrases import short_audio_phrase
from ..recognition.translator import TranslatorConnection
from ..recognition.utterance import Utterance
from . import messages
from .connection import OPEN_LIMIT, Connection, now_utc
from .credentials import Credentials
from .endpoints import ENCRYPTED, Endpoint, Generation
from .failures import is_page, ours, refusal
from .inflow import Response
from .messages import Message
from .pool import Pool
from .telemetry import ConnectionMetric
from .throttle import Throttle, too_many

_LOGGER = logging.getLogger(__name__)

SETTLE_LIMIT: Final = 2.0
"""Seconds that turn.end may come after the result; without it the connection is in no known state, and is closed."""
MAX_REPORTS: Final = 20
"""Pieces of telemetry that wait for a connection: what failed longer ago is of no use to anybody."""
MAX_ANSWER_SIZE: Final = messages.MAX_MESSAGE_SIZE
"""Bytes read of a REST answer, which has the JSON of one phrase."""

_MOVED: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
"""What wants the same body at another address: aiohttp cannot follow, as it has sent audio that it does not keep."""
_WAV_TYPE: Final = "audio/wav; codecs=audio/pcm; samplerate=16000"


class MovedError(ConnectionFailedError):
    """The REST API is at another address; the next request goes there. Whoever has kept the audio sends it again."""

    def __init__(self, url: URL) -> None:
        """Keep the address."""
        super().__init__("the service has moved to another address")
        self.url = url


class Connector:
    """The connections of one resource."""

    def __init__(self, session: aiohttp.ClientSession, endpoint: Endpoint, credentials: Credentials) -> None:
        """Begin with none; the session stays its owner's."""
        self.throttle = Throttle()
        """Who has to wait, where the service has refused one request too many."""
        self._session = _guarded(session, credentials, encrypted=endpoint.encrypted)
        self._endpoint = endpoint
        self._served: dict[type[RecognitionOptions], Generation] = {}
        self._detecting_at_start: set[str] = set()
        """Paths on which the spoken language is not detected all along."""
        self._pool = Pool(self.discard)
        self._background: set[asyncio.Task[None]] = set()
        self._moved: dict[URL, URL] = {}
        """Where the REST API was found to be, by the URL at which it was looked for."""
        self._attempts: deque[ConnectionMetric] = deque(maxlen=MAX_REPORTS)
        self._reports: deque[Message] = deque(maxlen=MAX_REPORTS)

    async def acquire(self, utterance: Utterance, connection_id: str) -> Connection:
        """Return a connection for a utterance. Raises SpeechError."""
        # Of the first only: one that is kept of another generation is no reason to leave this one out.
        for _, url in self._routes(utterance.options)[:1]:
            if (connection := await self._pool.take(url)) is not None:
                break
        else:
            connection = await self._open_first(utterance.options, connection_id)
            utterance.connected((*self._attempts, connection.metric))
            self._attempts.clear()
        if connection.url.path in self._detecting_at_start:
            utterance.options = utterance.options.detecting_at_start()
        return connection

    def keep_reports(self, utterance: Utterance) -> None:
        """Take the telemetry of an utterance that ended without sending it."""
        self._reports += utterance.last_reports(now_utc())

    def reports(self) -> list[Message]:
        """Return the telemetry that is left of earlier utterances, once: it is sent on the next connection."""
        reports = list(self._reports)
        self._reports.clear()
        return reports

    async def check(self) -> None:
        """Open a new connection and close it. Raises SpeechError."""
        try:
            connection = await self._open_first(self._least(), uuid.uuid4().hex)
        except UpgradeRefusedError:
            await self._check_short_audio()
        else:
            await connection.close()

    def release(self, connection: Connection, utterance: Utterance) -> None:
        """Take a connection back from an utterance that is complete, and let the service finish with it."""
        if connection.reusable:
            self.throttle.ends_with(self._in_background(self._settle(connection, utterance), "Speech turn's end"))
        else:
            self.discard(connection)

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
        self._session.detach()

    async def short_audio(self, options: RecognitionOptions, wav: AsyncIterable[bytes]) -> Phrase:
        """Recognise a WAV stream of at most 60 s in one request, without hypotheses. Raises SpeechError.

        The caller limits the time.
        """
        asked = self._endpoint.short_audio_url(options)
        # Forgotten with every failure: where it was is nothing to rely on.
        url = self._moved.pop(asked, asked)
        try:
            body = await ours(self._post(url, wav), "the answer was awaited", url)
        except UpgradeRefusedError as err:
            raise RequestRefusedError(str(err)) from None
        except MovedError as moved:
            self._moved[asked] = moved.url
            del moved.url  # which may repeat the key
            raise
        if url != asked:
            self._moved[asked] = url
        if is_page(body.decode(errors="replace")):
            raise WebPageError("a web page answers in place of the service")
        return short_audio_phrase(body)

    async def _post(self, url: URL, wav: AsyncIterable[bytes]) -> bytes:
        headers = {"Content-Type": _WAV_TYPE, "Accept": "application/json"}
        body = bytearray()
        async with self._session.post(url, data=wav, headers=headers) as response:
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > MAX_ANSWER_SIZE:  # what is left out makes it unreadable
                    break
        return bytes(body)

    def _routes(self, options: RecognitionOptions) -> list[tuple[Generation, URL]]:
        """Return where to connect for these options: what served last comes first."""
        generations = self._endpoint.generations(options)
        last = self._served.get(type(options))
        ordered = sorted(generations, key=lambda generation: generation is not last)
        return [(generation, self._endpoint.websocket_url(generation, options)) for generation in ordered]

    async def _open_first(self, options: RecognitionOptions, connection_id: str) -> Connection:
        """Open a connection on the first generation of paths that the endpoint has, and remember which it is."""
        refusals: list[SpeechError] = []
        routes = self._routes(options)
        while routes:
            generation, url = routes.pop(0)
            try:
                connection = await self._open(generation, url, connection_id)
            except (EndpointError, CredentialsError, ProtocolError, ServiceError, UpgradeRefusedError) as err:
                if isinstance(err, HostNotFoundError) or not isinstance(err, EndpointError):
                    # What that host says is no word on another: not all resources and networks have s2s, too.
                    routes = [route for route in routes if route[1].host != url.host]
                refusals.append(err)
                continue
            self._served[type(options)] = generation
            return connection
        if not refusals:
            raise NotASpeechEndpointError("this endpoint serves something else")
        # What says more than that there is nothing comes first.
        raise next((err for err in refusals if not isinstance(err, EndpointError)), refusals[-1])

    async def _open(self, generation: Generation, url: URL, connection_id: str) -> Connection:
        kind = TranslatorConnection if generation is Generation.TRANSLATOR else Connection
        start = now_utc()
        try:
            async with asyncio.timeout(OPEN_LIMIT):
                return await kind.open(self._session, url, connection_id)
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

    async def _check_short_audio(self) -> None:
        """Find out whether the REST API serves where no WebSocket can be opened. Raises SpeechError."""

        async def silence() -> AsyncIterable[bytes]:
            yield WAV_HEADER + bytes(6400)

        try:
            async with asyncio.timeout(OPEN_LIMIT):
                try:
                    await self.short_audio(RecognitionOptions(), silence())
                except MovedError:
                    await self.short_audio(RecognitionOptions(), silence())
        except TimeoutError:
            raise ConnectionFailedError("the service did not answer in time") from None
        except ProtocolError as err:
            raise NotASpeechEndpointError(f"not a Speech endpoint: {err}") from None

    async def _settle(self, connection: Connection, utterance: Utterance) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(SETTLE_LIMIT):
                while (end := utterance.next_audio(loop.time())) is not None:
                    await connection.send(end)
                while not utterance.ended:
                    if (message := await connection.receive()) is not None:
                        utterance.receive(message, loop.time(), now_utc())
                for report in utterance.reports(now_utc()):
                    await connection.send(report)
        except TimeoutError, SpeechError, asyncio.CancelledError:
            self.keep_reports(utterance)
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


class _Request(aiohttp.ClientRequest):
    """A request whose body need not find its way: the answer, or that none comes, says all that there is to say."""

    @override
    async def write_bytes(
        self, writer: AbstractStreamWriter, conn: aiohttp.connector.Connection, content_length: int | None = None
    ) -> None:
        """Send the body, and raise nothing: asyncio would report what a task ends with that aiohttp has dropped."""
        await asyncio.sleep(0)  # what fails at once would close the connection before the answer is awaited
        with contextlib.suppress(Exception):
            await super().write_bytes(writer, conn, content_length)


def _guarded(session: aiohttp.ClientSession, credentials: Credentials, *, encrypted: bool) -> aiohttp.ClientSession:
    """Return a session on another's connections that sends the credentials, and does not lose or show them.

    It raises the SpeechError that a refusal stands for: behind it, aiohttp leaves out what a refused upgrade says.

    aiohttp follows redirects by itself: it takes a key along, to wherever it is sent, and leaves a token behind. So
    they are added to each request, and what was to be ``encrypted`` does not go to an address that is not.
    """

    async def guard(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if encrypted and request.url.scheme not in ENCRYPTED:
            raise NotASpeechEndpointError("redirected to an address that is not encrypted")
        request.headers.update(credentials.headers())
        response = await handler(request)
        if request.method == METH_POST and response.status in _MOVED and "Location" in response.headers:
            response.close()
            raise MovedError(request.url.join(URL(response.headers["Location"])))
        # Any other redirect makes a GET of a POST.
        wanted = HTTPStatus.SWITCHING_PROTOCOLS if UPGRADE in request.headers else HTTPStatus.OK
        if response.status == wanted or "Location" in response.headers:
            return response
        raise await refusal(response)

    return aiohttp.ClientSession(
        connector=session.connector,
        connector_owner=False,
        cookie_jar=session.cookie_jar,
        headers=session.headers,
        middlewares=(guard,),
        request_class=_Request,
        response_class=Response,
    )
