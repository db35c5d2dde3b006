"""Bytes in chunks of any sizes, as streams and networks give them."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st


def cut(data: bytes, at: Iterable[int]) -> list[bytes]:
    """Return data cut at these positions; positions given twice make empty chunks."""
    return [data[start:end] for start, end in pairwise([0, *sorted(at), len(data)])]


def chunkings(data: bytes) -> st.SearchStrategy[list[bytes]]:
    """Return data in any chunks, some of them empty."""
    return st.lists(st.integers(0, len(data)), max_size=12).map(lambda at: cut(data, at))
