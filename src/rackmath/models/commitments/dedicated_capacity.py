"""What capacity costs that nobody shares, in one region or in several."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import GpuHourPrice, HoursPerMonth
from rackmath.units import convert, number


@model(
    "commitments.dedicated_capacity",
    method="A09.12",
    title="Dedicated and regional capacity",
    question="What does it cost to hold capacity for oneself, and in more than one region?",
    unit="USD/month",
    sources=(
        "https://siliconanalysts.com/tools/frontier",
        "https://pump.co/blog/aws-availability-zones-affect-pricing",
    ),
    infinite="a region does not have as many GPUs as are needed there",
    increasing_in=("gpu_hour_price", "gpus", "further_regions", "share_in_further_regions", "dedication_premium"),
)
def dedicated_capacity(
    *,
    gpu_hour_price: GpuHourPrice,
    gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="64 GPU",
            because="an example to try the model with",
            minimum=0,
            maximum=1e7,
            help="GPUs needed in the home region",
        ),
    ],
    hours_per_month: HoursPerMonth,
    further_regions: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="a second region is the least that survives the loss of one",
            minimum=0,
            maximum=100,
            help="regions besides the home region",
        ),
    ],
    share_in_further_regions: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="a full copy, which can take over everything",
            minimum=0,
            maximum=1,
            help="GPUs held in each further region, as a share of those in the home region",
        ),
    ],
    regional_price_ratio: Annotated[
        Real,
        Param(
            "",
            evidence="aws-ec2/regional-price-ratio",
            minimum=0.1,
            maximum=10,
            help="price in the further regions over the price in the home region",
        ),
    ],
    dedication_premium: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="whole GPU servers are not shared with anybody as it is; other instances cost more when dedicated",
            minimum=0,
            maximum=10,
            help="what hardware that nobody shares costs on top",
        ),
    ],
    regional_fee: Annotated[
        Real,
        Param(
            "USD/hour",
            assumption="0 USD/hour",
            because="no fee is assumed; some clouds charge one for each region with dedicated instances",
            minimum=0,
            maximum=1e4,
            help="fee for each hour and region in which anything dedicated runs",
        ),
    ],
    available_gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="10000000 GPU",
            because="no shortage is assumed; enter what the scarcest region can give you",
            minimum=0,
            maximum=1e7,
            help="GPUs that can be had in one region",
        ),
    ],
) -> Result:
    r"""Add the copies in further regions, at their prices, and what being alone on the hardware costs.

    .. math:: C = H\,p\,G\,(1 + n\,s\,\rho)(1 + \delta) + H\,\phi\,(1 + n)

    where :math:`p` is gpu_hour_price, :math:`G` gpus, :math:`H` hours_per_month, :math:`n` further_regions, :math:`s`
    share_in_further_regions, :math:`\rho` regional_price_ratio, :math:`\delta` dedication_premium and :math:`\phi`
    regional_fee. Copies earn no discount of their own: a second full region at the same price doubles the cost. Where a
    region cannot give the GPUs the plan does not exist, and its cost is infinite.

    Limits: no further region and no premium is the plain price; no GPUs cost nothing, not even the fee.
    Not included: traffic between regions (``commitments.egress_bill``), data kept twice, engineers.
    Source: https://siliconanalysts.com/tools/frontier

    >>> two = dedicated_capacity(
    ...     gpu_hour_price=4.2, gpus=100, hours_per_month=730, further_regions=1, share_in_further_regions=1,
    ...     regional_price_ratio=1, dedication_premium=0, regional_fee=0, available_gpus=1000)
    >>> round(float(two.total)), round(float(two.notes["multiple_of_the_plain_cost"].value), 2)
    (613200, 2.0)
    """
    home = convert(gpu_hour_price * gpus * hours_per_month, "USD/GPU_hour*GPU*hour/month", "USD/month")
    copies = home * further_regions * share_in_further_regions
    dearer = copies * (regional_price_ratio - 1)
    premium = (home + copies + dearer) * dedication_premium
    needed, there = number(gpus, "GPU"), number(available_gpus, "GPU")
    fee = convert(regional_fee * (1 + further_regions) * hours_per_month, "USD/hour*hour/month", "USD/month")
    fee = fee * tagged(np.where(np.asarray(needed) > 0, 1.0, 0.0), "", gpus)
    short = needed > there
    warnings = []
    if some(short):
        warnings.append("A region does not have as many GPUs as are needed there, so the plan cannot be bought.")

    def gpus_of(value: Any) -> tuple[Any, str]:
        return tagged(value, "GPU", gpus), "GPU"

    total = home + copies + dearer + premium + fee
    return Result(
        "USD/month",
        {
            "home_region": home,
            "copies_at_the_home_price": copies,
            "regional_price_difference": dearer,
            "dedication_premium": premium,
            "regional_fees": fee,
            "not_to_be_had": tagged(np.where(short, np.inf, 0.0), "USD/month", gpus),
        },
        notes={
            "multiple_of_the_plain_cost": (ratio(total, home, "USD/month", when_zero=1.0), ""),
            "gpus_in_all": gpus_of(needed * (1 + number(further_regions, "") * number(share_in_further_regions, ""))),
            "gpus_missing_in_a_region": gpus_of(np.maximum(needed - there, 0.0)),
        },
        warnings=warnings,
    )
