"""Runs tests with a module in another wording than the file's, which stays as it is.

A process is forked for each from one that has Home Assistant imported: that alone takes seconds. What is under test is
imported in the fork only.
"""

from importlib.machinery import ModuleSpec, SourceFileLoader
import importlib.util
import multiprocessing
import os
from pathlib import Path
import sys
from types import CodeType, ModuleType

import pytest

# In this order. pytest warns that it could not rewrite the asserts of the test plugin, which has none for us.
_IMPORTED_BEFORE = [
    "tests.home_assistant_2026_11",
    "pytest_homeassistant_custom_component.plugins",
    "hypothesis",
    "tests.mutation.trial",
]
_UNWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
_LIMIT = 600.0
"""Seconds for what pytest's own limit cannot end."""
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_IMPORTED_BEFORE)


class _Mutated(SourceFileLoader):
    """Finds and loads one module, with the text that is given."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(".".join(path.with_suffix("").parts), str(path.absolute()))
        self._text = text

    def find_spec(self, name: str, _path: object = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self._text, self.path, "exec")


def passes(tests: list[str], path: Path, text: str) -> bool:
    """Tell whether all `tests` pass with `text` in the place of what the module at `path` says."""
    process = _FORKS.Process(target=_run, args=(tests, path, text))
    process.start()
    process.join(_LIMIT)
    process.kill()
    process.join()
    exit_code = process.exitcode
    process.close()
    return exit_code == 0


def _run(tests: list[str], path: Path, text: str) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.environ["CI"] = "true"  # Hypothesis draws the same each time
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _Mutated(path, text))
    sys.exit(pytest.main([*tests, "-x", "-q", "-p", "no:cacheprovider", "-W", _UNWRITTEN]))
