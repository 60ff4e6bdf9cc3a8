"""A request log as arrays: what every format is read into, checked once and in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import Problems, RackmathError
from rackmath.meter.requests.numbers import MOST_SECONDS, MOST_TOKENS

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_REQUESTS = 20_000_000
SHOWN = 5
ROUNDING = 1e-6  # seconds by which clocks and printed digits may disagree
LAST_MOMENT = 1e11  # seconds since 1970, some 3,000 years of them; milliseconds since then are more
NOTHING = float("nan")


@dataclass(frozen=True)
class Request:
    """One request as a format states it; NaN where it does not. Times in seconds.

    `gaps` are the times between streamed events after the first; an event may hold several tokens.
    """

    where: str
    arrival: float = NOTHING
    ttft: float = NOTHING
    e2e: float = NOTHING
    output_tokens: float = NOTHING
    input_tokens: float = NOTHING
    ok: bool = True
    cancelled: bool = False
    gaps: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Log:
    """Requests by rising arrival, where arrivals are known. Times in seconds, arrivals from the first one.

    What is unknown is NaN. `gaps` pools the times between streamed events; `gap_owner` says whose each is.
    """

    name: str
    format: str
    clock: str
    """Whose clock the times are of: client (the network is in them), server, or not said."""
    arrival: Array
    ttft: Array
    e2e: Array
    output_tokens: Array
    input_tokens: Array
    ok: Flags
    cancelled: Flags
    gaps: Array
    gap_owner: NDArray[np.int64]
    duration: float | None = None
    """Length of the run as the file states it, for logs without arrivals."""
    remarks: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.arrival)

    @property
    def tpot(self) -> Array:
        """Return each request's time per output token after the first; NaN where there is one token or no time."""
        tokens = np.where(self.output_tokens > 1, self.output_tokens, np.nan)
        return np.asarray((self.e2e - self.ttft) / (tokens - 1))


def make_log(
    requests: Iterable[Request],
    *,
    name: str,
    format_: str,
    clock: str,
    duration: float | None = None,
    remarks: Iterable[str] = (),
) -> Log:
    """Return the log of some requests.

    Raises
    ------
    RackmathError
        There are none, or too many; a time is negative, goes back, is not finite or too large to be true.
    """
    said = list(remarks)
    found: list[Request] = []
    for each in requests:
        if len(found) >= MOST_REQUESTS:
            raise RackmathError(f"{name}: over {MOST_REQUESTS:,} requests; split the log")
        found.append(each)
    if not found:
        raise RackmathError(f"{name}: holds no requests")
    columns = {
        column: np.array([getattr(each, column) for each in found], dtype=np.float64)
        for column in ("arrival", "ttft", "e2e", "output_tokens", "input_tokens")
    }
    gaps = [each.gaps or () for each in found]
    counts = np.array([len(each) for each in gaps])
    pooled = np.array([gap for each in gaps for gap in each], dtype=np.float64)
    ok = np.array([each.ok for each in found])
    _check(name, found, columns, pooled, np.repeat(np.arange(len(found)), counts))
    arrival = columns["arrival"]
    if np.isnan(arrival).any() and not np.isnan(arrival).all():
        raise RackmathError(f"{name}: some requests have an arrival and some have none; give all or none")
    order = np.arange(len(found))
    if not np.isnan(arrival).any():
        order = np.argsort(arrival, kind="stable")
        if (np.diff(arrival) < 0).any():
            said.append("the log is not in the order of arrival; it was sorted")
        columns["arrival"] = arrival - arrival.min()
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    owner = np.repeat(place, counts)
    by_owner = np.argsort(owner, kind="stable")
    return Log(
        name=name,
        format=format_,
        clock=clock,
        **{column: values[order] for column, values in columns.items()},
        ok=ok[order],
        cancelled=np.array([each.cancelled for each in found])[order],
        gaps=pooled[by_owner],
        gap_owner=owner[by_owner],
        duration=duration,
        remarks=tuple(said),
    )


def _check(name: str, found: list[Request], columns: dict[str, Array], gaps: Array, owner: NDArray[np.int64]) -> None:
    ok = np.array([each.ok for each in found])
    ttft, e2e, tokens = columns["ttft"], columns["e2e"], columns["output_tokens"]
    tests = [
        (np.isinf(np.column_stack(list(columns.values()))).any(axis=1), "a value is infinite"),
        (
            np.abs(columns["arrival"]) > LAST_MOMENT,
            "its arrival is no moment in seconds; does the column's name lack its unit (_ms, _us, _ns)?",
        ),
        (ttft < 0, "the first token comes before the request: its time is negative"),
        (e2e < 0, "the last token comes before the request: its time is negative"),
        (e2e < ttft - ROUNDING, "the last token comes before the first: time goes back"),
        ((ttft > MOST_SECONDS) | (e2e > MOST_SECONDS), f"takes over {MOST_SECONDS:g} s, too long to be true"),
        ((tokens < 0) | (columns["input_tokens"] < 0), "a number of tokens is negative"),
        ((tokens > MOST_TOKENS) | (columns["input_tokens"] > MOST_TOKENS), f"over {MOST_TOKENS:g} tokens"),
        (ok & np.isnan(ttft) & np.isnan(e2e), "succeeded, but has neither a first token nor an end"),
    ]
    bad = np.zeros(len(found), dtype=bool)
    bad[owner[(gaps < 0) | ~np.isfinite(gaps)]] = True
    tests.append((bad, "a streamed event comes before the one before it: time goes back"))
    problems = [f"{name}: {found[at].where}: {told}" for hit, told in tests for at in np.flatnonzero(hit)[:SHOWN]]
    if problems:
        raise Problems(problems[:SHOWN])
