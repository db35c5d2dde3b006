"""The entities' availability: lost and found by what really happens, and told once each way."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
import logging
from types import MappingProxyType

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from custom_components.azure_speech_live.health import FIRST_RECHECK, GONE_AFTER, LAST_RECHECK
from custom_components.azure_speech_live.issues import Issue
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse, Reset
from tests.speech_service.service import KEY, SpeechService

from .flows import add_resource
from .speech import RECOGNIZER, pcm, stream, transcribe

GONE = Behaviour(answer=Refuse(404))
HEARD = SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)
FAILED = SpeechResult(None, SpeechResultState.ERROR)


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture) -> ConfigEntry:
    """Add the resource, and forget what was logged until then."""
    entry = await add_resource(hass, service)
    caplog.clear()
    return entry


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Set the clock by which an endpoint is gone for long."""
    clock = Clock()
    monkeypatch.setattr("custom_components.azure_speech_live.health.monotonic", clock)
    return clock


def available(hass: HomeAssistant, entity_id: str = RECOGNIZER) -> bool:
    """Return whether a recognizer's state says that it is available."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state != STATE_UNAVAILABLE


async def speak(hass: HomeAssistant) -> SpeechResult:
    """Speak a command, and let what follows from it happen."""
    _, result = await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def let_pass(hass: HomeAssistant, seconds: float) -> None:
    """Let Home Assistant's timers believe that time has passed since they were set."""
    async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds + 1))
    await hass.async_block_till_done(wait_background_tasks=True)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Return what the integration has logged for the household, with its level, and forget it."""
    lines = [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.levelno >= logging.INFO and record.name.startswith("custom_components.")
    ]
    caplog.clear()
    return lines


def issue(hass: HomeAssistant, entry: ConfigEntry, issue: Issue) -> ir.IssueEntry | None:
    """Return a repair issue, if there is one."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"{issue}_{entry.entry_id}")


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
        assert available(hass, f"{RECOGNIZER}_2")
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
    await hass.config_entries.async_reload(entry.entry_id)
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
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1011)),))
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


# --- the key


