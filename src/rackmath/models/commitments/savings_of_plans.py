"""What several commitments together save in a month, by sums of dollars and not by means of ratios."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Param, Real, Result, Series, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.units import number


@model(
    "commitments.savings_of_plans",
    method="A09.3",
    title="Savings of several commitments",
    question="What do all commitments together save in a month, and how much of them is wasted?",
    unit="USD/month",
    sources=("https://www.doit.com/blog/aws-ec2-pricing", "https://effectivesavingsrate.com"),
    infinite="the savings rate is minus infinity where commitments are paid and nothing at all is used",
)
def savings_of_plans(
    *,
    committed_costs: Annotated[
        Real,
        Series(
            "USD/month",
            axis="plan",
            assumption="36000 14600 USD/month",
            because="two plans to try the model with; enter the amortised cost of each of yours",
            minimum=0,
            maximum=1e12,
            help="what each commitment costs in the month, upfront payments spread, used or not",
        ),
    ],
    used_shares: Annotated[
        Real,
        Series(
            "",
            axis="plan",
            assumption="0.95 0.7",
            because="an example to try the model with",
            minimum=0,
            maximum=1,
            help="share of each commitment that is used (its utilisation)",
        ),
    ],
    covered_costs: Annotated[
        Real,
        Series(
            "USD/month",
            axis="plan",
            assumption="57000 15000 USD/month",
            because="an example to try the model with",
            minimum=0,
            maximum=1e12,
            help="what the usage that each commitment covered would have cost on demand, priced by item",
        ),
    ],
    uncovered_cost: Annotated[
        Real,
        Param(
            "USD/month",
            assumption="28000 USD/month",
            because="an example to try the model with",
            minimum=0,
            maximum=1e12,
            help="list price of the usage that a commitment could cover and none does",
        ),
    ],
    negotiated_discount: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="no private price is assumed",
            minimum=0,
            maximum=0.99,
            help="what an agreement takes off the list price of usage on demand",
        ),
    ],
) -> Result:
    r"""Subtract what is paid from what the same usage would have cost on demand.

    .. math:: S = \sum_k (E_k - x_k C_k) - \sum_k (1-x_k) C_k + n\,O, \qquad
       \mathrm{ESR} = \frac{S}{\sum_k E_k + O} = v\Bigl(1-\frac{1-d}{u}\Bigr) \text{ for } n = 0

    where :math:`C_k` is committed_costs, :math:`x_k` used_shares, :math:`E_k` covered_costs, :math:`O` uncovered_cost
    and :math:`n` negotiated_discount. Coverage :math:`v`, utilisation :math:`u` and discount :math:`d` are ratios of
    sums, so a small plan weighs little. ``rate_against_contract`` takes the negotiated price as the yardstick instead
    of the list price, and so leaves out what the agreement alone saves.

    Limits: one plan gives ``commitments.effective_savings_rate``; no usage and no commitment save nothing, at a rate of
    0; commitments with no usage at all lose everything, at a rate of minus infinity.
    Not included: credits and refunds, which are not savings; usage that no commitment could cover.
    Source: https://effectivesavingsrate.com

    >>> month = savings_of_plans(committed_costs=[60.0], used_shares=[0.8], covered_costs=[80.0], uncovered_cost=20.0,
    ...                          negotiated_discount=0)
    >>> round(float(month.total), 2), round(float(month.notes["effective_savings_rate"].value), 3)
    (20.0, 0.2)
    """
    committed, covered = _plans(committed_costs, "USD/month"), _plans(covered_costs, "USD/month")
    used_share, outside = _plans(used_shares, ""), np.asarray(number(uncovered_cost, "USD/month"), dtype=np.float64)
    if len({committed.shape[-1], covered.shape[-1], used_share.shape[-1]}) > 1:
        raise RackmathError("committed_costs, used_shares and covered_costs: give one number of each for a plan")
    used = (committed * used_share).sum(axis=-1)
    unused = (committed * (1.0 - used_share)).sum(axis=-1)
    inside = covered.sum(axis=-1)
    negotiated = number(negotiated_discount, "")
    listed, paid = inside + outside, used + unused + outside * (1.0 - negotiated)
    contract = listed * (1.0 - negotiated)
    warnings = []
    if some((listed == 0) & (used + unused > 0)):
        warnings.append("Nothing is used, so everything that is committed is lost.")
    elif some(paid > listed):
        warnings.append("These commitments cost more than paying on demand.")
    if some((used > 0) & (inside == 0)):
        warnings.append("A commitment is said to be used and covers nothing: check covered_costs.")

    def plain(value: Any) -> tuple[Any, str]:
        return tagged(value, "", uncovered_cost), ""

    def usd(value: Any) -> Any:
        return tagged(value, "USD/month", uncovered_cost)

    return Result(
        "USD/month",
        {
            "saved_on_what_is_covered": usd(inside - used),
            "lost_on_what_is_unused": usd(-unused),
            "negotiated": usd(outside * negotiated),
        },
        notes={
            "effective_savings_rate": plain(_rate(paid, listed)),
            "rate_against_contract": plain(_rate(paid, contract)),
            "coverage": plain(ratio(inside, listed, "")),
            "utilisation": plain(ratio(used, used + unused, "")),
            "discount_of_what_is_used": plain(np.where(inside > 0, 1.0 - ratio(used, inside, ""), 0.0)),
            "on_demand_equivalent": (usd(listed), "USD/month"),
            "paid": (usd(paid), "USD/month"),
        },
        warnings=warnings,
    )


def _plans(value: Any, unit: str) -> Any:
    return np.atleast_1d(np.asarray(number(value, unit), dtype=np.float64))


def _rate(paid: Any, base: Any) -> Any:
    """Return one less paid over its base: 0 where both are nothing, minus infinity where only the base is."""
    return np.where((base == 0) & (paid == 0), 0.0, 1.0 - ratio(paid, base, "", when_zero=np.inf))
