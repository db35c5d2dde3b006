"""The client as its owner sees it: many recognitions at a time, an end that ends all, and nothing told to anybody."""

import asyncio
from contextlib import suppress
import gc
import logging
import random
import traceback
from typing import Final

import aiohttp
import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Credentials,
    CredentialsError,
    Endpoint,
    Mode,
    RecognitionOptions,
    SpeechClient,
    SpeechError,
    TranslationOptions,
)
from tests.speech_service import KEY, Attempt, Behaviour, Fault, Legible, Post, SpeechService
from tests.speech_service.faults import AudioReceived, Freeze, Refuse, Reset

from .caller import AUDIO, CONVERSATION, INTERACTIVE, SAID, Source, audio_of, calling, listen, sockets_left, tasks_left
from .listener import hear

BOTH: Final = (INTERACTIVE, CONVERSATION)


async def test_two_at_once_do_not_mix() -> None:
    """Each caller gets what he said, and nothing of anybody else's."""
    commands = [f"This is what number {number} says." for number in range(30)]
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        generator = random.Random(1)  # noqa: S311 - repeatable, not secret
        heard = await asyncio.gather(
            *(
                listen(
                    client,
                    Source(audio_of([command]), pace=generator.uniform(0.5, 3)),
                    RecognitionOptions(mode=generator.choice(list(Mode))),
                )
                for command in commands
            )
        )
        assert [each.transcript for each in heard] == commands


async def test_session_stays_its_owners() -> None:
    async with SpeechService(Legible()) as service, aiohttp.ClientSession() as session:
        for _ in range(2):
            client = SpeechClient(session, Endpoint.from_url(service.url), Credentials(key=KEY))
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).transcript == SAID[Mode.INTERACTIVE]
            await client.close()
            assert not session.closed


async def test_session_that_its_owner_has_closed() -> None:
    async with SpeechService(Legible()) as service:
        session = aiohttp.ClientSession()
        client = SpeechClient(session, Endpoint.from_url(service.url), Credentials(key=KEY))
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
        await service.until(lambda: bool(service.connections[0].turns[0].telemetry))
        await session.close()
        assert isinstance((await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error, ConnectionFailedError)
        with pytest.raises(ConnectionFailedError):
            await client.check()
        await client.close()


async def test_closing_in_the_middle_of_many() -> None:
    """At any moment: some open, some speak, some wait for an answer, some are ending."""
    behaviours = [
        Behaviour(delay=float("inf")),
        Behaviour(faults=(Fault(AudioReceived(1), Freeze()),)),
        Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),)),
        Behaviour(answer=Refuse(503)),
        Behaviour(answer=Refuse(200)),
    ]
    for moment in (0.0, 0.05, 0.7, 1.6, 3.0, 6.0):
        async with (
            SpeechService(
                Legible(), behaviours=lambda number: behaviours[number % 7] if number % 7 < 5 else Behaviour()
            ) as service,
            calling(service.url) as client,
        ):
            tasks = [
                asyncio.create_task(listen(client, Source(AUDIO[options.mode], pace=1.0), options))
                for options in BOTH * 10
            ]
            await asyncio.sleep(moment)
            await client.close()
            for heard, options in zip(await asyncio.gather(*tasks), BOTH * 10, strict=True):
                assert SAID[options.mode].startswith(heard.transcript)
                assert heard.error is not None or heard.transcript == SAID[options.mode]
            assert tasks_left() == []


async def test_closed_client_does_nothing_more() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        await client.close()
        await client.close()
        source = Source(AUDIO[Mode.INTERACTIVE])
        heard = await listen(client, source)
        assert isinstance(heard.error, ConnectionFailedError)
        assert str(heard.error) == "the client was closed"
        assert source.closed
        assert not service.attempts


async def test_translates() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), TranslationOptions(targets=("de",)))
    (phrase,) = heard.phrases
    assert phrase.translations == {"de": f"[de] {SAID[Mode.INTERACTIVE]}"}


async def test_caller_who_forgets_the_generator() -> None:
    """Python closes it when nobody holds it any more."""
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        source = Source(AUDIO[Mode.CONVERSATION], pace=1.0)
        async for _ in client.recognize(source, CONVERSATION):
            break
        gc.collect(0)
        await service.until(lambda: service.connections[0].closed)
        assert source.closed


async def test_eager_tasks() -> None:
    """A loop may start every task at once, as Home Assistant does with its own."""
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(answer=Refuse(503))]) as service,
        calling(service.url) as client,
    ):
        for options in BOTH * 2:
            heard = await listen(client, Source(AUDIO[options.mode]), options)
            assert (heard.error, heard.transcript) == (None, SAID[options.mode])
        assert (await listen(client, Source(b""))).error is None
    asyncio.get_running_loop().set_task_factory(None)


