"""What was used in which month, and which month it is.

A month is that of the household's calendar: by the clock and in the time zone of its Home Assistant. A clock that shows
a year before FIRST_YEAR was never set, as on a machine without a battery until the network tells it the time. What is
counted by it belongs to no month yet: it waits, and joins the first month that a clock shows which was set. Until then
the present month is the newest that is known, and what waits counts with it, so that a limit holds.

A clock that is wrong in another way cannot be told from a right one. What is counted by it stays in the month that it
showed, and takes nothing from others.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Any, Final, TypeGuard

from homeassistant.util import dt as dt_util

from ..speech import BYTES_PER_SECOND

MAX_MONTHS: Final = 12
"""Months that are kept."""
FIRST_YEAR: Final = 2026
"""The year of this code: no clock that was set shows an earlier one."""
WAITING: Final = "1970-01-01"
"""What stands in place of a month's first day while no clock says which month it is."""
_MAX_COUNT: Final = 2**53
"""More than anybody can use: 9,000 years of audio. JSON has no larger numbers that are exact everywhere."""


@dataclass(slots=True)
class Month:
    """What was used in one month."""

    recognition: int = 0
    """Bytes of audio that were sent to be recognised."""
    translation: int = 0
    """Bytes of audio that were sent to be translated."""
    characters: int = 0
    """Characters that were spoken, as the service asks to be paid for them: an estimate."""
    requests: int = 0
    """Requests to the service: usually one an utterance, more if a connection broke; in an answer, one for a few
    sentences."""
    second_heard: int = 0
    """Commands that a second engine has heard, in the service's place."""
    second_spoken: int = 0
    """Texts that one has spoken."""
    failures: dict[str, int] = field(default_factory=dict)
    """Sessions and answers that failed, by kind; see errors.py."""

    @property
    def recognition_seconds(self) -> float:
        """Return the seconds of audio that were sent to be recognised."""
        return self.recognition / BYTES_PER_SECOND

    @property
    def translation_seconds(self) -> float:
        """Return the seconds of audio that were sent to be translated."""
        return self.translation / BYTES_PER_SECOND

    @property
    def hours(self) -> float:
        """Return the hours of audio that were sent, for whatever purpose."""
        return (self.recognition + self.translation) / BYTES_PER_SECOND / 3600

    def add(self, other: Month) -> None:
        """Add what was used in another."""
        self.recognition += other.recognition
        self.translation += other.translation
        self.characters += other.characters
        self.requests += other.requests
        self.second_heard += other.second_heard
        self.second_spoken += other.second_spoken
        for kind, failures in other.failures.items():
            self.failures[kind] = self.failures.get(kind, 0) + failures


class Months(dict[str, Month]):
    """The months in which something was used, by the date of their first day."""

    @property
    def first_day(self) -> date:
        """Return the first day of the present month."""
        today = dt_util.now().date()
        return today.replace(day=1) if _is_set(today) else date.fromisoformat(max(self, default=WAITING))

    @property
    def start(self) -> datetime:
        """Return when the present month began where the household is."""
        return dt_util.start_of_local_day(self.first_day)

    @property
    def next_start(self) -> datetime:
        """Return when the next month begins where the household is."""
        return dt_util.start_of_local_day((self.first_day + timedelta(days=31)).replace(day=1))

    @property
    def present(self) -> Month:
        """Return what was used in the present month, with what waits."""
        month = Month()
        for first in {self.first_day.isoformat(), WAITING}:
            month.add(self.get(first, Month()))
        return month

    def to_count(self) -> Month:
        """Return where to count what is used now. What waited joins it, if it is a month."""
        first = self.first_day.isoformat() if _is_set(dt_util.now().date()) else WAITING
        month = self.setdefault(first, Month())
        if first != WAITING:
            month.add(self.pop(WAITING, Month()))
            # The present one stays, whatever a clock that was wrong for a while has shown.
            for oldest in sorted(self, key=lambda known: (known == first, known))[:-MAX_MONTHS]:
                del self[oldest]
        return month

    def as_data(self) -> dict[str, Any]:
        """Return what to store."""
        return {first: asdict(self[first]) for first in sorted(self)}


def read_months(data: Mapping[str, Any]) -> tuple[Months, bool]:
    """Return what can be read of stored months, and whether that is all there is."""
    months, whole = Months(), True
    for first, stored in data.items():
        month = _read_month(stored)
        whole = whole and isinstance(stored, dict) and stored.items() <= asdict(month).items()
        try:
            day = date.fromisoformat(first).replace(day=1)
        except ValueError:
            whole = False
        else:
            months.setdefault(day.isoformat() if _is_set(day) else WAITING, Month()).add(month)
    return months, whole


def _read_month(stored: Any) -> Month:
    if not isinstance(stored, dict):
        return Month()
    names = ("recognition", "translation", "characters", "requests", "second_heard", "second_spoken")
    counts = {name: count for name in names if _is_count(count := stored.get(name))}
    failures = stored.get("failures")
    kinds = failures.items() if isinstance(failures, dict) else ()
    return Month(**counts, failures={kind: count for kind, count in kinds if _is_count(count)})


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < _MAX_COUNT


def _is_set(day: date) -> bool:
    """Return whether a clock that shows a day was set. The last year of all would have a month without a next one."""
    return FIRST_YEAR <= day.year < MAXYEAR
