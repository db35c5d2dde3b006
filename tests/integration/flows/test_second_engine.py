"""The field of the second engine: offered, suggested, stored, and told of where the engine is of no help."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectSelector
import pytest

from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR, SUBENTRY_VOICE
from tests.speech_service.service import SpeechService

from ..engines import CLOUDY, OtherEar, OtherVoice, add_engines, stored
from ..forms import add_resource
from ..recognizers import NAME, add_recognizer, filled_in
from ..subentries import open_form, open_reconfigure_form, submit, suggestions
from ..translators import GERMAN, TRANSLATOR, add_translator
from ..voices import add_voice

FIELD = "second_engine"


def offered(form: Any) -> list[str] | None:
    """Return the names that a form offers; None if it does not ask."""
    selector = form["data_schema"].schema.get(FIELD)
    if selector is None:
        return None
    assert isinstance(selector, SelectSelector)
    return [option["label"] for option in selector.config["options"] if not isinstance(option, str)]


def suggested(form: Any) -> str | None:
    """Return which engine a form has filled in."""
    return suggestions(form["data_schema"]).get(FIELD)


@pytest.mark.parametrize("kind", [SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR, SUBENTRY_VOICE])
async def test_without_an_engine_nobody_is_asked(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    assert offered(await open_form(hass, entry, kind)) is None


async def test_a_recognizers_second_engine_is_suggested_once_and_stored(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    await add_engines(hass, OtherEar(), OtherVoice())
    await add_engines(hass, OtherEar("Cloud"), domain=CLOUDY, iot_class="cloud_push")
    whisper = stored(hass, "stt.whisper")

    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    assert offered(form) == ["Cloud", "Whisper"]
    assert suggested(form) == whisper
    form = await submit(hass, form, name=NAME, **filled_in(languages=["de-DE", "de-AT"]))
    assert form["errors"] == {"languages": "language_twice"}
    assert suggested(form) is None  # it was cleared
    result = await submit(hass, form, name=NAME, **filled_in(second_engine=whisper, second_on_nothing=True))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = (other for other in entry.subentries.values() if other.title == NAME)
    assert (subentry.data[FIELD], subentry.data["second_on_nothing"]) == (whisper, True)

    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert not form["errors"]
    assert suggestions(form["data_schema"])["second_on_nothing"] is True
    assert suggested(form) == whisper
    await submit(hass, form, **filled_in(second_on_nothing=True))
    left = entry.subentries[subentry.subentry_id].data
    assert not {FIELD, "second_on_nothing"} & left.keys()  # without an engine there is nobody to ask

    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, subentry.subentry_id)
    assert suggested(form) is None


async def test_nothing_else_can_be_chosen(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await add_engines(hass, OtherEar(), OtherVoice())
    form = await open_form(hass, entry, SUBENTRY_RECOGNIZER)
    with pytest.raises(InvalidData):
        await submit(hass, form, **filled_in(second_engine=stored(hass, "tts.piper")))


async def test_a_voices_second_engine_is_asked_for_with_who_speaks(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await add_engines(hass, OtherEar(), OtherVoice())
    piper = stored(hass, "tts.piper")
    form = await open_form(hass, entry, SUBENTRY_VOICE)
    assert offered(form) == ["Piper"]
    assert suggested(form) == piper
    subentry = await add_voice(hass, entry, {FIELD: piper}, rate=120)
    assert (subentry.data[FIELD], subentry.data["rate"]) == (piper, 120)

    form = await open_reconfigure_form(hass, entry, SUBENTRY_VOICE, subentry.subentry_id)
    assert suggested(form) == piper
    form = await submit(hass, form)
    await submit(hass, form, rate=120)
    assert FIELD not in entry.subentries[subentry.subentry_id].data


async def test_only_a_translator_that_does_the_same_stands_in_for_one(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await add_engines(hass, OtherEar())
    other = await add_resource(hass, service, "?cid=other")
    await add_translator(hass, other, languages=["de-AT", "fr-FR"])
    guests = stored(hass, TRANSLATOR)

    form = await open_form(hass, entry, SUBENTRY_TRANSLATOR)
    assert offered(form) == ["Guests"]
    assert suggested(form) is None
    for data in ({"target_language": "es"}, {"languages": ["de-DE", "it-IT"]}):
        form = await submit(hass, form, **(GERMAN | data), second_engine=guests)
        assert form["errors"] == {FIELD: "second_translates_otherwise"}
    result = await submit(hass, form, **GERMAN, second_engine=guests)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.get_subentries_of_type(SUBENTRY_TRANSLATOR)
    assert dict(subentry.data) == GERMAN | {FIELD: guests}

    form = await open_reconfigure_form(hass, entry, SUBENTRY_TRANSLATOR, subentry.subentry_id)
    assert suggested(form) == guests
    await submit(hass, form, **GERMAN)
    assert dict(entry.subentries[subentry.subentry_id].data) == GERMAN


async def test_who_asks_back_is_refused(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    """It is not listed; but it may have been when the form was opened, or when it was chosen."""
    other = await add_resource(hass, service, "?cid=other")
    ours, theirs = await add_recognizer(hass, entry), await add_recognizer(hass, other)
    ids = {
        entity.config_subentry_id: entity.id
        for entity in er.async_get(hass).entities.values()
        if entity.domain == "stt"
    }
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, ours.subentry_id)
    hass.config_entries.async_update_subentry(other, theirs, data=MappingProxyType({FIELD: ids[ours.subentry_id]}))
    await hass.async_block_till_done()

    form = await submit(hass, form, **filled_in(second_engine=ids[theirs.subentry_id]))
    assert form["errors"] == {FIELD: "second_engine_asks_back"}
    await submit(hass, form, **filled_in())

    hass.config_entries.async_update_subentry(entry, ours, data=MappingProxyType({FIELD: ids[theirs.subentry_id]}))
    await hass.async_block_till_done()
    form = await open_reconfigure_form(hass, entry, SUBENTRY_RECOGNIZER, ours.subentry_id)
    assert form["errors"] == {FIELD: "second_engine_asks_back"}


async def test_what_is_wrong_with_the_chosen_one_is_told_when_the_form_opens(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    others = await add_engines(hass, OtherEar(), OtherVoice())
    piper = stored(hass, "tts.piper")
    subentry = await add_voice(hass, entry, {FIELD: piper})
    await hass.config_entries.async_unload(others.entry_id)

    form = await open_reconfigure_form(hass, entry, SUBENTRY_VOICE, subentry.subentry_id)
    assert form["errors"] == {FIELD: "second_engine_away"}
    assert (offered(form), suggested(form)) == (["Piper"], piper)
    form = await submit(hass, form, second_engine=piper)
    assert form["step_id"] == "manner"
    await submit(hass, form)
    assert entry.subentries[subentry.subentry_id].data[FIELD] == piper

    await hass.config_entries.async_remove(others.entry_id)
    await hass.async_block_till_done()
    form = await open_reconfigure_form(hass, entry, SUBENTRY_VOICE, subentry.subentry_id)
    assert form["errors"] == {FIELD: "second_engine_gone"}
    assert (offered(form), suggested(form)) == ([], None)
    await submit(hass, await submit(hass, form))
    assert FIELD not in entry.subentries[subentry.subentry_id].data
