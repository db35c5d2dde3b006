"""The pool: a second command goes over the same connection, and a dead one costs next to nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
import pytest
from yarl import URL

from custom_components.azure_speech_live.speech import Credentials, Mode, RecognitionOptions, SpeechClient
from custom_components.azure_speech_live.speech.recognition.turn import FIRST_ANSWER, FIRST_ANSWER_REUSED
from custom_components.azure_speech_live.speech.wire.connection import Connection
from custom_components.azure_speech_live.speech.wire.connector import SETTLE_LIMIT
from custom_components.azure_speech_live.speech.wire.pool import AGE_LIMIT, IDLE_LIMIT, Pool
from tests.speech_service import KEY, Behaviour, Fault, Legible, Limits, SpeechService
from tests.speech_service.faults import (
    Action,
    After,
    AudioReceived,
    Before,
    Close,
    Drop,
    Freeze,
    Received,
    Refuse,
    Reset,
    Send,
    Silence,
)

from ..caller import (
    AUDIO,
    CONVERSATION,
    INTERACTIVE,
    SAID,
    Heard,
    Source,
    calling,
    listen,
    tasks_left,
)

END: Final = After("turn.end")


def service_with(*behaviours: Behaviour, limits: Limits | None = None) -> SpeechService:
    """Return a service whose first connections behave like this."""
    return SpeechService(Legible(), behaviours=behaviours, limits=limits)


async def command(client: SpeechClient, options: RecognitionOptions = INTERACTIVE) -> Heard:
    """Have a command recognised, which has to succeed."""
    heard = await listen(client, Source(AUDIO[options.mode]), options)
    assert (heard.error, heard.transcript) == (None, SAID[options.mode])
    return heard


async def settled(service: SpeechService, connection: int = 0, turn: int = 0) -> None:
    """Wait until a turn is over for the service as well, and has been reported to it."""
    await service.until(lambda: bool(service.connections[connection].turns[turn].telemetry))


async def closed(service: SpeechService, connection: int = 0) -> int | None:
    """Wait until a connection is closed; return the code that the client gave."""
    await service.until(lambda: service.connections[connection].closed, timeout=1000)
    return service.connections[connection].client_close_code


@pytest.mark.parametrize("mode", [Mode.INTERACTIVE, Mode.CONVERSATION])
async def test_second_command_goes_over_the_same_connection(mode: Mode) -> None:
    async with service_with() as service, calling(service.url) as client:
        for turn in range(3):
            await command(client, RecognitionOptions(mode=mode))
            await settled(service, turn=turn)
        (connection,) = service.connections
        assert [turn.ended for turn in connection.turns] == [True] * 3
        assert [message.path for message in connection.messages].count("speech.config") == 1
        assert len({turn.request_id for turn in connection.turns}) == 3


async def test_used_until_its_idle_time_is_over() -> None:
    async with service_with() as service, calling(service.url) as client:
        await command(client)
        await settled(service)
        await asyncio.sleep(IDLE_LIMIT - 1)
        await command(client)
        await settled(service, turn=1)
        began = asyncio.get_running_loop().time()
        assert await closed(service) == 1000
        assert asyncio.get_running_loop().time() - began == pytest.approx(IDLE_LIMIT)
        assert tasks_left() == []
        await command(client)
        assert len(service.connections) == 2


async def test_gets_no_new_turn_when_it_is_old() -> None:
    async with service_with() as service, calling(service.url) as client:
        pause = IDLE_LIMIT - 10
        for turn in range(int(AGE_LIMIT / pause) + 1):
            await command(client)
            await settled(service, turn=turn)
            await asyncio.sleep(pause)
        await command(client)
        assert len(service.connections) == 2
        assert await closed(service) == 1000


async def test_is_not_kept_when_it_is_old() -> None:
    """A turn that began in time and ended late."""
    async with service_with() as service, calling(service.url) as client:
        audio = bytes(int(AGE_LIMIT + 5) * 32_000)
        heard = await listen(client, Source(audio, pace=1.0, chunk=32_000), CONVERSATION)
        assert heard.error is None
        await settled(service)
        began = asyncio.get_running_loop().time()
        assert await closed(service) == 1000
        assert asyncio.get_running_loop().time() - began < IDLE_LIMIT / 2
        assert heard.seconds < 600


@pytest.mark.parametrize(
    ("at", "fault", "within"),
    [
        (END, Freeze(), FIRST_ANSWER_REUSED),
        (END, Silence(), FIRST_ANSWER),
        (END, Close(1000), 0.0),
        (END, Close(4401), 0.0),
        (END, Reset(), 0.0),
        (END, Send(b""), 0.0),
        (Received("speech.context", 2), Close(1000), 0.0),
        (Received("speech.context", 2), Close(1011), 0.0),
        (Received("speech.context", 2), Reset(), 0.0),
    ],
    ids=repr,
)
async def test_dead_connection_costs_little_and_does_not_count(at: After, fault: Action, within: float) -> None:
    """It has died while it was kept; the one after it breaks as well, and still there is a third."""
    broken = Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))
    async with service_with(Behaviour(faults=(Fault(at, fault),)), broken) as service, calling(service.url) as client:
        await command(client)
        await service.until(lambda: service.connections[0].turns[0].ended)
        heard = await command(client)
        assert heard.seconds_more <= within + 0.01
        assert len(service.attempts) == 3


async def test_dead_connection_in_mid_speech_costs_nothing_that_is_heard() -> None:
    async with service_with(Behaviour(faults=(Fault(END, Freeze()),))) as service, calling(service.url) as client:
        await command(client)
        await service.until(lambda: service.connections[0].turns[0].ended)
        heard = await listen(client, Source(AUDIO[Mode.CONVERSATION], pace=1.0), CONVERSATION)
        assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
        assert heard.seconds_more <= 0.01


async def test_throttled_on_a_kept_connection() -> None:
    behaviour = Behaviour(faults=(Fault(Received("speech.context", 2), Close(4429)),))
    async with service_with(behaviour) as service, calling(service.url) as client:
        await command(client)
        await settled(service)
        heard = await command(client)
        assert heard.seconds == pytest.approx(1.0, abs=0.01)
        assert len(service.attempts) == 2


@pytest.mark.parametrize("limits", [Limits(idle=30.0), Limits(age=30.0)], ids=repr)
async def test_service_ends_it_earlier(limits: Limits) -> None:
    async with service_with(limits=limits) as service, calling(service.url) as client:
        await command(client)
        await settled(service)
        await closed(service)
        assert tasks_left() == []
        heard = await command(client)
        assert heard.seconds_more <= 0.01
        assert len(service.attempts) == 2


async def test_one_is_kept_of_several() -> None:
    async with service_with() as service, calling(service.url) as client:
        await asyncio.gather(*(command(client) for _ in range(5)))
        assert len(service.connections) == 5
        await service.until(lambda: sum(connection.closed for connection in service.connections) == 4)
        assert {connection.client_close_code for connection in service.connections if connection.closed} == {1000}
        await command(client)
        assert len(service.connections) == 5


async def test_one_for_something_else_takes_its_place() -> None:
    """On the older paths the language stands in the URL, so that another one needs another connection."""
    german = RecognitionOptions(language="de-DE")
    async with service_with() as service, calling(service.url) as client:
        await command(client)
        await settled(service)
        await command(client, german)
        await settled(service, connection=1)
        assert await closed(service) == 1000
        await command(client, german)
        assert len(service.connections) == 2
        assert [connection.query["language"] for connection in service.connections] == ["en-US", "de-DE"]


async def test_without_turn_end_it_is_not_kept() -> None:
    async with (
        service_with(Behaviour(faults=(Fault(Before("turn.end"), Drop()),))) as service,
        calling(service.url) as client,
    ):
        began = asyncio.get_running_loop().time()
        await command(client)
        assert await closed(service) == 1000
        assert asyncio.get_running_loop().time() - began == pytest.approx(2.0)
        await command(client)
        assert len(service.connections) == 2


async def test_answers_pings_while_it_is_kept() -> None:
    async with service_with() as service, calling(service.url) as client:
        await command(client)
        await settled(service)
        await service.connections[0].ping()
        await command(client)
        assert len(service.connections) == 1


async def test_closing_the_client_closes_it() -> None:
    async with service_with() as service:
        async with calling(service.url) as client:
            await command(client)
            await settled(service)
        assert await closed(service) == 1000


async def test_closing_the_client_while_turns_end() -> None:
    """Neither the one that waits for turn.end nor the one that is being closed is left."""
    behaviour = Behaviour(faults=(Fault(Before("turn.end"), Freeze()),))
    async with service_with(behaviour, behaviour) as service:
        async with calling(service.url) as client:
            await asyncio.gather(command(client), command(client))
            assert tasks_left() != []
            began = asyncio.get_running_loop().time()
            await client.close()
            assert asyncio.get_running_loop().time() - began < SETTLE_LIMIT  # they are not waited for
        await service.until(lambda: len(service.connections) == 2)


@asynccontextmanager
async def pool_and_connection() -> AsyncIterator[tuple[Pool, list[Connection], Connection]]:
    """Give a pool, the connections that it discards, and one to put into it."""
    async with service_with() as service, aiohttp.ClientSession(headers=Credentials(key=KEY).headers()) as session:
        connection = await Connection.open(session, URL(service.url + "/stt/speech/universal/v2"), "0" * 32, {})
        discarded: list[Connection] = []
        yield Pool(discarded.append), discarded, connection
        assert tasks_left() == []
        await connection.close()


async def test_what_comes_after_it_is_closed_is_discarded() -> None:
    async with pool_and_connection() as (pool, discarded, connection):
        await pool.close()
        pool.put(connection)
        assert discarded == [connection]
        assert await pool.take(connection.url) is None


async def test_closing_it_ends_what_watches() -> None:
    async with pool_and_connection() as (pool, discarded, connection):
        pool.put(connection)
        await pool.close()
        assert discarded == [connection]
        assert await pool.take(connection.url) is None


async def test_all_can_be_taken_from_it() -> None:
    async with pool_and_connection() as (pool, discarded, connection):
        pool.put(connection)
        assert pool.take_all() == [connection]
        await asyncio.sleep(0)
        assert tasks_left() == []
        assert await pool.take(connection.url) is None
        assert discarded == []


async def test_a_closed_connection_is_not_kept() -> None:
    async with pool_and_connection() as (pool, discarded, connection):
        await connection.close()
        pool.put(connection)
        assert discarded == [connection]


async def test_refused_connection_after_a_dead_one() -> None:
    async with (
        service_with(Behaviour(faults=(Fault(END, Freeze()),)), Behaviour(answer=Refuse(503))) as service,
        calling(service.url) as client,
    ):
        await command(client)
        await service.until(lambda: service.connections[0].turns[0].ended)
        heard = await command(client)
        assert heard.seconds_more <= FIRST_ANSWER_REUSED + 0.31
