"""Figures that are doubted: one formula stands out before anything is calculated, and it gives another value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Verdict
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.cues import Cues
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.objections import contrasted, given, strange
from rackmath.audit.rules.pairs import against
from rackmath.audit.rules.setting import Place

CLEAR, APART = 2.1, 0.4
"""Score from which a formula that fails is held against a claim, and how far the next one must be behind."""

SLIPS = (
    (10.0, "It is off by a factor of ten."),
    (0.1, "It is off by a factor of ten."),
    (100.0, "It is off by a factor of a hundred."),
    (0.01, "It is off by a factor of a hundred."),
    (1000.0, "It is off by a factor of a thousand."),
    (0.001, "It is off by a factor of a thousand."),
    (12.0, "Are months and years mixed up?"),
    (1 / 12, "Are months and years mixed up?"),
    (2.0, "It is off by a factor of two."),
    (0.5, "It is off by a factor of two."),
)


NAMED = frozenset({"mix", "growth", "failures", "rate", "discount", "discounts"})
"""Rules of which words name the formula, not only its figures."""

MOST = 0.78
"""How sure a doubt is at most where neither words nor a usual slip name the formula. It is a question then: with
writers who were not known, fewer than half of these held."""


@dataclass(frozen=True)
class Doubt:
    """The formula that a figure should follow, what it gives, and how sure it is that the figure is wrong."""

    candidate: Candidate
    computed: Computed
    verdict: Verdict
    confidence: float
    words: str


def doubt(claim: Place, figure: Quantity, told: Cues, near: Near, ranked: Sequence[Candidate]) -> Doubt | None:
    """Return why a figure that no formula gives is doubted, or None where that is open."""
    if (
        figure.hedge in ("over", "under")
        or figure.ranged
        or told.other
        or not ranked
        or (told.tie < 0.8 and not near.told)
    ):
        return None
    if (
        figure.kind == "amount"
        and not near.pays
        and not (figure.unit and claim.figure.step == 0.0)
        and (claim.figure.step == 0.0 or (not figure.unit and figure.value < 20))
    ):
        return None  # "four reasons"
    first = ranked[0]
    value = first.value
    if value is None or not 0 < value < inf:
        return None
    if given(claim) or contrasted(first, claim) or strange(first, claim, told, near):
        return None
    if (
        first.rule in ("quotient", "product")
        and not (figure.unit or figure.per or claim.size[0])
        and first.score < CLEAR + 0.6
    ):
        return None
    if figure.worded and any(each.sentence != claim.sentence for each in first.inputs):
        return None
    apart = first.score - max((each.score for each in ranked[1:60] if _differs(each, value)), default=-9.0)
    if (
        _of_its_own(first, claim, told)
        or not _told_here(first, claim)
        or _told_before(first, near)
        or (first.rule == "quotient" and (len(first.inputs) > 2 or not (told.each or claim.periods or near.pays)))
    ):
        return None
    tie = max(told.tie, 1.2) if _parallel(first, near) else told.tie
    unused = sum(
        each.sentence == claim.sentence and all(each is not place for place in first.inputs) for each in near.before
    )
    needed = CLEAR + 4 * max(0.0, 1.2 - tie) - 0.25 * min(apart - APART, 1.5) + 0.2 * min(unused, 3)
    if apart < APART or first.score < needed:
        return None
    computed = compute(first.formula, [place.printed for place in first.inputs])
    if computed is None:
        return None
    verdict, _ = verdict_of(computed, figure, True)
    if verdict != "wrong":
        return None
    ratio = figure.value / value
    slip = next((words for by, words in SLIPS if abs(ratio / by - 1) < 0.02), "")
    firm = bool(slip) or first.rule in NAMED
    confidence = 0.58 + 0.1 * (first.score - needed) + 0.04 * min(apart, 2.0) + (0.15 if slip else 0.0)
    confidence = min(0.9 if firm else MOST, confidence)
    return Doubt(first, computed, "wrong" if firm and confidence >= 0.6 else "ambiguous", confidence, slip)


_MOVED = re.compile(
    r"\b(?:fell|rose|grew|dropped|climbed|jumped|declined|increased|decreased|lost|gained|shrank|fallen|risen|grown)\s(?:by\s)?\Z"
)
_OF_THEM = re.compile(r"\s(?:of|in)\s(?:them|these|those|which|whom)\b")


def _of_its_own(each: Candidate, claim: Place, told: Cues) -> bool:
    """Whether a share is told of something else: a yearly rate, some of those counted, a change of its own subject."""
    if claim.figure.kind != "share" or each.rule not in ("change", "share"):
        return False
    if _OF_THEM.match(claim.after) or (told.yearly and (told.up or told.down)):
        return True
    return _MOVED.search(claim.before) is not None and all(place.sentence != claim.sentence for place in each.inputs)


def _parallel(each: Candidate, near: Near) -> bool:
    """Whether a formula says of one thing what was just said, and right, of another."""
    told = near.told
    return told is not None and told.rule == each.rule and any(a is b for a in each.inputs for b in told.inputs)


def _told_before(each: Candidate, near: Near) -> bool:
    """Whether a formula only relates a result to what it was just computed from."""
    told = near.told
    if told is None or near.result is None:
        return False
    return any(a is near.result for a in each.inputs) and any(a is b for a in each.inputs for b in told.inputs)


def _told_here(each: Candidate, claim: Place) -> bool:
    """Whether what makes the formula stands where the claim does: factors and shares are easily of something else."""
    here = [place.sentence == claim.sentence for place in each.inputs]
    kinds = [place.figure.kind for place in each.inputs]
    if claim.figure.kind == "factor" or each.rule == "scaled":
        return all(here)
    if each.rule == "mix":
        return True
    if claim.figure.kind == "amount" and "share" in kinds and each.rule != "growth":
        return here[kinds.index("share")]
    if each.rule in ("change", "share") and kinds == ["share", "share"]:
        return against(*each.inputs)
    return True


def _differs(each: Candidate, value: float) -> bool:
    other = each.value
    return other is not None and abs(other - value) > 0.02 * abs(value)
