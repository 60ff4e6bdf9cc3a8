"""What has to be served: requests a second at their peak and on average, and their lengths."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.rows import LARGEST
from rackmath.units import convert

TIMES = ("TIMESTAMP", "timestamp", "arrival_s", "arrived_at")
INPUTS = ("ContextTokens", "input_tokens", "isl", "input_length", "num_prefill_tokens")
OUTPUTS = ("GeneratedTokens", "output_tokens", "osl", "output_length", "num_decode_tokens")
WINDOW = 60.0
FEWEST = 2


@dataclass(frozen=True)
class Demand:
    """A load in requests a second, with mean lengths in tokens."""

    peak: float
    """What the devices must carry."""
    mean: float
    """What they serve on average: what a token costs is counted with it."""
    isl: float
    osl: float
    said: str

    def __post_init__(self) -> None:
        for name, value in (("the rate", self.mean), ("isl", self.isl), ("osl", self.osl)):
            if not (math.isfinite(value) and 0 < value <= LARGEST):
                raise RackmathError(f"{name} is {value:g}: a load above 0 and up to {LARGEST:,.0f} can be planned")
        if not self.mean <= self.peak <= LARGEST:
            raise RackmathError(f"the peak of {self.peak:g} requests/s must be at least the mean of {self.mean:g}")


def of_rate(rate: float, isl: float, osl: float, peak_to_mean: float = 1.0) -> Demand:
    """Return the demand of a mean rate in requests a second."""
    said = f"{rate:g} requests/s on average, {rate * peak_to_mean:g} at the peak"
    return Demand(rate * peak_to_mean, rate, isl, osl, said)


def of_tokens(tokens_per_month: float, isl: float, osl: float, peak_to_mean: float = 1.0) -> Demand:
    """Return the demand of a month's tokens, input and output together."""
    rate = convert(tokens_per_month, "token/month", "token/s") / (isl + osl)
    demand = of_rate(rate, isl, osl, peak_to_mean)
    said = f"{tokens_per_month:.4g} tokens a month in and out: {rate:.4g} requests/s on average, {demand.peak:.4g} at "
    return Demand(demand.peak, demand.mean, isl, osl, f"{said}the peak")


def of_trace(rows: Sequence[Mapping[str, str]], window: float = WINDOW) -> Demand:
    """Return the demand of a trace: its mean lengths, its mean rate, and that of its busiest `window` of seconds.

    Columns are those of the Azure LLM inference traces (``TIMESTAMP, ContextTokens, GeneratedTokens``) or plain ones
    (``arrival_s, input_tokens, output_tokens``). Requests without output are counted, with one token.
    """
    if not rows:
        raise RackmathError("the trace holds no rows")
    when, into, out = (_column(rows[0], names) for names in (TIMES, INPUTS, OUTPUTS))
    if len(rows) < FEWEST:
        raise RackmathError(f"a trace of one request has no rate; at least {FEWEST} are needed")
    at = np.array([_moment(row.get(when) or "", number) for number, row in enumerate(rows, 2)])
    isl, osl = (
        np.array([_tokens(row.get(name) or "", name, number) for number, row in enumerate(rows, 2)])
        for name in (into, out)
    )
    back = np.diff(at) < 0
    if back.any():
        raise RackmathError(f"line {int(np.argmax(back)) + 3} of the trace: time goes back; sort it by time of arrival")
    at = at - at[0]
    span = float(at[-1])
    if not span > 0:
        raise RackmathError("all requests of the trace arrive at one moment; a rate needs a span of time")
    mean = len(at) / span
    ends = np.searchsorted(at, at + window, side="left")
    busiest = int((ends - np.arange(len(at))).max()) / window
    said = (
        f"{len(at):,} requests in {span:,.0f} s: {mean:.4g} requests/s on average, "
        f"{max(busiest, mean):.4g} in the busiest {window:g} s"
    )
    return Demand(max(busiest, mean), mean, float(np.maximum(isl, 1).mean()), float(np.maximum(osl, 1).mean()), said)


def _column(row: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if name in row:
            return name
    raise RackmathError(f"the trace has no column {names[0]} (or {', '.join(names[1:])})")


def _moment(text: str, line: int) -> float:
    """Return seconds: a number, or a date and time as ISO 8601 writes it (fractions cut to microseconds)."""
    try:
        value = float(text)
    except ValueError:
        head, dot, tail = text.strip().partition(".")
        digits = len(tail) - len(tail.lstrip("0123456789"))
        try:
            value = datetime.fromisoformat(head + (f".{tail[:digits][:6]}{tail[digits:]}" if dot else "")).timestamp()
        except (ValueError, OverflowError, OSError):
            raise RackmathError(f"line {line} of the trace: {text[:40]!r} is neither seconds nor a time") from None
    if not math.isfinite(value):
        raise RackmathError(f"line {line} of the trace: {text[:40]!r} is not a finite time")
    return value


def _tokens(text: str, name: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= LARGEST:
        raise RackmathError(f"line {line} of the trace: {name} is {text[:40]!r}; a number of tokens is wanted")
    return value
