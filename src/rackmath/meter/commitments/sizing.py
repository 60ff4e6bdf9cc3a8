"""Say how much to commit to, over a history of usage and a menu of what can be bought.

Two answers stand side by side. Each pool alone: the quantile rule, laid out as a ladder of a long and a short term. All
together: one narrow option and one broad option for all pools, sized jointly, every pair of options tried.

A commitment is worth less when prices fall while it lasts: against an on-demand price that is on average p over the
term, a price fixed at 1 - d today is a discount of 1 - (1 - d) / p.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.meter.commitments.commitment import PROVIDER, Commitment, Kind
from rackmath.meter.commitments.joint import Plan, Problem, best_plan
from rackmath.meter.commitments.menu import Menu, Option
from rackmath.meter.commitments.quantile import ladder, quantile_rule
from rackmath.meter.commitments.replay import replay
from rackmath.meter.commitments.sku import INSTANCE_HOUR
from rackmath.meter.commitments.summary import Summary, summarise
from rackmath.meter.commitments.usage import Usage

Floats = NDArray[np.float64]
STEADY_HOURS = 90 * 24
"""A history shorter than this says little about a year: three months."""


@dataclass(frozen=True)
class Pool:
    """Usage that one narrow commitment can cover."""

    provider: str
    service: str
    family: str
    region: str
    unit: str

    @property
    def name(self) -> str:
        """What a person calls it."""
        return f"{self.family or self.service} {self.region}"

    @property
    def match(self) -> dict[str, str]:
        """What a commitment to it is narrowed to."""
        return {"family": self.family, "region": self.region}


@dataclass(frozen=True)
class PoolSize:
    """What a pool alone would be committed to, in money an hour."""

    pool: Pool
    mean_demand: float
    long_option: str
    long: float
    short_option: str
    short: float
    share_covered: float
    """Of its on-demand money."""


@dataclass(frozen=True)
class Purchase:
    """One commitment to buy, at committed prices an hour; `start_months` after today for a later tranche."""

    option: str
    scope: str
    hourly: float
    start_months: float


@dataclass(frozen=True)
class Sizing:
    """What to buy; money in the usage's currency."""

    pools: tuple[PoolSize, ...]
    narrow_option: str
    broad_option: str
    purchases: tuple[Purchase, ...]
    plan: Plan
    replayed: Summary
    """The history with these commitments, replayed."""
    notes: tuple[str, ...]


def effective_price(option: Option, discount: float, fall: float) -> float:
    """Return what an on-demand dollar costs under an option, against on-demand prices as they fall over its term."""
    years = option.months / 12
    mean = 1.0 if fall == 0 else ((1 - fall) ** years - 1) / (years * np.log(1 - fall))
    return float(option.load * (1 - discount) / mean)


def size(usage: Usage, menu: Menu) -> Sizing:
    """Return how much to commit to.

    Raises
    ------
    RackmathError
        The menu is in another currency, or nothing in it covers any of the usage.
    """
    if menu.currency != usage.currency:
        raise RackmathError(f"the menu is in {menu.currency} and the usage in {usage.currency}; convert one of them")
    pools, members = _pools(usage)
    demand = np.array([usage.rates[rows] @ usage.quantity[rows] for rows in members])
    discounts = {option.id: _discounts(usage, members, option) for option in (*menu.narrow, *menu.broad)}
    if all(np.isnan(each).all() for each in discounts.values()):
        raise RackmathError("nothing in the menu covers any of this usage; look at kinds, regions and families")
    alone = tuple(
        _alone(pool, demand[place], menu, {ident: float(each[place]) for ident, each in discounts.items()})
        for place, pool in enumerate(pools)
    )
    narrow, broad, plan = _together(demand, menu, discounts)
    bought = _commitments(usage, pools, plan, narrow, broad, discounts)
    notes = [f"the plan is within {plan.gap:.3%} of the cheapest that these two options allow ({plan.rounds} rounds)"]
    if usage.hours < STEADY_HOURS:
        notes.append(f"{usage.hours} hours are less than three months: too short a history to commit to a year on")
    return Sizing(
        pools=alone,
        narrow_option=narrow.id if narrow else "",
        broad_option=broad.id if broad else "",
        purchases=_laid_out(bought, menu, narrow, broad),
        plan=plan,
        replayed=summarise(replay(usage, bought)),
        notes=tuple(notes),
    )


def _pools(usage: Usage) -> tuple[list[Pool], list[list[int]]]:
    found: dict[Pool, list[int]] = {}
    for index, sku in enumerate(usage.skus):
        pool = Pool(sku.provider, sku.service, sku.family, sku.region, sku.unit)
        found.setdefault(pool, []).append(index)
    return list(found), list(found.values())


