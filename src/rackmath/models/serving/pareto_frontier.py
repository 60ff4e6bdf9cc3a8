"""The frontier of cost and speed: what a faster answer costs at the least."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import tagged
from rackmath.models._terms import GpuHourPrice
from rackmath.models.serving._best import Best, MostGpus, cheapest
from rackmath.models.serving._deployment import Engine, InputTokens, LanguageModel, OutputTokens, ServedOn, WeightFormat
from rackmath.models.serving.search.points import Points
from rackmath.units import number

UserSpeed = Annotated[
    Real,
    Param(
        "token/s/user",
        assumption="30 token/s/user",
        because="the low end of the 30 to 80 that busy services are reported to give each user",
        minimum=0,
        maximum=1e5,
        help="output tokens a second that each user sees at least",
    ),
]


@model(
    "serving.pareto_frontier",
    method="A07.4",
    title="Pareto frontier of cost and speed",
    question="What does a million output tokens cost at the least, at a given speed for each user?",
    unit="USD/Mtok",
    sources=("https://arxiv.org/abs/2506.04645", "https://arxiv.org/abs/2211.05102"),
    infinite="no deployment is as fast as that",
    increasing_in=("user_speed", "gpu_hour_price"),
)
def pareto_frontier(
    *,
    language_model: LanguageModel,
    accelerator: ServedOn,
    weight_format: WeightFormat,
    engine: Engine,
    most_gpus: MostGpus,
    user_speed: UserSpeed,
    gpu_hour_price: GpuHourPrice,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
) -> Result:
    r"""Return the height of the frontier of cost over speed at one speed.

    .. math:: c(s) = \min_{x:\, 1/t(x) \ge s} \frac{p}{v(x)}

    where :math:`x` runs over tensor, data, expert and pipeline layouts and over loads that fit in memory, :math:`1/t`
    is the speed that a user sees (the time per output token turned over), :math:`v` the output tokens a second of an
    accelerator, :math:`s` user_speed and :math:`p` gpu_hour_price. Only points that are enumerated count: nothing is
    interpolated. ``cost_of_twice_the_speed`` is c(2s)/c(s); Epoch finds a factor of 2 for four times the speed, so
    about 1.4, where no one limit is near.

    Limits: s → 0 is the cheapest deployment; beyond the fastest one there is no cost.
    Not included: idle hours, limits on the first token, the error of predictions (`rackmath serving frontier` shows
    intervals), several accelerators at once.
    Source: https://arxiv.org/abs/2506.04645

    >>> found = pareto_frontier(
    ...     language_model="Llama-3.1-70B", accelerator="h200_sxm", weight_format="fp8", engine="vllm", most_gpus="8",
    ...     input_tokens=1024, output_tokens=1024, user_speed=30, gpu_hour_price=3.5)
    >>> 0.3 < found.total < 1.5
    True
    """

    def search(speed: Any) -> Best:
        return cheapest(
            language_model,
            accelerator,
            weight_format,
            engine,
            most_gpus,
            (input_tokens, output_tokens),
            ((speed, "token/s/user"),),
            _fast_enough,
        )

    best = search(user_speed)
    cost = best.at_price(number(gpu_hour_price, "USD/GPU_hour"))

    def notes() -> dict[str, tuple[Any, str]]:
        twice, least = search(2 * user_speed), search(0 * user_speed)
        with np.errstate(invalid="ignore"):
            dearer = np.where(np.isinf(twice.cost), np.inf, twice.cost / best.cost)
            over = np.where(np.isinf(best.cost), np.inf, best.cost / least.cost)

        def ratio(value: Any) -> tuple[Any, str]:
            return tagged(value if value.ndim else float(value), "", gpu_hour_price), ""

        found = {"cost_of_twice_the_speed": ratio(dearer), "cost_over_the_cheapest": ratio(over)}
        if (point := best.one()) is not None:
            found |= {
                "layout": (point.layout, ""),
                "requests_at_once": (f"{point.concurrency:g} on each replica of {point.devices}", ""),
                "predicted": (f"{point.tokens_per_s_per_user:.4g} token/s for each user", ""),
                "interval_rests_on": (point.rests_on, ""),
            }
        return found

    return Result(
        "USD/Mtok",
        {"accelerators": tagged(cost if cost.ndim else float(cost), "USD/Mtok", gpu_hour_price)},
        notes=notes,
    )


def _fast_enough(points: Points, asked: tuple[float, ...]) -> NDArray[np.bool_]:
    return np.asarray(points.tokens_per_s_per_user >= asked[0])
