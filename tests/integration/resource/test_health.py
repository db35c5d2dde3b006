"""A resource's health: lost and found by what really happens, and told once each way."""

import asyncio
from collections.abc import AsyncGenerator
import logging
from types import MappingProxyType

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER
from custom_components.azure_speech_live.resource.health import FIRST_RECHECK, LAST_RECHECK
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.speech import Phrase, RecognitionOptions
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import After, AudioReceived, Behaviour, Close, Fault, Refuse, Reset
from tests.speech_service.service import SpeechService

from ..availability import BROKEN, FAILED, HEARD, USED_UP, available, issue, issues, let_pass, reload, said, speak
from ..forms import add_resource
from ..speech import RECOGNIZER, pcm, stream, transcribe

# --- unavailable, and back


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(answer=Reset()),
        Behaviour(answer=Refuse(503)),
        Behaviour(answer=Refuse(404)),
        Behaviour(answer=Refuse(407)),
    ],
    ids=["no connection", "service down", "not there", "proxy"],
)
async def test_a_service_that_cannot_be_reached_is_unavailable_until_a_command_works(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    service.behaviours = lambda _: behaviour
    assert await speak(hass) == FAILED
    assert not available(hass)
    assert await speak(hass) == FAILED
    ((level, line),) = said(caplog)
    assert level == logging.ERROR
    assert line.startswith(f"{entry.title}: speech recognition failed: ")

    service.behaviours = ()
    assert await speak(hass) == HEARD  # a recognizer that is unavailable is asked all the same
    assert available(hass)
    assert said(caplog) == [(logging.INFO, f"{entry.title}: speech recognition works again")]


async def test_it_is_back_without_a_command_as_well(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    attempts = len(service.attempts)
    wait = FIRST_RECHECK
    for _ in range(8):
        await let_pass(hass, wait - 3)
        assert len(service.attempts) == attempts
        await let_pass(hass, wait)
        assert len(service.attempts) > attempts
        assert not available(hass)
        attempts = len(service.attempts)
        wait = min(2 * wait, LAST_RECHECK)
    assert wait == LAST_RECHECK
    assert len(said(caplog)) == 1

    service.behaviours = ()
    await let_pass(hass, LAST_RECHECK)
    assert available(hass)
    assert said(caplog) == [(logging.INFO, f"{entry.title}: speech recognition works again")]
    attempts = len(service.attempts)
    await let_pass(hass, LAST_RECHECK)
    assert len(service.attempts) == attempts


async def test_a_failure_of_many_is_one_line_and_another_resource_is_not_concerned(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    async with SpeechService() as another_service:
        another = await add_resource(hass, another_service)
        kitchen = ConfigSubentry(
            subentry_type=SUBENTRY_RECOGNIZER, title="Kitchen", unique_id=None, data=MappingProxyType({})
        )
        hass.config_entries.async_add_subentry(entry, kitchen)
        await hass.async_block_till_done()
        caplog.clear()

        service.behaviours = lambda _: Behaviour(answer=Reset())
        await asyncio.gather(*(transcribe(hass, stream(pcm(1))) for _ in range(3)))
        await hass.async_block_till_done(wait_background_tasks=True)

        assert not available(hass)
        assert not available(hass, "stt.kitchen")
        assert available(hass, f"{RECOGNIZER}_127_0_0_1_{another_service.port}")
        ((_, line),) = said(caplog)
        assert line.startswith(f"{entry.title}: ")
        await hass.config_entries.async_unload(another.entry_id)


async def test_an_outage_of_many_faces_is_a_line_for_each_kind_and_one_at_its_end(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):  # the second outage is as new as the first
        for answer in 3 * (Reset(), Refuse(503), Refuse(404)):
            service.behaviours = lambda _, answer=answer: Behaviour(answer=answer)
            assert await speak(hass) == FAILED
        assert [level for level, _ in said(caplog)] == 3 * [logging.ERROR]
        service.behaviours = ()
        await let_pass(hass, FIRST_RECHECK)
        assert said(caplog) == [(logging.INFO, f"{entry.title}: speech recognition works again")]


async def test_a_reload_begins_in_good_health(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    assert not available(hass)
    service.behaviours = ()
    await reload(hass, entry)
    assert available(hass)


# --- what is no reason to be unavailable


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(answer=Refuse(429)),
        Behaviour(faults=(Fault(AudioReceived(16000), Close(4429)),)),
    ],
    ids=["at the door", "in mid-utterance"],
)
@pytest.mark.usefixtures("impatient")
async def test_a_throttled_command(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, behaviour: Behaviour
) -> None:
    service.behaviours = lambda _: behaviour
    assert await speak(hass) == FAILED
    assert available(hass)
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None  # nobody else spoke


@pytest.mark.usefixtures("entry")
async def test_a_command_of_which_nothing_was_understood(hass: HomeAssistant, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    assert await speak(hass) == SpeechResult("", SpeechResultState.SUCCESS)
    assert available(hass)


async def test_a_command_that_fails_on_a_connection_that_opened(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    service.behaviours = lambda _: BROKEN
    assert await speak(hass) == FAILED
    assert available(hass)
    ((_, line),) = said(caplog)
    assert line.startswith(f"{entry.title}: speech recognition failed: ")


async def test_a_microphone_that_fails(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield pcm(0.5)
        raise OSError("unplugged")

    attempts = len(service.attempts)
    assert (await transcribe(hass, broken()))[1] == FAILED
    await hass.async_block_till_done(wait_background_tasks=True)
    assert available(hass)
    assert len(service.attempts) <= attempts + 1  # the command's own
    assert entry.runtime_data.usage.month.failures == {"audio_failed": 1}


# --- in whatever order it is noticed


async def test_who_is_told_that_there_are_too_many_requests_does_not_say_that_it_works(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    service.behaviours = lambda _: Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    await speak(hass)
    assert available(hass)
    assert [level for level, _ in said(caplog)] == [logging.ERROR, logging.ERROR]
    service.behaviours = ()
    await speak(hass)
    assert said(caplog) == [(logging.INFO, f"{entry.title}: speech recognition works again")]


async def test_who_is_connected_since_before_the_key_was_refused_says_nothing_of_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    refused = asyncio.Event()

    async def long() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await refused.wait()

    older = asyncio.create_task(transcribe(hass, long()))
    await service.until(lambda: any(connection.audio_size for connection in service.connections))
    service.authorization = Authorization(["another"])
    assert await speak(hass) == FAILED
    refused.set()
    assert (await older)[1] == HEARD
    assert not available(hass)
    assert await speak(hass) == HEARD  # by the same connection, which was kept
    assert not available(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["entry_id"] == entry.entry_id
    assert [level for level, _ in said(caplog)] == [logging.ERROR]


@pytest.mark.parametrize("trouble", [USED_UP, BROKEN], ids=["used up", "broken"])
async def test_what_was_recognised_before_the_trouble_says_nothing_of_it(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    trouble: Behaviour,
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(After("turn.end"), Close()),))  # nothing is kept of it
    older = entry.runtime_data.recognize(stream(pcm(1)), RecognitionOptions())
    async for event in older:
        if isinstance(event, Phrase):
            break  # it is not over before it is closed
    await service.until(lambda: all(connection.closed for connection in service.connections))
    service.behaviours = lambda _: trouble
    assert await speak(hass) == FAILED
    await older.aclose()
    assert issues(hass, entry) == ({Issue.QUOTA_USED_UP} if trouble is USED_UP else set())
    assert [level for level, _ in said(caplog)] == [logging.ERROR]


async def test_a_command_that_fails_while_it_is_checked_is_a_reason_to_check_again(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    first = len(service.attempts)
    behaviours = {first: BROKEN, first + 1: BROKEN, first + 2: Behaviour(delay=1)}
    service.behaviours = lambda attempt: behaviours.get(attempt, Behaviour(answer=Refuse(401)))
    assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
    await service.until(lambda: len(service.attempts) == first + 3)
    assert await speak(hass) == FAILED
    assert not available(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["entry_id"] == entry.entry_id


async def test_a_command_that_fails_while_nothing_is_available_is_checked_at_once(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    service.behaviours = lambda _: Behaviour(answer=Refuse(401))
    await speak(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["entry_id"] == entry.entry_id
