"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("RACKMATH_SHARED", ROOT.parent / "shared"))


def shared_path(name: str) -> Path:
    """Return a file of the development data folder, or skip the test with a reason."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs the development data ({name}); set RACKMATH_SHARED to the folder that holds it")
    return path
