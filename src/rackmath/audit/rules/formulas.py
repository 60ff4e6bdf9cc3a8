"""The formulas that could give a figure from those near it, with how well words, nouns and distance speak for each.

Nothing here looks at whether a formula gives the figure that the text has: the score is what a reader would expect
before calculating. So a figure that the best formula does not give can be doubted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations, pairwise
from math import inf, log, log10

from rackmath.audit.quantity import Quantity, period, seconds_of, singular
from rackmath.audit.rules.cues import Cues, changing
from rackmath.audit.rules.setting import Dimension, Place, code_of, words_of

NEAREST, NEARER, FARTHEST = 14, 6, 24
"""Figures before a claim that are paired, that are taken three at a time, and that are looked at for an outlay."""

LARGEST, POWERS = 25.0, frozenset({10.0**power for power in (2, -2, 3, -3)})
"""How far from a claim the value of a formula may be, and the powers of ten by which one easily slips."""

WIDEST = 12.0
"""How many times one end of a change may be the other, unless the change is told to be of 90 % or more."""

YEAR = 86400.0 * 365
_MONEY = frozenset({"usd", "eur", "gbp", "jpy", "chf", "aud", "cad", "kr"})


_PAYS = re.compile(
    r"\b(?:earns? (?:its|the|their|your) [a-z]+ back|pay-?backs?|pays? (?:for itself|back|off|once|when|if)|repa(?:y|id)s?|recoup\w*|break(?:s|"
    r"ing)?[- ]?even|worth it)\b",
    re.IGNORECASE,
)


_SPANNED = re.compile(r"\s(?:over|in|for|during)\s(?:the|a|one)\s(?P<period>year|month|week|day|quarter)\b")
_SPANNED_BEFORE = re.compile(
    r"\b(?:[Oo]ver|[Ii]n|[Ff]or)\s(?:the|a|one)\s(?:whole |full )?(?P<period>year|month|week|day|quarter)\b[^.;:]{0,30}\Z"
)


@dataclass(slots=True, eq=False)
class Candidate:
    """A formula for a claim: `formula` of the values of `inputs` gives the claim in its own unit.

    There are many of them for each claim, and few are looked at: what is written comes from a function.
    """

    rule: str
    score: float
    inputs: tuple[Place, ...]
    formula: Callable[..., float]
    writing: str | Callable[[], str]
    loose: bool = False

    @property
    def written(self) -> str:
        """The formula in words or figures."""
        return self.writing if isinstance(self.writing, str) else self.writing()

    @property
    def value(self) -> float | None:
        """What the formula gives at the printed values."""
        try:
            return float(self.formula(*(each.figure.value for each in self.inputs)))
        except (ZeroDivisionError, OverflowError, ValueError):
            return None


class Near:
    """The figures around a claim, and what each costs in distance."""

    def __init__(
        self,
        claim: Place,
        at: int,
        section: Sequence[Place],
        cues: Cues,
        told: Candidate | None = None,
        labelled: Sequence[Place] = (),
    ):
        self.claim, self.cues = claim, cues
        self.told = told
        self.result: Place | None = None
        self._words: dict[int, frozenset[str]] = {}
        self.labelled = [each for each in labelled if each not in section[max(0, at - NEAREST) : at]]
        self.whole = told.inputs[1] if told and told.rule == "share" and len(told.inputs) == 2 else None
        spanned = _SPANNED.match(claim.after) or _SPANNED_BEFORE.search(claim.before)
        self.spanned = period(spanned["period"]) if spanned else ""
        self.pays = _PAYS.search(claim.line.text) is not None
        before = section[max(0, at - (FARTHEST if self.pays else NEAREST)) : at]
        after = [each for each in section[at + 1 : at + 4] if each.sentence == claim.sentence]
        self.before = [each for each in before if each.figure.kind != "year"]
        self.places = [*self.before, *(each for each in after if each.figure.kind != "year")]
        self.years = [each for each in (*before, *after) if each.figure.kind == "year"]
        first = at - len(before)
        self.cost = {id(each): self._cost(each, at - first - place) for place, each in enumerate(before)}
        self.cost |= {id(each): self._cost(each, -place) for place, each in enumerate(after, 1)}
        self.last = self.before[-1] if self.before else None
        self.text = " ".join(dict.fromkeys(each.line.text for each in (*before[-1:], claim))).casefold()
        self.nearer = [*self.before[-NEARER:], *self.places[len(self.before) : len(self.before) + 2]]

    def sane(self, value: float) -> bool:
        """Whether a value is anything like the claim, or a plain slip of it."""
        if not 0 < value < inf:
            return False
        ratio = self.claim.figure.value / value
        if 1 / LARGEST < ratio < LARGEST:
            return True
        by = 10.0 ** round(log10(ratio))
        return by in POWERS and abs(ratio / by - 1) < 0.02

    def _cost(self, place: Place, steps: int) -> float:
        back = self.claim.sentence - place.sentence
        apart = back == 0 and steps > 0 and ";" in self.claim.line.text[place.figure.end : self.claim.figure.start]
        cost = 0.3 * apart + 0.13 * max(0, min(steps, 9) - 1) if steps > 0 else 0.5 + 0.3 * (-steps - 1)
        if back:
            cost += 0.35 + 0.12 * min(back - 1, 6) - (0.3 if self.cues.back else 0.0)
        if place.paragraph != self.claim.paragraph:
            cost += 0.25
        return cost

    def far(self, *places: Place) -> float:
        """Return how far inputs are from the claim, less what their words have in common with the claim's."""
        cost = sum(self.cost[id(each)] for each in places)
        cost += sum(0.6 for each in places if each.origin) if len(places) < 3 else 0.0
        if len(places) > 1 and self._complete(places):
            cost -= 0.6
        if self.last and self.cues.tie >= 1.2 and self.last.sentence == self.claim.sentence:
            cost += -0.3 if any(each is self.last for each in places) else 0.3
        shared = self._shared(places[0])
        for each in places[1:]:
            shared = shared | self._shared(each)
        return cost - 0.35 * min(len(shared), 3)

    def _shared(self, place: Place) -> frozenset[str]:
        """Return the words that a figure has in common with the claim."""
        found = self._words.get(id(place))
        if found is None:
            found = self._words[id(place)] = place.words & self.claim.words
        return found

    def _complete(self, places: tuple[Place, ...]) -> bool:
        """Whether the inputs are the figures directly before the claim, all in its sentence."""
        for place in places:
            if place.sentence != self.claim.sentence:
                return False
        run = self.before[-len(places) :]
        return all(any(each is place for each in run) for place in places)


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
        if a.unit in _MONEY and a.unit == b.unit and bool(a.per) != bool(b.per) and {a.over, b.over} != {1.0}:
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
            if other.figure.unit in ("s", "month") and not _side_by_side(first, second):
                continue
            factor = other.size[1]
            made = factor * other.figure.scale / other.figure.over, factor
            return (made[1], made[0], 0.5) if turn else (made[0], made[1], 0.5)
    return None


