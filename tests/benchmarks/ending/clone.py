"""Public material that is too large to keep here: a repository at a commit, fetched once into a cache of its own."""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
from tempfile import TemporaryDirectory
from typing import Final

CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "azure_speech_live"


def cloned(url: str, commit: str) -> Path:
    """Return the folder with a repository's files at a commit. Blocks; needs the network the first time."""
    place = CACHE / f"{url.rsplit('/', maxsplit=1)[-1]}-{commit[:12]}"
    if not place.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=CACHE) as temporary:
            made = Path(temporary) / "files"
            for command in (
                ("init", "--quiet", made),
                ("fetch", "--quiet", "--depth=1", url, commit),
                ("checkout", "--quiet", commit),
            ):
                where = () if command[0] == "init" else ("-C", made)
                subprocess.run(["git", *where, *command], check=True)
            made.rename(place)
    return place
