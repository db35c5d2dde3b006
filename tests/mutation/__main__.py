"""Prints which small mistakes in the code no test notices, and which share of those drawn is noticed."""

import argparse
from difflib import unified_diff
from itertools import takewhile
from pathlib import Path
from random import Random
import sys
from time import monotonic

from .mutants import mutants
from .trial import passes

PACKAGE = Path("custom_components/azure_speech_live")
TESTS = Path("tests")
# Of the integration: what a resource knows and does. More takes Home Assistant longer than a sample has time for.
RESOURCE = ["resource", "usage", "months", "cost_guard", "health", "health_states"]
# The tests of modules that have none of their name, or not enough in it.
OTHERS = {
    "exchange": ["test_flow"],
    "flow": ["test_flow", "test_client", "test_synthesis"],
    "foreign": ["../adversary/test_exceptions", "test_connection"],
    "inflow": ["../adversary/test_floods", "test_flow"],
    "link": ["test_patience", "test_flow", "test_connection"],
    "pace": ["test_pace", "test_flow"],
    "patience": ["test_patience", "test_flow"],
    "results": ["test_messages", "test_turn", "test_translation"],
    "wording": ["test_errors", "test_refusal", "test_connection"],
    "connection": ["test_connection", "test_pool", "test_flow"],
    "connector": ["test_connector", "test_client", "test_telemetry"],
    "months": ["test_usage", "test_usage_file", "test_cost_guard"],
    "usage": ["test_usage", "test_usage_file", "test_sensor"],
    "resource": ["test_availability", "test_init", "test_usage", "test_repairs"],
    "health": ["test_health_states", "test_availability", "test_repairs"],
}


def tests_of(path: Path) -> list[str]:
    """Give the test modules that are there for a module."""
    folder = TESTS / ("speech" if path.parent.name == "speech" else "integration")
    return [f"{folder}/{name}.py" for name in OTHERS.get(path.stem, [f"test_{path.stem}"])]


def modules(named: list[str]) -> list[Path]:
    """Give the modules, in order: all, or those `named`."""
    every = sorted((PACKAGE / "speech").glob("[!_]*.py")) + [PACKAGE / f"{name}.py" for name in RESOURCE]
    return [path for path in every if not named or path.stem in named]


def main() -> None:
    """Draw mistakes until the time is over."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", help="their names, such as pace; all if none is given")
    parser.add_argument("--minutes", type=float, default=10, help="for how long to draw (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn (default: %(default)s)")
    arguments = parser.parse_args()
    end = monotonic() + arguments.minutes * 60

    whole: set[Path] = set()
    survived = drawn = 0
    drawing = mutants(modules(arguments.modules), Random(arguments.seed))  # noqa: S311 - a sample
    for path, mutated in takewhile(lambda _: monotonic() < end, drawing):
        if path not in whole:
            whole.add(path)
            if not passes(tests_of(path), path, path.read_text(encoding="utf-8")):
                sys.exit(f"Without a mistake in {path} they fail already: {' '.join(tests_of(path))}")
        drawn += 1
        if passes(tests_of(path), path, mutated):
            survived += 1
            lines = path.read_text(encoding="utf-8").splitlines(), mutated.splitlines()
            print(f"Not noticed in {path}:", *list(unified_diff(*lines, n=0, lineterm=""))[2:], sep="\n", flush=True)
        if sys.stdout.isatty():
            print(f"{drawn} drawn, {survived} not noticed", end="\r", flush=True)
    print(f"{drawn - survived} of {drawn} mistakes noticed: {(drawn - survived) / max(drawn, 1):.0%}")


if __name__ == "__main__":
    main()