def _side_by_side(first: Place, second: Place) -> bool:
    """Whether two figures stand next to each other in a sentence, as the ends of one way do."""
    if first.sentence != second.sentence:
        return False
    left, right = sorted((first.figure, second.figure), key=lambda each: each.start)
    return right.start - left.end < SIDE


def _lends(first: Place, second: Place) -> bool:
    """Whether one of two figures has a unit, and stands so near that it is the other's too."""
    return bool(first.figure.unit or second.figure.unit) and _side_by_side(first, second)


SIDE = 24
"""Letters between two figures of which one may lend the other its unit of time."""


def _missing(other: Place) -> float:
    """Return what it costs to take a figure as per the same thing as another: a period is often left out."""
    if all(seconds_of(each) or each in ("item", "token") for each in other.figure.per):
        return 0.4
    return 0.9 if other.figure.unit in _MONEY else 0.0


def candidates(near: Near) -> Iterator[Candidate]:
    """Yield the formulas that could give a claim."""
    kind = near.claim.figure.kind
    if kind == "share":
        yield from _shares(near)
    elif kind == "points":
        yield from _points(near)
    elif kind == "factor":
        yield from _factors(near)
    elif kind == "amount":
        yield from _sums(near)
        yield from _scaled(near)
        yield from _products(near)
        yield from _mixes(near)
        yield from _gaps(near)


