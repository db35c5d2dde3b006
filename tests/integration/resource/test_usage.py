"""What was used: exact, told to who listens, and kept."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, date, datetime, timedelta
import html
import json
from pathlib import Path
from typing import Any

from freezegun import api as freezegun
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.stt import SpeechResultState
from homeassistant.components.tts import DOMAIN as TTS_DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.months import Month
from custom_components.azure_speech_live.resource.usage import SAVE_DELAY, Usage
from custom_components.azure_speech_live.speech import OutputFormat, Piece, RecognitionOptions, SynthesisOptions
from tests.speech_service.faults import After, AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery
from tests.speech_service.synthesis.refusals import THROTTLED

from ..forms import add_resource
from ..speech import pcm, stream, transcribe
from ..voices import KITCHEN, WAV, add_voice, asked_to_speak, heard, sound_of, spoken
from .sessions import answer, received, recognition, restart

SENTENCE = "The light in the kitchen is on."


@pytest.fixture
async def speaking(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add the resource where texts can be spoken."""
    assert await async_setup_component(hass, TTS_DOMAIN, {})
    return await add_resource(hass, service)


def path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return the file that the usage is stored in."""
    return Path(hass.config.path(".storage", f"{DOMAIN}.{entry_id}"))


def stored(hass: HomeAssistant, entry_id: str) -> dict[str, Any]:
    """Return the months as they are stored, if they are."""
    file = path(hass, entry_id)
    return dict(json.loads(file.read_bytes())["data"]) if file.exists() else {}


def recognised(hass: HomeAssistant, entry_id: str) -> int:
    """Return the bytes that are stored as recognised."""
    return sum(month["recognition"] for month in stored(hass, entry_id).values())


def watch(hass: HomeAssistant, entry_id: str) -> Callable[[], bool]:
    """Return what says whether the file was written since it was asked last."""
    file = path(hass, entry_id)
    last: tuple[int, int] | None = None

    def written() -> bool:
        nonlocal last
        before = last
        if file.exists():
            last = file.stat().st_ino, file.stat().st_mtime_ns
        return last != before

    return written


async def let_pass(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float) -> None:
    """Let time pass, and what then happens be done."""
    freezer.tick(seconds)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


# --- what counts


async def test_what_was_sent_is_what_the_service_received(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    for seconds in (0.01, 1, 2.345):
        await transcribe(hass, stream(pcm(seconds)))

    month = entry.runtime_data.usage.month
    assert month == Month(recognition=received(service), requests=3)
    assert month.recognition == len(pcm(0.01) + pcm(1) + pcm(2.345))
    assert month.recognition_seconds == month.recognition / 32000


async def test_audio_that_is_sent_again_counts_again(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    # The first attempt was that of the form, the second that of the set-up.
    broken = Behaviour(faults=(Fault(AudioReceived(16000), Close(1011)),))
    service.behaviours = lambda attempt: broken if attempt == 2 else Behaviour()

    _, result = await transcribe(hass, stream(pcm(2)))

    assert result.result is SpeechResultState.SUCCESS
    month = entry.runtime_data.usage.month
    assert month.requests == 2
    assert month.failures == {}
    assert month.recognition >= received(service) > len(pcm(2))


async def test_the_delay_is_that_of_the_last_result(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    usage = entry.runtime_data.usage
    assert usage.delay is None
    await transcribe(hass, stream(pcm(1)))
    (session,) = entry.runtime_data.sessions
    assert usage.delay == session.timeline.delay
    assert usage.delay is not None
    assert 0 <= usage.delay < 10

    delay, empty = usage.delay, pcm(0)
    await transcribe(hass, stream(empty))
    assert entry.runtime_data.sessions[-1].timeline.delay is None
    assert usage.delay == delay


async def test_characters_count_as_they_are_billed(
    hass: HomeAssistant, service: SpeechService, speaking: ConfigEntry
) -> None:
    """All that is inside <voice>, Chinese characters twice."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await add_voice(hass, speaking, rate=120, pitch=100, volume=100, pronunciations=["light => /la\u026at/"])
    await sound_of(asked_to_speak(hass, "The light & the door.", WAV, engine=KITCHEN))
    await sound_of(asked_to_speak(hass, "\u706f\u5f00\u4e86, OK?", WAV, language="zh-CN"))
    marked_up, chinese = (turn.ssml.partition("<voice")[2].partition(">")[2] for turn in spoken(service))
    assert marked_up.startswith("<prosody rate='+20%'>The <phoneme ")
    assert chinese == "\u706f\u5f00\u4e86, OK?</voice></speak>"
    billed = len(html.unescape(marked_up.removesuffix("</voice></speak>"))) + 3 * 2 + len(", OK?")
    assert speaking.runtime_data.usage.month == Month(characters=billed, requests=2)


