"""The targets of scripts/fuzz, without its guidance: they run, and stay runnable."""

from hypothesis import given, strategies as st
import pytest

from .fuzz_targets import SEEDS, TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_seeds(target: str) -> None:
    for seed in SEEDS[target]:
        TARGETS[target](seed)
        for size in range(len(seed)):
            TARGETS[target](seed[:size])


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary(max_size=500))
def test_anything(target: str, data: bytes) -> None:
    TARGETS[target](data)
