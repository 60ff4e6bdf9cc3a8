"""Figures that follow from those near them: the formula that words, nouns and units speak for, and what it gives.

Every figure that the text sets out as a result is held against the formulas that could give it (`formulas`). One that
agrees, and is likely enough not to agree by chance, confirms it. Where one formula stands out before anything is
calculated, none agrees, and nothing hints at other bases, the figure is doubted: as wrong where the usual slips explain
it or all is told in one breath, else as a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf, log

from rackmath.audit.bounds import Computed, accepted, compute, verdict_of
from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import explained
from rackmath.audit.rules.cues import Cues, cues
from rackmath.audit.rules.formulas import Candidate, Near, against, candidates
from rackmath.audit.rules.setting import Place, sections
from rackmath.audit.rules.slips import slip
from rackmath.audit.words import amount

LEAST = 0.6
"""Score from which a formula counts as one that the author could have meant."""

ENOUGH = 2.6
"""Score and surprise together that confirm a claim."""

BEHIND = 1.3
"""How far the formula that agrees may be behind the most likely one."""

CLEAR, APART = 2.1, 0.4
"""Score from which a formula that fails is held against a claim, and how far the next one must be behind."""

CONVENTIONS = (720 / 730, 360 / 365, 364 / 365, 365.25 / 365, 336 / 365, 250 / 365, 260 / 365, 22 * 12 / 365)
"""What other lengths of months and years make of a figure: 30 days, 52 weeks, four weeks, working days."""

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


MOST_CLAIMS, MOST_HERE = 1_000, 24
"""Figures of one note, and of one sentence, that are held against what stands before them."""


_TERM = re.compile(r"[\d\w]-(?:year|month|week|day|hour|minute|quarter)s?\Z")
"""A term such as "3-year", which describes and is no result."""


def derived(lines: Sequence[Line]) -> Iterator[Finding]:
    """Check the figures of a note that follow from others near them."""
    left, here, sentence = MOST_CLAIMS, 0, -1
    labels: dict[str, list[Place]] = {}
    for section in sections(lines):
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
            if left and here and (told.tie > 0 or told.total or told.up or told.down):
                left, here = left - 1, here - 1
                parallel = before[1] if before and claim.sentence - before[0] < 2 else None
                named = [
                    each
                    for word in sorted(told.of)
                    for each in (*labels.get(word, [])[:1], *labels.get(word, [])[-1:])
                    if 2 * len(told.of & each.words) >= len(told.of)
                ]
                near = Near(claim, at, section, told, parallel, list(dict.fromkeys(named)))
                near.result = before[2] if parallel and before else None
                found = _judged(claim, told, near)
                if found:
                    if found[0].verdict in ("holds", "rounds"):
                        before = claim.sentence, found[1], claim
                    yield found[0]


def _judged(claim: Place, told: Cues, near: Near) -> tuple[Finding, Candidate] | None:
    figure = _plain(claim.figure)
    likely = (each for each in _all(near) if (value := each.value) is not None and near.sane(value))
    ranked = sorted(likely, key=lambda each: -each.score)
    tolerance = _width(figure)
    best: tuple[float, Candidate, Computed, Verdict] | None = None
    tried: set[int] = set()
    for each in ranked:
        value = each.value
        if value is None or not 0 < value < inf:
            continue
        tried.add(round(log(value) * 100))
        if best and each.score + 6 < best[0]:
            break
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
    clear = ranked[0].score if ranked else 0.0
    if best and best[0] >= ENOUGH and best[1].score >= max(LEAST, clear - BEHIND):
        worth, each, computed, verdict = best
        if each.rule == "discounts" and _added(each, figure, computed):
            return _told(
                claim, each, computed, "wrong", SURE, "Discounts on discounts multiply; they do not add."
            ), each
        return _told(claim, each, computed, verdict, min(0.95, 0.5 + 0.08 * worth), ""), each
    if best and best[1].score >= max(0.2, clear - BEHIND):
        return None
    slipped = _slipped(claim, figure, told, ranked, best is None or best[1].score < clear - ALONE)
    if slipped:
        return slipped
    doubted = _doubted(claim, figure, told, near, ranked)
    return (doubted, ranked[0]) if doubted else None


ALONE = 3.0
"""How far a formula that agrees must be behind the likeliest one to be nothing but chance."""


def _slipped(
    claim: Place, figure: Quantity, told: Cues, ranked: list[Candidate], alone: bool
) -> tuple[Finding, Candidate] | None:
    """Return the finding that a usual slip leads from a likely formula to the claim."""
    if (told.other and told.tie < FIRM) or (told.tie <= 0 and not told.total) or (figure.kind == "amount" and claim.figure.step == 0.0):
        return None
    plain = [each for each in ranked[:40] if not _strange(each, claim, told)]
    found = slip(claim, figure, told, plain, _width(figure), alone=alone)
    if found is None:
        return None
    tail = found.words if found.words.endswith(".") else f"The text has {found.words}."
    return _told(claim, found.candidate, found.computed, "wrong", found.confidence, tail), found.candidate


FIRM = 1.2
"""How firmly words must tie a figure to what stands before it, so that a contrast between them does not count."""


def _strange(each: Candidate, claim: Place, told: Cues) -> bool:
    """Whether a formula takes what is only bounded or comes later, or reaches over a contrast."""
    if (told.tie < FIRM and _CONTRAST.search(_between(each.inputs, claim))) or _based(claim, each):
        return True
    return any(
        place.figure.hedge in ("over", "under") or place.figure.ranged or _later(place, claim) for place in each.inputs
    )


_ON = re.compile(r"\s(?:over|on|than|against|above|below)\s(?:the\s|about\s)?(?=[$€£]?\d)")


def _based(claim: Place, each: Candidate) -> bool:
    """Whether the base of a share follows it at once, "6 % over 16", and the formula does not take it."""
    match = _ON.match(claim.after + claim.line.text[claim.figure.end + len(claim.after) :][:4])
    base = claim.figure.end + match.end() if match else -1
    return match is not None and all(place.figure.start != base or place.line is not claim.line for place in each.inputs)


def _all(near: Near) -> Iterator[Candidate]:
    """Yield the candidates; one that says of other inputs what was just said is likelier."""
    told = near.told
    for each in candidates(near):
        if told and each.rule == told.rule and len(each.inputs) == len(told.inputs):
            same = sum(a is b for a, b in zip(each.inputs, told.inputs, strict=True))
            if 0 < same < len(each.inputs):
                yield replace(each, score=each.score + 0.5)
                continue
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
    computed = compute(each.formula, [_plain_input(place.figure) for place in each.inputs])
    if computed is None:
        return None
    computed = computed.scaled(option)
    low, high = accepted(figure)
    return computed if computed.high >= low and computed.low <= high else None


def _plain_input(figure: Quantity) -> Quantity:
    """Return a figure as an input: what an author multiplies is what is printed, so rounding counts for half."""
    return replace(figure, step=figure.step * 0.5, hedge="", worded=False) if figure.low == figure.high else figure


def _doubted(claim: Place, figure: Quantity, told: Cues, near: Near, ranked: list[Candidate]) -> Finding | None:
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
        and (claim.figure.step == 0.0 or (not figure.unit and figure.value < 20))
    ):
        return None  # "four reasons"
    first = ranked[0]
    value = first.value
    if value is None or not 0 < value < inf:
        return None
    if any(
        each.figure.hedge in ("over", "under") or each.figure.ranged or _later(each, claim) for each in first.inputs
    ):
        return None
    if first.rule in ("quotient", "product") and not figure.unit and not figure.per and first.score < CLEAR + 0.6:
        return None
    if _CONTRAST.search(_between(first.inputs, claim)) or _based(claim, first):
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
    computed = compute(first.formula, [_plain_input(place.figure) for place in first.inputs])
    if computed is None:
        return None
    verdict, _ = verdict_of(computed, figure, True)
    if verdict != "wrong":
        return None
    ratio = figure.value / value
    slip = next((words for by, words in SLIPS if abs(ratio / by - 1) < 0.02), "")
    confidence = min(0.9, 0.58 + 0.1 * (first.score - needed) + 0.04 * min(apart, 2.0) + (0.15 if slip else 0.0))
    return _told(claim, first, computed, "wrong" if confidence >= 0.6 else "ambiguous", confidence, slip)


_CONTRAST = re.compile(
    r"\b(?:while|whereas|but|although|though|than|instead|compared|if only|rather|except|unless|yet|however|"
    r"and (?:[a-z]+\s){1,3}?"
    r"(?:rose|fell|grew|dropped|increased|decreased|by))\b",
)


def _between(inputs: tuple[Place, ...], claim: Place) -> str:
    """Return the text from the last input to the claim, within the claim's sentence."""
    ends = [
        each.figure.end for each in inputs if each.sentence == claim.sentence and each.figure.end <= claim.figure.start
    ]
    return claim.line.text[max(ends, default=0) : claim.figure.start]


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
    if claim.figure.kind == "amount" and "share" in kinds:
        return here[kinds.index("share")]
    if each.rule in ("change", "share") and kinds == ["share", "share"]:
        return against(*each.inputs)
    return True


def _differs(each: Candidate, value: float) -> bool:
    other = each.value
    return other is not None and abs(other - value) > 0.02 * abs(value)


def _later(place: Place, claim: Place) -> bool:
    if place.sentence != claim.sentence or place.figure.start < claim.figure.start:
        return False
    between = claim.line.text[claim.figure.end : place.figure.start]
    return _BASE.fullmatch(between) is None and not (place.figure.unit in ("s", "month") and _TERM_OF.fullmatch(between))


_TERM_OF = re.compile(r"(?:\s[a-z]+){0,2}\s(?:in|over|for|during|within)\s(?:an?\s|the\s|that\s)?")
_BASE = re.compile(r"[^.;:()]{0,40}\b(?:on|over|than|from|of|against|above|below)\s[^.;:()]{0,20}")


_SAID = {
    "change": "between {0} the change is {value}",
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
