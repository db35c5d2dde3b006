"""Keeps the household from using more of a resource in a month than it wants to."""

from collections.abc import Callable, Mapping
import logging
import math
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import CONF_MONTHLY_LIMIT, CONF_PRICING_TIER, TIER_FREE, TIER_STANDARD, TIER_UNKNOWN
from .errors import called, worded
from .issues import Issue, async_create_issue, async_delete_issue
from .stored import readable
from .usage import Usage

_LOGGER = logging.getLogger(__name__)


class UsageLimitError(HomeAssistantError):
    """The household's own limit for the month is used up. No more is sent."""


class CostGuard:
    """The monthly limit of a resource, which is for recognition and translation together: the money is the same."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], usage: Usage) -> None:
        """Take the limit from the entry's options."""
        self._hass = hass
        self._entry = entry
        self._usage = usage
        self._said: bool | None = None
        """Whether it was said last that the limit is used up; None if a set-up before this one may have said so."""
        self.limit: float | None = readable(entry.options, _READERS, entry.title).get(CONF_MONTHLY_LIMIT)
        """Hours of audio a month; None if there is no limit."""

    @property
    def share(self) -> float | None:
        """Return how much of the limit is used, 1.0 being all of it; None if there is no limit."""
        return None if self.limit is None else self._usage.hours / self.limit

    @property
    def used_up(self) -> bool:
        """Return whether nothing may be used any more in this month."""
        return self.share is not None and self.share >= 1

    def check(self) -> None:
        """Raise UsageLimitError if the limit is used up."""
        if self.used_up:
            self.async_update()
            raise worded(UsageLimitError, Issue.LIMIT_USED_UP, title=self._entry.title, **self._placeholders())

    @callback
    def async_update(self) -> None:
        """Say once that the limit is used up, and once that it is so no longer."""
        if self.used_up == self._said:
            return
        said, self._said = self._said, self.used_up
        if self.used_up:
            _LOGGER.warning(
                "%s: the monthly limit of %g hours is used up; no more audio is sent before %s unless it is raised",
                called(self._entry),
                self.limit,
                self._usage.months.next_start.date(),
            )
            async_create_issue(self._hass, self._entry, Issue.LIMIT_USED_UP, **self._placeholders())
        else:
            if said:
                _LOGGER.info("%s: a new month has begun, audio is sent again", called(self._entry))
            async_delete_issue(self._hass, self._entry, Issue.LIMIT_USED_UP)

    def _placeholders(self) -> dict[str, str]:
        return {"limit": f"{self.limit:g}", "date": self._usage.months.next_start.date().isoformat()}


def _hours(number: Any) -> float:
    hours = float(number)
    if not 0 < hours < math.inf:
        raise ValueError(number)
    return hours


def _tier(tier: Any) -> str:
    if tier not in (TIER_UNKNOWN, TIER_FREE, TIER_STANDARD):
        raise ValueError(tier)
    return str(tier)


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {CONF_MONTHLY_LIMIT: _hours, CONF_PRICING_TIER: _tier}
