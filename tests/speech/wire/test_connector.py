"""The connector: which path serves, who waits for whom, and what a check says."""

import asyncio
from dataclasses import replace
import resource
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
    OpenTimeoutError,
    RecognitionOptions,
    ServiceError,
    SpeechError,
    ThrottledError,
    WebPageError,
)
from custom_components.azure_speech_live.speech.wire.connection import OPEN_LIMIT
from custom_components.azure_speech_live.speech.wire.pool import IDLE_LIMIT
from tests.speech_service import Behaviour, Fault, Legible, SpeechService, Synthesis
from tests.speech_service.faults import AudioReceived, Freeze, Refuse, Reset
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import Behaviours
from tests.speech_service.synthesis.refusals import THROTTLED

from ..caller import AUDIO, SAID, Source, calling, listen
from ..faults.places import MakePlace, closed_port, nobody_speaks, secure, unknown_name, untrusted
from ..listener import OPTIONS, Texts, hear

CLASSIC: Final = "/speech/recognition/interactive/cognitiveservices/v1"
UNIVERSAL: Final = "/stt/speech/universal/v2"
BARE_SYNTHESIS: Final = "/cognitiveservices/websocket/v1"
PLAIN: Final = Behaviour(answer=Refuse(200))
LOGIN: Final = Behaviour(answer=Refuse(200, {}, "<html>"))
MISSING: Final = Behaviour(answer=Refuse(404))


async def gone(service: SpeechService) -> None:
    """Wait until no connection is kept any more."""
    await service.until(lambda: all(connection.closed for connection in service.connections), timeout=2 * IDLE_LIMIT)


# --- generations of paths


async def test_path_that_serves_is_remembered() -> None:
    """The 404 costs one request, once in the client's life."""
    async with SpeechService(Legible(), behaviours=[MISSING]) as service, calling(service.url) as client:
        for _ in range(3):
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
            await gone(service)
        assert [attempt.path for attempt in service.attempts] == [CLASSIC, UNIVERSAL, UNIVERSAL, UNIVERSAL]


async def test_path_that_serves_is_remembered_behind_a_text_that_was_streamed() -> None:
    """That has a path of its own, and says nothing of the others."""
    async with SpeechService(behaviours=[MISSING]) as service, calling(service.url) as client:
        for options in (OPTIONS, replace(OPTIONS, text_streaming=True), OPTIONS):
            await client.prepare(options)
            await service.until(lambda: all(each.closed for each in service.syntheses), timeout=2 * IDLE_LIMIT)
        _, served, streamed, *again = (attempt.path for attempt in service.attempts)
        assert again == [served] != [streamed]


async def test_path_that_serves_no_more_is_left() -> None:
    """A container that is replaced by a newer one."""
    behaviours = [MISSING, Behaviour(), MISSING]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        for _ in range(3):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
            await gone(service)
        paths = [attempt.path for attempt in service.attempts]
        assert paths == [CLASSIC, UNIVERSAL, UNIVERSAL, CLASSIC, CLASSIC]


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_other_refusals_do_not_lead_to_the_other_path(status: int) -> None:
    answer = Behaviour(answer=Refuse(status))
    async with SpeechService(behaviours=lambda _: answer) as service, calling(service.url) as client:
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is not None
        assert {attempt.path for attempt in service.attempts} == {CLASSIC}


@pytest.mark.parametrize(
    "path",
    [
        UNIVERSAL,
        "/v1.0" + UNIVERSAL,
        "/v1.0" + CLASSIC,
        "/v1.0/speech/recognition/conversation/cognitiveservices/v1",
    ],
)
async def test_full_address_is_used_as_it_is(path: str) -> None:
    """Private endpoints, and the base that the documentation of 2018 gives."""
    async with SpeechService(Legible()) as service, calling(service.url + path) as client:
        heard = await listen(client, Source(AUDIO[Mode.CONVERSATION]), RecognitionOptions(mode=Mode.INTERACTIVE))
        assert heard.error is None
        assert [attempt.path for attempt in service.attempts] == [path]


async def test_secure_connection() -> None:
    async with secure() as place, calling(place.url, connector=place.connector()) as client:
        for _ in range(2):
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


# --- many at a time


async def test_nobody_waits_for_anybody() -> None:
    """Fifty at once take as long as one, each on a connection of its own."""
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        alone = await listen(client, Source(AUDIO[Mode.INTERACTIVE], pace=1.0))
        await gone(service)
        together = await asyncio.gather(*(listen(client, Source(AUDIO[Mode.INTERACTIVE], pace=1.0)) for _ in range(50)))
        assert {heard.transcript for heard in together} == {SAID[Mode.INTERACTIVE]}
        assert {round(heard.seconds, 3) for heard in together} == {round(alone.seconds, 3)}
        assert len(service.connections) == 51


