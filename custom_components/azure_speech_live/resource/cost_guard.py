"""Keeps the household from using more of a resource in a month than it wants to.

There is a limit for what is heard and one for what is spoken, as Azure has a price for each. Each stops what it counts
and nothing else: announcements go on where the hours are used up, commands where the characters are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import logging
import math
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import (
    CONF_MONTHLY_CHARACTERS,
    CONF_MONTHLY_LIMIT,
    CONF_PRICING_TIER,
    TIER_FREE,
    TIER_STANDARD,
    TIER_UNKNOWN,
)
from .errors import called, worded
from .issues import Issue, async_create_issue, async_delete_issue
from .months import Month
from .stored import readable
from .usage import Usage

_LOGGER = logging.getLogger(__name__)


class UsageLimitError(HomeAssistantError):
    """The household's own limit for the month is used up. No more is sent."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a limit counts, and what is said of it."""

    option: str
    used: Callable[[Month], float]
    issue: Issue
    used_up: str
    goes_on: str


HEARD: Final = Counted(
    option=CONF_MONTHLY_LIMIT,
    used=lambda month: month.hours,
    issue=Issue.LIMIT_USED_UP,
    used_up="%s: the monthly limit of %s hours is used up; no more audio is sent before %s unless it is raised",
    goes_on="%s: a new month has begun, audio is sent again",
)
"""Recognition and translation together: the money is the same."""
SPOKEN: Final = Counted(
    option=CONF_MONTHLY_CHARACTERS,
    used=lambda month: month.characters,
    issue=Issue.VOICE_LIMIT_USED_UP,
    used_up="%s: the monthly limit of %s characters is used up; nothing is spoken before %s unless it is raised",
    goes_on="%s: a new month has begun, voices speak again",
)


class CostGuard:
    """A monthly limit of a resource."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], usage: Usage, counted: Counted, limit: float | None
    ) -> None:
        """Watch over a limit, in the unit of what is counted; None if there is none."""
        self._hass = hass
        self._entry = entry
        self._usage = usage
        self._counted = counted
        self._said: bool | None = None
        """Whether it was said last that the limit is used up; None if a set-up before this one may have said so."""
        self.limit = limit

    @property
    def share(self) -> float | None:
        """Return how much of the limit is used, 1.0 being all of it; None if there is no limit."""
        return None if self.limit is None else self._counted.used(self._usage.used) / self.limit

    @property
    def used_up(self) -> bool:
        """Return whether nothing may be used any more in this month."""
        return self.share is not None and self.share >= 1

    def check(self) -> None:
        """Raise UsageLimitError if the limit is used up."""
        if self.used_up:
            self.async_update()
            raise worded(UsageLimitError, self._counted.issue, title=self._entry.title, **self._placeholders())

    @callback
    def async_update(self) -> None:
        """Say once that the limit is used up, and once that it is so no longer."""
        if self.used_up == self._said:
            return
        said, self._said = self._said, self.used_up
        if self.used_up:
            placeholders = self._placeholders()
            _LOGGER.warning(self._counted.used_up, called(self._entry), placeholders["limit"], placeholders["date"])
            async_create_issue(self._hass, self._entry, self._counted.issue, **placeholders)
        else:
            if said:
                _LOGGER.info(self._counted.goes_on, called(self._entry))
            async_delete_issue(self._hass, self._entry, self._counted.issue)

    def _placeholders(self) -> dict[str, str]:
        return {"limit": f"{self.limit:.10g}", "date": self._usage.months.next_start.date().isoformat()}


def cost_guards(hass: HomeAssistant, entry: ConfigEntry[Any], usage: Usage) -> tuple[CostGuard, CostGuard]:
    """Return what watches over the entry's limits: that of what is heard, and that of what is spoken."""
    limits = readable(entry.options, _READERS, entry.title)
    heard, spoken = (CostGuard(hass, entry, usage, counted, limits.get(counted.option)) for counted in (HEARD, SPOKEN))
    return heard, spoken


def _limit(number: Any) -> float:
    limit = float(number)
    if not 0 < limit < math.inf:
        raise ValueError(number)
    return limit


def _tier(tier: Any) -> str:
    if tier not in (TIER_UNKNOWN, TIER_FREE, TIER_STANDARD):
        raise ValueError(tier)
    return str(tier)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    CONF_MONTHLY_LIMIT: _limit,
    CONF_MONTHLY_CHARACTERS: _limit,
    CONF_PRICING_TIER: _tier,
}
