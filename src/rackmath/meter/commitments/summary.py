"""What a replay comes to: cash and amortised cost, coverage, utilisation, effective savings rate and waste.

Every ratio is a quotient of sums over the whole table, never a mean of hourly ratios. Where the denominator is zero
there is no answer, and it is None.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.meter.commitments.clock import months_later
from rackmath.meter.commitments.commitment import Commitment
from rackmath.meter.commitments.replay import Line, Replay
from rackmath.meter.commitments.usage import Usage

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CommitmentSummary:
    """One commitment over the table's hours; money in the table's currency, capacity in the commitment's measure."""

    id: str
    kind: str
    account: str
    measure: str
    active_hours: int
    committed: float
    used: float
    utilisation: float | None
    cash: float
    amortised: float
    waste: float
    covered_on_demand: float
    """What the covered usage would cost on demand."""
    saved: float
    """Covered usage on demand, less the amortised cost with what was wasted; negative where it loses."""


@dataclass(frozen=True)
class AccountSummary:
    """One account: what it pays on demand, its share of commitments, and what its own commitments lost."""

    account: str
    on_demand: float
    covered: float
    unused: float

    @property
    def amortised(self) -> float:
        """All of it."""
        return self.on_demand + self.covered + self.unused


@dataclass(frozen=True)
class Summary:
    """A replay in numbers; money in the table's currency."""

    hours: int
    list_cost: float
    """All usage at public on-demand rates."""
    contracted_cost: float
    """All usage at contracted on-demand rates."""
    on_demand: float
    """What was really paid on demand."""
    sustained_use_discount: float
    amortised: float
    cash: float
    waste: float
    coverage: float | None
    """On-demand price of what was covered over that of all usage."""
    esr_list: float | None
    esr_contract: float | None
    commitments: tuple[CommitmentSummary, ...]
    accounts: tuple[AccountSummary, ...]


def effective_savings_rate(paid: float, on_demand: float) -> float | None:
    """Return 1 - paid / on-demand price of the same usage; None where nothing was used."""
    return 1 - paid / on_demand if on_demand > 0 else None


def savings_identity(coverage: float, utilisation: float, discount: float) -> float:
    """Return the effective savings rate of one discount: cov·(1 - (1 - d)/util). It is zero where util = 1 - d.

    Raises
    ------
    RackmathError
        The utilisation is not positive.
    """
    if not utilisation > 0:
        raise RackmathError("the identity needs a utilisation above zero")
    return coverage * (1 - (1 - discount) / utilisation)


def break_even_share(committed: float, on_demand: float) -> float:
    """Return the share of the hours that must be used for a commitment to cost what on demand would.

    >>> round(break_even_share(0.074, 0.126), 4)
    0.5873
    """
    if not (on_demand > 0 and committed >= 0):
        raise RackmathError("a break-even needs an on-demand price above zero and a committed one that is not negative")
    return committed / on_demand


def break_even_hours(upfront: float, on_demand: float, hourly: float) -> float | None:
    """Return after how many used hours an upfront payment is earned back; None where a used hour saves nothing.

    >>> break_even_hours(1000, 0.5, 0.1)
    2500.0
    """
    return upfront / (on_demand - hourly) if on_demand > hourly else None


def payments(commitment: Commitment, usage: Usage) -> Floats:
    """Return what is paid for a commitment in each hour of the table, whether it is used or not.

    Upfront in the term's first hour; then each hour, or with ``billing: monthly`` equal instalments on the day of the
    month on which the term began.
    """
    cash = np.zeros(usage.hours)
    start, end = commitment.start - usage.first, commitment.end - usage.first
    if 0 <= start < usage.hours:
        cash[start] += commitment.upfront
    if commitment.billing == "hourly":
        cash[max(start, 0) : max(min(end, usage.hours), 0)] += commitment.hourly
        return cash
    days = instalments(commitment)
    for day in days:
        if 0 <= day - usage.first < usage.hours:
            cash[day - usage.first] += commitment.hourly * commitment.hours / len(days)
    return cash


def instalments(commitment: Commitment) -> list[int]:
    """Return the hours on which monthly instalments fall due."""
    days: list[int] = []
    while (day := months_later(commitment.start, len(days))) < commitment.end:
        days.append(day)
    return days


def summarise(result: Replay) -> Summary:
    """Reckon up a replay."""
    usage = result.usage
    rows = tuple(_commitment(line, usage) for line in result.lines)
    units = usage.quantity.sum(axis=1)
    list_cost, contracted = float(units @ usage.rates), float(units @ usage.contracted_rates)
    on_demand = float(result.on_demand_cost.sum())
    amortised = on_demand + sum(row.amortised for row in rows)
    covered = sum(row.covered_on_demand for row in rows)
    return Summary(
        hours=usage.hours,
        list_cost=list_cost,
        contracted_cost=contracted,
        on_demand=on_demand,
        sustained_use_discount=float(result.sustained.sum()),
        amortised=amortised,
        cash=on_demand + sum(row.cash for row in rows),
        waste=sum(row.waste for row in rows),
        coverage=covered / list_cost if list_cost > 0 else None,
        esr_list=effective_savings_rate(amortised, list_cost),
        esr_contract=effective_savings_rate(amortised, contracted),
        commitments=rows,
        accounts=_accounts(result),
    )


def _commitment(line: Line, usage: Usage) -> CommitmentSummary:
    own = line.commitment
    committed, used, waste = float(line.capacity.sum()), float(line.drawn.sum()), float(line.unused_cost.sum())
    amortised = float(line.used_cost.sum()) + waste
    return CommitmentSummary(
        id=own.id,
        kind=str(own.kind),
        account=own.account,
        measure=own.measure,
        active_hours=max(min(own.end, usage.first + usage.hours) - max(own.start, usage.first), 0),
        committed=committed,
        used=used,
        utilisation=used / committed if committed > 0 else None,
        cash=float(payments(own, usage).sum()),
        amortised=amortised,
        waste=waste,
        covered_on_demand=line.covered_list,
        saved=line.covered_contracted - amortised,
    )


def _accounts(result: Replay) -> tuple[AccountSummary, ...]:
    """Return each account's part; together they are the amortised total."""
    cost = result.usage.contracted_rates * result.rest.sum(axis=1)
    if result.sustained.size:
        cost -= result.sustained.sum(axis=1)
    found: dict[str, list[float]] = {}
    for index, sku in enumerate(result.usage.skus):
        own = found.setdefault(sku.account, [0.0, 0.0, 0.0])
        own[0] += float(cost[index])
        own[1] += float(result.effective[index])
    for line in result.lines:
        found.setdefault(line.commitment.account, [0.0, 0.0, 0.0])[2] += float(line.unused_cost.sum())
    return tuple(AccountSummary(account, *parts) for account, parts in sorted(found.items()))
