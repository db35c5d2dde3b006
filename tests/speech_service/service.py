"""The service: listens, answers upgrade requests, and holds the connections for tests to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
import itertools
import logging
import math
import ssl as tls
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from websockets import Request, Response
from websockets.asyncio.server import Server, ServerConnection, serve

from . import translator_speech
from .answers import Dialect, Engines
from .at_once import AtOnce, Phrase
from .authorization import TOKEN_LIFETIME, Authorization
from .connection import Connection
from .door import Door, reset
from .engines import Engine
from .engines.scripted import Scripted
from .engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from .engines.translation import Synthesizer, Translator
from .faults import NORMAL, Accept, Answer, Babble, Behaviour, Close, Refuse, Reset
from .listening import Listening
from .manner import USUAL, Manner
from .options import Endpoint
from .rest import Post, Rest
from .session import Limits, Opening, Session
from .speakers import Speakers
from .synthesis.connection import PATHS as SYNTHESIS_PATHS, SynthesisConnection
from .synthesis.rest import LIST_PATHS, SynthesisRest
from .synthesis.synthesis import Synthesis
from .translator_speech import TranslatorConnection
from .upgrade import Attempt, is_connection_id, name_request, read_query, respond, select_subprotocol

KEY: Final = "0123456789abcdef0123456789abcdef"
"""The subscription key, where a test does not say another."""

_LOGGER = logging.getLogger(__name__)

Behaviours = Sequence[Behaviour] | Callable[[int], Behaviour]


class SpeechService:
    """A stand-in Speech service on one port.

    Use as an asynchronous context manager; `url` is where it listens. Errors of the stand-in itself are raised when
    the context ends, so that no test passes over them.
    """

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        translator: Translator | None = None,
        synthesizer: Synthesizer | None = None,
        dialect: Dialect = Dialect.PHRASE,
        manner: Manner = USUAL,
        host: str = "127.0.0.1",
        port: int = 0,
        keys: Iterable[str] = (KEY,),
        token_lifetime: float = TOKEN_LIFETIME,
        behaviours: Behaviours = (),
        rest_behaviours: Behaviours = (),
        list_behaviours: Behaviours = (),
        limits: Limits | None = None,
        at_once: AtOnce | None = None,
        synthesis: Synthesis | None = None,
        ssl: tls.SSLContext | None = None,
        remember: bool = True,
    ) -> None:
        """Prepare a service.

        `dialect` is that of a translation's messages, `manner` how all messages are written. `behaviours` are those of
        upgrade requests and what they lead to; `rest_behaviours` those of POST requests and `list_behaviours` those of
        requests for the voices, of which only the delay, the answer and faults in the audio are used. `at_once` limits
        how many requests of recognition there may be at a time; `synthesis` is how it speaks. Without `remember` the
        service forgets what is over, for long runs.
        """
        self.authorization = Authorization(keys, token_lifetime)
        self.engine = engine or Scripted()
        self.translator = translator or ScriptedTranslator()
        self.synthesizer = synthesizer or ScriptedSynthesizer()
        self.dialect = dialect
        self.manner = manner
        self.behaviours = behaviours
        self.rest_behaviours = rest_behaviours
        self.list_behaviours = list_behaviours
        self.limits = limits
        self.at_once = at_once
        self.synthesis = synthesis or Synthesis()
        self.attempts: list[Attempt] = []
        """Every upgrade request, also those refused."""
        self.connections: list[Connection] = []
        """Every connection for recognition that was opened, those of the Translator Speech API excepted."""
        self.syntheses: list[SynthesisConnection] = []
        """Every connection for synthesis that was opened."""
        self.translators: list[TranslatorConnection] = []
        """Every connection to the Translator Speech API that was opened."""
        self._speakers = Speakers(manner.unknown_phrases)
        self._host = host
        self._port = port
        self._ssl = ssl
        self._remember = remember
        self._upgrades = itertools.count()
        self._posts = itertools.count()
        self._lists = itertools.count()
        self._doors: set[Door] = set()
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._errors: list[Exception] = []
        self._rest = Rest(
            self.authorization,
            self.engine,
            SynthesisRest(self.authorization, lambda: self.synthesis, self._changed).routes,
            self._next_rest_behaviour,
            refuse=self._refuse_one_more,
            changed=self._changed,
            remember=remember,
        )

    # --- life

    async def __aenter__(self) -> Self:
        """Listen."""
        # websockets logs a client that goes away while it connects as an error; here that is daily bread. Errors of
        # our own are collected in _serve.
        quiet = logging.getLogger(f"{__name__}.websockets")
        quiet.setLevel(logging.CRITICAL)
        await self._rest.start()
        self._server: Server = await serve(
            self._serve,
            self._host,
            self._port,
            ssl=self._ssl,
            process_request=self._answer,
            process_response=name_request,
            select_subprotocol=select_subprotocol,
            create_connection=self._open_door,  # type: ignore[arg-type]  # any factory will do, as its documentation says
            open_timeout=None,  # a behaviour may never answer
            close_timeout=1,
            ping_interval=self.manner.pings,
            ping_timeout=None,
            compression="deflate" if self.manner.deflate else None,
            max_size=2**20,
            logger=quiet,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections (1001, going away) and stop listening. Raises the stand-in's own errors."""
        self._server.close()
        for door in list(self._doors):
            door.leave()
        await self._rest.stop()
        await self._server.wait_closed()
        self.engine.close()
        await self.translator.close()
        if self._errors and exc is None:
            raise ExceptionGroup("errors in the stand-in Speech service", self._errors)

    @property
    def port(self) -> int:
        """The port on which the service listens."""
        return self._port

    @property
    def url(self) -> str:
        """The WebSocket address, without a path: "ws://127.0.0.1:12345"."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'wss' if self._ssl else 'ws'}://{host}:{self._port}"

    @property
    def http_url(self) -> str:
        """The address for the REST APIs: "http://127.0.0.1:12345"."""
        return self.url.replace("ws", "http", 1)

    # --- what happened

    @property
    def lists(self) -> list[Post]:
        """Every request for the list of voices."""
        return self._rest.lists

    @property
    def posts(self) -> list[Post]:
        """Every POST request, to the REST APIs."""
        return self._rest.posts

    async def until(self, condition: Callable[[], bool], timeout: float = 10.0) -> None:  # noqa: ASYNC109 - bounds a test's wait
        """Wait until a condition on the record holds. What is not there yet (IndexError) counts as not so.

        Raises TimeoutError.
        """
        if _holds(condition):
            return
        future = asyncio.get_running_loop().create_future()
        self._waiters.append((condition, future))
        try:
            async with asyncio.timeout(timeout):
                await future
        finally:
            self._waiters.remove((condition, future))

    def _changed(self) -> None:
        for condition, future in self._waiters:
            if not future.done() and _holds(condition):
                future.set_result(None)

    # --- requests

    def _open_door(self, *args: object, **kwargs: object) -> Door:
        door = Door(*args, **kwargs)  # type: ignore[arg-type]  # handed through from websockets
        door.doors = self._doors
        door.make_http_handler = self._rest.make_handler
        door.plain_paths = LIST_PATHS
        return door

    async def _answer(self, websocket: ServerConnection, request: Request) -> Response | None:
        """Answer an upgrade request: a response that refuses it, or None for 101."""
        url = urlsplit(request.path)
        attempt = Attempt(url.path, read_query(url.query), request.headers)
        if self._remember:
            self.attempts.append(attempt)
        behaviour = _behaviour(self.behaviours, next(self._upgrades))
        assert isinstance(websocket, Door)
        websocket.behaviour = behaviour
        self._changed()
        if behaviour.delay == math.inf:
            await websocket.wait_closed()
            return None
        await asyncio.sleep(behaviour.delay)
        response = self._decide(websocket, attempt, behaviour.answer)
        if websocket.transport.is_closing():
            await websocket.wait_closed()
            return None
        attempt.status = response.status_code if response else HTTPStatus.SWITCHING_PROTOCOLS
        _LOGGER.info("GET %s: %s", url.path, attempt.status)
        self._changed()
        return response

    def _decide(self, websocket: Door, attempt: Attempt, answer: Answer) -> Response | None:
        """Return the response that refuses an upgrade; None where it goes on, or the connection was ended."""
        match answer:
            case Reset():
                reset(websocket.transport)
            case Babble(data):
                websocket.transport.write(data)
                websocket.transport.close()
            case Refuse(status, headers, body):
                return respond(status, body, headers)
            case Accept():
                return self._refuse(attempt) or self._refuse_if_one_too_many(attempt)
        return None

    def _refuse(self, attempt: Attempt) -> Response | None:
        """Return the response to a request that is not in order."""
        if attempt.path in translator_speech.PATHS:
            return self._refuse_translator(attempt)
        if attempt.query.get("GenerateRedirectResponse") == "true":
            return respond(HTTPStatus.OK, f"{self.url}{attempt.path}")
        if Endpoint.find(attempt.path) is None and attempt.path not in SYNTHESIS_PATHS:
            return respond(HTTPStatus.NOT_FOUND, "Resource not found")
        if not self.authorization.allows(attempt.headers, attempt.query):
            return respond(HTTPStatus.UNAUTHORIZED, "Access denied due to invalid subscription key or token")
        connection_id = attempt.headers.get("X-ConnectionId") or attempt.query.get("X-ConnectionId", "")
        if not is_connection_id(connection_id):
            return respond(HTTPStatus.BAD_REQUEST, "X-ConnectionId is missing or is not a UUID")
        return None

    def _refuse_translator(self, attempt: Attempt) -> Response | None:
        if not self.authorization.allows(attempt.headers, translator_speech.translator_credentials(attempt.query)):
            return respond(HTTPStatus.UNAUTHORIZED, "Access denied due to invalid subscription key or token")
        try:
            translator_speech.read_translator_options(attempt.query, attempt.headers)
        except ValueError as error:
            return respond(HTTPStatus.BAD_REQUEST, str(error))
        return None

    def _refuse_if_one_too_many(self, attempt: Attempt) -> Response | None:
        if attempt.path in SYNTHESIS_PATHS:
            per_minute = self.synthesis.per_minute
            refusal = per_minute.refuse_upgrade() if per_minute else None
        else:
            refusal = self._refuse_one_more()
        return respond(refusal.status, refusal.body, refusal.headers) if refusal else None

    def _next_rest_behaviour(self, method: str) -> Behaviour:
        if method == "GET":
            return _behaviour(self.list_behaviours, next(self._lists))
        return _behaviour(self.rest_behaviours, next(self._posts))

    def _refuse_one_more(self) -> Refuse | None:
        return self.at_once.upgrade((*self.connections, *self.translators), self._rest.open) if self.at_once else None

    def _refuse_turn(self, session: Listening) -> Close | Phrase | None:
        if self.at_once is None:
            return None
        return self.at_once.turn(session, (*self.connections, *self.translators), self._rest.open)

    async def _serve(self, websocket: ServerConnection) -> None:
        assert websocket.request is not None
        assert isinstance(websocket, Door)
        url = urlsplit(websocket.request.path)
        translating = url.path in translator_speech.PATHS
        opening = Opening(
            websocket=websocket,
            path=url.path,
            query=read_query(url.query),
            headers=websocket.request.headers,
            manner=self.manner,
            limits=self.limits or (translator_speech.LIMITS if translating else Limits()),
            changed=self._changed,
        )
        if url.path in SYNTHESIS_PATHS:
            await self._serve_one(SynthesisConnection(opening, self.synthesis), self.syntheses)
            return
        engines = Engines(self.engine, self.translator, self.synthesizer, self.dialect, self.manner, self._speakers)
        if translating:
            await self._serve_one(TranslatorConnection(opening, engines, self._refuse_turn), self.translators)
        else:
            await self._serve_one(Connection(opening, engines, self._refuse_turn), self.connections)

    async def _serve_one[SessionT: Session[Any]](self, connection: SessionT, record: list[SessionT]) -> None:
        record.append(connection)
        self._changed()
        try:
            await connection.serve()
        except Exception as error:
            _LOGGER.exception("The stand-in failed")
            self._errors.append(error)
            await connection.fail()
        finally:
            if not self._remember:
                record.remove(connection)


def _behaviour(behaviours: Behaviours, number: int) -> Behaviour:
    if callable(behaviours):
        return behaviours(number)
    return behaviours[number] if number < len(behaviours) else NORMAL


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except IndexError:
        return False
