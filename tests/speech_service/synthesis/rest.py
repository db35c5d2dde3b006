"""Synthesis over REST, and the list of voices.

``POST [/tts]/cognitiveservices/v1`` takes SSML and answers with audio as it is made (chunked); what goes wrong then
breaks the answer off. ``GET [/tts]/cognitiveservices/voices/list`` gives the voices.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from http import HTTPStatus
from typing import Final

from aiohttp import web

from ..authorization import Authorization
from ..door import reset
from ..faults import AudioSent, HangUp, Reset, Silence, Wait
from ..rest import BEHAVIOUR, POST, Post
from .refusals import NotSpokenError
from .rendering import Rendering
from .ssml import read_ssml
from .synthesis import Synthesis

LIST_PATHS: Final = ("/cognitiveservices/voices/list", "/tts/cognitiveservices/voices/list")
_PATHS: Final = ("/cognitiveservices/v1", "/tts/cognitiveservices/v1")
_CONTENT_TYPE: Final = "application/ssml+xml"
_FORMAT: Final = "X-Microsoft-OutputFormat"


class SynthesisRest:
    """Answers these requests, of which `Rest` keeps the record."""

    def __init__(
        self, authorization: Authorization, synthesis: Callable[[], Synthesis], changed: Callable[[], None]
    ) -> None:
        """Speak with `synthesis`; `changed` is called whenever the record changes."""
        self._authorization = authorization
        self._synthesis = synthesis
        self._changed = changed

    @property
    def routes(self) -> Iterable[web.RouteDef]:
        """What is answered here."""
        yield from (web.get(path, self._list_voices) for path in LIST_PATHS)
        yield from (web.post(path, self._synthesize) for path in _PATHS)

    async def _list_voices(self, request: web.Request) -> web.Response:
        if not self._authorization.allows(request.headers, request.query):
            return _unauthorized()
        return web.json_response([voice.json() for voice in self._synthesis().voices])

    async def _synthesize(self, request: web.Request) -> web.StreamResponse:
        post = request[POST]
        if not self._authorization.allows(request.headers, request.query):
            return _unauthorized()
        if request.content_type != _CONTENT_TYPE:
            return web.Response(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text=f"Content-Type is not {_CONTENT_TYPE}")
        for header in (_FORMAT, "User-Agent"):
            if not request.headers.get(header):
                return web.Response(status=HTTPStatus.BAD_REQUEST, text=f"Missing/Empty header. {header}")
        post.ssml = await request.text()
        self._changed()
        try:
            return await self._speak(request, post)
        except NotSpokenError as refusal:
            return web.Response(status=refusal.status, reason=refusal.reason)
        except ConnectionResetError:
            return web.Response()  # to nobody: the client has gone

    async def _speak(self, request: web.Request, post: Post) -> web.StreamResponse:
        """Answer with audio. Raises NotSpokenError where there is none."""
        synthesis = self._synthesis()
        synthesis.admit()
        audio_format = synthesis.find_format(request.headers[_FORMAT])
        speech = read_ssml(post.ssml)
        parts = synthesis.assign(speech.parts, speech.language, custom="deploymentId" in request.query)
        rendering = Rendering(synthesis, audio_format)
        _, pcm = await rendering.render(parts, synthesis.tail(parts[-1], speech.tail) if speech.text.strip() else 0.0)
        response = web.StreamResponse(headers={"Content-Type": audio_format.content_type})
        async with aclosing(rendering.slices(pcm)) as slices:
            try:
                async for data in slices:
                    if not response.prepared:  # no sooner: a client sees the first audio by it
                        await response.prepare(request)
                    await self._write(request, response, data)
            except NotSpokenError:  # the ten minutes are over: the status has gone, so the answer breaks off
                assert request.transport is not None
                request.transport.close()
        if not response.prepared:
            await response.prepare(request)
        return response

    async def _write(self, request: web.Request, response: web.StreamResponse, data: bytes) -> None:
        """Write audio; what is to happen when so much has been written does."""
        post = request[POST]
        for fault in request[BEHAVIOUR].faults:
            here = fault.at.size - len(post.audio) if isinstance(fault.at, AudioSent) else 0
            if not 0 < here <= len(data):
                continue
            await response.write(data[:here])
            post.audio += data[:here]
            data = data[here:]
            assert request.transport is not None
            match fault.do:
                case Reset():
                    reset(request.transport)
                case HangUp():
                    request.transport.close()
                case Silence():
                    await asyncio.get_running_loop().create_future()
                case Wait(seconds):
                    await asyncio.sleep(seconds)
                case other:
                    raise ValueError(f"{other} is not possible over REST")
        if data:
            await response.write(data)
            post.audio += data


def _unauthorized() -> web.Response:
    error = {"code": "401", "message": "Access denied due to invalid subscription key or wrong API endpoint."}
    return web.json_response({"error": error}, status=HTTPStatus.UNAUTHORIZED)
