"""The form of a voice: who speaks, then how, as far as that voice can; and every mistake in it mended."""

from typing import Any

from homeassistant.components.tts import DOMAIN as TTS_DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_VOICE
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import KEY, SpeechService

from ..forms import add_resource, start_reconfigure_flow, start_user_flow, state_of, submit as submit_resource
from ..subentries import open_form, open_reconfigure_form, submit, suggestions
from ..translators import OLDER
from ..voices import KITCHEN, SENTENCE, WAV, add_voice, asked_to_speak, heard, sound_of

JENNY = {"voice": "en-US-JennyNeural"}
PLAIN = {"rate": 100, "pitch": 100, "volume": 100, "lead_in": 0, "end_silence": 0.25, "text_streaming": False}
ANY = ["pronunciations", "lead_in", "end_silence", "text_streaming"]
"""What every voice is asked for."""
ID = "12345678-90ab-cdef-1234-567890abcdef"


def fields(form: SubentryFlowResult) -> list[str]:
    """Return what a form asks for."""
    assert form["data_schema"] is not None
    return [str(field) for field in form["data_schema"].schema]


async def choose(hass: HomeAssistant, entry: ConfigEntry, **who: Any) -> SubentryFlowResult:
    """Fill in the first step, and return the second."""
    await hass.async_block_till_done(wait_background_tasks=True)
    return await submit(hass, await open_form(hass, entry, SUBENTRY_VOICE), name="Kitchen", **who)


async def test_a_voice_is_added_and_changed(
    hass: HomeAssistant, entry: ConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    voice = await add_voice(hass, entry, JENNY, style="sad", degree=50, **PLAIN)
    assert voice.title == "Kitchen"
    assert dict(voice.data) == {**JENNY, "style": "sad", "degree": 50, **PLAIN}
    assert hass.states.get(KITCHEN) is not None
    device = device_registry.async_get_device_by_identifier((DOMAIN, voice.subentry_id), entry.entry_id)
    assert device is not None
    assert device.model == "Speech voice"

    form = await open_reconfigure_form(hass, entry, SUBENTRY_VOICE, voice.subentry_id)
    assert form["data_schema"] is not None
    assert suggestions(form["data_schema"]) == JENNY
    form = await submit(hass, form, voice="de-DE-KatjaNeural")
    assert form["data_schema"] is not None
    assert suggestions(form["data_schema"]) == PLAIN
    result = await submit(hass, form, **PLAIN)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    changed = entry.subentries[voice.subentry_id]
    assert (changed.title, dict(changed.data)) == ("Kitchen", {"voice": "de-DE-KatjaNeural", **PLAIN})


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ({}, ["rate", "pitch", "volume", "mixed", *ANY]),
        (JENNY, ["style", "degree", "rate", "pitch", "volume", *ANY]),
        ({"voice": "zh-CN-YunxiNeural"}, ["style", "degree", "role", "rate", "pitch", "volume", *ANY]),
        ({"voice": "de-DE-KatjaNeural"}, ["rate", "pitch", "volume", *ANY]),
        ({"voice": "en-US-AvaMultilingualNeural"}, ["rate", "pitch", "volume", "mixed", *ANY]),
        ({"voice": "en-US-Ava:DragonHDLatestNeural"}, ["mixed", *ANY]),
        ({"voice": "KitchenNeural", "deployment": ID}, ["rate", "pitch", "volume", *ANY]),
    ],
)
async def test_it_asks_for_what_the_voice_can_do(
    hass: HomeAssistant, entry: ConfigEntry, who: dict[str, Any], asked: list[str]
) -> None:
    assert fields(await choose(hass, entry, **who)) == asked


