"""The form of a translator: added, changed, every mistake in it mended; and endpoints that do nothing else."""

from types import MappingProxyType
from typing import Any

from homeassistant.components.stt import SpeechResult, SpeechResultState, async_get_speech_to_text_entity
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import KEY, SpeechService

from .. import forms
from ..forms import start_reconfigure_flow, start_user_flow
from ..speech import pcm
from ..subentries import open_form, open_reconfigure_form, submit, suggestions
from ..translators import GERMAN, OLDER, TRANSLATOR, add_translator, hear


async def test_a_translator_is_added_and_changed(
    hass: HomeAssistant, entry: ConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    subentry = await add_translator(hass, entry)
    assert subentry.title == "Guests"
    assert dict(subentry.data) == GERMAN
    assert hass.states.get(TRANSLATOR) is not None
    identifier = (DOMAIN, subentry.subentry_id)
    assert device_registry.async_get_device_by_identifier(identifier, entry.entry_id) is not None

    form = await open_reconfigure_form(hass, entry, SUBENTRY_TRANSLATOR, subentry.subentry_id)
    assert form["data_schema"] is not None
    assert suggestions(form["data_schema"]) == GERMAN
    result = await submit(hass, form, languages=["de-DE", "fr-FR"], target_language="es")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert dict(entry.subentries[subentry.subentry_id].data) == {
        "languages": ["de-DE", "fr-FR"],
        "target_language": "es",
    }
    entity = async_get_speech_to_text_entity(hass, TRANSLATOR)
    assert entity is not None
    assert entity.supported_languages[0] == "es-ES"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"languages": []}, "no_language"),
        ({"languages": ["de-DE", "de-AT"]}, "language_twice"),
        ({"languages": ["de-DE", "fr-FR", "it-IT", "es-ES", "pt-PT"]}, "too_many_languages"),
        ({"target_language": "de"}, "same_language"),
        ({"languages": ["en-US", "en-GB"]}, "language_twice"),
        ({"languages": ["en-GB"]}, "same_language"),
        ({"languages": ["zh-CN", "wuu-CN"], "target_language": "zh-Hans"}, "same_language"),
    ],
)
async def test_a_mistake_is_named_and_can_be_mended(
    hass: HomeAssistant, entry: ConfigEntry, data: dict[str, Any], error: str
) -> None:
    form = await submit(hass, await open_form(hass, entry, SUBENTRY_TRANSLATOR), name="Guests", **(GERMAN | data))
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"target_language" if error == "same_language" else "languages": error}

    result = await submit(hass, form, name="Guests", **GERMAN)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("data", [{}, {"languages": 1, "target_language": None}, {"languages": ["xx"]}])
async def test_what_cannot_be_read_is_made_good(hass: HomeAssistant, entry: ConfigEntry, data: dict[str, Any]) -> None:
    subentry = ConfigSubentry(
        subentry_type=SUBENTRY_TRANSLATOR, title="Guests", unique_id=None, data=MappingProxyType(data)
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    form = await open_reconfigure_form(hass, entry, SUBENTRY_TRANSLATOR, subentry.subentry_id)
    result = await submit(hass, form, **GERMAN)
    assert result["reason"] == "reconfigure_successful"
    assert entry.subentries[subentry.subentry_id].title == "Guests"
    assert dict(entry.subentries[subentry.subentry_id].data) == GERMAN


# --- an endpoint that does nothing else


async def test_an_address_that_only_translates_becomes_a_translator(
    hass: HomeAssistant, service: SpeechService
) -> None:
    form = await forms.submit(hass, await start_user_flow(hass), endpoint=service.url + OLDER, api_key=KEY)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "translator")

    form = await forms.submit(hass, form, name="Guests", languages=["de-DE", "fr-FR"], target_language="en")
    assert form["errors"] == {"languages": "one_language"}
    form = await forms.submit(hass, form, name="Guests", languages=["en-GB"], target_language="en")
    assert form["errors"] == {"target_language": "same_language"}
    result = await forms.submit(hass, form, name="Guests", **GERMAN)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = result["result"].subentries.values()
    assert (subentry.subentry_type, subentry.title, dict(subentry.data)) == (SUBENTRY_TRANSLATOR, "Guests", GERMAN)
    service.engine = Scripted([Utterance(text="Licht an.")])
    assert (await hear(hass, pcm(1)))[1] == SpeechResult("[en] Licht an.", SpeechResultState.SUCCESS)


async def test_a_resource_that_another_form_added_meanwhile_is_not_replaced(
    hass: HomeAssistant, service: SpeechService
) -> None:
    opened = [
        await forms.submit(hass, await start_user_flow(hass), endpoint=service.url + OLDER, api_key=KEY)
        for _ in range(2)
    ]
    results = [await forms.submit(hass, form, **GERMAN) for form in opened]
    assert [result["type"] for result in results] == [FlowResultType.CREATE_ENTRY, FlowResultType.FORM]
    assert results[1]["errors"] == {"endpoint": "already_configured"}
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry is results[0]["result"]


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        (OLDER, "recognizer", "translates_only"),
        ("/speech/translation/cognitiveservices/v1", "recognizer", "translates_only"),
        ("/speech/recognition/interactive/cognitiveservices/v1", "translator", "transcribes_only"),
    ],
)
async def test_what_an_endpoint_does_not_do_is_not_added(
    hass: HomeAssistant, service: SpeechService, path: str, kind: str, reason: str
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"url": service.url + path, "api_key": KEY})
    entry.add_to_hass(hass)
    result = await open_form(hass, entry, kind)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)


@pytest.mark.parametrize(
    ("path", "error"),
    [(OLDER, "translates_only"), ("/speech/recognition/interactive/cognitiveservices/v1", "transcribes_only")],
)
async def test_a_resource_keeps_an_endpoint_that_does_what_it_is_used_for(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, path: str, error: str
) -> None:
    await add_translator(hass, entry)
    if error == "transcribes_only":
        hass.config_entries.async_remove_subentry(
            entry, entry.get_subentries_of_type(SUBENTRY_RECOGNIZER)[0].subentry_id
        )
    form = await start_reconfigure_flow(hass, entry)
    result = await forms.submit(hass, form, endpoint=service.url + path)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"endpoint": error})
