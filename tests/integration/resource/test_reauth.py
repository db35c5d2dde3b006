"""When the household is asked for a new key, and when no longer."""

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant

from tests.speech_service.authorization import Authorization
from tests.speech_service.service import SpeechService

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
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
    result = await open_flow_in_progress(hass, SOURCE_REAUTH)
    result = await submit(hass, result, endpoint=service.url, api_key=OTHER_KEY)
    assert_abort(result, "reauth_successful")
    assert state_of(entry) is ConfigEntryState.LOADED
