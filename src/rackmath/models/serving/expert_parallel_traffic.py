"""What a mixture of experts sends between accelerators, and how full its experts' products are."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Choice, Param, Real, Result, model
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models.serving._chip_terms import LinkBandwidth, LinkBandwidthShare, MemoryBandwidth, PeakFlops
from rackmath.models.serving._experts import distinct_experts
from rackmath.models.serving.step import experts_touched
from rackmath.models.serving.stored import fitted
from rackmath.units import number

Copies = Annotated[
    str,
    Choice(
        "each-rank",
        "each-expert",
        assumption="each-rank",
        because="libraries for throughput send a token once to each rank that holds any of its experts",
        help=(
            "whether a token is sent once to each rank that holds some of its experts, or once for each expert, as "
            "kernels for low latency do"
        ),
    ),
]


@model(
    "serving.expert_parallel_traffic",
    method="A07.8",
    title="Communication of expert parallelism",
    question="How long does it take to send tokens to their experts and back, and how full are the experts?",
    unit="ms",
    sources=("https://arxiv.org/abs/2101.03961", "https://github.com/deepseek-ai/DeepEP"),
    increasing_in=("tokens", "hidden_size", "mixture_layers", "exchange_latency", "busiest_rank_over_mean"),
    decreasing_in=("link_bandwidth", "link_bandwidth_share"),
)
def expert_parallel_traffic(
    *,
    tokens: Annotated[
        Real,
        Param(
            "token",
            assumption="1024 token",
            because="128 requests that decode on each of eight ranks, a setting that kernels are published for",
            minimum=1,
            maximum=1e9,
            help="tokens that go through the layers in one step, over all ranks of the group",
        ),
    ],
    hidden_size: Annotated[
        Real,
        Param(
            "element/token",
            assumption="7168 element/token",
            because="DeepSeek-V3; config.json: hidden_size",
            minimum=1,
            maximum=1e6,
            help="numbers that a token is between two layers (hidden size)",
        ),
    ],
    mixture_layers: Annotated[
        Real,
        Param(
            "layer",
            assumption="58 layer",
            because="DeepSeek-V3: 61 layers, of which the first three are dense",
            minimum=1,
            maximum=1e4,
            help="layers that have experts",
        ),
    ],
    experts: Annotated[
        Real,
        Param(
            "expert",
            assumption="256 expert",
            because="DeepSeek-V3; config.json: n_routed_experts",
            minimum=1,
            maximum=1e5,
            help="routed experts of a layer",
        ),
    ],
    experts_per_token: Annotated[
        Real,
        Param(
            "expert/token",
            assumption="8 expert/token",
            because="DeepSeek-V3; config.json: num_experts_per_tok",
            minimum=1,
            maximum=1e5,
            help="routed experts that each token is sent to (top-k)",
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
            help="ranks that the experts are dealt out to (expert parallel)",
        ),
    ],
    copies: Copies,
    dispatch_bytes: Annotated[
        Real,
        Param(
            "byte/element",
            assumption="1 byte/element",
            because="tokens are sent to experts in FP8; 2 in BF16",
            minimum=0.125,
            maximum=8,
            help="bytes of one number on the way to the experts",
        ),
    ],
    combine_bytes: Annotated[
        Real,
        Param(
            "byte/element",
            assumption="2 byte/element",
            because="results come back in BF16",
            minimum=0.125,
            maximum=8,
            help="bytes of one number on the way back",
        ),
    ],
    busiest_rank_over_mean: Annotated[
        Real,
        Param(
            "",
            assumption="1.2",
            because="balanced routing with some chance; without balancing up to 2",
            minimum=1,
            maximum=1e3,
            help="tokens of the busiest rank over the mean: all wait for it",
        ),
    ],
    exchange_latency: Annotated[
        Real,
        Param(
            "us",
            assumption="18 us",
            because="what a fit on measured steps gives (`rackmath serving`)",
            minimum=0,
            maximum=1e5,
            help="latency of one exchange (all-to-all) before its volume counts; a layer has two",
        ),
    ],
    link_bandwidth: LinkBandwidth,
    link_bandwidth_share: LinkBandwidthShare,
    peak_flops: PeakFlops,
    memory_bandwidth: MemoryBandwidth,
    bytes_per_parameter: Annotated[
        Real,
        Param(
            "byte/parameter",
            assumption="2 byte/parameter",
            because="BF16, as the peak's figure; 1 with FP8, where the peak doubles",
            minimum=0.125,
            maximum=8,
            help="bytes that a parameter of an expert takes in memory",
        ),
    ],
) -> Result:
    r"""Send each token to its experts and back, in every layer that has some.

    .. math:: t = L \Bigl(2 \alpha + \lambda\,\frac{T}{p}\,\frac{c\,h\,(w_d + w_c)}{\beta}\Bigr), \qquad
       c = k \Bigl(1 - \frac{1}{p}\Bigr) \;\text{or}\; (p - 1) \Bigl(1 - \Bigl(1 - \frac{1}{p}\Bigr)^k\Bigr)

    where :math:`L` is mixture_layers, :math:`\alpha` exchange_latency, :math:`T` tokens, :math:`p` gpus, :math:`h`
    hidden_size, :math:`w_d` dispatch_bytes, :math:`w_c` combine_bytes, :math:`\beta` the link's bandwidth times the
    share that is reached and :math:`\lambda` busiest_rank_over_mean. :math:`c` is how many copies of a token leave its
    rank: one for each of its :math:`k` experts elsewhere, or one for each rank that holds some. With even routing a
    step reaches :math:`E (1 - (1 - k/E)^T)` of :math:`E` experts; their weights are read for T·k/E tokens each on
    average, so the products become compute-bound only at E/k times the tokens of a dense model.

    Limits: one rank sends nothing and keeps the latency out; with few tokens latency is all.
    Not included: overlap with arithmetic, two speeds of link (take that of the slower), scales beside FP8 numbers.
    Source: https://github.com/deepseek-ai/DeepEP

    >>> sent = expert_parallel_traffic(
    ...     tokens=1024, hidden_size=7168, mixture_layers=1, experts=256, experts_per_token=8, gpus=8,
    ...     copies="each-expert", dispatch_bytes=1, combine_bytes=2, busiest_rank_over_mean=1, exchange_latency=0,
    ...     link_bandwidth=100, link_bandwidth_share=1, peak_flops=989.4, memory_bandwidth=3350, bytes_per_parameter=2)
    >>> round(float(sent.total) * 1e3, 1), round(float(sent.notes["experts_reached"].value), 1)
    (192.7, 256.0)
    """
    ranks = np.asarray(number(gpus, "GPU"), dtype=np.float64)
    group, top_k = number(tokens, "token"), number(experts_per_token, "expert/token")
    there, layers = number(experts, "expert"), number(mixture_layers, "layer")
    reached = distinct_experts(there, top_k, group)
    to_experts, to_ranks = top_k * (1 - 1 / ranks), (ranks - 1) * (1 - (1 - 1 / ranks) ** top_k)
    leaving = to_experts if copies == "each-expert" else to_ranks
    elements = group / ranks * leaving * number(hidden_size, "element/token")  # that a rank sends in a layer
    bandwidth = number(link_bandwidth, "GB/s/GPU") * number(link_bandwidth_share, "") * 1e6  # bytes a ms
    there_bytes, back_bytes = number(dispatch_bytes, "byte/element"), number(combine_bytes, "byte/element")
    latency = np.where(ranks > 1, 2 * layers * number(exchange_latency, "us") / 1e3, 0.0)
    dispatch, combine = (layers * elements * each / bandwidth for each in (there_bytes, back_bytes))
    waiting = (dispatch + combine) * (number(busiest_rank_over_mean, "") - 1)
    ridge = number(peak_flops, "TFLOP/s/GPU") * 1e3 / number(memory_bandwidth, "GB/s/GPU")
    full = ridge * number(bytes_per_parameter, "byte/parameter") / 2  # tokens that fill a product
    each_expert = group * top_k / reached

    def line(value: Any) -> Any:
        return tagged(value, "ms", exchange_latency)

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, exchange_latency), unit

    def notes() -> dict[str, tuple[Any, str]]:
        whole = latency + dispatch + combine + waiting
        sent = elements * (there_bytes + back_bytes)
        return {
            "copies_that_leave_a_rank": note(leaving, ""),
            "traffic_per_layer": note(sent * ranks / 1e6, "MB/layer"),
            "traffic_per_layer_and_rank": note(sent / 1e6, "MB/layer/GPU"),
            "latency_share": note(ratio(latency, whole, "ms"), ""),
            "experts_reached": note(reached, "expert"),
            "experts_reached_if_some_are_popular": note(
                experts_touched(np.asarray(there, dtype=np.float64), top_k, group, fitted().constants["popularity"]),
                "expert",
            ),
            "tokens_of_an_expert_reached": note(each_expert, "token/expert"),
            "reachable_share_of_peak": note(np.minimum(each_expert / full, 1.0), ""),
            "tokens_for_full_experts": note(full * there / top_k, "token"),
        }

    warnings = []
    if some(ranks > there):
        warnings.append("There are more ranks than experts: some hold none.")
    if some(each_expert < full):
        warnings.append("The experts' products wait for memory: their weights are read for few tokens each.")
    return Result(
        "ms",
        {
            "latency": line(latency),
            "dispatch": line(dispatch),
            "combine": line(combine),
            "waiting_for_the_busiest_rank": line(waiting),
        },
        notes=notes,
        warnings=warnings,
    )
