"""What a raw client says to have something spoken, right or wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

from ..engines.speech import ScriptedSpeaker
from ..raw_client import RawClient, Received

V1: Final = "/tts/cognitiveservices/websocket/v1"
V2: Final = "/tts/cognitiveservices/websocket/v2"
AVA: Final = "en-US-AvaMultilingualNeural"
FORMAT: Final = "raw-24khz-16bit-mono-pcm"
RATE: Final = 24_000
SSML_HEADERS: Final = {"Content-Type": "application/ssml+xml"}
TEXT_HEADERS: Final = {"Content-Type": "text/plain"}


def ssml(body: str, voice: str = AVA) -> str:
    """Return SSML that has a body spoken by a voice; `body` is markup."""
    return speak(f"<voice name='{voice}'>{body}</voice>")


def speak(body: str, language: str = "en-US") -> str:
    """Return SSML with this inside <speak>."""
    names = "xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='http://www.w3.org/2001/mstts'"
    return f"<speak version='1.0' {names} xml:lang='{language}'>{body}</speak>"


def context(output_format: str = FORMAT, wishes: Mapping[str, object] | None = None, **more: object) -> dict[str, Any]:
    """Return the JSON of a synthesis.context; `more` stands beside "audio"."""
    options = {"sessionEndEnabled": True} | dict(wishes or {})
    return {"synthesis": {"audio": {"outputFormat": output_format, "metadataOptions": options}, **more}}


async def ask(client: RawClient, said: str, asked: object = None) -> str:
    """Ask for a turn, as the SDKs do, and return its id; `asked` is its context."""
    client.request_id = uuid4().hex
    await client.send_text("synthesis.context", asked or context())
    await client.send_text("ssml", said, SSML_HEADERS)
    return client.request_id


async def spoken(client: RawClient, said: str, asked: object = None) -> list[Received]:
    """Ask for a turn, and return the answer."""
    await ask(client, said, asked)
    return await client.answer()


async def begin_pieces(client: RawClient, **streaming: object) -> None:
    """Begin a turn of which the text comes in pieces."""
    client.request_id = uuid4().hex
    asked = {"bidirectionalStreamingMode": True, "voiceName": AVA, "language": ""} | streaming
    await client.send_text("synthesis.context", context(input=asked))


async def send_pieces(client: RawClient, pieces: Iterable[str]) -> None:
    """Send text."""
    for piece in pieces:
        await client.send_text("text.piece", piece, TEXT_HEADERS)


async def end_pieces(client: RawClient) -> None:
    """Send the end of the text."""
    await client.send_text("text.end", "", TEXT_HEADERS)


def audio(received: Iterable[Received], request_id: str | None = None) -> bytes:
    """Return the audio of messages, of one turn if there are several."""
    return b"".join(
        body
        for headers, body in received
        if headers["Path"] == "audio" and request_id in (None, headers["X-RequestId"])
    )


def heard(audio: bytes, rate: int = RATE) -> str:
    """Read what the scripted speaker wrote into audio."""
    return ScriptedSpeaker().heard(audio, rate)


def metadata(received: Iterable[Received]) -> list[dict[str, Any]]:
    """Return the entries of all audio.metadata."""
    return [entry for headers, body in received if headers["Path"] == "audio.metadata" for entry in body["Metadata"]]
