"""Where a load sweep turns: the knee of its curves, the load where a latency limit breaks, and whether it adds up.

Three rules are given side by side, because none is right alone: the point of most curvature moves with the end of the
sweep, the marginal rule with its threshold, and the limit is a choice. Sources: the difference curve of Kneedle
(Satopää and others 2011, https://doi.org/10.1109/ICDCSW.2011.20), power, throughput over latency (Kleinrock
1979, "Power and deterministic rules of thumb for probabilistic problems in computer communications"), and Little's
law, L = λW (https://doi.org/10.1287/opre.9.3.383).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rackmath.errors import RackmathError

Array = NDArray[np.float64]
FEWEST = 3  # distinct loads without which there is no shape
FEW = 6
FLAT = 0.1  # a per cent more load must bring this many per cent of throughput
NOISE = 0.02
REPEATS_DIFFER = 0.1
LITTLE_TOLERANCE = 0.1
MOST = 1e15
PRONOUNCED = 0.05  # how far a curve must stand off its chord to have a knee


@dataclass(frozen=True)
class Knee:
    """What a sweep says. Loads are None where the sweep has no such point; `remarks` says why."""

    load: Array
    throughput: Array
    latency: Array
    by_throughput: float | None
    """Load where the throughput curve stands furthest above its chord."""
    by_latency: float | None
    """Load where the latency curve hangs furthest below its chord."""
    by_margin: float | None
    """First load from which more load brings latency and hardly any throughput."""
    by_power: float | None
    """Load of the most throughput over latency."""
    within_limit: float | None
    """Highest measured load up to which everything meets the latency limit and errors stay rare."""
    break_point: float | None
    """Load at which the limit breaks, on the line between the measured loads around it."""
    capacity: float
    """Most throughput that was measured."""
    little: Array | None
    """Requests in flight by Little's law over those that were offered; 1 where the run was stationary."""
    remarks: tuple[str, ...]

    def at(self, load: float) -> tuple[float, float]:
        """Return throughput and latency at a load inside the sweep, on the line between measured loads."""
        if not self.load[0] <= load <= self.load[-1]:
            raise RackmathError(
                f"load {load:g} lies outside the sweep, which goes from {self.load[0]:g} to {self.load[-1]:g}"
            )
        return float(np.interp(load, self.load, self.throughput)), float(np.interp(load, self.load, self.latency))


def find_knee(
    load: ArrayLike,
    throughput: ArrayLike,
    latency: ArrayLike,
    limit: float | None = None,
    *,
    load_is: Literal["concurrency", "rate"] = "concurrency",
    requests: ArrayLike | None = None,
    mean_latency: ArrayLike | None = None,
    errors: ArrayLike | None = None,
    flat: float = FLAT,
    most_errors: float = 0.01,
) -> Knee:
    """Return where a load sweep turns.

    Parameters
    ----------
    load
        Requests in flight (`load_is` concurrency) or requests per second offered (rate); any order, may repeat.
    throughput
        Of each load, in any one unit.
    latency
        Of each load, in seconds; the percentile that the limit speaks of.
    limit
        Highest latency that is accepted, in the unit of `latency`.
    requests
        Requests per second completed, for Little's law; without it nothing is checked.
    mean_latency
        Mean time in the system, for Little's law; `latency` unless given.
    errors
        Share of requests that failed, 0 to 1; a load with more than `most_errors` of them breaks.
    flat
        Per cent of throughput that a per cent of load must bring, below which the curve counts as flat.

    Raises
    ------
    RackmathError
        Lengths differ, a value is not finite, not positive, or there are fewer than three distinct loads.

    >>> find_knee([1, 2, 4, 8, 16], [10, 20, 40, 40, 40], [0.1, 0.1, 0.1, 0.2, 0.4]).by_margin
    4.0
    """
    columns = {"load": load, "throughput": throughput, "latency": latency}
    extra = {"requests": requests, "mean_latency": mean_latency, "errors": errors}
    arrays = {name: _column(name, values) for name, values in {**columns, **extra}.items() if values is not None}
    if len({len(values) for values in arrays.values()}) != 1:
        told = ", ".join(f"{len(values)} of {name}" for name, values in arrays.items())
        raise RackmathError(f"a sweep needs as many values of each column; there are {told}")
    remarks: list[str] = []
    points = _merge(arrays, remarks)
    x, y, w = points["load"], points["throughput"], points["latency"]
    if len(x) < FEWEST:
        raise RackmathError(f"a sweep of {len(x)} distinct loads has no shape; measure at least {FEWEST}, better 8")
    if len(x) < FEW:
        remarks.append(f"only {len(x)} distinct loads: a knee is known no better than the step between them")
    _say_what_falls(x, y, w, remarks)
    by_throughput = _furthest(x, y, above=True)
    by_latency = _furthest(x, w, above=False)
    margin = _margin(x, y, w, flat)
    if margin is None:
        remarks.append("throughput still grows with the last load: the sweep ends before it is flat, go further")
    for name, found in (("throughput", by_throughput), ("latency", by_latency)):
        if found is None:
            remarks.append(f"the {name} curve is too straight to have a knee")
    best = int(np.argmax(y / w))
    within, broken = _limits(x, w, limit, points.get("errors"), most_errors, remarks)
    return Knee(
        load=x,
        throughput=y,
        latency=w,
        by_throughput=by_throughput,
        by_latency=by_latency,
        by_margin=margin,
        by_power=float(x[best]),
        within_limit=within,
        break_point=broken,
        capacity=float(y.max()),
        little=_little(points, load_is, remarks),
        remarks=tuple(remarks),
    )


