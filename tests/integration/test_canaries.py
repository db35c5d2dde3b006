"""What a peer repeats of the household's, in whatever form: nothing of it is where others may read it.

The client's half is in tests/adversary; this is what comes of the same messages in logs, diagnostics, repairs, the
system health page, and the texts of errors that actions and captions give.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import cycle
import json
import logging
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.speech import Phrase, SynthesisEnded, TranslationOptions
from tests.adversary.test_canaries import ANSWERS, CANARIES, FORMS, MESSAGES, forms, leaks
from tests.speech_service import Behaviour, Fault, SpeechService
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import Before, Drop

from .forms import add_resource
from .recognizers import KITCHEN, add_recognizer
from .speech import pcm, stream, transcribe

SAID = [list(forms(" ".join(CANARIES.values())))[form] for form in FORMS]
_OF_NOBODY = re.compile(r"[0-9a-f]{32}|127\.0\.0\.1:\d+|\d{4}-\d\d-\d\dT[\d:.+]+")
"""Identifiers of connections, the stand-in's address, times: digits that may be those of a canary by chance."""


RESULTS = (Before("speech.phrase"), Before("translation.phrase"), Before("translation.response"))


def assert_none_in(text: str) -> None:
    """Check that no canary is in a text, nor a piece of one."""
    assert not leaks(_OF_NOBODY.sub(" ", text))


def behaviours() -> list[Behaviour]:
    """Return all ways in which a service may say something in the place of a result, in one form after the other."""
    said = cycle(SAID)
    return [
        *(Behaviour(answer=answer(next(said))) for answer in ANSWERS.values()),
        *(
            Behaviour(faults=tuple(Fault(at, action) for at in RESULTS for action in (told, Drop())))
            for told in (tell(next(said)) for tell in MESSAGES.values())
        ),
    ]


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add a resource, and a recognizer that has canaries in its settings."""
    entry = await add_resource(hass, service)
    await add_recognizer(
        hass, entry, phrases=[CANARIES["name"]], advanced={"custom_model": CANARIES["model"]}, use_names=False
    )
    return entry


async def events(entry: ConfigEntry) -> AsyncIterator[Any]:
    """Translate something; yield the client's events and, as a text, the error."""
    options = TranslationOptions(targets=("de",), voice="de-DE-KatjaNeural")
    try:
        async with aclosing(async_recognize(entry, stream(pcm(1)), options)) as heard:
            async for event in heard:
                yield event
    except HomeAssistantError as err:
        yield str(err)


@pytest.mark.usefixtures("impatient")
async def test_none_is_where_others_may_read_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    errors = 0
    for behaviour in behaviours():
        service.behaviours = lambda _, behaviour=behaviour: behaviour
        await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
        async for event in events(entry):
            if isinstance(event, str):
                errors += 1
                assert_none_in(event)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert errors > len(ANSWERS)
    assert any(session.error for session in entry.runtime_data.sessions)
    diagnostics = json.dumps(await async_get_config_entry_diagnostics(hass, entry), cls=JSONEncoder)
    health = await get_system_health_info(hass, DOMAIN)
    issues = list(ir.async_get(hass).issues.values())
    for text in (diagnostics, f"{health} {await health['can_reach_service']}", str(issues)):
        assert_none_in(text)
    log = "\n".join(
        record.getMessage() + str(record.exc_info or "") for record in caplog.records if record.levelno > logging.DEBUG
    )
    assert "speech recognition failed" in log
    assert_none_in(log)


@pytest.mark.parametrize("said", SAID, ids=["capitals", "encoded", "pieces"])
async def test_why_something_is_not_translated_is_told_in_known_words(
    service: SpeechService, entry: ConfigEntry, said: str
) -> None:
    service.translator = ScriptedTranslator({"de": TranslationFailedError(f"Translation failed: {said}")})
    told = [event.translation_error async for event in events(entry) if isinstance(event, Phrase)]
    assert str(told[0]).startswith("Translation failed: ")
    assert_none_in(str(told))


@pytest.mark.parametrize("said", SAID, ids=["capitals", "encoded", "pieces"])
async def test_why_something_is_not_spoken_is_told_in_known_words(
    service: SpeechService, entry: ConfigEntry, said: str
) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0, reason=f"Synthesis failed: {said}")
    told = [event.error async for event in events(entry) if isinstance(event, SynthesisEnded)]
    assert str(told[0]).startswith("Synthesis failed: ")
    assert_none_in(str(told))


# --- what live captions tell beside what is said: why there is no more, no translation, or no voice


async def reasons(socket: MockHAClientWebSocket) -> dict[str, str]:
    """Translate something; return why something failed, by the type of the event that tells it."""
    options = {"language": "en-US", "target_language": "de", "voices": {"de": "de-DE-KatjaNeural"}}
    await socket.send_json_auto_id({"type": f"{DOMAIN}/translate", **options})
    assert (await socket.receive_json())["success"]
    handler = bytes([(await socket.receive_json())["event"]["binary_handler_id"]])
    for part in (pcm(1), b""):
        await socket.send_bytes(handler + part)
    told: dict[str, str] = {}
    kind = ""
    while kind not in {"end", "error"}:
        event = (await socket.receive_json())["event"]
        kind = event["type"]
        if kind == "error" or event.get("error"):
            told[kind] = str(event)
    return told


@pytest.mark.usefixtures("impatient", "entry")
async def test_captions_that_fail_tell_none(hass_ws_client: WebSocketGenerator, service: SpeechService) -> None:
    socket = await hass_ws_client()
    errors = 0
    for behaviour in behaviours():
        service.behaviours = lambda _, behaviour=behaviour: behaviour
        told = await reasons(socket)
        errors += "error" in told
        assert_none_in(str(told))
    assert errors > len(ANSWERS)


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("said", SAID, ids=["capitals", "encoded", "pieces"])
@pytest.mark.parametrize("kind", ["phrase", "synthesis"])
async def test_captions_without_a_translation_or_a_voice_tell_none(
    hass_ws_client: WebSocketGenerator, service: SpeechService, kind: str, said: str
) -> None:
    if kind == "phrase":
        service.translator = ScriptedTranslator({"de": TranslationFailedError(f"It failed: {said}")})
    else:
        service.synthesizer = ScriptedSynthesizer(fail_after=1, reason=f"It failed: {said}")
    told = await reasons(await hass_ws_client())
    assert told.keys() == {kind}
    assert "It failed: " in told[kind]
    assert_none_in(str(told))
