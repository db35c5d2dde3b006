"""The way around where WebSockets do not go: what is asked of the REST API, and that nothing is lost on it."""

from array import array
import asyncio
from collections.abc import Callable
import json
from typing import Any, Final

import pytest

from custom_components.azure_speech_live.speech import (
    Mode,
    Profanity,
    RecognitionOptions,
)
from tests.speech_service import KEY, Behaviour, Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import Refuse, Reset

from ..caller import AUDIO, CONVERSATION, INTERACTIVE, SAID, Source, calling, listen
from ..clock import LeapingLoop

CLASSIC: Final = "/speech/recognition/interactive/cognitiveservices/v1"
PLAIN: Final = Behaviour(answer=Refuse(200))


def refusing(*rest: Behaviour) -> SpeechService:
    """Return a service to which no WebSocket can be opened."""
    return SpeechService(Legible(), behaviours=lambda _: PLAIN, rest_behaviours=rest)


async def test_what_is_asked_of_the_rest_api() -> None:
    options = RecognitionOptions(language="de-DE", detailed=True)
    async with refusing() as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), options)
        assert heard.transcript == SAID[Mode.INTERACTIVE]
        assert heard.phrases[0].confidence is not None
        (post,) = service.posts
        assert post.path == CLASSIC
        assert post.query == {"language": "de-DE", "format": "detailed"}
        assert post.headers["Ocp-Apim-Subscription-Key"] == KEY
        assert post.headers["Content-Type"] == "audio/wav; codecs=audio/pcm; samplerate=16000"
        assert post.audio == AUDIO[Mode.INTERACTIVE]


@pytest.mark.parametrize(
    ("profanity", "sent"), [(Profanity.MASKED, None), (Profanity.RAW, "raw"), (Profanity.REMOVED, "removed")]
)
async def test_profanity_is_asked_of_the_rest_api_as_documented(profanity: Profanity, sent: str | None) -> None:
    async with refusing() as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]), RecognitionOptions(profanity=profanity))
        assert service.posts[0].query.get("profanity") == sent
        assert service.posts[0].options is not None
        assert service.posts[0].options.profanity == str(profanity)


@pytest.mark.parametrize("number", [str, float, int])
async def test_the_rest_api_may_write_numbers_as_strings(number: Callable[[str], object]) -> None:
    best = {"Confidence": "0.9" if number is str else 0.9, "Display": "Yes.", "Lexical": "yes"}
    said = {
        "RecognitionStatus": "Success",
        "Offset": number("5000000"),
        "Duration": number("10000000"),
        "NBest": [best],
    }
    async with (
        refusing(Behaviour(answer=Refuse(200, body=json.dumps(said)))) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
    assert heard.error is None
    assert [(phrase.text, phrase.offset, phrase.duration) for phrase in heard.phrases] == [("Yes.", 0.5, 1.0)]
    assert heard.phrases[0].confidence == 0.9


async def test_the_rest_api_hears_while_somebody_speaks() -> None:
    async with refusing() as service, calling(service.url) as client:
        source = Source(AUDIO[Mode.INTERACTIVE], pace=1.0)
        listening = asyncio.create_task(listen(client, source))
        await service.until(lambda: len(service.posts[0].audio) > 0)
        assert source.ended is None
        heard = await listening
        assert heard.transcript == SAID[Mode.INTERACTIVE]
        assert service.posts[0].audio == AUDIO[Mode.INTERACTIVE]


@pytest.mark.parametrize("pace", [0.0, 1.0, 10.0])
async def test_long_audio_goes_to_the_rest_api_in_pieces(pace: float) -> None:
    """It takes 60 s at a time; every byte of the audio is in one piece or the other."""
    audio = b"".join(speak(f"This was said at second {second}.") + silence(4.34) for second in range(0, 130, 5))
    async with refusing() as service, calling(service.url) as client:
        heard = await listen(client, Source(audio, pace, chunk=32_000), CONVERSATION)
        assert heard.error is None
        assert b"".join(bytes(post.audio) for post in service.posts) == audio
        assert [len(post.audio) / 32_000 for post in service.posts][:-1] == [60.0] * (len(service.posts) - 1)
        offsets = [phrase.offset for phrase in heard.phrases]
        assert offsets == sorted(offsets)


async def test_pieces_for_the_rest_api_are_not_too_long_when_the_loop_is_held_up() -> None:
    """The service refuses 60 s and a little more."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)

    async def hold_up() -> None:
        while True:
            await asyncio.sleep(1)
            loop.now += 1.3

    async with refusing() as service, calling(service.url) as client:
        busy = asyncio.create_task(hold_up())
        heard = await listen(client, Source(silence(130), chunk=32_000), CONVERSATION)
        busy.cancel()
        assert heard.error is None
        assert [len(post.audio) / 32_000 for post in service.posts] == [60.0, 60.0, 10.0]


async def test_offsets_in_later_pieces_are_those_of_the_whole() -> None:
    audio = silence(70.0) + speak("Here.") + silence(5.0)
    async with refusing() as service, calling(service.url) as client:
        heard = await listen(client, Source(audio, chunk=32_000), CONVERSATION)
        assert [(phrase.text, phrase.offset) for phrase in heard.phrases if phrase.text] == [("Here.", 70.0)]
        assert len(service.posts) == 2


async def test_rest_api_fails_in_the_second_piece() -> None:
    """The first piece is accounted for, and is not sent again."""
    audio = silence(1.0) + speak("First.") + silence(68.0) + speak("Second.") + silence(1.0)
    async with refusing(Behaviour(), Behaviour(answer=Reset())) as service, calling(service.url) as client:
        heard = await listen(client, Source(audio, chunk=32_000), CONVERSATION)
        assert (heard.error, heard.transcript) == (None, "First. Second.")
        assert [post.status for post in service.posts] == [200, None, 200]


async def test_silence_over_the_rest_api() -> None:
    async with refusing() as service, calling(service.url) as client:
        heard = await listen(client, Source(silence(2.0)))
        assert (heard.error, heard.transcript) == (None, "")


async def test_no_audio_over_the_rest_api() -> None:
    async with refusing() as service, calling(service.url) as client:
        heard = await listen(client, Source(b""))
        assert (heard.error, heard.events) == (None, [])


async def test_source_that_stalls_over_the_rest_api() -> None:
    """What was said before is recognised."""

    async def stalls() -> Any:
        yield AUDIO[Mode.INTERACTIVE]
        await asyncio.Event().wait()

    async with refusing() as service, calling(service.url) as client:
        heard = await listen(client, stalls())
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        assert heard.seconds == pytest.approx(10.0, abs=1.1)


async def test_samples_are_whole() -> None:
    """An odd byte at the end is no sound, on either way."""
    pcm = array("h", range(1000)).tobytes() + b"x"
    for service in (SpeechService(), refusing()):
        async with service, calling(service.url) as client:
            await listen(client, Source(pcm, chunk=333), INTERACTIVE)
            audio = service.posts[0].audio if service.posts else service.connections[0].turns[0].audio
            assert audio == pcm[:-1]
