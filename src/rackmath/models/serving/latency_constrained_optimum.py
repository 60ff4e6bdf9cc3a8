"""The cheapest deployment that keeps its answers fast enough."""

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
from rackmath.models.serving.search.sizing import Limits, chances
from rackmath.units import number

STEP = 0.1
"""How far a limit is moved to read its shadow price, as a share of it."""

FirstTokenLimit = Annotated[
    Real,
    Param(
        "ms",
        assumption="2000 ms",
        because="the limit of the server scenario of MLPerf Inference for Llama 2 70B, 99 % of requests",
        minimum=1,
        maximum=1e7,
        help="time to the first token at most",
    ),
]
OutputTokenLimit = Annotated[
    Real,
    Param(
        "ms/token",
        assumption="50 ms/token",
        because="the slow end of the 20 to 50 ms that chat services aim for",
        minimum=0.1,
        maximum=1e6,
        help="time per output token at most",
    ),
]
Confidence = Annotated[
    Real,
    Param(
        "",
        assumption="0.8",
        because="as in plans: one deployment in five may turn out too slow, and is then sized again",
        minimum=0.25,
        maximum=0.99,
        help="chance that both limits hold, given how far such predictions are off",
    ),
]


@model(
    "serving.latency_constrained_optimum",
    method="A07.5",
    title="Latency-constrained optimum",
    question="What is the least that a million output tokens costs if the answers must be fast enough?",
    unit="USD/Mtok",
    sources=("https://arxiv.org/abs/2506.04645", "https://arxiv.org/abs/2211.05102"),
    infinite="no deployment is sure enough to be within the limits",
    increasing_in=("gpu_hour_price", "confidence"),
    decreasing_in=("first_token_limit", "output_token_limit"),
)
def latency_constrained_optimum(
    *,
    language_model: LanguageModel,
    accelerator: ServedOn,
    weight_format: WeightFormat,
    engine: Engine,
    most_gpus: MostGpus,
    first_token_limit: FirstTokenLimit,
    output_token_limit: OutputTokenLimit,
    confidence: Confidence,
    gpu_hour_price: GpuHourPrice,
    input_tokens: InputTokens,
    output_tokens: OutputTokens,
) -> Result:
    r"""Search layouts and loads of one accelerator for the cheapest token within the limits.

    .. math:: c = \min_{x} \frac{p}{v(x)} \quad \text{s.t.}\quad P(t_1(x) \le L_1)\,P(t(x) \le L) \ge q

    where :math:`x` runs over the layouts that engines accept and over loads, :math:`v` is the predicted output
    throughput of an accelerator, :math:`t_1` and :math:`t` the times to the first token and per output token,
    :math:`L_1` first_token_limit, :math:`L` output_token_limit, :math:`q` confidence and :math:`p` gpu_hour_price.
    The chances come from the 80 % intervals of predictions; the two errors are taken as independent. The shadow prices
    say what the cost changes by for a millisecond when a limit is loosened by a tenth.

    Limits: without limits it is the cheapest deployment of all; as a limit falls the cost rises, until nothing is fast
    enough.
    Not included: idle hours, bursts and percentiles over requests, which a simulation has to judge; several
    accelerators in one search (`rackmath serving plan`).
    Source: https://arxiv.org/abs/2506.04645

    >>> found = latency_constrained_optimum(
    ...     language_model="Llama-3.1-70B", accelerator="h200_sxm", weight_format="fp8", engine="vllm", most_gpus="8",
    ...     input_tokens=1024, output_tokens=1024, first_token_limit=2000, output_token_limit=50, confidence=0.8,
    ...     gpu_hour_price=3.5)
    >>> 0.3 < found.total < 1.5
    True
    """

    def search(first: Any, token: Any) -> Best:
        return cheapest(
            language_model,
            accelerator,
            weight_format,
            engine,
            most_gpus,
            (input_tokens, output_tokens),
            ((first, "ms"), (token, "ms/token"), (confidence, "")),
            _sure_enough,
        )

    best = search(first_token_limit, output_token_limit)
    price = number(gpu_hour_price, "USD/GPU_hour")

    cost = best.at_price(price)

    def money(value: Any, unit: str) -> Any:
        return tagged(value if value.ndim else float(value), unit, gpu_hour_price)

    def shadow(limit: Any, unit: str, loosened: Best) -> tuple[Any, str]:
        """Return what a millisecond more saves; nothing where no deployment is within the limits."""
        saved = np.where(np.isfinite(cost), cost, 0.0) - np.where(np.isfinite(cost), loosened.at_price(price), 0.0)
        each = f"USD/Mtok/{unit}"
        return money(saved / (STEP * number(limit, unit.strip("()"))), each), each

    def notes() -> dict[str, tuple[Any, str]]:
        found = {
            "shadow_price_of_first_token": shadow(
                first_token_limit, "ms", search((1 + STEP) * first_token_limit, output_token_limit)
            ),
            "shadow_price_of_output_token": shadow(
                output_token_limit, "(ms/token)", search(first_token_limit, (1 + STEP) * output_token_limit)
            ),
        }
        if (point := best.one()) is not None:
            found |= {
                "layout": (point.layout, ""),
                "requests_at_once": (f"{point.concurrency:g} on each replica of {point.devices}", ""),
                "predicted": (f"first token {1e3 * point.ttft:.4g} ms, per token {1e3 * point.tpot:.4g} ms", ""),
                "interval_rests_on": (point.rests_on, ""),
            }
        return found

    return Result("USD/Mtok", {"accelerators": money(cost, "USD/Mtok")}, notes=notes)


def _sure_enough(points: Points, asked: tuple[float, ...]) -> NDArray[np.bool_]:
    first, token, confidence = asked
    held = chances(points, Limits(first / 1e3, token / 1e3))
    return np.asarray(held.both >= confidence)
