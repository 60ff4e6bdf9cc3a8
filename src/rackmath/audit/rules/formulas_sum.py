"""Formulas for sums of figures in a row, and for differences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from rackmath.audit.quantity import singular
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.pairs import lends, pair
from rackmath.audit.rules.setting import Place, words_of
from rackmath.audit.rules.sums import GOES_ON, prices_of

_NAMED = re.compile(
    r"(?:^|[.;:,]\s|\band\s|\b(?:so|then|with)\s)(?:the\s|its\s|their\s|our\s)?(?P<names>(?:[a-z-]+\s){0,2}[a-z-]+"
    r"(?:,\s(?:the\s)?[a-z-]+){0,2}\s(?:and|plus)\s(?:the\s|its\s)?[a-z-]+(?:\s[a-z-]+){0,1}?)\s(?:both\s|taken\s)?"
    r"(?:together\s|combined\s|thus\s|would\s|then\s){0,2}"
    r"(?:amounts?|comes?|came|adds?|added|makes?|made|costs?|totals?|totalled|sums?|brings?|are|is|were|take)\b"
    r"(?:\s(?:up\s)?to)?\s(?:about\s|some\s|roughly\s|a total of\s)?\Z",
    re.IGNORECASE,
)
"""Parts that are named where their sum is told: "Fee and charge amount to"."""


LABEL = 110
"""Letters before a figure that may name it: "the early repayment charge, which he had forgotten, was"."""


def _named(near: Near) -> Iterator[Candidate]:
    """Yield the sum of the last figures of the things that a sentence names."""
    claim = near.claim
    match = _NAMED.search(claim.lead[-120:])
    if match is None or not claim.figure.unit:
        return
    parts: list[Place] = []
    ratios: list[float] = []
    for name in re.split(r",\s|\s(?:and|plus)\s", match["names"]):
        words = words_of(name)
        for each in reversed(near.before):
            told = pair(each, claim) if words & words_of(each.lead[-LABEL:]) and each.figure.kind == "amount" else None
            if told and each not in parts and each.size[0] == claim.size[0]:
                parts.append(each)
                ratios.append(told[0] / told[1])
                break
        else:
            return
    if len(parts) > 1:
        yield Candidate("sum", 2.2 + near.cues.tie, tuple(parts), _total(ratios), "sum of the parts")


def sums_of(near: Near) -> Iterator[Candidate]:
    """Yield sums of the figures like the claim that stand in a row before it, and differences of two."""
    cues, claim = near.cues, near.claim
    yield from _named(near)
    rest = re.search(r"\b(?:rest|remaining|remainder|leaving|left)\b", claim.before[-24:]) is not None
    like: list[tuple[Place, float]] = []
    for each in near.before:
        told = pair(each, claim) if each.figure.kind == "amount" and each.figure.low > 0 else None
        if claim.composed and not each.composed:
            continue
        if told and (each.size[0] == claim.size[0] or each.sentence in (claim.sentence, claim.sentence - 1)):
            like.append((each, told[0] / told[1]))
    after = [each for each in near.places[len(near.before) :] if each.figure.kind == "amount" and pair(each, claim)]
    counted = {
        int(each.figure.value)
        for each in near.before[-2:]
        if each.sentence == claim.sentence and not each.figure.unit and each.figure.step == 0.0
    }
    prices = prices_of([each.figure for each in near.before])
    summed = [told for told in like if told[0].figure not in prices]
    for size in range(2, min(len(summed), 10) + 1):
        run = summed[-size:]
        same = len({each.sentence for each, _ in run}) == 1
        cost = 0.5 * near.cost[id(run[-1][0])] + 0.02 * size + (0.0 if same else 0.3)
        whole = size == len(summed) or _apart_from(summed[-size - 1][0], run[0][0])
        if GOES_ON.search(run[0][0].before) or len({each.figure.over for each, _ in run}) > 1:
            continue
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
    the_two = claim.before.endswith(" the difference of ")
    for (a, fa), (b, fb) in combinations(like[-8:], 2):
        if claim.figure.unit and not (a.figure.unit and b.figure.unit) and not lends(a, b):
            continue  # a ratio "from 1.18 to 1.31" has no megawatts
        if not 1e-3 < a.figure.value * fa / (b.figure.value * fb) < 1e3:
            continue
        score = 0.6 + cues.tie - near.far(a, b) + (1.6 if cues.less else -0.9) + (0.5 if rest else 0.0)
        score += 0.3 if the_two and [each for each, _ in like[-2:]] == [a, b] else 0.0
        if (told := pair(a, b)) and a.periods | b.periods and a.periods != b.periods:
            fa, fb = told[0] / claim.size[1], told[1] / claim.size[1]  # noqa: PLW2901
        yield Candidate("difference", score, (a, b), _apart(fa, fb), "larger − smaller")
    for (a, fa), (b, fb), (c, fc) in combinations(like[-5:], 3):
        if claim.figure.unit and not (a.figure.unit and b.figure.unit and c.figure.unit):
            continue
        score = 0.5 + cues.tie - near.far(a, b, c) + (1.3 if cues.less else -1.2) + (1.0 if rest else 0.0)
        yield Candidate("difference", score, (a, b, c), _rest(fa, fb, fc), "whole − parts")


def _apart_from(before: Place, first: Place) -> bool:
    """Whether a row of parts begins with a figure: the one before is in another sentence, and in no list with it."""
    if before.sentence == first.sentence:
        return False
    listed = all(len(each.line.text) < ITEM for each in (before, first))
    return not (listed and first.sentence - before.sentence == first.paragraph - before.paragraph == 1)


ITEM = 90
"""Letters that the item of a list has at most."""


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
