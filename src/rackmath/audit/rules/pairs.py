"""Which two figures can be compared, and what that takes: units that one lends the other, periods left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from rackmath.audit.quantity import MONEY, seconds_of
from rackmath.audit.rules.near import Near
from rackmath.audit.rules.setting import Place


@lru_cache(maxsize=4096)
def pair(first: Place, second: Place) -> tuple[float, float, float] | None:
    """Return the factors that make two figures comparable and what that takes in leniency, or None."""
    a, b = first.figure, second.figure
    if a.kind == b.kind == "share" or a.kind == b.kind == "factor":
        return 1.0, 1.0, 0.0 if set(a.per) == set(b.per) else 0.5
    if a.kind != "amount" or b.kind != "amount":
        return None
    alike = first.size[0] == second.size[0] and first.size[0]
    if a.unit == b.unit or {a.unit, b.unit} == {"s", "month"} or alike:
        (dim_a, fac_a, soft_a), (dim_b, fac_b, soft_b) = first.size, second.size
        if a.unit == "" and bool(a.per) != bool(b.per) and {a.over, b.over} != {1.0}:
            return (fac_a, fac_a / a.over, 0.3) if a.per else (fac_b / b.over, fac_b, 0.3)
        if a.unit in MONEY and a.unit == b.unit and bool(a.per) != bool(b.per) and {a.over, b.over} != {1.0}:
            return (fac_a, fac_a / a.over, 0.2) if a.per else (fac_b / b.over, fac_b, 0.2)
        apart = 0.0
        if a.unit == "":
            nouns = [set(each.noun.split(" ")) for each in (a, b) if each.noun]
            apart = 0.8 if len(nouns) == 2 and not nouns[0] & nouns[1] else 0.0
        if dim_a == dim_b:
            soft = (
                {key for key in {**soft_a, **soft_b} if soft_a.get(key, 0) != soft_b.get(key, 0)} if a.unit else set()
            )
            return fac_a, fac_b, apart + (0.5 if soft and soft_a and soft_b else 0.2 if soft else 0.0)
        if not a.per and (missing := _missing(second)):
            return fac_b / b.over, fac_b, apart + missing
        if not b.per and (missing := _missing(first)):
            return fac_a, fac_a / a.over, apart + missing
        return None
    for bare, other, turn in ((a, second, False), (b, first, True)):
        if bare.unit == "" and not bare.noun and not bare.per and other.size[0] and not bare.worded and bare.step:
            of_them = _OF_THEM.match((second if turn else first).after)
            if other.figure.unit in ("s", "month") and not of_them and not side_by_side(first, second):
                continue
            factor = other.size[1]
            made = factor * other.figure.scale / other.figure.over, factor
            return (made[1], made[0], 0.5) if turn else (made[0], made[1], 0.5)
    return None


_OF_THEM = re.compile(r"\s(?:of|in) (?:them|these|those)\b")


def side_by_side(first: Place, second: Place) -> bool:
    """Whether two figures stand next to each other in a sentence, as the ends of one way do."""
    if first.sentence != second.sentence:
        return False
    left, right = sorted((first.figure, second.figure), key=lambda each: each.start)
    return right.start - left.end < SIDE


def lends(first: Place, second: Place) -> bool:
    """Whether one of two figures has a unit, and stands so near that it is the other's too."""
    return bool(first.figure.unit or second.figure.unit) and side_by_side(first, second)


SIDE = 24
"""Letters between two figures of which one may lend the other its unit of time."""


def _missing(other: Place) -> float:
    """Return what it costs to take a figure as per the same thing as another: a period is often left out."""
    if all(seconds_of(each) or each in ("item", "token") for each in other.figure.per):
        return 0.4
    return 0.9 if other.figure.unit in MONEY else 0.0


_WAY = re.compile(r"\b(?:from|against|versus|vs|after|compared|instead|rather|up|down)\b|→")


def against(a: Place, b: Place) -> bool:
    """Whether the text sets one figure against another."""
    return _WAY.search(a.before[-12:]) is not None or _WAY.search(b.before[:60]) is not None


def pairs(near: Near) -> Iterator[tuple[Place, Place, float, float, float]]:
    """Yield the comparable pairs near a claim, each with what `pair` returns."""
    timeless = _PRICED.match(near.claim.after) is not None
    for a, b in combinations(near.places, 2):
        told = pair(a, b)
        if timeless and a.figure.unit in ("s", "month"):
            continue
        if told and a.figure.low > 0 and b.figure.low > 0:
            yield a, b, *told


_PRICED = re.compile(r"\s(?:[a-z]+\s)?(?:off|discount|cheaper|dearer|saving|savings|price|of the (?:cost|price))\b")
