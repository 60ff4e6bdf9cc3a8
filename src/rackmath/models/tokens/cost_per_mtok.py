"""What a million tokens costs on GPUs that are paid by the hour."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Choice, Result, model
from rackmath.models._terms import GpuHourPrice, LoadedHoursShare, OutputThroughput, ThroughputInputShare
from rackmath.units import convert

ThroughputMeasured = Annotated[
    str,
    Choice(
        "saturated",
        "under-load",
        assumption="saturated",
        because="benchmarks keep the GPU full; a mean rate from production has its idle hours in it already",
        help=(
            "how the throughput was measured: with the GPU kept full (saturated), or as a mean over all paid hours "
            "(under-load), and then the share of loaded hours is not applied a second time"
        ),
    ),
]


@model(
    "tokens.cost_per_mtok",
    method="A08.1",
    title="Cost per million tokens",
    question="What does a million output tokens cost on GPUs that are paid by the hour?",
    unit="USD/Mtok",
    sources=(
        "https://introl.com/blog/inference-unit-economics-true-cost-per-million-tokens-guide",
        "https://www.softwareseni.com/inference-economics-how-to-model-the-true-cost-per-token-across-gpu-architectures/",
    ),
    increasing_in=("gpu_hour_price",),
    decreasing_in=("output_throughput", "loaded_hours_share"),
)
def cost_per_mtok(
    *,
    gpu_hour_price: GpuHourPrice,
    output_throughput: OutputThroughput,
    loaded_hours_share: LoadedHoursShare,
    throughput_measured: ThroughputMeasured,
    throughput_input_share: ThroughputInputShare,
) -> Result:
    r"""Spread the price of a GPU-hour over the output tokens that it makes, idle hours included.

    .. math:: c = \frac{p}{u \cdot v}

    where :math:`p` is gpu_hour_price, :math:`v` output_throughput and :math:`u` loaded_hours_share (1 when the
    throughput was measured under load, because the idle hours are in it already). All of the GPU's cost is laid on
    output tokens; the note ``per_mtok_of_both_kinds`` lays it on input and output tokens together, in the mix that the
    throughput was measured with (throughput_input_share). That compares with an API's price for the same mix.

    Limits: u → 1 leaves the serving line alone; cost grows as 1/u when the GPU stands idle; p → 0 is free.
    Not included: electricity and staff where the GPU-hour's price leaves them out, quality of the answers, retries.
    Source: https://introl.com/blog/inference-unit-economics-true-cost-per-million-tokens-guide

    >>> cost = cost_per_mtok(gpu_hour_price=2.34, output_throughput=50, loaded_hours_share=0.1,
    ...                      throughput_measured="saturated", throughput_input_share=0.5)
    >>> round(cost.total, 2)
    130.0
    >>> {name: round(value, 2) for name, value in cost.lines.items()}
    {'serving': 13.0, 'idle_hours': 117.0}
    """
    loaded = loaded_hours_share if throughput_measured == "saturated" else 1.0 + 0 * loaded_hours_share
    serving = convert(gpu_hour_price / output_throughput, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")
    idle = serving * (1 / loaded - 1)
    total = serving + idle
    warnings = []
    if throughput_measured == "under-load":
        warnings.append(
            "The throughput was measured under load, so it has the idle hours in it: the share of loaded hours is not "
            "applied again."
        )
    return Result(
        "USD/Mtok",
        {"serving": serving, "idle_hours": idle},
        notes={
            "per_thousand_tokens": (convert(total, "USD/Mtok", "USD/ktok"), "USD/ktok"),
            "per_mtok_of_both_kinds": (total * (1 - throughput_input_share), "USD/Mtok"),
            "delivered_throughput": (output_throughput * loaded, "token/s/GPU"),
            "idle_share_of_cost": (1 - loaded, ""),
        },
        warnings=warnings,
    )