def _discounts(usage: Usage, members: list[list[int]], option: Option) -> Floats:
    """Return an option's discount on each pool's usage, or NaN where it does not cover the pool.

    SKUs of one pool may have different discounts; they count by their on-demand money.
    """
    found = np.full(len(members), np.nan)
    cost = usage.quantity.sum(axis=1) * usage.rates
    for place, rows in enumerate(members):
        sku = usage.skus[rows[0]]
        if sku.provider != PROVIDER[option.kind]:
            continue
        if option.kind is Kind.EC2_INSTANCE_SP and (sku.service != "ec2" or sku.unit != INSTANCE_HOUR):
            continue
        weights = cost if cost[rows].sum() > 0 else usage.rates  # a pool that was not used has prices all the same
        paid = total = 0.0
        for row in rows:
            each = usage.skus[row]
            rate = next((rate for rate in option.rates if rate.fits(each)), None)
            if rate and each.on_demand_rate > 0:
                total += weights[row]
                paid += weights[row] * min(rate.price(each) / each.on_demand_rate, 1.0)
        if total > 0:
            found[place] = 1 - paid / total
    return found


def _alone(pool: Pool, demand: Floats, menu: Menu, discounts: dict[str, float]) -> PoolSize:
    """Return a pool's ladder: its best option of the longest term, and of the shortest on top."""
    options = [each for each in (*menu.narrow, *menu.broad) if not np.isnan(discounts[each.id])]
    net = {each.id: 1 - each.load * (1 - discounts[each.id]) for each in options}
    months = sorted({each.months for each in options})
    terms = [max((each for each in options if each.months == term), key=lambda each: net[each.id]) for term in months]
    long = terms[-1] if len(terms) > 1 else None
    short = terms[0] if terms else None
    periods = max(round(long.months / short.months), 1) if long and short else 1
    years = (short.months if short else 12) / 12
    base, top = ladder(
        demand,
        net[short.id] if short else None,
        net[long.id] if long else None,
        periods,
        growth=(1 + menu.demand_growth) ** years - 1,
        fall=1 - (1 - menu.price_fall) ** years,
    )
    covered = float(np.minimum(demand, base + top).sum())
    return PoolSize(
        pool,
        float(demand.mean()),
        long.id if long else "",
        base * (1 - discounts[long.id]) if long else 0.0,
        short.id if short else "",
        top * (1 - discounts[short.id]) if short else 0.0,
        covered / float(demand.sum()) if demand.sum() > 0 else 0.0,
    )


def _together(demand: Floats, menu: Menu, discounts: dict[str, Floats]) -> tuple[Option | None, Option | None, Plan]:
    """Return the pair of options, and its plan, that costs least."""
    tried: list[tuple[Option | None, Option | None, Plan]] = []
    for narrow, broad in product(menu.narrow or (None,), menu.broad or (None,)):
        prices = [_prices(option, discounts, menu.price_fall, len(demand)) for option in (narrow, broad)]
        (narrowed, narrow_load), (broadened, broad_load) = prices
        problem = Problem(demand, narrowed, broadened, narrow_load, broad_load)
        start = [
            quantile_rule(row, 1 - price * problem.narrow_load) if np.isfinite(price) else 0.0
            for row, price in zip(demand, problem.narrow, strict=True)
        ]
        beat = min((plan.cost for *_, plan in tried), default=np.inf)
        tried.append((narrow, broad, best_plan(problem, np.array([*start, 0.0]), beat=beat)))
    return min(tried, key=lambda each: each[2].cost)


def _prices(option: Option | None, discounts: dict[str, Floats], fall: float, pools: int) -> tuple[Floats, float]:
    """Return the committed price of an on-demand dollar of each pool, and what it costs beyond that."""
    if option is None:
        return np.full(pools, np.inf), 1.0
    off = discounts[option.id]
    return np.where(np.isnan(off), np.inf, 1 - np.nan_to_num(off)), effective_price(option, 0.0, fall)


def _commitments(
    usage: Usage,
    pools: list[Pool],
    plan: Plan,
    narrow: Option | None,
    broad: Option | None,
    discounts: dict[str, Floats],
) -> list[Commitment]:
    """Return the plan as commitments over the hours of the history."""
    start, end = usage.first, usage.first + usage.hours
    account = usage.skus[0].account
    found = []
    for place, pool in enumerate(pools):
        if narrow and plan.narrow[place] > 0:
            hourly = plan.narrow[place] * (1 - discounts[narrow.id][place])
            found.append(narrow.commitment(f"{narrow.id} {pool.name}", account, start, end, float(hourly), pool.match))
    if broad and plan.broad > 0:
        found.append(broad.commitment(broad.id, account, start, end, plan.broad, {}))
    return found


def _laid_out(
    bought: list[Commitment], menu: Menu, narrow: Option | None, broad: Option | None
) -> tuple[Purchase, ...]:
    """Return the purchases in tranches: equal steps, spread over the term, so that they do not all expire at once."""
    found = []
    for own in bought:
        option = next(each for each in (narrow, broad) if each and each.kind is own.kind)
        scope = f"{own.match['family']} {own.match['region']}" if own.match else "everything left"
        for step in range(menu.tranches):
            months = option.months * step / menu.tranches
            found.append(Purchase(option.id, scope, own.capacity / menu.tranches, months))
    return tuple(found)