def _pairs(near: Near) -> Iterator[tuple[Place, Place, float, float, float]]:
    timeless = _PRICED.match(near.claim.after) is not None
    for a, b in combinations(near.places, 2):
        told = pair(a, b)
        if timeless and a.figure.unit in ("s", "month"):
            continue
        if told and a.figure.low > 0 and b.figure.low > 0:
            yield a, b, *told


_PRICED = re.compile(r"\s(?:[a-z]+\s)?(?:off|discount|cheaper|dearer|saving|savings|price|of the (?:cost|price))\b")


_BASE_NAMED = re.compile(
    r"\s(?:[a-z]+\s)?(?:below|above|under|over|off|less than|more than|cheaper than|dearer than|"
    r"higher than|lower than)\s(?:the\s|our\s|its\s)?"
    r"(?P<what>[a-z -]{3,30})"
)


def _shares(near: Near) -> Iterator[Candidate]:
    claim, cues = near.claim, near.cues
    change = cues.up or cues.down
    base = _BASE_NAMED.match(claim.after)
    named_base = words_of(base["what"]) if base else frozenset()
    for a, b, fa, fb, lenient in _pairs(near):
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
        score += 0.5 if whole is near.whole else 0.0
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
        if one.figure.kind == "factor":
            score = 1.0 + cues.tie - near.far(one) + (0.8 if change else 0.0)
            yield Candidate("factor", score, (one,), _by_factor(up=cues.up and not cues.down), "change by the factor")
    yield from _complements(near)
    yield from _growth(near)
    if _ANNUALISED.search(claim.line.text):
        yield from _annualised(near)


_ANNUALISED = re.compile(r"\b(?:annuali[sz]e[sd]?|annual|a year|per year|yearly)\b", re.IGNORECASE)


def _annualised(near: Near) -> Iterator[Candidate]:
    """Yield the part of a whole in some time, told for a year: failures of a fleet in a quarter."""
    named = {
        each: 365 * 86400 / (seconds_of(each) or 1.0) for each in ("quarter", "month", "week") if each in near.text
    }
    for a, b, fa, fb, lenient in _pairs(near):
        if a.figure.kind != "amount" or a.figure.unit:
            continue
        part, whole, ratio = (a, b, fa / fb) if a.figure.value * fa < b.figure.value * fb else (b, a, fb / fa)
        score = 1.6 + near.cues.tie - near.far(a, b) - lenient
        for count in named.values():
            yield Candidate(
                "failures", score, (part, whole), _quotient(ratio * 100 * count), "part ÷ whole × periods a year"
            )
        for span, years in _spans(near):
            yield Candidate(
                "failures",
                score - near.cost[id(span)],
                (part, whole, span),
                _yearly(ratio * 100, years),
                "part ÷ whole ÷ years",
            )


def _yearly(ratio: float, years: float) -> Callable[..., float]:
    return lambda part, whole, span: part / whole * ratio / (span * years)


_WHOLE = re.compile(r"\b(?:total|all|altogether|overall|sum|whole)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\s(?:of|share of)\s(?:it|them|that|this|these|those|everything|the (?:total|whole))\b")
_WAY = re.compile(r"\b(?:from|against|versus|vs|after|compared|instead|rather|up|down)\b|→")


def against(a: Place, b: Place) -> bool:
    """Whether the text sets one figure against another."""
    return _WAY.search(a.before[-12:]) is not None or _WAY.search(b.before[:60]) is not None


_DIFFERENCE = re.compile(
    r"\s(?:[a-z]+\s){0,2}(?:fewer|more|less|lower|higher|longer|shorter|cheaper|dearer|saved|extra)\b(?!\sthan)"
)


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


def _spans(near: Near) -> Iterator[tuple[Place, float]]:
    """Yield the lengths of time that could be the term of a growth, in years."""
    for each in near.places:
        figure = each.figure
        if figure.kind == "amount" and figure.unit in ("month", "s") and not figure.per:
            yield each, 1 / 12 if figure.unit == "month" else 1 / YEAR


