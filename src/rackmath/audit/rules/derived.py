"""Figures that follow from those near them: the formula that words, nouns and units speak for, and what it gives.

Every figure that the text sets out as a result is held against the formulas that could give it (`formulas`). One that
agrees, and is likely enough not to agree by chance, confirms it. Where one formula stands out before anything is
calculated, none agrees, and nothing hints at other bases, the figure is doubted: as wrong where the usual slips explain
it or all is told in one breath, else as a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import inf, log

from rackmath.audit.bounds import Computed, accepted, compute, verdict_of
from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.chance import agreeing
from rackmath.audit.rules.common import explained
from rackmath.audit.rules.cues import Cues, cues
from rackmath.audit.rules.doubts import doubt
from rackmath.audit.rules.formulas import candidates
from rackmath.audit.rules.near import Candidate, Near
from rackmath.audit.rules.objections import given, is_loose, strange
from rackmath.audit.rules.setting import Place
from rackmath.audit.rules.slips import MOST, slip
from rackmath.audit.words import amount

LEAST = 0.6
"""Score from which a formula counts as one that the author could have meant."""

ENOUGH = 2.6
"""Score and surprise together that confirm a claim."""

BEHIND = 1.3
"""How far the formula that agrees may be behind the most likely one."""

CONVENTIONS = (720 / 730, 360 / 365, 364 / 365, 365.25 / 365, 336 / 365, 250 / 365, 260 / 365, 22 * 12 / 365)
"""What other lengths of months and years make of a figure: 30 days, 52 weeks, four weeks, working days."""

MOST_FORMULAS, MOST_HERE = 50_000, 24
"""Formulas of one note, and figures of one sentence, that are looked at; a page full of figures has some 5,000."""


_TERM = re.compile(r"[\d\w]-(?:year|month|week|day|hour|minute|quarter)s?\Z")
"""A term such as "3-year", which describes and is no result."""


def derived(told_in: Iterable[list[Place]]) -> Iterator[Finding]:
    """Check the figures of a note, section by section, that follow from others near them."""
    left, here, sentence = MOST_FORMULAS, 0, -1
    labels: dict[str, list[Place]] = {}
    for section in told_in:
        before: tuple[int, Candidate, Place] | None = None
        for at, claim in enumerate(section):
            if at and section[at - 1].figure.kind == "amount":
                for word in section[at - 1].subject & section[at - 1].heads:
                    labels.setdefault(word, []).append(section[at - 1])
            if claim.figure.kind == "year" or claim.figure.low <= 0 or at == 0 or _TERM.search(claim.figure.text):
                continue
            told = cues(claim, section[at - 1])
            if claim.sentence != sentence:
                here, sentence = MOST_HERE, claim.sentence
            if left > 0 and here:
                here -= 1
                parallel = before[1] if before and claim.sentence - before[0] < 2 else None
                named = [
                    each
                    for word in sorted(told.of)
                    for each in (*labels.get(word, [])[:1], *labels.get(word, [])[-1:])
                    if 2 * len(told.of & each.words) >= len(told.of)
                ]
                near = Near(claim, at, section, told, parallel, list(dict.fromkeys(named)))
                near.result = before[2] if parallel and before else None
                ranked = sorted(_all(near), key=lambda each: -each.score)
                left -= len(ranked)
                found = _judged(claim, told, near, ranked)
                if found:
                    if found[0].verdict in ("holds", "rounds") and found[0].confidence > AGREED:
                        before = claim.sentence, found[1], claim
                    yield found[0]


def _judged(claim: Place, told: Cues, near: Near, ranked: Sequence[Candidate]) -> tuple[Finding, Candidate] | None:
    figure = _plain(claim.figure)
    tolerance = _width(figure)
    best: tuple[float, Candidate, Computed, Verdict] | None = None
    tried: set[int] = set()
    kept: list[Candidate] = []
    for each in ranked:
        clear = kept[0].score if kept else each.score
        if each.score < clear - ALONE or (best and each.score < max(DOUBTFUL, clear - BEHIND)):
            break
        value = each.value
        if value is None or not near.sane(value):
            continue
        kept.append(each)
        tried.add(round(log(value) * 100))
        surprise = min(4.0, -log(min(1.0, len(tried) * tolerance / 2.0)))
        if best and each.score + surprise <= best[0]:
            continue
        for option in (1.0, *(CONVENTIONS if each.loose else ())):
            computed = _fits(each, figure, value, option)
            if computed:
                verdict = verdict_of(computed, figure, True)[0]
                worth = each.score + surprise - (0.3 if verdict == "rounds" else 0.0) - (0.4 if option != 1.0 else 0.0)
                if verdict in ("holds", "rounds") and (best is None or worth > best[0]):
                    best = worth, each, computed, verdict
    clear = kept[0].score if kept else 0.0
    if best and best[0] >= ENOUGH and best[1].score >= max(LEAST, clear - BEHIND):
        worth, each, computed, verdict = best
        if each.rule == "discounts" and _added(each, figure, computed):
            return _told(
                claim, each, computed, "wrong", SURE, "Discounts on discounts multiply; they do not add."
            ), each
        return _told(claim, each, computed, verdict, min(0.95, 0.5 + 0.08 * worth), ""), each
    if best and (turned := _turned(claim, figure, near, ranked, best)):
        return turned
    resulting = told.tie > 0 or told.total or told.up or told.down
    if resulting and not (best and best[1].score >= max(DOUBTFUL, clear - BEHIND)):
        slipped = _slipped(claim, figure, told, near, kept, best is None)
        if slipped:
            return slipped
        if why := doubt(claim, figure, told, near, kept):
            return _told(claim, why.candidate, why.computed, why.verdict, why.confidence, why.words), why.candidate
    return _agreed(claim, figure, near, best, resulting)


def _agreed(
    claim: Place, figure: Quantity, near: Near, best: tuple[float, Candidate, Computed, Verdict] | None, told: bool
) -> tuple[Finding, Candidate] | None:
    """Return the finding that a figure agrees with what words do not speak for, by more than chance explains."""
    if best is None or best[0] < CHANCE[told, best[3]]:
        each, surprise = agreeing(near, figure) or (None, 0.0)
        computed = compute(each.formula, [place.printed for place in each.inputs]) if each else None
        if each is None or computed is None:
            return None
        verdict = verdict_of(computed, figure, True)[0]
        if verdict not in ("holds", "rounds") or surprise < CHANCE[told, verdict]:
            return None
    else:
        _, each, computed, verdict = best
    if _is_empty(each, figure) or (near.cues.total and each.rule not in ADDED):
        return None
    return _told(claim, each, computed, verdict, AGREED if told else AGREED - 0.05, ""), each


def _turned(
    claim: Place,
    figure: Quantity,
    near: Near,
    ranked: Sequence[Candidate],
    best: tuple[float, Candidate, Computed, Verdict],
) -> tuple[Finding, Candidate] | None:
    """Return the finding that a rise was taken of the end, or a fall of the start, where just that agrees."""
    worth, each, _, verdict = best
    told = near.cues
    if each.rule != "change" or verdict != "holds" or told.up == told.down or told.tie < 1.0 or figure.hedge:
        return None
    value = each.value or 0.0
    rise = each.written.startswith("larger")
    twin = next((one for one in ranked if one.rule == "change" and one.inputs == each.inputs and one is not each), None)
    computed = compute(twin.formula, [place.printed for place in twin.inputs]) if twin else None
    if twin is None or computed is None or rise == told.up or abs(computed.value - value) < 0.08 * computed.value:
        return None
    if worth - each.score + twin.score < TURNED or given(claim) or any(is_loose(place, claim) for place in twin.inputs):
        return None
    smaller, larger = sorted(each.inputs, key=lambda place: place.base)
    base = larger if told.up else smaller
    tail = f"{figure.text} is the change as a share of {base.figure.text}."
    return _told(claim, twin, computed, "wrong", SURE, tail), twin


TURNED = 5.0
"""Score of a change and surprise of its twin together, from which the twin is taken for a slip."""


def _is_empty(each: Candidate, figure: Quantity) -> bool:
    """Whether a formula says nothing: all of something is 100 % of it, and times one is no change."""
    whole = [one for one in (figure, *(place.figure for place in each.inputs)) if one.kind == "share"]
    return any(one.value == 100.0 for one in whole) or any(
        place.figure.kind != "share" and place.figure.value == 1.0 and not place.figure.unit for place in each.inputs
    )


CHANCE: dict[tuple[bool, Verdict], float] = {
    (True, "holds"): 1.6,
    (True, "rounds"): 2.2,
    (False, "holds"): 2.4,
    (False, "rounds"): 3.0,
}
"""Surprise from which agreement confirms: less where words set a figure out as a result, and where it is exact."""

ADDED = frozenset({"sum", "mix", "product", "agreement"})
"""What may give a total."""

AGREED = 0.55
"""Confidence of what agreement alone confirms."""

DOUBTFUL, ALONE = 0.2, 3.0
"""Score from which a formula that agrees, if it confirms nothing, keeps a figure from being doubted, and how far behind
the likeliest formula it is nothing but chance."""


def _slipped(
    claim: Place, figure: Quantity, told: Cues, near: Near, ranked: list[Candidate], alone: bool
) -> tuple[Finding, Candidate] | None:
    """Return the finding that a usual slip leads from a likely formula to the claim."""
    if (
        told.other
        or (told.tie <= 0 and not told.total)
        or (figure.kind == "amount" and claim.figure.step == 0.0 and not figure.unit)
    ):
        return None
    if given(claim) or not (figure.kind != "amount" or figure.unit or figure.per or figure.noun):
        return None
    plain = list(islice((each for each in ranked[:40] if not strange(each, claim, told, near)), MOST))
    found = slip(claim, figure, told, plain, _width(figure), alone=alone)
    if found is None:
        return None
    tail = found.words if found.words.endswith(".") else f"The text has {found.words}."
    return _told(claim, found.candidate, found.computed, "wrong", found.confidence, tail), found.candidate


def _all(near: Near) -> Iterator[Candidate]:
    """Yield the candidates; one that says of other inputs what was just said is likelier."""
    told = near.told
    for each in candidates(near):
        if told and each.rule == told.rule and len(each.inputs) == len(told.inputs):
            same = sum(a is b for a, b in zip(each.inputs, told.inputs, strict=True))
            if 0 < same < len(each.inputs):
                each.score += 0.5
        yield each


SURE = 0.82


def _added(each: Candidate, figure: Quantity, computed: Computed) -> bool:
    """Whether discounts on each other were plainly added."""
    total = sum(place.figure.value for place in each.inputs)
    return abs(total - figure.value) < 1e-6 and abs(computed.value - figure.value) > 0.24 and not figure.hedge


def _plain(figure: Quantity) -> Quantity:
    """Return a figure as a claim: counts and times in words are meant to the unit."""
    if figure.kind == "amount" and figure.step == 0.0:
        return replace(figure, step=figure.scale)
    return figure


def _width(figure: Quantity) -> float:
    low, high = accepted(figure)
    if high == inf:
        return 0.6
    return max(1e-4, min(1.0, (high - low) / max(abs(figure.value), 1e-300)))


def _fits(each: Candidate, figure: Quantity, value: float, option: float) -> Computed | None:
    """Return what a formula gives if it could be the claim."""
    if not 0.5 < value * option / figure.value < 2 and not figure.hedge:
        return None
    computed = compute(each.formula, [place.printed for place in each.inputs])
    if computed is None:
        return None
    computed = computed.scaled(option)
    low, high = accepted(figure)
    return computed if computed.high >= low and computed.low <= high else None


_SAID = {
    "change": "between {0} the change is {value}",
    "factor": "{0} is a change of {value}",
    "share": "{0} give {value}",
    "rate": "{0} is {value}",
    "sum": "{0} add up to {value}",
    "difference": "between {0} the difference is {value}",
    "points": "between {0} the difference is {value}",
    "ratio": "{0} stand at {value}",
    "discount": "{0} give {value} after the discount",
    "discounts": "{0}, one after the other, are {value} in all",
    "utilised": "{0} give {value} for what is used",
    "growth": "{0} give {value}",
}


def _told(claim: Place, each: Candidate, computed: Computed, verdict: Verdict, confidence: float, tail: str) -> Finding:
    figure = claim.figure
    texts = [place.figure.text for place in each.inputs]
    joined = texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
    sentence = _SAID.get(each.rule, "{0} give {value}").format(joined, value=amount(computed.value, figure))
    start, end = claim.line.span(figure)
    unit, named = figure.printed
    return Finding(
        kind="arithmetic",
        rule=each.rule,
        verdict=verdict,
        confidence=round(confidence, 2),
        note=claim.line.note,
        path=claim.line.path,
        line=claim.line.line,
        start=start,
        end=end,
        claim=" ".join(claim.line.text.split())[:600],
        claimed=figure.value / unit,
        recomputed=computed.value / unit,
        low=computed.low / unit,
        high=computed.high / unit,
        unit=named,
        formula=each.written,
        inputs=tuple(place.input(f"figure {at}") for at, place in enumerate(each.inputs, 1)),
        explanation=explained(verdict, sentence, figure, tail),
    )
