"""One answer as one of its inputs moves over a range: the curve, its 5-95% band, and where it meets an amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rackmath.errors import RackmathError, suggest
from rackmath.kernel.bind import Bound, Input
from rackmath.kernel.break_even import crossings, grid
from rackmath.kernel.params import Array, Param, Series
from rackmath.uncertainty import parse_stated, stream
from rackmath.units import convert

POINTS = 61
DRAWS = 64
WIDE = 20.0
"""A positive range wider than this ratio is divided evenly on a logarithmic scale."""
WIDENED, CERTAIN = 1.5, 3.0
"""How far a usual range goes beyond the percentiles of an uncertain input, and around the value of a certain one."""


@dataclass(frozen=True)
class Along:
    """The total along one input, in the model's unit; places at which it is not finite hold infinity."""

    input: str
    unit: str
    scale: str
    today: float
    """The input's median as it is bound."""
    grid: Array
    central: Array
    low: Array
    high: Array
    """5th and 95th percentile over draws of the other inputs; equal to `central` when these are certain."""
    against: float | None = None
    meets: tuple[float, ...] = ()
    """Where the central total crosses `against`, in order."""


def sweepable(bound: Bound) -> list[str]:
    """Return the inputs that can be moved: single numbers that are given directly."""
    return [
        name
        for name, each in bound.inputs.items()
        if isinstance(each.declared, Param) and not isinstance(each.declared, Series) and each.child is None
    ]


def usual_range(each: Input) -> tuple[float, float, str]:
    """Return a range worth looking at for an input, and its scale.

    An uncertain input moves from its 1st to its 99th percentile, half as far again on both sides; a certain one from a
    third of its value to three times it; both stay inside the bounds. A share stops short of its upper end, where many
    answers grow beyond all bounds and nothing else of the curve could be seen.
    """
    declared = each.declared
    assert isinstance(declared, Param)
    low, middle, high = (float(each.at(place)) for place in (0.01, 0.5, 0.99))
    if middle == low == high:
        bottom, top = sorted((middle / CERTAIN, middle * CERTAIN)) if middle else (-1.0, 1.0)
    elif low > 0:
        bottom, top = low / WIDENED, high * WIDENED
    else:
        wider = (WIDENED - 1) / 2 * (high - low)
        bottom, top = low - wider, high + wider
    if declared.is_share and high < declared.maximum:
        top = min(top, declared.maximum - (declared.maximum - high) / CERTAIN)
    bottom, top = max(bottom, declared.minimum), min(top, declared.maximum)
    if declared.above is not None and bottom <= declared.above:
        bottom = declared.above + 0.01 * (top - declared.above)
    return bottom, top, _usual_scale(bottom, top)


def _usual_scale(low: float, high: float) -> str:
    return "log" if low > 0 and high / low > WIDE else "linear"


def range_of(bound: Bound, name: str, low: str = "", high: str = "", scale: str = "") -> tuple[float, float, str]:
    """Return the ends and the scale of a sweep as a person wrote them, what is left out as `usual_range` has it.

    Raises
    ------
    RackmathError
        There is no such number among the inputs, an end is outside the bounds, or they are in the wrong order.
    """
    names = sweepable(bound)
    if name not in names:
        raise RackmathError(f"{name[:60]!r} is no input that can be moved{suggest(name, names)}")
    each = bound.inputs[name]
    first, last, usual = usual_range(each)
    ends = [_end(each, low, first), _end(each, high, last)]
    if not ends[0] < ends[1]:
        raise RackmathError(f"{name}: the range must start below its end")
    scale = scale or (usual if not (low or high) else _usual_scale(*ends))
    if scale not in {"log", "linear"}:
        raise RackmathError(f"scale: {scale[:20]!r} is neither log nor linear")
    if scale == "log" and ends[0] <= 0:
        raise RackmathError(f"{name}: a log scale must start above 0")
    return ends[0], ends[1], scale


def _end(each: Input, text: str, default: float) -> float:
    if not text.strip():
        return default
    stated = parse_stated(text, each.unit)
    unit = stated.unit or each.unit
    value = float(convert(stated.distribution.central(), unit, each.unit))
    each.declared.check(each.name, value)
    return value


def amount_of(text: str, unit: str) -> float:
    """Return an amount in a model's unit as a person wrote it; a bare number is in that unit."""
    stated = parse_stated(text, unit)
    return float(convert(stated.distribution.central(), stated.unit or unit, unit))


def along(
    bound: Bound, name: str, low: float, high: float, scale: str, *, against: float | None = None, seed: int = 0
) -> Along:
    """Return the total of a bound model over a range of one of its inputs, all others at their medians.

    Parameters
    ----------
    low, high, scale
        As `range_of` returns them.
    against
        An amount in the model's unit: where the total meets it is the break-even.
    """
    moved = bound.inputs[name]
    uncertain = [each for each in bound.leaves() if each.uncertain and each is not moved]

    def total(values: Array, places: dict[str, Array] | None = None) -> Array:
        def value_of(each: Input) -> Any:
            return values if each is moved else each.at(0.5 if places is None else places.get(each.stream, 0.5))

        shape = np.broadcast_shapes(values.shape, *(each.shape for each in (places or {}).values()))
        return np.broadcast_to(np.asarray(bound.evaluate(value_of).total, dtype=np.float64), shape)

    values = grid(low, high, scale, POINTS)
    central = total(values)
    ends = np.stack([central, central])
    if uncertain:
        draws = {each.stream: stream(seed, f"along:{each.stream}").random(DRAWS) for each in uncertain}
        many = np.sort(total(values[:, None], draws), axis=1)  # order statistics exist for infinite draws too
        ends = np.stack([many[:, int(0.05 * DRAWS)], many[:, int(0.95 * DRAWS)]])
    meets = []
    if against is not None:
        found = crossings(("total", "against"), lambda at: total(at) - against, low, high, scale)
        meets = [each.at for each in found]
    return Along(
        name, moved.unit, scale, float(moved.at(0.5)), values, central, ends[0], ends[1], against, tuple(meets)
    )