async def test_what_is_spoken_again_counts_again(
    hass: HomeAssistant, service: SpeechService, speaking: ConfigEntry
) -> None:
    known = len(service.attempts)
    broken = Behaviour(faults=(Fault(After("audio", 2), Close(1011)),))
    service.behaviours = lambda attempt: broken if attempt == known else Behaviour()
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV))) == SENTENCE
    assert speaking.runtime_data.usage.month == Month(characters=2 * len(SENTENCE), requests=2)


async def test_what_the_service_refuses_to_speak_costs_nothing(
    hass: HomeAssistant, service: SpeechService, speaking: ConfigEntry
) -> None:
    service.synthesis.per_minute = limit = PerMinute(close=THROTTLED, requests=0)
    stream = asked_to_speak(hass, SENTENCE, WAV)
    await service.until(lambda: limit.refused > 0)
    service.synthesis.per_minute = None
    assert heard(await sound_of(stream)) == SENTENCE
    month = speaking.runtime_data.usage.month
    assert month.requests == len(spoken(service)) > 1
    assert month.characters == len(SENTENCE)

    service.synthesis.voices.clear()
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE[::-1], WAV))
    month = speaking.runtime_data.usage.month
    assert month.characters == len(SENTENCE)


async def test_what_nobody_listens_to_any_more_counts(service: SpeechService, speaking: ConfigEntry) -> None:
    service.synthesis.delivery = Delivery(pace=1)
    options = SynthesisOptions(voice="en-US-JennyNeural", output_format=OutputFormat.RAW_16KHZ)

    async def texts() -> AsyncGenerator[list[Piece]]:
        yield [SENTENCE]

    usage = speaking.runtime_data.usage
    async with aclosing(speaking.runtime_data.speak(texts(), options)) as sound:
        await anext(sound)  # the header
        await anext(sound)
        assert usage.used == Month(characters=len(SENTENCE), requests=1)  # also while it is spoken
        assert usage.month == Month()
    assert usage.month == Month(characters=len(SENTENCE), requests=1)


async def test_the_delay_of_the_voice_is_that_of_the_last_answer_that_was_heard(
    hass: HomeAssistant, service: SpeechService, speaking: ConfigEntry
) -> None:
    usage = speaking.runtime_data.usage
    assert usage.voice_delay is None
    service.synthesis.delivery = Delivery(first_audio=0.2)
    await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    delay = usage.voice_delay
    assert delay is not None
    assert delay >= 0.19
    await sound_of(asked_to_speak(hass, "...", WAV))
    assert (usage.voice_delay, usage.delay) == (delay, None)


# --- the turn of a month


