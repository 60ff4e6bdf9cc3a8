"""How much of a commitment must be used before it pays."""

from __future__ import annotations

import numpy as np

from rackmath.kernel import Result, model
from rackmath.models._numbers import some
from rackmath.models._terms import (
    CommitmentDiscount,
    CommitmentTerm,
    HoursPerYear,
    OnDemandHourPrice,
    UsedShareOfCommittedHours,
)
from rackmath.units import convert, format_number, number


@model(
    "commitments.commitment_break_even",
    method="A09.2",
    title="Break-even of a commitment",
    question="What does a used hour cost under a commitment, and how much must be used before it pays?",
    unit="USD/hour",
    sources=(
        "https://aws.amazon.com/compare/the-difference-between-on-demand-instances-and-reserved-instances/",
        "https://www.doit.com/blog/aws-ec2-pricing",
    ),
    increasing_in=("on_demand_price",),
    decreasing_in=("commitment_discount", "used_share_of_committed_hours"),
)
def commitment_break_even(
    *,
    on_demand_price: OnDemandHourPrice,
    commitment_discount: CommitmentDiscount,
    used_share_of_committed_hours: UsedShareOfCommittedHours,
    term: CommitmentTerm,
    hours_per_year: HoursPerYear,
) -> Result:
    r"""Divide what is paid for all committed hours by the hours that are used.

    .. math:: c = \frac{p\,(1-d)}{u}, \qquad u^* = 1-d, \qquad \text{months}^* = 12\,T\,(1-d)

    where :math:`p` is on_demand_price, :math:`d` commitment_discount, :math:`u` used_share_of_committed_hours and
    :math:`T` term. Below :math:`u^*` on demand is cheaper, and the effective discount :math:`1-(1-d)/u` is negative.
    Coverage is another ratio, the part of one's usage that commitments cover; the note ``price_if_share_is_coverage``
    tells what the same number would mean as one, since the two are often confused.

    Limits: u → 1 is the committed price; u = 1 - d is the on-demand price; d → 1 makes any use pay.
    Not included: interest on what is paid upfront (``commitments.commitment_rate``), resale of the commitment, charges
    that both ways of paying have in common.
    Source: https://aws.amazon.com/compare/the-difference-between-on-demand-instances-and-reserved-instances/

    >>> hour = commitment_break_even(on_demand_price=0.192, commitment_discount=1 - 0.121 / 0.192,
    ...                              used_share_of_committed_hours=0.5, term=1, hours_per_year=8760)
    >>> round(hour.total, 3), round(hour.notes["price_if_share_is_coverage"].value, 4)
    (0.242, 0.1565)
    """
    committed = on_demand_price * (1 - commitment_discount)
    used = used_share_of_committed_hours
    unused = committed * (1 / used - 1)
    hours = convert(term * hours_per_year, "year*hour/year", "hour")
    break_even = 1 - commitment_discount
    warnings = []
    if some(number(used, "") < number(break_even, "")):
        warnings.append(
            "On demand would be cheaper: the commitment pays only where more than "
            f"{format_number(100 * float(np.max(number(break_even, ''))))} % of its hours are used."
        )
    return Result(
        "USD/hour",
        {"committed_price": committed, "unused_hours": unused},
        notes={
            "break_even_used_share": (break_even, ""),
            "break_even_time": (convert(term * break_even, "year", "month"), "month"),
            "break_even_hours": (hours * break_even, "hour"),
            "effective_discount": (1 - break_even / used, ""),
            "saving_over_the_term": (hours * (on_demand_price * used - committed), "USD"),
            "price_if_share_is_coverage": (used * committed + (1 - used) * on_demand_price, "USD/hour"),
        },
        warnings=warnings,
    )
