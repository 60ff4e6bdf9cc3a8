"""Inputs that several models of serving share: what a chip, a link and a transformer are."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real

PeakFlops = Annotated[
    Real,
    Param(
        "TFLOP/s/GPU",
        evidence="h100-sxm/peak-flops",
        minimum=1e-3,
        maximum=1e7,
        help="peak rate of one accelerator in the arithmetic that the model runs in (figure: BF16, dense)",
    ),
]
MemoryBandwidth = Annotated[
    Real,
    Param(
        "GB/s/GPU",
        evidence="h100-sxm/memory-bandwidth",
        minimum=1e-3,
        maximum=1e7,
        help="peak bandwidth of one accelerator's memory",
    ),
]
ChipMemory = Annotated[
    Real,
    Param(
        "GB/GPU",
        evidence="h100-sxm/memory",
        minimum=1e-3,
        maximum=1e6,
        help="memory of one accelerator; GB is 10⁹ bytes, write GiB where a maker counts in 2³⁰",
    ),
]
LinkBandwidth = Annotated[
    Real,
    Param(
        "GB/s/GPU",
        evidence="h100-sxm/link-bandwidth",
        minimum=1e-3,
        maximum=1e6,
        help="peak bandwidth of one accelerator's links to the others of the group, in one direction",
    ),
]
LinkBandwidthShare = Annotated[
    Real,
    Param(
        "",
        evidence="h100-sxm/link-bandwidth-share",
        minimum=0.01,
        maximum=1,
        help="share of the link's peak that large messages reach",
    ),
]
Layers = Annotated[
    Real,
    Param(
        "layer",
        assumption="80 layer",
        because="a dense model of 70 billion parameters (Llama 3.1 70B); config.json: num_hidden_layers",
        minimum=1,
        maximum=1e4,
        help="transformer layers of the model, each of which attends to the whole context",
    ),
]
HiddenSize = Annotated[
    Real,
    Param(
        "element/token",
        assumption="8192 element/token",
        because="a dense model of 70 billion parameters (Llama 3.1 70B); config.json: hidden_size",
        minimum=1,
        maximum=1e6,
        help="numbers that a token is between two layers (hidden size)",
    ),
]
ActivationBytes = Annotated[
    Real,
    Param(
        "byte/element",
        assumption="2 byte/element",
        because="activations are passed on in 16 bits in most engines",
        minimum=0.125,
        maximum=8,
        help="bytes of one number that is passed on",
    ),
]
Experts = Annotated[
    Real,
    Param(
        "expert",
        assumption="1 expert",
        because="a dense model; config.json of a mixture says how many are routed to",
        minimum=1,
        maximum=1e5,
        help="routed experts of a layer; 1 for a dense model",
    ),
]
ExpertsPerToken = Annotated[
    Real,
    Param(
        "expert/token",
        assumption="1",
        because="a dense model; config.json: num_experts_per_tok",
        minimum=1,
        maximum=1e5,
        help="routed experts that each token is sent to (top-k)",
    ),
]
AllReduceLatency = Annotated[
    Real,
    Param(
        "us",
        evidence="h100-sxm/all-reduce-latency",
        minimum=0,
        maximum=1e5,
        help="latency of an all-reduce in two steps, before its volume counts: a matter of the library",
    ),
]
TokensInStep = Annotated[
    Real,
    Param(
        "token",
        assumption="2048 token",
        because="one prompt of moderate length; when decoding it is the number of requests in the batch",
        minimum=1,
        maximum=1e9,
        help="tokens that go through the layers in one step, over all requests",
    ),
]
NetworkBandwidth = Annotated[
    Real,
    Param(
        "GB/s/GPU",
        evidence="gpu-cluster/network-bandwidth",
        minimum=1e-3,
        maximum=1e6,
        help="bandwidth of one accelerator's network to other servers, in one direction",
    ),
]