def _column(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or not np.isfinite(array).all() or (array > MOST).any():
        raise RackmathError(f"{name}: must be a list of finite numbers, none above {MOST:g}")
    if (array < 0).any() if name == "errors" else (array <= 0).any():
        raise RackmathError(f"{name}: a value is {'negative' if name == 'errors' else 'not above 0'}")
    return array


def _merge(arrays: dict[str, Array], remarks: list[str]) -> dict[str, Array]:
    """Return the means over repeats of a load, by rising load; say where repeats differ."""
    loads, group, counts = np.unique(arrays["load"], return_inverse=True, return_counts=True)
    merged = {name: np.bincount(group, values) / counts for name, values in arrays.items()}
    spread = np.sqrt(np.bincount(group, (arrays["throughput"] - merged["throughput"][group]) ** 2) / counts)
    apart = spread > REPEATS_DIFFER * merged["throughput"]
    if apart.any():
        worst = float(loads[np.argmax(spread / merged["throughput"])])
        remarks.append(f"repeats of load {worst:g} differ by over {REPEATS_DIFFER:.0%}: not stationary, run longer")
    return {**merged, "load": loads}


def _say_what_falls(x: Array, y: Array, w: Array, remarks: list[str]) -> None:
    reached = np.maximum.accumulate(y)
    worst = int(np.argmax((reached - y) / reached))
    if y[worst] < (1 - NOISE) * reached[worst]:
        remarks.append(
            f"throughput is not monotone: at load {x[worst]:g} it is {1 - y[worst] / reached[worst]:.0%} below an "
            "earlier load; requests are pushed out of memory, or the run is too short"
        )
    reached = np.maximum.accumulate(w)
    worst = int(np.argmax((reached - w) / reached))
    if w[worst] < (1 - REPEATS_DIFFER) * reached[worst]:
        remarks.append(
            f"latency is not monotone: at load {x[worst]:g} it is {1 - w[worst] / reached[worst]:.0%} below an earlier "
            "load; the earlier run was cold, or a cache was warm in the later one"
        )


def _furthest(x: Array, y: Array, *, above: bool) -> float | None:
    """Return where the curve stands furthest from its chord, on the unit square; None where it hardly does."""
    rise = y[-1] - y[0] if not above else y.max() - y[0]
    if rise <= NOISE * y[0]:
        return None
    off = (y - y[0]) / rise - (x - x[0]) / (x[-1] - x[0])
    off = off if above else -off
    at = int(np.argmax(off))
    return float(x[at]) if off[at] >= PRONOUNCED else None


def _margin(x: Array, y: Array, w: Array, flat: float) -> float | None:
    gained = np.diff(np.log(y)) / np.diff(np.log(x))
    idle = (gained < flat) & (np.diff(w) > 0)
    stays = np.flip(np.minimum.accumulate(np.flip(idle | (gained < flat)))) & idle
    return float(x[int(np.argmax(stays))]) if stays.any() else None


def _limits(
    x: Array, w: Array, limit: float | None, errors: Array | None, most: float, remarks: list[str]
) -> tuple[float | None, float | None]:
    if limit is None and errors is None:
        return None, None
    if limit is not None and not (np.isfinite(limit) and limit > 0):
        raise RackmathError(f"limit {limit!r} is not a latency above 0")
    slow = w > limit if limit is not None else np.zeros(len(x), dtype=bool)
    failing = errors > most if errors is not None else np.zeros(len(x), dtype=bool)
    if not (slow | failing).any():
        remarks.append("no load breaks the limit: the sweep ends before it, go further")
        return float(x[-1]), None
    first = int(np.argmax(slow | failing))
    if (~(slow | failing))[first:].any():
        remarks.append("a higher load meets the limit again: the first load that breaks it counts")
    if first == 0:
        remarks.append("the lowest load breaks the limit already: no load of this sweep meets it")
        return None, float(x[0])
    if failing[first]:
        remarks.append(f"from load {x[first]:g} over {most:.0%} of requests fail")
    if limit is None or not slow[first]:
        return float(x[first - 1]), float(x[first])
    return float(x[first - 1]), float(np.interp(limit, w[first - 1 : first + 1], x[first - 1 : first + 1]))


def _little(points: dict[str, Array], load_is: str, remarks: list[str]) -> Array | None:
    if "requests" not in points:
        return None
    if load_is == "rate":
        ratio = points["requests"] / points["load"]
        behind = ratio < 1 - LITTLE_TOLERANCE
        if behind.any():
            remarks.append(
                f"unstable from {points['load'][int(np.argmax(behind))]:g} requests/s: fewer are completed than "
                "offered, so the queue grows for as long as the run lasts and its latency means nothing"
            )
        return ratio
    ratio = points["requests"] * points.get("mean_latency", points["latency"]) / points["load"]
    off = np.abs(ratio - 1)
    if off.max() > LITTLE_TOLERANCE:
        worst = int(np.argmax(off))
        remarks.append(
            f"Little's law is off by {off[worst]:.0%} at load {points['load'][worst]:g}: throughput × mean latency is "
            f"{ratio[worst]:.2f} of the requests in flight; the run is too short, has its ramp in it, or latency is no "
            "mean"
        )
    return ratio
