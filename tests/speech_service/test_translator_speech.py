"""The Translator Speech API of 2018: its requests, its audio, its results, and how it closes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
import json
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from . import KEY, Behaviour, Fault, Legible, ScriptedSynthesizer, ScriptedTranslator, SpeechService, translator_speech
from .engines.legible import silence, speak
from .engines.scripted import Scripted, Utterance
from .engines.scripted_translation import spoken
from .engines.translation import TranslationFailedError
from .faults import Action, After, AudioReceived, Before, Close, Drop, Point, Refuse, Reset
from .session import Limits
from .wav import riff_header

_QUERY: Final = {"api-version": "1.0", "from": "en-US", "to": "de"}
_KEY: Final = {"Ocp-Apim-Subscription-Key": KEY}
_END: Final = silence(2.5)
"""What ends an utterance in any case."""


@asynccontextmanager
async def open_translator(
    service: SpeechService,
    query: Mapping[str, str] | None = None,
    *,
    path: str = "/speech/translate",
    headers: Mapping[str, str] = _KEY,
) -> AsyncIterator[ClientConnection]:
    """Connect, with more in the query than there must be, or something else (nothing, where it is empty)."""
    asked = {name: value for name, value in (_QUERY | dict(query or {})).items() if value}
    target = f"{service.url}{path}?{urlencode(asked)}"
    async with connect(target, additional_headers=headers, close_timeout=1) as websocket:
        yield websocket


async def say(websocket: ClientConnection, pcm: bytes, size: int = 3200) -> None:
    """Stream a WAV file in messages of a size in bytes."""
    wav = riff_header() + pcm
    for at in range(0, len(wav), size):
        await websocket.send(wav[at : at + size])


async def until_final(websocket: ClientConnection) -> list[dict[str, Any]]:
    """Return the results up to the next final one."""
    results: list[dict[str, Any]] = []
    while not results or results[-1]["type"] != "final":
        results.append(json.loads(await websocket.recv(decode=True)))
    return results


async def heard(service: SpeechService, size: int) -> None:
    """Wait until so many bytes of audio have come and been answered."""
    await service.until(lambda: len(service.translators[0].turns[0].audio) == size)
    await service.translators[0].turns[0].caught_up()


async def closed(websocket: ClientConnection) -> tuple[int | None, str | None]:
    """Wait until the service closes; return its code and reason."""
    try:
        while True:
            await websocket.recv()
    except ConnectionClosed:
        return websocket.close_code, websocket.close_reason


async def translate(pcm: bytes, query: Mapping[str, str] | None = None, **service: Any) -> list[dict[str, Any]]:
    """Return the results for some audio, up to the first final one."""
    async with SpeechService(Legible(), **service) as running, open_translator(running, query) as websocket:
        await say(websocket, pcm + _END)
        return await until_final(websocket)


# --- requests


@pytest.mark.parametrize("path", sorted(translator_speech.PATHS))
async def test_paths(path: str) -> None:
    async with SpeechService() as service, open_translator(service, path=path) as websocket:
        assert websocket.response is not None
        assert websocket.response.headers["X-RequestId"]
        assert service.translators[0].path == path
        assert not service.connections


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Ocp-Apim-Subscription-Key": KEY}, {}),
        ({"Authorization": "Bearer TOKEN"}, {}),
        ({}, {"subscription-key": KEY}),
        ({}, {"access_token": "TOKEN"}),
        # Where there are both, the header counts.
        ({"Ocp-Apim-Subscription-Key": KEY}, {"subscription-key": "wrong"}),
    ],
)
async def test_credentials(headers: dict[str, str], query: dict[str, str]) -> None:
    async with SpeechService() as service:
        token = service.authorization.issue_token()
        headers, query = (
            {name: value.replace("TOKEN", token) for name, value in fields.items()} for fields in (headers, query)
        )
        async with open_translator(service, query, headers=headers):
            assert service.attempts[0].status == HTTPStatus.SWITCHING_PROTOCOLS


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, {}, 401),
        ({"Ocp-Apim-Subscription-Key": "wrong"}, {"subscription-key": KEY}, 401),
        ({"Authorization": "Bearer expired"}, {}, 401),
        ({}, {"access_token": "expired"}, 401),
        # What the Speech protocol calls it in a query is not known here.
        ({}, {"Ocp-Apim-Subscription-Key": KEY}, 401),
        (_KEY, {"api-version": ""}, 400),
        (_KEY, {"api-version": "2.0"}, 400),
        (_KEY, {"from": ""}, 400),
        (_KEY, {"from": "English!"}, 400),
        (_KEY, {"to": ""}, 400),
        (_KEY, {"to": "de,fr"}, 400),
        (_KEY, {"features": "partial,telepathy"}, 400),
        (_KEY, {"format": "audio/ogg"}, 400),
        (_KEY, {"ProfanityAction": "Ignore"}, 400),
        (_KEY, {"ProfanityMarker": "Bleep"}, 400),
        (_KEY, {"X-CorrelationId": "a b"}, 400),
        (_KEY | {"X-CorrelationId": "x" * 65}, {}, 400),
    ],
)
async def test_refused(headers: dict[str, str], query: dict[str, str], status: int) -> None:
    async with SpeechService() as service:
        with pytest.raises(InvalidStatus) as caught:
            async with open_translator(service, query, headers=headers):
                pass
    assert caught.value.response.status_code == status
    assert caught.value.response.body


async def test_refused_by_a_behaviour() -> None:
    async with SpeechService(behaviours=[Behaviour(answer=Refuse(503))]) as service:
        with pytest.raises(InvalidStatus):
            async with open_translator(service):
                pass
        async with open_translator(service):
            pass


# --- audio


@pytest.mark.parametrize("size", [7, 44, 3200, 32000])
async def test_any_pieces(size: int) -> None:
    """There are no messages in the stream, only bytes, the header among them."""
    async with SpeechService(Legible()) as service, open_translator(service) as websocket:
        pcm = speak("Hello.") + silence(0.6)
        await say(websocket, pcm, size)
        assert (await until_final(websocket))[-1]["recognition"] == "Hello."
        await heard(service, len(pcm))
        [connection] = service.translators
        [turn] = connection.turns
        assert turn.audio == pcm
        assert turn.riff == riff_header()
        assert connection.audio_size == len(pcm)


@pytest.mark.parametrize(
    "data",
    [b"\0" * 100, b"OggS", b"RIFF" + bytes(40), riff_header().replace(b"\x80\x3e", b"\x40\x1f"), "RIFF"],
    ids=["silence", "Ogg", "no WAVE", "8 kHz", "text"],
)
async def test_no_valid_header(data: str | bytes) -> None:
    async with SpeechService() as service, open_translator(service) as websocket:
        await websocket.send(data)
        code, reason = await closed(websocket)
        assert code == 1003
        assert reason


async def test_text_amid_the_audio() -> None:
    async with SpeechService() as service, open_translator(service) as websocket:
        await say(websocket, silence(0.1))
        await websocket.send("{}")
        assert (await closed(websocket))[0] == 1003


async def test_silence_forces_the_end_of_an_utterance() -> None:
    """The script leaves it to the end of the audio, which there is not."""
    script = Scripted([Utterance(text="Hello.")])
    async with SpeechService(script) as service, open_translator(service) as websocket:
        await say(websocket, speak("x") + silence(2.4))
        await heard(service, len(speak("x") + silence(2.4)))
        assert not service.translators[0].results
        await websocket.send(silence(0.1))
        assert (await until_final(websocket))[-1]["recognition"] == "Hello."


async def test_silence_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translator_speech, "LONGEST_SILENCE", 4.0)
    async with SpeechService(Legible()) as service, open_translator(service) as websocket:
        await say(websocket, silence(3.9) + speak("Hello.") + silence(3.9))
        assert (await until_final(websocket))[-1]["recognition"] == "Hello."
        await websocket.send(silence(0.1))
        assert (await closed(websocket))[0] == 1000


@pytest.mark.parametrize("limits", [Limits(idle=0.1), Limits(age=0.1)])
async def test_limits(limits: Limits) -> None:
    async with SpeechService(limits=limits) as service, open_translator(service) as websocket:
        assert (await closed(websocket))[0] == 1000


# --- results


async def test_final() -> None:
    assert await translate(silence(0.2) + speak("Hello there, you.")) == [
        {"type": "final", "id": "1", "recognition": "Hello there, you.", "translation": "[de] Hello there, you."},
    ]


async def test_partial() -> None:
    results = await translate(speak("Hello there, how are you?"), {"features": "Partial"})
    assert [(result["type"], result["id"], result["recognition"]) for result in results] == [
        ("partial", "1.1", "hello there"),
        ("final", "1", "Hello there, how are you?"),
    ]
    assert results[0]["translation"] == "[de] hello there"


async def test_timing() -> None:
    [result] = await translate(silence(0.2) + speak("Hello there, you."), {"features": "timinginfo"})
    assert (result["audioTimeOffset"], result["audioTimeSize"]) == (2_000_000, 3_400_000)
    assert (result["audioStreamPosition"], result["audioSizeBytes"]) == (44 + 6_400, 10_880)


async def test_several_utterances() -> None:
    async with (
        SpeechService(Legible()) as service,
        open_translator(service, {"features": "partial"}) as websocket,
    ):
        await say(websocket, speak("Hello there, how are you?") + silence(1.0) + speak("And how are you?") + _END)
        results = [*await until_final(websocket), *await until_final(websocket)]
        assert [result["id"] for result in results] == ["1.1", "1", "2.1", "2"]
        assert service.translators[0].results == results


async def test_silence_has_no_result() -> None:
    async with SpeechService(Legible()) as service, open_translator(service) as websocket:
        await say(websocket, silence(20.0))
        await heard(service, len(silence(20.0)))
        assert service.translators[0].turns[0].phrases
        assert not service.translators[0].results


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, "The *** light."),
        ({"ProfanityAction": "Marked", "ProfanityMarker": "Tag"}, "The <profanity>damn</profanity> light."),
        ({"ProfanityAction": "NoAction"}, "The damn light."),
        ({"ProfanityAction": "Deleted"}, "The light."),
    ],
)
async def test_profanity(query: dict[str, str], text: str) -> None:
    [result] = await translate(speak("The damn light."), query)
    assert (result["recognition"], result["translation"]) == (text, f"[de] {text}")


async def test_failed_translation() -> None:
    """The dialect has no word for it: the text is not there."""
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    [result] = await translate(speak("Hello."), translator=translator)
    assert (result["recognition"], result["translation"]) == ("Hello.", "")


# --- spoken translations


@pytest.mark.parametrize("voice", ["de-DE-Katja", ""])
async def test_spoken(voice: str) -> None:
    """In one message for each final result, of several fragments."""
    asked = {"features": "texttospeech", "voice": voice, "format": "audio/wav"}
    async with SpeechService(Legible()) as service, open_translator(service, asked) as websocket:
        await say(websocket, speak("Hello.") + silence(0.6) + speak("Goodbye.") + silence(0.6))
        await until_final(websocket)
        fragments = [fragment async for fragment in websocket.recv_streaming(decode=False)]
        assert len(fragments) > 1
        assert b"".join(fragments) == spoken("[de] Hello.")
        await until_final(websocket)
        assert await websocket.recv() == spoken("[de] Goodbye.")


async def test_not_spoken() -> None:
    asked = {"features": "texttospeech"}
    synthesizer = ScriptedSynthesizer(fail_after=1)
    async with (
        SpeechService(Legible(), synthesizer=synthesizer) as service,
        open_translator(service, asked) as websocket,
    ):
        await say(websocket, speak("Hello.") + silence(0.6) + speak("Goodbye.") + silence(0.6))
        assert (await until_final(websocket))[-1]["recognition"] == "Hello."
        # No half of a message comes between, and the service goes on.
        assert (await until_final(websocket))[-1]["recognition"] == "Goodbye."


# --- faults


@pytest.mark.parametrize(
    ("at", "do", "code"),
    [
        (AudioReceived(3200), Close(1001), 1001),
        (Before("final"), Close(1011), 1011),
        (After("final"), Reset(), 1006),
        (After("fragment", 1), Reset(), 1006),
        (After("synthesis"), Close(1000), 1000),
    ],
)
async def test_points(at: Point, do: Action, code: int) -> None:
    asked = {"features": "texttospeech"}
    behaviours = [Behaviour(faults=(Fault(at, do),))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, open_translator(service, asked) as websocket:
        with suppress(ConnectionClosed):
            await say(websocket, speak("Hello.") + _END)
        assert (await closed(websocket))[0] == code
        await service.until(lambda: service.translators[0].closed)


async def test_drop() -> None:
    results = await translate(
        speak("Hello.") + silence(0.6) + speak("Goodbye."),
        behaviours=[Behaviour(faults=(Fault(Before("final"), Drop()),))],
    )
    assert [result["id"] for result in results] == ["2"]
