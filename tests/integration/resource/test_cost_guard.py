"""The monthly limits: what each stops, what it does not, and what the household is told."""

import asyncio
from collections.abc import AsyncGenerator
import logging
from types import MappingProxyType

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.components.tts import DOMAIN as TTS_DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_exception_message
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import (
    CONF_MONTHLY_CHARACTERS,
    CONF_MONTHLY_LIMIT,
    DOMAIN,
    SUBENTRY_TRANSLATOR,
)
from custom_components.azure_speech_live.resource import resource
from custom_components.azure_speech_live.resource.cost_guard import UsageLimitError
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.speech import Event, RecognitionOptions, TranslationOptions
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..speech import RECOGNIZER, pcm, stream, transcribe
from ..voices import WAV, asked_to_speak, heard, sound_of, spoken
from .sessions import answer

LIMIT = 0.001
"""Hours: 3.6 seconds, or 115,200 bytes."""
EXACT_LIMIT = 2**-10
EXACT_SECONDS = EXACT_LIMIT * 3600
"""A limit that is a whole number of bytes, and of which no calculation rounds anything."""
HEARD = SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)
FAILED = SpeechResult(None, SpeechResultState.ERROR)
SENTENCE = "The light in the kitchen is on."
"""What an answer says."""
SPOKEN = 1_000_000
"""Characters that were spoken before."""


@pytest.fixture
async def entry(
    hass: HomeAssistant, service: SpeechService, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> ConfigEntry:
    """Add the resource with a limit, in November."""
    freezer.move_to("2026-11-23T12:00:00Z")
    entry = await add_resource(hass, service)
    await set_limit(hass, entry, LIMIT)
    caplog.clear()
    return entry


async def set_limit(hass: HomeAssistant, entry: ConfigEntry, hours: float | None) -> None:
    """Set another limit, or none."""
    hass.config_entries.async_update_entry(entry, options={} if hours is None else {CONF_MONTHLY_LIMIT: hours})
    await hass.async_block_till_done()


async def end(events: AsyncGenerator[Event]) -> None:
    """Let a recognition go on to its end."""
    async for _ in events:
        pass


def received(service: SpeechService) -> int:
    """Return the bytes of audio that the service has received."""
    return sum(connection.audio_size for connection in service.connections)


def issue(hass: HomeAssistant, entry: ConfigEntry, which: Issue = Issue.LIMIT_USED_UP) -> ir.IssueEntry | None:
    """Return the repair issue, if there is one."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{which}_{entry.entry_id}")


def said(entry: ConfigEntry, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the resource has logged for the household, and forget it."""
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.INFO and record.getMessage().startswith(f"{entry.title}: ")
    ]
    caplog.clear()
    return lines


