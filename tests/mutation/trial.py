"""Runs tests with a module in another wording than the file's, which stays as it is.

A process is forked for each from one that has Home Assistant imported: that alone takes seconds. What is under test is
imported in the fork only.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import ModuleSpec, SourceFileLoader
import importlib.util
from math import inf
import multiprocessing
import os
from pathlib import Path
import pickle
from resource import RLIMIT_AS, setrlimit
import signal
import sys
from tempfile import TemporaryDirectory
from time import monotonic
from types import CodeType, ModuleType

import pytest

from .mutants import Mutant

# In this order. pytest warns that it could not rewrite the asserts of the test plugin, which has none for us.
_IMPORTED_BEFORE = [
    "tests.home_assistant_2026_11",
    "pytest_homeassistant_custom_component.plugins",
    "hypothesis",
    "tests.mutation.trial",
]
_UNWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
_TEST_LIMIT = 30
"""Seconds for one test: none takes half of it, and what hangs costs this long."""
_LIMIT = 60.0
"""Seconds for what pytest's own limit cannot end, beside three times what the tests take."""
_MEMORY = 8 * 2**30
"""Bytes of address space: what keeps all for ever ends with an error, and not the machine."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_IMPORTED_BEFORE)


class Outcome(Enum):
    """What became of the tests."""

    PASSED = "passed"
    FAILED = "failed"
    TIMEOUT = "took too long"
    UNFINISHED = "had no time"


_TIMEOUT = 100
"""The exit status after a test that took too long; pytest's own are below."""
_OUTCOMES = {0: Outcome.PASSED, _TIMEOUT: Outcome.TIMEOUT}


@dataclass
class Ran:
    """What a test did when nothing was wrong."""

    seconds: float
    lines: set[int]
    """Those of the module that it came to."""


type Known = dict[str, Ran]
"""By the tests' ids."""


class _Mutated(SourceFileLoader):
    """Finds and loads one module, with the text that is given."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(".".join(path.with_suffix("").parts), str(path.absolute()))
        self._text = text

    def find_spec(self, name: str, _path: object = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        code = compile(self._text, self.path, "exec")
        _report_lines(code)
        return code


def _report_lines(code: CodeType) -> None:
    if sys.monitoring.get_tool(sys.monitoring.COVERAGE_ID):
        sys.monitoring.set_local_events(sys.monitoring.COVERAGE_ID, code, sys.monitoring.events.LINE)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                _report_lines(constant)


class _Watch:
    """Takes note of the lines to which each test comes."""

    def __init__(self) -> None:
        self.known: Known = {}
        self._lines: set[int] = set()
        sys.monitoring.use_tool_id(sys.monitoring.COVERAGE_ID, __name__)
        sys.monitoring.register_callback(sys.monitoring.COVERAGE_ID, sys.monitoring.events.LINE, self._came_to)

    def _came_to(self, _code: CodeType, line: int) -> object:
        self._lines.add(line)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._lines = set()
        sys.monitoring.restart_events()
        begun = monotonic()
        result = yield
        self.known[item.nodeid] = Ran(monotonic() - begun, self._lines)
        return result


class _Choice:
    """Runs the tests that come to any of some lines, the quickest first; all of them if the lines are not known."""

    def __init__(self, known: Known, lines: range | None) -> None:
        self._known = known
        self._lines = lines
        self.timeout = False

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if (lines := self._lines) is not None:
            items[:] = [item for item in items if not self._known[item.nodeid].lines.isdisjoint(lines)]
        items.sort(key=lambda item: self._known[item.nodeid].seconds)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.timeout |= report.failed and "from pytest-timeout" in report.longreprtext


def learn(tests: list[str], path: Path, end: float) -> tuple[Outcome, Known]:
    """Run the tests with the module as it is. Return what becomes of them, and what each does."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "known")
        outcome = _run(_learn, (tests, path, file), end)
        return outcome, pickle.loads(file.read_bytes()) if outcome is Outcome.PASSED else {}  # noqa: S301 - our own


def attempt(tests: list[str], path: Path, mutant: Mutant, known: Known, end: float) -> Outcome:
    """Run those of the tests that come to the mutant's lines, with its text in the place of the module's."""
    chosen = [test for test in known.values() if mutant.lines is None or not test.lines.isdisjoint(mutant.lines)]
    if not chosen:
        return Outcome.PASSED
    return _run(_attempt, (tests, path, mutant, known), end, _LIMIT + 3 * sum(test.seconds for test in chosen))


def _run(function: Callable[..., int], arguments: tuple[object, ...], end: float, limit: float = inf) -> Outcome:
    """Run a function in a fork for so many seconds at most, and end all that it has started."""
    last = min(end, monotonic() + limit)
    process = _FORKS.Process(target=_forked, args=(function, *arguments))
    process.start()
    try:
        process.join(max(0.0, last - monotonic()))
        if process.exitcode is None:
            return Outcome.TIMEOUT if last < end else Outcome.UNFINISHED
        return _OUTCOMES.get(process.exitcode, Outcome.FAILED)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()
        process.join()
        process.close()


def _forked(function: Callable[..., int], *arguments: object) -> None:
    os.setsid()
    setrlimit(RLIMIT_AS, (_MEMORY, _MEMORY))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.environ["CI"] = "true"  # Hypothesis draws the same each time
    sys.dont_write_bytecode = True
    sys.exit(function(*arguments))


def _learn(tests: list[str], path: Path, file: Path) -> int:
    watch = _Watch()
    status = _pytest(tests, path, path.read_text(encoding="utf-8"), watch)
    file.write_bytes(pickle.dumps(watch.known))
    return status


def _attempt(tests: list[str], path: Path, mutant: Mutant, known: Known) -> int:
    choice = _Choice(known, mutant.lines)
    status = _pytest(tests, path, mutant.text, choice)
    return _TIMEOUT if choice.timeout else status


def _pytest(tests: list[str], path: Path, text: str, plugin: object) -> int:
    sys.meta_path.insert(0, _Mutated(path, text))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-W", _UNWRITTEN, f"--timeout={_TEST_LIMIT}"]
    return pytest.main([*tests, *options], [plugin])
