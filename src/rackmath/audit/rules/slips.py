"""Slips: no formula gives a figure, but a likely one does after a usual mistake, such as a nought too few.

That the mistake leads just to the printed figure says two things at once: that the formula was meant, and that it went
wrong. So a slip is told although words alone would not have singled the formula out. As with what agrees, chance is
kept in check: the more formulas and slips were tried, and the wider the figure, the likelier the formula has to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

from rackmath.audit.bounds import Computed, accepted, compute
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.cues import Cues
from rackmath.audit.rules.near import Candidate
from rackmath.audit.rules.setting import Place

POWERS = (
    (10.0, "ten times too much", 0.0),
    (0.1, "a tenth of that", 0.0),
    (1000.0, "a thousand times too much", 0.8),
    (0.001, "a thousandth of that", 0.8),
    (100.0, "a hundred times too much", 0.8),
    (0.01, "a hundredth of that", 0.8),
    (2.0, "twice as much", 0.8),
    (0.5, "half of that", 0.8),
)
"""Factors of the usual slips, what the claim then is, and how much rarer they are."""

HALVES = (2.0, 0.5)

SCALES = frozenset(by for by, _, rare in POWERS if rare)

PERIODS = ((12.0, 1.0), (1 / 12, 1.0), (365 / 7, 1.4), (7 / 365, 1.4), (365 / 84, 1.2), (84 / 365, 1.2))

TOLD, BAND, WIDE = 4.0, 1.3, 1.8
"""Score and surprise from which a slip is told, and how far its formula may be behind the likeliest one; for changes
of the wrong base, which fit rarely, it may be farther."""

MOST, LEAST = 12, 0.2
"""Formulas that are held against slips, and the score that they need."""

TIED = 0.8
"""How firmly words must tie a figure to what stands before it."""

ROUNDED = 0.001
"""Share by which a slip may be off: a figure is often rounded before it goes astray."""

FIRM = 2.5
"""Score that a rare slip needs: a misreading of ours is as likely, such as a scale left out."""

READ = 1.6
"""Score from which a digit may have been misread."""

CUED = 2.2
"""Score from which a change may have been taken of the wrong base."""


@dataclass(frozen=True)
class Slip:
    """A formula, what it gives, and how the printed figure may have come about."""

    candidate: Candidate
    computed: Computed
    words: str
    confidence: float


def slip(
    claim: Place, figure: Quantity, told: Cues, ranked: Sequence[Candidate], width: float, *, alone: bool
) -> Slip | None:
    """Return the likeliest slip that leads from a formula to a figure.

    Where a formula gives the figure as it is, however unlikely (not `alone`), the commonest coincidences do not count.
    """
    if figure.hedge in ("over", "under") or figure.ranged or not ranked:
        return None
    least = max(LEAST, ranked[0].score - BAND)
    near = [each for each in ranked[:MOST] if each.score >= least]
    for each in (each for each in ranked[:MOST] if each.score >= ranked[0].score - WIDE):
        for words in _bases(each, figure, told):
            if computed := _computed(each):
                return Slip(each, computed, words, min(0.93, 0.72 + 0.04 * each.score))
    if figure.worded or (told.tie < TIED and not told.total):
        return None
    unsaid = (
        {"discounts", "rest"} | ({"sum"} if not told.total else set()) | ({"difference"} if not told.less else set())
    )
    near = [each for each in near if each.rule not in unsaid]
    best: Slip | None = None
    most = TOLD
    for rank, each in enumerate(near, 1):
        computed = _computed(each)
        if computed is None or computed.value <= 0:
            continue
        words, others = _digits(figure, computed)
        worth = each.score - log(max(exp(-4.0), min(1.0, rank * others * width / 2.0))) if words else 0.0
        if (
            alone
            and worth > most
            and len(each.inputs) < CHANCY
            and each.score >= READ
            and (figure.unit or figure.per)
            and _beside(each, claim)
        ):
            most, best = worth, Slip(each, computed, words, min(0.9, 0.8 + 0.05 * (worth - TOLD)))
        for by, words, rare in (*POWERS, *_periods(each, told)):
            if not _is(figure, computed.scaled(by)) or (by in HALVES and not (alone and figure.kind == "amount")):
                continue
            surprise = min(4.0, -log(min(1.0, rank * len(POWERS) * max(width, 2 * ROUNDED) / 2.0)))
            if figure.kind == "share" and by in (1000.0, 0.001):
                continue  # nobody takes a share for a thousandth of it
            if by in SCALES and each.rule in ("sum", "difference"):
                continue  # what is added has one scale
            if by in SCALES and any(not (place.figure.unit or place.figure.noun) for place in each.inputs):
                continue  # the scale may have been left out: "6.1" of millions
            if each.score < FIRM and ((rare and by in SCALES) or not (figure.unit or figure.per)):
                continue
            worth = each.score + surprise - rare
            if worth > most:
                most, best = worth, Slip(each, computed, words, min(0.93, 0.8 + 0.05 * (worth - TOLD)))
    return best


def _beside(each: Candidate, claim: Place) -> bool:
    """Whether all that a formula takes was told before the claim, in its sentence or the one before."""
    return all(
        0 <= claim.sentence - place.sentence < 2
        and (place.sentence < claim.sentence or place.figure.start < claim.figure.start)
        for place in each.inputs
    )


def _digits(figure: Quantity, computed: Computed) -> tuple[str, int]:
    """Return how the printed digits differ from the computed ones, and how many other numbers differ so."""
    if not figure.step:
        return "", 0
    printed, right = (str(round(value / figure.step)) for value in (figure.value, computed.value))
    apart = [at for at, (a, b) in enumerate(zip(printed, right, strict=False)) if a != b]
    if len(printed) != len(right) or len(printed) < DIGITS or not apart:
        return "", 0
    if len(apart) == 1:
        return "one digit wrong", 9 * len(printed)
    first, *others = apart
    turned = printed[first + 1 : first + 2] + printed[first]
    if others == [first + 1] and turned == right[first : first + 2]:
        return "two digits in each other's place", len(printed)
    return "", 0


DIGITS = 3
"""Digits that a figure needs before one that is wrong, or two that changed places, can be told from chance."""


CHANCY = 4
"""Figures of which some product comes near to most numbers."""


def _periods(each: Candidate, told: Cues) -> Iterator[tuple[float, str, float]]:
    """Yield what comes of a month taken for a year, or a week, where a formula leads from one to another."""
    named = told.periods.union(*(place.periods for place in each.inputs))
    if not each.loose or len(named) < 2:
        return
    for by, rare in PERIODS:
        yield by, "the figure of another period", rare


def _computed(each: Candidate) -> Computed | None:
    return compute(each.formula, [place.figure for place in each.inputs])


def _is(figure: Quantity, computed: Computed) -> bool:
    low, high = accepted(figure)
    return low * (1 - ROUNDED) <= computed.value <= high * (1 + ROUNDED)


def _bases(each: Candidate, figure: Quantity, told: Cues) -> Iterator[str]:
    """Yield how a change may have been got wrong: of the wrong base, in points, as what is left, added up."""
    value = each.value
    if value is None:
        return
    exact = 0.51 * figure.step
    if each.rule == "growth" and len(each.inputs) == 1 and figure.unit in ("s", "month") and each.score >= READ:
        rate = each.inputs[0].figure.value / 100
        for sign in (1, -1):
            linear = value * abs(log(1 + sign * rate)) / (rate * log(2)) if rate < 1 else 0.0
            if abs(linear - figure.value) <= 0.02 * figure.value and abs(value - linear) > 0.1 * value:
                yield f"That is 100 ÷ {each.inputs[0].figure.value:g}, which leaves compounding out."
                break
    if each.rule == "utilised" and each.score >= CUED and not figure.hedge:
        base, by = each.inputs
        less = base.figure.value * by.figure.value / 100
        if abs(value * (by.figure.value / 100) ** 2 - figure.value) <= max(exact, ROUNDED * figure.value) and less:
            yield f"{base.figure.text} was multiplied by {by.figure.text}, but what is paid idle makes a unit dearer."
    if each.rule == "discount" and len(each.inputs) == 3 and not figure.hedge:
        one, other = (place.figure.value / 100 for place in each.inputs[1:])
        added = value / (1 - one) / (1 - other) * (1 - one - other)
        if abs(added - figure.value) <= max(exact, ROUNDED * figure.value) < abs(value - added):
            yield "Discounts on discounts multiply; they do not add."
    if each.rule == "discounts" and not figure.hedge:
        total = sum(place.figure.value for place in each.inputs)
        if each.score >= 1.0 and abs(total - figure.value) < 1e-6:
            yield "Discounts on discounts multiply; they do not add."
    if each.rule == "share" and figure.kind == "amount" and len(each.inputs) == 2 and told.less and not figure.hedge:
        base, by = each.inputs
        left = value * (100 / by.figure.value - 1) if by.figure.kind == "share" and by.figure.value < 100 else 0.0
        if each.score >= CUED and abs(left - figure.value) <= max(exact, 0.004 * figure.value) < abs(value - left):
            yield f"That is what is left of {base.figure.text}."
    if each.rule == "factor" and (told.up or told.down) and not figure.hedge:
        factor = max(each.inputs[0].figure.value, 1 / each.inputs[0].figure.value)
        if abs(value - figure.value) > 2 * exact and abs(100 * (factor - 1) - figure.value) <= exact and told.down:
            yield f"{factor:g} times as much is a rise of {figure.text}; the other way it is another share."
    if each.rule != "change" or each.score < CUED or told.up == told.down or abs(value - figure.value) <= 2 * exact:
        return
    first, second = each.inputs
    larger, smaller = sorted(each.inputs, key=lambda place: -place.figure.value)
    apart = abs(first.figure.value / first.figure.scale - second.figure.value / second.figure.scale)
    twin = 100 * value / (100 - value) if told.down and value < 100 else 100 * value / (100 + value)
    if abs(twin - figure.value) <= exact:
        base = smaller if told.down else larger
        yield f"{figure.text} is the change as a share of {base.figure.text}."
    elif first.figure.scale == second.figure.scale and abs(apart - figure.value) < 1e-6 + 0.05 * figure.step:
        yield (
            "That is the difference in points, which is another thing."
            if first.figure.kind == "share"
            else f"{figure.value:g} is the difference, not the percentage."
        )
    elif told.down and abs(100 - value - figure.value) <= exact:
        yield f"{smaller.figure.text} is {figure.text} of {larger.figure.text}, which is not a change of {figure.text}."


__all__ = ["Slip", "slip"]
