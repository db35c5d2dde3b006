"""Every conformance test runs with each SDK."""

from __future__ import annotations

import pytest

from .scenario import Sdk


@pytest.fixture(params=list(Sdk))
def sdk(request: pytest.FixtureRequest) -> Sdk:
    """Return the SDK to test with."""
    found: Sdk = request.param
    return found
