"""Growth: doubling times against yearly rates, rates between two dates, and where a rate leads after some years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import log

from rackmath.audit.bounds import compute, verdict_of
from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, V, X, Y, gap
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import judged

_EVERY = re.compile(
    rf"(?P<factor>{X})(?:\s[a-z]+){{0,2}}?\s(?:(?:roughly|about|approximately)\s)?(?:every|"
    rf"each)\s(?P<time>{V}){gap(50)}(?:,|\(|—|–|;|:|\bor\b|=|\bis\b|\bmeans\b)\s?(?:or |about "
    rf"|that is |which is |i\.e\. |equal to |equivalent to |growth of |an annual (?:rate|growth)"
    rf" of |an annual growth rate of |a |at |roughly |some )*(?P<rate>{P}|{X})(?P<after>[^\ue000-\uf8ff.;]{{0,2"
    rf"4}})"
)
_MATCHES = re.compile(
    rf"(?P<rate>{X}|{P})(?P<per>\s(?:a|per|each)\syear|\sannually|){gap(40)}(?:\ba doubling "
    rf"time of (?P<unused>)|)(?P<time>{V})[\s-](?={X})"
)
_RATE_DOUBLES = re.compile(
    rf"(?P<rate>{P}|{X})(?P<per>\s?(?:a|per|each|every)\s(?:year|month)|\s?/\s?(?:year|yr|month)"
    rf"|\sannually|\sannual|\syearly)?{gap(60)}(?P<verb>(?P<factor>{X}))\s(?:[a-z]+\s){{0,3}}?(?:every|"
    rf"in|each|after)\s(?P<time>{V})"
)
_CAGR = re.compile(
    rf"\bfrom\s(?P<a>{V}|{P}){gap(40)}\b(?:in|at the end of)\s(?:early |late |mid-)?(?P<y1>{Y})"
    rf"{gap(30)}\bto\s(?P<b>{V}|{P}){gap(40)}\b(?:in|by|at the end of)\s(?P<y2>{Y}){gap(50)}(?P<rate>{P})"
    rf"(?P<after>(?:[^\ue000-\uf8ff.;]|\.(?=\S)){{0,40}})"
)
_CAGR_EARLY = re.compile(
    rf"(?P<rate>{P}),?\sfrom\s(?P<a>{V}){gap(30)}\bin\s(?P<y1>{Y}){gap(30)}\bto\s(?P<b>{V}){gap(30)}\b(?:in|"
    rf"by)\s(?P<y2>{Y})"
)
_CAGR_FOR = re.compile(
    rf"\bfrom\s(?P<a>{V}|{P}){gap(30)}\bto\s(?P<b>{V}|{P}){gap(30)}\b(?:in|over|within|after|"
    rf"during)\s(?:the (?:past|last|next) )?(?P<years>{V}){gap(50)}(?P<rate>{P})(?P<after>(?:[^\ue000-\uf8ff.;]"
    rf"|\.(?=\S)){{0,40}})"
)
_FORWARD = re.compile(
    rf"(?P<rate>{P})(?P<per>\s?(?:a|per|each|every)\syear|\sannually|\syearly|\sannual [a-z]+|"
    rf"){gap(40)}\b(?:for|over|after|in)\s(?:the next |another )?(?P<years>{V}){gap(50)}\b(?:from "
    rf"(?P<a>{V}){gap(20)}to|turns (?P<a2>{V}){gap(20)}into|takes (?P<a3>{V}){gap(20)}to)\s(?P<b>{V})"
)
_YEARLY = re.compile(
    r"\b(?:a year|per year|/\s?year|/yr|annual(?:ly|ised|ized)?|yearly|per annum|p\.a\.|CAGR|"
    r"each year|every year|compound(?:ed)?)\b",
    re.IGNORECASE,
)


def growth(passage: Passage) -> Iterator[Finding]:
    """Check rates of growth against what they are said to make."""
    skeleton = passage.skeleton
    for match in _EVERY.finditer(skeleton):
        factor, time, rate = (passage.figure(match[name]) for name in ("factor", "time", "rate"))
        yearly = _YEARLY.search(match["after"]) or rate.per == ("year",) or "annual" in match.group()
        if time.unit == "month" and yearly:
            yield from _rate(passage, factor, time, rate)
    for match in _MATCHES.finditer(skeleton):
        rate, time = passage.figure(match["rate"]), passage.figure(match["time"])
        if (
            time.unit == "month"
            and time.start > rate.start
            and ("year" in rate.per or _YEARLY.search(match["per"] or ""))
        ):
            yield from _doubling(passage, rate, replace(time, step=max(time.step, 0.06 * time.value)))
    for match in _RATE_DOUBLES.finditer(skeleton):
        rate, time = passage.figure(match["rate"]), passage.figure(match["time"])
        if time.unit == "month" and (match["per"] or rate.per) and "month" not in f"{match['per']}{rate.per}":
            times = passage.figure(match["factor"])
            if times.worded and times.value == 2:
                yield from _doubling(passage, rate, time)
    for match in _CAGR.finditer(skeleton):
        if (
            _YEARLY.search(match["after"])
            or passage.figure(match["rate"]).per == ("year",)
            or _YEARLY.search(_before(passage, match, "y2", "rate"))
        ):
            a, b, rate, y1, y2 = (passage.figure(match[name]) for name in ("a", "b", "rate", "y1", "y2"))
            yield from _between(passage, a, b, rate, [("from", y1), ("to", y2)])
    for match in _CAGR_EARLY.finditer(skeleton):
        a, b, rate, y1, y2 = (passage.figure(match[name]) for name in ("a", "b", "rate", "y1", "y2"))
        if rate.per == ("year",) and y2.value > y1.value:
            yield from _between(passage, a, b, rate, [("from", y1), ("to", y2)])
    for match in _CAGR_FOR.finditer(skeleton):
        if (
            _YEARLY.search(match["after"])
            or passage.figure(match["rate"]).per == ("year",)
            or _YEARLY.search(_before(passage, match, "years", "rate"))
        ):
            a, b, rate, years = (passage.figure(match[name]) for name in ("a", "b", "rate", "years"))
            if years.unit == "month":
                yield from _between(passage, a, b, rate, [("time", years)])
    for match in _FORWARD.finditer(skeleton):
        rate, years = passage.figure(match["rate"]), passage.figure(match["years"])
        a, b = passage.figure(match["a"] or match["a2"] or match["a3"]), passage.figure(match["b"])
        if years.unit == "month" and a.unit == b.unit and a.low > 0:
            yield from judged(
                passage,
                "growth",
                partial(_compound, 1 if b.value >= a.value else -1),
                [("start", a), ("rate", rate), ("time", years)],
                b,
                also=[partial(_simple, 1 if b.value >= a.value else -1)],
                said=f"{a.text} at {rate.text} a year is {{value}} after {years.text}",
                written="start × (1 + rate)^years",
                confidence=0.85,
            )


def _compound(way: int, start: float, share: float, months: float) -> float:
    return float(start * (1 + way * share / 100) ** (months / 12))


def _simple(way: int, start: float, share: float, months: float) -> float:
    return start * (1 + way * share / 100 * months / 12)


def _before(passage: Passage, match: re.Match[str], first: str, last: str) -> str:
    return passage.skeleton[match.end(first) : match.start(last)]


def _rate(passage: Passage, factor: Quantity, time: Quantity, rate: Quantity) -> Iterator[Finding]:
    """Check "doubling every 9 months, 2.5× a year"."""
    falls = factor.value < 1

    def formula(times: float, months: float) -> float:
        grown = times ** (12 / months)
        if rate.kind == "share":
            return float(abs(grown - 1) * 100)
        return 1 / grown if falls and rate.value > 1 else float(grown)

    plain = replace(rate, per=())
    yield from judged(
        passage,
        "growth",
        formula,
        [("factor", replace(factor, step=0.0, worded=False)), ("time", time)],
        plain,
        also=[lambda times, months: times ** (12 / months) * 100] if rate.kind == "share" else [],
        said=f"{factor.text} every {time.text} is {{value}} a year",
        written="factor^(12 ÷ months)",
        confidence=0.9,
    )


def _doubling(passage: Passage, rate: Quantity, time: Quantity) -> Iterator[Finding]:
    """Check "26 % a year doubles in three years"."""
    if (rate.kind == "share" and not rate.low > 0) or (rate.kind == "factor" and rate.low <= 1):
        return

    def formula(value: float) -> float:
        return 12 * log(2) / log(1 + value / 100 if rate.kind == "share" else value)

    loose = replace(time, step=max(time.step, 0.5 * (12 if "year" in time.text else 1)))
    yield from judged(
        passage,
        "growth",
        formula,
        [("rate", rate)],
        loose,
        said=f"{_a_year(rate)} doubles in {{value}}",
        written="ln 2 ÷ ln(1 + rate)",
        confidence=0.85,
    )


def _a_year(rate: Quantity) -> str:
    return rate.text if rate.per else f"{rate.text} a year"


def _between(
    passage: Passage, a: Quantity, b: Quantity, rate: Quantity, times: list[tuple[str, Quantity]]
) -> Iterator[Finding]:
    if a.unit != b.unit or not (a.low > 0 and b.low > 0) or a.ranged or b.ranged:
        return

    def years(*given: float) -> float:
        return given[1] - given[0] if len(given) == 2 else given[0] / 12

    given = [(name, replace(each, step=0.0)) for name, each in times]

    def compound(first: float, last: float, *time: float) -> float:
        return float(abs((last / first) ** (1 / years(*time)) - 1) * 100)

    def simple(first: float, last: float, *time: float) -> float:
        return abs(last / first - 1) / years(*time) * 100

    plain = replace(rate, per=())
    even = compute(simple, [a, b, *(each for _, each in given)])
    averaged = even is not None and verdict_of(even, plain)[0] == "holds"
    yield from judged(
        passage,
        "growth",
        compound,
        [("before", a), ("after", b), *given],
        plain,
        question="That is the simple average; is the compound rate meant?" if averaged else "",
        said=f"from {a.text} to {b.text} is {{value}} a year",
        written="(after ÷ before)^(1 ÷ years) − 1",
        confidence=0.92,
    )
