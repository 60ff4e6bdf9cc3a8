"""Formulas for a share: changes, parts of a whole, what is left, discounts on each other, failures a year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from rackmath.audit.quantity import seconds_of
from rackmath.audit.rules.common import DOWN, UP
from rackmath.audit.rules.cues import changing
from rackmath.audit.rules.formulas_growth import growths, spans
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import against, pair, pairs
from rackmath.audit.rules.setting import words_of

WIDEST = 12.0
"""How many times one end of a change may be the other, unless the change is told to be of 90 % or more."""


_BASE_NAMED = re.compile(
    r"\s(?:[a-z]+\s)?(?:below|above|under|over|off|less than|more than|cheaper than|dearer than|"
    r"higher than|lower than)\s(?:the\s|our\s|its\s)?"
    r"(?P<what>[a-z -]{3,30})"
)


def shares_of(near: Near) -> Iterator[Candidate]:
    """Yield what could give a share."""
    claim, cues = near.claim, near.cues
    change = cues.up or cues.down
    base = _BASE_NAMED.match(claim.after)
    of_last = _OF_WHICH.search(claim.before) is not None and near.last is not None
    relative = _WHICH.search(claim.before) is not None and near.last is not None
    named_base = words_of(base["what"]) if base else frozenset()
    points = next((each.figure.value for each in near.before[-2:] if each.figure.kind == "points"), 0.0)
    moved = _MOVED.search(claim.lead[-140:]) is not None
    annualised = _ANNUALISED_BEFORE.search(claim.before[-60:]) is not None
    for a, b, fa, fb, lenient in pairs(near):
        far = near.far(a, b) + lenient - 0.6 * (a.origin + b.origin)
        adjacent = 0.4 if near.cost[id(b)] < 0.2 and a.sentence == b.sentence else 0.0
        sizes = sorted((a.figure.value * fa, b.figure.value * fb))
        farther = sizes[1] / sizes[0]
        if not cues.yearly or cues.each:
            far += 1.0 if named_base and not named_base & (a.words | b.words) else 0.0
            score = 1.0 + cues.tie - far + adjacent - (1.5 if changing(a) or changing(b) else 0.0)
            if any(_DIFFERENCE.match(each.after) or _SAVED.search(each.before[-24:]) for each in (a, b)):
                score -= 1.5  # "370 fewer" is itself the change
            if a.figure.kind == b.figure.kind == "factor":
                score -= 1.0  # each is a change by itself
            if points and abs(abs(a.figure.value - b.figure.value) - points) < 1e-9 and a.figure.kind == "share":
                score += 1.0  # "from 80 % to 62 %, 18 points, or 18 % fewer"
            if relative:
                score += 0.6 if a is near.last or b is near.last else -1.2
            for up in (True, False) if farther < WIDEST or claim.figure.value >= 90 else ():
                fits = (cues.up and up) or (cues.down and not up)
                sign = 1.6 if fits else -0.6 if change else 0.3 if adjacent and against(a, b) else -0.8
                rises = b.figure.value * fb > a.figure.value * fa
                told = score + sign - (0.5 if cues.share and not change else 0.0) + (0.25 if rises == up else -0.25)
                yield Candidate(
                    "change",
                    told,
                    (a, b),
                    _rise(fa, fb, up),
                    "larger ÷ smaller − 1" if up else "1 − smaller ÷ larger",
                )
        if farther < 1.01 and claim.figure.value < 90:
            continue  # one thing told twice
        score = 1.0 + cues.tie - far + (1.2 if cues.share and not change else -1.0 if change else 0.3)
        score -= 1.0 if changing(a) or changing(b) else 0.0
        score -= 0.5 if a.figure.kind == "share" else 0.0
        part, whole = (a, b) if a.figure.value * fa < b.figure.value * fb else (b, a)
        if claim.figure.value > 100:
            part, whole = whole, part
        ratio = (fa / fb if part is a else fb / fa) * 100
        if cues.of:
            named = cues.of & whole.heads or _WHOLE.search(whole.before[-30:]) or _PRONOUN.match(claim.after)
            score += 0.8 if named else -1.1
        if change and part is near.last and _ADDED.search(part.before[-30:]):
            score += 2.2  # "adds 7,850 seats, a quarter more"
        if _PART_OF.fullmatch(part.after) and whole.before == part.after:
            score += 0.8  # "four hours of a twelve-hour day"
        score += 0.5 if whole is near.whole else 0.0
        if of_last:
            score += 0.8 if whole is near.last else -1.2
        if annualised or (moved and a.sentence == b.sentence == claim.sentence):
            continue
        score += 0.5 if cues.share and claim.subject & part.words else 0.0
        if near.last and near.last.sentence == claim.sentence and cues.tie == 1.2 and claim.figure.value <= 100:
            score += 0.4 if part is near.last else -0.6
        else:
            score += 0.3 if part is near.last or (part.words & claim.words) - whole.words else -0.4
        yield Candidate("share", score, (part, whole), _quotient(ratio), "part ÷ whole")
        if cues.share and change:  # "a tenth less than half of", "up to 40 % of"
            continue
    for whole in near.labelled:
        for part in near.before[-3:]:
            alike = pair(part, whole)
            if alike and part.figure.low > 0 < whole.figure.low:
                score = 2.4 + cues.tie - near.far(part) - alike[2] - (0.8 if change else 0.0)
                yield Candidate("share", score, (part, whole), _quotient(alike[0] / alike[1] * 100), "part ÷ whole")
    for one in near.places[-6:]:
        if one.figure.kind == "factor" and not claim.periods:
            score = 1.0 + cues.tie - near.far(one) + (0.8 if change else 0.0)
            yield Candidate("factor", score, (one,), _by_factor(up=cues.up and not cues.down), "change by the factor")
    yield from _complements(near)
    yield from growths(near)
    if _ANNUALISED.search(claim.line.text):
        yield from _annualised(near)


_ANNUALISED = re.compile(r"\b(?:annuali[sz]e[sd]?|annual|a year|per year|yearly)\b", re.IGNORECASE)


def _annualised(near: Near) -> Iterator[Candidate]:
    """Yield the part of a whole in some time, told for a year: failures of a fleet in a quarter."""
    named = {
        each: 365 * 86400 / (seconds_of(each) or 1.0) for each in ("quarter", "month", "week") if each in near.text
    }
    for a, b, fa, fb, lenient in pairs(near):
        if a.figure.kind != "amount" or a.figure.unit:
            continue
        part, whole, ratio = (a, b, fa / fb) if a.figure.value * fa < b.figure.value * fb else (b, a, fb / fa)
        score = (
            2.0 + near.cues.tie - near.far(a, b) - lenient + (0.6 if _ANNUALISED.match(near.claim.after[1:]) else 0.0)
        )
        for count in named.values():
            yield Candidate(
                "failures", score, (part, whole), _quotient(ratio * 100 * count), "part ÷ whole × periods a year"
            )
        for span, years in spans(near):
            yield Candidate(
                "failures",
                score - near.cost[id(span)],
                (part, whole, span),
                _yearly(ratio * 100, years),
                "part ÷ whole ÷ years",
            )


def _yearly(ratio: float, years: float) -> Callable[..., float]:
    return lambda part, whole, span: part / whole * ratio / (span * years)


_OF_WHICH = re.compile(r",\s(?:of (?:which|that|this|it)|and of (?:that|this|it))\b[^,;.]{0,40}\Z")
_MOVED = re.compile(
    rf"\b(?:{UP}|{DOWN})\s(?:[a-z]+\s){{0,2}}?from\s[^,;:()]{{1,40}}\bto\s[^,;:()]{{1,30}},\san?\s[a-z-]{{3,20}}\sof\s\Z",
    re.IGNORECASE,
)
"""The way of a figure, and a word for its change: "fell from 7.4 to 6.5 billion, a slippage of"."""
_ANNUALISED_BEFORE = re.compile(r"\bannuali[sz]ed\b[^.;]*\Z", re.IGNORECASE)
_WHICH = re.compile(r",\s(?:which|that)\s(?:is|was|are|were|makes?|means|would be)\s(?:[a-z]+\s){0,2}\Z")
"""What ties a share to the figure just before it: "£9.6 million, which is 20 % below the old figure"."""


_RISES = re.compile(rf"\b{UP}(?:\sby)?(?:\sabout)?\s\Z", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:total|all|altogether|overall|sum|whole)\b", re.IGNORECASE)


_PRONOUN = re.compile(r"\s(?:of|share of)\s(?:it|them|that|this|these|those|everything|the (?:total|whole))\b")


_DIFFERENCE = re.compile(
    r"\s(?:[a-z]+\s){0,2}(?:fewer|more|less|lower|higher|longer|shorter|cheaper|dearer|saved|extra)\b(?!\sthan)"
)


_PART_OF = re.compile(r"\s(?:[a-z]+\s)?(?:of|out of)\s(?:an? |the |its |their |our |all )?")
_ADDED = re.compile(r"\b(?:adds?|added|adding|another|extra|further|additional)\s(?:[a-z]+\s){0,2}\Z")
_SAVED = re.compile(r"\b(?:saves?|saving of|saved|gap of|difference of)\s(?:[a-z]+\s)?\Z")


def _rise(fa: float, fb: float, up: bool) -> Callable[..., float]:
    def formula(a: float, b: float) -> float:
        low, high = sorted((a * fa, b * fb))
        return (high / low - 1) * 100 if up else (1 - low / high) * 100

    return formula


def _by_factor(*, up: bool) -> Callable[..., float]:
    """Return the change in percent that a factor makes."""
    return lambda factor: 100 * (max(factor, 1 / factor) - 1 if up else 1 - min(factor, 1 / factor))


def _quotient(ratio: float) -> Callable[..., float]:
    return lambda part, whole: part / whole * ratio


def _complements(near: Near) -> Iterator[Candidate]:
    cues, claim = near.cues, near.claim
    shares = [each for each in near.before if each.figure.kind == "share" and not each.periods]
    text = near.text
    rest = (
        re.search(r"\b(?:the rest|remain\w*|left|unfilled|leaving|leaves|stayed|other)\b", claim.line.text) is not None
    )
    for one in shares[-4:]:
        bonus = 1.9 if near.pays else 0.8 if rest else -1.0
        yield Candidate(
            "rest", 0.6 + cues.tie + bonus - near.far(one), (one,), lambda value: 100 - value, "100 % − share"
        )
    listed = [each for each in shares if each.sentence == claim.sentence]
    if len(listed) > 1 and rest:
        yield Candidate(
            "rest",
            1.4 + cues.tie - near.cost[id(listed[-1])],
            tuple(listed),
            lambda *each: 100 - sum(each),
            "100 % − shares",
        )
    for a, b in combinations(shares[-4:], 2):
        if _RISES.search(a.before[-24:]) or _RISES.search(b.before[-24:]):
            continue
        chained = changing(a) and (changing(b) or changing(claim)) and a.periods == b.periods
        score = 0.6 + cues.tie + (0.9 if chained else -1.0) + (1.1 if cues.total or "over the" in text else 0.0)
        yield Candidate(
            "discounts",
            score - near.far(a, b),
            (a, b),
            lambda first, second: 100 - (100 - first) * (100 - second) / 100,
            "1 − (1 − first) × (1 − second)",
        )
        yield Candidate(
            "share",
            -0.2 + cues.tie - near.far(a, b) - (0.0 if cues.share else 0.6),
            (a, b),
            lambda first, second: first * second / 100,
            "share × share",
        )
