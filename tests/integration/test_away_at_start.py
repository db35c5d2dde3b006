"""The service, its name or the network is away when an entry is set up: its engines are there all the same."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import errno
import logging
import math
import os
from typing import Any

from homeassistant.components.zeroconf import async_get_async_zeroconf
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState, ConfigSubentryData
from homeassistant.const import CONF_API_KEY, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import HassAsyncDNSResolver
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER, SUBENTRY_VOICE
from custom_components.azure_speech_live.resource.health import FIRST_RECHECK
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.speech.wire import connector
from custom_components.azure_speech_live.voice import voices
from tests.speech_service.faults import Answer, Behaviour, Refuse, Reset
from tests.speech_service.service import KEY, SpeechService

from .availability import FAILED, HEARD, available, issues, let_pass, reload, said, speak
from .forms import start_reconfigure_flow, start_user_flow, state_of, submit
from .names import Names
from .speech import pcm, recognizer, stream, transcribe
from .voices import VOICE, WAV, asked_to_speak, heard, sound_of

HOST = "kitchen.example"
TITLE = "Ears"


@dataclass(frozen=True)
class Fault:
    """What is wrong when the entry is set up, and what the household is told."""

    line: str
    behaviour: Behaviour
    name: str = "known"
    """What becomes of looking the host up: it is "known" or "unknown", or that "hangs"."""
    is_available: bool = False
    issues: frozenset[Issue] = frozenset()


def answered(line: str, answer: Answer, **told: Any) -> Fault:
    """Return that every connection is answered so."""
    return Fault(line, Behaviour(answer=answer), **told)


QUOTA = frozenset({Issue.QUOTA_USED_UP})
FAULTS = {
    "reset": answered("the connection broke", Reset()),
    "503": answered("the service is in trouble (HTTP 503)", Refuse(503)),
    "404": answered("no Speech service at this address", Refuse(404)),
    "401": answered("the key is refused", Refuse(401)),
    "429": answered("too many requests", Refuse(429, {"Retry-After": "60"}), is_available=True),
    "quota": answered(
        "the quota is used up", Refuse(403, {}, "Out of call volume quota."), is_available=True, issues=QUOTA
    ),
    "nothing answers": Fault("the connection did not open in time", Behaviour(delay=math.inf)),
    "no such name": Fault("no host has the name", Behaviour(), name="unknown"),
    "DNS hangs": Fault("the connection did not open in time", Behaviour(), name="hangs"),
}

BACK = [
    *((name, "by a command") for name in FAULTS),
    *((name, "by itself") for name, fault in FAULTS.items() if not fault.is_available),
]
"""How it is found that a fault is over: what is available is not looked for."""


@pytest.fixture
def entry(hass: HomeAssistant, service: SpeechService, names: Names) -> MockConfigEntry:
    """Have an entry that Home Assistant is about to set up, as it is when it starts."""
    names.ports[HOST] = service.port
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=TITLE,
        data={CONF_URL: service.url.replace("127.0.0.1", HOST), CONF_API_KEY: KEY},
        unique_id=f"{HOST}:{service.port}",
        subentries_data=[
            ConfigSubentryData(subentry_type=SUBENTRY_RECOGNIZER, title="Azure Speech", unique_id=None, data={}),
            ConfigSubentryData(subentry_type=SUBENTRY_VOICE, title="Azure Speech", unique_id=None, data={}),
        ],
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait long for what does not come."""
    monkeypatch.setattr(connector, "OPEN_LIMIT", 2.0)
    monkeypatch.setattr(voices, "FETCH_LIMIT", 2.0)


def spoil(service: SpeechService, names: Names, fault: Fault) -> None:
    """Have something be wrong."""
    service.behaviours = service.list_behaviours = lambda _: fault.behaviour
    if fault.name == "unknown":
        names.ports.clear()
    elif fault.name == "hangs":
        names.answers.clear()


def mend(service: SpeechService, names: Names) -> None:
    """Have all be well."""
    service.behaviours = service.list_behaviours = ()
    names.ports[HOST] = service.port
    names.answers.set()