@pytest.mark.parametrize(
    ("who", "errors"),
    [
        ({"voice": "Katja from Germany"}, {"voice": "invalid_voice"}),
        ({"voice": "KitchenNeural", "deployment": "kitchen"}, {"deployment": "invalid_deployment"}),
        ({"deployment": ID}, {"deployment": "deployment_without_voice"}),
    ],
)
async def test_a_mistake_is_named_and_can_be_mended(
    hass: HomeAssistant, entry: ConfigEntry, who: dict[str, Any], errors: dict[str, str]
) -> None:
    form = await choose(hass, entry, **who)
    assert (form["step_id"], form["errors"]) == ("user", errors)
    form = await submit(hass, form, **JENNY)
    assert form["step_id"] == "manner"
    form = await submit(hass, form, degree=100, **PLAIN, pronunciations=["light"])
    assert form["errors"] == {"pronunciations": "invalid_pronunciation"}
    assert form["description_placeholders"] is not None
    assert form["description_placeholders"]["line"] == "light"
    result = await submit(hass, form, degree=100, **PLAIN, pronunciations=["light => lite"])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_name_follows_from_the_voice_until_another_is_given(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await submit(hass, await open_form(hass, entry, SUBENTRY_VOICE), **JENNY)
    result = await submit(hass, form, degree=100, **PLAIN)
    assert result["title"] == "Azure Speech (Jenny)"
    (added,) = (voice for voice in entry.subentries.values() if voice.title == "Azure Speech (Jenny)")
    form = await open_reconfigure_form(hass, entry, SUBENTRY_VOICE, added.subentry_id)
    await submit(hass, await submit(hass, form, voice="de-DE-KatjaNeural"), **PLAIN)
    assert entry.subentries[added.subentry_id].title == "Azure Speech (Katja)"


async def test_the_first_one_is_called_as_what_hears(hass: HomeAssistant, entry: ConfigEntry) -> None:
    titles = {subentry.subentry_type: subentry.title for subentry in entry.subentries.values()}
    assert titles == {"recognizer": "Azure Speech", SUBENTRY_VOICE: "Azure Speech"}
    form = await submit(hass, await open_form(hass, entry, SUBENTRY_VOICE))
    assert (await submit(hass, form, **PLAIN, mixed=False))["title"] == "Azure Speech 2"


async def test_without_the_services_list_there_is_the_shipped_one(hass: HomeAssistant, service: SpeechService) -> None:
    service.list_behaviours = lambda number: Behaviour(answer=Refuse(503)) if number else Behaviour()
    entry = await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await open_form(hass, entry, SUBENTRY_VOICE)
    assert form["data_schema"] is not None
    options = form["data_schema"].schema["voice"].config["options"]
    assert options[0]["label"].startswith("English (United States): ")
    assert len(options) > 200

    service.list_behaviours = ()
    form = await open_form(hass, entry, SUBENTRY_VOICE)
    assert form["data_schema"] is not None
    assert len(form["data_schema"].schema["voice"].config["options"]) == len(service.synthesis.voices)


async def test_an_endpoint_that_does_not_speak_says_so(hass: HomeAssistant, service: SpeechService) -> None:
    form = await submit_resource(
        hass,
        await start_user_flow(hass),
        endpoint=service.url + OLDER,
        api_key=KEY,
    )
    result = await submit_resource(hass, form, languages=["de-DE"], target_language="en")
    entry = result["result"]
    assert [subentry.subentry_type for subentry in entry.subentries.values()] == ["translator"]
    refused = await open_form(hass, entry, SUBENTRY_VOICE)
    assert (refused["type"], refused["reason"]) == (FlowResultType.ABORT, "does_not_speak")


async def test_a_resource_with_a_voice_does_not_move_where_nothing_speaks(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    for subentry in list(entry.subentries.values()):
        if subentry.subentry_type != SUBENTRY_VOICE:
            hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await submit_resource(
        hass, await start_reconfigure_flow(hass, entry), endpoint=service.url + OLDER, api_key=""
    )
    assert form["errors"] == {"endpoint": "does_not_speak"}


@pytest.fixture
def only_speaks(service: SpeechService) -> SpeechService:
    """Let the stand-in be a container with voices, and nothing that hears."""
    service.behaviours = lambda _: (
        Behaviour() if "/websocket/" in service.attempts[-1].path else Behaviour(answer=Refuse(404))
    )
    return service


async def test_a_container_that_only_speaks_is_added_with_a_voice_and_nothing_else(
    hass: HomeAssistant, only_speaks: SpeechService
) -> None:
    assert await async_setup_component(hass, TTS_DOMAIN, {})
    result = await submit_resource(hass, await start_user_flow(hass), endpoint=only_speaks.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "only_speaks"
    entry = result["result"]
    assert [voice.subentry_type for voice in entry.subentries.values()] == [SUBENTRY_VOICE]
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV))) == SENTENCE
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.LOADED


async def test_a_resource_that_hears_does_not_move_where_nothing_does(hass: HomeAssistant, entry: ConfigEntry) -> None:
    async with SpeechService() as other:
        other.behaviours = lambda _: Behaviour(answer=Refuse(404))
        form = await start_reconfigure_flow(hass, entry)
        result = await submit_resource(hass, form, endpoint=other.url)
        assert result["errors"] == {"endpoint": "only_speaks"}

        other.list_behaviours = lambda _: Behaviour(answer=Refuse(404))
        result = await submit_resource(hass, result, endpoint=other.url)
        assert result["errors"] == {"base": "not_a_speech_endpoint"}
