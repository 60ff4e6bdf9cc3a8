"""What a narrower number format saves: fewer bytes to read, faster arithmetic, fewer accelerators for the weights."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import HAIR, ratio, some, tagged
from rackmath.models._terms import GpuHourPrice, OutputThroughput
from rackmath.models.serving.hardware import arithmetic_on, find_accelerator, find_format
from rackmath.units import convert, number

GIB = 2.0**30
FORMAT_NAMES = ("bf16", "fp8", "int8", "nvfp4", "mxfp4", "int4")
CHIP_NAMES = ("a100_sxm", "h100_sxm", "h200_sxm", "l40s", "b200_sxm", "b300_sxm", "mi300x", "mi355x", "trainium2")


@model(
    "serving.precision",
    method="A07.15",
    title="Saving of a narrower number format",
    question="What does a million output tokens cost once the weights are kept in a narrower number format?",
    unit="USD/Mtok",
    sources=(
        "https://blogs.nvidia.com/blog/inference-open-source-models-blackwell-reduce-cost-per-token/",
        "https://introl.com/blog/inference-unit-economics-true-cost-per-million-tokens-guide",
        "https://arxiv.org/abs/2211.05102",
    ),
    increasing_in=("gpu_hour_price",),
    decreasing_in=("output_throughput",),
)
def precision(
    *,
    gpu_hour_price: GpuHourPrice,
    output_throughput: OutputThroughput,
    chip: Annotated[
        str,
        Choice(
            *CHIP_NAMES,
            assumption="h100_sxm",
            because="the accelerator that most measurements are of",
            help="the accelerator, which decides what arithmetic a format gets",
        ),
    ],
    first_format: Annotated[
        str,
        Choice(
            *FORMAT_NAMES,
            assumption="fp8",
            because="the throughput that is taken where none is given was measured so",
            help="number format of the weights that the throughput was measured with",
        ),
    ],
    second_format: Annotated[
        str,
        Choice(
            *FORMAT_NAMES,
            assumption="int4",
            because="the next step on chips without four-bit arithmetic; write nvfp4 or mxfp4 on those that have it",
            help="number format of the weights that it is compared with",
        ),
    ],
    fixed_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.3",
            because="reading the cache, collectives and starting kernels take 15 to 60 of 100 parts of a decode step",
            minimum=0,
            maximum=1,
            help="share of the time that the format of the weights does not change",
        ),
    ],
    reading_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.5",
            because="decoding reads weights and prompts are arithmetic; a service does about as much of either",
            minimum=0,
            maximum=1,
            help="share of the remaining time that is spent on reading weights; the rest is arithmetic",
        ),
    ],
    parameters: Annotated[
        Real,
        Param(
            "",
            assumption="70.6e9",
            because="a Llama of 70 billion parameters",
            minimum=1e6,
            maximum=1e14,
            help="weights of the model, all experts included",
        ),
    ],
    weights_share_of_memory: Annotated[
        Real,
        Param(
            "",
            assumption="0.6",
            because="the rest is for the cache and buffers",
            minimum=0.05,
            maximum=1,
            help="share of an accelerator's memory that weights may take",
        ),
    ],
) -> Result:
    r"""Scale the parts of the time that the format touches: reading by bytes, arithmetic by peak rates.

    .. math:: c_2 = c_1 \Bigl[f + (1-f)\Bigl(\rho\,\frac{w_2}{w_1} + (1-\rho)\,\frac{P_1}{P_2}\Bigr)\Bigr],
        \qquad c_1 = \frac{p}{v}

    where :math:`p` is gpu_hour_price, :math:`v` output_throughput in the first format, :math:`f` fixed_share,
    :math:`\rho` reading_share, :math:`w` the bytes of a weight with its scales and :math:`P` the chip's dense peak rate
    for the arithmetic that the format gets. Formats without arithmetic of their own on the chip are widened to BF16
    when they are multiplied: they save bytes only. Four-bit formats carry scales (0.53 to 0.56 bytes a weight), so that
    they halve eight bits not quite. On a chip that has FP8 but no four-bit arithmetic they are dearer than FP8 as soon
    as arithmetic takes a third of the time that the format touches. The notes also give the other saving, which comes
    of holding the weights in fewer accelerators: it is as large as their number falls only if a replica then still
    makes as many tokens.

    Limits: all fixed saves nothing; all arithmetic saves as peak rates say; all reading as bytes say.
    Not included: the loss of quality, which must be measured; the cache's own format (`serving.kv_cache`); the time
    that widening takes; room for more requests that smaller weights leave.
    Source: https://arxiv.org/abs/2211.05102

    >>> found = precision(
    ...     gpu_hour_price=2.34, output_throughput=50, chip="h100_sxm", first_format="bf16", second_format="int4",
    ...     fixed_share=0.2, reading_share=0.75, parameters=70.6e9, weights_share_of_memory=0.6)
    >>> {name: round(float(line), 2) for name, line in found.lines.items()}
    {'first_format': 13.0, 'bytes_read': -5.79, 'arithmetic': 0.0}
    >>> float(found.notes["accelerators_first"].value), float(found.notes["accelerators_second"].value)
    (3.0, 1.0)
    """
    device = find_accelerator(chip)
    formats = find_format(first_format), find_format(second_format)
    used, widened = zip(*(arithmetic_on(each, device) for each in formats), strict=True)
    bytes_ratio = formats[1].bytes / formats[0].bytes
    time_ratio = device.peak(used[0]) / device.peak(used[1])

    first = convert(gpu_hour_price / output_throughput, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")
    touched = 1 - number(fixed_share, "")
    read = touched * number(reading_share, "")
    lines = {
        "first_format": first + 0 * read,
        "bytes_read": first * read * (bytes_ratio - 1),
        "arithmetic": first * (touched - read) * (time_ratio - 1),
    }
    room = device.memory_gb * GIB * number(weights_share_of_memory, "")
    chips = [np.maximum(np.ceil(number(parameters, "") * each.bytes / room * (1 - HAIR)), 1.0) for each in formats]

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, gpu_hour_price), unit

    def notes() -> dict[str, tuple[Any, str]]:
        after = ratio(sum(lines.values()), first, "USD/Mtok", when_zero=1.0)
        return {
            "saving_share": note(1 - after, ""),
            "throughput_ratio": note(1 / after, ""),
            "saving_share_if_nothing_were_fixed": note(
                1 - bytes_ratio * number(reading_share, "") - time_ratio * (1 - number(reading_share, "")), ""
            ),
            "arithmetic": (f"{used[0]}, then {used[1]}", ""),
            "accelerators_first": note(chips[0], "GPU/replica"),
            "accelerators_second": note(chips[1], "GPU/replica"),
            "saving_share_if_a_replica_keeps_its_rate": note(1 - chips[1] / chips[0], ""),
        }

    def warnings() -> list[str]:
        found = []
        if widened[1] and formats[1].arithmetic != used[1]:
            found.append(
                f"This chip has no {formats[1].arithmetic} arithmetic: weights in {second_format} are widened to BF16, "
                "which saves bytes only."
            )
        if bytes_ratio > 1:
            found.append("The second format is the wider one: this is what going back costs.")
        elif some(sum(lines.values()) > first):
            found.append("The narrower format costs more here: it loses the arithmetic that the first one had.")
        return found

    return Result("USD/Mtok", lines, notes=notes, warnings=warnings)
