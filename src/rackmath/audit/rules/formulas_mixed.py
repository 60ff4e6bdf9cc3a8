"""Formulas for what a gap between two figures costs, and for the sum of two products."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations, pairwise

from rackmath.audit.quantity import MONEY, seconds_of
from rackmath.audit.rules.formulas_product import product_of
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import against, pair
from rackmath.audit.rules.setting import Place


def gaps(near: Near) -> Iterator[Candidate]:
    """Yield what the gap between two figures costs: "falls from 2,970 tonnes to 2,160; at $580 a tonne …"."""
    claim, cues = near.claim, near.cues
    amounts = [each for each in near.before[-6:] if each.figure.kind == "amount" and each.figure.low > 0]
    if not cues.less and not _KEEPS.search(claim.before[-40:]):
        return
    for a, b in pairwise(amounts):
        alike = pair(a, b)
        if not alike or a.figure.value * alike[0] == b.figure.value * alike[1]:
            continue
        lends, other = (b, a) if b.figure.unit or b.figure.noun else (a, b)
        for by in amounts:
            if by is a or by is b or not (by.figure.unit or by.figure.per or by.figure.noun):
                continue
            ratio = alike[1] / alike[0] if lends is a else alike[0] / alike[1]
            part = abs(1 - other.figure.value * ratio / lends.figure.value)
            for each in product_of(near, (lends, by), (1, 1), part=part):
                tied = 0.6 if against(a, b) or _ENDS.search(b.before) else -0.6
                yield Candidate(
                    "difference",
                    each.score - 0.4 * near.cost[id(other)] + tied,
                    (lends, by, other),
                    _of_gap(each.formula, ratio),
                    f"({lends.figure.text} − {other.figure.text}) × {by.figure.text}",
                    loose=each.loose,
                )


def paybacks(near: Near) -> Iterator[Candidate]:
    """Yield how long an outlay takes to come back from the gap between two costs of a period."""
    claim, cues = near.claim, near.cues
    if not near.pays or claim.figure.unit not in ("month", "s") or claim.figure.per:
        return
    money = [each for each in near.before if each.figure.unit in MONEY and each.figure.low > 0]
    named = {period for each in money for period in each.periods} or set(cues.periods)
    for a, b in combinations(money[-6:], 2):
        first, second = a.figure, b.figure
        if first.unit != second.unit or first.value == second.value or first.over != second.over:
            continue
        if not 0.1 < first.value / second.value < 10 or (a.periods and b.periods and a.periods != b.periods):
            continue
        period = next(iter(sorted(a.periods | b.periods)), "") or (next(iter(named)) if len(named) == 1 else "")
        length = seconds_of(period)
        if length is None:
            continue
        for outlay in money:
            if outlay in (a, b) or outlay.periods:
                continue
            score = 3.0 + cues.tie - near.far(a, b) - 0.5 * near.cost[id(outlay)] + (1.6 if against(a, b) else 0.0)
            yield Candidate(
                "quotient",
                score,
                (outlay, a, b),
                _back(length / claim.size[1]),
                f"{outlay.figure.text} ÷ ({a.figure.text} − {b.figure.text})",
            )


def _back(unit: float) -> Callable[..., float]:
    return lambda outlay, first, second: outlay / abs(first - second) * unit


_KEEPS = re.compile(r"\b(?:keeps?|saves?|saved|gains?|pockets?|loses?|lost|worth|earns?|extra)\b")


_ENDS = re.compile(r"\b(?:to|from|against|instead of|rather than)\s(?:about\s|only\s|just\s)?\Z")


def _of_gap(product: Callable[..., float], ratio: float) -> Callable[..., float]:
    return lambda lends, by, other: abs(product(lends, by) - product(other * ratio, by))


def mixes(near: Near) -> Iterator[Candidate]:
    """Yield the sum of two products that are told one after the other: so many at one price, so many at another."""
    run = [each for each in near.before[-4:] if each.figure.kind == "amount"]
    if len(run) < 4:
        return
    a, b, c, d = run
    for first, second in (((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c))):
        parts = [next(product_of(near, two, (1, 1)), None) for two in (first, second)]
        if parts[0] and parts[1]:
            score = min(parts[0].score, parts[1].score) + 0.4
            yield Candidate(
                "mix", score, (*first, *second), _two(parts[0].formula, parts[1].formula), "sum of products"
            )


def weighted(near: Near) -> Iterator[Candidate]:
    """Yield the mean of the amounts of a sentence, each weighted with the share that is told with it."""
    claim = near.claim
    for back in (0, 1):
        told = [each for each in near.before if claim.sentence - each.sentence == back]
        shares = [each for each in told if each.figure.kind == "share"]
        amounts = [each for each in told if each.figure.kind == "amount" and (_is_bare(each) or pair(each, claim))]
        if len(shares) < 2 or len(shares) != len(amounts) or abs(sum(each.figure.value for each in shares) - 100) > 1:
            continue
        ratios: list[float] = []
        for each in amounts:  # "20 minutes, 30 and 45"
            alike = None if _is_bare(each) else pair(each, claim)
            if alike:
                ratios.append(alike[0] / alike[1])
            elif ratios:
                ratios.append(ratios[0] * amounts[0].figure.scale / amounts[0].figure.over)
        if len(ratios) != len(amounts):
            continue
        tied = 1.0 if _MEAN.search(f"{claim.before[-60:]} {claim.after[:20]}") else -0.4
        yield Candidate(
            "mix",
            2.0 + near.cues.tie + tied,
            (*shares, *amounts),
            partial(_mean, ratios),
            "sum of share × amount",
        )
        return


def _is_bare(place: Place) -> bool:
    return not (place.figure.unit or place.figure.per)


_MEAN = re.compile(r"\b(?:mean|average\w*|blended|weighted|mix|overall|effective)\b", re.IGNORECASE)


def _mean(ratios: list[float], *values: float) -> float:
    count = len(ratios)
    parts = zip(values[:count], values[count:], ratios, strict=True)
    return sum(share * amount * ratio for share, amount, ratio in parts) / sum(values[:count])


def _two(first: Callable[..., float], second: Callable[..., float]) -> Callable[..., float]:
    return lambda a, b, c, d: first(a, b) + second(c, d)