# --- tokens


async def test_token_that_expires_between_commands() -> None:
    """An open connection goes on; a new one is refused, which is the caller's to mend."""
    async with SpeechService(Legible()) as service:
        token = service.authorization.issue_token()
        async with calling(service.url, credentials=Credentials(token=token)) as client:
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            await service.until(lambda: bool(service.connections[0].turns[0].telemetry))
            service.authorization.revoke_tokens()
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).transcript == SAID[Mode.INTERACTIVE]
            await service.until(lambda: service.connections[0].closed, timeout=100)
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            assert isinstance(heard.error, CredentialsError)


async def test_token_that_expires_in_mid_speech() -> None:
    """The service closes the connection, and refuses the next: one typed error, at once, and no more attempts."""
    async with SpeechService(Legible()) as service:
        token = service.authorization.issue_token()
        async with calling(service.url, credentials=Credentials(token=token)) as client:
            listening = asyncio.create_task(listen(client, Source(AUDIO[Mode.CONVERSATION], pace=1.0), CONVERSATION))
            await service.until(lambda: service.connections[0].audio_size > 60_000)
            service.authorization.revoke_tokens()
            await service.connections[0].fail()
            heard = await listening
            assert isinstance(heard.error, CredentialsError)
            assert SAID[Mode.CONVERSATION].startswith(heard.transcript)
            assert heard.transcript
            assert len(service.attempts) == 2


# --- secrets


@pytest.mark.parametrize(
    "behaviours",
    [[], [Behaviour(answer=Refuse(401))], [Behaviour(answer=Refuse(200))], [Behaviour(answer=Reset())] * 4],
    ids=["accepted", "refused", "over the REST API", "reset"],
)
async def test_key_is_nowhere_but_in_the_header(behaviours: list[Behaviour], log: pytest.LogCaptureFixture) -> None:
    """Not in a URL, a log line of any logger on any level, a repr, or a traceback with all its frames' values."""
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        requests: list[Attempt | Post] = [*service.attempts, *service.posts]
        for request in requests:
            assert KEY not in request.path
            assert KEY not in str(request.query)
            assert request.headers["Ocp-Apim-Subscription-Key"] == KEY
        for message in (message for connection in service.connections for message in connection.messages):
            assert KEY not in str(message)
        if heard.error is not None:
            assert KEY not in "".join(traceback.format_exception(heard.error))
            assert KEY not in repr(heard.error.__cause__)
        with suppress(SpeechError):
            await client.check()
        for thing in (client, *vars(client).values()):
            assert KEY not in repr(thing)
    assert log.records
    assert KEY not in log.text


async def test_what_was_said_is_in_no_log(log: pytest.LogCaptureFixture) -> None:
    """Our own lines say that something came, and how much, on every level; the words are the caller's."""
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(Fault(AudioReceived(60_000), Reset()),))]) as service,
        calling(service.url) as client,
    ):
        await listen(client, Source(AUDIO[Mode.CONVERSATION]), CONVERSATION)
    lines = [
        record.getMessage() for record in log.records if ".speech." in record.name and "service" not in record.name
    ]
    assert any("speech.phrase" in line for line in lines)
    assert any("trying again" in line for line in lines)
    for line in lines:
        assert len(line) < 300
        for word in ("house", "hear", "Once", "lost"):
            assert word not in line or "connection was lost" in line


async def test_log_is_quiet_without_debugging(log: pytest.LogCaptureFixture) -> None:
    """What a caller should hear of trouble is in the exception."""
    log.set_level(logging.INFO, logger="custom_components.azure_speech_live.speech")
    async with (
        SpeechService(behaviours=lambda _: Behaviour(answer=Refuse(503))) as service,
        calling(service.url) as client,
    ):
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is not None
    assert not [record for record in log.records if record.name.startswith("custom_components")]
    assert sockets_left() == []


async def test_voices_that_the_service_has() -> None:
    refused = Behaviour(answer=Refuse(401))
    async with SpeechService(list_behaviours=[Behaviour(), refused]) as service, calling(service.url) as client:
        voices = await client.voices()
        assert {voice.short_name for voice in voices} == {voice.short_name for voice in service.synthesis.voices}
        with pytest.raises(CredentialsError):
            await client.voices()


async def test_who_hears_and_who_speaks_do_not_wait_for_each_other() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        for _ in range(2):
            heard, spoken = await asyncio.gather(listen(client, Source(AUDIO[Mode.INTERACTIVE])), hear(client))
            assert (heard.transcript, spoken.error) == (SAID[Mode.INTERACTIVE], None)
        assert len(service.attempts) == 2  # each has kept its connection