def _growth(near: Near) -> Iterator[Candidate]:
    cues, claim = near.cues, near.claim
    own = _length(claim)
    rates = [each for each in near.places if each.figure.kind == "share" and each.periods]
    for rate in rates:
        length = _length(rate)
        score = 0.8 + cues.tie - near.far(rate)
        if own and length and own != length:
            for up in (True, False):
                yield Candidate("growth", score + 0.8, (rate,), _compound(own / length, up), "(1 + rate)^periods − 1")
        for span, years in _spans(near):
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
    for a, b, fa, fb, lenient in _pairs(near):
        if a.figure.kind == "amount" and a.figure.unit in ("month", "s"):
            continue
        score = 1.0 + cues.tie - near.far(a, b) - lenient + 0.8
        for span, years in _spans(near):
            yield Candidate(
                "growth",
                score - 0.5 * near.cost[id(span)],
                (a, b, span),
                _annual(fb / fa, years, own or YEAR),
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
    for factor in near.places:
        if factor.figure.kind == "factor" or (factor.figure.kind == "share" and factor.figure.worded):
            for span, years in _spans(near):
                yield Candidate(
                    "growth",
                    1.0 + cues.tie - near.far(factor, span),
                    (factor, span),
                    _times(years, own or YEAR, factor.figure.kind == "share"),
                    "factor^(1 ÷ years) − 1",
                )


def _length(place: Place) -> float:
    return next((seconds_of(each) or 0.0 for each in sorted(place.periods)), 0.0)


def _compound(periods: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate: float(abs((1 + sign * rate / 100) ** periods - 1) * 100)


def _over(periods: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate, span: float(abs((1 + sign * rate / 100) ** (span * periods) - 1) * 100)


def _annual(ratio: float, years: float, own: float) -> Callable[..., float]:
    return lambda a, b, span: float(abs((b / a * ratio) ** (own / YEAR / (span * years)) - 1) * 100)


def _between(ratio: float, years: float) -> Callable[..., float]:
    return lambda a, b: float(abs((b / a * ratio) ** (1 / years) - 1) * 100)


def _times(years: float, own: float, share: bool) -> Callable[..., float]:
    return lambda factor, span: float(
        abs((1 - factor / 100 if share else factor) ** (own / YEAR / (span * years)) - 1) * 100
    )


def _points(near: Near) -> Iterator[Candidate]:
    shares = [each for each in near.places if each.figure.kind == "share"]
    for a, b in combinations(shares, 2):
        yield Candidate(
            "points",
            2.0 + near.cues.tie - near.far(a, b),
            (a, b),
            lambda first, second: abs(first - second),
            "|after − before|",
        )


def _factors(near: Near) -> Iterator[Candidate]:
    cues, down = near.cues, near.claim.figure.value < 1
    for a, b, fa, fb, lenient in _pairs(near):
        score = 1.2 + cues.tie - near.far(a, b) - lenient + (0.6 if against(a, b) else 0.0)
        yield Candidate(
            "ratio", score, (a, b), _ratio(fa, fb, down), "smaller ÷ larger" if down else "larger ÷ smaller"
        )


def _ratio(fa: float, fb: float, down: bool) -> Callable[..., float]:
    def formula(a: float, b: float) -> float:
        low, high = sorted((a * fa, b * fb))
        return low / high if down else high / low

    return formula


def _sums(near: Near) -> Iterator[Candidate]:
    """Yield sums of the figures like the claim that stand in a row before it, and differences of two."""
    cues, claim = near.cues, near.claim
    rest = re.search(r"\b(?:rest|remaining|remainder|leaving|left)\b", claim.before[-24:]) is not None
    like: list[tuple[Place, float]] = []
    for each in near.before:
        told = pair(each, claim) if each.figure.kind == "amount" and each.figure.low > 0 else None
        if told and (each.size[0] == claim.size[0] or each.sentence in (claim.sentence, claim.sentence - 1)):
            like.append((each, told[0] / told[1]))
    after = [each for each in near.places[len(near.before) :] if each.figure.kind == "amount" and pair(each, claim)]
    counted = {
        int(each.figure.value)
        for each in near.before[-2:]
        if each.sentence == claim.sentence and not each.figure.unit and each.figure.step == 0.0
    }
    for size in range(2, min(len(like), 10) + 1):
        run = like[-size:]
        same = len({each.sentence for each, _ in run}) == 1
        cost = 0.5 * near.cost[id(run[-1][0])] + 0.02 * size + (0.0 if same else 0.3)
        whole = size == len(like) or like[-size - 1][0].sentence != run[0][0].sentence
        if not claim.figure.unit and not all(_one_sort(each, claim) for each, _ in run):
            continue  # cards and interruptions do not add up
        score = 0.6 + cues.tie + (1.8 if cues.total else -0.9) - cost + (0.3 if whole else -0.4)
        score += 0.8 if size in counted else 0.0
        yield Candidate(
            "sum", score, tuple(each for each, _ in run), _total([ratio for _, ratio in run]), "sum of the parts"
        )
    if len(after) > 1 and cues.total:
        ratios = [told[0] / told[1] for each in after if (told := pair(each, claim))]
        yield Candidate("sum", 1.0, tuple(after), _total(ratios), "sum of the parts")
    like = [each for each in like if each[0].size[0] == claim.size[0] or not each[0].size[0]]
    for (a, fa), (b, fb) in combinations(like[-8:], 2):
        if claim.figure.unit and not (a.figure.unit and b.figure.unit) and not _lends(a, b):
            continue  # a ratio "from 1.18 to 1.31" has no megawatts
        if not 1e-3 < a.figure.value * fa / (b.figure.value * fb) < 1e3:
            continue
        score = 0.6 + cues.tie - near.far(a, b) + (1.6 if cues.less else -0.9) + (0.5 if rest else 0.0)
        if (told := pair(a, b)) and a.periods | b.periods and a.periods != b.periods:
            fa, fb = told[0] / claim.size[1], told[1] / claim.size[1]  # noqa: PLW2901
        yield Candidate("difference", score, (a, b), _apart(fa, fb), "larger − smaller")
    for (a, fa), (b, fb), (c, fc) in combinations(like[-5:], 3):
        if claim.figure.unit and not (a.figure.unit and b.figure.unit and c.figure.unit):
            continue
        score = 0.5 + cues.tie - near.far(a, b, c) + (1.3 if cues.less else -1.2) + (1.0 if rest else 0.0)
        yield Candidate("difference", score, (a, b, c), _rest(fa, fb, fc), "whole − parts")


def _one_sort(first: Place, second: Place) -> bool:
    """Whether two counts can be of one sort of thing: their nouns share a word, or one has none."""
    nouns = [{singular(word) for word in each.figure.noun.split(" ")} for each in (first, second) if each.figure.noun]
    return len(nouns) < 2 or bool(nouns[0] & nouns[1]) or first.sentence == second.sentence


def _total(ratios: list[float]) -> Callable[..., float]:
    return lambda *values: sum(value * ratio for value, ratio in zip(values, ratios, strict=True))


def _apart(fa: float, fb: float) -> Callable[..., float]:
    return lambda a, b: abs(a * fa - b * fb)


def _rest(fa: float, fb: float, fc: float) -> Callable[..., float]:
    return lambda a, b, c: a * fa - b * fb - c * fc


def _scaled(near: Near) -> Iterator[Candidate]:
    """Yield an amount times or over a share or a factor, and an amount that grows."""
    cues, claim = near.cues, near.claim
    text = near.text
    off = any(word in text for word in ("off", "discount", "cut", "less", "cheaper", "rebate"))
    for base in near.places:
        told = pair(base, claim) if base.figure.kind == "amount" else None
        if not told or base.figure.unit == "month":
            continue
        ratio = told[0] / told[1]
        for by in near.places:
            pue = by.overhead and not by.figure.unit
            if by is base or not (pue or by.figure.kind in ("share", "factor")) or (by.figure.kind == "share" and by.periods):
                continue
            score = 0.6 + cues.tie - near.far(base, by) - 0.5 * told[2]
            if pue:
                over = 1.6 if _IT.search(claim.after[:30]) else -0.4
                yield Candidate("overhead", score + over, (base, by), _over_by(ratio), "power ÷ PUE")
                yield Candidate("overhead", score + 0.6 - over, (base, by), _by(ratio), "power × PUE")
                continue
            if by.figure.kind == "factor":
                yield Candidate("scaled", score + 0.3, (base, by), _by(ratio), "base × factor")
                yield Candidate("scaled", score - 0.2, (base, by), _over_by(ratio), "base ÷ factor")
                continue
            of = 0.9 if _share_of(by, base) else -0.3
            cut = changing(by)
            yield Candidate("share", score + of - (0.8 if cut else 0), (base, by), _by(ratio / 100), "base × share")
            yield Candidate(
                "discount", score + (1.1 if cut and off else -0.8), (base, by), _less(ratio), "base × (1 − share)"
            )
            rest = 0.5 if "rest" in claim.lead.casefold() else -1.0
            yield Candidate("rest", score + rest, (base, by), _less(ratio), "base × (1 − share)")
            yield Candidate(
                "markup", score + (0.9 if cut and cues.up else -0.8), (base, by), _more(ratio), "base × (1 + share)"
            )
            yield Candidate(
                "utilised",
                score + (1.2 if _used(by, near) else -0.9),
                (base, by),
                _over_by(ratio * 100),
                "base ÷ share",
            )
            yield Candidate("undone", score - 0.7, (base, by), _undone(ratio, True), "base ÷ (1 + share)")
            yield Candidate("undone", score - 0.8, (base, by), _undone(ratio, False), "base ÷ (1 − share)")
    shares = [each for each in near.nearer if each.figure.kind == "share" and each.periods]
    for rate in shares:
        length = _length(rate)
        if claim.figure.unit in ("month", "s") and length:
            unit = claim.size[1]
            falling = _HALVES.search(claim.line.text) is not None
            if not falling and not _DOUBLES.search(claim.line.text):
                continue
            yield Candidate(
                "growth",
                1.8 + cues.tie - near.far(rate),
                (rate,),
                _doubling(length / unit, not falling),
                "ln 2 ÷ ln(1 + rate)",
            )


_IT = re.compile(r"\b(?:IT|critical|computing|servers?)\b")

_USED = re.compile(
    r"\b(?:utili[sz]ation|utili[sz]ed|efficien\w+|occupancy|load|uptime|usage|busy|full|of capacity)\b", re.IGNORECASE
)


def _used(by: Place, near: Near) -> bool:
    """Whether a share says how much of something is used, or stands where one that did stood before."""
    if _USED.search(by.after[:30]) or _USED.search(by.before[-30:]):
        return True
    return near.told is not None and near.told.rule == "utilised" and by.lead.strip() in ("At", "At only", "At just")


def _share_of(by: Place, base: Place) -> bool:
    """Whether words say that a share is of a figure: "3 % of spend", "at 5.2 per cent the interest", "12 % of it"."""
    between = by.line.text[by.figure.end : base.figure.start] if by.sentence == base.sentence else ""
    if "," in between:
        return False
    match = _OF_WHAT.match(by.after)
    if match:
        what = words_of(match.group())
        return not what or bool(what & base.words) or by.figure.start < base.figure.start
    return _RATE.search(by.after[:40]) is not None or _RATE.search(by.before[-40:]) is not None


_OF_WHAT = re.compile(r"\s(?:of|on)\s[^,.;:()]{2,40}")
_RATE = re.compile(
    r"\b(?:interest|tax|fee|commission|levy|duty|rate|keeps?|takes?|royalty|margin|share)\b", re.IGNORECASE
)


def _by(ratio: float) -> Callable[..., float]:
    return lambda base, by: base * by * ratio


def _over_by(ratio: float) -> Callable[..., float]:
    return lambda base, by: base / by * ratio


def _less(ratio: float) -> Callable[..., float]:
    return lambda base, by: base * (1 - by / 100) * ratio


def _more(ratio: float) -> Callable[..., float]:
    return lambda base, by: base * (1 + by / 100) * ratio


def _undone(ratio: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda base, by: base / (1 + sign * by / 100) * ratio


_DOUBLES = re.compile(r"\b(?:doubl\w+|twice|twofold)\b", re.IGNORECASE)
_HALVES = re.compile(r"\b(?:halv\w+|half)\b", re.IGNORECASE)


def _reaching(length: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate, factor: abs(log(factor) / log(1 + sign * rate / 100)) * length


def _doubling(length: float, up: bool) -> Callable[..., float]:
    sign = 1 if up else -1
    return lambda rate: abs(log(2) / log(1 + sign * rate / 100)) * length


_WAYS = ((1, 1, 1), (1, 1, -1), (1, -1, 1), (-1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))


def _products(near: Near) -> Iterator[Candidate]:
    """Yield products and quotients of one to three amounts whose dimensions come out right."""
    amounts = [
        each
        for each in near.places
        if each.figure.kind == "amount"
        and each.figure.low > 0
        and not each.overhead
        and not each.after.startswith(" ago")
    ]
    for one in amounts:
        yield from _product(near, (one,), (1,))
        yield from _implied(near, one)
        yield from _product(near, (one,), (-1,))
    aim = near.claim.code
    for a, b in combinations(amounts, 2):
        for signs in ((1, 1), (1, -1), (-1, 1)):
            if a.code * signs[0] + b.code * signs[1] - aim in LEFT:
                yield from _product(near, (a, b), signs)
    nearer = [
        each
        for each in near.nearer
        if each.figure.kind == "amount"
        and each.figure.low > 0
        and not each.overhead
        and (each.figure.unit or each.figure.noun or each.figure.per)
    ]
    for three in combinations(nearer, 3):
        one, two, last = (each.code for each in three)
        for ways in _WAYS:
            if one * ways[0] + two * ways[1] + last * ways[2] - aim in LEFT:
                yield from _product(near, three, ways)
    shares = [each for each in near.nearer if each.figure.kind == "share" and not each.periods]
    for by in shares:
        for a, b in combinations(nearer, 2):
            for signs in ((1, 1), (1, -1), (-1, 1)):
                if a.code * signs[0] + b.code * signs[1] - aim in LEFT:
                    yield from _product(near, (a, b), signs, by)


def _implied(near: Near, one: Place) -> Iterator[Candidate]:
    """Yield an amount whose period is not said with it, told for the claim's: "$600 over the year, $50 a month"."""
    claim, cues = near.claim, near.cues
    if not claim.periods or one.periods or one.figure.unit != claim.figure.unit or one.figure.noun != claim.figure.noun:
        return
    own = _length(claim)
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


def _product(
    near: Near, places: tuple[Place, ...], signs: tuple[int, ...], by: Place | None = None, part: float = 1.0
) -> Iterator[Candidate]:
    claim, cues = near.claim, near.cues
    code, value = -claim.code, part / claim.size[1]
    for each, sign in zip(places, signs, strict=True):
        if sign > 0:
            code, value = code + each.code, value * each.base
        else:
            code, value = code - each.code, value / each.base
    left = LEFT.get(code)
    if left is None:
        return
    if by:
        value *= by.figure.value / 100
    bridges = [(more, price) for more, price in _bridges(left, near, places) if near.sane(value * more)]
    tied = _tied(near, places, signs) if bridges else None
    if tied is None:
        return
    score = tied + cues.tie - near.far(*places, *([by] if by else []))
    if by:
        score -= 0.3
    factor = 1 / claim.size[1]
    for each, sign in zip(places, signs, strict=True):
        factor *= each.size[1] ** sign
    for more, penalty in bridges:
        ratio = factor * more
        yield Candidate(
            "rate" if len(places) == 1 else "quotient" if -1 in signs else "product",
            score - penalty,
            (*places, by) if by else places,
            _monomial(ratio / 100 if by else ratio, (*signs, 1) if by else signs),
            partial(_written, places, signs, by),
            loose=_crosses(claim, places),
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
            return score + close if _other_period(claim, places[0]) else None
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
            sign > 0 and each.figure.unit in _MONEY and not each.figure.per
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
    return a.unit == b.unit and claim.periods != place.periods and bool(claim.periods) and bool(place.periods)


def _bridges(left: dict[str, int], near: Near, places: tuple[Place, ...]) -> Iterator[tuple[float, float]]:
    """Yield what may be left out in prose between the dimensions of a product and of the claim, with its price."""
    if not left:
        yield 1.0, 0.0
        return
    rest = dict(left)
    energy = rest.pop("J", 0)
    prices = [each for each in places if each.figure.unit in _MONEY and not _priced(each)]
    if energy and not prices:
        return
    if energy not in (0, 1):
        return
    scale, price = 1.0, 0.0
    for key, unit in (("byte", 1e9), ("t", 1.0), ("l", 1.0), ("m", 1000.0)):
        if key in rest and rest[key] == 1 and prices:
            rest.pop(key)
            scale, price = scale / unit, price + 0.3
    time = rest.pop("s", 0)
    if rest or abs(time) > 1:
        return
    energies = ((1 / 3.6e6, 0.2), (1 / 3.6e9, 0.3)) if energy else ((1.0, 0.0),)
    for per_energy, more in energies:
        for length, also in _lengths(time, near, places):
            yield scale * per_energy * length, price + more + also


def _lengths(time: int, near: Near, places: tuple[Place, ...]) -> Iterator[tuple[float, float]]:
    """Yield the lengths of the periods that the words name, for the power of time that a formula leaves over."""
    if not time:
        yield 1.0, 0.0
        return
    price = 0.0
    named = set(near.claim.periods)
    for each in places:
        named |= each.periods
    if not named:
        named = set(near.cues.periods)
        price += 0.3
    if named == {"second"} and any(each.figure.unit in _MONEY and not each.figure.per for each in places):
        named = {"hour"}  # machines are rented by the hour, whatever they do in a second
    if near.spanned:
        named.add(near.spanned)
    for period in sorted(named):
        length = seconds_of(period) or 1.0
        yield (length if time < 0 else 1 / length), price + 0.3


def _gaps(near: Near) -> Iterator[Candidate]:
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
            for each in _product(near, (lends, by), (1, 1), part=part):
                tied = 0.6 if against(a, b) or _ENDS.search(b.before) else -0.6
                yield Candidate(
                    "difference",
                    each.score - 0.4 * near.cost[id(other)] + tied,
                    (lends, by, other),
                    _of_gap(each.formula, ratio),
                    f"({lends.figure.text} − {other.figure.text}) × {by.figure.text}",
                    loose=each.loose,
                )


_KEEPS = re.compile(r"\b(?:keeps?|saves?|saved|gains?|pockets?|loses?|lost|worth|earns?|extra)\b")
_ENDS = re.compile(r"\b(?:to|from|against|instead of|rather than)\s(?:about\s|only\s|just\s)?\Z")


def _of_gap(product: Callable[..., float], ratio: float) -> Callable[..., float]:
    return lambda lends, by, other: abs(product(lends, by) - product(other * ratio, by))


def _mixes(near: Near) -> Iterator[Candidate]:
    """Yield the sum of two products that are told one after the other: so many at one price, so many at another."""
    run = [each for each in near.before[-4:] if each.figure.kind == "amount"]
    if len(run) < 4:
        return
    a, b, c, d = run
    for first, second in (((a, b), (c, d)), ((a, c), (b, d)), ((a, d), (b, c))):
        parts = [next(_product(near, two, (1, 1)), None) for two in (first, second)]
        if parts[0] and parts[1]:
            score = min(parts[0].score, parts[1].score) + 0.4
            yield Candidate(
                "mix", score, (*first, *second), _two(parts[0].formula, parts[1].formula), "sum of products"
            )


def _two(first: Callable[..., float], second: Callable[..., float]) -> Callable[..., float]:
    return lambda a, b, c, d: first(a, b) + second(c, d)


def _priced(place: Place) -> bool:
    return any(not seconds_of(each) and each not in ("unit", "item") for each in place.figure.per)


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


__all__ = ["Candidate", "Dimension", "Near", "Quantity", "against", "candidates", "pair"]
