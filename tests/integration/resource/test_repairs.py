"""What a person must do about a resource: told when it is so, taken back when it is over."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.azure_speech_live.resource.health import FIRST_RECHECK, GONE_AFTER, LAST_RECHECK
from custom_components.azure_speech_live.resource.issues import Issue
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import After, AudioReceived, Behaviour, Close, Fault, Refuse, Reset
from tests.speech_service.service import SpeechService

from ..availability import (
    BROKEN,
    FAILED,
    GONE,
    HEARD,
    USED_UP,
    Clock,
    available,
    issue,
    let_pass,
    reload,
    serve_one_at_a_time,
    speak,
    two_at_once,
)
from ..speech import pcm, stream, transcribe


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
    assert (found.is_fixable, found.severity) == (False, ir.IssueSeverity.WARNING)

    service.behaviours = ()
    await let_pass(hass, LAST_RECHECK)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    assert available(hass)

    # The next time is counted from its own beginning.
    service.behaviours = lambda _: GONE
    clock.now = 2 * GONE_AFTER
    await speak(hass)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_a_check_that_was_slow_to_find_nothing_is_not_the_beginning(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    first = len(service.attempts)
    behaviours = {
        first: BROKEN,
        first + 1: BROKEN,
        first + 2: Behaviour(delay=1, answer=Refuse(404)),
        first + 3: Behaviour(faults=(Fault(After("turn.end"), Close()),)),
    }
    service.behaviours = lambda attempt: behaviours.get(attempt, GONE)
    assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
    await service.until(lambda: len(service.attempts) == first + 3)
    assert await speak(hass) == HEARD
    assert available(hass)

    clock.now = GONE_AFTER
    assert await speak(hass) == FAILED
    assert not available(hass)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_an_endpoint_that_is_gone_is_known_over_reloads(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: GONE
    await reload(hass, entry)
    clock.now = GONE_AFTER - 1
    await reload(hass, entry)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    clock.now = GONE_AFTER
    for _ in range(2):  # a set-up does not take it back
        await reload(hass, entry)
        found = issue(hass, entry, Issue.ENDPOINT_GONE)
        assert found is not None
        assert found.translation_placeholders == {"title": entry.title, "endpoint": f"127.0.0.1:{service.port}"}
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await reload(hass, entry)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is not None

    service.behaviours = ()
    await reload(hass, entry)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None
    service.behaviours = lambda _: GONE
    await reload(hass, entry)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_an_endpoint_that_is_gone_for_a_running_resource_is_so_after_a_reload(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: GONE
    await speak(hass)
    clock.now = GONE_AFTER
    await let_pass(hass, FIRST_RECHECK)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is not None
    await reload(hass, entry)
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
        await reload(hass, entry)
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
    serve_one_at_a_time(service)
    assert await two_at_once(hass, service) == [HEARD, FAILED]
    found = issue(hass, entry, Issue.ONE_AT_A_TIME)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["title"] == entry.title

    service.behaviours = ()
    assert await speak(hass) == HEARD  # which proves nothing
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is not None
    await reload(hass, entry)
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is not None
    assert await two_at_once(hass, service) == [HEARD, HEARD]
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None


async def test_a_command_that_came_before_is_no_reason(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(48000), Close(4429)),))
    assert await speak(hass) == HEARD
    service.behaviours = lambda _: Behaviour(answer=Refuse(429, {"Retry-After": "60"}))
    assert await speak(hass) == FAILED
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None


async def test_a_quota_that_is_used_up_is_that_and_nothing_else(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: USED_UP
    results = await asyncio.gather(*(transcribe(hass, stream(pcm(1))) for _ in range(2)))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [result for _, result in results] == [FAILED, FAILED]
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None
    found = issue(hass, entry, Issue.QUOTA_USED_UP)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["title"] == entry.title
    assert available(hass)

    service.behaviours = ()
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)], [Utterance(text="Turn on the kitchen light.")])
    await speak(hass)
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is None


@pytest.mark.usefixtures("impatient")
async def test_too_many_requests_are_no_quota(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    throttled = Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Throttled due to too many requests")),))
    service.behaviours = lambda _: throttled
    assert await speak(hass) == FAILED
    assert issue(hass, entry, Issue.QUOTA_USED_UP) is None
