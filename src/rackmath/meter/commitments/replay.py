"""Apply commitments to usage hour by hour, in the order in which a provider does.

Each kind is a phase. Within a phase the owner's usage comes before that of accounts which share in it, and within these
the pairs of commitment and SKU stand in the order of `Commitment.rank`. A pair takes what is left of the SKU's usage
and of the commitment's hour, whichever is less. No pair looks at another hour, so a pair is done for all hours at once,
with the same result as walking through the hours one by one.

What an hour leaves of a commitment is lost. A prepaid spend is the exception: it is drawn hour after hour until it is
used up, and what is left at the end of its term is lost then.
Source of the order: https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.meter.commitments.clock import moment_of, months_later, to_hour
from rackmath.meter.commitments.commitment import Commitment, Kind, Rank
from rackmath.meter.commitments.tiers import SUSTAINED_FAMILIES, SUSTAINED_USE, sustained_share
from rackmath.meter.commitments.usage import Usage

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draw:
    """What one commitment covered of one SKU: units in each hour from `offset` on."""

    commitment: int
    sku: int
    weight: float
    offset: int
    taken: Floats


@dataclass
class Line:
    """One commitment's year: what it could cover and what it did, in its own measure and in money."""

    commitment: Commitment
    capacity: Floats
    drawn: Floats
    covered_list: float = 0.0
    """On-demand price of what it covered."""
    covered_contracted: float = 0.0

    @property
    def price(self) -> float:
        """What a unit of its capacity costs, amortised."""
        own = self.commitment
        return own.total / own.capacity if own.by_term else own.amortised_hourly / own.hourly_capacity

    @property
    def used_cost(self) -> Floats:
        """Amortised cost of what was drawn, in each hour."""
        return self.drawn * self.price

    @property
    def unused(self) -> Floats:
        """Capacity that was lost in each hour, in its measure."""
        return np.maximum(self.capacity - self.drawn, 0.0)

    @property
    def unused_cost(self) -> Floats:
        """Amortised cost of what was lost, in each hour."""
        return self.unused * self.price


@dataclass
class Replay:
    """What the commitments did to the usage."""

    usage: Usage
    lines: list[Line]
    rest: Floats
    """Units left on demand, of shape (SKUs, hours)."""
    sustained: Floats
    """What sustained-use discounts take off the rest, of shape (SKUs, hours); empty where there is none."""
    effective: Floats
    """Amortised cost of what commitments covered of each SKU."""
    draws: list[Draw] = field(default_factory=list)

    @property
    def covered(self) -> Floats:
        """Units that commitments covered, of shape (SKUs, hours)."""
        return self.usage.quantity - self.rest

    @property
    def on_demand_cost(self) -> Floats:
        """What the rest costs in each hour, at contracted rates and after sustained-use discounts."""
        cost = self.usage.contracted_rates @ self.rest
        return cost - self.sustained.sum(axis=0) if self.sustained.size else cost


def replay(usage: Usage, commitments: Sequence[Commitment], *, keep_draws: bool = False) -> Replay:
    """Apply `commitments` to `usage`.

    Parameters
    ----------
    keep_draws
        Keep who covered what in which hour, which FOCUS rows need; it takes memory for every pair.

    Raises
    ------
    RackmathError
        Two commitments have one id, or a flexible reservation meets a size that has no factor.
    """
    for name, count in Counter(each.id for each in commitments).items():
        if count > 1:
            raise RackmathError(f"commitment {name!r} is there twice; give each purchase an id of its own")
    lines = [_line(each, usage) for each in commitments]
    result = Replay(usage, lines, usage.quantity.copy(), np.empty((0, 0)), np.zeros(len(usage.skus)))
    for kind in Kind:
        places = [place for place, each in enumerate(commitments) if each.kind is kind]
        pooled = [[place] for place in places] if kind is Kind.PREPAID_SPEND else [places]
        for together in pooled:  # a prepaid spend is drawn when the one before it is used up
            _phase(result, together, keep_draws)
    _sustained_use(result)
    return result


def _span(commitment: Commitment, usage: Usage) -> slice:
    """Return the part of the usage's hours in which a commitment is active."""
    first, last = (min(max(hour - usage.first, 0), usage.hours) for hour in (commitment.start, commitment.end))
    return slice(first, max(first, last))


