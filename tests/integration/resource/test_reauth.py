"""When the household is asked for a new key, and when no longer."""

import logging

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.azure_speech_live.resource.health import FIRST_RECHECK
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Behaviour, Refuse, Reset
from tests.speech_service.service import KEY, SpeechService

from ..availability import FAILED, HEARD, available, let_pass, reload, said, speak
from ..forms import (
    OTHER_KEY,
    add_resource,
    assert_abort,
    open_flow_in_progress,
    start_reconfigure_flow,
    state_of,
    submit,
)
from ..speech import pcm, stream, transcribe


async def test_a_form_that_was_left_open_keeps_nobody_from_being_asked_for_a_key(
    hass: HomeAssistant, service: SpeechService
) -> None:
    """Home Assistant asks for none while an entry is being reconfigured, which this one is until the restart."""
    entry = await add_resource(hass, service)
    await start_reconfigure_flow(hass, entry)

    service.authorization = Authorization([OTHER_KEY])
    await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done()
    for _ in range(2):
        await reload(hass, entry)
        await hass.async_block_till_done()
    result = await open_flow_in_progress(hass, SOURCE_REAUTH)
    result = await submit(hass, result, endpoint=service.url, api_key=OTHER_KEY)
    assert_abort(result, "reauth_successful")
    assert state_of(entry) is ConfigEntryState.LOADED


async def test_a_key_that_is_refused_is_asked_for_until_it_works(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.authorization = Authorization(["another"])
    assert await speak(hass) == FAILED
    assert not available(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["context"]["entry_id"]) == (SOURCE_REAUTH, entry.entry_id)
    assert len(said(caplog)) == 1

    service.authorization = Authorization([KEY])  # somebody enabled it again in the portal
    await let_pass(hass, FIRST_RECHECK)
    assert available(hass)
    assert not hass.config_entries.flow.async_progress()
    assert said(caplog) == [(logging.INFO, f"{entry.title}: speech recognition works again")]


@pytest.mark.usefixtures("entry")
async def test_a_key_that_is_refused_by_mistake_is_not_asked_for(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = range(len(service.attempts), len(service.attempts) + 1)
    service.behaviours = lambda attempt: Behaviour(answer=Refuse(401)) if attempt in refusals else Behaviour()
    assert await speak(hass) == FAILED
    assert available(hass)
    assert not hass.config_entries.flow.async_progress()
    assert await speak(hass) == HEARD
    assert [level for level, _ in said(caplog)] == [logging.ERROR, logging.INFO]


async def test_a_key_that_is_refused_while_the_service_was_away_is_asked_for(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    service.behaviours = ()
    service.authorization = Authorization(["another"])
    said(caplog)
    await let_pass(hass, FIRST_RECHECK)
    assert not available(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["entry_id"] == entry.entry_id
    ((level, line),) = said(caplog)
    assert level == logging.ERROR
    assert "the key is refused" in line


@pytest.mark.parametrize("ends", ["reconfigured", "disabled", "removed"])
async def test_a_key_is_asked_for_no_longer_than_it_is_refused(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, ends: str
) -> None:
    service.authorization = Authorization(["another"])
    assert await speak(hass) == FAILED
    assert hass.config_entries.flow.async_progress()
    match ends:
        case "reconfigured":
            await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url, api_key="another")
            assert available(hass)
        case "disabled":
            await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        case "removed":
            await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.config_entries.flow.async_progress()
    assert not [each for each in ir.async_get(hass).issues.values() if each.active]
