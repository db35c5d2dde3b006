"""The REST interface: where a body goes, what comes back, and what does not."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.azure_speech_live.speech import Credentials, Mode, RequestRefusedError, SpeechError, WebPageError
from custom_components.azure_speech_live.speech.wire.guarded_session import guarded
from custom_components.azure_speech_live.speech.wire.limits import MAX_ANSWER_SIZE
from custom_components.azure_speech_live.speech.wire.rest import MovedError, Rest
from tests.speech_service import KEY, Behaviour, Legible, SpeechService
from tests.speech_service.faults import Refuse

from ..caller import AUDIO, SAID, Source, calling, listen


async def pieces() -> AsyncGenerator[bytes]:
    """Give a body."""
    yield b"a bo"
    yield b"dy"


@asynccontextmanager
async def posted_to(*answers: web.Response) -> AsyncIterator[tuple[Rest, URL, list[bytes]]]:
    """Give the interface of a server that answers so, one after the other, and the bodies that it gets."""
    bodies: list[bytes] = []
    left = list(answers)

    async def answer(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return left.pop(0)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        own = guarded(session, Credentials(key=KEY), encrypted=False)
        yield Rest(own), server.make_url("/"), bodies
        own.detach()


async def test_a_body_and_its_answer() -> None:
    async with posted_to(web.Response(body=b"{}")) as (rest, url, bodies):
        assert await rest.post(url, pieces(), {}) == b"{}"
        assert bodies == [b"a body"]


async def test_an_answer_is_bounded() -> None:
    async with posted_to(web.Response(body=bytes(3 * MAX_ANSWER_SIZE))) as (rest, url, _):
        answer = await rest.post(url, pieces(), {})
        assert MAX_ANSWER_SIZE < len(answer) < 2 * MAX_ANSWER_SIZE


async def test_a_page_is_no_answer() -> None:
    async with posted_to(web.Response(body=b"\n <html>Log in</html>")) as (rest, url, _):
        with pytest.raises(WebPageError):
            await rest.post(url, pieces(), {})


async def test_what_refuses_an_upgrade_elsewhere_refuses_the_request_here() -> None:
    async with posted_to(web.Response(status=400)) as (rest, url, _):
        with pytest.raises(RequestRefusedError, match="HTTP 400"):
            await rest.post(url, pieces(), {})


async def test_any_other_redirect_makes_a_question_of_it() -> None:
    login = web.Response(status=302, headers={"Location": "/login"})
    async with posted_to(login, web.Response(body=b"<html>Log in</html>")) as (rest, url, bodies):
        with pytest.raises(WebPageError):
            await rest.post(url, pieces(), {})
        assert bodies == [b"a body", b""]


@pytest.mark.parametrize("status", [307, 308])
async def test_who_kept_the_body_sends_it_again(status: int) -> None:
    """Where it was is remembered until it fails there."""
    moved = web.Response(status=status, headers={"Location": "/there"})
    answers = (moved, web.Response(body=b"there"), web.Response(body=b"again"), web.Response(status=500))
    async with posted_to(*answers, web.Response(body=b"here")) as (rest, url, bodies):
        with pytest.raises(MovedError) as caught:
            await rest.post(url, pieces(), {})
        assert not hasattr(caught.value, "url")
        for answer in (b"there", b"again"):
            assert await rest.post(url, pieces(), {}) == answer
        with pytest.raises(SpeechError):
            await rest.post(url, pieces(), {})
        assert await rest.post(url, pieces(), {}) == b"here"
        assert bodies[1:] == [b"a body"] * 4


# --- as who recognises meets it


@pytest.mark.parametrize("status", [307, 308])
async def test_audio_goes_where_the_post_is_sent(status: int) -> None:
    plain = [Behaviour(answer=Refuse(426))] * 9
    async with SpeechService(Legible(), behaviours=plain) as target:
        location = f"http://127.0.0.1:{target.port}/speech/recognition/interactive/cognitiveservices/v1?language=en-US"
        moved = Behaviour(answer=Refuse.redirect(location, status))
        service = SpeechService(Legible(), behaviours=plain, rest_behaviours=lambda _: moved)
        async with service, calling(service.url) as client:
            for posts in (1, 2):
                heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
                assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
                assert (len(service.posts), len(target.posts)) == (1, posts)


async def test_a_post_that_is_sent_on_and_on_is_an_error() -> None:
    plain = [Behaviour(answer=Refuse(426))] * 9
    moved = Behaviour(answer=Refuse.redirect("/elsewhere", 307))
    service = SpeechService(Legible(), behaviours=plain, rest_behaviours=lambda _: moved)
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert isinstance(heard.error, MovedError)
        with pytest.raises(SpeechError):
            await client.check()


# --- what is read, and what comes piece by piece


async def test_what_is_at_an_address() -> None:
    async with posted_to(web.Response(body=b"[]"), web.Response(body=bytes(100_000))) as (rest, url, bodies):
        assert await rest.get(url, 10) == b"[]"
        assert 10 < len(await rest.get(url, 10)) <= 100_000
        assert bodies == [b"", b""]


async def test_what_is_at_an_address_may_be_a_page_or_refused() -> None:
    async with posted_to(web.Response(body=b"<html>"), web.Response(status=400)) as (rest, url, _):
        with pytest.raises(WebPageError):
            await rest.get(url, 10)
        with pytest.raises(RequestRefusedError):
            await rest.get(url, 10)


async def streamed(rest: Rest, url: URL) -> bytes:
    """Return all that comes."""
    return b"".join([piece async for piece in rest.stream(url, b"a body", {})])


async def test_an_answer_as_it_comes() -> None:
    answers = (web.Response(body=b"RIFF" * 10_000), web.Response(body=b""), web.Response(body=b"\n<html>"))
    async with posted_to(*answers) as (rest, url, bodies):
        assert await streamed(rest, url) == b"RIFF" * 10_000
        assert await streamed(rest, url) == b""
        with pytest.raises(WebPageError):
            await streamed(rest, url)
        assert bodies == [b"a body"] * 3


async def test_audio_may_begin_with_any_byte() -> None:
    answers = (web.Response(body=sound, content_type="audio/basic") for sound in (b"<\0!", b"\t<\n"))
    async with posted_to(*answers) as (rest, url, _):
        assert [await streamed(rest, url) for _ in range(2)] == [b"<\0!", b"\t<\n"]


async def test_stream_that_has_moved() -> None:
    moved = web.Response(status=307, headers={"Location": "/elsewhere"})
    answers = (moved, web.Response(body=b"one"), web.Response(body=b"two"), web.Response(status=400))
    async with posted_to(*answers, web.Response(body=b"back")) as (rest, url, _):
        with pytest.raises(MovedError):
            await streamed(rest, url)
        assert [await streamed(rest, url) for _ in range(2)] == [b"one", b"two"]
        with pytest.raises(RequestRefusedError):
            await streamed(rest, url)
        assert await streamed(rest, url) == b"back"
