"""The way around where WebSockets do not go: what is asked of the REST API, and that nothing is lost on it."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    OutputFormat,
    RequestRefusedError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    SynthesisOptions,
    ThrottledError,
    VoiceError,
    WebPageError,
)
from custom_components.azure_speech_live.speech.synthesis.allowance import LISTENER
from custom_components.azure_speech_live.speech.synthesis.outlet import MAX_SOUND
from custom_components.azure_speech_live.speech.synthesis.turn import FIRST_ANSWER
from custom_components.azure_speech_live.speech.wire.retry import RETRY_DELAY
from tests.speech_service import Behaviour, Delivery, ScriptedSpeaker, SpeechService, Synthesis
from tests.speech_service.faults import Refuse, Reset

from ..caller import STORY, calling
from ..listener import TOLD, VOICE, Texts, hear

PLAIN: Final = Behaviour(answer=Refuse(200))


def refusing(*rest: Behaviour, synthesis: Synthesis | None = None) -> SpeechService:
    """Return a service to which no WebSocket can be opened."""
    return SpeechService(behaviours=lambda _: PLAIN, rest_behaviours=rest, synthesis=synthesis)


async def test_what_is_asked_of_the_rest_api() -> None:
    options = SynthesisOptions(voice=VOICE, output_format=OutputFormat.RAW_48KHZ)
    async with refusing() as service, calling(service.url) as client:
        heard = await hear(client, options=options)
        assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
        assert heard.stream.count(b"RIFF") == 1
        for post in service.posts:
            assert post.path == "/cognitiveservices/v1"
            assert post.headers["Content-Type"] == "application/ssml+xml"
            assert post.headers["X-Microsoft-OutputFormat"] == "raw-48khz-16bit-mono-pcm"
            assert post.headers["User-Agent"] == "AzureSpeechLive"
            assert post.ssml.startswith("<speak")
        assert len(service.attempts) == 1  # and not again for each sentence


async def test_sound_comes_while_it_is_made() -> None:
    synthesis = Synthesis(speaker=ScriptedSpeaker(1 / 15), delivery=Delivery(first_audio=0.2, pace=4.0))
    async with refusing(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts(STORY[:1]))
        assert heard.heard_from == pytest.approx(0.2, abs=0.05)
        assert heard.seconds > 0.7


@pytest.mark.parametrize(
    ("answer", "error", "within"),
    [
        (Refuse(401), CredentialsError, 0.0),
        (Refuse(400), RequestRefusedError, 0.0),
        (Refuse(400, {}, "Unsupported voice somebody."), VoiceError, 0.0),
        (Refuse(415), RequestRefusedError, 0.0),
        (Refuse(429), ThrottledError, LISTENER),
        (Refuse(503), ServiceError, RETRY_DELAY),
        (Refuse(200, {}, "<html>Log in</html>"), WebPageError, RETRY_DELAY),
        (Reset(), ConnectionFailedError, RETRY_DELAY),
    ],
)
async def test_what_it_refuses(answer: Refuse | Reset, error: type[SpeechError], within: float) -> None:
    async with refusing(*[Behaviour(answer=answer)] * 9) as service, calling(service.url) as client:
        texts = Texts()
        heard = await hear(client, texts)
        assert type(heard.error) is error
        assert heard.seconds <= within + 0.01
        assert texts.closed


async def test_service_that_does_not_answer() -> None:
    async with refusing(*[Behaviour(delay=60.0)] * 9) as service, calling(service.url) as client:
        heard = await hear(client)
        assert isinstance(heard.error, ServiceTimeoutError)
        assert heard.seconds == pytest.approx(2 * FIRST_ANSWER, abs=0.1)


async def test_caller_who_is_too_slow_is_waited_for() -> None:
    synthesis = Synthesis(speaker=ScriptedSpeaker(0.3))
    async with refusing(synthesis=synthesis) as service, calling(service.url) as client:
        texts = [" ".join(["word"] * 100)] * 4
        heard = await hear(client, Texts(texts), pause=1.0)
        assert heard.error is None
        assert len(heard.pcm) > MAX_SOUND
        read = ScriptedSpeaker(0.3).heard(heard.pcm, 24_000)
        assert read.replace(" ", "") == "".join(texts).replace(" ", "")
