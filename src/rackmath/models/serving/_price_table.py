"""Accelerators of the packaged table beside one another at given prices, at one precision."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from rackmath.errors import RackmathError
from rackmath.models.serving.hardware import find_accelerator


class PriceRow(NamedTuple):
    """One accelerator: what its price buys by its data sheet, and from how many operations a byte on it computes."""

    name: str
    usd_per_hour: float
    usd_per_pflop_hour: float
    tflops_per_usd_hour: float
    usd_per_gb_hour: float
    usd_per_terabyte_a_second_hour: float
    flop_per_byte: float


def price_table(prices: Mapping[str, float], arithmetic: str) -> tuple[list[PriceRow], list[str]]:
    """Return the accelerators by price of a dense PFLOP-hour in one arithmetic, and those that do not have it.

    `prices` are USD an hour for one accelerator, by its name in the packaged table; `arithmetic` is bf16, fp8 or fp4.
    An accelerator without that arithmetic is left out rather than shown with another: rates of different precision are
    not comparable.

    Raises
    ------
    RackmathError
        A name is unknown, a price is not above 0, or the arithmetic is none of the three.
    """
    if arithmetic not in {"bf16", "fp8", "fp4"}:
        raise RackmathError(f"arithmetic: {arithmetic!r} is not bf16, fp8 or fp4")
    rows, without = [], []
    for name, price in prices.items():
        chip = find_accelerator(name)
        if not (math.isfinite(price) and price > 0):
            raise RackmathError(f"{name}: a price of {price!r} USD an hour; a finite number above 0 is wanted")
        peak, bandwidth = chip.peak(arithmetic) / 1e12, chip.bandwidth_gb_s / 1e3
        if peak == 0:
            without.append(chip.name)
            continue
        rows.append(
            PriceRow(
                chip.name,
                price,
                price / (peak / 1e3),
                peak / price,
                price / chip.memory_gb,
                price / bandwidth,
                peak / bandwidth,
            )
        )
    return sorted(rows, key=lambda row: row.usd_per_pflop_hour), without
