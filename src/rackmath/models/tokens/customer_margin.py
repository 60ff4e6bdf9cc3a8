"""What is earned on each customer, and on all of them."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.kernel import Choice, Param, Path, Real, Result, Series, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.units import number


def _by_customer(unit: str, example: str, what: str) -> Series:
    return Series(
        unit,
        axis="customer",
        assumption=example,
        because="an example to try the model with; enter your own customers, in one order",
        minimum=0,
        maximum=1e15,
        help=what,
    )


@model(
    "tokens.customer_margin",
    method="A08.9",
    title="Margin by customer",
    question="What is earned on the customers in a month, and which of them cost more than they pay?",
    unit="USD/month",
    sources=("https://www.finops.org/framework/capabilities/unit-economics/",),
)
def customer_margin(
    *,
    revenue: Annotated[
        Real, _by_customer("USD/month", "12000 6000 2500 900 400 USD/month", "what each customer pays in a month")
    ],
    input_tokens: Annotated[
        Real, _by_customer("Mtok/month", "6000 5200 900 250 600 Mtok/month", "input tokens that each customer uses")
    ],
    output_tokens: Annotated[
        Real, _by_customer("Mtok/month", "1500 1600 200 60 90 Mtok/month", "output tokens that each customer uses")
    ],
    support_cost: Annotated[
        Real, _by_customer("USD/month", "900 300 200 150 150 USD/month", "cost that one customer alone causes")
    ],
    input_cost: Annotated[
        Real,
        Param(
            "USD/Mtok", evidence="open-70b/input-price", minimum=0, maximum=1e5, help="cost of serving an input token"
        ),
    ],
    output_cost: Annotated[
        Real,
        Param(
            "USD/Mtok", evidence="open-70b/output-price", minimum=0, maximum=1e5, help="cost of serving an output token"
        ),
    ],
    shared_cost: Annotated[
        Real,
        Param(
            "USD/month",
            assumption="4000 USD/month",
            because="an example: staff, idle capacity and tools that no single customer causes",
            minimum=0,
            maximum=1e12,
            help="cost that all customers share",
        ),
    ],
    shared_by: Annotated[
        str,
        Choice(
            "tokens",
            "revenue",
            "customers",
            assumption="tokens",
            because="idle capacity and staff grow with what is served; by revenue a dear customer carries a cheap one",
            help="by what the shared cost is laid on customers: their tokens, their revenue, or the same for each",
        ),
    ],
) -> Result:
    r"""Take from each customer's revenue what it costs to serve, and its part of what all share.

    .. math:: M_k = R_k - \bigl(n_k\,c_{in} + m_k\,c_{out}\bigr) - S_k - \frac{a_k}{\sum_j a_j}\,F

    where for customer :math:`k` :math:`R_k` is revenue, :math:`n_k` and :math:`m_k` input_tokens and output_tokens,
    :math:`S_k` support_cost and :math:`a_k` the key that shared_by names; :math:`c` are the costs of a token and
    :math:`F` shared_cost. The lines are the sums over all customers; costs are negative lines.

    Limits: the total does not depend on the key, only the margins of single customers do; a customer with a margin
    below zero before any shared cost makes a loss whatever the key is.
    Not included: what a customer would cost to win back, discounts on larger volumes.
    Source: https://www.finops.org/framework/capabilities/unit-economics/

    >>> month = customer_margin(
    ...     revenue=np.array([100.0, 50.0]), input_tokens=np.array([10.0, 30.0]), output_tokens=np.array([10.0, 10.0]),
    ...     support_cost=np.array([0.0, 5.0]), input_cost=1.0, output_cost=2.0, shared_cost=20.0, shared_by="customers")
    >>> month.paths["margin_by_customer"].values.tolist(), float(month.total)
    ([60.0, -15.0], 45.0)
    """
    counts = {np.shape(each)[-1] for each in (revenue, input_tokens, output_tokens, support_cost)}
    if len(counts) != 1:
        raise RackmathError("revenue: give as many customers as input_tokens, output_tokens and support_cost have")
    paid = np.asarray(number(revenue, "USD/month"), dtype=np.float64)
    into, out = (np.asarray(number(each, "Mtok/month"), dtype=np.float64) for each in (input_tokens, output_tokens))
    support = np.asarray(number(support_cost, "USD/month"), dtype=np.float64)
    cost_in, cost_out = (np.asarray(number(each, "USD/Mtok"))[..., None] for each in (input_cost, output_cost))
    shared = np.asarray(number(shared_cost, "USD/month"), dtype=np.float64)[..., None]
    key = {"tokens": into + out, "revenue": paid, "customers": np.ones_like(paid)}[shared_by]
    served = into * cost_in + out * cost_out
    direct = paid - served - support
    margins = direct - shared * _share(key)
    like = revenue

    def money(value: Any) -> Any:
        return tagged(value, "USD/month", like)

    whole = paid.sum(axis=-1)
    lines = {
        "revenue": money(whole),
        "serving": money(-served.sum(axis=-1)),
        "support": money(-support.sum(axis=-1)),
        "shared": money(-shared[..., 0]),
    }
    losing = margins < 0
    order = np.sort(paid, axis=-1)[..., ::-1]

    def warnings() -> list[str]:
        found = []
        if some(direct < 0):
            found.append("At least one customer costs more to serve than it pays, before any shared cost.")
        if some(ratio(order[..., 0], whole, "") > 0.5):
            found.append("One customer pays more than half of all revenue.")
        return found

    total = whole - served.sum(axis=-1) - support.sum(axis=-1) - shared[..., 0]
    return Result(
        "USD/month",
        lines,
        notes=lambda: {
            "margin_share_of_revenue": (ratio(total, whole, ""), ""),
            "lowest_margin": (money(margins.min(axis=-1)), "USD/month"),
            "median_margin": (money(np.median(margins, axis=-1)), "USD/month"),
            "highest_margin": (money(margins.max(axis=-1)), "USD/month"),
            "share_of_customers_at_a_loss": (losing.mean(axis=-1), ""),
            "loss_on_them": (money(-np.where(losing, margins, 0.0).sum(axis=-1)), "USD/month"),
            "share_of_customers_at_a_loss_before_shared_cost": ((direct < 0).mean(axis=-1), ""),
            "largest_customers_share_of_revenue": (ratio(order[..., 0], whole, ""), ""),
        },
        warnings=warnings,
        paths={"margin_by_customer": Path(money(margins), "USD/month", "customer")},
    )


def _share(key: np.ndarray) -> np.ndarray:
    """Return each customer's part of the shared cost; the same for each where nobody has any of the key."""
    entire = key.sum(axis=-1, keepdims=True)
    return np.where(entire > 0, key / np.where(entire > 0, entire, 1.0), 1.0 / key.shape[-1])
