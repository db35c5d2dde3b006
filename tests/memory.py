"""How much memory this process has."""

import ctypes
import gc
from pathlib import Path
import resource
import sys


def resident(process: int | str = "self") -> int:
    """Return the resident memory of this process, or of another by its id, in bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def memory() -> int:
    """Return the same without what the allocator holds of memory that was freed."""
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return resident()
