"""Two accelerators beside one another: what a token, an operation and a gigabyte cost on each, like with like."""

from __future__ import annotations

from typing import Annotated, Any

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, tagged
from rackmath.models._terms import GpuHourPrice
from rackmath.units import convert, number

PEAKS = ("bf16-dense", "bf16-sparse", "fp8-dense", "fp8-sparse", "fp4-dense", "fp4-sparse")
MEASURED = ("bf16", "fp8", "fp4")


def _peak(subject: str, which: str) -> Param:
    return Param(
        "PFLOP/s/GPU",
        evidence=f"{subject}/peak-flops",
        minimum=1e-4,
        maximum=1e4,
        help=f"peak rate of the {which} accelerator by its data sheet, at the precision stated beside it",
    )


def _peak_precision(which: str) -> Choice:
    return Choice(
        *PEAKS,
        assumption="bf16-dense",
        because="the rate that all data sheets state",
        help=f"what the {which} peak rate is of; sparse rates count zeros that are skipped, and are halved",
    )


def _memory(subject: str, which: str) -> Param:
    return Param(
        "GB/GPU",
        evidence=f"{subject}/memory",
        minimum=1,
        maximum=1e4,
        help=f"memory of the {which} accelerator",
    )


def _power(subject: str, which: str) -> Param:
    return Param(
        "W_chip/GPU",
        evidence=f"{subject}/chip-power",
        minimum=1,
        maximum=1e5,
        help=f"rated power of the {which} accelerator",
    )


def _throughput(model_on: str, which: str) -> Param:
    return Param(
        "token/s/GPU",
        evidence=f"{model_on}/output-throughput",
        minimum=1e-3,
        maximum=1e7,
        help=(
            f"output tokens a second on each {which} accelerator, same model and load on both; divide a slice's rate "
            "by its chips, which its name may count by cores"
        ),
    )


def _measured(which: str, assumed: str, because: str) -> Choice:
    return Choice(
        *MEASURED,
        assumption=assumed,
        because=because,
        help=f"number format of the weights in the measurement on the {which} accelerator",
    )


