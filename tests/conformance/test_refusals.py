"""How both SDKs take refusals: what our own client is measured against (it is to do at least as well)."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.speech_service import Behaviour, Legible, SpeechService
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import Refuse, Reset

from .scenario import Scenario, Sdk, run

_HELLO = speak("Hello.") + silence(1.0)
_ATTEMPTS = 5
"""How often both try, where they try again at all."""


_ANSWERS: dict[Refuse | Reset, tuple[str, int]] = {
    Refuse(400): ("BadRequest", 1),
    Refuse(401): ("AuthenticationFailure", 1),
    Refuse(403): ("AuthenticationFailure", 1),
    Refuse(403, body="Out of call volume quota."): ("AuthenticationFailure", 1),
    Refuse(400, body="Invalid CID or language"): ("BadRequest", 1),
    Refuse(404): ("ServiceError", _ATTEMPTS),
    Refuse(408): ("ServiceTimeout", _ATTEMPTS),
    Refuse(429): ("TooManyRequests", _ATTEMPTS),
    Refuse(500): ("ServiceError", _ATTEMPTS),
    Refuse(502): ("ServiceError", _ATTEMPTS),
    Refuse(503): ("ServiceUnavailable", _ATTEMPTS),
    Reset(): ("ConnectionFailure", _ATTEMPTS),
}
"""What the native SDK makes of an answer to its upgrade request, and how often it tries."""


async def test_refused(sdk: Sdk, tmp_path: Path) -> None:
    async def refuse(answer: Refuse | Reset) -> tuple[str, int]:
        folder = tmp_path / str(id(answer))
        folder.mkdir()
        async with SpeechService(behaviours=lambda _: Behaviour(answer=answer)) as service:
            events = await run(sdk, Scenario(host=service.url), _HELLO, folder)
            [code] = events.error_codes
            return code, len(service.attempts)

    found = dict(zip(_ANSWERS, await asyncio.gather(*(refuse(answer) for answer in _ANSWERS)), strict=True))
    # The JavaScript SDK cannot see the status, and tries again whatever it was.
    assert found == (_ANSWERS if sdk is Sdk.PYTHON else dict.fromkeys(_ANSWERS, ("ConnectionFailure", _ATTEMPTS)))


async def test_wrong_key(sdk: Sdk, tmp_path: Path) -> None:
    async with SpeechService() as service:
        events = await run(sdk, Scenario(host=service.url, key="f" * 32), _HELLO, tmp_path)
        assert events.error_codes == {"AuthenticationFailure" if sdk is Sdk.PYTHON else "ConnectionFailure"}
        assert {attempt.status for attempt in service.attempts} == {HTTPStatus.UNAUTHORIZED}


async def test_expired_token(sdk: Sdk, tmp_path: Path) -> None:
    async with SpeechService(token_lifetime=0) as service:
        scenario = Scenario(host=service.url, token=service.authorization.issue_token())
        events = await run(sdk, scenario, _HELLO, tmp_path)
        assert events.error_codes == {"AuthenticationFailure" if sdk is Sdk.PYTHON else "ConnectionFailure"}


async def test_wrong_path(sdk: Sdk, tmp_path: Path) -> None:
    async with SpeechService() as service:
        events = await run(sdk, Scenario(endpoint=f"{service.url}/elsewhere"), _HELLO, tmp_path)
        assert events.error_codes == {"ServiceError" if sdk is Sdk.PYTHON else "ConnectionFailure"}
        assert {attempt.status for attempt in service.attempts} == {HTTPStatus.NOT_FOUND}


async def test_refused_for_a_while(sdk: Sdk, tmp_path: Path) -> None:
    """Both try again, and lose no audio."""
    behaviours = [Behaviour(answer=Refuse(503)), Behaviour(answer=Refuse(429)), Behaviour(answer=Reset())]
    async with SpeechService(Legible(), behaviours=behaviours) as service:
        events = await run(sdk, Scenario(host=service.url), _HELLO, tmp_path)
        assert events.texts == ["Hello."]
        assert len(service.attempts) == 4


@pytest.mark.parametrize("status", [301, 308])
async def test_redirected(sdk: Sdk, tmp_path: Path, status: int) -> None:
    """The native SDK follows it anywhere, the JavaScript SDK only under TLS."""
    certificate, key = make_certificate()
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(certificate)
    server = make_tls_contexts(certificate, key)[0] if sdk is Sdk.JAVASCRIPT else None
    async with SpeechService(Legible(), ssl=server) as target:
        path = "/speech/recognition/interactive/cognitiveservices/v1?language=en-US"
        answer = Refuse.redirect(target.url + path, status)
        async with SpeechService(behaviours=lambda _: Behaviour(answer=answer), ssl=server) as service:
            scenario = Scenario(host=service.url)
            events = await run(sdk, scenario, _HELLO, tmp_path, NODE_EXTRA_CA_CERTS=str(trusted))
    assert events.texts == ["Hello."]
    assert len(target.connections) == 1