async def test_one_in_trouble_holds_up_nobody() -> None:
    """The first connection freezes and the second never opens; the third command is as quick as ever."""
    frozen = Behaviour(faults=(Fault(AudioReceived(1), Freeze()),))
    behaviours = [frozen, Behaviour(delay=float("inf"))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        slow = []
        for number in range(2):
            slow.append(asyncio.create_task(listen(client, Source(AUDIO[Mode.INTERACTIVE]))))
            await service.until(lambda number=number: len(service.attempts) > number)  # type: ignore[misc]
        quick = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert (quick.error, quick.seconds) == (None, 0.0)
        for heard in await asyncio.gather(*slow):
            assert heard.error is None


# --- check


@pytest.mark.parametrize(
    ("behaviours", "rest", "kind"),
    [
        ([], [], None),
        ([Behaviour(delay=3.0)], [], None),
        ([MISSING], [], None),
        ([MISSING] * 2, [], NotASpeechEndpointError),
        ([Behaviour(answer=Refuse(401))], [], CredentialsError),
        ([Behaviour(answer=Refuse(403))], [], CredentialsError),
        ([Behaviour(answer=Refuse(429))], [], ThrottledError),
        ([Behaviour(answer=Refuse(503))], [], ServiceError),
        ([PLAIN], [], None),
        ([PLAIN], [Behaviour(answer=Refuse(401))], CredentialsError),
        ([PLAIN], [Behaviour(answer=Refuse(404))], NotASpeechEndpointError),
        ([PLAIN], [Behaviour(answer=Refuse(400))], NotASpeechEndpointError),
        ([PLAIN], [LOGIN], WebPageError),
        ([PLAIN, LOGIN], [Behaviour(answer=Refuse.redirect("/login", 302))], WebPageError),
        ([Behaviour(answer=Refuse(511, {}, "<html>"))], [], WebPageError),
        ([PLAIN], [Behaviour(delay=float("inf"))], ConnectionFailedError),
        ([Behaviour(delay=float("inf"))], [], OpenTimeoutError),
        ([Behaviour(answer=Reset())] * 2, [], ConnectionFailedError),
    ],
)
async def test_check(behaviours: Behaviours, rest: Behaviours, kind: type[SpeechError] | None) -> None:
    loop = asyncio.get_running_loop()
    no_list = [MISSING]
    async with SpeechService(
        Legible(), behaviours=behaviours, rest_behaviours=rest, list_behaviours=no_list
    ) as service:
        async with calling(service.url) as client:
            began = loop.time()
            if kind is None:
                assert await client.check()
            else:
                with pytest.raises(kind) as caught:
                    await client.check()
                assert type(caught.value) is kind
            assert loop.time() - began <= OPEN_LIMIT + 1
        assert all(not connection.turns for connection in service.connections)


async def test_check_of_what_only_speaks() -> None:
    async with SpeechService(behaviours=lambda _: MISSING) as service, calling(service.url) as client:
        assert not await client.check()


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (closed_port, ConnectionFailedError),
        (unknown_name, HostNotFoundError),
        (nobody_speaks, ConnectionFailedError),
        (untrusted, ConnectionFailedError),
    ],
)
async def test_check_of_a_wrong_address(place: MakePlace, kind: type[SpeechError]) -> None:
    async with place() as somewhere, calling(somewhere.url, connector=somewhere.connector()) as client:
        with pytest.raises(kind):
            await client.check()


async def test_no_file_descriptor_is_left() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # of those that are open none is closed
        try:
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert isinstance(heard.error, ConnectionFailedError)
        assert heard.seconds_more <= 0.31
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


async def test_check_closes_its_connection() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        await client.check()
        await service.until(lambda: service.connections[0].closed)
        assert service.connections[0].client_close_code == 1000


# --- opened early


async def test_connection_that_is_prepared() -> None:
    """It is there for whoever comes within a minute, once; then it is closed."""
    async with SpeechService() as service, calling(service.url) as client:
        await client.prepare(OPTIONS)
        await client.prepare(OPTIONS)
        assert [attempt.path for attempt in service.attempts] == [BARE_SYNTHESIS]
        (connection,) = service.syntheses
        await service.until(lambda: connection.closed, timeout=2 * IDLE_LIMIT)


async def test_connection_that_is_being_prepared_is_waited_for() -> None:
    """By one answer, who gets it; another one opens its own."""
    async with SpeechService(behaviours=[Behaviour(delay=0.5)]) as service, calling(service.url) as client:
        preparing = [asyncio.create_task(client.prepare(OPTIONS)) for _ in range(2)]
        await service.until(lambda: len(service.attempts) == 1)
        answers = [asyncio.create_task(hear(client)) for _ in range(2)]
        first, second = await asyncio.gather(*answers)
        await asyncio.gather(*preparing)
        assert (first.error, second.error) == (None, None)
        assert first.times[0] == pytest.approx(0.5, abs=0.01)
        assert second.times[0] < 0.1
        assert [len(each.turns) > 0 for each in service.syntheses] == [True, True]


@pytest.mark.parametrize("cancelled", [False, True])
async def test_connection_that_is_prepared_in_vain_is_opened_by_who_waits_for_it(*, cancelled: bool) -> None:
    async with SpeechService(behaviours=[Behaviour(delay=0.5, answer=Refuse(503))]) as service:
        async with calling(service.url) as client:
            preparing = asyncio.create_task(client.prepare(OPTIONS))
            await service.until(lambda: len(service.attempts) == 1)
            answer = asyncio.create_task(hear(client))
            await asyncio.sleep(0.1)
            if cancelled:
                preparing.cancel()
            await asyncio.wait([preparing])
            assert (await answer).error is None
            assert preparing.cancelled() is cancelled
            if not cancelled:
                assert isinstance(preparing.exception(), ServiceError)
        assert len(service.attempts) == 2


async def test_connection_that_cannot_be_prepared() -> None:
    async with SpeechService(behaviours=lambda _: MISSING) as service, calling(service.url) as client:
        with pytest.raises(NotASpeechEndpointError):
            await client.prepare(OPTIONS)
        assert len(service.attempts) == 2


async def test_none_is_prepared_while_somebody_waits_for_one() -> None:
    synthesis = Synthesis(per_minute=PerMinute(close=THROTTLED, requests=0))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        announcing = asyncio.create_task(hear(client, Texts(["One."]), long=True))
        await asyncio.sleep(0.5)
        attempts = len(service.attempts)
        assert attempts
        await client.prepare(OPTIONS)
        assert len(service.attempts) == attempts
        announcing.cancel()
        await asyncio.wait([announcing])