@model(
    "serving.price_performance",
    method="A07.17",
    title="Price-performance of two accelerators",
    question="What does a million output tokens cost on another accelerator, and why is it more or less?",
    unit="USD/Mtok",
    sources=(
        "https://epoch.ai/data/machine-learning-hardware",
        "https://cloud.google.com/tpu/docs/v5p",
        "https://introl.com/blog/google-tpu-v6e-vs-gpu-4x-better-ai-performance-per-dollar-guide",
    ),
    increasing_in=("second_hour_price",),
    decreasing_in=("second_throughput",),
)
def price_performance(
    *,
    first_hour_price: GpuHourPrice,
    first_throughput: Annotated[Real, _throughput("llama-70b-on-h100", "first")],
    first_measured_in: Annotated[str, _measured("first", "fp8", "the throughput of the H100 was measured in FP8")],
    first_peak: Annotated[Real, _peak("h100-sxm", "first")],
    first_peak_precision: Annotated[str, _peak_precision("first")],
    first_memory: Annotated[Real, _memory("h100-sxm", "first")],
    first_power: Annotated[Real, _power("h100-sxm", "first")],
    second_hour_price: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="b200-sxm/rental-price?term=on-demand",
            minimum=0,
            maximum=1000,
            help="price of one of the second accelerators for one hour, on the terms of the first",
        ),
    ],
    second_throughput: Annotated[Real, _throughput("llama-70b-on-b200", "second")],
    second_measured_in: Annotated[str, _measured("second", "fp4", "the throughput of the B200 was measured in NVFP4")],
    second_peak: Annotated[Real, _peak("b200-sxm", "second")],
    second_peak_precision: Annotated[str, _peak_precision("second")],
    second_memory: Annotated[Real, _memory("b200-sxm", "second")],
    second_power: Annotated[Real, _power("b200-sxm", "second")],
) -> Result:
    r"""Go from the cost of a token on the first accelerator to that on the second by price, then by throughput.

    .. math:: c_2 = \frac{p_1}{v_1} + \frac{p_2 - p_1}{v_1} + p_2 \Bigl(\frac{1}{v_2} - \frac{1}{v_1}\Bigr)
        = \frac{p_2}{v_2}

    where :math:`p` are prices of an hour and :math:`v` throughputs. Measured tokens decide; what a data sheet promises
    stands in the notes, for each accelerator: the price of an hour of a PFLOP/s, TFLOP/s for a dollar an hour, tokens a
    joule at rated power, and the price of an hour of a gigabyte of memory. Ratios are of the second over the first. A
    ratio of peak rates is given only when both are of one precision: FP8 arithmetic set against BF16 flatters by two.

    Limits: a fifth more throughput for half as much more money is 1.5 / 1.2, a quarter dearer.
    Not included: hours that an accelerator idles (`tokens.cost_per_mtok`), electricity beyond the price, porting
    (`ownership.silicon_migration`), whether a model fits (`serving.kv_cache`). `price_table` in the package sets all
    accelerators of its table side by side.
    Source: https://epoch.ai/data/machine-learning-hardware

    >>> found = price_performance(
    ...     first_hour_price=2, first_throughput=1000, first_measured_in="fp8", first_peak=0.989,
    ...     first_peak_precision="bf16-dense", first_memory=80, first_power=700, second_hour_price=3,
    ...     second_throughput=1200, second_measured_in="fp8", second_peak=0.5, second_peak_precision="bf16-dense",
    ...     second_memory=96, second_power=500)
    >>> {name: round(float(line), 3) for name, line in found.lines.items()}
    {'first': 0.556, 'price_of_an_hour': 0.278, 'throughput': -0.139}
    >>> round(float(found.notes["cost_ratio"].value), 3)
    1.25
    """
    per_hour = first_hour_price, second_hour_price
    rates = first_throughput, second_throughput

    def cost(price: Any, rate: Any) -> Any:
        return convert(price / rate, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")

    lines = {
        "first": cost(per_hour[0], rates[0]),
        "price_of_an_hour": cost(per_hour[1], rates[0]) - cost(per_hour[0], rates[0]),
        "throughput": cost(per_hour[1], rates[1]) - cost(per_hour[1], rates[0]),
    }
    precisions = first_peak_precision.split("-"), second_peak_precision.split("-")
    comparable = precisions[0][0] == precisions[1][0]
    peaks = [
        number(peak, "PFLOP/s/GPU") / (2.0 if each[1] == "sparse" else 1.0)
        for peak, each in zip((first_peak, second_peak), precisions, strict=True)
    ]

    def note(value: Any, unit: str = "") -> tuple[Any, str]:
        return tagged(value, unit, first_hour_price), unit

    def notes() -> dict[str, tuple[Any, str]]:
        prices = [number(each, "USD/GPU_hour") for each in per_hour]
        tokens = [number(each, "token/s/GPU") for each in rates]
        memories = [number(each, "GB/GPU") for each in (first_memory, second_memory)]
        powers = [number(each, "W_chip/GPU") for each in (first_power, second_power)]
        found = {
            "cost_ratio": note(ratio(prices[1] * tokens[0], prices[0] * tokens[1], "", when_zero=1.0)),
            "price_ratio_of_an_hour": note(ratio(prices[1], prices[0], "", when_zero=1.0)),
            "throughput_ratio": note(tokens[1] / tokens[0]),
            "tokens_per_joule_ratio": note(tokens[1] / powers[1] / (tokens[0] / powers[0])),
            "verdict_on_peak_rates": ("like with like" if comparable else "not comparable: different precision", ""),
        }
        if comparable:
            paid = ratio(prices[1] * peaks[0], prices[0] * peaks[1], "", when_zero=1.0)
            found["price_ratio_of_peak_arithmetic"] = note(paid)
        for name, price, peak, rate, memory, power in zip(
            ("first", "second"), prices, peaks, tokens, memories, powers, strict=True
        ):
            found |= {
                f"{name}_price_of_peak_arithmetic": note(price / peak, "USD/(PFLOP/s*hour)"),
                f"{name}_peak_arithmetic_for_money": note(
                    ratio(peak * 1e3, price, "", when_zero=0.0), "TFLOP/s/(USD/hour)"
                ),
                f"{name}_arithmetic_per_token": note(peak / rate, "PFLOP/token"),
                f"{name}_tokens_per_joule": note(rate / power, "token/J_chip"),
                f"{name}_price_of_memory": note(price / memory, "USD/GB/hour"),
            }
        return found

    def warnings() -> list[str]:
        found = []
        if not comparable:
            found.append(
                f"The peak rates are of {precisions[0][0].upper()} and {precisions[1][0].upper()}: they are not "
                "compared. Give both of one precision."
            )
        if "sparse" in (precisions[0][1], precisions[1][1]):
            found.append("A peak rate with sparsity is taken as half: models that are served are dense.")
        if first_measured_in != second_measured_in:
            found.append(
                f"The throughputs are of {first_measured_in.upper()} and {second_measured_in.upper()}: part of the "
                "difference is the number format, not the accelerator."
            )
        return found

    return Result("USD/Mtok", lines, notes=notes, warnings=warnings)
