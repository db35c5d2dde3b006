"""How much memory this process has."""

import ctypes
import gc
from pathlib import Path
import resource
import sys


def resident() -> int:
    """Return this process's resident memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def memory() -> int:
    """Return the same without what the allocator holds of memory that was freed."""
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
    return resident()
