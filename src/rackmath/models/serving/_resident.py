"""How many requests and tokens a log keeps in memory at each moment, while requests are read and answered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rackmath.errors import RackmathError

Array = NDArray[np.float64]


class Resident(NamedTuple):
    """What is in memory at each of the moments asked for."""

    requests: Array
    tokens: Array


def resident(
    moments: ArrayLike,
    *,
    arrivals: ArrayLike,
    prompts: ArrayLike,
    answers: ArrayLike,
    prompt_rate: float,
    seconds_per_token: float,
) -> Resident:
    """Return the requests and tokens in memory at some moments (seconds), from a log of arrivals and lengths.

    A request holds its prompt from its arrival, while it is read at `prompt_rate` tokens a second, and one token more
    every `seconds_per_token` until its answer is complete. Nothing waits: it is the demand for memory, not what a
    given fleet could take. The work is that of sorting the log, whatever the number of moments.

    Raises
    ------
    RackmathError
        Arrays differ in length, or hold a number that is negative or not finite, or a rate is not above 0.
    """
    logged = [np.asarray(each, dtype=np.float64) for each in (arrivals, prompts, answers)]
    start, prompt, answer = logged
    if len({each.shape for each in logged}) > 1 or start.ndim != 1:
        raise RackmathError("the log's arrivals, prompts and answers must be equally many")
    if not all(np.isfinite(each).all() for each in logged) or min(each.min(initial=0.0) for each in logged[1:]) < 0:
        raise RackmathError("the log holds an arrival or a length that is negative or not a finite number")
    if not (prompt_rate > 0 and seconds_per_token > 0):
        raise RackmathError("prompt_rate and seconds_per_token must be above 0")
    at = np.asarray(moments, dtype=np.float64)
    first = start + prompt / prompt_rate
    end = first + answer * seconds_per_token

    def up_to(times: Array, values: Array) -> Array:
        order = np.argsort(times, kind="stable")
        sums = np.concatenate([[0.0], np.cumsum(values[order])])
        return np.asarray(sums[np.searchsorted(times[order], at, side="right")])

    one = np.ones_like(start)
    zero = start.min(initial=0.0)  # times count from here: sums of large time stamps would lose digits
    since = first - zero
    written = (at - zero) * (up_to(first, one) - up_to(end, one)) - (up_to(first, since) - up_to(end, since))
    tokens = up_to(start, prompt) - up_to(end, prompt) + written / seconds_per_token
    return Resident(up_to(start, one) - up_to(end, one), np.maximum(tokens, 0.0))
