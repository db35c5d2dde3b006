"""The states of a resource's health: from each to each, what the new one means is so, and nothing else any more.

The service says it, over a socket, and the household's side is looked at. What is expected is written out here, and not
taken from the tables that are tested.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
import re

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.health import GONE_AFTER, LAST_RECHECK
from custom_components.azure_speech_live.resource.health_states import Seen, State, following, seen_of
from custom_components.azure_speech_live.speech import QuotaError
from tests.speech_service.faults import Behaviour, Refuse, Reset
from tests.speech_service.service import SpeechService

from ..availability import GONE, USED_UP, Clock, available, let_pass, reload, speak
from ..forms import add_resource, state_of

SAYS = {
    State.WORKS: Behaviour(),
    State.REFUSED: Behaviour(answer=Refuse(401)),
    State.USED_UP: USED_UP,
    State.GONE: GONE,
    State.AWAY: Behaviour(answer=Reset()),
}
"""How the service behaves that brings a resource into a state."""
THROTTLED = Behaviour(answer=Refuse(429, {"Retry-After": "60"}))


@dataclass(frozen=True)
class Told:
    """What the household is told of a resource."""

    available: bool
    asked_for_key: bool
    issues: frozenset[str]


MEANT = {
    State.WORKS: Told(available=True, asked_for_key=False, issues=frozenset()),
    State.REFUSED: Told(available=False, asked_for_key=True, issues=frozenset()),
    State.USED_UP: Told(available=True, asked_for_key=False, issues=frozenset({"quota_used_up"})),
    State.GONE: Told(available=False, asked_for_key=False, issues=frozenset({"endpoint_gone"})),
    State.AWAY: Told(available=False, asked_for_key=False, issues=frozenset()),
}


class By(Enum):
    """By what it is noticed how the service is."""

    COMMAND = auto()
    RECHECK = auto()
    RELOAD = auto()


@dataclass
class Resource:
    """A resource, whose service is as the test says."""

    hass: HomeAssistant
    service: SpeechService
    entry: ConfigEntry
    clock: Clock

    async def is_as(self, behaviour: Behaviour, by: By) -> None:
        """Notice how the service is from now on, and also that it is so for long."""
        self.service.behaviours = lambda _: behaviour
        for _ in range(2):
            match by:
                case By.COMMAND:
                    await speak(self.hass)
                case By.RECHECK:
                    await let_pass(self.hass, LAST_RECHECK)
                case By.RELOAD:
                    await reload(self.hass, self.entry)
                    await self.hass.async_block_till_done()
            self.clock.now += GONE_AFTER

    async def is_in(self, state: State) -> None:
        """Bring it into a state."""
        # A command that works keeps a connection for the next one, which would not notice anything.
        await self.is_as(SAYS[state], By.RELOAD if state is State.WORKS else By.COMMAND)
        assert self.told == MEANT[state]

    @property
    def told(self) -> Told:
        """Return what the household sees."""
        flows = self.hass.config_entries.flow.async_progress()
        assert all(flow["context"]["source"] == SOURCE_REAUTH for flow in flows)
        issues = [issue for issue in ir.async_get(self.hass).issues.values() if issue.active]
        # Home Assistant's own, of a key that is asked for, goes with the question.
        assert {issue.domain for issue in issues} - {DOMAIN} == ({"homeassistant"} if flows else set())
        suffix = f"_{self.entry.entry_id}"
        return Told(
            available=available(self.hass),
            asked_for_key=bool(flows),
            issues=frozenset(issue.issue_id.removesuffix(suffix) for issue in issues if issue.domain == DOMAIN),
        )


@pytest.fixture
async def resource(hass: HomeAssistant, service: SpeechService, clock: Clock) -> Resource:
    """Add a resource."""
    return Resource(hass, service, await add_resource(hass, service), clock)


# What does not lead from the one to the other, by what it is noticed.
KEPT = {
    # Who cannot connect learns nothing of the key, nor of an address at which nobody was.
    (State.REFUSED, State.AWAY): set(By),
    (State.GONE, State.AWAY): set(By),
    # A connection that opens says nothing of the quota.
    (State.USED_UP, State.WORKS): {By.RELOAD},
}
NOTICED_BY = {
    # The service speaks of the quota in the middle of a command.
    State.USED_UP: {By.COMMAND},
}
RECHECKED = {State.REFUSED, State.GONE, State.AWAY}


@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        pytest.param(before, after, by, id=f"{before.name} to {after.name} by a {by.name}".lower())
        for before in State
        for after in State
        for by in By
        if by in NOTICED_BY.get(after, set(By)) and (by is not By.RECHECK or before in RECHECKED)
    ],
)
async def test_a_state_is_all_that_it_means_and_nothing_of_the_one_before(
    resource: Resource, before: State, after: State, by: By
) -> None:
    await resource.is_in(before)
    await resource.is_as(SAYS[after], by)
    expected = MEANT[before if by in KEPT.get((before, after), ()) else after]
    assert resource.told == expected

    # It is asked again only as long as it is not available; Home Assistant does so itself before it is set up.
    if state_of(resource.entry) is ConfigEntryState.LOADED:
        attempts = len(resource.service.attempts)
        await let_pass(resource.hass, LAST_RECHECK)
        assert (len(resource.service.attempts) > attempts) is not expected.available
        assert resource.told == expected


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("before", State)
async def test_too_many_requests_say_that_it_is_there_and_nothing_of_the_key_and_the_quota(
    resource: Resource, before: State, by: By
) -> None:
    await resource.is_in(before)
    await resource.is_as(THROTTLED, by)
    expected = MEANT[before if before in {State.REFUSED, State.USED_UP} else State.WORKS]
    set_up = state_of(resource.entry) is ConfigEntryState.LOADED
    assert resource.told == replace(expected, available=expected.available and set_up)


def test_a_quota_that_is_used_up_is_known_also_where_it_is_said_before_a_connection_opens() -> None:
    assert {following(state, seen_of(QuotaError("used up"))) for state in State} == {State.USED_UP}


def test_the_page_on_how_it_works_has_the_tables_as_they_are() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how_it_works.md").read_text("utf-8")
    section = page.partition("\n## The states of its health\n")[2].partition("\n## ")[0]
    (head, _, *rows), (_, _, *meanings) = (
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        for table in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    )
    names = dict(zip(head[1:], State, strict=True))
    assert [[names.get(cell) for cell in row[1:]] for row in rows] == [
        [following(state, seen) for state in State] for seen in Seen
    ]
    assert {names[row[0]]: tuple(map(bool, row[1:])) for row in meanings} == {
        state: (not told.available, told.asked_for_key, bool(told.issues)) for state, told in MEANT.items()
    }
