"""The issues of a resource: of which entry they are, what they say, and how long they stay."""

import json

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir, storage
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.const import (
    CONF_MONTHLY_LIMIT,
    CONF_PRICING_TIER,
    DOMAIN,
    TIER_FREE,
    TIER_STANDARD,
    TIER_UNKNOWN,
)
from custom_components.azure_speech_live.resource.health import GONE_AFTER, LAST_RECHECK
from custom_components.azure_speech_live.resource.issues import Issue, async_create_issue
from custom_components.azure_speech_live.speech import RecognitionOptions, SpeechError
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Behaviour, Refuse
from tests.speech_service.service import KEY, SpeechService

from ..availability import (
    FAILED,
    GONE,
    HEARD,
    USED_UP,
    Clock,
    available,
    issue,
    issues,
    let_pass,
    reload,
    serve_one_at_a_time,
    speak,
    two_at_once,
)
from ..forms import add_resource, start_reconfigure_flow, state_of, submit
from ..package import WORDS
from ..speech import RECOGNIZER, pcm, stream, transcribe

OTHER_KEY = KEY[::-1]


# --- in whatever becomes of the entry


async def set_tier(hass: HomeAssistant, entry: ConfigEntry, tier: str) -> None:
    """Say in the options which pricing tier the resource has."""
    hass.config_entries.async_update_entry(entry, options={CONF_PRICING_TIER: tier})
    await hass.async_block_till_done(wait_background_tasks=True)


