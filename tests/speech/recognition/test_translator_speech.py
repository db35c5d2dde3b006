"""The dialect of the Translator Speech API of 2018: our client against the stand-in that speaks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import itertools
from typing import Any, Final

import aiohttp
import pytest

from custom_components.azure_speech_live.speech import (
    Credentials,
    CredentialsError,
    Mode,
    NotASpeechEndpointError,
    Phrase,
    Profanity,
    RecognitionStatus,
    SpeechClient,
    Synthesis,
    SynthesisEnded,
    TranslationOptions,
)
from custom_components.azure_speech_live.speech.recognition.translator_speech import (
    CLOSING_SILENCE,
    QUIET,
)
from tests.speech_service import KEY, Behaviour, Fault, Legible, Scripted, SpeechService, Utterance
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.engines.scripted_translation import spoken
from tests.speech_service.faults import Before, Wait
from tests.speech_service.wav import riff_header

from ..caller import AUDIO, PHRASES, SAID, Heard, Source, calling, listen
from .translations import MODES, Names, german, success, to

PATH: Final = "/speech/translate"
VOICE: Final = "de-DE-Katja"


@asynccontextmanager
async def interpreter(**arguments: Any) -> AsyncIterator[tuple[SpeechService, SpeechClient]]:
    """Give a service that reads the audio, and a client of its older API."""
    service = SpeechService(arguments.pop("engine", None) or Legible(), **arguments)
    async with service, calling(service.url + PATH) as client:
        yield service, client


async def translate(options: TranslationOptions, pcm: bytes | None = None, **arguments: Any) -> Heard:
    """Translate on a service of its own."""
    async with interpreter(**arguments) as (_, client):
        return await listen(client, Source(AUDIO[options.mode] if pcm is None else pcm), options)


@pytest.mark.parametrize("pace", [0.0, 1.0])
@pytest.mark.parametrize("mode", MODES)
async def test_translates(mode: Mode, pace: float) -> None:
    async with interpreter() as (service, client):
        heard = await listen(client, Source(AUDIO[mode], pace), to(mode=mode))
        await service.until(lambda: service.translators[0].closed)
        [connection] = service.translators
        assert not service.connections
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    assert {phrase.translation_error for phrase in success(heard)} == {None}
    assert heard.hypotheses
    assert all(hypothesis.translations == {"de": f"[de] {hypothesis.text}"} for hypothesis in heard.hypotheses)
    # The service does not say when it has said its last; silence tells it that there is no more.
    assert heard.seconds_more == (0.0 if mode is Mode.INTERACTIVE else QUIET)
    assert connection.turns[0].riff == riff_header()
    assert connection.turns[0].audio[: len(AUDIO[mode])] == AUDIO[mode]
    assert connection.client_close_code == 1000


async def test_silence_follows_the_audio() -> None:
    async with interpreter() as (service, client):
        await listen(client, Source(AUDIO[Mode.CONVERSATION]), to())
        audio = service.translators[0].turns[0].audio
    assert audio == AUDIO[Mode.CONVERSATION] + silence(CLOSING_SILENCE)


async def test_what_is_asked() -> None:
    options = to("de", language="en-GB", mode=Mode.INTERACTIVE, voice=VOICE, profanity=Profanity.REMOVED)
    async with interpreter() as (service, client):
        heard = await listen(client, Source(speak("The damn light.") + silence(0.6)), options)
        [connection] = service.translators
    assert heard.transcript == "The light."
    asked = connection.options
    assert (asked.source, asked.target, asked.voice, asked.profanity) == ("en-GB", "de", VOICE, "removed")
    assert asked.features == {"partial", "timinginfo", "texttospeech"}
    assert connection.headers["Ocp-Apim-Subscription-Key"] == KEY
    assert not {"subscription-key", "access_token"} & connection.query.keys()


@pytest.mark.parametrize(
    ("profanity", "text"),
    [(Profanity.MASKED, "The *** light."), (Profanity.REMOVED, "The light."), (Profanity.RAW, "The damn light.")],
)
async def test_profanity(profanity: Profanity, text: str) -> None:
    options = to(mode=Mode.INTERACTIVE, profanity=profanity)
    heard = await translate(options, speak("The damn light.") + silence(0.6))
    assert (heard.transcript, heard.phrases[0].translations) == (text, {"de": f"[de] {text}"})


async def test_times() -> None:
    heard = await translate(to(), silence(0.5) + speak("One.") + silence(1.0) + speak("Two."))
    assert [(phrase.offset, phrase.duration) for phrase in success(heard)] == [(0.5, 0.08), (1.58, 0.08)]


async def test_one_language_of_several() -> None:
    heard = await translate(to("de", "fr", mode=Mode.INTERACTIVE))
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[Mode.INTERACTIVE])
    assert heard.phrases[0].translation_error == "the service did not translate to fr"


async def test_token() -> None:
    async with SpeechService(Legible()) as service:
        credentials = Credentials(token=service.authorization.issue_token())
        async with calling(service.url + PATH, credentials=credentials) as client:
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
    assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])


async def test_one_connection_for_each() -> None:
    """There is no second utterance on a connection, and none is kept open for one."""
    async with interpreter() as (service, client):
        for _ in range(2):
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
            await service.until(lambda: service.translators[-1].closed)
        assert len(service.translators) == 2


async def test_answers_pings() -> None:
    async with interpreter() as (service, client), asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen(client, Source(AUDIO[Mode.CONVERSATION], pace=1.0), to()))
        await service.until(lambda: bool(service.translators[0].results))
        await service.translators[0].ping()
    heard = listening.result()
    assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])


async def test_nothing_is_sent_after_the_phrase() -> None:
    async with interpreter() as (service, client):
        pcm = speak("Hello.") + silence(4.0)
        heard = await listen(client, Source(pcm, pace=1.0), to(mode=Mode.INTERACTIVE))
        await service.until(lambda: service.translators[0].closed)
        assert heard.transcript == "Hello."
        assert service.translators[0].audio_size < len(silence(1.0))


async def test_check() -> None:
    async with interpreter() as (service, client):
        await client.check()
        await service.until(lambda: service.translators[0].closed)
    async with interpreter(keys=["another"]) as (_, client):
        with pytest.raises(CredentialsError):
            await client.check()


async def test_does_not_recognise() -> None:
    async with interpreter() as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert isinstance(heard.error, NotASpeechEndpointError)
        assert not service.attempts


async def test_does_not_identify_languages() -> None:
    async with interpreter() as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(candidates=("en-US", "de-DE")))
        assert isinstance(heard.error, NotASpeechEndpointError)
        assert not service.attempts


@pytest.mark.parametrize("path", ["/v1.0/", "/v1.0", "/v1.0/speech/translate", "/speech/translate"])
async def test_address_of_2018(path: str) -> None:
    """The base that the documentation gives for the s2s hosts."""
    server, trusting = make_tls_contexts(*make_certificate())
    trusting.check_hostname = False  # it is for 127.0.0.1
    async with SpeechService(Legible(), ssl=server) as service:
        connector = aiohttp.TCPConnector(resolver=Names(service.port), ssl=trusting, force_close=True)
        async with calling(f"wss://westus.s2s.speech.microsoft.com{path}", connector=connector) as client:
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        assert service.attempts[0].headers["Host"] == "westus.s2s.speech.microsoft.com"
        assert service.translators[0].path == path


@pytest.mark.parametrize("mode", MODES)
async def test_silence(mode: Mode) -> None:
    heard = await translate(to(mode=mode, voice=VOICE), silence(6.0))
    assert heard.error is None
    assert [phrase.status for phrase in heard.phrases] == [RecognitionStatus.NO_MATCH]
    assert heard.endings == []


@pytest.mark.parametrize("mode", MODES)
async def test_false_recognition(mode: Mode) -> None:
    """Its text is empty, as the reference says; so is its translation, and nothing is spoken."""
    script = Scripted([Utterance(text="", end=0.5)])
    heard = await translate(to(mode=mode, voice=VOICE), silence(1.0), engine=script)
    assert heard.error is None
    assert [(phrase.status, phrase.text, phrase.translation_error) for phrase in heard.phrases] == [
        (RecognitionStatus.NO_MATCH, "", None)
    ]
    assert heard.endings == []


@pytest.mark.parametrize("mode", MODES)
async def test_silence_after_the_audio_is_taken_for_the_end_in_time(mode: Mode) -> None:
    async with interpreter() as (_, client):
        heard = await listen(client, Source(silence(3.0), pace=1.0), to(mode=mode))
    assert [phrase.status for phrase in heard.phrases] == [RecognitionStatus.NO_MATCH]
    assert heard.seconds_more == pytest.approx(QUIET, abs=0.01)


async def test_no_audio() -> None:
    async with interpreter() as (service, client):
        heard = await listen(client, Source(b""), to())
        assert (heard.error, heard.events) == (None, [])
        assert not service.translators


@pytest.mark.parametrize("mode", MODES)
async def test_a_pause_at_the_end_is_not_taken_for_the_last_word(mode: Mode) -> None:
    """Nothing comes for long before the audio ends; what was said comes within QUIET of that."""
    script = Scripted([Utterance(text="Hello.", end=4.0, hypotheses=())])
    late = Behaviour(faults=(Fault(Before("final"), Wait(QUIET - 0.1)),))
    async with interpreter(engine=script, behaviours=[late]) as (_, client):
        heard = await listen(client, Source(silence(3.9), pace=1.0), to(mode=mode))
    assert (heard.error, heard.transcript) == (None, "Hello.")


@pytest.mark.parametrize("mode", MODES)
async def test_spoken(mode: Mode) -> None:
    heard = await translate(to(mode=mode, voice=VOICE))
    assert heard.error is None
    assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[mode])
    kinds = [type(event) for event in heard.events if isinstance(event, Phrase | Synthesis | SynthesisEnded)]
    assert [kind for kind, _ in itertools.groupby(kinds)] == [Phrase, Synthesis, SynthesisEnded] * len(PHRASES[mode])
    assert heard.endings == [None] * len(PHRASES[mode])


async def test_long_speech_in_one_message() -> None:
    text = "x" * 3000  # a minute, and 2 MB
    script = Scripted([Utterance(text=text, end=1.0)])
    heard = await translate(to(mode=Mode.INTERACTIVE, voice=VOICE), silence(1.0), engine=script)
    assert heard.spoken == spoken(f"[de] {text}")
    assert heard.endings == [None]
