"""How both SDKs take it when nothing is spoken, or not to the end: what our own client is to do better than.

Not here, as it makes an SDK hang: see `test_synthesis`. What is said of a status is not shown by the JavaScript SDK; it
tries once, whatever it was.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.speech_service import Behaviour, Delivery, Fault, PerMinute, SpeechService, Synthesis
from tests.speech_service.faults import After, AudioSent, Before, Close, HangUp, Point, Received, Refuse, Reset
from tests.speech_service.synthesis.asking import AVA, ssml
from tests.speech_service.synthesis.refusals import QUOTA, THROTTLED, TOO_MANY_AT_ONCE

from .scenario import Events, Sdk, Speaking, speak

_TEXT = "x" * 25
_SIZE = 24_000
"""Bytes of its audio."""


def speaking(service: SpeechService, *texts: str | float) -> Speaking:
    """Return a scenario: texts, or SSML, with pauses in seconds between them."""
    calls = [(_call(text), text) for text in texts or (_TEXT,)]
    return Speaking(host=service.url, voice=AVA, format="Raw24Khz16BitMonoPcm", calls=calls)


def _call(text: str | float) -> str:
    if isinstance(text, float):
        return "pause"
    return "ssml" if text.startswith("<") else "text"


def failure(events: Events) -> str:
    """Return the code with which the one text failed."""
    [code] = events.error_codes
    assert isinstance(code, str)
    return code


_ANSWERS: dict[Refuse | Reset, tuple[str, int]] = {
    Refuse(400): ("BadRequest", 1),
    Refuse(401): ("AuthenticationFailure", 1),
    Refuse(403): ("AuthenticationFailure", 1),
    Refuse(404): ("ServiceError", 2),
    Refuse(408): ("ServiceTimeout", 2),
    Refuse(429): ("TooManyRequests", 2),
    Refuse(500): ("ServiceError", 2),
    Refuse(502): ("ServiceError", 2),
    Refuse(503): ("ServiceUnavailable", 2),
    Reset(): ("ConnectionFailure", 2),
}
"""What the native SDK makes of an answer to its upgrade request, and how often it tries."""


async def test_refused(sdk: Sdk) -> None:
    async def refuse(answer: Refuse | Reset) -> tuple[str, int]:
        async with SpeechService(behaviours=lambda _: Behaviour(answer=answer)) as service:
            return failure(await speak(sdk, speaking(service))), len(service.attempts)

    found = dict(zip(_ANSWERS, await asyncio.gather(*(refuse(answer) for answer in _ANSWERS)), strict=True))
    assert found == (_ANSWERS if sdk is Sdk.PYTHON else dict.fromkeys(_ANSWERS, ("ConnectionFailure", 1)))


async def test_refused_once(sdk: Sdk) -> None:
    async with SpeechService(behaviours=[Behaviour(answer=Refuse(503))]) as service:
        events = await speak(sdk, speaking(service))
    if sdk is Sdk.PYTHON:
        assert events.heard == [_TEXT]
    else:
        assert failure(events) == "ConnectionFailure"


_CLOSES: dict[Close, tuple[str, str]] = {
    THROTTLED: ("BadRequest", "BadRequestParameters"),
    QUOTA: ("BadRequest", "BadRequestParameters"),
    Close(1007, "SSML is invalid"): ("BadRequest", "BadRequestParameters"),
    TOO_MANY_AT_ONCE: ("TooManyRequests", "ConnectionFailure"),
}
"""What either makes of a close after turn.start: being throttled looks like a bad request."""


@pytest.mark.parametrize("close", _CLOSES, ids=lambda close: close.reason[:20])
async def test_closed_before_the_audio(sdk: Sdk, close: Close) -> None:
    async with SpeechService(behaviours=[Behaviour(faults=(Fault(After("turn.start"), close),))]) as service:
        events = await speak(sdk, speaking(service))
        assert len(service.attempts) == 1
    assert failure(events) == _CLOSES[close][list(Sdk).index(sdk)]
    [canceled] = events.of("canceled")
    assert close.reason[:60] in canceled["details"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (ssml("Hello.", "my_custom_voice_model"), "Unsupported voice my_custom_voice_model."),
        (ssml("Jack & Jones"), "SSML is invalid"),
        ("<speak>Hello world</speak>", "Ssml should only contain one language."),
        (ssml("x" * 66_000), "Websocket message size cannot exceed 65536 bytes"),
    ],
    ids=["voice", "no XML", "language", "size"],
)
async def test_refused_for_what_it_says(sdk: Sdk, said: str, reason: str) -> None:
    async with SpeechService() as service:
        events = await speak(sdk, speaking(service, said))
        assert len(service.syntheses) == 1
    assert failure(events) == ("BadRequest" if sdk is Sdk.PYTHON else "BadRequestParameters")
    assert reason in events.of("canceled")[0]["details"]


async def test_one_too_many(sdk: Sdk) -> None:
    """Neither waits, and neither sees what it is."""
    synthesis = Synthesis(per_minute=PerMinute(close=THROTTLED, requests=2))
    async with SpeechService(synthesis=synthesis) as service:
        events = await speak(sdk, speaking(service, "One.", "Two.", "Three."))
    assert events.heard == ["One.", "Two.", ""]
    assert failure(events) == ("BadRequest" if sdk is Sdk.PYTHON else "BadRequestParameters")


_LOST: dict[str, tuple[Point, int | None]] = {
    "at the text": (Received("ssml"), None),
    "after turn.start": (After("turn.start"), None),
    "in the audio": (AudioSent(4800), 4800),
    "after the last byte": (AudioSent(_SIZE), _SIZE),
    "before turn.end": (Before("turn.end"), _SIZE),
}
"""When a connection is lost, and how much of the audio the native SDK has then; None: it tries once more, unheard."""


@pytest.mark.parametrize(("at", "size"), _LOST.values(), ids=_LOST)
@pytest.mark.parametrize("action", [HangUp(), Close(1011, "Oh.")], ids=["FIN", "1011"])
async def test_lost(sdk: Sdk, at: Point, size: int | None, action: HangUp | Close) -> None:
    async with SpeechService(behaviours=[Behaviour(faults=(Fault(at, action),))]) as service:
        events = await speak(sdk, speaking(service))
        attempts = len(service.attempts)
    if sdk is Sdk.PYTHON and size is None:
        assert (events.heard, attempts) == ([_TEXT], 2)
        return
    code = "ServiceError" if sdk is Sdk.PYTHON and isinstance(action, Close) else "ConnectionFailure"
    assert (failure(events), attempts) == (code, 1)
    # The JavaScript SDK's result has no audio, though its events had it.
    heard = len(_TEXT) if size == _SIZE else 5
    assert len(events.heard[0]) == (heard if sdk is Sdk.PYTHON else 0)


async def test_lost_between_two_texts(sdk: Sdk) -> None:
    behaviours = [Behaviour(faults=(Fault(After("turn.end"), Close(1000)),))]
    async with SpeechService(behaviours=behaviours) as service:
        events = await speak(sdk, speaking(service, "One.", 0.3, "Two."))
        assert len(service.syntheses) == 2
    assert events.heard == ["One.", "Two."]


async def test_slow_first_audio_is_waited_for(sdk: Sdk) -> None:
    """Longer than the native SDK waits for more audio; it waits 40 s for the first."""
    async with SpeechService(synthesis=Synthesis(delivery=Delivery(first_audio=4.0))) as service:
        assert (await speak(sdk, speaking(service))).heard == [_TEXT]
