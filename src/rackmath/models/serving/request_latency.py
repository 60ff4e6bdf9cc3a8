"""How long an answer takes, from the time to its first token and the time for each later one."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import tagged


@model(
    "serving.request_latency",
    method="A06.1",
    title="End-to-end latency of a request",
    question="How long does an answer take, from the request to its last token?",
    unit="second",
    sources=(
        "https://docs.nvidia.com/nim/benchmarking/llm/latest/metrics.html",
        "https://docs.vllm.ai/en/latest/cli/bench/serve/",
    ),
    increasing_in=("time_to_first_token", "time_per_output_token", "output_tokens"),
)
def request_latency(
    *,
    time_to_first_token: Annotated[
        Real,
        Param(
            "second",
            evidence="open-70b/time-to-first-token",
            minimum=1e-6,
            maximum=1e6,
            help="from the request to the first token, with the queue and on a client's clock the network",
        ),
    ],
    time_per_output_token: Annotated[
        Real,
        Param(
            "second/token",
            assumption=0.03,
            because="chat services aim at 20 to 50 ms a token, which is faster than people read",
            minimum=1e-6,
            maximum=1e4,
            help="mean time for each output token after the first (TPOT)",
        ),
    ],
    output_tokens: Annotated[
        Real,
        Param(
            "token",
            assumption=256,
            because="an answer of a few paragraphs",
            minimum=1,
            maximum=1e9,
            help="tokens of the answer, the first included",
        ),
    ],
) -> Result:
    r"""Add the wait for the first token and the time of the :math:`n - 1` later ones.

    .. math:: T = \tau_1 + t \, (n - 1)

    where :math:`\tau_1` is time_to_first_token, :math:`t` time_per_output_token and :math:`n` output_tokens. The first
    token is in :math:`\tau_1` already: :math:`\tau_1 + t n` counts it twice, which the note ``counted_twice`` shows. An
    answer of one token takes :math:`\tau_1` and has no time per output token.

    Limits: n → 1 leaves the first token; for long answers T → t n, and the wait for the first token hardly counts.
    Not included: time after the last token, retries, tools that the model calls.
    Source: https://docs.nvidia.com/nim/benchmarking/llm/latest/metrics.html

    >>> answer = request_latency(time_to_first_token=0.5, time_per_output_token=0.03, output_tokens=101)
    >>> round(answer.total, 2)
    3.5
    >>> round(answer.notes["counted_twice"].value, 2)
    0.03
    """
    later = time_per_output_token * (output_tokens - tagged(1.0, "token", output_tokens))
    total = time_to_first_token + later
    return Result(
        "second",
        {"first_token": time_to_first_token, "later_tokens": later},
        notes={
            "counted_twice": (time_per_output_token * tagged(1.0, "token", output_tokens), "second"),
            "speed_of_a_user": (1 / time_per_output_token, "token/second"),
            "tokens_over_whole_time": (output_tokens / total, "token/second"),
        },
    )
