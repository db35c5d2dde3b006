"""Diagnostics: what helps to find a fault, and nothing that says whose house it is."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
import json
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.json import JSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import CONF_MONTHLY_LIMIT, DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.resource.resource import MAX_SESSIONS
from custom_components.azure_speech_live.speech import TranslationOptions
from tests.speech_service.engines.legible import CHARACTER
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.service import SpeechService

from .availability import reload, speak
from .forms import add_resource
from .recognizers import KITCHEN, add_recognizer
from .speech import pcm, stream, transcribe
from .voices import WAV, asked_to_speak, sound_of

type Download = Callable[[ConfigEntry], Awaitable[dict[str, Any]]]


@pytest.fixture
async def download(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> Download:
    """Give what downloads an entry's diagnostics, as Home Assistant serves them."""
    for component in (DOMAIN, "diagnostics"):  # once somebody has connected, the harness takes no more addresses
        assert await async_setup_component(hass, component, {})

    async def download(entry: ConfigEntry) -> dict[str, Any]:
        client = await hass_client()
        response = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")
        assert response.status == HTTPStatus.OK
        data: dict[str, Any] = (await response.json())["data"]
        return data

    return download


async def diagnostics(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, Any]:
    """Return the diagnostics as they are downloaded."""
    data: dict[str, Any] = json.loads(
        json.dumps(await async_get_config_entry_diagnostics(hass, entry), cls=JSONEncoder)
    )
    return data


async def test_a_command_has_its_moments_in_order(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    async def spoken() -> AsyncGenerator[bytes]:
        for _ in range(3):
            yield pcm(1)

    await transcribe(hass, spoken())
    timeline = entry.runtime_data.sessions[0].timeline
    # The service's turn.end may come after the result.
    await service.until(lambda: timeline.turn_ended is not None)
    (session,) = (await diagnostics(hass, entry))["sessions"]
    moments = [session[name] for name in ("connected", "first_hypothesis", "phrase", "ended")]
    assert moments == sorted(moments)
    assert 0 <= session["end_of_audio"] <= session["phrase"]
    assert session["connected"] <= session["end_of_speech"] <= session["phrase"] <= session["turn_end"]
    assert session["words"] == session["phrase"]
    assert 0 < session["last_word"] <= 3
    assert 0 <= session["final"] <= session["phrase"]
    assert session["hypotheses"] > 0
    behind = session["hypotheses_behind"]
    assert behind["least"] <= behind["mean"] <= behind["most"]
    assert not session["answered_before_the_end"]
    assert session["kind"] == "recognition"
    assert session["mode"] == "interactive"
    assert session["language"] == "en-US"
    assert session["connection_id"] == service.connections[-1].headers["X-ConnectionId"]
    assert session["requests"] == 1
    assert session["audio"] == session["audio_sent"] == 3
    assert session["error"] is None


async def test_an_answer_has_its_moments_and_neither_text_nor_voice(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    assert await async_setup_component(hass, "tts", {})
    await sound_of(asked_to_speak(hass, "Rosebud, again", {**WAV, "voice": "en-GB-SoniaNeural"}))
    (answer,) = (await diagnostics(hass, entry))["answers"]
    moments = [answer[name] for name in ("text", "text_ended", "first_audio", "last_audio", "ended")]
    assert None not in moments
    assert moments[-3:] == sorted(moments[-3:])
    assert 0 <= answer["connected"] <= answer["first_audio"]
    assert answer["audio"] == pytest.approx(CHARACTER * len("Rosebud, again"), abs=0.01)
    assert 0 <= answer["longest_gap"] <= answer["ended"]
    assert (answer["requests"], answer["characters"], answer["error"]) == (1, len("Rosebud, again"), None)
    assert answer["connection_id"] == service.syntheses[-1].headers["X-ConnectionId"]
    assert "Rosebud" not in json.dumps(answer)
    assert "Sonia" not in json.dumps(answer)


async def test_an_answer_that_failed_says_why_without_what_is_the_households(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    assert await async_setup_component(hass, "tts", {})
    service.synthesis.voices.clear()
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, "Rosebud", {**WAV, "voice": "RosebudNeural"}))
    answers = (await diagnostics(hass, entry))["answers"]
    assert answers[0]["error"].startswith("voice_refused: ")
    assert "Rosebud" not in json.dumps(answers)


async def test_only_the_latest_answers_are_in_it(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert await async_setup_component(hass, "tts", {})
    for number in range(MAX_SESSIONS + 1):
        await sound_of(asked_to_speak(hass, "x" * (number + 1), WAV))
    answers = (await diagnostics(hass, entry))["answers"]
    assert [answer["characters"] for answer in answers] == [*range(2, MAX_SESSIONS + 2)]


async def test_what_a_second_engine_answers_has_no_name_of_the_households_in_it(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    er.async_get(hass).async_get_or_create("stt", "wyoming", "rosebud", suggested_object_id="rosebud")
    resource = entry.runtime_data
    resource.async_second_answered("stt.rosebud", heard=1)
    resource.async_second_answered("tts.rosebud_that_is_gone", spoken=3)
    shown = await diagnostics(hass, entry)
    heard, spoken = shown["second_engines"]
    assert datetime.fromisoformat(heard.pop("at")) <= datetime.fromisoformat(spoken.pop("at"))
    assert heard == {"integration": "wyoming", "heard": 1, "spoken": 0}
    assert spoken == {"integration": None, "heard": 0, "spoken": 3}
    assert "rosebud" not in json.dumps(shown)


async def test_a_command_under_way_is_shown_as_such(hass: HomeAssistant, entry: ConfigEntry) -> None:
    events = async_recognize(entry, stream(pcm(3)), TranslationOptions(targets=("de",)))
    await anext(events)
    (session,) = (await diagnostics(hass, entry))["sessions"]
    assert session["kind"] == "translation"
    assert session["ended"] is None
    await events.aclose()
    (session,) = (await diagnostics(hass, entry))["sessions"]
    assert session["ended"] is not None


async def test_a_failure_says_what_it_was(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),))
    await transcribe(hass, stream(pcm(1)))
    (session,) = (await diagnostics(hass, entry))["sessions"]
    assert session["error"].endswith("1007: Quota exceeded.")
    assert not session["connection_was_open"]


async def test_a_failure_that_repeats_what_is_ours_is_redacted(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await add_recognizer(hass, entry, phrases=["Zanzibar", "Zanzibar lamp"], use_names=False)
    reason = f"no model for Zanzibar lamp at 127.0.0.1:{service.port}"
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, reason)),))
    await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
    (session,) = (await diagnostics(hass, entry))["sessions"]
    assert session["error"].endswith(": no model for … at …")


