"""What a person must do about a resource: told when it is so, taken back when it is over."""

import asyncio
from collections.abc import AsyncGenerator

from homeassistant.components.stt import SpeechResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.health import FIRST_RECHECK, GONE_AFTER, LAST_RECHECK
from custom_components.azure_speech_live.issues import Issue
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse, Reset
from tests.speech_service.service import SpeechService

from .availability import FAILED, GONE, HEARD, available, issue, let_pass, speak
from .flows import add_resource
from .speech import pcm, stream, transcribe


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
