"""A claim with the figures around it, and what a formula for it is: its inputs, and how well words speak for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, log10

from rackmath.audit.quantity import period
from rackmath.audit.rules.cues import Cues
from rackmath.audit.rules.setting import Place

NEAREST, NEARER, FARTHEST = 14, 6, 24
"""Figures before a claim that are paired, that are taken three at a time, and that are looked at for an outlay."""


LARGEST, POWERS = 25.0, frozenset({10.0**power for power in (2, -2, 3, -3)})
"""How far from a claim the value of a formula may be, and the powers of ten by which one easily slips."""


_PAYS = re.compile(
    r"\b(?:earns? (?:its|the|their|your) [a-z]+ back|pay-?backs?|pays? (?:for itself|"
    r"back|off|once|when|if)|recover(?:s|ed)?(?: it)? (?:in|within|after)|repa(?:y|id)s?|recoup\w*|break(?:s|"
    r"ing)?[- ]?even|worth it)\b",
    re.IGNORECASE,
)


_SPANNED = re.compile(r"\s(?:over|in|for|during)\s(?:the|a|one)\s(?P<period>year|month|week|day|quarter)\b")


_SPANNED_BEFORE = re.compile(
    r"\b(?:[Rr]unning |[Rr]un )?(?:all|the (?:whole|entire|full)) (?P<all>year|month|week|day)\b[^.;:]{0,30}\Z|"
    r"\b(?:[Oo]ver|[Ii]n|[Ff]or)\s(?:the|a|one)\s(?:whole |full )?(?P<period>year|month|week|day|quarter)\b"
    r"[^.;:]{0,30}\Z"
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
        self.spanned = period(spanned["period"] or spanned.groupdict().get("all") or "") if spanned else ""
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
