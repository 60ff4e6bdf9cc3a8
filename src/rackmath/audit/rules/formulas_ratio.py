"""Formulas for points and for factors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import against, pairs


def points(near: Near) -> Iterator[Candidate]:
    """Yield the differences of shares."""
    shares = [each for each in near.places if each.figure.kind == "share"]
    scale = 100.0 if near.claim.figure.unit == "bps" else 1.0
    for a, b in combinations(shares, 2):
        yield Candidate(
            "points",
            2.0 + near.cues.tie - near.far(a, b),
            (a, b),
            lambda first, second: abs(first - second) * scale,
            "|after − before|",
        )
    if scale == 1.0:
        return
    for a, b, fa, fb, lenient in pairs(near):
        if a.figure.kind == "amount":
            score = 1.4 + near.cues.tie - near.far(a, b) - lenient
            yield Candidate("share", score, (a, b), _ratio(fa * 1e4, fb * 1e4, True, 1e4), "part ÷ whole")


def factors(near: Near) -> Iterator[Candidate]:
    """Yield how many times one figure is another."""
    cues, down = near.cues, near.claim.figure.value < 1
    for a, b, fa, fb, lenient in pairs(near):
        score = 1.2 + cues.tie - near.far(a, b) - lenient + (0.6 if against(a, b) else 0.0)
        yield Candidate(
            "ratio", score, (a, b), _ratio(fa, fb, down), "smaller ÷ larger" if down else "larger ÷ smaller"
        )


def _ratio(fa: float, fb: float, down: bool, scale: float = 1.0) -> Callable[..., float]:
    def formula(a: float, b: float) -> float:
        low, high = sorted((a * fa, b * fb))
        return scale * (low / high if down else high / low)

    return formula
