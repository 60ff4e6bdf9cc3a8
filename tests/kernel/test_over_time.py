"""Running totals and the months in which they cross."""

from __future__ import annotations

from typing import Any

import numpy as np

from rackmath.kernel import Path, Result
from rackmath.kernel.over_time import over_time


def told(*values: float, unit: str = "USD") -> Result:
    return Result("USD", {"all": 1.0}, paths={"cumulative_cost": Path(np.array(values), unit, "month")})


def months(**options: Result) -> list[tuple[int, str, str]]:
    found: dict[str, Any] = over_time(options)
    return [(each["step"], each["ahead"], each["behind"]) for each in found["crossings"]]


def test_all_crossings_in_order() -> None:
    buy, rent = told(10, 11, 12, 25, 26, 27), told(0, 6, 13, 19, 25, 31)
    assert months(buy=buy, rent=rent) == [(2, "buy", "rent"), (3, "rent", "buy"), (5, "buy", "rent")]


def test_a_tie_is_no_crossing() -> None:
    assert months(a=told(0, 1, 2, 3), b=told(1, 1, 2, 4)) == []
    assert months(a=told(0, 1, 3), b=told(1, 1, 2)) == [(2, "b", "a")]


def test_never_and_always() -> None:
    assert months(a=told(0, 1), b=told(5, 9)) == []


def test_the_shorter_path_ends_the_comparison() -> None:
    assert months(a=told(0, 5), b=told(1, 2, 3)) == [(1, "b", "a")]


def test_options_that_tell_nothing_of_the_kind_are_left_out() -> None:
    assert over_time({"a": told(0, 1), "b": Result("USD", {"all": 1.0})}) == {}
    assert over_time({"a": told(0, 1), "b": told(0, 1, unit="Mtok")}) == {}
