"""The connector: which path serves, the way around where WebSockets do not go, and what is reported of failures."""

from array import array
import asyncio
from collections.abc import Callable
import json
import resource
from typing import Any, Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    CredentialsError,
    HostNotFoundError,
    Mode,
    NotASpeechEndpointError,
    OpenTimeoutError,
    Profanity,
    RecognitionOptions,
    ServiceError,
    SpeechError,
    ThrottledError,
    WebPageError,
)
from custom_components.azure_speech_live.speech.wire.connection import OPEN_LIMIT
from custom_components.azure_speech_live.speech.wire.pool import IDLE_LIMIT
from tests.speech_service import KEY, Behaviour, Fault, Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import AudioReceived, Freeze, Refuse, Reset
from tests.speech_service.service import Behaviours

from ..caller import AUDIO, CONVERSATION, INTERACTIVE, SAID, Source, calling, listen
from ..clock import LeapingLoop
from ..faults.places import MakePlace, closed_port, nobody_speaks, secure, unknown_name, untrusted

CLASSIC: Final = "/speech/recognition/interactive/cognitiveservices/v1"
UNIVERSAL: Final = "/stt/speech/universal/v2"
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


# --- without WebSockets


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
    async with SpeechService(Legible(), behaviours=behaviours, rest_behaviours=rest) as service:
        async with calling(service.url) as client:
            began = loop.time()
            if kind is None:
                await client.check()
            else:
                with pytest.raises(kind) as caught:
                    await client.check()
                assert type(caught.value) is kind
            assert loop.time() - began <= OPEN_LIMIT + 1
        assert all(not connection.turns for connection in service.connections)


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


# --- what is reported to the service


async def reports(service: SpeechService, connection: int) -> list[Any]:
    """Return the telemetry that came on a connection, once that of its turn has come."""
    await service.until(lambda: bool(service.connections[connection].turns[0].telemetry))
    return [message.json() for message in service.connections[connection].messages if message.path == "telemetry"]


async def test_telemetry_of_a_turn() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        (report,) = await reports(service, 0)
        received = {path for entry in report["ReceivedMessages"] for path in entry}
        assert received == {
            "turn.start",
            "speech.startDetected",
            "speech.hypothesis",
            "speech.phrase",
            "speech.endDetected",
            "turn.end",
        }
        assert [metric["Name"] for metric in report["Metrics"]] == ["Connection", "Microphone"]
        assert "Error" not in report["Metrics"][0]


async def test_failed_attempt_is_reported_with_the_next() -> None:
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(answer=Refuse(503))]) as service,
        calling(service.url) as client,
    ):
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        (report,) = await reports(service, 0)
        connections = [metric for metric in report["Metrics"] if metric["Name"] == "Connection"]
        assert [metric.get("Error") for metric in connections] == ["ServerUnavailable", None]
        assert len({metric["Id"] for metric in connections}) == 1


async def test_turn_that_broke_is_reported_on_the_next_connection() -> None:
    broken = Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))
    async with SpeechService(Legible(), behaviours=[broken]) as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert len(await reports(service, 1)) == 2
        telemetry = [message for message in service.connections[1].messages if message.path == "telemetry"]
        turns = [connection.turns[0].request_id for connection in service.connections]
        assert [message.request_id for message in telemetry] == turns


async def test_turn_that_failed_is_reported_by_the_next_one() -> None:
    """Every request is reported once, and every attempt to connect, also where a command has failed with them."""
    behaviours = [
        *[Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))] * 2,
        *[Behaviour(answer=Refuse(503))] * 2,
    ]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is not None
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
        report = (await reports(service, 2))[-1]
        connections = [metric for metric in report["Metrics"] if metric["Name"] == "Connection"]
        assert [metric.get("Error") for metric in connections] == ["ServerUnavailable", "ServerUnavailable", None]
        telemetry = [
            m.request_id for connection in service.connections for m in connection.messages if m.path == "telemetry"
        ]
        assert telemetry == [connection.turns[0].request_id for connection in service.connections]


async def test_connection_that_broke_before_the_rest_api_served_is_reported_by_the_next_one() -> None:
    broken = Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))
    async with SpeechService(Legible(), behaviours=[broken, PLAIN]) as service, calling(service.url) as client:
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
        assert len(service.posts) == 1
        await reports(service, 1)
        telemetry = [message.request_id for message in service.connections[1].messages if message.path == "telemetry"]
        assert telemetry == [connection.turns[0].request_id for connection in service.connections]


async def test_turn_that_its_caller_left_is_reported_by_the_next_one() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        events = client.recognize(Source(AUDIO[Mode.INTERACTIVE], pace=1.0), INTERACTIVE)  # else it may be over
        await anext(events)
        await events.aclose()
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        await reports(service, 1)
        telemetry = [message.request_id for message in service.connections[1].messages if message.path == "telemetry"]
        assert telemetry == [connection.turns[0].request_id for connection in service.connections]


async def test_second_turn_reports_no_connection() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        for turn in range(2):
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            await service.until(lambda turn=turn: bool(service.connections[0].turns[turn].telemetry))  # type: ignore[misc]
        (report,) = service.connections[0].turns[1].telemetry
        assert [metric["Name"] for metric in report["Metrics"]] == ["Microphone"]


@pytest.mark.parametrize("leaves", [False, True], ids=["attempt that failed", "turn that its caller left"])
async def test_what_was_reported_is_not_reported_again(*, leaves: bool) -> None:
    behaviours = [] if leaves else [Behaviour(answer=Refuse(503))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        if leaves:
            events = client.recognize(Source(AUDIO[Mode.INTERACTIVE], pace=1.0), INTERACTIVE)  # else it may be over
            await anext(events)
            await events.aclose()
        for _ in range(2):
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            await reports(service, -1)
            await gone(service)
        (report,) = await reports(service, -1)
        assert [metric["Name"] for metric in report["Metrics"]] == ["Connection", "Microphone"]
        assert "Error" not in report["Metrics"][0]


async def test_samples_are_whole() -> None:
    """An odd byte at the end is no sound, on either way."""
    pcm = array("h", range(1000)).tobytes() + b"x"
    for service in (SpeechService(), refusing()):
        async with service, calling(service.url) as client:
            await listen(client, Source(pcm, chunk=333), INTERACTIVE)
            audio = service.posts[0].audio if service.posts else service.connections[0].turns[0].audio
            assert audio == pcm[:-1]
