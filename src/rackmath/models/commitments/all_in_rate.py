"""What an hour really costs once everything around compute is counted."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some
from rackmath.models._terms import CommitmentDiscount, CommitmentTerm, GpuHourPrice, LoadedHoursShare
from rackmath.units import convert, number


@model(
    "commitments.all_in_rate",
    method="A09.7",
    title="All-in effective rate",
    question="What does a delivered GPU hour cost with all that a discount never touches?",
    unit="USD/GPU_hour",
    sources=(
        "https://www.doit.com/blog/aws-ec2-pricing",
        "https://redresscompliance.com/aws-rds-reserved-instances-database-optimisation.html",
    ),
    increasing_in=("gpu_hour_price", "ancillary_share_of_bill", "extra_cost_of_committing"),
    decreasing_in=("commitment_discount", "ancillary_discount", "loaded_hours_share"),
)
def all_in_rate(
    *,
    gpu_hour_price: GpuHourPrice,
    commitment_discount: CommitmentDiscount,
    ancillary_share_of_bill: Annotated[
        Real,
        Param(
            "",
            evidence="cloud-bill/undiscounted-share",
            minimum=0,
            maximum=0.95,
            help="share of the bill at list prices that is not compute: transfer, disks, addresses, support",
        ),
    ],
    ancillary_discount: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="commitments do not touch what surrounds compute",
            minimum=0,
            maximum=1,
            help="what is negotiated off the ancillary part",
        ),
    ],
    extra_cost_of_committing: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="ancillary cost is mostly the same however compute is paid for; enter what the choice itself adds",
            minimum=0,
            maximum=10,
            help="cost that arises only because of the commitment (such as transfer from a region one would not use), "
            "as a share of compute at list price",
        ),
    ],
    loaded_hours_share: LoadedHoursShare,
    term: CommitmentTerm,
) -> Result:
    r"""Add compute after its discount, what surrounds it and what the choice adds, for each hour that delivers.

    .. math:: c = \frac{1}{u}\Bigl(p\,(1-d) + p\,\frac{s}{1-s}\,(1-d_a) + p\,x\Bigr), \qquad
       \text{saving of the bill} = (d - x)(1-s) + d_a s

    where :math:`p` is gpu_hour_price, :math:`d` commitment_discount, :math:`s` ancillary_share_of_bill, :math:`d_a`
    ancillary_discount, :math:`x` extra_cost_of_committing and :math:`u` loaded_hours_share. Ancillary cost that is the
    same either way dilutes the saving and leaves the break-even at :math:`T(1-d)`; only :math:`x` moves it, to
    :math:`T(1-d+x)`.

    Limits: without ancillary and extra cost it is the committed price over the hours that deliver; x = d saves nothing.
    Not included: which items the ancillary part consists of (``commitments.egress_bill``).
    Source: https://redresscompliance.com/aws-rds-reserved-instances-database-optimisation.html

    >>> hour = all_in_rate(gpu_hour_price=1, commitment_discount=0.4, ancillary_share_of_bill=0.5, ancillary_discount=0,
    ...                    extra_cost_of_committing=0, loaded_hours_share=1, term=1)
    >>> round(float(hour.total), 2), round(float(hour.notes["saving_of_the_bill"].value), 2)
    (1.6, 0.2)
    """
    around = gpu_hour_price * ancillary_share_of_bill / (1 - ancillary_share_of_bill)
    compute = gpu_hour_price * (1 - commitment_discount)
    ancillary = around * (1 - ancillary_discount)
    extra = gpu_hour_price * extra_cost_of_committing
    paid, listed = compute + ancillary + extra, gpu_hour_price + around
    break_even = 1 - commitment_discount
    moved = break_even + extra_cost_of_committing
    warnings = []
    if some(number(moved, "") >= 1):
        warnings.append("The commitment adds as much cost as it saves: it never pays, however long it runs.")
    return Result(
        "USD/GPU_hour",
        {
            "compute": compute,
            "ancillary": ancillary,
            "extra_cost_of_committing": extra,
            "hours_that_deliver_nothing": paid * (1 / loaded_hours_share - 1),
        },
        notes={
            "saving_of_the_bill": (1 - ratio(paid, listed, "USD/GPU_hour", when_zero=1.0), ""),
            "ancillary_share_after_discount": (ratio(ancillary + extra, paid, "USD/GPU_hour"), ""),
            "bill_at_list_price": (listed, "USD/GPU_hour"),
            "break_even_time_of_the_discount": (convert(term * break_even, "year", "month"), "month"),
            "break_even_time_with_extra_cost": (convert(term * moved, "year", "month"), "month"),
        },
        warnings=warnings,
    )
