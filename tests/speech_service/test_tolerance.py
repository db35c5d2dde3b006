"""What the service does put up with, because Microsoft's own SDKs or other clients in use do it."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from . import KEY, SpeechService
from .engines.legible import Legible, speak
from .engines.scripted import Scripted, Utterance
from .raw_client import CONVERSATION, INTERACTIVE, WAV, binary, bodies, connected, paths, usual_headers
from .wav import riff_header


async def test_header_names_in_lower_case_without_space() -> None:
    """As ms-bing-speech-service sends them."""
    async with SpeechService() as service, connected(service.url, configure=False) as client:
        request_id = uuid4().hex
        await client.websocket.send(f"path:SPEECH.CONFIG\r\nx-requestid:{request_id}\r\nx-timestamp:1\r\n\r\n{{}}")
        await service.until(lambda: service.connections[0].config == {})


async def test_binary_headers_that_end_in_empty_lines() -> None:
    """The blank line, counted in the size, of ms-bing-speech-service."""
    async with SpeechService() as service, connected(service.url) as client:
        head = "".join(f"{name}: {value}\r\n" for name, value in client.headers("audio", WAV).items())
        await client.websocket.send(binary(head + "\r\n", riff_header() + bytes(3200)))
        await service.until(lambda: len(service.connections[0].turns[0].audio) == 3200)


async def test_timestamp_in_milliseconds() -> None:
    """As the Rust crate azure-speech sends it."""
    async with SpeechService() as service, connected(service.url) as client:
        await client.send_text("speech.context", {}, {"X-Timestamp": "1795000000000"})
        await client.send_audio(riff_header(), WAV)
        await service.until(lambda: bool(service.connections[0].turns))


async def test_no_context_and_riff_header_with_audio() -> None:
    """A client of 2018 has no speech.context, and sends the RIFF header together with audio."""
    async with SpeechService() as service, connected(service.url) as client:
        await client.send_audio(riff_header() + bytes(3200), WAV)
        await client.send_audio(bytes(3200), WAV)
        await client.end_audio()
        assert bodies(await client.answer(), "speech.phrase")[0]["DisplayText"] == "Turn on the kitchen light."
        turn = service.connections[0].turns[0]
        assert (len(turn.riff or b""), len(turn.audio), turn.context) == (44, 6400, None)


@pytest.mark.parametrize("change", [str.upper, str.lower])
async def test_request_id_comes_back_as_sent(change: type[str]) -> None:
    """The native SDK compares with case, and sends lower case; the JavaScript SDK sends upper case."""
    async with SpeechService() as service, connected(service.url) as client:
        request_id = change(uuid4().hex)
        await client.begin(request_id=request_id)
        await client.speak(bytes(3200))
        await client.end_audio()
        assert {headers["X-RequestId"] for headers, _ in await client.answer()} == {request_id}


async def test_config_before_every_turn() -> None:
    """The JavaScript SDK sends speech.config once per recognition, with the id of the coming turn."""
    async with SpeechService() as service, connected(service.url) as client:
        await client.recognize(bytes(3200))
        client.request_id = uuid4().hex
        await client.configure()
        await client.begin(request_id=client.request_id)
        await client.speak(bytes(3200))
        await client.end_audio()
        assert paths(await client.answer())[-1] == "turn.end"


async def test_config_without_request_id() -> None:
    """The native SDK sends none."""
    async with SpeechService() as service, connected(service.url, configure=False) as client:
        await client.websocket.send("X-Timestamp:1\r\nPath:speech.config\r\nContent-Type:application/json\r\n\r\n{}")
        assert paths(await client.recognize(bytes(3200)))[-1] == "turn.end"


async def test_audio_after_the_end() -> None:
    """Both SDKs go on for a moment after the turn has ended, and end the audio more than once."""
    async with SpeechService(Legible()) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(speak("stop") + bytes(32000))
        assert paths(await client.answer())[-1] == "turn.end"
        await client.speak(speak("more") + bytes(32000))
        await client.end_audio()
        await client.end_audio()
        assert bodies(await client.recognize(speak("again")), "speech.phrase")[0]["DisplayText"] == "again"
        assert len(service.connections[0].turns) == 2


async def test_audio_after_its_own_end() -> None:
    async with SpeechService(Legible()) as service, connected(service.url, CONVERSATION) as client:
        await client.begin()
        await client.speak(speak("stop"))
        await client.end_audio()
        await client.speak(speak("more"))
        await client.end_audio()
        assert [body.get("DisplayText") for body in bodies(await client.answer(), "speech.phrase")] == ["stop", None]


@pytest.mark.parametrize(
    "body",
    [
        {"ReceivedMessages": [{"turn.start": ["2026-11-22T12:44:42.895Z"]}], "Metrics": [{"PhraseLatencyMs": [43]}]},
        {"ReceivedMessages": {"turn.start": ["2026-11-22T12:44:42.895Z"]}, "Metrics": []},
    ],
)
async def test_telemetry_of_both_sdks(body: object) -> None:
    async with SpeechService() as service, connected(service.url) as client:
        await client.recognize(bytes(3200))
        await client.send_text("telemetry", body)
        await service.until(lambda: service.connections[0].turns[0].telemetry == [body])


async def test_commit() -> None:
    """audio.commit has no body, finishes the segment at once, and is acknowledged in the phrase."""
    async with SpeechService(Legible()) as service, connected(service.url, CONVERSATION) as client:
        await client.begin()
        await client.speak(speak("one"))
        await client.send_text("audio.commit", "", {"X-Client-Commit-Token": "1"})
        phrase = (await client.until("speech.phrase"))[-1][1]
        assert (phrase["DisplayText"], phrase["clientAudioMetadata"]) == ("one", {"X-Client-Commit-Token": "1"})
        await client.send_text("audio.commit", "", {"X-Client-Commit-Token": "2"})
        phrase = (await client.until("speech.phrase"))[-1][1]
        assert (phrase["RecognitionStatus"], phrase["Duration"]) == ("NoMatch", 0)
        assert phrase["clientAudioMetadata"] == {"X-Client-Commit-Token": "2"}
        await client.speak(speak("two"))
        await client.end_audio()
        assert bodies(await client.answer(), "speech.phrase")[0]["DisplayText"] == "two"


async def test_subprotocol_is_echoed() -> None:
    """The native SDK offers USP."""
    async with (
        SpeechService() as service,
        connect(
            service.url + INTERACTIVE,
            additional_headers=usual_headers(),
            subprotocols=[Subprotocol("other"), Subprotocol("USP")],
        ) as websocket,
    ):
        assert websocket.subprotocol == "USP"


async def test_credentials_in_the_query() -> None:
    """Where a WebSocket takes no headers, the JavaScript SDK puts them into the query."""
    query = f"&Ocp-Apim-Subscription-Key={KEY}&X-ConnectionId={uuid4().hex.upper()}"
    async with SpeechService() as service, connected(service.url, INTERACTIVE + query, headers={}) as client:
        assert paths(await client.recognize(bytes(3200)))[-1] == "turn.end"


async def test_connection_that_is_opened_ahead() -> None:
    """A connection without a turn stays, and messages may come in pieces later."""
    async with SpeechService() as service, connected(service.url) as client:
        await service.until(lambda: service.connections[0].config is not None)
        await client.websocket.ping()
        assert paths(await client.recognize(bytes(3200)))[-1] == "turn.end"


async def test_turn_that_begins_while_another_runs() -> None:
    """A client that gave up on a turn begins another; the old one gets no more messages."""
    async with SpeechService(Legible()) as service, connected(service.url, CONVERSATION) as client:
        await client.begin()
        await client.speak(speak("one"))
        await service.until(lambda: len(service.connections[0].turns[0].audio) > 0)
        first = client.request_id
        received = await client.recognize(speak("two"))
        own = [message for message in received if message[0]["X-RequestId"] != first]
        assert bodies(own, "speech.phrase")[0]["DisplayText"] == "two"
        assert not bodies([message for message in received if message[0]["X-RequestId"] == first], "speech.phrase")


async def test_json_of_messages_has_no_blank_line() -> None:
    """The JavaScript SDK takes CRLFCRLF in a body for the end of it."""
    said = "One.\r\n\r\nTwo."
    async with SpeechService(Scripted([Utterance(text=said)])) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(bytes(3200))
        await client.end_audio()
        messages = [str(await client.websocket.recv())]
        while "Path:turn.end" not in messages[-1]:
            messages.append(str(await client.websocket.recv()))
        bodies_as_sent = [message.partition("\r\n\r\n")[2] for message in messages]
        assert [body for body in bodies_as_sent if "\r\n\r\n" in body] == []
        assert said in [json.loads(body or "{}").get("DisplayText") for body in bodies_as_sent]
