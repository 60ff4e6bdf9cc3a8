"""How many replicas a load needs, by memory, by arithmetic and by what waits, and what simpler signals would say."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, NamedTuple

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import some, tagged, whole
from rackmath.models._terms import AllowedLoadShare
from rackmath.models.serving._cache_terms import GB, CacheMemory
from rackmath.models.serving._lengths import LongAnswer, LongPrompt, MedianAnswer, MedianPrompt, lengths
from rackmath.units import number

MILLI = 1e-3
LONGEST = 1e7
"""Where lengths are cut: beyond any model's context, so that a percentile typed wrongly cannot grow without end."""


class _Need(NamedTuple):
    """Replicas, not yet whole, that each signal asks for, and what lies behind them."""

    memory: Any
    compute: Any
    queue: Any
    requests: Any
    tokens: Any

    def most(self) -> Any:
        return np.maximum(np.maximum(self.memory, self.compute), self.queue)


@model(
    "serving.replicas_needed",
    method="A07.14",
    title="Replicas by memory, arithmetic and queue",
    question="How many replicas does a load need, and what would a scaler that counts requests do?",
    unit="replica",
    sources=(
        "https://arxiv.org/abs/2309.06180",
        "https://en.wikipedia.org/wiki/Little%27s_law",
        "https://github.com/Azure/AzurePublicDataset",
    ),
    increasing_in=("request_rate", "time_per_token", "cache_per_token", "waiting_tokens", "demand_growth"),
    decreasing_in=("cache_memory", "prompt_throughput", "output_throughput"),
)
def replicas_needed(
    *,
    request_rate: Annotated[
        Real,
        Param(
            "request/s",
            assumption="20 request/s",
            because="a service that needs more than one replica; give your own",
            minimum=0,
            maximum=1e6,
            help="requests that arrive in a second now",
        ),
    ],
    median_prompt: MedianPrompt,
    long_prompt: LongPrompt,
    median_answer: MedianAnswer,
    long_answer: LongAnswer,
    time_per_token: Annotated[
        Real,
        Param(
            "ms/token",
            assumption="30 ms/token",
            because="a Llama of 70 billion parameters under load; faster than people read",
            minimum=0.01,
            maximum=1e4,
            help="time between two tokens of an answer, under the load that replicas run at",
        ),
    ],
    cache_per_token: Annotated[
        Real,
        Param(
            "byte/token",
            assumption="327680 byte/token",
            because="a Llama of 70 billion parameters in 16 bits; `serving.kv_cache` computes it as a note",
            minimum=1,
            maximum=1e8,
            help="keys and values that one token of context takes",
        ),
    ],
    cache_memory: CacheMemory,
    memory_fill: Annotated[
        Real,
        Param(
            "",
            assumption="0.85",
            because="the rest takes the swings within a second that a mean does not show",
            minimum=0.1,
            maximum=1,
            help="share of the cache that the mean load may fill",
        ),
    ],
    prompt_throughput: Annotated[
        Real,
        Param(
            "token/s/replica",
            assumption="40000 token/s/replica",
            because="some 5,000 tokens a second on each of eight H100",
            minimum=1,
            maximum=1e8,
            help="prompt tokens that a replica reads in a second when it does nothing else",
        ),
    ],
    output_throughput: Annotated[
        Real,
        Param(
            "token/s/replica",
            assumption="12000 token/s/replica",
            because="some 1,500 tokens a second on each of eight H100",
            minimum=1,
            maximum=1e8,
            help="tokens that a replica writes in a second when it does nothing else",
        ),
    ],
    allowed_load_share: AllowedLoadShare,
    waiting_tokens: Annotated[
        Real,
        Param(
            "token",
            assumption="0 token",
            because="nothing waits as long as replicas suffice",
            minimum=0,
            maximum=1e12,
            help="prompt tokens that wait in the queue now",
        ),
    ],
    drain_time: Annotated[
        Real,
        Param(
            "s",
            assumption="10 s",
            because="a queue that lasts longer is felt by users",
            minimum=0.1,
            maximum=1e5,
            help="time in which the queue is to be gone",
        ),
    ],
    demand_growth: Annotated[
        Real,
        Param(
            "1/hour",
            assumption="0.5 1/hour",
            because="a guess for the steep part of a morning; measure your own",
            minimum=0,
            maximum=20,
            help="how fast the request rate grows now: ln(rate in an hour / rate now)",
        ),
    ],
    scale_out_time: Annotated[
        Real,
        Param(
            "minute",
            assumption="5 minute",
            because="a machine is found and weights are loaded in two to ten minutes",
            minimum=0,
            maximum=600,
            help="time from asking for a replica until it serves",
        ),
    ],
    requests_per_replica: Annotated[
        Real,
        Param(
            "request/replica",
            assumption="256 request/replica",
            because="the limit of running sequences that engines often start with",
            minimum=1,
            maximum=1e6,
            help="requests at once that a scaler which only counts them allows on a replica",
        ),
    ],
) -> Result:
    r"""Take the largest of three needs: memory for what is resident, arithmetic for what arrives, and the queue.

    .. math:: N = \Bigl\lceil \max\Bigl(\frac{k\,\lambda}{M f}
        \Bigl[\frac{E[n^2]}{v} + \tau\,\bigl(E[n]E[o] + \tfrac{E[o^2]}{2}\bigr)\Bigr],\;
        \frac{\lambda}{a} \Bigl[\frac{E[n]}{v} + \frac{E[o]}{w}\Bigr],\;
        \frac{\lambda E[n] + B/D}{v} + \frac{\lambda E[o]}{w}\Bigr) \Bigr\rceil

    where :math:`\lambda` is request_rate, :math:`n` and :math:`o` prompt and answer lengths (lognormal through their
    percentiles), :math:`\tau` time_per_token, :math:`k` cache_per_token, :math:`M` cache_memory, :math:`f` memory_fill,
    :math:`v` prompt_throughput, :math:`w` output_throughput, :math:`a` allowed_load_share, :math:`B` waiting_tokens and
    :math:`D` drain_time. The first is Little's law for token-seconds: a request holds its prompt while it is read and
    written, and half of its answer on average while it is written. Replicas asked for now serve after scale_out_time,
    when the rate is :math:`\lambda e^{g t}`. Lines are whole replicas: what memory asks for, and what each further need
    adds to it.

    Limits: no requests leave one replica; answers of no time leave arithmetic and the queue.
    Not included: prefixes that requests share, bursts within the time that memory_fill covers, scaling in.
    `resident` in the package counts a log's requests and tokens moment by moment.
    Source: https://en.wikipedia.org/wiki/Little%27s_law

    >>> found = replicas_needed(
    ...     request_rate=20, median_prompt=6909, long_prompt=39_550, median_answer=350, long_answer=698,
    ...     time_per_token=30, cache_per_token=327_680, cache_memory=400, memory_fill=0.85, prompt_throughput=40_000,
    ...     output_throughput=12_000, allowed_load_share=0.7, waiting_tokens=0, drain_time=10, demand_growth=0,
    ...     scale_out_time=5, requests_per_replica=256)
    >>> {name: float(line) for name, line in found.lines.items()}
    {'memory': 3.0, 'more_for_arithmetic': 7.0, 'more_for_the_queue': 0.0, 'more_for_growth': 0.0}
    """
    prompts = lengths("prompts", median_prompt, long_prompt, LONGEST)
    answers = lengths("answers", median_answer, long_answer, LONGEST)
    n, n2, o, o2 = prompts.moment(1), prompts.moment(2), answers.moment(1), answers.moment(2)
    reads, writes = number(prompt_throughput, "token/s/replica"), number(output_throughput, "token/s/replica")
    pace = number(time_per_token, "ms/token") * MILLI
    kept = number(cache_per_token, "byte/token") / (number(cache_memory, "GB/replica") * GB)
    fill = number(memory_fill, "")
    drained = number(waiting_tokens, "token") / number(drain_time, "s")
    counted = number(requests_per_replica, "request/replica")

    def need(rate: Any) -> _Need:
        tokens = rate * (n2 / reads + pace * (n * o + o2 / 2))
        busy = rate * (n / reads + o / writes)
        return _Need(
            memory=tokens * kept / fill,
            compute=busy / number(allowed_load_share, ""),
            queue=busy + drained / reads,
            requests=rate * (n / reads + pace * o),
            tokens=tokens,
        )

    rate = number(request_rate, "request/s")
    growth = np.exp(number(demand_growth, "1/hour") * number(scale_out_time, "minute") / 60.0)
    now, later = need(rate), need(rate * growth)

    def count(replicas: Any) -> Any:
        return whole(replicas, "replica", 1.0)

    stages = [
        count(now.memory),
        count(np.maximum(now.memory, now.compute)),
        count(now.most()),
        count(np.maximum(later.most(), now.most())),
    ]
    names = ("memory", "more_for_arithmetic", "more_for_the_queue", "more_for_growth")
    steps = [stages[0], *(after - before for before, after in pairwise(stages))]
    by_requests = count(later.requests / counted)

    def note(value: Any, unit: str) -> tuple[Any, str]:
        return tagged(value, unit, request_rate), unit

    def notes() -> dict[str, tuple[Any, str]]:
        return {
            "memory_need": note(later.memory, "replica"),
            "arithmetic_need": note(later.compute, "replica"),
            "queue_need": note(later.queue, "replica"),
            "requests_at_once": note(later.requests, "request"),
            "tokens_in_memory": note(later.tokens, "token"),
            "tokens_of_a_request_in_memory": note(
                later.tokens / np.where(later.requests > 0, later.requests, 1.0), "token/request"
            ),
            "replicas_by_request_count": note(by_requests, "replica"),
            "replicas_by_gpu_load": note(count(later.compute), "replica"),
            "cache_filled_under_request_count": note(later.memory * fill / by_requests, ""),
            "cache_filled_under_gpu_load": note(later.memory * fill / count(later.compute), ""),
            "rate_when_they_serve": note(rate * growth, "request/s"),
        }

    def warnings() -> list[str]:
        found = []
        if some(later.memory * fill > by_requests):
            found.append("A scaler that counts requests would run out of cache memory: requests would be thrown out.")
        elif some(by_requests > stages[-1]):
            found.append("A scaler that counts requests would run more replicas than anything needs.")
        if some(later.memory * fill > count(later.compute)):
            found.append("A scaler on GPU load would run out of cache memory before the GPUs are busy.")
        return found

    return Result(
        "replica",
        {name: tagged(step, "replica", request_rate) for name, step in zip(names, steps, strict=True)},
        notes=notes,
        warnings=warnings,
    )
