"""What a value says: a number, a range, a bound, or nothing."""

from __future__ import annotations

import math

import pytest

from rackmath.errors import RackmathError
from rackmath.evidence.written import read_value
from rackmath.vault import Printed

INF = math.inf


@pytest.mark.parametrize(
    ("raw", "kind", "low", "high", "low_step", "high_step"),
    [
        (Printed("3"), "value", 3, 3, 0.5, 0.5),
        (Printed("3.50"), "value", 3.5, 3.5, 0.005, 0.005),  # half of 0.01
        ("1.5e6", "value", 1.5e6, 1.5e6, 5e4, 5e4),  # half of 0.1e6
        ("1.2B", "value", 1.2e9, 1.2e9, 5e7, 5e7),  # half of 0.1e9
        ("1,250", "value", 1250, 1250, 0.5, 0.5),
        ("1.49 to 4", "range", 1.49, 4, 0.005, 0.5),
        (3, "value", 3, 3, 0, 0),  # a number of the program's own has no printed digits
        ({"low": Printed("1.0"), "high": Printed("2")}, "range", 1, 2, 0.05, 0.5),
        ({"low": Printed("1"), "mode": Printed("1.5"), "high": Printed("2.0")}, "range", 1, 2, 0.5, 0.05),
        ({"p5": Printed("1.0"), "p95": Printed("2")}, "range", 1, 2, 0.05, 0.5),
        ({"p90": Printed("2"), "p10": Printed("1.0"), "unit": "USD"}, "range", 1, 2, 0.05, 0.5),
        ("1.00 USD", "value", 1, 1, 0.005, 0.005),
        ("about 2.0", "range", 1.6, 2.5, 0.05, 0.05),  # 2 ÷ 1.25 to 2 × 1.25
        ({"samples": [Printed("1.0"), Printed("3"), Printed("2")]}, "range", 1, 3, 0, 0),
        ({"at_least": Printed("3.0")}, "at_least", 3, INF, 0.05, 0),
        ({"at_most": Printed("3")}, "at_most", -INF, 3, 0, 0.5),
        ({"at_least": Printed("1"), "at_most": Printed("2.0")}, "range", 1, 2, 0.5, 0.05),
        ("at least 3", "at_least", 3, INF, 0.5, 0),
        ("≥ 3", "at_least", 3, INF, 0.5, 0),
        ("> 3", "at_least", 3, INF, 0.5, 0),
        ("at most 3.5", "at_most", -INF, 3.5, 0, 0.05),
        ("up to 40", "at_most", -INF, 40, 0, 0.5),
        ("unknown", "unknown", -INF, INF, 0, 0),
        ("None", "none", -INF, INF, 0, 0),
    ],
)
def test_values_and_bounds(raw: object, kind: str, low: float, high: float, low_step: float, high_step: float) -> None:
    read = read_value(raw, "USD")
    assert (read.kind, read.low, read.high) == (kind, low, high)
    assert (read.low_step, read.high_step) == (pytest.approx(low_step), pytest.approx(high_step))
    assert (read.stated is None) == (kind not in {"value", "range"})


def test_the_year_of_a_price_is_no_digit_of_it() -> None:
    read = read_value("3.00 USD_2024", "USD_2024")
    assert (read.low_step, read.high_step) == (pytest.approx(0.005), pytest.approx(0.005))


def test_a_unit_in_the_text_counts_when_it_fits() -> None:
    read = read_value("$2.50 per GPU-hour", "USD/GPU_hour")
    assert (read.unit, read.low) == ("USD/GPU_hour", 2.5)
    with pytest.raises(RackmathError):
        read_value("2.5 USD/server", "USD/GPU_hour")


@pytest.mark.parametrize(
    "raw",
    [None, "", "text", "nan", "inf", True, [], {}, {"at_least": "3 to 4"}, {"at_least": 3, "mode": 4},
     {"at_least": 4, "at_most": 3}, "at least", "3 to", {"low": 1, "x": 2}, {"samples": ["a"]}, "4 to 3"],
)  # fmt: skip
def test_what_is_not_a_value(raw: object) -> None:
    with pytest.raises(RackmathError):
        read_value(raw, "USD")
