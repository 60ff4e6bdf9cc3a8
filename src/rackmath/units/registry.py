"""The one pint registry, built from `definitions.txt` when a unit is first looked up."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from rackmath.units.price_years import definitions


@cache
def registry() -> Any:
    """Return the pint registry of this vocabulary (nothing of pint's own unit list is in it)."""
    import pint  # noqa: PLC0415  (0.2 s: only when a unit is really looked up)

    lines = (Path(__file__).with_name("definitions.txt").read_text(encoding="utf-8")).splitlines()
    found: Any = pint.UnitRegistry(None, autoconvert_offset_to_baseunit=False, cache_folder=None)
    found.load_definitions(lines + definitions())
    return found