def _line(commitment: Commitment, usage: Usage) -> Line:
    capacity = np.zeros(usage.hours)
    if not commitment.by_term:
        capacity[_span(commitment, usage)] = commitment.hourly_capacity
    return Line(commitment, capacity, np.zeros(usage.hours))


def _phase(result: Replay, places: Sequence[int], keep_draws: bool) -> None:
    """Apply commitments that are pooled: to their owners' usage, then to what is shared."""
    pairs: list[tuple[Rank, int, int, float]] = []
    for place in places:
        commitment = result.lines[place].commitment
        for index, sku in enumerate(result.usage.skus):
            weight = commitment.weight(sku)
            if weight is not None:
                pairs.append((commitment.rank(sku, weight), place, index, weight))
    if not pairs:
        return
    pairs.sort()
    rooms = {place: _room(result, place, pairs) for place in sorted({pair[1] for pair in pairs})}
    for owned in (True, False):
        for _, place, index, weight in pairs:
            line = result.lines[place]
            if (result.usage.skus[index].account == line.commitment.account) is owned:
                _take(result, line, rooms[place], (place, index, weight), keep_draws)
    for place in rooms:
        line = result.lines[place]
        if line.commitment.by_term:
            line.capacity[:] = line.drawn
            _lose_the_rest(line, result.usage)


def _room(result: Replay, place: int, pairs: list[tuple[Rank, int, int, float]]) -> Floats:
    """Return what a commitment can cover in each hour."""
    line = result.lines[place]
    if not line.commitment.by_term:
        return line.capacity.copy()
    span = _span(line.commitment, result.usage)
    wanted = np.zeros(result.usage.hours)
    for _, each, index, weight in pairs:
        if each == place:
            wanted[span] += result.rest[index, span] * weight
    before = np.concatenate(([0.0], np.cumsum(wanted)[:-1]))
    return np.minimum(wanted, np.maximum(line.commitment.capacity - before, 0.0))


def _take(result: Replay, line: Line, room: Floats, pair: tuple[int, int, float], keep_draws: bool) -> None:
    """Cover one SKU's rest by one commitment's room; both end at exactly zero where they are used up."""
    place, index, weight = pair
    span = _span(line.commitment, result.usage)
    rest, left = result.rest[index, span], room[span]
    wanted = rest * weight
    drawn = np.minimum(wanted, left)
    if not drawn.any():
        return
    taken = np.where(wanted <= left, rest, drawn / weight)
    rest -= taken
    left -= drawn
    line.drawn[span] += drawn
    result.effective[index] += float(drawn.sum()) * line.price
    units, sku = float(taken.sum()), result.usage.skus[index]
    line.covered_list += units * sku.on_demand_rate
    line.covered_contracted += units * sku.contracted_rate
    if keep_draws:
        result.draws.append(Draw(place, index, weight, span.start, taken))


def _lose_the_rest(line: Line, usage: Usage) -> None:
    """Book what a prepaid spend leaves at the end of its term as lost in its last hour, where the table has it."""
    last = line.commitment.end - 1 - usage.first
    if 0 <= last < usage.hours and line.commitment.start >= usage.first:
        line.capacity[last] += max(line.commitment.capacity - float(line.drawn.sum()), 0.0)


def _sustained_use(result: Replay) -> None:
    """Take sustained-use discounts off what no commitment covers, for each account, region and machine series."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, sku in enumerate(result.usage.skus):
        if sku.provider == "gcp" and sku.family.lower() in SUSTAINED_FAMILIES:
            groups.setdefault((sku.account, sku.region, sku.family.lower(), sku.unit), []).append(index)
    if not groups:
        return
    usage = result.usage
    result.sustained = np.zeros_like(usage.quantity)
    for key, members in groups.items():
        tiers = SUSTAINED_USE[SUSTAINED_FAMILIES[key[2]]]
        for span, month_hours in _months(usage):
            rest = result.rest[members, span]
            share = sustained_share(rest.sum(axis=0), tiers, month_hours)
            result.sustained[members, span] = rest * usage.contracted_rates[members, None] * (1 - share)


def _months(usage: Usage) -> list[tuple[slice, int]]:
    """Return the part of the table that lies in each calendar month (UTC), and how many hours the month has."""
    start = to_hour(moment_of(usage.first).replace(day=1, hour=0))
    found = []
    while start < usage.first + usage.hours:
        end = months_later(start, 1)
        found.append((slice(max(start - usage.first, 0), min(end - usage.first, usage.hours)), end - start))
        start = end
    return found
