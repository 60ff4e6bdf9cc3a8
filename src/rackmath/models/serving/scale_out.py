"""Two training runs on different numbers of different accelerators, set side by side."""

from __future__ import annotations

from typing import Annotated, Any

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import GpuHourPrice
from rackmath.units import number


@model(
    "serving.scale_out",
    method="A06.9",
    title="Two training runs side by side",
    question="What does the same run cost on the other accelerators, and where does the difference come from?",
    unit="USD",
    sources=(
        "https://www.cloudexpat.com/blog/comparison-aws-trainium-google-tpu-v5e-azure-nd-h100-nvidia/",
        "https://spectrum.ieee.org/large-language-models-training-benchmark",
    ),
    increasing_in=("other_chips", "other_run_time", "other_chip_hour_price"),
)
def scale_out(
    *,
    chips: Annotated[
        Real,
        Param(
            "GPU",
            evidence="gpt-3-training-on-h100/run-chips",
            minimum=1,
            maximum=1e8,
            help="accelerators of the first run",
        ),
    ],
    run_time: Annotated[
        Real,
        Param(
            "minute",
            evidence="gpt-3-training-on-h100/run-time",
            minimum=1e-3,
            maximum=1e8,
            help="time of the first run from start to end",
        ),
    ],
    gpu_hour_price: GpuHourPrice,
    other_chips: Annotated[
        Real,
        Param(
            "GPU",
            evidence="gpt-3-training-on-tpu-v5e/run-chips",
            minimum=1,
            maximum=1e8,
            help="accelerators of the other run",
        ),
    ],
    other_run_time: Annotated[
        Real,
        Param(
            "minute",
            evidence="gpt-3-training-on-tpu-v5e/run-time",
            minimum=1e-3,
            maximum=1e8,
            help="time of the other run, for the same amount of work",
        ),
    ],
    other_chip_hour_price: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="tpu-v5e/rental-price?term=on-demand",
            minimum=0,
            maximum=1000,
            help="price of one of the other accelerators for one hour",
        ),
    ],
) -> Result:
    r"""Go from the cost of the first run to the cost of the other by chips, then by time, then by price.

    .. math:: C_2 = \underbrace{n_1 t_1 p_1}_{\text{first run}} + (n_2 - n_1)\,t_1 p_1 + n_2 (t_2 - t_1)\,p_1
       + n_2 t_2 (p_2 - p_1)

    where :math:`n` is chips, :math:`t` run_time and :math:`p` the price of a chip-hour, of the first run and the other.
    The lines are these four; their sum is the other run's cost. For the same work, chip-time n·t tells what a chip
    does: ``speed_per_chip`` is the other's over the first one's, and ``same_cost_price`` what an hour of the other chip
    may cost before its run is the dearer one. A run of more chips is faster and still less efficient where its speed
    grows less than their number.

    Limits: two equal runs differ by nothing; with the same chip, n·t grows with n as scaling loses.
    Not included: whether the work was the same (a benchmark's round, precision and target), waiting for the chips,
    failures, power.
    Source: https://www.cloudexpat.com/blog/comparison-aws-trainium-google-tpu-v5e-azure-nd-h100-nvidia/

    >>> other = scale_out(chips=10752, run_time=4, gpu_hour_price=3, other_chips=50944, other_run_time=12,
    ...                   other_chip_hour_price=1.2)
    >>> round(float(other.total)), round(float(other.notes["chip_time_ratio"].value), 2)
    (12227, 14.21)
    """
    first, second = number(chips, "GPU"), number(other_chips, "GPU")
    took, other_took = number(run_time, "minute") / 60.0, number(other_run_time, "minute") / 60.0
    price, other_price = number(gpu_hour_price, "USD/GPU_hour"), number(other_chip_hour_price, "USD/GPU_hour")
    chip_time, other_chip_time = first * took, second * other_took
    cost, other_cost = chip_time * price, other_chip_time * other_price

    def usd(value: Any) -> Any:
        return tagged(value, "USD", gpu_hour_price)

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, gpu_hour_price), unit

    warnings = []
    if some((second > first) & (other_chip_time > chip_time) & (other_took < took)):
        warnings.append("The other run is faster by its number of chips: each of them does less.")
    return Result(
        "USD",
        {
            "first_run": usd(cost),
            "number_of_chips": usd((second - first) * took * price),
            "time": usd(second * (other_took - took) * price),
            "price": usd(other_chip_time * (other_price - price)),
        },
        notes={
            "chip_time": note(chip_time, "GPU_hour"),
            "other_chip_time": note(other_chip_time, "GPU_hour"),
            "chips_ratio": note(second / first, ""),
            "time_ratio": note(other_took / took, ""),
            "chip_time_ratio": note(other_chip_time / chip_time, ""),
            "speed_per_chip": note(chip_time / other_chip_time, ""),
            "cost_ratio": note(ratio(other_cost, cost, "USD"), ""),
            "same_cost_price": note(cost / other_chip_time, "USD/GPU_hour"),
        },
        warnings=warnings,
    )