async def test_the_limit_stops_the_next_command_but_not_the_one_under_way(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    used_up = asyncio.Event()

    async def long_command() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await used_up.wait()
        yield pcm(1)

    long = asyncio.create_task(transcribe(hass, long_command()))
    await service.until(lambda: bool(received(service)))
    assert (await transcribe(hass, stream(pcm(2.5))))[1] == HEARD
    assert issue(hass, entry) is None
    assert (await transcribe(hass, stream(pcm(0.2))))[1] == HEARD
    assert issue(hass, entry) is not None  # what is under way counts already
    used_up.set()
    assert (await long)[1] == HEARD

    attempts, connections = len(service.attempts), len(service.connections)
    audio = received(service)
    for _ in range(3):
        assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
    assert (len(service.attempts), len(service.connections)) == (attempts, connections)
    assert received(service) == audio
    assert entry.runtime_data.health.available
    (line,) = said(entry, caplog)
    assert line.startswith(f"{entry.title}: the monthly limit of 0.001 hours is used up")
    assert "before 2026-12-01" in line


@pytest.mark.parametrize("options", [RecognitionOptions(), TranslationOptions(targets=("de",))])
async def test_a_limit_that_is_reached_to_the_byte_is_used_up(
    hass: HomeAssistant, entry: ConfigEntry, options: RecognitionOptions
) -> None:
    await set_limit(hass, entry, EXACT_LIMIT)
    for seconds, used_up in ((EXACT_SECONDS - 1 / 16000, False), (1 / 16000, True)):
        await end(async_recognize(entry, stream(pcm(seconds)), options))
        assert (issue(hass, entry) is not None) is used_up
    with pytest.raises(UsageLimitError):
        await end(async_recognize(entry, stream(pcm(1)), options))


async def test_the_limit_is_for_recognition_and_translation_together(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    data = MappingProxyType({"languages": ["de-DE"], "target_language": "en"})
    guests = ConfigSubentry(subentry_type=SUBENTRY_TRANSLATOR, title="Guests", unique_id=None, data=data)
    hass.config_entries.async_add_subentry(entry, guests)
    await hass.async_block_till_done()
    translate = TranslationOptions(targets=("de",))
    await end(async_recognize(entry, stream(pcm(2)), translate))
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD
    await end(async_recognize(entry, stream(pcm(1)), translate))
    attempts = len(service.attempts)
    audio = received(service)
    for entity_id in (RECOGNIZER, "stt.guests"):
        assert (await transcribe(hass, stream(pcm(1)), entity_id=entity_id))[1] == FAILED
    with pytest.raises(UsageLimitError):
        await end(async_recognize(entry, stream(pcm(1)), translate))
    assert (len(service.attempts), received(service)) == (attempts, audio)


@pytest.mark.parametrize("options", [RecognitionOptions(), TranslationOptions(targets=("de",))])
async def test_what_may_be_long_is_ended_by_the_limit(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    options: RecognitionOptions,
) -> None:
    closed = asyncio.Event()

    async def captions() -> AsyncGenerator[bytes]:
        sent = 0
        try:
            while True:
                yield pcm(0.1)
                sent += len(pcm(0.1))
                await service.until(lambda: received(service) >= sent)  # noqa: B023 - it is over before the next one
        finally:
            closed.set()

    with pytest.raises(UsageLimitError) as error:
        await end(async_recognize(entry, captions(), options))
    assert error.value.translation_placeholders == {"title": entry.title, "limit": "0.001", "date": "2026-12-01"}
    assert closed.is_set()
    assert len(pcm(3.6)) <= received(service) <= len(pcm(3.7))
    assert entry.runtime_data.usage.month.failures == {}
    assert entry.runtime_data.health.available
    assert issue(hass, entry) is not None
    assert len(said(entry, caplog)) == 1


async def test_what_is_long_is_ended_also_by_what_others_use(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    used_up = asyncio.Event()

    async def captions() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await used_up.wait()
        yield pcm(1)

    running = asyncio.create_task(end(async_recognize(entry, captions(), RecognitionOptions())))
    await service.until(lambda: bool(received(service)))
    await transcribe(hass, stream(pcm(3)))
    used_up.set()
    with pytest.raises(UsageLimitError):
        await running
    assert received(service) == len(pcm(4))


async def test_an_action_says_why(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await transcribe(hass, stream(pcm(4)))

    with pytest.raises(UsageLimitError) as error:
        await anext(async_recognize(entry, stream(pcm(1)), RecognitionOptions()))
    assert isinstance(error.value, HomeAssistantError)
    words = {"title": entry.title, "limit": "0.001", "date": "2026-12-01"}
    assert error.value.translation_placeholders == words
    assert str(error.value) == async_get_exception_message(DOMAIN, "limit_used_up", words)
    assert entry.title in str(error.value)


async def test_the_issue_says_which_limit_and_goes_with_the_month(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture, freezer: FrozenDateTimeFactory
) -> None:
    await transcribe(hass, stream(pcm(4)))
    found = issue(hass, entry)
    assert found is not None
    assert found.severity is ir.IssueSeverity.WARNING
    assert found.translation_placeholders == {"title": entry.title, "limit": "0.001", "date": "2026-12-01"}
    said(entry, caplog)

    await hass.config.async_update(time_zone="UTC")
    freezer.move_to("2026-12-01T00:00:01Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert issue(hass, entry) is None
    assert said(entry, caplog) == [f"{entry.title}: a new month has begun, audio is sent again"]
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD


async def test_a_clock_that_is_not_set_gives_no_new_month(
    hass: HomeAssistant, entry: ConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await transcribe(hass, stream(pcm(4)))
    freezer.move_to("1970-01-01")
    await hass.config_entries.async_reload(entry.entry_id)
    assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
    found = issue(hass, entry)
    assert found is not None
    assert found.translation_placeholders == {"title": entry.title, "limit": "0.001", "date": "2026-12-01"}
    freezer.move_to("2026-12-02")
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD
    assert issue(hass, entry) is None


@pytest.mark.parametrize("limit", [1.0, None])
async def test_a_limit_that_is_raised_or_taken_away_stops_no_more(
    hass: HomeAssistant, entry: ConfigEntry, limit: float | None
) -> None:
    await transcribe(hass, stream(pcm(4)))
    assert issue(hass, entry) is not None
    await set_limit(hass, entry, limit)
    assert issue(hass, entry) is None
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD


async def test_a_limit_that_is_used_up_already_stops_from_the_start(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await set_limit(hass, entry, 1)
    await transcribe(hass, stream(pcm(4)))
    assert issue(hass, entry) is None
    await set_limit(hass, entry, LIMIT)
    assert issue(hass, entry) is not None
    assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED


async def test_the_issue_is_as_it_was_after_a_reload_and_goes_with_the_entry(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    await transcribe(hass, stream(pcm(4)))
    told = issue(hass, entry)
    assert told is not None
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry) is told
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, entry) is None


async def test_the_issue_goes_with_the_month_also_where_nothing_is_set_up(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await transcribe(hass, stream(pcm(4)))
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry) is not None
    freezer.move_to("2026-12-01T12:00:00Z")
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry) is None


async def test_an_entry_that_is_removed_but_goes_on_has_a_limit_and_no_issue(
    hass: HomeAssistant, entry: ConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise HomeAssistantError("a platform stays")

    resource = entry.runtime_data
    monkeypatch.setattr(hass.config_entries, "async_unload_platforms_or_raise", fail)
    await hass.config_entries.async_remove(entry.entry_id)
    await end(resource.recognize(stream(pcm(4)), RecognitionOptions()))
    with pytest.raises(UsageLimitError):
        await end(resource.recognize(stream(pcm(1)), RecognitionOptions()))
    assert issue(hass, entry) is None
    await resource.async_close()


# --- what is spoken


@pytest.fixture
async def limited_voice(hass: HomeAssistant, entry: ConfigEntry) -> ConfigEntry:
    """Leave a sentence and a half of what may be spoken, and set no limit to what is heard."""
    assert await async_setup_component(hass, TTS_DOMAIN, {})
    hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_CHARACTERS: SPOKEN + 1.5 * len(SENTENCE)})
    await hass.async_block_till_done()
    entry.runtime_data.usage.async_end(answer(SPOKEN))
    return entry


async def test_the_limit_of_characters_stops_the_next_text_and_no_command(
    hass: HomeAssistant, service: SpeechService, limited_voice: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    for text in (SENTENCE, SENTENCE[::-1]):
        assert issue(hass, limited_voice, Issue.VOICE_LIMIT_USED_UP) is None
        assert heard(await sound_of(asked_to_speak(hass, text, WAV))) == text  # also over the limit, to its end
    found = issue(hass, limited_voice, Issue.VOICE_LIMIT_USED_UP)
    assert found is not None
    words = {"title": limited_voice.title, "limit": "1000046.5", "date": "2026-12-01"}
    assert found.translation_placeholders == words

    attempts, turns = len(service.attempts), len(spoken(service))
    with pytest.raises(UsageLimitError) as error:
        await sound_of(asked_to_speak(hass, "More.", WAV))
    assert str(error.value) == async_get_exception_message(DOMAIN, Issue.VOICE_LIMIT_USED_UP, words)
    assert (len(service.attempts), len(spoken(service))) == (attempts, turns)
    assert limited_voice.runtime_data.usage.month.failures == {}
    (line,) = said(limited_voice, caplog)
    assert line.startswith(f"{limited_voice.title}: the monthly limit of 1000046.5 characters is used up")
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD


async def test_what_is_spoken_already_is_heard_again_beyond_the_limit(
    hass: HomeAssistant, limited_voice: ConfigEntry
) -> None:
    for text in (SENTENCE, SENTENCE[::-1]):
        await sound_of(asked_to_speak(hass, text, WAV))
    used = limited_voice.runtime_data.usage.month
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV))) == SENTENCE  # as Home Assistant has kept it
    assert limited_voice.runtime_data.usage.month == used


async def test_the_limit_of_hours_stops_no_voice(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert await async_setup_component(hass, TTS_DOMAIN, {})
    await transcribe(hass, stream(pcm(4)))
    assert issue(hass, entry) is not None
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV))) == SENTENCE


