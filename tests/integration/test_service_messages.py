"""What the service really says, from the socket to what a person gets.

``tests/data/service_messages.jsonl`` has messages, close reasons and refused requests of Microsoft's service, each with
the public log or the source that it is from. Words and ids are replaced.
"""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.core import HomeAssistant
import pytest

from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Before, Behaviour, Drop, Fault, Send
from tests.speech_service.service import SpeechService

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