@pytest.mark.parametrize(("name", "back"), BACK)
@pytest.mark.usefixtures("soon")
async def test_the_engines_are_there_and_work_when_the_service_does(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant,
    service: SpeechService,
    names: Names,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    name: str,
    back: str,
) -> None:
    fault = FAULTS[name]
    spoil(service, names, fault)
    await hass.config_entries.async_setup(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.LOADED
    assert recognizer(hass) is not None
    assert available(hass, VOICE)
    if "in time" in fault.line:
        assert available(hass), "it did not wait for what may never come"

    await hass.async_block_till_done(wait_background_tasks=True)
    ((level, line),) = said(caplog)
    assert level == logging.ERROR
    assert line.startswith(f"{TITLE}: speech recognition failed: {fault.line}")
    assert available(hass) is fault.is_available
    assert available(hass, VOICE)
    assert issues(hass, entry) == fault.issues
    asked = [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()]
    assert asked == ([SOURCE_REAUTH] if "the key" in fault.line else [])

    mend(service, names)
    if back == "by a command":
        assert await speak(hass) == HEARD
    else:
        await let_pass(hass, FIRST_RECHECK)
    assert available(hass)
    assert issues(hass, entry) == set()
    assert not hass.config_entries.flow.async_progress()
    assert said(caplog) == [(logging.INFO, f"{TITLE}: speech recognition works again")]


async def test_a_command_does_not_wait_for_the_check(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    first = len(service.attempts)
    service.behaviours = lambda attempt: Behaviour(delay=math.inf) if attempt == first else Behaviour()
    await hass.config_entries.async_setup(entry.entry_id)
    await service.until(lambda: len(service.attempts) > first)  # which is the check
    _, result = await transcribe(hass, stream(pcm(1)))
    assert result == HEARD
    await hass.async_block_till_done(wait_background_tasks=True)
    assert available(hass), "the command knows better than a check that had begun before"
    assert said(caplog) == []


async def test_an_outage_is_told_of_once(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is set up, spoken to and checked meanwhile."""
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(2):
        assert await speak(hass) == FAILED
        await reload(hass, entry)
        await let_pass(hass, FIRST_RECHECK)
    assert [level for level, _ in said(caplog)] == [logging.ERROR]
    service.behaviours = ()
    await reload(hass, entry)
    assert available(hass)
    assert said(caplog) == [(logging.INFO, f"{TITLE}: speech recognition works again")]


async def test_a_resource_that_only_speaks_says_so(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    hears = next(each for each in entry.subentries.values() if each.subentry_type == SUBENTRY_RECOGNIZER)
    hass.config_entries.async_remove_subentry(entry, hears.subentry_id)
    service.behaviours = lambda _: Behaviour(answer=Reset())
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    ((_, line),) = said(caplog)
    assert line.startswith(f"{TITLE}: speech synthesis failed: the connection broke")
    service.behaviours = ()
    await let_pass(hass, FIRST_RECHECK)
    assert said(caplog) == [(logging.INFO, f"{TITLE}: speech synthesis works again")]


async def _unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await hass.config_entries.async_unload(entry.entry_id)


async def _reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await hass.config_entries.async_reload(entry.entry_id)


async def _remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    await hass.config_entries.async_remove(entry.entry_id)


async def _stop(hass: HomeAssistant, _entry: ConfigEntry) -> None:
    await hass.async_stop(force=True)


@pytest.mark.parametrize("end", [_unload, _reload, _remove, _stop], ids=["unload", "reload", "remove", "stop"])
async def test_what_ends_while_it_is_checked_leaves_nothing(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    end: Callable[[HomeAssistant, ConfigEntry], Awaitable[None]],
) -> None:
    """The harness looks for tasks and timers that are left."""
    first = len(service.attempts)
    service.behaviours = lambda attempt: Behaviour(delay=math.inf) if attempt == first else Behaviour()
    await hass.config_entries.async_setup(entry.entry_id)
    await service.until(lambda: len(service.attempts) > first)
    await end(hass, entry)
    await service.until(lambda: all(connection.closed for connection in service.connections))
    if end is _reload:
        await hass.async_block_till_done(wait_background_tasks=True)
        assert available(hass)
    assert said(caplog) == []


NO_NETWORK = {
    "no route": OSError(errno.ENODEV, os.strerror(errno.ENODEV)),  # for multicast
    "no interface": RuntimeError("No interfaces to listen on, check that any interfaces have IP version V4Only"),
}


@pytest.mark.parametrize("failure", NO_NETWORK.values(), ids=NO_NETWORK)
@pytest.mark.parametrize("back", ["by a command", "by itself"])
async def test_started_before_there_is_a_network_it_is_used_when_there_is_one(  # noqa: PLR0917 - fixtures
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
    back: str,
) -> None:
    """Home Assistant makes its resolver when it is first needed: with Zeroconf, which raises this then."""
    hass.config_entries.async_update_entry(entry, data={CONF_URL: service.url, CONF_API_KEY: KEY})
    assert await async_setup_component(hass, "network", {})

    def no_network(**_: Any) -> None:
        raise failure

    def make_resolver(hass: HomeAssistant) -> HassAsyncDNSResolver:
        return HassAsyncDNSResolver(async_zeroconf=async_get_async_zeroconf(hass))

    with monkeypatch.context() as early:
        early.setattr("homeassistant.components.zeroconf.HaZeroconf", no_network)
        early.setattr("homeassistant.helpers.aiohttp_client._async_make_resolver", make_resolver)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert state_of(entry) is ConfigEntryState.LOADED
        assert not available(hass)
        assert available(hass, VOICE)
        assert await speak(hass) == FAILED
        assert [level for level, _ in said(caplog)] == [logging.ERROR]
        assert entry.runtime_data.usage.month.failures == {"cannot_connect": 1}
        with pytest.raises(Exception, match="No connection"):
            await sound_of(asked_to_speak(hass, "The light is on.", WAV))
        caplog.clear()

        form = await submit(hass, await start_user_flow(hass), endpoint="westeurope", api_key=KEY)
        assert form["errors"] == {"base": "cannot_connect"}
        form = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url)
        assert form["errors"] == {"base": "cannot_connect"}

    if back == "by a command":
        assert await speak(hass) == HEARD
    else:
        await let_pass(hass, FIRST_RECHECK)
    assert available(hass)
    assert heard(await sound_of(asked_to_speak(hass, "The light is on.", WAV)))
