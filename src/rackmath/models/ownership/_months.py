"""Month by month: demand that ramps up, present values, level monthly costs, running totals and where two cross.

A model describes one month after the other as flows by line (USD, one number or an array of draws each); month 0 is the
day of the decision, and a month is paid for at its end. Months are walked through one at a time, so that memory holds a
few vectors of draws and never (draws × hours).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from rackmath.kernel import Path, Result
from rackmath.models._numbers import ratio_or_never, tagged
from rackmath.units import number

Flow: TypeAlias = dict[str, Any]
TIE = 1e-9
"""Relative size of a difference of running totals that is float noise."""


@dataclass(frozen=True)
class Calendar:
    """The months looked at, and what money in each of them is worth today."""

    horizon: Any
    """Months, a plain number; parts of a month are left off."""
    cost_of_capital: Any
    """1/year, a plain number."""

    @cached_property
    def end(self) -> Any:
        """Return the last month."""
        return np.floor(self.horizon)

    @cached_property
    def last(self) -> int:
        """Return the last month of the longest draw."""
        return int(np.max(self.end))

    @cached_property
    def month_discount(self) -> Any:
        """Return what 1 in a month is worth now."""
        return np.exp(-np.log1p(self.cost_of_capital) / 12.0)

    def weights(self) -> Iterator[Any]:
        """Yield what 1 of each month from month 0 on is worth today, 0 after the horizon."""
        weight = 1.0
        for month in range(self.last + 1):
            yield weight if np.ndim(self.end) == 0 else weight * (month <= self.end)
            weight = weight * self.month_discount

    def worth(self, flows: Iterator[Flow]) -> tuple[Flow, Any]:
        """Return the present value of each line, and that of 1 in each month from the first on."""
        lines: Flow = {}
        ones: Any = 0.0
        for month, (weight, flow) in enumerate(zip(self.weights(), flows, strict=True)):
            for name, value in flow.items():
                lines[name] = lines.get(name, 0.0) + value * weight
            if month:
                ones = ones + weight
        return lines, ones

    def running(self, flows: Iterator[Flow]) -> Any:
        """Return the present value of all that is paid until the end of each month; months are the last axis."""
        paid = [sum(flow.values()) * weight for weight, flow in zip(self.weights(), flows, strict=True)]
        return np.cumsum(np.stack(np.broadcast_arrays(*paid), axis=-1), axis=-1)


@dataclass(frozen=True)
class Ramp:
    """Demand of each month."""

    start: Any
    """token/month in the first month."""
    growth: Any
    ceiling: Any
    plan: Any

    @classmethod
    def of(cls, tokens_per_month: Any, demand_growth: Any, demand_ceiling: Any, demand_plan: Any) -> Ramp:
        """Return the ramp of inputs with or without units."""
        return cls(
            number(tokens_per_month, "token/month"),
            number(demand_growth, "1/month"),
            number(demand_ceiling, "token/month"),
            np.atleast_1d(np.asarray(number(demand_plan, ""), dtype=np.float64)),
        )

    def months(self, last: int) -> Iterator[Any]:
        """Yield token/month of the months 1 to `last`."""
        grown = self.start
        for month in range(last):
            yield np.minimum(grown, self.ceiling) * self.plan[..., min(month, self.plan.shape[-1] - 1)]
            grown = grown * (1.0 + self.growth)


def service(
    calendar: Calendar,
    flows: Callable[[], Iterator[Flow]],
    ramp: Ramp,
    like: Any,
    notes: Callable[[], dict[str, tuple[Any, str]]] = dict,
    warnings: Callable[[], tuple[str, ...]] = tuple,
) -> Result:
    """Return a service's level monthly cost: the same payment in each month whose present value is that of the flows.

    Parameters
    ----------
    calendar, ramp
        The months and their demand.
    flows
        Walks through the months from month 0 on; called anew for what is seldom asked for.
    like
        An input, to tell whether units are attached.
    notes, warnings
        What the model adds to what every service says.
    """
    worth, ones = calendar.worth(flows())
    lines = {name: tagged(value / ones, "USD/month", like) for name, value in worth.items()}

    def told() -> dict[str, tuple[Any, str]]:
        total = sum(worth.values())
        tokens = calendar.worth({"tokens": each} for each in (0.0, *ramp.months(calendar.last)))[0]["tokens"]
        undiscounted = Calendar(calendar.horizon, np.zeros_like(calendar.cost_of_capital))
        paid, months = undiscounted.worth(flows())
        return {
            "present_value": (tagged(total, "USD", like), "USD"),
            "mean_monthly_payment": (tagged(sum(paid.values()) / months, "USD/month", like), "USD/month"),
            "mean_tokens": (tagged(tokens / ones, "token/month", like), "token/month"),
            "cost_per_mtok": (tagged(ratio_or_never(total, tokens) * 1e6, "USD/Mtok", like), "USD/Mtok"),
            **notes(),
        }

    def paths() -> dict[str, Path]:
        return {"cumulative_cost": Path(tagged(calendar.running(flows()), "USD", like), "USD", "month")}

    return Result("USD/month", lines, notes=told, warnings=warnings, paths=paths)


@dataclass(frozen=True)
class Crossings:
    """Where the running total of one way of paying meets that of another."""

    first: Any
    """First month by whose end the first way has cost no more; infinite if none."""
    for_good: Any
    """First month from which on it stays so; infinite if none."""
    signs: Any
    """1 in a month in which the first way gets ahead, -1 where it falls behind, else 0; months are the last axis."""

    @property
    def count(self) -> Any:
        """Return how often they cross."""
        return np.abs(self.signs).sum(axis=-1)


def crossings(own: Any, other: Any, end: Any) -> Crossings:
    """Return where `own` (months are the last axis) gets ahead of `other` or falls behind, up to month `end`."""
    months = np.arange(own.shape[-1], dtype=np.float64)
    inside = np.broadcast_to(months <= np.expand_dims(np.asarray(end), -1), own.shape)
    ahead = (other - own >= -TIE * np.abs(own)) & inside
    before = np.concatenate([np.zeros_like(ahead[..., :1]), ahead[..., :-1]], axis=-1)
    catches_up, falls_back = ahead & ~before, before & ~ahead & inside
    first = np.where(ahead.any(axis=-1), ahead.argmax(axis=-1).astype(np.float64), np.inf)
    # The month after the last one in which the first way was behind, if the horizon reaches that far.
    behind = np.where(~ahead & inside, months, -1.0).max(axis=-1)
    return Crossings(first, np.where(behind < end, behind + 1.0, np.inf), catches_up * 1.0 - falls_back * 1.0)


def at_month(months: list[Any], end: Any) -> Any:
    """Return the entry of the month `end`, the first entry being that of month 1; draws may end in different months."""
    if np.ndim(end) == 0:
        return months[int(end) - 1]
    stacked = np.stack(np.broadcast_arrays(*months, end)[:-1], axis=0)
    return np.take_along_axis(stacked, end.astype(np.int64)[None] - 1, axis=0)[0]
