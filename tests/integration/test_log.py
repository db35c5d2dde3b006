"""What is private stays private: a run with all kinds of faults, after which nothing of it is where others may read it.

Others read logs at their usual level, diagnostics and the system health page: people attach them to public issues.
"""

from collections.abc import Iterable
import json
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.speech import TranslationOptions
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import (
    AudioReceived,
    Babble,
    Before,
    Behaviour,
    Close,
    Fault,
    Opened,
    Raw,
    Refuse,
    Reset,
    Send,
)
from tests.speech_service.service import KEY, SpeechService

from .forms import start_user_flow, submit
from .names import Names
from .recognizers import KITCHEN, add_recognizer
from .speech import pcm, stream, transcribe

HOST = "villa-rosebud.example.org"
TRANSCRIPT = "Open the secret Xanadu vault"
PHRASE = "Zanzibar"
AREA = "Wunderkammer"
SUBSTITUTE = "Quetzalcoatl"
MODEL = "4c2e0e6b-7d5c-4b1e-9a55-0d3e4b1f9a10"
OF_THE_HOUSEHOLD = (KEY, "xanadu", PHRASE, AREA, SUBSTITUTE, MODEL)


def message(path: str, body: str) -> str:
    """Return a text message of the service's."""
    return f"Path:{path}\r\nX-RequestId:{{request_id}}\r\nContent-Type:application/json\r\n\r\n{body}"


def at_result(*actions: Close | Raw | Reset | Send) -> Behaviour:
    """Return a connection on which something happens in place of the result."""
    return Behaviour(faults=tuple(Fault(Before("speech.phrase"), action) for action in actions))


FAULTS = (
    Behaviour(),
    Behaviour(answer=Reset()),
    Behaviour(answer=Refuse(401)),
    Behaviour(answer=Refuse(404)),
    Behaviour(answer=Refuse(429, {"Retry-After": "60"})),
    Behaviour(answer=Refuse(503, body=TRANSCRIPT)),
    Behaviour(answer=Refuse.redirect(f"http://{TRANSCRIPT.split(maxsplit=1)[0]}.example.org/?key={KEY}")),
    Behaviour(answer=Babble(b"220 " + KEY.encode() + b"\r\n")),
    Behaviour(faults=(Fault(Opened(), Close(1011)),)),
    Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),)),
    Behaviour(faults=(Fault(AudioReceived(16000), Reset()),)),
    at_result(Close(4429)),
    at_result(Reset()),
    at_result(Send(message("speech.phrase", f'{{"RecognitionStatus":"Success","DisplayText":"{TRANSCRIPT}'))),
    at_result(Send(message("speech.phrase", f'{{"RecognitionStatus":"Success","DisplayText":["{TRANSCRIPT}"]}}'))),
    at_result(Send(message("speech.hypothesis", f'["{TRANSCRIPT}"]'))),
    at_result(Send(message("speech.hypothesis", f'{{"Txet":"{TRANSCRIPT}"}}'))),
    at_result(Send(message("turn.end", "{}"))),
    at_result(Send(TRANSCRIPT)),
    at_result(Send(b"\xff\xff" + TRANSCRIPT.encode())),
    at_result(Raw(b"\x85\x7f" + TRANSCRIPT.encode())),
)


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService, names: Names) -> ConfigEntry:
    """Add a resource with a name of its own, and a recognizer that has secrets of every kind."""
    names.ports[HOST] = service.port
    service.engine = Scripted([Utterance(text=f"{TRANSCRIPT}.")])
    ar.async_get(hass).async_create(AREA)
    form = await start_user_flow(hass)
    result = await submit(hass, form, endpoint=service.url.replace("127.0.0.1", HOST), api_key=KEY)
    entry = result["result"]
    await add_recognizer(
        hass,
        entry,
        phrases=[PHRASE],
        text={"substitutions": [f"vault => {SUBSTITUTE}"]},
        advanced={"custom_model": MODEL},
    )
    return entry


def assert_none_of(secrets: Iterable[str], text: str) -> None:
    """Check that a text has no secret in it, in whatever case."""
    assert not [secret for secret in secrets if secret.lower() in text.lower()]


@pytest.mark.usefixtures("impatient")
async def test_nothing_private_is_where_others_may_read_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    heard = 0
    for behaviour in FAULTS:
        service.behaviours = lambda _, behaviour=behaviour: behaviour
        _, result = await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
        heard += SUBSTITUTE in (result.text or "")
        try:
            async for _ in async_recognize(entry, stream(pcm(1)), TranslationOptions(targets=("de",))):
                pass
        except HomeAssistantError as err:
            assert_none_of(OF_THE_HOUSEHOLD, str(err))
    service.behaviours = ()
    service.authorization = Authorization(["another"])
    await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert heard  # so that there was something to keep private
    assert "xanadu" in caplog.text.lower()  # which those who look for a fault may see
    log = "\n".join(
        record.getMessage() + str(record.exc_info or "") for record in caplog.records if record.levelno >= logging.INFO
    )
    assert f"{entry.title}: speech recognition failed" in log
    assert_none_of(OF_THE_HOUSEHOLD, log)

    diagnostics = json.dumps(await async_get_config_entry_diagnostics(hass, entry), cls=JSONEncoder)
    assert "service_error" in diagnostics
    assert_none_of((*OF_THE_HOUSEHOLD, HOST, entry.title), diagnostics)

    health = await get_system_health_info(hass, DOMAIN)
    shown = f"{health} {await health['can_reach_service']}"
    assert "key_refused" in shown
    assert_none_of((*OF_THE_HOUSEHOLD, HOST, entry.title), shown)

    issues = str(list(ir.async_get(hass).issues.values()))
    assert_none_of(OF_THE_HOUSEHOLD, issues)


@pytest.mark.usefixtures("entry")
async def test_names_of_the_home_are_in_no_log_at_all(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
    assert any(AREA in str(turn.options) for connection in service.connections for turn in connection.turns)
    assert AREA not in caplog.text
