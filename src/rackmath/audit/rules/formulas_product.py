"""Formulas for products and quotients of one to three amounts, whose dimensions come out right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

from rackmath.audit.quantity import MONEY, seconds_of
from rackmath.audit.rules.bridges import bridges
from rackmath.audit.rules.formulas_growth import YEAR, period_length
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.setting import Place, code_of

TWO = ((1, 1), (1, -1), (-1, 1))
THREE = ((1, 1, 1), (1, 1, -1), (1, -1, 1), (-1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
"""The powers of two and of three figures in a product or quotient."""


def products_of(near: Near) -> Iterator[Candidate]:
    """Yield products and quotients of one to three amounts whose dimensions come out right."""
    claim = near.claim
    amounts = [each for each in near.places if _is_amount(each) and not each.after.startswith(" ago")]
    for one in amounts:
        yield from product_of(near, (one,), (1,))
        yield from _implied(near, one)
        yield from _elided(near, one)
        yield from product_of(near, (one,), (-1,))
    aim = near.claim.code
    for a, b in combinations(amounts, 2):
        for signs in TWO:
            if a.code * signs[0] + b.code * signs[1] - aim in LEFT:
                yield from product_of(near, (a, b), signs)
    nearer = [
        each
        for each in near.nearer
        if _is_amount(each) and (each.figure.unit or each.figure.noun or each.figure.per or _THEM.match(each.after))
    ]
    for three in combinations(nearer, 3):
        first, second, last = (each.code for each in three)
        for ways in THREE:
            if first * ways[0] + second * ways[1] + last * ways[2] - aim in LEFT:
                yield from product_of(near, three, ways)
    shares = [each for each in near.nearer if each.figure.kind == "share" and not each.periods]
    for by in shares:
        for one in nearer:
            yield from product_of(near, (one,), (1,), by)
            if one.figure.unit in MONEY and one.figure.unit == claim.figure.unit and not one.periods:
                yield from _interest(near, one, by)
        for a, b in combinations(nearer, 2):
            for signs in TWO:
                if a.code * signs[0] + b.code * signs[1] - aim in LEFT:
                    yield from product_of(near, (a, b), signs, by)


def _interest(near: Near, base: Place, by: Place) -> Iterator[Candidate]:
    """Yield what a yearly rate on an amount comes to in a shorter period."""
    for period in sorted(near.claim.periods or near.cues.periods):
        length = (seconds_of(period) or 1.0) / YEAR
        if length < 1 and _RATE.search(f"{by.before[-60:]} {by.after[:30]} {base.after[:60]}"):
            score = 1.2 + near.cues.tie - near.far(base, by)
            written = f"{base.figure.text} × {by.figure.text} a year"
            yield Candidate("rate", score, (base, by), _monomial(length / 100, (1, 1)), written)


_RATE = re.compile(r"\b(?:interest|coupon|loan|mortgage|debt|borrow\w*|owes?|yield|rate|fixed|APR)\b", re.IGNORECASE)


def _is_amount(place: Place) -> bool:
    return place.figure.kind == "amount" and place.figure.low > 0 and not place.overhead


def _elided(near: Near, ratio: Place) -> Iterator[Candidate]:
    """Yield a price told without its unit, times what is used of it: "8.4 MMBtu per MWh at $3.60, $30.24 per MWh"."""
    claim = near.claim
    if not (ratio.figure.unit and ratio.figure.per) or claim.figure.unit not in MONEY or not claim.figure.per:
        return
    if set(claim.figure.per) != set(ratio.figure.per):
        return
    for price in near.before[-4:]:
        if price.figure.unit == claim.figure.unit and not price.figure.per and price.figure.low > 0:
            score = 1.8 + near.cues.tie - near.far(ratio, price)
            written = f"{ratio.figure.text} × {price.figure.text}"
            factor = ratio.figure.over / ratio.figure.scale / claim.figure.over
            yield Candidate("product", score, (ratio, price), _monomial(factor, (1, 1)), written)


def _implied(near: Near, one: Place) -> Iterator[Candidate]:
    """Yield an amount whose period is not said with it, told for the claim's: "$600 over the year, $50 a month"."""
    claim, cues = near.claim, near.cues
    if not claim.periods or one.periods or one.figure.unit != claim.figure.unit or one.figure.noun != claim.figure.noun:
        return
    own = period_length(claim)
    named = {each for each in cues.periods if each not in claim.periods} if cues.each else set()
    sides = [each for each in near.before if each.sentence == one.sentence and each.figure.unit == one.figure.unit]
    named |= {period for each in sides for period in each.periods if period not in claim.periods}
    for period in sorted(named):
        length = seconds_of(period) or own
        ratio = one.size[1] / claim.size[1] / length
        score = 0.9 + cues.tie - near.far(one) + (0.8 if one is near.last else 0.0)
        yield Candidate("rate", score, (one,), _monomial(ratio, (1,)), f"{one.figure.text} a {period}", loose=True)


