"""What one transaction costs, and what of the bill its drivers do not explain."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import ApiPrice, EgressPrice, GpuHourPrice, StoragePrice
from rackmath.units import convert, number

UNEXPLAINED = 0.1  # a residual above this share of the bill says that a driver is missing


@model(
    "commitments.transaction_cost",
    method="A09.9",
    title="Cost of a transaction",
    question="What does one transaction cost, and how much of the bill is left unexplained?",
    unit="USD/request",
    sources=(
        "https://www.finops.org/framework/capabilities/unit-economics/",
        "https://www.cloudzero.com/blog/marginal-cost/",
    ),
    infinite="the bill is not zero and there were no transactions to carry it",
)
def transaction_cost(
    *,
    transactions: Annotated[
        Real,
        Param(
            "request/month",
            assumption="1000000 request/month",
            because="an example to try the model with",
            minimum=0,
            maximum=1e15,
            help="transactions served in the month",
        ),
    ],
    compute_time: Annotated[
        Real,
        Param(
            "GPU_second/request",
            assumption="3 GPU_second/request",
            because="an example to try the model with; measure busy time over requests",
            minimum=0,
            maximum=1e6,
            help="time on one GPU that a transaction takes",
        ),
    ],
    gpu_hour_price: GpuHourPrice,
    egress_volume: Annotated[
        Real,
        Param(
            "MB/request",
            assumption="0.1 MB/request",
            because="an example to try the model with",
            minimum=0,
            maximum=1e6,
            help="data that a transaction sends out of the cloud",
        ),
    ],
    egress_price: EgressPrice,
    storage_volume: Annotated[
        Real,
        Param(
            "MB/request",
            assumption="0.05 MB/request",
            because="an example to try the model with",
            minimum=0,
            maximum=1e6,
            help="data that a transaction leaves behind",
        ),
    ],
    storage_time: Annotated[
        Real,
        Param(
            "month",
            assumption="12 month",
            because="logs and results are often kept for a year",
            minimum=0,
            maximum=1200,
            help="time for which it is kept",
        ),
    ],
    storage_price: StoragePrice,
    api_tokens: Annotated[
        Real,
        Param(
            "token/request",
            evidence="chat-workload/tokens-per-request",
            minimum=0,
            maximum=1e9,
            help="tokens that a transaction buys from an API",
        ),
    ],
    api_price: ApiPrice,
    overhead: Annotated[
        Real,
        Param(
            "USD/month",
            assumption="1500 USD/month",
            because="an example to try the model with",
            minimum=0,
            maximum=1e12,
            help="what is shared by all transactions: monitoring, support plan, idle capacity that is kept on purpose",
        ),
    ],
    bill: Annotated[
        Real,
        Param(
            "USD/month",
            assumption="5000 USD/month",
            because="an example to try the model with; enter the sum of the month's invoices",
            minimum=0,
            maximum=1e12,
            help="all that was billed for the month, which the transactions must carry",
        ),
    ],
) -> Result:
    r"""Attribute the bill to transactions by what drives each part, and show what is left over.

    .. math:: c = \tau\,p_g + e\,p_e + s\,m\,p_s + t\,p_t + \frac{O}{n} + r, \qquad
       r = \frac{B - O}{n} - (\tau\,p_g + e\,p_e + s\,m\,p_s + t\,p_t)

    where :math:`\tau` is compute_time at gpu_hour_price, :math:`e` egress_volume at egress_price, :math:`s`
    storage_volume kept for :math:`m` (storage_time) at storage_price, :math:`t` api_tokens at api_price, :math:`O`
    overhead, :math:`n` transactions and :math:`B` bill. The residual :math:`r` is what the drivers do not explain
    (negative where they explain too much), so that the cost times the transactions is the bill to the cent.

    Limits: without transactions the drivers say what the next one would cost, and a bill that nobody carries is an
    infinite residual; drivers that explain everything leave a residual of 0.
    Not included: how shared cost should be split between products (it goes by count here), credits.
    Source: https://www.finops.org/framework/capabilities/unit-economics/

    >>> one = transaction_cost(
    ...     transactions=1000, compute_time=36, gpu_hour_price=2, egress_volume=1000, egress_price=0.09,
    ...     storage_volume=0, storage_time=0, storage_price=0.08, api_tokens=0, api_price=1, overhead=10, bill=130)
    >>> round(float(one.total), 4), round(float(one.lines["unexplained"]), 4)
    (0.13, 0.01)
    """
    direct = {
        "compute": convert(compute_time * gpu_hour_price, "GPU_second/request*USD/GPU_hour", "USD/request"),
        "egress": convert(egress_volume * egress_price, "MB/request*USD/GB", "USD/request"),
        "storage": convert(
            storage_volume * storage_time * storage_price, "MB/request*month*USD/GB/month", "USD/request"
        ),
        "api": convert(api_tokens * api_price, "token/request*USD/Mtok", "USD/request"),
    }
    by_drivers = sum(direct.values())
    driven, count = number(by_drivers, "USD/request"), number(transactions, "request/month")
    billed, shared = number(bill, "USD/month"), number(overhead, "USD/month")
    nobody = np.asarray(count) == 0
    each = np.where(nobody, 1.0, count)
    with np.errstate(over="ignore"):
        overhead_each = np.where(nobody, 0.0, shared / each)
        unexplained = np.where(nobody, np.where(np.asarray(billed) > 0, np.inf, 0.0), (billed - shared) / each - driven)
    explained = driven * count + shared
    warnings = []
    if some(nobody & (np.asarray(billed) > 0)):
        warnings.append("There were no transactions to carry the bill.")
    if some(explained > billed * (1 + UNEXPLAINED)):
        warnings.append("The drivers explain more than was billed: a price, a discount or a volume is wrong.")
    if some(explained < billed * (1 - UNEXPLAINED)):
        warnings.append("These drivers leave more than a tenth of the bill unexplained: look for one that is missing.")

    def monthly(value: Any) -> tuple[Any, str]:
        return tagged(value, "USD/month", transactions), "USD/month"

    return Result(
        "USD/request",
        {
            **direct,
            "overhead": tagged(overhead_each, "USD/request", transactions),
            "unexplained": tagged(unexplained, "USD/request", transactions),
        },
        notes={
            "cost_of_one_more": (by_drivers, "USD/request"),
            "explained_by_drivers": monthly(driven * count),
            "explained": monthly(explained),
            "unexplained_in_the_month": monthly(billed - explained),
            "explained_share_of_the_bill": (tagged(ratio(explained, billed, ""), "", transactions), ""),
        },
        warnings=warnings,
    )