async def have_all_troubles(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    """Refuse one request of two at once, then say that the quota is used up."""
    serve_one_at_a_time(service)
    assert await two_at_once(hass, service) == [HEARD, FAILED]
    service.behaviours = ()
    await reload(hass, entry)  # or the connection that was kept would serve once more
    service.behaviours = lambda _: USED_UP
    assert await speak(hass) == FAILED


async def test_what_was_told_stays_as_it_is_over_a_reload(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: USED_UP
    await speak(hass)
    told = issue(hass, entry, Issue.QUOTA_USED_UP)
    assert told is not None
    hass.config_entries.async_update_entry(
        entry, title="Flat", options={CONF_MONTHLY_LIMIT: 5.0, CONF_PRICING_TIER: TIER_UNKNOWN}
    )
    await hass.async_block_till_done()
    renamed = issue(hass, entry, Issue.QUOTA_USED_UP)
    assert renamed is not None
    assert renamed.created == told.created
    assert renamed.translation_placeholders is not None
    assert renamed.translation_placeholders["title"] == "Flat"


@pytest.mark.parametrize("tier", [TIER_UNKNOWN, TIER_FREE, TIER_STANDARD])
async def test_who_has_the_largest_tier_is_not_advised_to_change_to_it(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, tier: str
) -> None:
    await set_tier(hass, entry, tier)
    await have_all_troubles(hass, service, entry)
    assert issues(hass, entry) == (
        {Issue.TOO_MANY_AT_ONCE, Issue.QUOTA_OF_STANDARD}
        if tier == TIER_STANDARD
        else {Issue.ONE_AT_A_TIME, Issue.QUOTA_USED_UP}
    )
    for name in issues(hass, entry):
        words = WORDS["issues"][name]["description"]
        assert ("change the pricing tier" in words) is not (tier == TIER_STANDARD)


@pytest.mark.parametrize("change", ["tier", "key"])
async def test_of_another_tier_or_key_nothing_is_known(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, change: str
) -> None:
    await have_all_troubles(hass, service, entry)
    assert issues(hass, entry) == {Issue.ONE_AT_A_TIME, Issue.QUOTA_USED_UP}
    service.behaviours = ()
    if change == "tier":
        await set_tier(hass, entry, TIER_STANDARD)
    else:
        service.authorization = Authorization([KEY, OTHER_KEY])
        await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url, api_key=OTHER_KEY)
    assert issues(hass, entry) == set()


async def test_the_month_s_hours_are_there_again_in_the_next(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_update(time_zone="UTC")
    freezer.move_to("2026-11-23T12:00:00Z")
    service.behaviours = lambda _: USED_UP
    await speak(hass)
    assert issues(hass, entry) == {Issue.QUOTA_USED_UP}
    freezer.move_to("2026-12-01T00:00:01Z")
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert issues(hass, entry) == set()

    # Also if it was not there when the month began.
    await speak(hass)
    service.behaviours = lambda _: Behaviour(answer=Refuse(429))
    await reload(hass, entry)
    assert issues(hass, entry) == {Issue.QUOTA_USED_UP}
    freezer.move_to("2027-01-01T00:00:01Z")
    await reload(hass, entry)
    assert issues(hass, entry) == set()


@pytest.mark.parametrize("by_command", [True, False], ids=["by a command", "by a set-up"])
async def test_the_issues_go_with_the_entry(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    clock: Clock,
    by_command: bool,  # noqa: FBT001
) -> None:
    service.behaviours = lambda _: GONE
    for _ in range(2):
        if by_command:
            await speak(hass)
        else:
            await reload(hass, entry)
        clock.now += GONE_AFTER
    assert issues(hass, entry) == {Issue.ENDPOINT_GONE}

    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert issues(hass, entry) == set()
    attempts = len(service.attempts)
    await let_pass(hass, LAST_RECHECK)
    assert len(service.attempts) == attempts

    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not available(hass)
    assert issues(hass, entry) == set()  # it was not looked for in the meantime
    clock.now += GONE_AFTER
    await reload(hass, entry)
    assert issues(hass, entry) == {Issue.ENDPOINT_GONE}

    ir.async_ignore_issue(hass, DOMAIN, f"endpoint_gone_{entry.entry_id}", ignore=True)
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue(hass, entry, Issue.ENDPOINT_GONE) is None


async def test_an_entry_that_is_removed_but_goes_on_has_none(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise HomeAssistantError("a platform stays")

    resource = entry.runtime_data
    monkeypatch.setattr(hass.config_entries, "async_unload_platforms_or_raise", fail)
    await hass.config_entries.async_remove(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.FAILED_UNLOAD
    for behaviour in (USED_UP, Behaviour(answer=Refuse(401))):
        service.behaviours = lambda _, behaviour=behaviour: behaviour
        with pytest.raises(SpeechError):
            _ = [event async for event in resource.recognize(stream(pcm(1)), RecognitionOptions())]
        await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass, entry) == set()
    assert not hass.config_entries.flow.async_progress()
    await resource.async_close()


async def test_an_issue_calls_its_entry_by_the_new_name(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, clock: Clock
) -> None:
    service.behaviours = lambda _: GONE
    for clock.now in (0.0, GONE_AFTER):
        await reload(hass, entry)
    async_create_issue(hass, entry, Issue.USAGE_UNREADABLE, file="usage.copy")  # which is not told again
    hass.config_entries.async_update_entry(entry, title="Flat")
    unreadable = issue(hass, entry, Issue.USAGE_UNREADABLE)
    assert unreadable is not None
    assert unreadable.translation_placeholders == {"title": "Flat", "file": "usage.copy"}
    found = issue(hass, entry, Issue.ENDPOINT_GONE)
    assert found is not None
    assert found.translation_placeholders == {"title": "Flat", "endpoint": f"127.0.0.1:{service.port}"}


async def test_one_entry_s_issue_is_not_another_s(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    async with SpeechService() as another_service:
        another = await add_resource(hass, another_service)
        service.behaviours = another_service.behaviours = lambda _: USED_UP
        for entity_id in (RECOGNIZER, f"{RECOGNIZER}_127_0_0_1_{another_service.port}"):
            await transcribe(hass, stream(pcm(1)), entity_id=entity_id)
        assert issues(hass, entry) == issues(hass, another) == {Issue.QUOTA_USED_UP}
        service.behaviours = ()
        await speak(hass)
        assert (issues(hass, entry), issues(hass, another)) == (set(), {Issue.QUOTA_USED_UP})
        await hass.config_entries.async_remove(entry.entry_id)
        assert issues(hass, another) == {Issue.QUOTA_USED_UP}
        await hass.config_entries.async_unload(another.entry_id)


# --- that the household ignores


async def restart_issue_registry(hass: HomeAssistant) -> None:
    """Store the issue registry as Home Assistant does, and load it as at a start."""
    registry = ir.async_get(hass)
    stored = json.loads(json.dumps(registry._data_to_save()))  # noqa: SLF001  # the harness stores no registry
    restarted = ir.IssueRegistry(hass)
    await storage.Store(
        hass, ir.STORAGE_VERSION_MAJOR, ir.STORAGE_KEY, minor_version=ir.STORAGE_VERSION_MINOR
    ).async_save(stored)
    await restarted.async_load()
    hass.data[ir.DATA_REGISTRY] = restarted


async def shown(client: MockHAClientWebSocket) -> dict[str, bool]:
    """Return the integration's issues that the page Repairs lists, and whether each is ignored."""
    await client.send_json_auto_id({"type": "repairs/list_issues"})
    result = (await client.receive_json())["result"]["issues"]
    return {issue["translation_key"]: issue["ignored"] for issue in result if issue["domain"] == DOMAIN}


async def test_what_is_ignored_stays_ignored(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    service: SpeechService,
    entry: ConfigEntry,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    client = await hass_ws_client(hass)
    service.behaviours = lambda _: USED_UP
    await speak(hass)
    assert await shown(client) == {"quota_used_up": False}
    ir.async_ignore_issue(hass, DOMAIN, f"quota_used_up_{entry.entry_id}", ignore=True)

    service.behaviours = ()
    await reload(hass, entry)
    assert await shown(client) == {"quota_used_up": True}
    await speak(hass)
    assert await shown(client) == {}  # it is over, and nobody can take it for what is
    service.behaviours = lambda _: USED_UP
    await reload(hass, entry)
    await speak(hass)
    assert await shown(client) == {"quota_used_up": True}

    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await restart_issue_registry(hass)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    assert await shown(client) == {}
    await speak(hass)
    assert await shown(client) == {"quota_used_up": True}

    await hass.config_entries.async_remove(entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"quota_used_up_{entry.entry_id}") is None


async def test_what_was_not_ignored_is_told_again(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.behaviours = lambda _: USED_UP
    await speak(hass)
    for ignore in (True, False):
        ir.async_ignore_issue(hass, DOMAIN, f"quota_used_up_{entry.entry_id}", ignore=ignore)
    service.behaviours = ()
    await reload(hass, entry)
    await speak(hass)
    assert ir.async_get(hass).async_get_issue(DOMAIN, f"quota_used_up_{entry.entry_id}") is None