LEFT = {
    sum(code_of(key) * power for key, power in left.items()): left
    for time in (-1, 0, 1)
    for energy in (0, 1)
    for thing in ("", "byte", "t", "l", "m")
    for left in [{key: power for key, power in (("s", time), ("J", energy), (thing, 1)) if key and power}]
}
"""What prose may leave out between the dimensions of a product and of a claim, by the code of the dimension."""


def product_of(
    near: Near, places: tuple[Place, ...], signs: tuple[int, ...], by: Place | None = None, part: float = 1.0
) -> Iterator[Candidate]:
    """Yield the product of figures, each to the power of its sign, where its dimension is the claim's.

    `by` is a share that is taken of it, and `part` any other.
    """
    claim, cues = near.claim, near.cues
    code, value = -claim.code, part / claim.size[1]
    for each, sign in zip(places, signs, strict=True):
        if sign > 0:
            code, value = code + each.code, value * each.base
        else:
            code, value = code - each.code, value / each.base
    left = LEFT.get(code)
    if left is None or ("s" in left and _times_alone(places, signs)):
        return
    if claim.composed and all(place.figure.unit in ("s", "month") for place in places):
        return  # bed-days are of beds
    if claim.figure.unit in ("s", "month") and claim.periods and not any(_is_time(place) for place in places):
        return  # "1,900 hours a year" is no ratio of two prices
    if by:
        value *= by.figure.value / 100
    left_out = [(more, price) for more, price in bridges(left, near, places) if near.sane(value * more)]
    tied = _tied(near, places, signs) if left_out else None
    if tied is None:
        return
    score = tied + cues.tie - near.far(*places, *([by] if by else []))
    if by:
        score -= 0.3
    factor = 1 / claim.size[1]
    for each, sign in zip(places, signs, strict=True):
        factor *= each.size[1] ** sign
    for more, penalty in left_out:
        ratio = factor * more
        yield Candidate(
            "rate" if len(places) == 1 else "quotient" if -1 in signs else "product",
            score - penalty,
            (*places, by) if by else places,
            _monomial(ratio / 100 if by else ratio, (*signs, 1) if by else signs),
            partial(_written, places, signs, by),
            loose=_crosses(claim, places),
        )


def _is_time(place: Place) -> bool:
    return place.figure.unit in ("s", "month") or bool(place.periods)


def _times_alone(places: tuple[Place, ...], signs: tuple[int, ...]) -> bool:
    """Whether a time is multiplied by what is per no time, so that nothing takes it up: years by years."""
    rates = any(place.periods or place.figure.unit in ("w", "byte/s", "bit/s") for place in places)
    return not rates and any(
        sign > 0 and place.figure.unit in ("s", "month") for place, sign in zip(places, signs, strict=True)
    )


