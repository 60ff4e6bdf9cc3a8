"""How long micro-batches take through stages, with idle stages and what is handed on between them."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models.serving._chip_terms import ActivationBytes, HiddenSize, Layers, NetworkBandwidth, TokensInStep
from rackmath.models.serving._collectives import all_reduce_volume
from rackmath.units import number

Pass = Annotated[
    str,
    Choice(
        "forward",
        "forward-and-backward",
        assumption="forward",
        because="serving has no backward pass; training sends gradients back and keeps activations until then",
        help="whether the work is serving, or training with a backward pass, twice as long as the forward one",
    ),
]
TENSOR_REDUCTIONS = 2  # all-reduces of a layer, where the same layers are shared instead of dealt out


@model(
    "serving.pipeline_transfer",
    method="A07.7",
    title="Pipeline of stages",
    question="How long do batches take through a pipeline of stages, and what is lost to idle stages and transfers?",
    unit="ms",
    sources=("https://arxiv.org/abs/1811.06965", "https://arxiv.org/abs/2104.04473"),
    increasing_in=("tokens", "stage_time", "microbatches", "stages", "transfer_latency"),
    decreasing_in=("network_bandwidth",),
)
def pipeline_transfer(
    *,
    stages: Annotated[
        Real,
        Param(
            "",
            assumption="2",
            because="a model that is too large for one server, on two",
            minimum=1,
            maximum=4096,
            help="stages that the layers are dealt out to",
        ),
    ],
    microbatches: Annotated[
        Real,
        Param(
            "",
            assumption="8",
            because="four times as many as stages keep most of them busy",
            minimum=1,
            maximum=1e6,
            help="micro-batches that go through one after the other",
        ),
    ],
    stage_time: Annotated[
        Real,
        Param(
            "ms",
            assumption="25 ms",
            because="half of a prompt of 2,048 tokens on eight H100 (`serving.tensor_parallel_traffic`)",
            minimum=1e-6,
            maximum=1e7,
            help="time that a stage takes for a micro-batch, forward",
        ),
    ],
    tokens: TokensInStep,
    hidden_size: HiddenSize,
    activation_bytes: ActivationBytes,
    layers: Layers,
    network_bandwidth: NetworkBandwidth,
    transfer_latency: Annotated[
        Real,
        Param(
            "us",
            assumption="10 us",
            because="what planners of serving count for one send between servers",
            minimum=0,
            maximum=1e6,
            help="time of a transfer before its volume counts",
        ),
    ],
    work: Pass,
) -> Result:
    r"""Fill the pipeline, run it, and drain it.

    .. math:: t = m\,t_s + (p - 1)\,t_s + (p - 1) \Bigl(\alpha + \frac{T h w}{\beta}\Bigr), \qquad
       \text{bubble} = \frac{p - 1}{m + p - 1}

    where :math:`m` is microbatches, :math:`p` stages, :math:`t_s` stage_time, :math:`T` tokens of a micro-batch,
    :math:`h` hidden_size, :math:`w` activation_bytes, :math:`\alpha` transfer_latency and :math:`\beta`
    network_bandwidth. A cut hands on the activations of one layer, T·h·w, and not those of all layers before it. The
    time is until the last micro-batch is out; transfers of earlier ones are hidden behind work as long as they are
    shorter than a stage. With a backward pass each stage takes three times as long and each cut is crossed twice.
    ``tensor_traffic_over_pipeline`` says how much more the same ranks would send if they shared each layer instead:
    that belongs on the links inside a server, a pipeline on the network between servers.

    Limits: one stage has neither bubble nor transfers; many micro-batches make the bubble small, and in serving a
    steady stream of at least p of them has none.
    Not included: stages of unequal length, interleaved schedules, splitting a batch (its parts read the weights anew).
    Source: Y. Huang and others, https://arxiv.org/abs/1811.06965

    >>> line = pipeline_transfer(
    ...     stages=4, microbatches=8, stage_time=10, tokens=2048, hidden_size=8192, activation_bytes=2, layers=80,
    ...     network_bandwidth=50, transfer_latency=10, work="forward")
    >>> {name: round(float(value), 2) for name, value in line.lines.items()}
    {'busy': 80.0, 'bubble': 30.0, 'transfers': 2.04}
    >>> round(float(line.notes["bubble_share"].value), 3)
    0.273
    """
    p, m = np.asarray(number(stages, ""), dtype=np.float64), number(microbatches, "")
    training = work == "forward-and-backward"
    each = number(stage_time, "ms") * (3.0 if training else 1.0)
    crossings = 2.0 if training else 1.0
    token_bytes = number(hidden_size, "element/token") * number(activation_bytes, "byte/element")
    cut = number(tokens, "token") * token_bytes
    send = number(transfer_latency, "us") / 1e3 + cut / number(network_bandwidth, "GB/s/GPU") / 1e6
    busy, bubble, transfers = m * each, (p - 1) * each, (p - 1) * crossings * send

    def line(value: Any) -> Any:
        return tagged(value, "ms", stage_time)

    warnings = []
    if some((p > 1) & (send > each / crossings)):
        warnings.append("A transfer takes longer than a stage, so it sets the pace: this time is too short.")
    if some(p > number(layers, "layer")):
        warnings.append("There are more stages than layers: some have nothing to do.")
    kept = cut * number(layers, "layer")
    shared = all_reduce_volume(cut, p) * TENSOR_REDUCTIONS * number(layers, "layer") * p  # all ranks together
    return Result(
        "ms",
        {"busy": line(busy), "bubble": line(bubble), "transfers": line(transfers)},
        notes={
            "bubble_share": (tagged((p - 1) / (m + p - 1), "", stage_time), ""),
            "transfer_per_cut": (tagged(cut / 2**20, "MiB", stage_time), "MiB"),
            "time_of_a_transfer": (tagged(send * 1e3, "us", stage_time), "us"),
            "activations_if_all_layers_were_kept": (tagged(kept / 1e9, "GB", stage_time), "GB"),
            "tensor_traffic_over_pipeline": (
                tagged(ratio(shared, (p - 1) * cut, "byte", when_zero=1.0), "", stage_time),
                "",
            ),
        },
        warnings=warnings,
    )
