"""How many requests the service takes at a time: found out when it refuses one more, and from then on waited for.

The free tier takes one. Whoever is refused keeps the audio and stands in a line, until a request of ours is over.
Nobody stands there before: other tiers take many, and none says how many. Commands stand before what may be long, which
also gives way to them when it is being served.

That a request lasts until its turn.end, or until its connection is closed, is a guess: Microsoft does not say it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import itertools
from math import inf
from typing import Final

from ..errors import QuotaError, SpeechError, ThrottledError

PATIENCE: Final = 25.0
"""Seconds that a command waits: for four others, of some seconds each. Home Assistant gives a pipeline 300 s if a page
runs it, and any time if a satellite does; who speaks gives up before."""
LONG_PATIENCE: Final = 600.0
"""The same of what may be long, and stands behind another recording: at twice real time, one of twenty minutes."""
STEP: Final = 1.0
"""Seconds to wait where no request of ours is under way: another program has the place. Each time more by that."""
LONGEST_STEP: Final = 10.0
"""The longest of these waits; also where requests of ours are under way, but may not be what the service minds."""
GIVE_WAY: Final = 3.0
"""Seconds that a command waits for the end of a phrase, and speaks meanwhile; then it is not waited for any longer."""


def too_many(error: BaseException) -> bool:
    """Return whether an error means that there are too many requests at a time, and that waiting helps."""
    return isinstance(error, ThrottledError) and not isinstance(error, QuotaError)


@dataclass(eq=False, slots=True)
class Place:
    """A caller's place among those of its client. Moments are seconds by the event loop's clock."""

    number: int
    long: bool
    asked: Callable[[], None]
    """Called when others may have begun to wait for it."""
    error: SpeechError | None = None
    """With what it was refused, since it was last served."""
    refusals: int = 0
    """How often."""
    not_before: float | None = None
    """When the service wants to be asked again, if it said so."""
    waits_since: float = inf
    """Since when it waits to be served."""
    stands_since: float = inf
    """Since when it stands in the line: anew after each refusal."""
    stands_back: bool = False
    """Whether it gave way, and others come first."""
    seen: int = 0
    """Ends of requests that are known not to have made room for it."""
    gone: asyncio.Future[None] | None = None

    @property
    def order(self) -> tuple[bool, int]:
        """Return what decides who stands before whom."""
        return self.long, self.number


class Throttle:
    """The requests of one client, and the line of those that wait to be one."""

    def __init__(self) -> None:
        """Begin with no requests, and not knowing how many there may be."""
        self._numbers = itertools.count()
        self._line: list[Place] = []
        self._asking: list[Place] = []
        """Those that ask the service, or are being served."""
        self._ending = 0
        """Connections that are being settled or closed behind a request."""
        self._ended = 0
        """Requests that are over."""
        self._timer: asyncio.TimerHandle | None = None

    def place(self, asked: Callable[[], None], *, long: bool) -> Place:
        """Return a place for a caller; ``asked`` is called when its ``give_way_by`` may have changed."""
        return Place(next(self._numbers), long, asked)

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody stands in the line."""
        return bool(self._line)

    # --- what a caller does

    async def come(self, place: Place, latest: float, waits: Callable[[SpeechError], None] | None = None) -> float:
        """Wait until a caller may ask the service, at most until ``latest``; return how many seconds that took.

        ``leave`` follows that. ``waits`` is called first if it does not come at once, with the error with which it, or
        who stands before it, was refused. Raises that error, a ThrottledError, when its patience is over.
        """
        ahead = any(other.order < place.order for other in self._line)
        if not (ahead or place.refusals or place.stands_back):
            self._ask(place)
            return 0.0
        loop = asyncio.get_running_loop()
        place.stands_since = loop.time()
        place.waits_since = min(place.waits_since, place.stands_since)
        latest = min(latest, place.waits_since + (LONG_PATIENCE if place.long else PATIENCE))
        error = place.error or ThrottledError("too many requests")
        if place.not_before is not None and place.not_before > latest:
            raise error
        if waits is not None:
            waits(error)
        if not place.refusals:
            place.seen = self._ended
        place.gone = loop.create_future()
        self._line.append(place)
        self._line.sort(key=lambda each: each.order)
        self._update()
        try:
            async with asyncio.timeout_at(latest):
                await place.gone
        except TimeoutError:
            self.leave(place)
            raise error from None
        except asyncio.CancelledError:
            self.leave(place)
            raise
        return loop.time() - place.stands_since

    def go(self, place: Place) -> None:
        """Let a caller go on that waits."""
        if place in self._line:
            self._line.remove(place)
            self._ask(place)

    def leave(self, place: Place) -> None:
        """Take note that a caller asks no more, or waits no more."""
        for places in (self._line, self._asking):
            if place in places:
                places.remove(place)
        self._update()

    def refused(self, place: Place, error: SpeechError) -> None:
        """Take note that the service refused a caller as one request too many."""
        now = asyncio.get_running_loop().time()
        place.error = error
        place.refusals += 1
        place.waits_since = min(place.waits_since, now)
        place.not_before = None if error.retry_after is None else now + error.retry_after

    def served(self, place: Place, *, stands_back: bool = False) -> None:
        """Take note that the service served a caller; ``stands_back``: it goes on behind those that wait."""
        place.error, place.refusals, place.waits_since, place.stands_back = None, 0, inf, stands_back

    def give_way_by(self, place: Place) -> float:
        """Return when a caller's request is to be over, since somebody waits who comes before it; inf: nobody does."""
        if not (place.long and self._line):
            return inf  # which is nearly always so, and asked with each message
        commands = [waiting for waiting in self._line if not waiting.long]
        # Of what may be long, the latest gives way first.
        asked = [asking for asking in reversed(self._asking) if asking.long][: len(commands)]
        return commands[asked.index(place)].waits_since + GIVE_WAY if place in asked else inf

    # --- what becomes of requests

    def ends_with(self, work: asyncio.Task[None]) -> None:
        """Take note that a request is over when this work is done, which settles or closes its connection."""
        self._ending += 1

        def done(_: asyncio.Task[None]) -> None:
            self._ending -= 1
            self.request_ended()

        work.add_done_callback(done)

    def request_ended(self) -> None:
        """Take note that a request is over."""
        self._ended += 1
        self._update()

    # --- the line

    def _ask(self, place: Place) -> None:
        place.not_before, place.stands_back, place.seen = None, False, self._ended
        self._asking.append(place)
        if place.gone is not None and not place.gone.done():
            place.gone.set_result(None)

    def _update(self) -> None:
        """Let those go on whose time has come, and tell the others how it is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._line:
            first, loop = self._line[0], asyncio.get_running_loop()
            if (due := self._due(first)) > loop.time():
                self._timer = loop.call_at(due, self._update)
                break
            if self._ended > first.seen:
                for other in self._line:
                    other.seen = min(other.seen + 1, self._ended)  # an end makes room for one
            self.go(first)
        for place in self._asking:
            if place.long:  # the others give way to nobody
                place.asked()

    def _due(self, first: Place) -> float:
        """Return when the first of the line may ask the service; -inf: since a request has ended.

        When the service wants to be asked again, it need not have room, and may say the same of each attempt. So it is
        asked then for once, but never before.
        """
        told = first.not_before is not None
        earliest = -inf if first.not_before is None else first.not_before
        if self._ended > first.seen:
            return earliest
        busy = self._asking or self._ending
        wait = LONGEST_STEP if busy else min((first.refusals - told) * STEP, LONGEST_STEP)
        return max(earliest, first.stands_since + wait)
