"""A translation against the stand-in, and what is to come of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from socket import AF_INET
from typing import Any, Final, override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from custom_components.azure_speech_live.speech import Mode, Phrase, RecognitionStatus, SpeechClient, TranslationOptions
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.service import Behaviours

from ..caller import AUDIO, Heard, Source, calling, listen

VOICE: Final = "de-DE-KatjaNeural"
MODES: Final = (Mode.INTERACTIVE, Mode.CONVERSATION)
"""Those that differ."""
UNIVERSAL: Final = "/stt/speech/universal/v2"


S2S: Final = "/speech/translation/cognitiveservices/v1"


def to(*targets: str, mode: Mode = Mode.CONVERSATION, **more: Any) -> TranslationOptions:
    """Return options of a translation."""
    return TranslationOptions(targets=targets or ("de",), mode=mode, **more)


async def translate(options: TranslationOptions, *, path: str = "", pcm: bytes | None = None, **service: Any) -> Heard:
    """Translate on a service of its own that reads the audio, which is what the tests' phrases say."""
    async with SpeechService(Legible(), **service) as running, calling(running.url + path) as client:
        return await listen(client, Source(AUDIO[options.mode] if pcm is None else pcm), options)


def success(heard: Heard) -> list[Phrase]:
    """Return the phrases that say something."""
    return [phrase for phrase in heard.phrases if phrase.status is RecognitionStatus.SUCCESS]


def german(phrases: Sequence[str]) -> list[dict[str, str]]:
    """Return what the stand-in makes of phrases."""
    return [{"de": f"[de] {phrase}"} for phrase in phrases]


def faulty(*faults: Fault) -> Behaviours:
    """Let the first connection have these faults."""
    return [Behaviour(faults=faults)]


class Names(AbstractResolver):
    """Resolves the hosts of regions to the stand-in; those that are gone are not found."""

    def __init__(self, port: int, gone: Sequence[str] = ()) -> None:
        self._port = port
        self._gone = gone

    @override
    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        if host in self._gone:
            raise OSError(f"no such host: {host}")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=AF_INET, proto=0, flags=0)]

    @override
    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def calling_region(
    region: str, *, gone: Sequence[str] = (), **arguments: Any
) -> AsyncIterator[tuple[SpeechService, SpeechClient]]:
    """Give a service that is all hosts of a region, and a client of that region."""
    server, client = make_tls_contexts(*make_certificate())
    client.check_hostname = False  # it is for 127.0.0.1
    async with SpeechService(Legible(), ssl=server, **arguments) as service:
        connector = aiohttp.TCPConnector(resolver=Names(service.port, gone), ssl=client, force_close=True)
        async with calling(f"wss://{region}.stt.speech.microsoft.com", connector=connector) as speech:
            yield service, speech
