"""How long one step of decoding takes, and from which batch on arithmetic decides."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import ratio_or_never, some, tagged
from rackmath.models._terms import GpuHourPrice
from rackmath.models.serving._chip_terms import ChipMemory, Experts, ExpertsPerToken, MemoryBandwidth, PeakFlops
from rackmath.models.serving._experts import distinct_experts
from rackmath.units import number

HALVINGS = 60  # of the bracket around the optimal batch: to the last digit of a float


@model(
    "serving.decode_step",
    method="A07.2",
    title="Decode step and optimal batch",
    question="How long does a step of decoding take, and how large a batch makes full use of the arithmetic?",
    unit="ms",
    sources=("https://arxiv.org/abs/2506.04645", "https://arxiv.org/abs/2211.05102"),
    infinite=(
        "the optimal batch: reading the cache takes as long as the arithmetic of a further request, or longer, so no "
        "batch is ever compute-bound; or the cap by memory, where requests have no cache"
    ),
    increasing_in=("batch", "context", "parameters", "bytes_per_parameter", "kv_cache_per_token", "step_overhead"),
    decreasing_in=("memory_bandwidth", "peak_flops", "gpus"),
)
def decode_step(
    *,
    batch: Annotated[
        Real,
        Param(
            "request",
            assumption="32 request",
            because="a moderate load to try; a mean over time need not be whole",
            minimum=1,
            maximum=1e6,
            help="requests that decode at the same time on the replica, each one token a step",
        ),
    ],
    context: Annotated[
        Real,
        Param(
            "token/request",
            assumption="1536 token/request",
            because="1,024 tokens in and half of 1,024 out, on average over the answer",
            minimum=0,
            maximum=1e8,
            help="tokens that each request has in the cache, on average",
        ),
    ],
    parameters: Annotated[
        Real,
        Param(
            "Gparameter",
            assumption="70.6 Gparameter",
            because="a dense model of 70 billion parameters (Llama 3.1 70B)",
            minimum=1e-3,
            maximum=1e6,
            help="parameters of the model, all experts included",
        ),
    ],
    routed_share: Annotated[
        Real,
        Param(
            "",
            assumption="0",
            because="a dense model; of a mixture of experts, most parameters are in routed experts",
            minimum=0,
            maximum=1,
            help="share of the parameters that is in routed experts",
        ),
    ],
    experts: Experts,
    experts_per_token: ExpertsPerToken,
    bytes_per_parameter: Annotated[
        Real,
        Param(
            "byte/parameter",
            assumption="2 byte/parameter",
            because="BF16, as the peak's figure; 1 with FP8, where the peak doubles",
            minimum=0.125,
            maximum=8,
            help="bytes that a parameter takes in memory, scales included",
        ),
    ],
    kv_cache_per_token: Annotated[
        Real,
        Param(
            "kB/token",
            assumption="327.68 kB/token",
            because="80 layers × 8 key-value heads × 128 × 2 bytes, keys and values (Llama 3.1 70B)",
            minimum=0,
            maximum=1e5,
            help="cache of one token of context, over all layers",
        ),
    ],
    gpus: Annotated[
        Real,
        Param(
            "GPU",
            assumption="4 GPU",
            because="two hold the weights in BF16 with next to no room for a cache",
            minimum=1,
            maximum=1e5,
            help="GPUs that share each step (tensor parallel)",
        ),
    ],
    peak_flops: PeakFlops,
    memory_bandwidth: MemoryBandwidth,
    chip_memory: ChipMemory,
    reached_peak_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.74",
            because="what a fit on measured steps gives for BF16 (`rackmath serving`); 1 is the bare roofline",
            minimum=0.01,
            maximum=1,
            help="share of the peak that dense products reach",
        ),
    ],
    reached_bandwidth_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.76",
            because="what a fit on measured steps gives for weights (`rackmath serving`); 1 is the bare roofline",
            minimum=0.01,
            maximum=1,
            help="share of the memory's bandwidth that reading weights and cache reaches",
        ),
    ],
    step_overhead: Annotated[
        Real,
        Param(
            "ms",
            assumption="3.3 ms",
            because="80 layers × 39 µs of kernel floors and 0.2 ms of the host, as fitted; 0 is the bare roofline",
            minimum=0,
            maximum=1e5,
            help="time of a step that no bandwidth and no peak shortens: kernel floors, host, collectives",
        ),
    ],
    usable_memory_share: Annotated[
        Real,
        Param(
            "",
            assumption="0.9",
            because="engines leave a tenth for activations and fragments by default",
            minimum=0.05,
            maximum=1,
            help="share of the memory that weights and cache may fill",
        ),
    ],
    gpu_hour_price: GpuHourPrice,
) -> Result:
    r"""Take the longer of reading weights with cache and of the arithmetic, and add what neither shortens.

    .. math:: t(b) = \max\Bigl(\frac{S(b) + b\,c\,\kappa}{n W'}, \frac{2 N_a b}{n P'}\Bigr) + t_0, \qquad
       b^* = \frac{N w / W'}{2 N / P' - c\,\kappa / W'}

    where :math:`b` is batch, :math:`c` context, :math:`\kappa` kv_cache_per_token, :math:`N` parameters with
    :math:`N_a` of them active for a token, :math:`w` bytes_per_parameter, :math:`n` gpus, :math:`P'` and :math:`W'` the
    peak and the bandwidth times the shares that are reached, and :math:`t_0` step_overhead. :math:`S(b)` is the weights
    that a step reads: all of a dense model, and of a mixture the experts that its tokens reach,
    :math:`E (1 - (1 - k/E)^b)` with even routing. :math:`b^*` is where memory and arithmetic take equally long; without
    the cache it is :math:`P' w / (2 W')` for a dense model. Each further token of context raises it, until it no longer
    exists; of a mixture it is found by halving.

    Limits: at b = 1 the step is as long as reading the weights; far above b* it grows with b, and a token gets no
    cheaper.
    Not included: prompts that share the step, arithmetic of attention, collectives (`serving.tensor_parallel_traffic`),
    uneven routing. `rackmath serving predict` has all of these, with an interval.
    Source: E. Erdil, https://arxiv.org/abs/2506.04645

    >>> step = decode_step(
    ...     batch=64, context=0, parameters=70, routed_share=0, experts=1, experts_per_token=1, bytes_per_parameter=2,
    ...     kv_cache_per_token=320, gpus=4, peak_flops=989.4, memory_bandwidth=3350, chip_memory=80,
    ...     reached_peak_share=1, reached_bandwidth_share=1, step_overhead=0, usable_memory_share=0.9, gpu_hour_price=2)
    >>> round(float(step.total), 2), round(float(step.notes["optimal_batch_without_cache"].value))
    (10.45, 295)
    """
    b, chips = number(batch, "request"), number(gpus, "GPU")
    each, top_k = number(experts, "expert"), number(experts_per_token, "expert/token")
    all_parameters = number(parameters, "Gparameter")
    weights = all_parameters * number(bytes_per_parameter, "byte/parameter")  # GB
    routed = number(routed_share, "")
    cache = number(context, "token/request") * number(kv_cache_per_token, "kB/token") / 1e6  # GB a request
    bandwidth = number(memory_bandwidth, "GB/s/GPU") * number(reached_bandwidth_share, "") * chips / 1e3  # GB/ms
    peak = number(peak_flops, "TFLOP/s/GPU") * chips  # GFLOP/ms
    rate = peak * number(reached_peak_share, "")
    overhead = number(step_overhead, "ms")
    active = all_parameters * (1 - routed * (1 - top_k / each))

    def read(requests: Any) -> Any:
        """Return the weights that a step over so many requests reads, in GB."""
        return weights * (1 - routed * (1 - distinct_experts(each, top_k, requests) / each))

    weight_time, cache_time = read(b) / bandwidth, b * cache / bandwidth
    memory, arithmetic = weight_time + cache_time, 2 * active * b / rate
    beyond = np.maximum(arithmetic - memory, 0.0)
    step = memory + beyond + overhead
    room = number(chip_memory, "GB/GPU") * chips * number(usable_memory_share, "") - weights
    cap = np.floor(ratio_or_never(np.maximum(room, 0.0), cache))
    slope = 2 * active / rate - cache / bandwidth
    warnings = []
    if some(room <= 0):
        warnings.append("The model does not fit: its weights take more memory than the GPUs have for them.")
    elif some(b > cap):
        warnings.append("The batch does not fit: the cache of so many requests takes more memory than weights leave.")
    if some(slope <= 0):
        warnings.append(
            "Never compute-bound: a further request reads its cache for longer than it computes, at any batch."
        )

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, gpu_hour_price), unit

    def notes() -> dict[str, tuple[Any, str]]:
        per_second = b / step * 1e3
        return {
            "optimal_batch": note(_crossing(read, slope, weights / bandwidth, bandwidth), "request"),
            "optimal_batch_without_cache": note(
                _crossing(read, 2 * active / rate, weights / bandwidth, bandwidth), "request"
            ),
            "batch_cap_by_memory": note(cap, "request"),
            "arithmetic_time_over_memory_time": note(arithmetic / memory, ""),
            "tokens_per_second_and_user": note(1e3 / step, "token/s"),
            "output_throughput": note(per_second / chips, "token/s/GPU"),
            "cost_per_mtok": note(number(gpu_hour_price, "USD/GPU_hour") * chips / 3600 / per_second * 1e6, "USD/Mtok"),
            "mfu": note(2 * active * b / peak / step, ""),
            "active_parameters": note(active, "Gparameter"),
            "weights_in_memory": note(weights, "GB"),
        }

    def line(value: Any) -> Any:
        return tagged(value, "ms", gpu_hour_price)

    return Result(
        "ms",
        {
            "weights": line(weight_time),
            "kv_cache": line(cache_time),
            "arithmetic_beyond_memory": line(beyond),
            "overhead": line(overhead),
        },
        notes=notes,
        warnings=warnings,
    )


def _crossing(read: Any, slope: Any, longest: Any, bandwidth: Any) -> Any:
    """Return the batch at which arithmetic takes as long as memory; +inf where it never does.

    `slope` is what arithmetic gains on the cache with each request. It must make up for reading the weights, which
    takes `longest` at most; what is read grows ever more slowly, so there is one crossing below that.
    """
    reachable = np.asarray(slope) > 0
    gain = np.where(reachable, slope, 1.0)
    with np.errstate(over="ignore"):
        high = np.where(reachable, longest / gain, 1.0)
    low = np.zeros_like(high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        short = middle * gain < read(middle) / bandwidth
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(reachable, high, np.inf)
