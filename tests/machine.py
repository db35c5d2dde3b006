"""A machine on which nobody ever did anything: what the tests, the demo and all that they start see of this one.

Home folder, settings and temporary files are its own, and of our environment it has only what says which programs and
processors there are. So nothing of the user's can hide or cause a failure, is changed, or is billed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import re
import tempfile
import time

_KEPT = re.compile(r"PATH|LD_LIBRARY_PATH|TERM|CI|(COV|COVERAGE|OPENBLAS|PYTEST)_\w+")
# An address of a socket has 107 bytes; and not every program takes a blank or an apostrophe in it.
_FIT_FOR_SOCKETS = re.compile(r"[\w./-]{1,40}", re.ASCII)


def temporary_folder() -> str:
    """Return the folder for temporary files, or the system's if sockets cannot be in that of the user."""
    folder = tempfile.gettempdir()
    return folder if _FIT_FOR_SOCKETS.fullmatch(folder) else "/tmp"  # noqa: S108 - for a folder of unforeseeable name


@contextmanager
def new_machine(folder: Path) -> Iterator[None]:
    """Make a new machine in a folder, and have this process and those that it starts on it until the block is left."""
    ours = dict(os.environ)
    places = {"HOME": "home", "TMPDIR": "tmp", "XDG_RUNTIME_DIR": "run"}
    for place in places.values():
        (folder / place).mkdir(mode=0o700)
    kept = {name: value for name, value in ours.items() if _KEPT.fullmatch(name)}
    own = {name: str(folder / place) for name, place in places.items()}
    try:
        _enter(kept | own | {"LANG": "C.UTF-8", "TZ": "UTC"})
        yield
    finally:
        _enter(ours)


def _enter(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # to be found anew
    time.tzset()