async def test_a_clock_that_is_set_is_noticed_within_an_hour(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant's timers go by another clock, that of the event loop, which nobody sets."""
    monkeypatch.setattr(hass.loop, "time", freezegun.real_monotonic)
    usage = Usage(hass, "home")
    told: list[tuple[str, int]] = []

    async def look(now: str) -> None:
        freezer.move_to(now)
        async_fire_time_changed(hass, datetime.fromisoformat(now).replace(tzinfo=UTC) + timedelta(hours=1))
        await hass.async_block_till_done()

    freezer.move_to("2026-10-15")
    usage.async_end(recognition(10))
    freezer.move_to("1970-01-01")
    usage.async_end(recognition(1))
    assert usage.months.next_start.date() == date(2026, 11, 1)
    stop = usage.async_track_months()
    usage.async_add_listener(lambda: told.append((str(usage.months.first_day), usage.month.recognition)))
    await look("2026-11-15")
    assert told == [("2026-11-01", 1)]
    await look("2099-01-15")
    await look("2026-12-15")
    assert told[1:] == [("2099-01-01", 0), ("2026-12-01", 0)]  # what waited counts once
    stop()


async def test_a_month_begins_for_listeners_when_it_does_for_the_household(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-10-31T22:59:00Z")
    usage = Usage(hass, "home")
    told: list[datetime] = []
    stop = usage.async_track_months()
    usage.async_add_listener(lambda: told.append(usage.months.start))

    for now, times in (
        ("2026-10-31T22:59:59Z", 0),
        ("2026-10-31T23:00:01Z", 1),
        ("2026-11-15T12:00:00Z", 1),
        ("2026-11-30T23:00:01Z", 2),
    ):
        freezer.move_to(now)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert len(told) == times
    assert told[-1] == datetime(2026, 11, 30, 23, tzinfo=UTC)

    # In another time zone it is still November, and the month will turn later.
    await hass.config.async_update(time_zone="America/New_York")
    await hass.async_block_till_done()
    assert told[-1] == datetime(2026, 11, 1, 4, tzinfo=UTC)
    freezer.move_to("2026-12-01T05:00:01Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert told[-1] == datetime(2026, 12, 1, 5, tzinfo=UTC)

    stop()
    before = len(told)
    freezer.move_to("2027-01-02T00:00:00Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert len(told) == before


# --- storage


async def test_usage_is_kept_over_a_restart_and_a_reload(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    service.behaviours = lambda _: Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    await transcribe(hass, stream(pcm(1)))
    service.behaviours = ()
    await transcribe(hass, stream(pcm(1)))
    entry.runtime_data.usage.async_end(answer(500))
    expected = Month(recognition=len(pcm(1)), characters=500, requests=2, failures={"throttled": 1})

    assert (await restart(hass, entry.entry_id)).month == expected
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.runtime_data.usage.month == expected


async def test_what_second_engines_answer_is_kept_over_a_restart(hass: HomeAssistant) -> None:
    usage = Usage(hass, "home")
    told: list[None] = []
    usage.async_add_listener(lambda: told.append(None))
    usage.async_count_second(heard=1)
    usage.async_count_second(spoken=2)
    usage.async_count_second(heard=1)
    assert usage.month == Month(second_heard=2, second_spoken=2)
    assert len(told) == 3
    assert (await restart(hass, "home")).month == usage.month


async def test_usage_is_stored_soon_also_without_a_stop(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    usage = Usage(hass, "home")
    usage.async_end(recognition(64000))
    await let_pass(hass, freezer, SAVE_DELAY)
    (month,) = stored(hass, "home").values()
    assert {name: count for name, count in month.items() if count} == {"recognition": 64000, "requests": 1}


async def test_usage_is_stored_also_where_somebody_always_speaks(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    usage = Usage(hass, "home")
    sums: list[int] = []
    for _ in range(4):
        usage.async_end(recognition(100))
        await let_pass(hass, freezer, 45)
        sums.append(sum(month["recognition"] for month in stored(hass, "home").values()))
    assert sums == [0, 200, 200, 400]


async def test_what_is_under_way_is_stored_every_minute_and_no_more_often(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    usage = Usage(hass, "home")
    session, spoken_answer = recognition(0), answer(0)
    written = watch(hass, "home")
    usage.async_begin(session)
    usage.async_begin(spoken_answer)
    seen: list[tuple[int, bool]] = []
    for second in range(200):
        session.timeline.sent = min(second, 150) * 32000
        spoken_answer.timeline.characters = min(second, 150) * 15
        await let_pass(hass, freezer, 1)
        seen.append((recognised(hass, "home") // 32000, written()))
    assert all(second - sent <= SAVE_DELAY for second, (sent, _) in enumerate(seen[:150], 1))
    assert [second for second, (_, new) in enumerate(seen, 1) if new] == [60, 120, 180]
    assert seen[-1] == (150, False)
    assert sum(month["characters"] for month in stored(hass, "home").values()) == 150 * 15
    await let_pass(hass, freezer, 2 * SAVE_DELAY)
    assert not written()  # nothing was sent

    usage.async_end(session)
    usage.async_end(spoken_answer)
    for _ in range(5):
        await let_pass(hass, freezer, SAVE_DELAY)
        assert not written()


async def test_a_long_recognition_counts_as_it_goes(
    hass: HomeAssistant, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody waits for minutes.
    monkeypatch.setattr(
        "custom_components.azure_speech_live.resource.usage.SAVE_DELAY", 0.01
    )  # nobody waits for minutes
    entry = await add_resource(hass, service)
    usage = entry.runtime_data.usage

    async def recording() -> AsyncGenerator[bytes]:
        for second in range(1, 4):
            yield pcm(1)
            sent = second * 32000
            await service.until(lambda: received(service) == sent)  # noqa: B023 - it is over before the next one
            assert usage.used.hours == pytest.approx(second / 3600)
            while recognised(hass, entry.entry_id) < sent:
                counted = asyncio.Event()
                stop = usage.async_add_listener(counted.set)
                await counted.wait()
                stop()
            assert usage.month == Month(recognition=sent, requests=1)
        yield pcm(0.5)

    async for _ in async_recognize(entry, recording(), RecognitionOptions()):
        pass
    assert usage.month == Month(recognition=len(pcm(3.5)), requests=1)
    assert usage.used == usage.month


async def test_what_is_removed_is_gone_for_good(
    hass: HomeAssistant, service: SpeechService, freezer: FrozenDateTimeFactory
) -> None:
    entry = await add_resource(hass, service)
    await transcribe(hass, stream(pcm(1)))
    await let_pass(hass, freezer, SAVE_DELAY)
    assert path(hass, entry.entry_id).exists()
    late = entry.runtime_data.usage

    await hass.config_entries.async_remove(entry.entry_id)
    late.async_end(recognition(64000))  # a command that was under way
    await let_pass(hass, freezer, SAVE_DELAY)
    assert not path(hass, entry.entry_id).exists()
    assert (await restart(hass, entry.entry_id)).months == {}
    assert not path(hass, entry.entry_id).exists()
