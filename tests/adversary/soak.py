"""The soak: thousands of turns, many at a time, with faults drawn at random: the service's, and the caller's own.

Half of them are recognised, half are answers that are spoken.

Run it with ``scripts/soak``. The stand-ins are another process, so that the loop's delay and the memory are the
client's. Its exit status is 0 only if no words were lost or wrong, no turn failed that should not, no exception was
another's, nothing was left behind, memory did not grow, and the loop was on time.
"""

import argparse
import asyncio
from dataclasses import dataclass, field
import gc
import random
import sys
import time
from typing import Any, Final

import aiohttp

from tests.memory import memory
from tests.speech.caller import sockets_left, tasks_left

from .callers import Caller
from .listeners import Listener
from .stage import Stage
from .visitor import Report
from .watch import MB, Watch, descriptors, watching

MAX_GROWTH: Final = 5.0
"""MB of memory in the second half: what is under way differs from one moment to the next, and so does the heap."""
WARM_UP: Final = 0.1
"""The part of the run after which memory is looked at for the first time: by then all code paths have run."""
TOGETHER: Final = 10
"""Of so many visitors, one is several who speak to the same service, and one several who listen to it."""
LATE: Final = 0.05
"""Seconds by which the loop may be late, but for a hundredth of the time."""


@dataclass
class Run:
    """How far it is."""

    turns: int
    seconds: float
    report: Report
    begun: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> float:
        """Return the part of it that is done."""
        return max(self.report.turns / self.turns, (time.monotonic() - self.begun) / self.seconds)

    async def until(self, part: float) -> None:
        """Wait until so much of it is done."""
        while self.done < part:  # noqa: ASYNC110 - it depends on the time as well
            await asyncio.sleep(0.1)


async def soak(run: Run, seed: int, callers: int, faultiness: float) -> bool:
    """Run it and print the report. Return whether all was well."""
    chance, report = random.Random(seed), run.report  # noqa: S311 - repeatable, not secret
    asyncio.get_running_loop().set_exception_handler(lambda _, context: report.foreign.append(_unheard(context)))
    sys.unraisablehook = lambda unheard: report.foreign.append(f"{unheard.err_msg}: {unheard.exc_value!r}")
    memories: list[float] = [memory() / MB]
    gc.freeze()  # or a look at the memory would take a tenth of a second
    with Stage(callers) as stage:
        before = descriptors()
        async with watching() as watch:
            # No name is looked up; aiohttp's own resolver would hold descriptors for a moment after it was closed.
            connector = aiohttp.TCPConnector(force_close=True, limit=0, resolver=aiohttp.ThreadedResolver())
            async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
                for place in range(callers):
                    caller = (Caller, Listener)[place % 2](
                        session=session,
                        stage=stage,
                        place=place,
                        chance=random.Random(chance.random()),  # noqa: S311 - the same
                        report=report,
                        watch=watch,
                        faultiness=faultiness,
                    )
                    run_it = caller.run if place % TOGETHER > 1 else caller.run_together
                    group.create_task(run_it(lambda: run.done < 1))
                for part in (WARM_UP, 0.5):
                    await run.until(part)
                    memories.append(memory() / MB)
            await asyncio.sleep(1)  # a transport that was closed lets go of its socket in one of the loop's next rounds
        gc.collect()  # an exception that nobody has looked at is told when its task goes
        memories.append(memory() / MB)
        left = {"tasks": len(tasks_left()), "sockets": len(sockets_left())}
        left["file descriptors"] = descriptors() - before
        print_report(run, watch, memories, left)
    grown = memories[-1] - memories[2] > MAX_GROWTH
    late = watch.own.percentile(0.99) > LATE
    return not (report.wrong or report.failed or report.foreign or any(left.values()) or grown or late)


def _unheard(context: dict[str, Any]) -> str:
    return f"{context.get('message')}: {context.get('exception')!r}"


def print_report(run: Run, watch: Watch, memories: list[float], left: dict[str, int]) -> None:
    """Print what came of it."""
    report = run.report
    met = report.turns - report.faults["none"]
    kinds = len(report.faults) - ("none" in report.faults)
    for fault, count in sorted(report.faults.items()):
        print(f"  {count:6}  {fault}")
    for title, found in (("Wrong", report.wrong), ("Failed", report.failed), ("Foreign", report.foreign)):
        for what in found[:30]:
            print(f"{title}: {what}")
    print("outcomes:  " + ", ".join(f"{outcome} {count}" for outcome, count in report.outcomes.most_common()))
    print(
        f"turns:  {report.turns} in {time.monotonic() - run.begun:.0f} s, {met} of them with a fault, of {kinds} kinds"
    )
    print(f"lost or wrong words:  {len(report.wrong)}")
    print(f"failed or late:  {len(report.failed)}, and {report.held_up} while the machine was too busy")
    print(f"foreign exceptions:  {len(report.foreign)}")
    print("left behind:  " + ", ".join(f"{count} {what}" for what, count in left.items()))
    start, tenth, half, end = memories
    print(
        f"memory:  {start:.1f} MB at the start, {tenth:.1f} after a tenth, {half:.1f} after half, {end:.1f} at the end"
        f" (which may be {MAX_GROWTH:.0f} more than after half), {watch.most_memory:.1f} at the most"
    )
    for name, delays in (("event loop", watch.delays), ("by its own work", watch.own)):
        print(
            f"{name}:  late by {delays.percentile(0.99) * 1000:.1f} ms at the 99th percentile, "
            f"{delays.longest * 1000:.1f} ms at the longest"
        )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--turns", type=int, help="so many turns, if the time suffices (2000, unless there is a time)")
    parser.add_argument("--minutes", type=float, help="so long (10, if there are so many turns)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--at-once", type=int, default=50, metavar="N")
    parser.add_argument("--faultiness", type=float, default=0.7, help="the part of the turns that is to meet a fault")
    arguments = parser.parse_args()
    minutes = arguments.minutes or 10.0
    turns = arguments.turns or (sys.maxsize if arguments.minutes else 2000)
    print(f"At most {minutes:g} minutes, {arguments.at_once} callers, seed {arguments.seed}", flush=True)
    run = Run(turns, minutes * 60, Report())
    well = asyncio.run(soak(run, arguments.seed, arguments.at_once, arguments.faultiness))
    sys.exit(not well)


if __name__ == "__main__":
    main()
