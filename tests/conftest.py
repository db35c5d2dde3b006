"""What holds for every test: a new machine, our integration is found, sockets are real but reach loopback only."""

import asyncio.constants
from collections.abc import Iterator
from contextlib import ExitStack
import os
from pathlib import Path
import tempfile
import traceback

from hypothesis import settings
import pytest

import custom_components  # noqa: F401  # now, or the test plugin's own package of this name wins
from tests.distribution import pytest_xdist_make_scheduler  # noqa: F401  # a hook
from tests.machine import new_machine, temporary_folder

# No deadline: it would judge by the wall clock of a busy machine.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(autouse=True)
def loopback_sockets(socket_enabled: None) -> None:
    """Allow sockets, which the plugin forbids; its list of allowed hosts (127.0.0.1) stays in force."""


@pytest.fixture(autouse=True, scope="session")
def mock_zeroconf_resolver() -> None:
    """Keep the plugin from making a resolver by c-ares for Home Assistant: tests/integration has one of its own.

    It is never closed, and where tests choose their event loop it is made for every test: after some hundred of them,
    more files are open than the 1024 that Linux allows by default.
    """


@pytest.fixture(autouse=True, scope="session")
def no_stacks() -> Iterator[None]:
    """Have asyncio's debug mode keep no stack for every future and every callback.

    The plugin switches that mode on for what it checks. But whole stacks, with their lines from the files, take two
    thirds of the time of Home Assistant's tests, and their last calls alone a tenth; all that they are for are lines
    more in a log.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.constants, "DEBUG_STACK_DEPTH", 0)
        patch.setattr(traceback.extract_stack, "__defaults__", (None, 0))  # which futures call, in C
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Have a new machine; the workers of a run share it. What tests leave in `tmp_path` is kept where it always is."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
        machine = ExitStack()
        config.add_cleanup(machine.close)
        folder = machine.enter_context(tempfile.TemporaryDirectory(prefix="speech-", dir=temporary_folder()))
        machine.enter_context(new_machine(Path(folder)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let scripts/screenshots say where the browser's pictures go."""
    parser.addoption("--screenshots", type=Path, metavar="FOLDER", help="take the README's screenshots")
