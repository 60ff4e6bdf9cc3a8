"""From values to positions, and the round values that an axis names."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LOG_ABOVE = 30.0
"""A positive range wider than this ratio is drawn on a logarithmic axis: on a plain one its low end would be a blur."""


@dataclass(frozen=True)
class Scale:
    """A map from `low`..`high` in the data's unit to `start`..`end` in drawing units; straight or logarithmic."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the position of `value`; what lies outside is held at the nearer end."""
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Say whether `value` lies on the axis."""
        return self.low <= value <= self.high

    def ticks(self, count: int) -> list[float]:
        """Return about `count` round values (1, 2 or 5 times a power of ten) on the axis, in order."""
        return log_ticks(self.low, self.high, count) if self.log else linear_ticks(self.low, self.high, count)


def step_for(span: float, count: int) -> float:
    """Return the smallest step of the series 1, 2, 5 that cuts `span` into at most `count` parts."""
    rough = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 5.0, 10.0):
        if factor * power >= rough * (1 - 1e-9):
            return factor * power
    return 10.0 * power


def linear_ticks(low: float, high: float, count: int) -> list[float]:
    """Return the multiples of a round step within the range."""
    step = step_for(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # a power below one is not exact in binary: dividing by its inverse keeps 0.3 from becoming 0.30000000000000004
    inverse = round(1 / step) if step < 1 and 1 / step < 1e15 else 0
    return [index / inverse if inverse else index * step for index in range(first, last + 1)]


def log_ticks(low: float, high: float, count: int) -> list[float]:
    """Return 1-2-5 values where there is room, whole decades where there is less, every n-th decade beyond that."""
    first, last = math.floor(math.log10(low) - 1e-9), math.ceil(math.log10(high) + 1e-9)
    slack = 1e-9
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [
            factor * 10.0**power
            for power in range(first, last + 1)
            for factor in factors
            if low * (1 - slack) <= factor * 10.0**power <= high * (1 + slack)
        ]
        if len(ticks) <= count or factors == (1,):
            break
    if len(ticks) > count:
        every = math.ceil(len(ticks) / max(count, 1))
        ticks = [tick for tick in ticks if round(math.log10(tick)) % every == 0] or ticks[:1]
    if len(ticks) < 2:
        ticks = [tick for tick in linear_ticks(low, high, count) if tick > 0] or ticks
    finer = count
    while not ticks:  # a narrow range may lie between the multiples of a coarse step
        finer *= 2
        ticks = [tick for tick in linear_ticks(low, high, finer) if tick > 0][: count + 1]
    return ticks


def domain(values: Iterable[float], *, zero: bool = False, pad: float = 0.0) -> tuple[float, float]:
    """Return a range that holds the values, never of width zero.

    Parameters
    ----------
    zero
        Include zero (bars have lengths only from zero).
    pad
        Share of the span to add at each end that is not zero.
    """
    kept = [value for value in values if math.isfinite(value)]
    low, high = (min(kept), max(kept)) if kept else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    span = high - low
    # below this the steps between neighbouring floats show
    if span <= 1e-12 * max(abs(low), abs(high)):
        around = abs(high) * 0.1 or 1.0
        return low - (0.0 if zero and low == 0 else around), high + around
    return low - (pad * span if low else 0.0), high + (pad * span if high else 0.0)


def log_domain(values: Iterable[float], *, pad: float = 0.0) -> tuple[float, float]:
    """Return a range that holds the positive values on a logarithmic axis; `pad` is a share of its length there."""
    kept = [value for value in values if math.isfinite(value) and value > 0]
    low, high = (min(kept), max(kept)) if kept else (1.0, 10.0)
    if high / low < 1.05:
        return low / 1.5, high * 1.5
    factor = (high / low) ** pad
    return low / factor, high * factor


def wants_log(values: Iterable[float]) -> bool:
    """Say whether values are all positive and span more than `LOG_ABOVE`."""
    kept = [value for value in values if math.isfinite(value)]
    return bool(kept) and min(kept) > 0 and max(kept) / min(kept) > LOG_ABOVE


def spread(positions: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart so that no two are nearer than `gap`, as little as possible, within `low`..`high`.

    Parameters
    ----------
    positions
        Where each label would like to be, in any order; the result has the same order.
    """
    if not positions:
        return []
    count = len(positions)
    if count > 1:
        gap = min(gap, (high - low) / (count - 1))
    order = sorted(range(count), key=lambda index: positions[index])
    # labels that touch form a run, held as (best place of its first label, members); runs that overlap are merged
    runs: list[tuple[float, list[int]]] = []
    for index in order:
        wish, members = positions[index], [index]
        while runs and runs[-1][0] + len(runs[-1][1]) * gap > wish:
            before, earlier = runs.pop()
            total = before * len(earlier) + (wish - len(earlier) * gap) * len(members)
            members = earlier + members
            wish = total / len(members)
        runs.append((wish, members))
    placed = [0.0] * count
    for wish, members in runs:
        for offset, index in enumerate(members):
            placed[index] = wish + offset * gap
    floor = low
    for index in order:
        placed[index] = floor = max(placed[index], floor)
        floor += gap
    ceiling = high
    for index in reversed(order):
        placed[index] = ceiling = min(placed[index], ceiling)
        ceiling -= gap
    return placed
