"""What a token costs when requests share a step, against one request alone."""

from __future__ import annotations

from typing import Annotated, Any

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import some, tagged
from rackmath.models._terms import GpuHourPrice
from rackmath.units import number


@model(
    "serving.batch_cost",
    method="A07.3",
    title="Batching: cost against speed",
    question="What does a token cost in a batch, and what does each request lose in speed for it?",
    unit="USD/Mtok",
    sources=(
        "https://arxiv.org/abs/2506.04645",
        "https://introl.com/blog/cost-per-token-llm-inference-optimization",
        "https://mlechner.substack.com/p/the-economics-of-llm-inference-batch",
    ),
    increasing_in=("gpu_hour_price", "step_time_ratio"),
    decreasing_in=("batch", "speed_alone"),
)
def batch_cost(
    *,
    gpu_hour_price: GpuHourPrice,
    speed_alone: Annotated[
        Real,
        Param(
            "token/s/GPU",
            assumption="15 token/s/GPU",
            because="a model of 70 billion parameters in BF16 alone on four H100 (`serving.decode_step`)",
            minimum=1e-3,
            maximum=1e6,
            help="tokens a second that one request alone gets, for each GPU that works on it",
        ),
    ],
    batch: Annotated[
        Real,
        Param(
            "request",
            assumption="32 request",
            because="the batch of an example that is often quoted",
            minimum=1,
            maximum=1e6,
            help="requests that share each step",
        ),
    ],
    step_time_ratio: Annotated[
        Real,
        Param(
            "",
            assumption="1.2",
            because="a fifth longer, as in an example that is often quoted; `serving.decode_step` computes it",
            minimum=1,
            maximum=1e6,
            help="time of a step with the batch over the time of a step with one request",
        ),
    ],
) -> Result:
    r"""Divide the cost of a request alone by the batch, and multiply it by how much longer a step takes.

    .. math:: c = \frac{p}{v} \cdot \frac{r}{b}

    where :math:`p` is gpu_hour_price, :math:`v` speed_alone, :math:`b` batch and :math:`r` step_time_ratio. It is an
    identity: a step costs the same whatever it makes, so the ratio of costs is the ratio of latencies over the batch.
    Going back, from the batch to one request, speed rises r-fold and the price b/r-fold: ``price_over_speed_alone`` is
    the second over the first, what a unit of speed costs alone against in the batch.

    Limits: r → 1 shares the cost evenly; at r = b nothing is won, and above it batching costs more.
    Not included: prompts, waiting for a batch to fill, requests of unequal length (their slots stand empty).
    Source: https://introl.com/blog/cost-per-token-llm-inference-optimization

    >>> shared = batch_cost(gpu_hour_price=3.6, speed_alone=10, batch=32, step_time_ratio=1.2)
    >>> round(float(shared.total), 3), round(float(shared.notes["cost_ratio"].value), 4)
    (3.75, 0.0375)
    """
    price, alone = number(gpu_hour_price, "USD/GPU_hour"), number(speed_alone, "token/s/GPU")
    b, longer = number(batch, "request"), number(step_time_ratio, "")
    single = price / 3600.0 / alone * 1e6
    even, ratio = single / b, longer / b

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, gpu_hour_price), unit

    warnings = []
    if some(ratio > 1):
        warnings.append("The step gets longer than the batch is large: each request alone would cost less.")
    return Result(
        "USD/Mtok",
        {
            "shared_evenly": tagged(even, "USD/Mtok", gpu_hour_price),
            "longer_step": tagged(even * (longer - 1), "USD/Mtok", gpu_hour_price),
        },
        notes={
            "cost_ratio": note(ratio, ""),
            "saving": note(1 - ratio, ""),
            "cost_alone": note(single, "USD/Mtok"),
            "speed_in_batch": note(alone / longer, "token/s/GPU"),
            "throughput": note(alone * b / longer, "token/s/GPU"),
            "throughput_ratio": note(1 / ratio, ""),
            "price_over_speed_alone": note(1 / ratio / longer, ""),
        },
        warnings=warnings,
    )