async def test_a_key_that_is_refused_is_asked_for_until_it_works(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.authorization = Authorization(["another"])
    assert await speak(hass) == FAILED
    assert not available(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert (flow["context"]["source"], flow["context"]["entry_id"]) == (SOURCE_REAUTH, entry.entry_id)
    assert len(said(caplog)) == 1

    service.authorization = Authorization([KEY])  # somebody enabled it again in the portal
    await let_pass(hass, FIRST_RECHECK)
    assert available(hass)
    assert not hass.config_entries.flow.async_progress()
    assert said(caplog) == [(logging.INFO, f"{entry.title}: speech recognition works again")]


async def test_a_key_that_is_refused_by_mistake_is_not_asked_for(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = range(len(service.attempts), len(service.attempts) + 1)
    service.behaviours = lambda attempt: Behaviour(answer=Refuse(401)) if attempt in refusals else Behaviour()
    assert await speak(hass) == FAILED
    assert available(hass)
    assert not hass.config_entries.flow.async_progress()
    assert [level for level, _ in said(caplog)] == [logging.ERROR, logging.INFO]
    assert entry.runtime_data.health.available


async def test_a_key_that_is_refused_while_the_service_was_away_is_asked_for(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    service.behaviours = ()
    service.authorization = Authorization(["another"])
    said(caplog)
    await let_pass(hass, FIRST_RECHECK)
    assert not available(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["entry_id"] == entry.entry_id
    ((level, line),) = said(caplog)
    assert level == logging.ERROR
    assert "the key is refused" in line


# --- repairs


async def test_an_endpoint_that_stays_away_is_for_a_person_to_look_after(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: GONE
    await speak(hass)
    clock.now = GONE_AFTER - 1
    await let_pass(hass, LAST_RECHECK)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    clock.now = GONE_AFTER
    await let_pass(hass, LAST_RECHECK)
    found = issue(hass, entry, Issue.ENDPOINT_GONE)
    assert found is not None
    assert found.translation_placeholders == {"title": entry.title, "endpoint": f"127.0.0.1:{service.port}"}

    service.behaviours = ()
    await let_pass(hass, LAST_RECHECK)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    assert available(hass)

    # The next time is counted from its own beginning.
    service.behaviours = lambda _: GONE
    clock.now = 2 * GONE_AFTER
    await speak(hass)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_an_endpoint_that_is_gone_is_known_over_reloads_and_where_nothing_can_be_set_up(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: GONE
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    clock.now = GONE_AFTER - 1
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    clock.now = GONE_AFTER
    for _ in range(2):  # a set-up that fails does not take it back
        await hass.config_entries.async_reload(entry.entry_id)
        found = issue(hass, entry, Issue.ENDPOINT_GONE)
        assert found is not None
        assert found.translation_placeholders == {"title": entry.title, "endpoint": f"127.0.0.1:{service.port}"}
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is not None

    service.behaviours = ()
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    service.behaviours = lambda _: GONE
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_an_endpoint_that_is_gone_for_a_running_resource_is_so_after_a_reload(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: GONE
    await speak(hass)
    clock.now = GONE_AFTER
    await let_pass(hass, FIRST_RECHECK)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is not None
    await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


@pytest.mark.parametrize("answer", [Refuse(401), Refuse(429)], ids=["refuses the key", "throttles"])
async def test_who_answers_at_set_up_is_not_gone(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock, answer: Refuse
) -> None:
    for now, behaviour in ((0.0, GONE), (GONE_AFTER, GONE), (GONE_AFTER, Behaviour(answer=answer))):
        clock.now = now
        service.behaviours = lambda _, behaviour=behaviour: behaviour
        await hass.config_entries.async_reload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_a_network_that_stays_away_is_not(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await speak(hass)
    clock.now = 2 * GONE_AFTER
    await let_pass(hass, FIRST_RECHECK)
    assert not available(hass)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_one_request_at_a_time_is_too_few_for_two_who_speak_at_once(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    async def two_at_once() -> list[SpeechResult]:
        """Begin a second command while the first is under way, and end both."""
        second_is_over = asyncio.Event()
        audio = sum(connection.audio_size for connection in service.connections)

        async def long() -> AsyncGenerator[bytes]:
            yield pcm(1)
            await second_is_over.wait()

        first = asyncio.create_task(transcribe(hass, long()))
        await service.until(lambda: sum(connection.audio_size for connection in service.connections) > audio)
        second = await speak(hass)
        second_is_over.set()
        return [(await first)[1], second]

    first_attempt = len(service.attempts)
    service.behaviours = lambda attempt: (
        Behaviour() if attempt == first_attempt else Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    )
    assert await two_at_once() == [HEARD, FAILED]
    found = issue(hass, entry, Issue.ONE_AT_A_TIME)
    assert found is not None
    assert found.translation_placeholders == {"title": entry.title}

    service.behaviours = ()
    assert await speak(hass) == HEARD  # which proves nothing
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is not None
    assert await two_at_once() == [HEARD, HEARD]
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None


async def test_a_command_that_came_before_is_no_reason(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(48000), Close(4429)),))
    assert await speak(hass) == HEARD
    assert await speak(hass) == FAILED
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None


async def test_a_quota_that_is_used_up_is_that_and_nothing_else(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    used_up = Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),))
    service.behaviours = lambda _: used_up
    results = await asyncio.gather(*(transcribe(hass, stream(pcm(1))) for _ in range(2)))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [result for _, result in results] == [FAILED, FAILED]
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None
    found = issue(hass, entry, Issue.QUOTA_USED_UP)
    assert found is not None
    assert found.translation_placeholders == {"title": entry.title}
    assert available(hass)

    service.behaviours = ()
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)], [Utterance(text="Turn on the kitchen light.")])
    await speak(hass)
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is None


async def test_too_many_requests_are_no_quota(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    throttled = Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Throttled due to too many requests")),))
    service.behaviours = lambda _: throttled
    assert await speak(hass) == FAILED
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is None


async def test_the_issues_go_with_the_entry(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),))
    await speak(hass)
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is not None
    service.behaviours = lambda _: GONE
    await speak(hass)
    clock.now = GONE_AFTER
    await let_pass(hass, FIRST_RECHECK)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is not None
    await hass.config_entries.async_unload(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is None
    attempts = len(service.attempts)
    await let_pass(hass, LAST_RECHECK)
    assert len(service.attempts) == attempts
