"""What tensor parallelism sends between accelerators, and how long that takes."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, ratio_or_never, some, tagged
from rackmath.models.serving._chip_terms import (
    ActivationBytes,
    AllReduceLatency,
    HiddenSize,
    Layers,
    LinkBandwidth,
    LinkBandwidthShare,
    TokensInStep,
)
from rackmath.models.serving._collectives import all_reduce_volume
from rackmath.units import number

Algorithm = Annotated[
    str,
    Choice(
        "two-step",
        "one-step",
        "ring",
        assumption="two-step",
        because="behind a switch each rank reduces its part and hands it round; what the figure of latency is for",
        help=(
            "how messages are added up: in parts and gathered again (two-step), each rank sending all to all others "
            "(one-step), or from neighbour to neighbour (ring)"
        ),
    ),
]


@model(
    "serving.tensor_parallel_traffic",
    method="A07.6",
    title="Communication of tensor parallelism",
    question="How long do the accelerators that share each layer talk to one another in a step?",
    unit="ms",
    sources=("https://arxiv.org/abs/1909.08053", "https://arxiv.org/abs/2412.04964"),
    infinite="the message as long as its latency: one accelerator alone sends none",
    increasing_in=("tokens", "hidden_size", "activation_bytes", "layers", "gpus", "all_reduce_latency"),
    decreasing_in=("link_bandwidth", "link_bandwidth_share", "compression"),
)
def tensor_parallel_traffic(
    *,
    tokens: TokensInStep,
    hidden_size: HiddenSize,
    activation_bytes: ActivationBytes,
    layers: Layers,
    reductions_per_layer: Annotated[
        Real,
        Param(
            "1/layer",
            assumption="2 1/layer",
            because="one after attention and one after the feed-forward block; 1 where both run side by side",
            minimum=1,
            maximum=8,
            help="all-reduces of a layer in the forward pass",
        ),
    ],
    gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="8 GPU",
            because="the accelerators of a usual server, which share fast links",
            minimum=1,
            maximum=4096,
            help="accelerators that share each layer",
        ),
    ],
    algorithm: Algorithm,
    all_reduce_latency: AllReduceLatency,
    link_bandwidth: LinkBandwidth,
    link_bandwidth_share: LinkBandwidthShare,
    compression: Annotated[
        Real,
        Param(
            "",
            assumption="1",
            because="messages are sent as they are; FP8 messages would halve them",
            minimum=1,
            maximum=64,
            help="how many times smaller messages are sent, by a narrower format",
        ),
    ],
    time_without_communication: Annotated[
        Real,
        Param(
            "ms",
            assumption="49 ms",
            because="2 × 70.6e9 × 2,048 FLOP on eight H100 at 74 % of their BF16 peak",
            minimum=0,
            maximum=1e7,
            help="time that the step takes for everything else",
        ),
    ],
) -> Result:
    r"""Add up the latency of all-reduces, and their volume over the link.

    .. math:: t = L\,r \Bigl(\frac{s}{2}\,\alpha + \frac{V}{\beta}\Bigr), \qquad V = \frac{2 (p - 1)}{p}\,T h w

    where :math:`L` is layers, :math:`r` reductions_per_layer, :math:`\alpha` all_reduce_latency (of two steps),
    :math:`\beta` the link's bandwidth times the share that is reached, :math:`p` gpus, :math:`T` tokens, :math:`h`
    hidden_size and :math:`w` activation_bytes over compression. A two-step reduction has :math:`s = 2`; a ring sends
    the same volume in :math:`s = 2(p-1)` steps; in one step :math:`V = (p - 1) T h w`, which pays for small messages.
    What is sent are activations: it grows with tokens and width, and the size of the weights does not enter.

    Limits: one accelerator sends nothing; with few tokens (decoding) latency is all, with many (prompts) volume is.
    Not included: reductions inside the switch, overlap with arithmetic, a group over several servers (take its slower
    link).
    Source: M. Shoeybi and others, https://arxiv.org/abs/1909.08053

    >>> talk = tensor_parallel_traffic(
    ...     tokens=2048, hidden_size=8192, activation_bytes=2, layers=80, reductions_per_layer=2, gpus=8,
    ...     algorithm="two-step", all_reduce_latency=10, link_bandwidth=450, link_bandwidth_share=0.8, compression=1,
    ...     time_without_communication=49)
    >>> round(float(talk.total), 2), round(float(talk.notes["traffic_per_layer"].value), 1)
    (27.7, 117.4)
    """
    ranks = np.asarray(number(gpus, "GPU"), dtype=np.float64)
    reductions = number(layers, "layer") * number(reductions_per_layer, "1/layer")
    latency = number(all_reduce_latency, "us") / 2.0  # of one step
    bandwidth = number(link_bandwidth, "GB/s/GPU") * number(link_bandwidth_share, "") * 1e3  # bytes a µs
    smaller = number(compression, "")
    message = number(tokens, "token") * number(hidden_size, "element/token") * number(activation_bytes, "byte/element")
    steps = np.where(ranks > 1, {"one-step": 1.0, "two-step": 2.0}.get(algorithm, 2 * (ranks - 1)), 0.0)
    volume = (ranks - 1) * message if algorithm == "one-step" else all_reduce_volume(message, ranks)
    waiting = reductions * steps * latency / 1e3
    sending = reductions * volume / smaller / bandwidth / 1e3
    whole = waiting + sending
    other = number(time_without_communication, "ms")
    uncompressed = waiting + sending * smaller

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, all_reduce_latency), unit

    def notes() -> dict[str, tuple[Any, str]]:
        per_byte = volume / message / smaller / bandwidth
        return {
            "message": note(message / 1e6, "MB"),
            "traffic_per_layer": note(volume / smaller * number(reductions_per_layer, "1/layer") / 1e6, "MB/layer/GPU"),
            "traffic_per_step": note(volume / smaller * reductions / 1e9, "GB/GPU"),
            "time_per_layer": note(whole / number(layers, "layer") * 1e3, "us/layer"),
            "latency_share": note(ratio(waiting, whole, "ms"), ""),
            "message_as_long_as_its_latency": note(ratio_or_never(steps * latency, per_byte) / 1e6, "MB"),
            "step_time": note(whole + other, "ms"),
            "share_of_step": note(ratio(whole, whole + other, "ms"), ""),
            "step_speedup_by_compression": note(ratio(uncompressed + other, whole + other, "ms", when_zero=1.0), ""),
        }

    warnings = []
    if some(whole > other):
        warnings.append("The accelerators talk for longer than they work: use fewer for each layer, or faster links.")
    return Result(
        "ms",
        {
            "latency": tagged(waiting, "ms", all_reduce_latency),
            "transfer": tagged(sending, "ms", all_reduce_latency),
        },
        notes=notes,
        warnings=warnings,
    )
