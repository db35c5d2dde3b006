"""The service's REST APIs on the same port: recognition of short recordings, tokens, and what `synthesis.rest` has.

``POST /speech/recognition/{mode}/cognitiveservices/v1?language=…`` takes a WAV of up to 60 s, also chunked while it is
being spoken, and answers with the JSON of a phrase. ``POST /sts/v1.0/issueToken`` gives a token for a key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
import math
from typing import Final

from aiohttp import web

from .authorization import Authorization
from .door import reset
from .engines import Engine, Finding, Phrase, Status
from .faults import Accept, Babble, Behaviour, Refuse, Reset
from .framing import Violation
from .options import Endpoint, Mode, TurnOptions, read_options
from .results import phrase_json
from .wav import BYTES_PER_SECOND, BadFormatError, split_riff, ticks

MAX_SECONDS: Final = 60
"""The longest recording that is taken."""

_CONTENT_TYPE: Final = "audio/wav"
_RIFF_SIZE: Final = 44


@dataclass(eq=False)
class Post:
    """A request that came, and what became of it."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    status: int | None = None
    options: TurnOptions | None = None
    audio: bytearray = field(default_factory=bytearray)
    """The PCM that came, without the RIFF header; of synthesis, what was sent."""
    ssml: str = ""
    """What was to be spoken."""
    chunked: bool = False


POST: Final = web.RequestKey("post", Post)
BEHAVIOUR: Final = web.RequestKey("behaviour", Behaviour)
"""How the request is to go."""


