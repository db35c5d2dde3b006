"""Which voices a resource has: shipped, fetched, kept on the disk, lost and found."""

from datetime import timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.dt import utcnow
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.speech import SHIPPED, Voice
from custom_components.azure_speech_live.voice.lost import LOST_FOR
from custom_components.azure_speech_live.voice.voices import (
    MAX_AGE,
    RETRY,
    Voices,
    async_get_voices,
)
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import KEY, SpeechService
from tests.speech_service.synthesis.voices import VOICES

from ..availability import let_pass
from ..forms import add_resource, start_reconfigure_flow, submit


def names(voices: Voices) -> list[str]:
    """Return the names of all voices."""
    return [voice.short_name for voice in voices.all]


OF_SERVICE = [voice.short_name for voice in VOICES]


async def known(hass: HomeAssistant, entry: ConfigEntry) -> Voices:
    """Return a resource's voices, when all that is under way is over."""
    await hass.async_block_till_done(wait_background_tasks=True)
    return async_get_voices(hass, entry)


async def test_the_services_list_takes_the_place_of_the_shipped_one(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    assert names(await known(hass, entry)) == OF_SERVICE
    assert async_get_voices(hass, entry).is_fresh
    assert len(service.lists) == 2  # by the form, to see whether there are any


async def test_without_it_the_shipped_one_is_there_and_it_is_asked_for_again(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    service.list_behaviours = lambda number: Behaviour(answer=Refuse(503)) if number else Behaviour()
    voices = await known(hass, await add_resource(hass, service))
    assert voices.all == SHIPPED
    told = [record for record in caplog.records if record.name.startswith("custom_components")]
    assert not [record for record in told if record.levelno >= logging.WARNING]
    service.list_behaviours = ()
    await let_pass(hass, RETRY.total_seconds())
    assert names(voices) == OF_SERVICE


async def test_who_changes_a_resource_does_not_wait_for_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await known(hass, entry)
    fetched = len(service.lists)
    await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url, api_key=KEY)
    await known(hass, entry)
    assert len(service.lists) == fetched


@pytest.mark.parametrize("answer", [Refuse(200, body="[]"), Refuse(200, body="<html>"), Refuse(401)])
async def test_a_resource_without_voices_is_added_without_one(
    hass: HomeAssistant, service: SpeechService, answer: Refuse
) -> None:
    service.list_behaviours = lambda _: Behaviour(answer=answer)
    entry = await add_resource(hass, service)
    assert [subentry.subentry_type for subentry in entry.subentries.values()] == ["recognizer"]
    assert not hass.states.async_entity_ids("tts")


async def test_it_is_fetched_anew_when_it_is_old(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    voices = await known(hass, entry)
    service.synthesis.voices = [VOICES[0]]
    await let_pass(hass, MAX_AGE.total_seconds())
    assert names(voices) == OF_SERVICE[:1]


async def test_it_is_fetched_anew_where_the_clock_was_ahead(
    hass: HomeAssistant, entry: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await known(hass, entry)
    await let_pass(hass, 60)
    data = hass_storage[f"{DOMAIN}.voices.{entry.entry_id}"]["data"]
    data["fetched"] = (utcnow() + 30 * MAX_AGE).isoformat()
    again = Voices(hass, entry)
    await again.async_start()
    assert not again.is_fresh
    await let_pass(hass, MAX_AGE.total_seconds())
    assert again.is_fresh
    again.async_stop()


async def test_what_was_fetched_is_kept(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    before = (await known(hass, entry)).all
    await let_pass(hass, 60)
    assert hass_storage[f"{DOMAIN}.voices.{entry.entry_id}"]["version"] == 1
    fetched = len(service.lists)
    again = Voices(hass, entry)
    await again.async_start()
    assert again.all == before
    again.async_stop()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(service.lists) == fetched


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"fetched": "soon", "voices": []},
        {"fetched": "2026-01-01T00:00:00+00:00", "voices": [{"short_name": "x"}]},
        {"fetched": "2026-01-01T00:00:00+00:00", "voices": 7},
    ],
)
async def test_what_cannot_be_read_is_fetched_anew(
    hass: HomeAssistant, entry: ConfigEntry, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    await known(hass, entry)
    await let_pass(hass, 60)
    hass_storage[f"{DOMAIN}.voices.{entry.entry_id}"]["data"] = data
    again = Voices(hass, entry)
    await again.async_start()
    assert again.all == SHIPPED
    await hass.async_block_till_done(wait_background_tasks=True)
    assert names(again) == OF_SERVICE
    again.async_stop()


async def test_what_another_version_has_written_is_fetched_anew(
    hass: HomeAssistant, entry: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await known(hass, entry)
    await let_pass(hass, 60)
    hass_storage[f"{DOMAIN}.voices.{entry.entry_id}"]["version"] = 2
    again = Voices(hass, entry)
    await again.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert names(again) == OF_SERVICE
    again.async_stop()


async def test_a_list_without_voices_takes_nothing_away(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    voices = await known(hass, entry)
    service.synthesis.voices = []
    await let_pass(hass, MAX_AGE.total_seconds())
    assert len(service.lists) == 3
    assert names(voices) == OF_SERVICE


async def test_it_is_forgotten_with_its_resource(
    hass: HomeAssistant, entry: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await known(hass, entry)
    await let_pass(hass, 60)
    await hass.config_entries.async_remove(entry.entry_id)
    assert f"{DOMAIN}.voices.{entry.entry_id}" not in hass_storage


@pytest.mark.parametrize(
    ("name", "language", "speaks"),
    [
        (None, "de-DE", "de-DE-KatjaNeural"),
        (None, "de-CH", "de-DE-KatjaNeural"),
        ("de-DE-ConradNeural", "de-AT", "de-DE-ConradNeural"),
        ("de-DE-ConradNeural", "fr-FR", "fr-FR-DeniseNeural"),
        ("en-US-AvaMultilingualNeural", "fr-FR", "en-US-AvaMultilingualNeural"),
        ("KitchenNeural", "fr-FR", "KitchenNeural"),
        (None, "sv-SE", None),
    ],
)
async def test_who_speaks_a_language(
    hass: HomeAssistant, entry: ConfigEntry, name: str | None, language: str, speaks: str | None
) -> None:
    voice = (await known(hass, entry)).chosen(name, language)
    assert (voice and voice.short_name) == speaks


async def test_a_lost_voice_is_spoken_for_and_asked_for_again_later(
    hass: HomeAssistant, entry: ConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    voices = await known(hass, entry)
    conrad = voices.named("de-DE-ConradNeural")
    voices.async_lose(conrad)
    other = voices.chosen(conrad.short_name, "de-DE")
    assert other is not None
    assert other.short_name == "de-DE-KatjaNeural"
    freezer.tick(LOST_FOR + timedelta(seconds=1))
    assert voices.chosen(conrad.short_name, "de-DE") == conrad


async def test_where_nobody_else_speaks_the_language_the_lost_voice_is_asked_for(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    voices = await known(hass, entry)
    noemi = voices.named("hu-HU-NoemiNeural")
    voices.async_lose(noemi)
    assert voices.instead_of(noemi, "hu-HU") is None
    assert voices.chosen(None, "hu-HU") == noemi


async def test_a_voice_in_no_list_is_known_by_its_name(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert (await known(hass, entry)).named("sv-SE-SofieNeural") == Voice.named("sv-SE-SofieNeural")
