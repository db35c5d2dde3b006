"""Prints which small mistakes in the code no test notices, and which share of those drawn is noticed."""

import argparse
from collections import Counter
from difflib import unified_diff
from itertools import islice
import os
from pathlib import Path
from random import Random
import signal
import sys
from tempfile import TemporaryDirectory
from time import monotonic

from .mutants import mutants
from .trial import Known, Outcome, attempt, learn

PACKAGE = Path("custom_components/azure_speech_live")
TESTS = Path("tests")
# Of the integration: what a resource knows and does. More takes Home Assistant longer than a sample has time for.
RESOURCE = ["resource", "usage", "usage_file", "months", "cost_guard", "health", "health_states", "issues"]
# The tests of modules that have none of their name, or not enough in it.
OTHERS = {
    "endpoints": ["test_endpoints", "test_endpoints_of_synthesis"],
    "failures": ["test_failures", "../../adversary/test_exceptions", "test_connection"],
    "turn": ["test_turn", "test_patience"],
    "coverage": ["test_coverage", "test_answers"],
    "answers": ["test_answers", "test_coverage", "test_attempts", "test_translation", "test_spoken_translation"],
    "utterance": ["test_utterance", "test_coverage", "test_attempts", "test_patience"],
    "translation": ["test_translation", "test_heard", "test_spoken_translation"],
    "flow": ["test_flow", "test_source", "../test_client", "test_spoken_translation"],
    "synthesis/flow": ["test_flow", "test_stop", "test_faults", "test_throttled"],
    "answer": ["test_answer", "test_flow", "test_throttled"],
    "plain_request": ["test_plain_request", "test_faults"],
    "inflow": ["test_inflow", "../recognition/test_flow"],
    "link": ["test_link", "../recognition/test_turn", "test_connection"],
    "options": ["test_options", "recognition/test_translator_speech"],
    "pace": ["test_pace", "test_flow"],
    "patience": ["test_patience", "test_flow"],
    "results": ["test_results", "test_phrases", "test_translation"],
    "connection": ["test_connection", "test_pool", "../recognition/test_flow"],
    "connector": ["test_connector", "../recognition/test_settling", "../test_client"],
    "rest": ["test_rest", "../recognition/test_short_audio"],
    "guarded_session": ["test_guarded_session", "test_rest", "test_connection"],
    "short_audio": ["test_short_audio", "../wire/test_connector"],
    "settling": ["test_settling", "../wire/test_pool"],
    "issues": ["test_issues", "test_repairs"],
    "cost_guard": ["test_cost_guard", "test_stored"],
    "months": ["test_months", "test_usage", "test_usage_file", "test_cost_guard"],
    "usage": ["test_usage", "test_months", "test_usage_file", "../test_sensor"],
    "resource": [
        "test_resource",
        "test_health",
        "../test_init",
        "test_usage",
        "test_cost_guard",
        "../test_diagnostics",
    ],
    "abbreviations": ["test_sentences"],
    "characters": ["test_characters", "test_text"],
    "markup": ["test_text"],
    "reading": ["test_text"],
    "health": ["test_health", "test_health_states", "test_reauth", "test_repairs"],
}
TWICE = {"flow", "formats", "silence", "turn", "voices"}
"""Names that a module of synthesis has, and one of another room."""

SHARE = 10
"""Mistakes in a module before it is the next one's turn."""


def tests_of(path: Path) -> list[str]:
    """Give the test modules that are there for a module."""
    room = path.parent.relative_to(PACKAGE)
    folder = TESTS / (room if room.parts[0] == "speech" else "integration" / room)
    return [f"{folder}/{name}.py" for name in OTHERS.get(name_of(path), [f"test_{path.stem}"])]


def name_of(path: Path) -> str:
    """Give a module's name, with its room where another room has a module of that name."""
    return f"{path.parent.name}/{path.stem}" if path.parent.name == "synthesis" and path.stem in TWICE else path.stem


def modules(named: list[str], random: Random) -> list[Path]:
    """Give those that are named, or all in random order: in a short time not all have their turn."""
    speech, resource, voice = PACKAGE / "speech", PACKAGE / "resource", PACKAGE / "voice"
    paths = [*sorted(speech.rglob("[!_]*.py")), *(resource / f"{name}.py" for name in RESOURCE)]
    paths += sorted(voice.glob("[!_]*.py"))
    every = {name_of(path): path for path in paths}
    if unknown := set(named) - set(every):
        sys.exit(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(every)}.")
    return [every[name] for name in named] or random.sample(paths, len(paths))


class Sample:
    """The mistakes that are drawn for one module."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.outcomes: Counter[Outcome] = Counter()
        self._text = path.read_text(encoding="utf-8")
        self._tests = tests_of(path)
        self._known: Known = {}
        self._drawing = mutants(self._text, Random(f"{seed} {name_of(path)}"))  # noqa: S311 - a sample

    def go_on(self, end: float) -> bool:
        """Try a share of them. Return whether there are more."""
        if monotonic() >= end:
            return False
        print(f"{name_of(self.path)} ...", flush=True)
        if not self._known:
            outcome, self._known = learn(self._tests, self.path, end)
            if outcome is not Outcome.PASSED:
                if outcome is not Outcome.UNFINISHED:
                    print(f"Without a mistake in {self.path} these fail already: {' '.join(self._tests)}")
                return False
        for mutant in (drawn := list(islice(self._drawing, SHARE))):
            outcome = attempt(self._tests, self.path, mutant, self._known, end)
            if outcome is Outcome.UNFINISHED:
                return False
            self.outcomes[outcome] += 1
            if outcome is Outcome.PASSED:
                lines = unified_diff(self._text.splitlines(), mutant.text.splitlines(), n=0, lineterm="")
                print(f"Not noticed: {self.path}:{mutant.line}", *list(lines)[3:], sep="\n", flush=True)
        return len(drawn) == SHARE


def report(samples: list[Sample]) -> None:
    """Print how many were noticed of each module, and of all."""
    print(f"\n{'Module':15}{'Mistakes':>9}{'Noticed':>9}{'Timeouts':>9}{'Not':>5}{'Score':>7}")
    rows = {name_of(sample.path): sample.outcomes for sample in samples if sample.outcomes}
    for name, row in [*sorted(rows.items()), ("All", sum(rows.values(), Counter()))]:
        noticed = row[Outcome.FAILED] + row[Outcome.TIMEOUT]
        numbers = f"{row.total():9}{noticed:9}{row[Outcome.TIMEOUT]:9}{row[Outcome.PASSED]:5}"
        print(f"{name:15}{numbers}{noticed / max(row.total(), 1):7.0%}")


def main() -> None:
    """Draw mistakes until the time is over."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("modules", nargs="*", help="their names, such as pace; all in random order if none is given")
    parser.add_argument("--minutes", type=float, default=10, help="for how long to draw (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn (default: %(default)s)")
    arguments = parser.parse_args()
    end = monotonic() + arguments.minutes * 60
    samples = [Sample(path, arguments.seed) for path in modules(arguments.modules, Random(arguments.seed))]  # noqa: S311
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory(prefix="mutate-") as folder:
        os.environ["TMPDIR"] = folder  # what tests leave there that are ended
        left = samples
        try:
            while left and monotonic() < end:
                left = [sample for sample in left if sample.go_on(end)]
        except KeyboardInterrupt:
            print("Ended early.")
        report(samples)


if __name__ == "__main__":
    main()
