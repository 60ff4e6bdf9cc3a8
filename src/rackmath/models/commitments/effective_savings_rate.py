"""What commitments save of all that would have been paid on demand."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import some
from rackmath.models._terms import CommitmentDiscount, UsedShareOfCommittedHours
from rackmath.units import format_number, number

AVERAGE = 0.26  # what AWS compute saves on average, https://www.doit.com/blog/aws-ec2-pricing


@model(
    "commitments.effective_savings_rate",
    method="A09.3",
    title="Effective savings rate",
    question="What share of the on-demand bill do commitments save, unused ones included?",
    unit="",
    sources=(
        "https://www.doit.com/blog/aws-ec2-pricing",
        "https://www.prosperops.com/library/2025-aws-compute-rate-optimization-insights/",
    ),
    increasing_in=("commitment_discount", "used_share_of_committed_hours"),
)
def effective_savings_rate(
    *,
    covered_share_of_usage: Annotated[
        Real,
        Param(
            "",
            evidence="commitment/covered-share-of-usage",
            minimum=0,
            maximum=1,
            help="share of usage, counted in on-demand dollars, that commitments cover (coverage, not utilisation)",
        ),
    ],
    commitment_discount: CommitmentDiscount,
    used_share_of_committed_hours: UsedShareOfCommittedHours,
) -> Result:
    r"""Take what covered usage saves, less what is paid for commitments that nothing uses.

    .. math:: \mathrm{ESR} = v\,d - v\,(1-d)\Bigl(\frac{1}{u}-1\Bigr) = v\Bigl(1-\frac{1-d}{u}\Bigr)

    where :math:`v` is covered_share_of_usage, :math:`d` commitment_discount and :math:`u`
    used_share_of_committed_hours. Coverage says how much of the usage is discounted, utilisation how much of the
    commitment is used; either can be near 1 while nothing is saved. Coverage counts on-demand dollars: counted in
    committed dollars it comes out too small.

    Limits: nothing covered saves nothing; u = 1 - d saves nothing at any coverage, and below it commitments lose.
    Not included: credits, refunds, spot; several commitments at different discounts (``commitments.savings_of_plans``).
    Source: https://www.doit.com/blog/aws-ec2-pricing

    >>> rate = effective_savings_rate(covered_share_of_usage=0.5, commitment_discount=0.4,
    ...                               used_share_of_committed_hours=0.8)
    >>> round(float(rate.total), 3)
    0.125
    """
    covered, used = covered_share_of_usage, used_share_of_committed_hours
    committed = 1 - commitment_discount
    saved, lost = covered * commitment_discount, covered * committed * (1 / used - 1)
    rate = number(saved - lost, "")
    warnings = []
    if some(rate < 0):
        warnings.append("These commitments cost more than paying on demand: less than 1 - discount of them is used.")
    elif some(rate > 0) and not some(rate >= AVERAGE):
        warnings.append(f"Below the {format_number(100 * AVERAGE)} % that users of one large cloud save on average.")
    return Result(
        "",
        {"saved_on_what_is_covered": saved, "lost_on_what_is_unused": -lost},
        notes={
            "break_even_used_share": (committed, ""),
            "paid_share_of_on_demand": (1 - saved + lost, ""),
            "wasted_share_of_on_demand": (lost, ""),
            "rate_if_all_were_used": (saved, ""),
            "rate_if_all_were_covered": (1 - committed / used, ""),
        },
        warnings=warnings,
    )
