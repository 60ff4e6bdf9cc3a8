"""What a batch that waits for its longest answer costs beside one that takes new requests as others finish."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rackmath.errors import RackmathError
from rackmath.kernel import Param, Real, Result, model
from rackmath.models._numbers import tagged
from rackmath.models.serving._lengths import Lengths, LongAnswer, MedianAnswer, lengths
from rackmath.units import number

LOW, HIGH, NODES = -9.0, 30.0, 240
"""Where a standard normal is integrated, and by how many nodes: products with the widest lognormal peak near 10."""


@cache
def _nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.polynomial.legendre.leggauss(NODES)


def waste_of_batches(answers: ArrayLike, batch: int) -> float:
    """Return the share of slot-steps that static batches of a log's answers waste, filled in the log's order.

    A last batch that is not full is left out.

    Raises
    ------
    RackmathError
        The batch is not a whole number from 1 to the answers' count, or a length is not above 0.
    """
    found = np.asarray(answers, dtype=np.float64).ravel()
    if not (isinstance(batch, int) and 1 <= batch <= found.size):
        raise RackmathError(f"batch: {batch!r} is not a whole number from 1 to the {found.size} answers of the log")
    if not (np.isfinite(found).all() and (found > 0).all()):
        raise RackmathError("answers: a length is not a finite number above 0")
    batches = found[: found.size // batch * batch].reshape(-1, batch)
    return float(1 - batches.sum() / (batch * batches.max(axis=1).sum()))


def mean_of_the_longest(answers: Lengths, batch: Any) -> Any:
    r"""Return the mean of the longest of `batch` answers, :math:`\int_0^m (1 - F(x)^B)\,dx`."""
    from scipy.special import log_ndtr  # noqa: PLC0415

    mu, sigma, cut, size = (
        np.expand_dims(np.asarray(each, dtype=np.float64), -1)
        for each in (answers.mu, answers.sigma, answers.cut, batch)
    )
    last = np.clip((np.log(cut) - mu) / sigma, LOW, HIGH)
    nodes, weights = _nodes()
    z = LOW + (last - LOW) * (nodes + 1) / 2
    exceeded = -np.expm1(size * log_ndtr(z)) * sigma * np.exp(mu + sigma * z)
    below = np.minimum(np.exp(mu + sigma * LOW), cut)
    return below[..., 0] + (exceeded * weights).sum(axis=-1) * (last[..., 0] - LOW) / 2


@model(
    "serving.static_batching",
    method="A07.16",
    title="Waste of static batches",
    question="What does a million output tokens cost when a batch waits for its longest answer?",
    unit="USD/Mtok",
    sources=(
        "https://www.usenix.org/conference/osdi22/presentation/yu",
        "https://www.anyscale.com/blog/continuous-batching-llm-inference",
    ),
    increasing_in=("full_batch_cost", "batch_size"),
)
def static_batching(
    *,
    full_batch_cost: Annotated[
        Real,
        Param(
            "USD/Mtok",
            assumption="0.30 USD/Mtok",
            because="near what a Llama of 70 billion parameters costs on H100 GPUs kept full",
            minimum=0,
            maximum=1e4,
            help="cost of a million output tokens while every place in the batch is taken",
        ),
    ],
    batch_size: Annotated[
        Real,
        Param(
            "request",
            assumption="32 request",
            because="a batch that keeps latency low; larger ones waste more",
            minimum=1,
            maximum=1e5,
            help="requests that start and end together",
        ),
    ],
    median_answer: MedianAnswer,
    long_answer: LongAnswer,
    longest_answer: Annotated[
        Real,
        Param(
            "token/request",
            assumption="2048 token/request",
            because="a limit that services set where the user sets none",
            minimum=1,
            maximum=1e7,
            help="tokens at which an answer is cut",
        ),
    ],
) -> Result:
    r"""Spread the steps until the longest answer is done over the tokens that all answers hold.

    .. math:: c' = \frac{c}{1 - w}, \qquad w = 1 - \frac{\sum_i o_i}{B \max_i o_i}
        \;\to\; 1 - \frac{E[o]}{E[\max_{i \le B} o_i]}

    where :math:`c` is full_batch_cost, :math:`B` batch_size and :math:`o` the answers' lengths, lognormal through their
    percentiles and cut at longest_answer. Over many batches the waste is one of sums, so that the means of the answer
    and of the longest answer give it. Continuous batching gives a place to the next request at once and wastes none.

    Limits: one request at a time, or answers of equal length, waste nothing; with many requests the longest answer is
    the limit that services set.
    Not included: steps that get faster as a batch empties (less cache is read), prompts, the wait for a batch to fill.
    `waste_of_batches` in the same module takes a log's answers as they are.
    Source: https://www.usenix.org/conference/osdi22/presentation/yu

    >>> found = static_batching(
    ...     full_batch_cost=0.30, batch_size=32, median_answer=129, long_answer=451, longest_answer=2048)
    >>> round(float(found.notes["wasted_share"].value), 3), round(float(found.total), 2)
    (0.743, 1.17)
    """
    answers = lengths("answers", median_answer, long_answer, longest_answer)
    batch, cost = number(batch_size, "request"), number(full_batch_cost, "USD/Mtok")
    mean, longest = answers.moment(1), mean_of_the_longest(answers, batch)
    times = np.maximum(longest / mean, 1.0)

    def note(value: Any, unit: str = "") -> tuple[Any, str]:
        return tagged(value, unit, full_batch_cost), unit

    def notes() -> dict[str, tuple[Any, str]]:
        return {
            "wasted_share": note(1 - 1 / times),
            "continuous_batching_speed_up": note(times),
            "mean_answer": note(mean, "token/request"),
            "mean_longest_answer": note(longest, "token/request"),
        }

    lines = {"tokens": cost * np.ones_like(times), "waiting_for_the_longest": cost * (times - 1)}
    return Result(
        "USD/Mtok", {name: tagged(line, "USD/Mtok", full_batch_cost) for name, line in lines.items()}, notes=notes
    )
