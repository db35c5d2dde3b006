"""The forms that renew a resource's key, and that change a resource."""

from pathlib import Path

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.const import CONF_ENDPOINT
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import KEY, SpeechService

from .availability import available, reload
from .forms import (
    OTHER_KEY,
    OWN_HOST,
    REGION_HOST,
    add_resource,
    assert_abort,
    assert_form,
    only_recognizer,
    open_flow_in_progress,
    public,
    start_reconfigure_flow,
    start_user_flow,
    state_of,
    submit,
)
from .names import Names

# --- renewing the key


async def test_a_refused_key_is_renewed(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.authorization = Authorization([OTHER_KEY])
    await reload(hass, entry)
    assert not available(hass)

    form = await open_flow_in_progress(hass)
    assert form["step_id"] == "reauth_confirm"
    assert form["description_placeholders"] is not None
    assert form["description_placeholders"]["endpoint"] == f"127.0.0.1:{service.port}"
    form = await submit(hass, form, endpoint=service.url, api_key=KEY)
    assert_form(form, {"base": "key_refused"})
    form = await submit(hass, form, endpoint=service.url, api_key="two words")
    assert_form(form, {CONF_API_KEY: "invalid_key"})

    result = await submit(hass, form, endpoint=service.url, api_key=f"{OTHER_KEY} ")
    assert_abort(result, "reauth_successful")
    assert entry.data == {CONF_URL: service.url, CONF_API_KEY: OTHER_KEY}
    assert state_of(entry) is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()


async def test_a_key_that_works_again_is_accepted_unchanged(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.authorization = Authorization([OTHER_KEY])
    await reload(hass, entry)
    service.authorization = Authorization([KEY])

    result = await submit(hass, await open_flow_in_progress(hass), endpoint=service.url, api_key=KEY)

    assert_abort(result, "reauth_successful")
    assert state_of(entry) is ConfigEntryState.LOADED


async def test_with_a_new_key_the_endpoint_may_be_new_too(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.authorization = Authorization([OTHER_KEY])
    await reload(hass, entry)
    async with SpeechService() as other:
        result = await submit(hass, await open_flow_in_progress(hass), endpoint=other.url, api_key=KEY)
        assert_abort(result, "reauth_successful")
        assert entry.data == {CONF_URL: other.url, CONF_API_KEY: KEY}
        assert state_of(entry) is ConfigEntryState.LOADED
        await hass.config_entries.async_unload(entry.entry_id)


async def test_the_key_of_another_resource_is_refused_where_that_can_be_seen(
    hass: HomeAssistant, names: Names, tmp_path: Path
) -> None:
    """A region takes the keys of all that is in it. Whose usage it is, the household is told."""
    third_key = "0" * 32
    async with public(REGION_HOST, names, tmp_path) as region, public(OWN_HOST, names, tmp_path) as own:
        entry = (await submit(hass, await start_user_flow(hass), endpoint="westeurope", api_key=KEY))["result"]
        other = (await submit(hass, await start_user_flow(hass), endpoint=OWN_HOST, api_key=OTHER_KEY))["result"]
        region.authorization = Authorization([OTHER_KEY, third_key])
        own.authorization = Authorization([OTHER_KEY])
        entry.async_start_reauth(hass)
        await hass.async_block_till_done()

        form = await submit(hass, await open_flow_in_progress(hass), endpoint="westeurope", api_key=OTHER_KEY)
        assert_form(form, {CONF_API_KEY: "key_of_other"})
        assert (form["description_placeholders"] or {})["title"] == other.title
        form = await submit(hass, form, endpoint=OWN_HOST, api_key=third_key)
        assert_form(form, {CONF_ENDPOINT: "already_configured"})
        result = await submit(hass, form, endpoint="westeurope", api_key=third_key)
        assert_abort(result, "key_of_region")
        assert entry.data[CONF_API_KEY] == third_key

        result = await submit(hass, await start_reconfigure_flow(hass, other), endpoint=OWN_HOST, api_key="f" * 32)
        assert_form(result, {"base": "key_refused"})
        for each in (entry, other):
            await hass.config_entries.async_unload(each.entry_id)


# --- changing a resource


async def test_the_key_alone_is_changed(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    form = await start_reconfigure_flow(hass, entry)
    assert form["step_id"] == "reconfigure"
    assert form["data_schema"] is not None
    suggested = {str(field): (field.description or {}).get("suggested_value") for field in form["data_schema"].schema}
    assert suggested == {CONF_ENDPOINT: service.url, CONF_API_KEY: None}

    service.authorization = Authorization([OTHER_KEY])
    form = await submit(hass, form, endpoint=service.url)
    assert_form(form, {"base": "key_refused"})
    result = await submit(hass, form, endpoint=service.url, api_key=OTHER_KEY)

    assert_abort(result, "reconfigure_successful")
    assert entry.data == {CONF_URL: service.url, CONF_API_KEY: OTHER_KEY}
    assert state_of(entry) is ConfigEntryState.LOADED


@pytest.mark.parametrize("named", [False, True], ids=["our title", "their title"])
async def test_the_endpoint_alone_is_changed(hass: HomeAssistant, service: SpeechService, named: bool) -> None:  # noqa: FBT001
    entry = await add_resource(hass, service)
    recognizer = only_recognizer(entry)
    if named:
        hass.config_entries.async_update_entry(entry, title="Ears")
        await hass.async_block_till_done()

    async with SpeechService() as other:
        form = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint="not an endpoint?")
        assert_form(form, {CONF_ENDPOINT: "invalid_endpoint"})
        result = await submit(hass, form, endpoint=other.url, api_key="")

        assert_abort(result, "reconfigure_successful")
        assert entry.data == {CONF_URL: other.url, CONF_API_KEY: KEY}
        assert entry.unique_id == f"127.0.0.1:{other.port}"
        assert entry.title == ("Ears" if named else f"Azure Speech (127.0.0.1:{other.port})")
        assert state_of(entry) is ConfigEntryState.LOADED
        assert only_recognizer(entry) == recognizer
        assert other.connections
        await hass.config_entries.async_unload(entry.entry_id)


async def test_an_entry_whose_service_is_away_is_changed(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))
    await reload(hass, entry)
    assert not available(hass)
    service.behaviours = ()

    result = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url)

    assert_abort(result, "reconfigure_successful")
    assert state_of(entry) is ConfigEntryState.LOADED
    assert available(hass)


async def test_a_resource_cannot_become_another_that_is_set_up(hass: HomeAssistant, service: SpeechService) -> None:
    await add_resource(hass, service)
    async with SpeechService() as other:
        entry = await add_resource(hass, other)
        result = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url)
        assert_form(result, {CONF_ENDPOINT: "already_configured"})
        assert entry.data == {CONF_URL: other.url, CONF_API_KEY: KEY}
        await hass.config_entries.async_unload(entry.entry_id)


async def test_no_flow_leaves_a_reauth_behind(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.authorization = Authorization([OTHER_KEY])
    await reload(hass, entry)
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [SOURCE_REAUTH]

    result = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url, api_key=OTHER_KEY)

    assert_abort(result, "reconfigure_successful")
    assert not hass.config_entries.flow.async_progress()