class Rest:
    """Answers requests that are no upgrades. `posts` and `lists` (of voices) are the record of them."""

    def __init__(
        self,
        authorization: Authorization,
        engine: Engine,
        routes: Iterable[web.RouteDef],
        next_behaviour: Callable[[str], Behaviour],
        *,
        refuse: Callable[[], Refuse | None],
        changed: Callable[[], None],
        remember: bool,
    ) -> None:
        """Answer with an engine, but for what `refuse` says, and by `routes`.

        `next_behaviour` is asked by the method of a request; `changed` is called whenever the record changes.
        """
        self.open = 0
        """Recordings that are being recognised."""
        self.posts: list[Post] = []
        self.lists: list[Post] = []
        self._authorization = authorization
        self._engine = engine
        self._next_behaviour = next_behaviour
        self._refuse = refuse
        self._changed = changed
        self._remember = remember
        application = web.Application(middlewares=[self._behave])
        application.router.add_post("/sts/v1.0/issueToken", self._issue_token)
        application.router.add_post("/speech/recognition/{mode}/cognitiveservices/v1", self._recognize)
        application.router.add_routes(routes)
        # A client that leaves while it uploads leaves no handler behind.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1, handler_cancellation=True)

    async def start(self) -> None:
        """Get ready to handle requests."""
        await self._runner.setup()

    def make_handler(self) -> asyncio.Protocol:
        """Return a protocol for one TCP connection."""
        assert self._runner.server is not None
        handler: asyncio.Protocol = self._runner.server()
        return handler

    async def stop(self) -> None:
        """Close what is open."""
        await self._runner.cleanup()

    @web.middleware
    async def _behave(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Note the request, and answer it as the behaviour says."""
        post = Post(request.path, dict(request.query), dict(request.headers))
        request[POST] = post
        if self._remember:
            (self.lists if request.method == "GET" else self.posts).append(post)
        self._changed()
        behaviour = request[BEHAVIOUR] = self._next_behaviour(request.method)
        if behaviour.delay == math.inf:
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(behaviour.delay)
        response: web.StreamResponse
        match behaviour.answer:
            case Refuse(status, headers, body):
                response = web.Response(status=status, headers=dict(headers), text=body)
            case Reset() | Babble() as answer:
                assert request.transport is not None
                if isinstance(answer, Babble):
                    request.transport.write(answer.data)
                    request.transport.close()
                else:
                    reset(request.transport)
                return web.Response()  # nobody gets it
            case Accept(split):
                response = await handler(request)
                if split is not None:
                    assert isinstance(response, web.Response)
                    response = await _in_halves(request, response, split)
        post.status = response.status
        self._changed()
        # Or the client might ask for a WebSocket on it, which aiohttp does not answer. The SDKs, which name their
        # connections, do not; and the native one takes an answer before a close for a broken one.
        if not response.prepared and "X-ConnectionId" not in request.headers:
            response.force_close()
        return response

    async def _issue_token(self, request: web.Request) -> web.Response:
        if not self._authorization.has_key(request.headers):
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text="Access denied due to invalid subscription key")
        return web.Response(text=self._authorization.issue_token())

    async def _recognize(self, request: web.Request) -> web.Response:  # noqa: PLR0911 - a case for each refusal
        post = request[POST]
        endpoint = Endpoint.find(request.path)
        if endpoint is None:
            return web.Response(status=HTTPStatus.NOT_FOUND, text="Resource not found")
        if not self._authorization.allows(request.headers, request.query):
            return web.Response(status=HTTPStatus.UNAUTHORIZED, text="Access denied due to invalid subscription key")
        if request.content_type != _CONTENT_TYPE:
            return web.Response(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text=f"Content-Type is not {_CONTENT_TYPE}")
        if not request.query.get("language"):
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="'language' parameter is missing or empty")
        if (refusal := self._refuse()) is not None:
            return web.Response(status=refusal.status, headers=dict(refusal.headers), text=refusal.body)
        self.open += 1
        try:
            post.options = read_options(endpoint, request.query, None)
            phrase = await self._hear(request, post, post.options)
        except (BadFormatError, Violation) as error:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text=str(error))
        finally:
            self.open -= 1
        return web.json_response(phrase_json(phrase, post.options))

    async def _hear(self, request: web.Request, post: Post, options: TurnOptions) -> Phrase:
        """Recognise the body as it comes. Raises BadFormatError."""
        post.chunked = "Content-Length" not in request.headers
        recognition = self._engine.begin(options)
        findings: list[Finding] = []
        head: bytes | None = b""
        try:
            async for data in request.content.iter_any():
                if head is not None:
                    head += data
                    if len(head) < _RIFF_SIZE:
                        continue
                    pcm, head = split_riff(head)[1], None
                else:
                    pcm = data
                post.audio += pcm
                self._changed()
                if len(post.audio) > MAX_SECONDS * BYTES_PER_SECOND:
                    raise BadFormatError(f"The audio is longer than {MAX_SECONDS} seconds")
                findings += await recognition.hear(pcm)
            if head is not None:
                raise BadFormatError("The body has no RIFF/WAVE header")
            findings += await recognition.conclude()
        finally:
            await recognition.close()
        return _one_phrase([finding for finding in findings if isinstance(finding, Phrase)], post, options)


async def _in_halves(request: web.Request, answer: web.Response, seconds: float) -> web.StreamResponse:
    """Send an answer's body in two halves, some seconds apart, as a network may deliver it."""
    body = answer.body
    assert isinstance(body, bytes)
    halves = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    await halves.prepare(request)
    for half in (body[: len(body) // 2], body[len(body) // 2 :]):
        await halves.write(half)
        await asyncio.sleep(seconds)
    return halves


def _one_phrase(phrases: list[Phrase], post: Post, options: TurnOptions) -> Phrase:
    """Return the one phrase that the answer has room for: the first, or all that was said, by the mode."""
    said = [phrase for phrase in phrases if phrase.status is Status.SUCCESS]
    if not said:
        return phrases[0] if phrases else Phrase(offset=0, duration=ticks(len(post.audio)), status=Status.NO_MATCH)
    if options.mode is Mode.INTERACTIVE:
        return said[0]
    return Phrase(
        display=" ".join(phrase.display for phrase in said),
        lexical=" ".join(phrase.lexical for phrase in said),
        itn=" ".join(phrase.itn for phrase in said),
        offset=said[0].offset,
        duration=said[-1].end - said[0].offset,
        language=said[0].language,
        confidence=min(phrase.confidence for phrase in said),
        words=tuple(word for phrase in said for word in phrase.words),
    )
