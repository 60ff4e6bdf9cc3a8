"""What a volume discount takes off reservations that are bought one after another."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Param, Real, Result, Series, model
from rackmath.models._numbers import ratio, tagged
from rackmath.models._terms import CommitmentTerm, HoursPerYear
from rackmath.models.commitments._tiers import graduated, in_order, reached
from rackmath.units import number

TierRule = Annotated[
    str,
    Choice(
        "later-purchases",
        "portion-above",
        "all-units",
        assumption="later-purchases",
        because="the vendor's page speaks of later purchases; other contracts discount a portion, or everything",
        help=(
            "whether a purchase gets the discount of the list value active before it (later-purchases), each dollar "
            "that of its own tier (portion-above), or all purchases that of the sum in the end (all-units)"
        ),
    ),
]


@model(
    "commitments.volume_discount",
    method="A09.5",
    title="Volume discount on reservations",
    question="What do reservations cost when a volume discount begins above a list value?",
    unit="USD",
    sources=(
        "https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/concepts-reserved-instances-application.html",
    ),
    decreasing_in=("agreement_discount",),
)
def volume_discount(
    *,
    active_list_value: Annotated[
        Real,
        Param(
            "USD",
            assumption="0 USD",
            because="no reservation is assumed to be active yet",
            minimum=0,
            maximum=1e12,
            help="list value, over their whole terms, of the reservations already active in this region",
        ),
    ],
    upfront_payments: Annotated[
        Real,
        Series(
            "USD",
            axis="purchase",
            assumption="400000 400000 400000 USD",
            because="three equal purchases to try the model with; enter yours in the order they are bought",
            minimum=0,
            maximum=1e12,
            help="what each purchase costs upfront before any discount, in the order they are bought",
        ),
    ],
    hourly_prices: Annotated[
        Real,
        Series(
            "USD/hour",
            axis="purchase",
            assumption="0 0 0 USD/hour",
            because="all of the example is paid upfront",
            minimum=0,
            maximum=1e8,
            help="what each purchase costs for every hour of the term before any discount",
        ),
    ],
    eligible_shares: Annotated[
        Real,
        Series(
            "",
            axis="purchase",
            assumption="1 1 1",
            because="all of the example counts",
            minimum=0,
            maximum=1,
            help=(
                "share of each purchase that counts and is discounted: 0 for another region, and for what the vendor "
                "leaves out (Windows with SQL Server)"
            ),
        ),
    ],
    term: CommitmentTerm,
    hours_per_year: HoursPerYear,
    tier_starts: Annotated[
        Real,
        Series(
            "USD",
            axis="tier",
            evidence="aws-reserved-instances/volume-tier-starts",
            minimum=0,
            maximum=1e12,
            help="list value above which, not at which, each discount begins",
        ),
    ],
    tier_discounts: Annotated[
        Real,
        Series(
            "",
            axis="tier",
            evidence="aws-reserved-instances/volume-tier-discounts",
            minimum=0,
            maximum=1,
            help="discount of each tier, in the order of the starts",
        ),
    ],
    tier_rule: TierRule,
    agreement_discount: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="no private agreement is assumed; it is a contract of its own and not a tier",
            minimum=0,
            maximum=1,
            help="discount of a private agreement (EDP), taken off what the volume discount leaves",
        ),
    ],
) -> Result:
    r"""Add up purchases at list value, less the volume discount and what a private agreement takes off the rest.

    .. math:: C = (1-a)\sum_k L_k - (1-a)\sum_k e_k L_k\,\delta_k, \quad L_k = U_k + p_k H, \quad
       \delta_k = d\Bigl(A + \sum_{j<k} e_j L_j\Bigr)

    where :math:`U_k` is upfront_payments, :math:`p_k` hourly_prices, :math:`H` the hours of the term, :math:`e_k`
    eligible_shares, :math:`A` active_list_value, :math:`a` agreement_discount and :math:`d(V)` the discount of the
    highest tier that starts strictly below :math:`V`. That is the rule ``later-purchases``: the purchase that crosses a
    threshold is not discounted, the next one is. Under ``portion-above`` each dollar has the discount of its own tier;
    under ``all-units`` every purchase listed here that of the sum of all, what is active already left as it was paid.

    Limits: below the first tier it is the list value; exactly at a threshold the discount has not begun.
    Not included: price cuts made later (the discount does not follow them), other regions, convertible reservations.
    Source: https://aws.amazon.com/ec2/pricing/reserved-instances/pricing/

    >>> bought = volume_discount(
    ...     active_list_value=0, upfront_payments=[500_000, 100_000, 100_000], hourly_prices=[0, 0, 0],
    ...     eligible_shares=[1, 1, 1], term=1, hours_per_year=8760, tier_starts=[500_000], tier_discounts=[0.05],
    ...     tier_rule="later-purchases", agreement_discount=0)
    >>> float(bought.total)
    695000.0
    """
    upfront, hourly = _floats(upfront_payments, "USD"), _floats(hourly_prices, "USD/hour")
    eligible = _floats(eligible_shares, "")
    if len({upfront.shape[-1], hourly.shape[-1], eligible.shape[-1]}) > 1:
        raise RackmathError("upfront_payments, hourly_prices and eligible_shares: give as many numbers of each")
    starts, discounts = _floats(tier_starts, "USD"), _floats(tier_discounts, "")
    if starts.shape[-1] != discounts.shape[-1]:
        raise RackmathError("tier_discounts: give as many discounts as there are tier_starts")
    starts, discounts = (each[..., None, :] for each in in_order(starts, discounts))
    hours = np.asarray(number(term, "year") * number(hours_per_year, "hour/year"))[..., None]
    listed = upfront + hourly * hours
    counted = listed * eligible
    active = np.asarray(number(active_list_value, "USD"), dtype=np.float64)[..., None]
    after = active + np.cumsum(counted, axis=-1)
    before = np.concatenate([np.broadcast_to(active, (*after.shape[:-1], 1)), after[..., :-1]], axis=-1)
    if tier_rule == "portion-above":
        off = graduated(after, starts, discounts) - graduated(before, starts, discounts)
    elif tier_rule == "all-units":
        off = counted * reached(after[..., -1:], starts, discounts)
    else:
        off = counted * reached(before, starts, discounts)
    whole, taken = listed.sum(axis=-1), off.sum(axis=-1)
    agreed = (whole - taken) * number(agreement_discount, "")
    end = after[..., -1]
    further = np.where(starts[..., 0, :] >= end[..., None], starts[..., 0, :], np.inf).min(axis=-1)
    top = np.isinf(further)

    def usd(value: Any) -> Any:
        return tagged(value, "USD", active_list_value)

    return Result(
        "USD",
        {"list_value": usd(whole), "volume_discount": usd(-taken), "agreement_discount": usd(-agreed)},
        notes={
            "effective_discount": (tagged(ratio(taken + agreed, whole, ""), "", active_list_value), ""),
            "list_value_that_counts": (usd(end), "USD"),
            "missing_to_the_next_tier": (usd(np.where(top, 0.0, np.where(top, 0.0, further) - end)), "USD"),
            "volume_discount_of_the_last_purchase": (usd(off[..., -1]), "USD"),
        },
        warnings=(
            ["A purchase list that crosses a tier is worth splitting: buy first what takes the list value across it."]
            if tier_rule == "later-purchases" and bool(np.any(_crosses(before, after, starts, discounts)))
            else []
        ),
    )


def _floats(value: Any, unit: str) -> Any:
    return np.atleast_1d(np.asarray(number(value, unit), dtype=np.float64))


def _crosses(before: Any, after: Any, starts: Any, discounts: Any) -> Any:
    """Say which purchases begin at or below the start of a tier that has a discount, and end above it."""
    return ((before[..., None] <= starts) & (after[..., None] > starts) & (discounts > 0)).any(axis=-1)
