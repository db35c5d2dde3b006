"""What the service really says, from the socket to what a person gets.

``tests/data/service_messages.jsonl`` has messages, close reasons and refused requests of Microsoft's service, each with
the public log or the source that it is from. Words and ids are replaced.
"""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.issues import Issue
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Before, Behaviour, Close, Drop, Fault, Refuse, Send
from tests.speech_service.service import SpeechService

from .availability import FAILED, available, issue, speak
from .flows import add_resource
from .speech import pcm, stream, transcribe

MESSAGES: Final[dict[str, dict[str, Any]]] = {
    message["name"]: message
    for message in map(json.loads, Path("tests/data/service_messages.jsonl").read_text(encoding="utf-8").splitlines())
}

SAID: Final = {
    "simple_no_id": "Close the blinds.",
    "detailed_without_displaytext": "No.",
    "sentiment_extension": "Is the heating on?",
    "success_empty_best_others_filled": "嗯",
    "lid_lowercase_locale": "Hallo.",
    "lid_low_confidence": "Lamp.",
    "silence_with_nbest": "no",
    "silence_offset_is_end": "",
    "silence_offset_zero_short": "",
    "end_of_dictation_short_of_audio": "",
}
"""The text of a command that is answered with a phrase."""


def instead(message: dict[str, Any], body: str) -> Behaviour:
    """Send a message with this body in place of the phrase."""
    text = f"X-RequestId:{{request_id}}\r\nPath:{message['path']}\r\n\r\n{body}"
    phrase = Before("speech.phrase")
    return Behaviour(faults=(Fault(phrase, Drop()), Fault(phrase, Send(text))))


def refused(name: str, **changed: Any) -> Behaviour:
    """Refuse an upgrade as the message does."""
    message = MESSAGES[name] | changed
    return Behaviour(answer=Refuse(message["status"], {}, message["body"]))


def variants(body: str) -> Iterator[str]:
    """Return a body and what says the same: in another order, with numbers for names and texts for numbers."""
    said = json.loads(body)
    numbers = {"Success": 0, "InitialSilenceTimeout": 2, "EndOfDictation": 5}
    yield body
    yield json.dumps(dict(reversed(said.items())))
    yield json.dumps(said | {"RecognitionStatus": numbers[said["RecognitionStatus"]]})
    yield json.dumps(said | {"RecognitionStatus": said["RecognitionStatus"].upper()})
    yield json.dumps({key: str(value) if isinstance(value, int) else value for key, value in said.items()})
    yield json.dumps(dict.fromkeys(("DisplayText", "Text", "NBest", "PrimaryLanguage", "Id")) | said)


@pytest.mark.parametrize("variant", range(6))
@pytest.mark.parametrize("name", SAID)
async def test_a_phrase_is_what_was_said(hass: HomeAssistant, service: SpeechService, name: str, variant: int) -> None:
    service.engine = Scripted([Utterance(text="Something else.", hypotheses=())])
    await add_resource(hass, service)
    message = MESSAGES[name]
    behaviour = instead(message, list(variants(message["body"]))[variant])
    service.behaviours = lambda _: behaviour
    assert (await transcribe(hass, stream(pcm(1))))[1] == SpeechResult(SAID[name], SpeechResultState.SUCCESS)


@pytest.mark.parametrize("name", ["silence_with_nbest", "silence_offset_is_end", "silence_offset_zero_short"])
async def test_what_was_heard_is_not_silence(hass: HomeAssistant, service: SpeechService, name: str) -> None:
    service.engine = Scripted([Utterance(text="Something else.", hypotheses=[(0.3, "no")])])
    await add_resource(hass, service)
    service.behaviours = lambda _: instead(MESSAGES[name], MESSAGES[name]["body"])
    assert (await transcribe(hass, stream(pcm(1))))[1] == SpeechResult("no", SpeechResultState.SUCCESS)


USED_UP: Final = {
    "phrase": instead(MESSAGES["forbidden_free_quota"], MESSAGES["forbidden_free_quota"]["body"]),
    "number": instead(MESSAGES["forbidden_free_quota"], '{"RecognitionStatus": 8}'),
    "text of a number": instead(MESSAGES["forbidden_free_quota"], '{"Duration": null, "RecognitionStatus": "8"}'),
    "close": Behaviour(
        faults=(Fault(Before("speech.phrase"), Close(MESSAGES["quota"]["code"], MESSAGES["quota"]["reason"])),)
    ),
    "upgrade": refused("quota_403"),
    "upgrade, 401": refused("quota_403", status=401),
    "upgrade, below error": refused("quota_403", body='{"error":{"code":"403","Message":"Out of call volume quota."}}'),
    "upgrade, text": refused("quota_403", body="You have exceeded your subscription's usage Quota"),
    "upgrade, too many": refused("quota_403", status=429),
}
"""The ways to say that the free hours are used up."""


@pytest.mark.parametrize("way", USED_UP)
async def test_what_is_used_up_is_not_refused(hass: HomeAssistant, service: SpeechService, way: str) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: USED_UP[way]
    attempts = len(service.attempts)
    assert await speak(hass) == FAILED
    assert len(service.attempts) == attempts + 1, "it is not tried again"
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is not None
    assert not list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert available(hass)


@pytest.mark.parametrize("name", ["bad_key", "forbidden"])
@pytest.mark.parametrize("body", ["", "Access denied", "<h1>403</h1><p>Not of your quota</p>"])
async def test_a_wrong_key_is_asked_for(hass: HomeAssistant, service: SpeechService, name: str, body: str) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: refused(name, body=body)
    assert await speak(hass) == FAILED
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is None
    assert list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


@pytest.mark.parametrize("way", ["upgrade", "close"])
async def test_a_language_that_is_refused_is_named(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    await add_resource(hass, service)
    close = Close(MESSAGES["locale"]["code"], MESSAGES["locale"]["reason"])
    behaviour = (
        refused("bad_language_or_cid")
        if way == "upgrade"
        else Behaviour(faults=(Fault(Before("speech.phrase"), close),))
    )
    first = len(service.attempts)
    service.behaviours = lambda attempt: behaviour if attempt == first else Behaviour()
    assert await speak(hass) == FAILED
    assert any(
        record.levelname == "ERROR"
        and MESSAGES["bad_language_or_cid" if way == "upgrade" else "locale"]["body" if way == "upgrade" else "reason"]
        in record.getMessage()
        for record in caplog.records
    )
    assert available(hass)


async def test_an_outage_is_the_service_s_trouble(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    await add_resource(hass, service)
    service.behaviours = lambda _: refused("outage_page")
    assert await speak(hass) == FAILED
    assert "the service is in trouble (HTTP 200)" in caplog.text
    assert not available(hass)
