"""Which paths an endpoint is asked for translations, and what it says."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    CredentialsError,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
    UpgradeRefusedError,
)
from tests.speech_service import Behaviour, Legible, SpeechService
from tests.speech_service.faults import Refuse

from ..caller import AUDIO, SAID, Source, calling, listen
from .translations import S2S, UNIVERSAL, calling_region, to


def tried(service: SpeechService) -> list[str]:
    """Return the hosts and paths that were asked for a connection."""
    return [f"{attempt.headers['Host']}{attempt.path}" for attempt in service.attempts]


STT_HOST: Final = "westeurope.stt.speech.microsoft.com"


S2S_HOST: Final = "westeurope.s2s.speech.microsoft.com"


async def test_region() -> None:
    async with calling_region("westeurope") as (service, client):
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))).transcript
        # Another language is another query, and so another connection.
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to("fr", mode=Mode.INTERACTIVE))).transcript
        assert tried(service) == [S2S_HOST + S2S] * 2
        assert [len(connection.turns) for connection in service.connections] == [2, 1]


async def test_region_that_has_recognised_before() -> None:
    """Its connection could serve the translation as well, but s2s comes first."""
    async with calling_region("westeurope") as (service, client):
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).transcript
        await service.until(lambda: bool(service.connections[0].turns[0].telemetry))
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))).transcript
        assert tried(service) == [STT_HOST + UNIVERSAL, S2S_HOST + S2S]


@pytest.mark.parametrize("answer", [Refuse(404), Refuse(410), None], ids=["404", "410", "host gone"])
async def test_region_without_s2s(answer: Refuse | None) -> None:
    """Universal v2 on the stt host serves then, and is asked first from then on."""
    behaviours = [Behaviour(answer=answer)] if answer else []
    gone = [] if answer else [S2S_HOST]
    async with calling_region("westeurope", gone=gone, behaviours=behaviours) as (service, client):
        for targets in (("de",), ("fr",)):
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(*targets, mode=Mode.INTERACTIVE))
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        first = [S2S_HOST + S2S] if answer else []
        # There all is asked in the context, so that the second one has the first one's connection.
        assert tried(service) == [*first, STT_HOST + UNIVERSAL]
        # What serves translations is known apart from what serves recognitions.
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).transcript == SAID[Mode.INTERACTIVE]
        assert len(service.connections[0].turns) == 3


@pytest.mark.parametrize("status", [400, 403, 503])
async def test_region_whose_s2s_refuses(status: int) -> None:
    """A firewall may let through no more than the host that recognises."""
    async with calling_region("westeurope", behaviours=[Behaviour(answer=Refuse(status))]) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        assert tried(service) == [S2S_HOST + S2S, STT_HOST + UNIVERSAL]


async def test_region_whose_s2s_refuses_and_that_has_nothing_else() -> None:
    behaviours = [Behaviour(answer=Refuse(403)), Behaviour(answer=Refuse(404))]
    async with calling_region("westeurope", behaviours=behaviours) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, CredentialsError)
        assert len(service.attempts) == 2


async def test_region_with_neither() -> None:
    async with calling_region("westeurope", behaviours=[Behaviour(answer=Refuse(404))] * 2) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, NotASpeechEndpointError)
        assert tried(service) == [S2S_HOST + S2S, STT_HOST + UNIVERSAL]


async def test_region_that_does_not_exist() -> None:
    async with calling_region("westeurope", gone=[S2S_HOST, STT_HOST]) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, HostNotFoundError)
        assert not service.attempts


@pytest.mark.parametrize("status", [404, 410])
async def test_custom_endpoint_without_the_older_path(status: int) -> None:
    options = to(mode=Mode.INTERACTIVE)
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(answer=Refuse(status))]) as service,
        calling(service.url) as client,
    ):
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), options)).transcript
        assert [attempt.path for attempt in service.attempts] == [S2S, UNIVERSAL]


async def test_full_address_of_recognition_does_not_translate() -> None:
    path = "/speech/recognition/interactive/cognitiveservices/v1"
    async with SpeechService() as service, calling(service.url + path) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to())
        assert isinstance(heard.error, NotASpeechEndpointError)
        assert not service.attempts


@pytest.mark.parametrize("path", [S2S, UNIVERSAL, ""])
async def test_check(path: str) -> None:
    async with SpeechService() as service, calling(service.url + path) as client:
        await client.check()
        await service.until(lambda: service.connections[0].closed)
        assert len(service.attempts) == 1


@pytest.mark.parametrize("status", [200, 400, 405, 426, 501])
async def test_refused_as_a_plain_request(status: int) -> None:
    """There is no way around: the REST API does not translate."""
    behaviours = [Behaviour(answer=Refuse(status))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, UpgradeRefusedError)
        assert not service.posts
