"""The cheapest way to an answer that is still in time."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from rackmath.kernel import Param, Real, Result, model
from rackmath.models._mix import mix_warnings
from rackmath.models._numbers import ratio, some, tagged
from rackmath.models._terms import (
    ApiInputPrice,
    ApiOutputPrice,
    BatchDiscount,
    InputShare,
    ThroughputInputShare,
    TotalThroughput,
)
from rackmath.units import convert


@model(
    "tokens.time_to_answer_tiers",
    method="A08.7",
    title="Price by time to answer",
    question="What does a million tokens cost in the cheapest tier that answers in time?",
    unit="USD/Mtok",
    sources=(
        "https://people.ischool.berkeley.edu/~hal/Papers/version.pdf",
        "https://dev.to/kaeltiwari/gpu-economics-what-inference-actually-costs-in-2026-2goo",
    ),
    infinite="No tier answers within the time that the workload tolerates.",
    increasing_in=("input_price", "output_price", "batch_answer_time", "queue_answer_time", "spot_gpu_hour_price"),
    decreasing_in=("tolerated_wait", "batch_discount", "requests_waiting", "total_throughput"),
)
def time_to_answer_tiers(
    *,
    tolerated_wait: Annotated[
        Real,
        Param(
            "second",
            evidence="chat-workload/tolerated-wait",
            minimum=0.001,
            maximum=1e8,
            help="how long the workload can wait for its answer to start",
        ),
    ],
    requests_waiting: Annotated[
        Real,
        Param(
            "request",
            evidence="chat-workload/requests-waiting",
            minimum=0,
            maximum=1e9,
            help="requests that wait at any time, if they are held back to be served together",
        ),
    ],
    input_price: ApiInputPrice,
    output_price: ApiOutputPrice,
    input_share: InputShare,
    batch_discount: BatchDiscount,
    spot_gpu_hour_price: Annotated[
        Real,
        Param(
            "USD/GPU_hour",
            evidence="h100-sxm/rental-price?term=spot",
            minimum=0,
            maximum=1000,
            help="price of one interruptible GPU for one hour",
        ),
    ],
    total_throughput: TotalThroughput,
    throughput_input_share: ThroughputInputShare,
    interactive_answer_time: Annotated[
        Real,
        Param(
            "second",
            evidence="open-70b/time-to-first-token",
            minimum=0,
            maximum=3600,
            help="time in which the API starts to answer at its list price",
        ),
    ],
    batch_answer_time: Annotated[
        Real,
        Param(
            "hour",
            evidence="api/batch-answer-time",
            minimum=0,
            maximum=1000,
            help="time within which the API's batch queue promises its answer",
        ),
    ],
    queue_answer_time: Annotated[
        Real,
        Param(
            "minute",
            assumption="30 minute",
            because="an interrupted spot GPU has to be replaced and the model loaded again before the queue moves on",
            minimum=0,
            maximum=1e5,
            help="time in which one's own queue on interruptible GPUs has answered",
        ),
    ],
    queue_minimum: Annotated[
        Real,
        Param(
            "request",
            assumption="100 request",
            because="with a hundred requests in the queue a GPU's batch is always full; with fewer it partly idles",
            minimum=1,
            maximum=1e6,
            help="requests that must be waiting before one's own queue keeps its GPUs saturated",
        ),
    ],
) -> Result:
    r"""Find the cheapest of three tiers (interactive, batch queue, own queue on spot GPUs) that is quick enough.

    .. math:: P = \min_{k : t_k \le t} P_k, \quad P_{now} = w\,p_{in} + (1-w)\,p_{out}, \quad
       P_{batch} = (1-d_b)\,P_{now}, \quad P_{queue} = \frac{p_{spot}}{v}

    where :math:`t` is tolerated_wait, :math:`t_k` a tier's answer time, :math:`w` input_share, :math:`d_b`
    batch_discount, :math:`p_{spot}` spot_gpu_hour_price and :math:`v` total_throughput (saturated: the own queue is
    open only to a workload with at least queue_minimum requests waiting, so that its GPUs never idle). An array of
    workloads is classified one by one. The notes ``…_chosen`` are 1 for the tier that is taken.

    Limits: t → ∞ takes the cheapest tier of all; below every answer time there is no answer and the price is infinite.
    Not included: what an earlier answer is worth to its reader, staff for one's own queue, caching.
    Source: https://people.ischool.berkeley.edu/~hal/Papers/version.pdf

    >>> tier = time_to_answer_tiers(
    ...     tolerated_wait=2 * 86400, requests_waiting=10, input_price=0.25, output_price=2, input_share=0,
    ...     batch_discount=0.5, spot_gpu_hour_price=1.5, total_throughput=1000,
    ...     throughput_input_share=0, interactive_answer_time=0.5,
    ...     batch_answer_time=24, queue_answer_time=30, queue_minimum=100)
    >>> float(tier.total), float(tier.notes["batch_chosen"].value)
    (1.0, 1.0)
    """
    now = input_share * input_price + (1 - input_share) * output_price
    batch = now * (1 - batch_discount)
    queue = convert(spot_gpu_hour_price / total_throughput, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")
    now_open = interactive_answer_time <= tolerated_wait
    batch_open = batch_answer_time <= convert(tolerated_wait, "second", "hour")
    queue_open = (queue_answer_time <= convert(tolerated_wait, "second", "minute")) & (
        requests_waiting >= queue_minimum
    )
    closed = tagged(np.inf, "USD/Mtok", now)
    waiting = np.minimum(np.where(batch_open, batch, closed), np.where(queue_open, queue, closed))
    price = np.minimum(np.where(now_open, now, closed), waiting)
    answered = np.asarray(now_open | batch_open | queue_open)
    # a tie goes to the quicker tier, and where nothing answers in time no tier is chosen
    now_chosen = np.asarray(now_open & (now <= price))
    batch_chosen = batch_open & (batch <= price) & ~now_chosen
    queue_chosen = answered & ~now_chosen & ~batch_chosen
    cheapest = np.minimum(np.minimum(now, batch), queue)
    warnings = [*mix_warnings(input_share, throughput_input_share)]
    if some(~answered):
        warnings.append("No tier answers within the time that is tolerated.")
    if some((queue < price) & (requests_waiting < queue_minimum)):
        warnings.append("One's own queue would be cheaper, but too few requests wait to keep its GPUs full.")
    return Result(
        "USD/Mtok",
        {"price": price},
        notes={
            "interactive_chosen": (1.0 * now_chosen, ""),
            "batch_chosen": (1.0 * batch_chosen, ""),
            "queue_chosen": (1.0 * queue_chosen, ""),
            "interactive_price": (now, "USD/Mtok"),
            "batch_price": (batch, "USD/Mtok"),
            "queue_price": (queue, "USD/Mtok"),
            "price_of_haste": (price - cheapest, "USD/Mtok"),
            "saving_share": (
                np.where(answered, 1 - ratio(np.minimum(price, now), now, "USD/Mtok", when_zero=1.0), 0.0),
                "",
            ),
        },
        warnings=warnings,
    )
