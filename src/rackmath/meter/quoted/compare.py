"""Compare two quoted numbers, or say why they are not comparable."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rackmath.errors import RackmathError
from rackmath.meter.quoted.quote import LOWER_IS_BETTER, NEEDED, Quote, Tokens

CLOSE = 0.05
PARAMETERS_CLOSE = 0.02
DAYS = 183
SUBJECTS = ("hardware", "count", "engine", "version", "precision", "model", "load", "date")
TOLERANCES = {
    "input_tokens": f"means within {CLOSE:.0%}, the same spread",
    "output_tokens": f"means within {CLOSE:.0%}, the same spread",
    "load": f"the same kind, within {CLOSE:.0%}",
    "active_parameters": f"within {PARAMETERS_CLOSE:.0%}",
    "date": f"within {DAYS} days: software moves as fast as chips",
}
"""What may differ; every other field must be the same."""
FOLLOWS = {"model": ("active_parameters",), "engine": ("version",)}
"""Fields that differ of themselves when another one is what is compared."""


@dataclass(frozen=True)
class Comparison:
    """Why two quotes are not comparable, or their ratio, the second over the first, with its interval."""

    reasons: tuple[str, ...]
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    better: str = ""
    told: tuple[str, ...] = ()


def compare(first: Quote, second: Quote, of: Collection[str] = ("hardware",)) -> Comparison:
    """Compare two quotes.

    Parameters
    ----------
    of
        What the comparison is about, which is let differ: some of hardware, count, engine, version, precision, model,
        load, date. With the model its parameters may differ, with the engine its version.

    Raises
    ------
    RackmathError
        `of` names no such field.
    """
    for each in of:
        if each not in SUBJECTS:
            raise RackmathError(f"a comparison is of {', '.join(SUBJECTS)}, not of {each[:40]!r}")
    free = {*of, *(other for each in of for other in FOLLOWS.get(each, ()))}
    reasons = [
        f"{quote.name} does not declare {field}: {NEEDED[field]}"
        for quote in (first, second)
        for field in quote.missing
    ]
    fields = [each for each in (*NEEDED, "service_level", "speculative", "prefix_cache") if each != "value"]
    for field in fields:
        a, b = first.fields.get(field), second.fields.get(field)
        one_sided = field not in NEEDED and (a is None) != (b is None)
        if field in free or ((a is None or b is None) and not one_sided):
            continue
        why = "one states it, the other does not" if one_sided else unlike(field, a, b)
        if why:
            reasons.append(f"{field}: {why}")
    if reasons:
        return Comparison(tuple(reasons))
    return _ratio(first, second, free)


def unlike(field: str, a: Any, b: Any) -> str:
    """Return why two values of a field are not alike, or an empty text."""
    if field in {"input_tokens", "output_tokens"}:
        return _unlike_tokens(a, b)
    if field == "load":
        if a[0] != b[0]:
            return f"{a[0]} {a[1]:g} and {b[0]} {b[1]:g} are different kinds of load"
        return _far(a[1], b[1], CLOSE, a[0])
    if field == "active_parameters":
        return _far(a, b, PARAMETERS_CLOSE, "billions")
    if field == "date":
        days = abs((a - b).days)
        return f"{a} and {b} lie {days} days apart, over {DAYS}" if days > DAYS else ""
    if field == "count":
        return f"{a:g} and {b:g}" if a != b else ""
    return f"{a} and {b}" if _plain(a) != _plain(b) else ""


def _unlike_tokens(a: Tokens, b: Tokens) -> str:
    if a.spread != b.spread:
        return f"lengths are {a.spread} in one and {b.spread} in the other"
    return _far(a.mean, b.mean, CLOSE, "tokens")


def _far(a: float, b: float, most: float, unit: str) -> str:
    return f"{a:g} and {b:g} {unit} differ by over {most:.0%}" if max(a, b) > min(a, b) * (1 + most) else ""


def _plain(value: Any) -> str:
    return re.sub(r"[\s_\-]+", " ", str(value).strip().lower())


def _ratio(first: Quote, second: Quote, free: set[str]) -> Comparison:
    ratio = second.value / first.value
    told = []
    differing = [each for each in sorted(free) if first.fields.get(each) != second.fields.get(each)]
    if not differing:
        told.append(
            f"nothing differs that is compared ({', '.join(sorted(free))}): this is a repeat of one measurement"
        )
    low = high = None
    ends = (first.low, first.high, second.low, second.high)
    if None in ends:
        told.append("not both have an interval (low, high), so how sure the ratio is cannot be told")
    else:
        down, up = _interval(first, second)
        low, high = ratio * math.exp(-down), ratio * math.exp(up)
        if low <= 1 <= high:
            told.append("the interval holds 1: the two do not differ beyond their noise")
    if math.isclose(ratio, 1):
        better = "equal"
    else:
        better = second.name if (ratio < 1) == (first.metric in LOWER_IS_BETTER) else first.name
    return Comparison((), ratio, low, high, better, tuple(told))


def _interval(first: Quote, second: Quote) -> tuple[float, float]:
    """Return how far down and up the logarithm of the ratio reaches: independent errors add as squares."""

    def reach(quote: Quote) -> tuple[float, float]:
        return math.log(quote.value / (quote.low or quote.value)), math.log((quote.high or quote.value) / quote.value)

    (a_down, a_up), (b_down, b_up) = reach(first), reach(second)
    return math.hypot(b_down, a_up), math.hypot(b_up, a_down)
