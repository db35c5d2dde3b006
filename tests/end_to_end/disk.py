"""A small disk of its own for a folder, which fills up or cannot be written: by the kernel's doing, not by a stand-in.

It is a tmpfs in user and mount namespaces of a process that only holds it; everybody of the same user reaches it by
that process's root in /proc.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
import shlex
import subprocess
from typing import Self

from .process import Process, ProcessError

_SIZE = 4 << 20


class NoDiskError(Exception):
    """The kernel lets nobody here have one, as in most containers; the message is its own."""


class Disk:
    """A disk, mounted for one process."""

    def __init__(self, holder: int, mount: Path) -> None:
        self._holder = holder
        self._mount = mount
        self.path = Path(f"/proc/{holder}/root{mount}")
        """Where it is for others."""

    @classmethod
    @asynccontextmanager
    async def mounted(cls, mount: Path) -> AsyncIterator[Self]:
        """Mount a disk at an empty folder until the block is left. Raises NoDiskError."""
        script = f"mount -t tmpfs -o size={_SIZE} none {shlex.quote(str(mount))} && echo mounted $$ && exec sleep 600"
        async with Process.run("unshare", "-rm", "sh", "-c", script) as holder:
            try:
                mounted = await holder.line(r"^mounted (\d+)$")
            except ProcessError as err:
                raise NoDiskError(" ".join(holder.lines)) from err
            yield cls(int(mounted[1]), mount)

    def fill(self) -> None:
        """Write until there is no space left, not even for one byte."""
        with suppress(OSError), (self.path / "filler").open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def empty(self) -> None:
        """Take that away again."""
        (self.path / "filler").unlink()

    def lock(self) -> None:
        """Let nobody write any more."""
        self._remount("ro")

    def unlock(self) -> None:
        """Let everybody write again."""
        self._remount("rw")

    def _remount(self, how: str) -> None:
        enter = ("nsenter", "--target", str(self._holder), "--user", "--mount", "--preserve-credentials")
        subprocess.run([*enter, "mount", "-o", f"remount,{how}", str(self._mount)], check=True, capture_output=True)