async def test_a_long_text_is_ended_by_the_limit(
    hass: HomeAssistant,
    limited_voice: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resource, "FINISHED", 10 * len(SENTENCE))
    caplog.clear()
    with pytest.raises(UsageLimitError):
        await sound_of(asked_to_speak(hass, f"{SENTENCE} " * 100, WAV))
    used = limited_voice.runtime_data.usage.month
    assert 10 * len(SENTENCE) < used.characters - SPOKEN < 50 * len(SENTENCE)
    assert used.failures == {}
    assert len(said(limited_voice, caplog)) == 1


async def test_voices_speak_again_in_the_next_month(
    hass: HomeAssistant,
    limited_voice: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    freezer: FrozenDateTimeFactory,
) -> None:
    await sound_of(asked_to_speak(hass, f"{SENTENCE} {SENTENCE}", WAV))
    assert issue(hass, limited_voice, Issue.VOICE_LIMIT_USED_UP) is not None
    caplog.clear()
    freezer.move_to("2026-12-02T12:00:00Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert issue(hass, limited_voice, Issue.VOICE_LIMIT_USED_UP) is None
    assert said(limited_voice, caplog) == [f"{limited_voice.title}: a new month has begun, voices speak again"]
    assert heard(await sound_of(asked_to_speak(hass, "More.", WAV))) == "More."
