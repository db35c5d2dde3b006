"""The chaos run's command line."""

import argparse
import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
import random
import sys
import tempfile

from tests.end_to_end.home_assistant import HomeAssistant
from tests.end_to_end.second_engines import second_engines
from tests.machine import new_machine

from .report import Verdict
from .run import House, Run


async def _run(arguments: argparse.Namespace, folder: Path) -> bool:
    async with AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(second_engines())
        home = await stack.enter_async_context(HomeAssistant.run(folder))
        house = await stack.enter_async_context(House.furnished(home, port))
        run = Run(house, seed=arguments.seed, length=arguments.spell, at_once=arguments.at_once)
        try:
            async with asyncio.timeout(arguments.minutes * 60):
                await run.commands(arguments.commands // 2)
                await run.restart()
                await run.commands(arguments.commands)
        except TimeoutError:
            print(f"The {arguments.minutes:g} minutes are over")
        verdict = Verdict(await run.report(), run.sky.spells)
    print("\n".join(verdict.lines()))
    return not verdict.missed and not verdict.late and len(run.done.ours) >= arguments.commands


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.adversary.outages",
        description="Speak many commands to a real Home Assistant while the Speech service goes away, misbehaves "
        "and comes back; and once, Home Assistant is restarted without it.",
        epilog="The exit status is 0 only if each was answered, none wrongly, and none later than it may be.",
    )
    parser.add_argument("--commands", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--spell", type=int, default=10, metavar="N", help="commands of an outage, on average")
    parser.add_argument(
        "--at-once", type=int, default=3, choices=range(1, 4), help="people who speak to our recognizer"
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="when to end at the latest")
    arguments = parser.parse_args()
    print(f"{arguments.commands} commands, {arguments.at_once} at a time, seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="outages-") as name, new_machine(Path(name)):
        (config := Path(name) / "config").mkdir()
        return 0 if asyncio.run(_run(arguments, config)) else 1


if __name__ == "__main__":
    sys.exit(main())
