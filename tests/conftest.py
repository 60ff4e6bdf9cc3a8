"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("RACKMATH_SHARED", ROOT.parent / "shared"))

# The same examples on every run, so that a failure is never a matter of luck; RACKMATH_EXAMPLES=500 draws new ones.
EXAMPLES = os.environ.get("RACKMATH_EXAMPLES")
settings.register_profile(
    "rackmath", deadline=None, derandomize=EXAMPLES is None, max_examples=int(EXAMPLES or 100), database=None
)
settings.load_profile("rackmath")


def shared_path(name: str) -> Path:
    """Return a file of the development data folder, or skip the test with a reason."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the development data ({name}); set RACKMATH_SHARED to the folder that holds it")
    return path


@pytest.fixture(scope="session", autouse=True)
def _files_are_looked_at_before_every_search():
    """An index leaves out looks at the files for a second where looking is slow: not because the machine is busy."""
    from rackmath.brain import index

    usual, index._QUICK = index._QUICK, float("inf")
    yield
    index._QUICK = usual
