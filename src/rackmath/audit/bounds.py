"""What rounding and hedges allow: the values that a formula can take, and whether a claim can be one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf, isfinite

from rackmath.audit.finding import Verdict
from rackmath.audit.quantity import Quantity

MOST_CORNERS = 6
"""Inputs up to which every corner is tried; beyond it all low and all high ends are."""

NEAR = 0.015
"""A miss by less than this share of the value is a question: the author may have had more digits."""


@dataclass(frozen=True, slots=True)
class Computed:
    """The value of a formula at the printed inputs, and the ends that their rounding allows."""

    value: float
    low: float
    high: float
    first: float
    last: float

    def scaled(self, factor: float) -> Computed:
        """Return the same in another unit."""
        ends = sorted((self.low * factor, self.high * factor))
        return Computed(self.value * factor, ends[0], ends[1], self.first * factor, self.last * factor)


def as_input(figure: Quantity) -> Quantity:
    """Return a figure as an input: what an author multiplies is what is printed, so rounding counts for half."""
    return replace(figure, step=figure.step * 0.5, hedge="", worded=False) if figure.low == figure.high else figure


def compute(formula: Callable[..., float], inputs: Sequence[Quantity]) -> Computed | None:
    """Return what a formula gives, or None where it has no finite value."""
    try:
        corners = (
            product(*(each.ends for each in inputs))
            if len(inputs) <= MOST_CORNERS
            else ([each.ends[0] for each in inputs], [each.ends[1] for each in inputs])
        )
        values = [formula(*corner) for corner in corners]
        first, last = formula(*(each.low for each in inputs)), formula(*(each.high for each in inputs))
        value = formula(*(each.value for each in inputs))
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    if not all(isinstance(each, float | int) and isfinite(each) for each in (*values, first, last, value)):
        return None
    return Computed(value, min(values), max(values), min(first, last), max(first, last))


STRAINED = 0.4
"""Beyond this share of what rounding allows at most, a miss is a question: all would have to fall together."""


def slack_of(claim: Quantity) -> float:
    """Return half the width of what a claim may stand for."""
    low, high = accepted(claim)
    return min(high - claim.high, claim.low - low) if isfinite(high) else claim.step


def accepted(claim: Quantity) -> tuple[float, float]:
    """Return what a claim may stand for: rounded or cut at its last digit, more where it hedges."""
    slack = claim.step
    low, high = claim.low - slack * 0.999, claim.high + slack * 0.999
    size = max(abs(claim.low), abs(claim.high))
    if claim.worded:
        low, high = low - 0.12 * size, high + 0.12 * size
    if claim.hedge == "about":
        low, high = low - 0.08 * size, high + 0.08 * size
    elif claim.hedge == "over":
        high = high + 0.6 * size if claim.kind == "share" else inf
    elif claim.hedge == "under":
        low = low - 0.6 * size
    elif claim.hedge == "nearly":
        low = low - 0.12 * size
    return low, high


def verdict_of(computed: Computed, claim: Quantity, any_loose: bool = False) -> tuple[Verdict, float]:
    """Return the verdict on a claim, and how sure it is as far as the numbers go."""
    low, high = accepted(claim)
    half = claim.step / 2
    if claim.ranged and computed.first != computed.last:
        ends = (computed.first, claim.low), (computed.last, claim.high)
        if all(abs(a - b) <= max(claim.step, 0.05 * abs(b)) for a, b in ends):
            return "holds", 0.9
    if claim.hedge == "over" and low <= computed.value <= high and computed.value >= claim.low:
        return "holds", 0.9
    if claim.hedge == "under" and claim.low * 0.4 <= computed.value <= claim.high:
        return "holds", 0.9
    exact = claim.low - half * 1.0001 <= computed.value <= claim.high + half * 1.0001
    if exact and computed.first >= claim.low - 2 * claim.step and computed.last <= claim.high + 2 * claim.step:
        return "holds", 0.95
    if computed.high >= low and computed.low <= high:
        reach = max(computed.high - computed.value, computed.value - computed.low) + slack_of(claim)
        strained = abs(computed.value - claim.value) > max(STRAINED * reach, 1.5 * claim.step) and not claim.ranged
        loose = claim.hedge or claim.worded or any_loose
        return ("ambiguous", 0.6) if strained and not loose else ("rounds", 0.85)
    gap = computed.low - high if computed.low > high else low - computed.high
    size = max(abs(computed.value), abs(claim.value), 1e-300)
    if gap / size < NEAR and abs(computed.value - claim.value) / size < 3 * NEAR:
        return "ambiguous", 0.6
    soft = claim.hedge in ("over", "under", "nearly") or claim.ranged
    relative = abs(computed.value - claim.value) / size
    return "wrong", 0.95 if relative > 0.08 and not soft else 0.88 if relative > 0.04 else 0.8
