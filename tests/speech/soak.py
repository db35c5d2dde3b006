"""The soak: thousands of turns, many at a time, with faults drawn at random: the fault table's, and the caller's own.

Run it with ``scripts/soak``. The clock leaps (see clock.py), so that a turn whose fault takes ten seconds takes
milliseconds. Each caller has a stand-in of its own, so that it is known which fault its turn meets; they share one
session. Its exit status is 0 only if no transcript was lost or wrong, nothing was left behind and memory did not grow.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
import ctypes
from dataclasses import dataclass, field
from enum import StrEnum
import gc
from pathlib import Path
import random
import resource
import sys
import time
from typing import Final, override

import aiohttp

from custom_components.azure_speech_live.speech import (
    AudioSourceError,
    Credentials,
    Endpoint,
    Mode,
    RecognitionOptions,
    SpeechClient,
)
from tests.speech_service import KEY, Behaviour, Legible, SpeechService
from tests.speech_service.faults import NORMAL

from .caller import AUDIO, SAID, Heard, Source, listen, sockets_left, tasks_left
from .clock import LeapingLoop
from .faults.table import TABLE, Outcome, Row

# The leaping clock takes real time for every leap, and these have one for every byte.
ROWS: Final = tuple(
    row for group in TABLE for row in group.rows if row.place is None and not row.fault.startswith("trickles")
)
MODES: Final = tuple(Mode)
FRESH: Final = 0.8
"""The part of the turns with a fault whose client is new, as one that keeps a connection open would not meet it."""
LIVE: Final = 0.05
"""The part of the turns whose audio comes as it is spoken: each of its chunks is a leap of the clock."""
TROUBLESOME: Final = 0.2
"""The part of the turns in which the caller itself makes trouble."""
LONGEST_STALL: Final = 9.0
"""Seconds: less than it takes until a source is given up."""
STEPS: Final = 40
"""Steps of the loop in which many turns are over that meet no fault."""
LATE: Final = 0.3
"""The part of the callers who go that wait some seconds first."""
SETTLED: Final = 3.0
"""Seconds after which nothing of a cancelled turn goes on at the stand-in, where it would count for the next one."""
MAX_GROWTH: Final = 25.0
"""MB of memory after the warm-up: three times what runs take that are well, as their heap is still growing."""
WARM_UP: Final = 0.1
"""The part of the turns after which memory is looked at for the first time: by then all code paths have run."""


class Trouble(StrEnum):
    """What a caller can do."""

    GOES = "the consumer is cancelled"
    RAISES = "the source raises"
    STALLS = "the source stalls for a while"
    EMPTY = "the source is empty"


@dataclass
class TroubledSource(Source):
    """Audio whose source has trouble of its own at a position in bytes."""

    trouble: Trouble | None = None
    at: int = 0
    stall: float = 0.0

    @override
    async def __aiter__(self) -> AsyncGenerator[bytes]:
        given = 0
        async for chunk in super().__aiter__():
            if given <= self.at < given + len(chunk):
                if self.trouble is Trouble.RAISES:
                    raise OSError("the microphone is gone")
                if self.trouble is Trouble.STALLS:
                    await asyncio.sleep(self.stall)
            given += len(chunk)
            yield chunk


@dataclass
class Report:
    """What came of it."""

    turns: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory_at_start: float = 0.0
    """Resident memory in MB before the first turn."""
    memory: float = 0.0
    """The same after the warm-up."""


@dataclass
class Caller:
    """One caller, with a stand-in that misbehaves as the row of its turn says."""

    session: aiohttp.ClientSession
    chance: random.Random
    report: Report
    faultiness: float
    mode: Mode = Mode.INTERACTIVE
    row: Row | None = None
    trouble: Trouble | None = None
    attempts: int = 0
    requests: int = 0

    async def run(self, turns: int, until: float) -> None:
        """Speak again and again."""
        service = SpeechService(Legible(), behaviours=self.behave, rest_behaviours=self.behave_short, remember=False)
        async with service:
            kept = self._client(service)
            while self.report.turns < turns and time.monotonic() < until:
                self._draw()
                if self.row and self.chance.random() < FRESH:
                    fresh = self._client(service)
                    await self._turn(fresh)
                    await fresh.close()
                else:
                    await self._turn(kept)
                if not self.report.memory and self.report.turns >= turns * WARM_UP:
                    self.report.memory = memory()
            await kept.close()

    def _client(self, service: SpeechService) -> SpeechClient:
        return SpeechClient(self.session, Endpoint.from_url(service.url), Credentials(key=KEY))

    def behave(self, _: int) -> Behaviour:
        """Say how the next connection goes."""
        number, self.attempts = self.attempts, self.attempts + 1
        if self.row is None:
            return NORMAL
        behaviours = self.row.behaviours
        if callable(behaviours):
            return behaviours(number)
        return behaviours[number] if number < len(behaviours) else NORMAL

    def behave_short(self, _: int) -> Behaviour:
        """Say how the next request of the REST API goes."""
        number, self.requests = self.requests, self.requests + 1
        rest = self.row.rest if self.row else ()
        if callable(rest):
            return rest(number)
        return rest[number] if number < len(rest) else NORMAL

    def _draw(self) -> None:
        """Choose the next turn's mode, its fault if it is to meet one, and its caller's trouble."""
        mode = self.mode = self.chance.choice(MODES)
        fits = [row for row in ROWS if (Mode.CONVERSATION if mode is Mode.DICTATION else mode) in row.modes]
        self.row = self.chance.choice(fits) if self.chance.random() < self.faultiness else None
        self.trouble = self.chance.choice(list(Trouble)) if self.chance.random() < TROUBLESOME else None
        if self.trouble in (Trouble.RAISES, Trouble.STALLS):
            self.row = None  # which of two faults comes first is left to chance

    async def _turn(self, client: SpeechClient) -> None:
        """Speak once, and look at what came of it."""
        mode = self.mode
        self.attempts = self.requests = 0
        source = TroubledSource(
            b"" if self.trouble is Trouble.EMPTY else AUDIO[mode],
            pace=1.0 if self.chance.random() < LIVE else 0.0,
            chunk=self.chance.choice((1001, 3200, 8192)),
            trouble=self.trouble,
            at=self.chance.randrange(len(AUDIO[mode])),
            stall=self.chance.uniform(0.0, LONGEST_STALL),
        )
        heard = await self._listen(client, source, RecognitionOptions(mode=mode))
        self.report.turns += 1
        # Where a connection that was kept open served the turn, its fault was not met.
        met = self.row if self.attempts else None
        faults = [met.fault if met else None, self.trouble]
        self.report.faults.update([fault for fault in faults if fault] or ["none"])
        self.report.outcomes[_name(heard)] += 1
        if (problem := self._problem(met, heard)) or not source.closed:
            what = problem or "the source was not closed"
            self.report.wrong.append(f"{faults}, {mode}: {what}")

    async def _listen(self, client: SpeechClient, source: TroubledSource, options: RecognitionOptions) -> Heard | None:
        """Return what was heard; None if the caller went before the end."""
        if self.trouble is not Trouble.GOES:
            return await listen(client, source, options)
        listening = asyncio.create_task(listen(client, source, options))
        # Steps first, as the clock stands still while anything happens.
        for _ in range(self.chance.randrange(1, STEPS)):
            await asyncio.sleep(0)
        if self.chance.random() < LATE:
            await asyncio.wait([listening], timeout=self.chance.uniform(0.0, LONGEST_STALL))
        listening.cancel()
        await asyncio.wait([listening])
        await asyncio.sleep(SETTLED)
        return None if listening.cancelled() else listening.result()

    def _problem(self, row: Row | None, heard: Heard | None) -> str | None:
        if heard is None:
            return None
        mode = self.mode
        outcome = row.outcome if row else Outcome.COMPLETE
        if self.trouble is Trouble.RAISES:
            outcome = AudioSourceError
        elif self.trouble is Trouble.EMPTY:
            outcome = Outcome.NOTHING
        if isinstance(outcome, Outcome):
            expected = {
                Outcome.COMPLETE: SAID[mode],
                Outcome.HEARD: heard.hypotheses[-1].text if heard.hypotheses else "",
                Outcome.NOTHING: "",
            }[outcome]
            if heard.error is None and heard.transcript == expected:
                return None
        elif isinstance(heard.error, outcome) and SAID[mode].startswith(heard.transcript):
            return None
        return f"{heard.error!r}, {heard.transcript!r}"


def _name(heard: Heard | None) -> str:
    if heard is None:
        return "cancelled"
    return type(heard.error).__name__ if heard.error else "transcript"


def memory() -> float:
    """Return the process's resident memory in MB, without what the allocator holds of memory that was freed."""
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def descriptors() -> int:
    """Return how many file descriptors are open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def soak(turns: int, seconds: float, seed: int, callers: int, faultiness: float) -> bool:
    """Run it and print the report. Return whether all was well."""
    chance, report = random.Random(seed), Report()  # noqa: S311 - repeatable, not secret
    begun = time.monotonic()
    print(f"{turns} turns, {callers} at a time, at most {seconds:.0f} s, seed {seed}", flush=True)
    report.memory_at_start = memory()
    descriptors_before = descriptors()
    # No name is looked up; aiohttp's own resolver would hold descriptors for a moment after it was closed.
    resolver = aiohttp.ThreadedResolver()
    connector = aiohttp.TCPConnector(force_close=True, limit_per_host=0, resolver=resolver)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(
            *(
                # repeatable, not secret
                Caller(session, random.Random(chance.random()), report, faultiness).run(turns, begun + seconds)  # noqa: S311
                for _ in range(callers)
            )
        )
    await asyncio.sleep(1)  # a transport that was closed lets go of its socket in one of the loop's next rounds
    left = {
        "tasks": len(tasks_left()),
        "sockets": len(sockets_left()),
        "file descriptors": descriptors() - descriptors_before,
    }
    memory_at_end = memory()
    print_report(report, left, memory_at_end, time.monotonic() - begun)
    return not report.wrong and not any(left.values()) and memory_at_end - report.memory <= MAX_GROWTH


def print_report(report: Report, left: dict[str, int], memory_at_end: float, seconds: float) -> None:
    """Print what came of it."""
    met = report.turns - report.faults["none"]
    kinds = len(report.faults) - ("none" in report.faults)
    print(f"\n{report.turns} turns in {seconds:.0f} s, {met} of them with a fault, of {kinds} kinds:")
    for fault, count in sorted(report.faults.items()):
        print(f"  {count:6}  {fault}")
    print("outcomes:  " + ", ".join(f"{outcome} {count}" for outcome, count in report.outcomes.most_common()))
    print(f"lost or wrong transcripts:  {len(report.wrong)}")
    for wrong in report.wrong[:20]:
        print(f"  {wrong}")
    print("left behind:  " + ", ".join(f"{count} {what}" for what, count in left.items()))
    print(
        f"memory:  {report.memory_at_start:.1f} MB at the start, {report.memory:.1f} MB after the first tenth, "
        f"{memory_at_end:.1f} MB at the end, which may be {MAX_GROWTH:.0f} MB more"
    )


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=180, help="the longest it may take")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--at-once", type=int, default=20, metavar="N")
    parser.add_argument("--faultiness", type=float, default=0.7, help="the part of the turns that is to meet a fault")
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        well = runner.run(
            soak(arguments.turns, arguments.seconds, arguments.seed, arguments.at_once, arguments.faultiness)
        )
    sys.exit(not well)


if __name__ == "__main__":
    main()
