"""From how many tokens a month hosting a model oneself beats an API."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from rackmath.kernel import Param, Path, Real, Result, model
from rackmath.models._numbers import HAIR, ratio_or_never, some, tagged
from rackmath.models._terms import (
    AllowedLoadShare,
    ApiPrice,
    GpuHourPrice,
    GpusPerReplica,
    HoursPerMonth,
    LoadedSalary,
    MinimumReplicas,
    PeakToMean,
    Staffing,
    StaffNeed,
    TokensPerMonth,
    TotalThroughput,
)
from rackmath.models.ownership._sizing import replica_rate
from rackmath.models.ownership._team import engineers
from rackmath.units import convert, number

CURVE = np.arange(0, 201, 5) / 100.0
"""Where the two cost curves are told, as shares of the volume."""
MOVES = {"a_fifth_lower": 0.8, "a_fifth_higher": 1.2}
"""How far each assumption is moved, to tell what the threshold rests on."""


@model(
    "ownership.self_host_threshold",
    method="A10.8",
    title="Volume from which hosting oneself beats an API",
    question="From how many tokens a month is hosting a model oneself cheaper than calling an API?",
    unit="Mtok/month",
    sources=(
        "https://www.digitalapplied.com/blog/self-host-frontier-models-tco-analysis-2026",
        "https://www.sitepoint.com/self-hosted-llm-costs-2026/",
        "https://hakia.com/tech-insights/open-vs-closed-llms/",
    ),
    infinite="hosting oneself never gets cheaper: a token costs more on a full replica than at the API",
    increasing_in=("gpu_hour_price", "peak_to_mean", "own_variable_cost", "staff_need", "loaded_salary"),
    decreasing_in=("api_price", "total_throughput", "allowed_load_share"),
)
def self_host_threshold(
    *,
    tokens_per_month: TokensPerMonth,
    api_price: ApiPrice,
    peak_to_mean: PeakToMean,
    total_throughput: TotalThroughput,
    allowed_load_share: AllowedLoadShare,
    gpus_per_replica: GpusPerReplica,
    minimum_replicas: MinimumReplicas,
    gpu_hour_price: GpuHourPrice,
    hours_per_month: HoursPerMonth,
    own_variable_cost: Annotated[
        Real,
        Param(
            "USD/Mtok",
            assumption="0 USD/Mtok",
            because="a rented GPU-hour has its electricity in it; an owner's tokens cost power",
            minimum=0,
            maximum=1e5,
            help="what each further million tokens costs on one's own GPUs",
        ),
    ],
    staff_need: StaffNeed,
    staffing: Staffing,
    loaded_salary: LoadedSalary,
) -> Result:
    r"""Return the smallest monthly volume at which the GPUs and people for it cost no more than the API.

    .. math:: V^* = \frac{F + N s}{b - v}, \quad
        N = \max\Bigl(\Bigl\lceil \frac{F}{q\,(b - v) - s} \Bigr\rceil, N_0\Bigr)

    where :math:`F` is the staff's monthly pay, :math:`s` the monthly rent of a replica, :math:`q` the volume that a
    replica serves in a month (throughput times allowed_load_share over peak_to_mean), :math:`b` api_price, :math:`v`
    own_variable_cost and :math:`N_0` minimum_replicas. One replica cannot serve any volume: the threshold counts as
    many as it needs. Just above a whole number of full replicas the next one can make the API cheaper again; from
    ``cheaper_for_good_above`` on it does not. Notes tell where the threshold moves to, in tokens a day, when each
    assumption in turn is a fifth lower or higher. The paths are the cost curves from nothing to twice tokens_per_month.

    Limits: with one large replica it is :math:`(F + s)/(b - v)`; :math:`q (b - v) \le s` means never.
    Not included: a difference in quality between the models: the API price must be of the model that would be
    replaced. An open model's API and a frontier API give thresholds that lie a factor of ten apart.
    Source: https://www.sitepoint.com/self-hosted-llm-costs-2026/

    >>> found = self_host_threshold(
    ...     tokens_per_month=25e6, api_price=45, peak_to_mean=1, total_throughput=1e4,
    ...     allowed_load_share=1, gpus_per_replica=8, minimum_replicas=1, gpu_hour_price=80_000 / 8760 / 8,
    ...     hours_per_month=730, own_variable_cost=0, staff_need=0, staffing="shared", loaded_salary=0)
    >>> round(float(found.total), 1)
    148.1
    """
    least, variable = number(minimum_replicas, "replica"), number(own_variable_cost, "USD/Mtok")
    assumed = {
        "api_price": number(api_price, "USD/Mtok"),
        "gpu_hour_price": number(gpu_hour_price, "USD/GPU_hour"),
        "total_throughput": number(total_throughput, "token/s/GPU"),
        "allowed_load_share": number(allowed_load_share, ""),
        "peak_to_mean": number(peak_to_mean, ""),
        "staff_need": number(staff_need, "FTE"),
        "loaded_salary": number(loaded_salary, "USD/FTE/year"),
    }

    def found_with(**moved: Any) -> _Threshold:
        return _threshold(
            **{**assumed, **moved},
            gpus_per_replica=number(gpus_per_replica, "GPU/replica"),
            hours_per_month=number(hours_per_month, "hour/month"),
            least=least,
            variable=variable,
            staffing=staffing,
        )

    here = found_with()
    q, s, f = here.served, here.rent, here.pay
    warnings = []
    if some(np.isinf(here.volume)):
        warnings.append("The API costs no more than a full replica of one's own: no volume makes hosting cheaper.")
    if some(np.isfinite(here.replicas) & (here.replicas > least)):
        warnings.append("The minimum of replicas cannot serve the threshold: it counts the larger fleet that can.")

    volume = number(convert(tokens_per_month, "token/month", "Mtok/month"), "Mtok/month")
    at_volume = _own_cost(volume, q, s, f, least, variable)
    across = np.expand_dims(volume, -1) * CURVE
    own_curve = _own_cost(across, *(np.expand_dims(each, -1) for each in (q, s, f, least, variable)))
    like = gpu_hour_price

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, like), unit

    def a_day(megatokens: Any) -> tuple[Any, str]:
        return convert(tagged(megatokens, "Mtok/month", like), "Mtok/month", "Mtok/day"), "Mtok/day"

    def notes() -> dict[str, tuple[Any, str]]:
        price = assumed["api_price"]
        naive = ratio_or_never(f + least * s, price - variable)
        settled = np.maximum(np.ceil(ratio_or_never(f + s, q * (price - variable) - s) * (1 - HAIR)), here.replicas)
        with np.errstate(invalid="ignore"):  # never: infinitely many replicas, also where one is free
            for_good = ratio_or_never(f + settled * s, price - variable)
        moved = {
            f"a_day_if_{name}_is_{said}": a_day(found_with(**{name: _moved(name, assumed[name], factor)}).volume)
            for name in assumed
            for said, factor in MOVES.items()
        }
        return {
            "threshold_a_day": a_day(here.volume),
            "cheaper_for_good_above": note(for_good, "Mtok/month"),
            "threshold_if_the_minimum_served_any_volume": note(naive, "Mtok/month"),
            "replicas_at_threshold": note(np.where(np.isinf(here.volume), np.inf, here.replicas), "replica"),
            "volume_of_a_full_replica": note(q, "Mtok/month/replica"),
            "cost_of_a_replica": note(s, "USD/replica/month"),
            "pay_of_staff": note(f, "USD/month"),
            "cost_at_this_volume": note(at_volume, "USD/month"),
            "api_price_that_breaks_even_at_this_volume": note(ratio_or_never(at_volume, volume), "USD/Mtok"),
            "saving_at_this_volume": note(price * volume - at_volume, "USD/month"),
            **moved,
        }

    return Result(
        "Mtok/month",
        {"threshold": tagged(here.volume, "Mtok/month", like)},
        notes=notes,
        warnings=warnings,
        paths={
            "own": Path(tagged(own_curve, "USD/month", like), "USD/month", "5 % of the volume"),
            "api": Path(
                tagged(np.expand_dims(number(api_price, "USD/Mtok"), -1) * across, "USD/month", like),
                "USD/month",
                "5 % of the volume",
            ),
        },
    )


class _Threshold(NamedTuple):
    """Plain numbers: Mtok/month, replica, Mtok/month/replica, USD/replica/month, USD/month."""

    volume: Any
    replicas: Any
    served: Any
    rent: Any
    pay: Any


def _threshold(
    *,
    api_price: Any,
    gpu_hour_price: Any,
    total_throughput: Any,
    allowed_load_share: Any,
    peak_to_mean: Any,
    staff_need: Any,
    loaded_salary: Any,
    gpus_per_replica: Any,
    hours_per_month: Any,
    least: Any,
    variable: Any,
    staffing: str,
) -> _Threshold:
    """Return the smallest volume at which one's own GPUs and people cost no more than the API."""
    each = replica_rate(total_throughput, gpus_per_replica, allowed_load_share) / peak_to_mean
    served = each * hours_per_month * 3600.0 / 1e6
    rent = gpus_per_replica * gpu_hour_price * hours_per_month
    pay = engineers(staff_need, staffing) * loaded_salary / 12.0
    margin = api_price - variable
    replicas = np.maximum(np.ceil(ratio_or_never(pay, served * margin - rent) * (1 - HAIR)), least)
    with np.errstate(invalid="ignore"):  # never: infinitely many replicas, also where one is free
        return _Threshold(ratio_or_never(pay + replicas * rent, margin), replicas, served, rent, pay)


def _moved(name: str, value: Any, factor: float) -> Any:
    """Return an assumption that is moved, but not beyond what it can be."""
    if name == "allowed_load_share":
        return np.minimum(value * factor, 1.0)
    return np.maximum(value * factor, 1.0) if name == "peak_to_mean" else value * factor


def _own_cost(volume: Any, q: Any, s: Any, f: Any, least: Any, variable: Any) -> Any:
    """Return staff, whole replicas and what each token adds, in USD a month, for a volume in Mtok a month."""
    replicas = np.maximum(np.ceil(volume / q * (1 - HAIR)), least)
    return f + replicas * s + variable * volume
