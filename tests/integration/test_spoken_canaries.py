"""What a voice is to say, and what a peer repeats of it and of the household's: it is where nobody else may read it."""

from collections.abc import Iterator
from itertools import cycle
import json
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.speech.synthesis import allowance
from tests.adversary.test_canaries import ANSWERS, CANARIES
from tests.adversary.test_spoken_canaries import TOLD
from tests.speech_service import Behaviour, Fault, SpeechService
from tests.speech_service.faults import After, Close, Reset

from .test_canaries import SAID, assert_none_in
from .voices import KITCHEN, WAV, add_voice, asked_to_speak, sound_of, written

SPOKEN = f"Tell {CANARIES['name']} that the light says {CANARIES['words']}."
CLOSES = {
    "a voice that is not there": "Unsupported voice {}.",
    "sounds that are not known": "SSML is invalid: {}",
    "too many requests": "Throttled due to too many requests {}",
    "a quota": "Quota exceeded. Cid: {}",
}


def behaviours() -> Iterator[Behaviour]:
    """Yield all ways in which a service may say something in the place of a sound, in one form after the other."""
    said = cycle(SAID)
    for refuse in ANSWERS.values():
        yield Behaviour(answer=refuse(next(said)))
    for tell in TOLD.values():
        at = After("turn.start")
        yield Behaviour(faults=(Fault(at, tell(next(said))), Fault(at, Reset())))
    for reason in CLOSES.values():
        for code in (1007, 4429):
            close = Close(code, reason.format(next(said))[:120])
            yield Behaviour(faults=(Fault(After("turn.start"), close),))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("text_streaming", [False, True])
async def test_none_is_where_others_may_read_it(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    text_streaming: bool,
) -> None:
    monkeypatch.setattr(allowance, "PATIENT_LISTENER", 0.1)
    assert await async_setup_component(hass, "system_health", {})
    await add_voice(hass, entry, pronunciations=["light => /!/"], text_streaming=text_streaming)
    errors = 0
    for number, behaviour in enumerate(behaviours()):
        service.behaviours = service.rest_behaviours = lambda _, behaviour=behaviour: behaviour
        text = f"{number}. {SPOKEN}"
        for given in (text, written(*text.split(" "))):
            try:
                await sound_of(asked_to_speak(hass, given, WAV, engine=KITCHEN))
            except HomeAssistantError as err:
                errors += 1
                assert_none_in(f"{err} {err.__cause__} {err.translation_placeholders}")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert errors > 2 * len(ANSWERS)
    known = len(service.attempts)
    # That its text is not taken while it is written, the voice knows by now.
    refusing = Behaviour(faults=(Fault(After("turn.start"), Close(1007, f"SSML is invalid: {SAID[0]}"[:120])),))
    service.behaviours = lambda number: refusing if number == known else Behaviour()
    assert await sound_of(asked_to_speak(hass, SPOKEN, WAV, engine=KITCHEN))
    issues = ir.async_get(hass).issues
    assert any(name.startswith(Issue.PRONUNCIATION_REFUSED) for _, name in issues)
    assert any(spoken.error for spoken in entry.runtime_data.answers)
    diagnostics = json.dumps(await async_get_config_entry_diagnostics(hass, entry), cls=JSONEncoder)
    health = await get_system_health_info(hass, DOMAIN)
    for told in (diagnostics, f"{health} {await health['can_reach_service']}", str(list(issues.values()))):
        assert_none_in(told)
    log = "\n".join(
        record.getMessage() + str(record.exc_info or "")
        for record in caplog.records
        if record.levelno > logging.DEBUG and record.name.startswith("custom_components")
    )
    assert "speech synthesis failed" in log
    assert_none_in(log)
