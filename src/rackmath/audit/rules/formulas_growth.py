"""Formulas for growth: rates between two figures, rates told for another period, and times to double."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from math import log

from rackmath.audit.quantity import seconds_of
from rackmath.audit.rules.cues import changing
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import pairs
from rackmath.audit.rules.setting import Place

YEAR = 86400.0 * 365


def spans(near: Near) -> Iterator[tuple[Place, float]]:
    """Yield the lengths of time that could be the term of a growth, in years."""
    for each in near.places:
        figure = each.figure
        if figure.kind == "amount" and figure.unit in ("month", "s") and not figure.per:
            yield each, 1 / 12 if figure.unit == "month" else 1 / YEAR


def growths(near: Near) -> Iterator[Candidate]:
    """Yield the rates that lead from one figure to another, or that a rate is over another time."""
    cues, claim = near.cues, near.claim
    own = period_length(claim)
    rates = [each for each in near.places if each.figure.kind == "share" and each.periods]
    for rate in rates:
        length = period_length(rate)
        score = 0.8 + cues.tie - near.far(rate)
        if own and length and own != length:
            for up in (True, False):
                yield Candidate("growth", score + 0.8, (rate,), _compound(own / length, up), "(1 + rate)^periods − 1")
        for span, years in spans(near):
            for up in (True, False):
                yield Candidate(
                    "growth",
                    score - near.far(span) + (0.8 if cues.total or not own else -0.6),
                    (rate, span),
                    _over(years * YEAR / length if length else 0.0, up),
                    "(1 + rate)^periods − 1",
                )
    if not (cues.yearly or own):
        return
    for a, b, fa, fb, lenient in pairs(near):
        if a.figure.kind == "amount" and a.figure.unit in ("month", "s"):
            continue
        score = 1.0 + cues.tie - near.far(a, b) - lenient + 0.8
        for span, years in spans(near):
            yield Candidate(
                "growth",
                score - 0.5 * near.cost[id(span)],
                (a, b, span),
                _annual(fb / fa, years, own or YEAR, turned=_AGO.search(b.before[-30:]) is not None),
                "(after ÷ before)^(1 ÷ years) − 1",
            )
        for first, last in combinations(near.years, 2):
            years = last.figure.value - first.figure.value
            if 1 <= years <= 60:
                yield Candidate(
                    "growth",
                    score - 0.2,
                    (a, b),
                    _between(fb / fa, years),
                    f"(after ÷ before)^(1 ÷ {years:.0f} years) − 1",
                )
    for whole in near.nearer:
        if whole.figure.kind == "share" and not whole.periods and changing(whole):
            for span, years in spans(near):
                score = 1.6 + cues.tie - near.far(whole) - 0.5 * near.cost[id(span)]
                for sign in (1, -1):
                    yield Candidate(
                        "growth",
                        score if _GREW.search(whole.line.text) or sign < 0 else score - 1.0,
                        (whole, span),
                        _yearly(sign, years, own or YEAR),
                        "(1 + change)^(1 ÷ years) − 1",
                    )
    for factor in near.places:
        if factor.figure.kind == "factor" or (factor.figure.kind == "share" and factor.figure.worded):
            for span, years in spans(near):
                every = 1.2 if factor.after == " every " and factor.sentence == span.sentence else 0.0
                yield Candidate(
                    "growth",
                    1.0 + cues.tie - near.far(factor, span) + every,
                    (factor, span),
                    _times(years, own or YEAR, factor.figure.kind == "share"),
                    "factor^(1 ÷ years) − 1",
                )


def period_length(place: Place) -> float:
    """Return the seconds of the period that a figure is per, or nought."""
    return next((seconds_of(each) or 0.0 for each in sorted(place.periods)), 0.0)


def _compound(periods: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate: float(abs((1 + sign * rate / 100) ** periods - 1) * 100)


def _over(periods: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate, span: float(abs((1 + sign * rate / 100) ** (span * periods) - 1) * 100)


_AGO = re.compile(r"\b(?:ago|earlier|before)\b")


def _annual(ratio: float, years: float, own: float, *, turned: bool = False) -> Callable[..., float]:
    """Return the rate that leads from the first figure to the second, or back where the second is of earlier."""
    sign = -1 if turned else 1
    return lambda a, b, span: float(abs((b / a * ratio) ** (sign * own / YEAR / (span * years)) - 1) * 100)


_GREW = re.compile(r"\b(?:ris(?:en|es?|ing)|rose|gr[eo]w\w{0,4}|up|increas\w{1,3}|gain\w{0,2})\b")


def _yearly(sign: int, years: float, own: float) -> Callable[..., float]:
    return lambda change, span: float(abs((1 + sign * change / 100) ** (own / YEAR / (span * years)) - 1) * 100)


def _between(ratio: float, years: float) -> Callable[..., float]:
    return lambda a, b: float(abs((b / a * ratio) ** (1 / years) - 1) * 100)


def _times(years: float, own: float, share: bool) -> Callable[..., float]:
    return lambda factor, span: float(
        abs((1 - factor / 100 if share else factor) ** (own / YEAR / (span * years)) - 1) * 100
    )


def doublings(near: Near) -> Iterator[Candidate]:
    """Yield the times in which what grows at a rate doubles or halves."""
    cues, claim = near.cues, near.claim
    shares = [each for each in near.nearer if each.figure.kind == "share" and each.periods]
    for rate in shares:
        length = period_length(rate)
        if claim.figure.unit in ("month", "s") and length:
            unit = claim.size[1]
            falling = _HALVES.search(f"{claim.before} {claim.after}") is not None
            if not falling and not _DOUBLES.search(claim.line.text):
                continue
            yield Candidate(
                "growth",
                1.8 + cues.tie - near.far(rate),
                (rate,),
                _doubling(length / unit, not falling),
                "ln 2 ÷ ln(1 + rate)",
            )


_DOUBLES = re.compile(r"\b(?:doubl\w+|twice|twofold)\b", re.IGNORECASE)


_HALVES = re.compile(r"\b(?:halv\w+|half)\b", re.IGNORECASE)


def _doubling(length: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate: abs(log(2) / log(1 + sign * rate / 100)) * length
