"""Values of JSON from outside: each is checked where it is taken, and an error says where it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.requests.log import NOTHING


def real(value: Any, where: str, name: str) -> float:
    """Return a finite number; NaN for null."""
    if value is None:
        return NOTHING
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RackmathError(f"{where}: {name} is {str(value)[:40]!r}, not a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise RackmathError(f"{where}: {name} is not a finite number")
    return found


def reals(value: Any, where: str, name: str) -> tuple[float, ...]:
    """Return a list of finite numbers; empty for null."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise RackmathError(f"{where}: {name} is not a list")
    found = tuple(real(each, where, name) for each in value)
    if any(map(math.isnan, found)):
        raise RackmathError(f"{where}: {name} holds a null")
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}
