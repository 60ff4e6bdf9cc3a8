"""The rate that a chip can reach at most, for work with given arithmetic and traffic."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Choice, Param, Path, Real, Result, model
from rackmath.models._numbers import some, tagged
from rackmath.models.serving._chip_terms import MemoryBandwidth, PeakFlops
from rackmath.units import number

INTENSITIES = 2.0 ** np.arange(-2, 15)
"""Where the roof is told, in FLOP for each byte: from a quarter to 16,384."""

PeakStated = Annotated[
    str,
    Choice(
        "dense",
        "with-sparsity",
        assumption="dense",
        because="the figures of accelerators are dense rates",
        help="how the peak is stated; a rate with sparsity (two of four weights are zero) is halved",
    ),
]


@model(
    "serving.roofline",
    method="A07.1",
    title="Roofline of an accelerator",
    question="What rate can this work reach at most, and does it wait for memory or for arithmetic?",
    unit="TFLOP/s/GPU",
    sources=("https://doi.org/10.1145/1498765.1498785", "https://arxiv.org/abs/2402.16363"),
    increasing_in=("peak_flops", "memory_bandwidth", "operations"),
    decreasing_in=("memory_traffic",),
)
def roofline(
    *,
    operations: Annotated[
        Real,
        Param(
            "GFLOP",
            assumption="8.59 GFLOP",
            because="64 tokens times a matrix of 8,192 × 8,192 in BF16: 2 × 64 × 8,192²; an example to try",
            minimum=1e-9,
            maximum=1e15,
            help="arithmetic of the work on one accelerator: two for each multiplication with its addition",
        ),
    ],
    memory_traffic: Annotated[
        Real,
        Param(
            "GB",
            assumption="0.136 GB",
            because="64 tokens times a matrix of 8,192 × 8,192 in BF16: the matrix and both sides; an example to try",
            minimum=1e-12,
            maximum=1e12,
            help="bytes that the work moves between the accelerator and its memory, each counted once",
        ),
    ],
    peak_flops: PeakFlops,
    peak_stated: PeakStated,
    memory_bandwidth: MemoryBandwidth,
) -> Result:
    r"""Take the lower of the peak and of what the memory can feed.

    .. math:: R = \min(P, I \cdot W), \qquad I = \frac{F}{B}, \qquad I^* = \frac{P}{W}

    where :math:`F` is operations, :math:`B` memory_traffic, :math:`P` peak_flops (halved if it is stated with sparsity)
    and :math:`W` memory_bandwidth. :math:`I` is the arithmetic intensity; the ridge :math:`I^*` is where memory and
    arithmetic take equally long. The lines are the peak and what waiting for memory takes from it. The path is the roof
    itself, at intensities of powers of two.

    Limits: far below the ridge the rate is I · W and no faster arithmetic helps; far above it is P.
    Not included: what kernels lose against both roofs (a tenth to a half), caches, latency, links to other chips. The
    peak must be that of the precision in which the work is done: a mix of formats has no single roof.
    Source: S. Williams, A. Waterman, D. Patterson, https://doi.org/10.1145/1498765.1498785

    >>> work = roofline(operations=1.0, memory_traffic=0.01, peak_flops=989.4, peak_stated="dense",
    ...                 memory_bandwidth=3350)
    >>> round(float(work.total), 1), round(float(work.notes["ridge"].value), 1)
    (335.0, 295.3)
    """
    halved = 0.5 if peak_stated == "with-sparsity" else 1.0
    peak = np.asarray(number(peak_flops, "TFLOP/s/GPU"), dtype=np.float64) * halved
    bandwidth = number(memory_bandwidth, "GB/s/GPU")
    flop, moved = number(operations, "GFLOP"), number(memory_traffic, "GB")
    intensity, ridge = flop / moved, peak * 1e3 / bandwidth
    fed = intensity * bandwidth / 1e3  # GFLOP/GB × GB/s = GFLOP/s
    reached = np.minimum(peak, fed)
    roof = np.minimum(np.expand_dims(peak, -1), INTENSITIES * np.expand_dims(bandwidth, -1) / 1e3)
    rate = "TFLOP/s/GPU"
    warnings = []
    if some(intensity < ridge) and some(intensity >= ridge):
        warnings.append("In some draws the work waits for memory, in others for arithmetic.")
    elif some(intensity < ridge):
        warnings.append("The work waits for memory: a higher peak would not make it faster.")
    return Result(
        rate,
        {
            "peak": tagged(peak, rate, peak_flops),
            "waiting_for_memory": tagged(-np.maximum(peak - fed, 0.0), rate, peak_flops),
        },
        notes={
            "intensity": (tagged(intensity, "FLOP/byte", peak_flops), "FLOP/byte"),
            "ridge": (tagged(ridge, "FLOP/byte", peak_flops), "FLOP/byte"),
            "share_of_peak": (reached / peak, ""),
            "arithmetic_time": (tagged(flop / peak * 1e3, "us", peak_flops), "us"),
            "memory_time": (tagged(moved / bandwidth * 1e6, "us", peak_flops), "us"),
            "time": (tagged(np.maximum(flop / peak * 1e3, moved / bandwidth * 1e6), "us", peak_flops), "us"),
        },
        warnings=warnings,
        paths={"roof": Path(tagged(roof, rate, peak_flops), rate, "doubling of intensity from ¼ FLOP/byte")},
    )