async def test_the_usage_and_the_state_are_in_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_LIMIT: 5})
    await hass.async_block_till_done()
    service.behaviours = lambda _: Behaviour(answer=Refuse(404))
    await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done(wait_background_tasks=True)
    data = await diagnostics(hass, entry)
    assert data["region"] == "own endpoint"
    assert data["available"] is False
    assert data["options"] == {CONF_MONTHLY_LIMIT: 5}
    (month,) = data["usage"].values()
    nothing = dict.fromkeys(
        ("recognition", "translation", "characters", "requests", "second_heard", "second_spoken"), 0
    )
    assert month == nothing | {"failures": {"not_a_speech_endpoint": 1}}


async def test_a_resource_that_is_not_loaded_has_all_that_is_stored(
    hass: HomeAssistant, download: Download, entry: ConfigEntry
) -> None:
    await transcribe(hass, stream(pcm(1)))
    loaded = await download(entry)
    assert (loaded["state"], loaded["disabled_by"]) == ("loaded", None)
    assert loaded["sessions"]
    of_a_resource_at_work = {"answers", "available", "commands", "microphones", "second_engines", "sessions"}

    await hass.config_entries.async_unload(entry.entry_id)
    unloaded = await download(entry)
    assert unloaded.keys() == loaded.keys() - of_a_resource_at_work
    assert unloaded == {key: loaded[key] for key in unloaded} | {"state": "not_loaded"}

    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert await download(entry) == unloaded | {"disabled_by": "user"}


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "key_refused"), (500, "service_error"), (404, "not_a_speech_endpoint")]
)
async def test_a_resource_whose_service_is_not_there_says_why(
    hass: HomeAssistant, service: SpeechService, download: Download, status: int, reason: str
) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: Behaviour(answer=Refuse(status))
    await reload(hass, entry)
    data = await download(entry)
    assert (data["state"], data["available"], data["reason"]) == ("loaded", False, reason)
    assert "127.0.0.1" not in json.dumps(data)

    service.behaviours = ()
    await speak(hass)  # and no check
    assert (await download(entry))["reason"] is None


async def test_a_resource_that_cannot_be_set_up_says_why(hass: HomeAssistant, download: Download) -> None:
    entry = MockConfigEntry(domain=DOMAIN, data={"url": "https://["})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    data = await download(entry)
    assert (data["state"], data["reason"]) == ("setup_error", "unreadable_entry")


@pytest.mark.parametrize("data", [{}, {"region": 5}, {"url": "https://["}, {"url": "https://[]@"}], ids=str)
async def test_what_cannot_be_read_keeps_no_diagnostics_back(
    hass: HomeAssistant, download: Download, data: dict[str, Any]
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, version=9, data=data, options={"monthly_limit": "Rosebud", "new": ["x"]})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    found = await download(entry)
    assert (found["version"], found["state"], found["region"]) == ("9.1", "migration_error", "unknown endpoint")
    assert found["options"] == {"monthly_limit": REDACTED, "new": "1 in number"}
    assert found["usage"] == {}


async def test_of_settings_only_the_harmless_are_shown(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await add_recognizer(
        hass,
        entry,
        languages=["de-DE"],
        phrases=["Zanzibar lamp", "Rosebud"],
        text={"substitutions": ["Rosebud => sled"]},
        advanced={"custom_model": "4c2e0e6b-7d5c-4b1e-9a55-0d3e4b1f9a10"},
    )
    settings = (await diagnostics(hass, entry))["subentries"]
    assert settings[0] == {"type": "recognizer", "data": {}}
    assert settings[1] == {"type": "voice", "data": {}}
    kitchen = settings[2]["data"]
    assert kitchen["phrases"] == "2 in number"
    assert kitchen["languages"] == ["de-DE"]
    assert kitchen["custom_model"] == REDACTED
    for private in ("Zanzibar", "Rosebud", "sled", "4c2e0e6b"):
        assert private not in json.dumps(settings)