def _tied(near: Near, places: tuple[Place, ...], signs: tuple[int, ...]) -> float | None:
    """Return how well nouns and "per" speak for a product, or None where it would be one in name only."""
    claim, cues = near.claim, near.cues
    soft: dict[str, int] = {}
    cancelled = 0
    for each, sign in zip(places, signs, strict=True):
        for key, power in each.size[2].items():
            before = soft.get(key, 0)
            soft[key] = before + sign * power
            cancelled += abs(before) + abs(power) > abs(soft[key])
    for key, power in claim.size[2].items():
        before = soft.get(key, 0)
        soft[key] = before - power
        cancelled += abs(before) + abs(power) > abs(soft[key])
    if -1 in signs and {"head", "person", "piece", "capita"} & set(claim.figure.per):
        cancelled += 1
        soft = {key: power for key, power in soft.items() if key not in ("head", "person", "piece", "capita")}
    each_one = any(place.figure.each for place in places)
    loose = sum(abs(power) for power in soft.values())
    per = any(place.figure.per for place in places) or claim.figure.per
    score = 0.4 + 0.9 * min(cancelled, 2) - 0.4 * max(0, loose - 1) + (0.7 if each_one else 0.0) + (0.3 if per else 0.0)
    if len(places) == 1:
        if signs == (1,):
            close = 1.2 if near.last is places[0] and cues.tie >= 1.2 else 0.3
            spanned = near.spanned and not claim.periods and places[0].periods and claim.figure.unit
            told = _other_period(claim, places[0]) or (spanned and claim.figure.unit == places[0].figure.unit)
            return score + close if told else None
        if not claim.size[0]:
            return None
        return score + (1.0 if re.search(r"\b(?:every|interval|each)\b", places[0].before[-30:]) else -0.4)
    joined = _joined(places)
    if -1 in signs:
        span = any(
            sign < 0 and each.figure.unit in ("month", "s") and not each.figure.per
            for each, sign in zip(places, signs, strict=True)
        )
        score += (0.8 if cues.each or (span and claim.periods) else -0.6) - (0.8 if joined else 0.0)
        alike = [dict(each.size[0]) for each in places]
        if len(places) == 3 and any(
            alike[i] == alike[j] and signs[i] != signs[j] and alike[i] and not cancelled
            for i in range(3)
            for j in range(i)
        ):
            score -= 1.2  # one price over another times a third is rarely meant
        outlay = any(
            sign > 0 and each.figure.unit in MONEY and not each.figure.per
            for each, sign in zip(places, signs, strict=True)
        )
        if claim.figure.unit in ("month", "s") and outlay:
            score += 2.0 if near.pays else 1.0  # an outlay over what it saves a year
    else:
        score += (1.1 if joined else 0.0) - (0.3 if cues.less and not cues.total else 0.0)
    hard = [set(dict(each.size[0])) for each in places]
    if len(hard) > 1 and any(hard[i] & hard[j] for i in range(len(hard)) for j in range(i)):
        score += 0.6  # hours and a price per hour
    if all(not each.size[0] for each in (*places, claim)):
        score -= 0.4  # counts alone fit too easily
    return score - 0.35 * (len(places) - 2)


_AT = re.compile(
    r"\b(?:at|of|times|each|every|costs?|costing|for|with|draw(?:s|ing)?|using|by|an average of|them|apiece)\b|[×x*@]"
)


_THEM = re.compile(r"\s(?:of (?:them|these|those)|such)\b")


def _joined(places: tuple[Place, ...]) -> bool:
    """Whether words set figures side by side as factors: "150 at £9,200", "868 of them cost"."""
    first, last = places[0], places[-1]
    if first.sentence != last.sentence or len(places) < 2:
        return False
    if first.figure.start > last.figure.start:
        first, last = last, first
    if _THEM.match(last.after):
        return True
    between = first.line.text[first.figure.end : last.figure.start]
    if between == " " and not first.figure.unit and last.figure.unit:
        return True  # "two 80 GB cards"
    return len(between) < 60 and _AT.search(between) is not None and ". " not in between


def _other_period(claim: Place, place: Place) -> bool:
    """Whether one figure can be the other told for another period, or in another unit of time."""
    a, b = claim.figure, place.figure
    if a.unit in ("s", "month") and not a.per and not b.per:
        return b.unit in ("s", "month") and (a.unit, a.scale) != (b.unit, b.scale)
    if a.unit == "wh" and b.unit == "w":
        return True
    if a.unit != b.unit and claim.size[0] == place.size[0] and claim.size[0]:
        return True  # bits told in bytes
    return a.unit == b.unit and claim.periods != place.periods and bool(claim.periods) and bool(place.periods)


def _crosses(claim: Place, places: tuple[Place, ...]) -> bool:
    """Whether months or years are turned into shorter periods, of which there are several conventions."""
    kinds = set(claim.periods).union(*(each.periods for each in places))
    for each in (claim, *places):
        if each.figure.unit == "month" and not each.figure.per:
            kinds.add("year" if each.figure.scale >= 12 else "month")
        elif each.figure.unit == "s" and each.figure.scale >= 60:
            kinds.add("day" if each.figure.scale >= 86400 else "hour")
    return bool(kinds & {"month", "year", "quarter"}) and len(kinds) > 1


def _monomial(ratio: float, signs: tuple[int, ...]) -> Callable[..., float]:
    def formula(*values: float) -> float:
        product = ratio
        for value, sign in zip(values, signs, strict=True):
            product *= value**sign
        return product

    return formula


def _written(places: tuple[Place, ...], signs: tuple[int, ...], by: Place | None) -> str:
    parts = []
    for at, (each, sign) in enumerate(zip(places, signs, strict=True)):
        joint = "" if not at and sign > 0 else "1 ÷ " if not at else " ÷ " if sign < 0 else " × "
        parts.append(f"{joint}{each.figure.text}")
    return "".join(parts) + (f" × {by.figure.text}" if by else "")
