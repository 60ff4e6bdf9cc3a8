"""Values derived from results: per accelerator, per watt, per dollar, and how well a system scales.

None of them is an official MLPerf metric.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rackmath.errors import RackmathError
from rackmath.meter.mlperf.results import Result

SECONDS_PER_HOUR = 3600
TOKENS_PER_MTOK = 1e6


@dataclass(frozen=True)
class Price:
    """USD of an accelerator-hour, lowest, middle and highest, and where and when that is from."""

    low: float
    middle: float
    high: float
    source: str
    on: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.high) and 0 < self.low <= self.middle <= self.high):
            raise RackmathError(f"price of {self.source}: must rise from low to high, above 0")


@dataclass(frozen=True)
class Derived:
    """What follows from one result; None where the table does not hold what it takes."""

    result: Result
    per_accelerator: float | None
    per_watt: float | None
    """Value per second and watt of the whole system: for tokens, tokens per joule."""
    usd_per_mtok: tuple[float, float, float] | None
    price: Price | None
    scaling: float | None = None
    scaled_from: Result | None = None


def derive(result: Result, price: Price | None = None) -> Derived:
    """Return the values that follow from a result alone, and from a price where one is given.

    A mixed system has no value per accelerator; a latency has none of these.
    """
    whole = result.accelerators if result.rate and not result.mixed else None
    tokens = result.tokens_per_s
    cost = None
    if price and tokens and whole:
        hours = whole / (tokens * SECONDS_PER_HOUR) * TOKENS_PER_MTOK
        cost = (price.low * hours, price.middle * hours, price.high * hours)
    return Derived(
        result,
        per_accelerator=result.value / whole if whole else None,
        per_watt=result.value / result.watts if result.rate and result.watts else None,
        usd_per_mtok=cost,
        price=price if cost else None,
    )


def scaling(results: Iterable[Result]) -> dict[int, tuple[float, Result]]:
    """Return, by row, η(n) = T(n) · m / (n · T(m)) over the smallest system of the same kind, and that system.

    The same kind is one submitter's, of one accelerator, benchmark, target, scenario, round, suite and division, with
    power or without. Across submitters, software differs more than scaling does. Where several systems of the smallest
    size stand there, the fastest counts, so that a slow base does not flatter.
    """
    groups: dict[tuple[object, ...], list[Result]] = {}
    for each in results:
        if each.rate and each.accelerators and not each.mixed:
            key = (
                each.submitter,
                each.accelerator,
                each.benchmark,
                each.target,
                each.scenario,
                each.round,
                each.suite,
                each.division,
                each.unit,
                each.power,
            )
            groups.setdefault(key, []).append(each)
    found = {}
    for group in groups.values():
        base = smallest(group)
        for each in group:
            if each.accelerators and base.accelerators and each.accelerators > base.accelerators:
                ratio = each.value * base.accelerators / (each.accelerators * base.value)
                found[each.row] = (ratio, base)
    return found


def smallest(group: Sequence[Result]) -> Result:
    """Return the fastest of the smallest systems."""
    return min(group, key=lambda each: (each.accelerators or math.inf, -each.value))
