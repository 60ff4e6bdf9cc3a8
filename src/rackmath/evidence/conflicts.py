"""When two figures contradict each other: rules about meaning, so that the same brain always gives the same list.

A pair is looked at when both figures are of one quantity (or of two declared comparable) and of one subject (or a
subject and what it is part of), and neither is derived from the other. Then, in this order:

* **scope**: an axis with two different values explains the difference. An axis that only one figure has leaves a doubt:
  the conflict is soft at most;
* **time**: the periods overlap, or lie closer than the quantity's half-life. Otherwise the value has *moved*;
* **value**: in one unit, each value is widened by half of its last printed digit and then by the quantity's relative
  tolerance. Ranges that overlap agree. Otherwise the severity is the gap divided by the sum of the two half-widths, and
  the conflict is hard when that is above 1 and the scopes are equal.

Who says it and how it is known give a conflict its label, not its weight. The same value of one source, entered twice,
counts once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rackmath.evidence.figure import EXPECTED, Figure, Quantity, Subject
from rackmath.units import UnitError, convert, format_value

_SEEN = {"measured", "reported", "listed"}
_OUTSIDE = {"independent", "buyer", "regulator", "filing"}
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rules say of two figures: ``agree``, ``scope``, ``moved``, ``incomparable``, ``soft`` or ``hard``."""

    verdict: str
    severity: float
    explanation: str
    label: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two figures that contradict each other. `severity` is the gap in half-widths; the module says what is hard.

    `gap` is in the unit of the first, `days` lie between them. The words are made when somebody reads them: a large
    brain has many more conflicts than any page tells.
    """

    first: Figure
    second: Figure
    severity: float
    hard: bool
    gap: float
    days: int
    quantity: Quantity | None

    @property
    def label(self) -> str:
        """What sort of conflict it is, by who says it and how it is known."""
        return _label(self.first, self.second)

    @property
    def reason(self) -> str:
        """The part of the explanation for a reader who sees both figures."""
        return _reason(self)

    @property
    def explanation(self) -> str:
        """Both figures and why they cannot both be right, as a sentence."""
        return f"{self.first.ref} is {_said(self.first)} but {_said(self.second)}, {self.reason}"


@dataclass(frozen=True, slots=True)
class _Band:
    """A value widened by its printed precision and by tolerance; `half` is the half-width that severity counts."""

    low: float
    high: float
    half: float


def conflicts(
    figures: Sequence[Figure],
    by_id: Mapping[str, Figure],
    quantities: Mapping[str, Quantity],
    subjects: Mapping[str, Subject],
    only: Collection[str] | None = None,
) -> list[Conflict]:
    """Return the conflicts among figures, hard ones first, then by severity and id.

    Parameters
    ----------
    by_id
        All figures there are: what one of `figures` is derived from may be any of them.
    only
        Ids of figures: only pairs with one of them are looked at.
    """
    groups: dict[str, list[Figure]] = {}
    for figure in _without_repeats(figures):
        groups.setdefault(figure.quantity, []).append(figure)
    found = []
    for first, second in _pairs(groups, quantities, subjects):
        if only is not None and first.id not in only and second.id not in only:
            continue
        if _derived(first, second, by_id):
            continue
        result = _held(first, second, quantities.get(first.quantity))
        if isinstance(result, Conflict):
            found.append(result)
    return sorted(found, key=lambda item: (not item.hard, -item.severity, item.first.id, item.second.id))


def _pairs(
    groups: Mapping[str, list[Figure]], quantities: Mapping[str, Quantity], subjects: Mapping[str, Subject]
) -> Iterable[tuple[Figure, Figure]]:
    """Yield the pairs of figures of comparable quantities and related subjects, each pair once.

    Figures lie by subject, so that the time grows with the pairs that are looked at and not with all there are.
    """
    shelves = {name: _by_subject(group) for name, group in groups.items()}
    kin = _kin({figure.subject for group in groups.values() for figure in group}, subjects)
    comparable: set[frozenset[str]] = set()
    for name, group in groups.items():
        for first in group:
            for subject in kin[first.subject]:
                yield from ((first, second) for second in shelves[name].get(subject, ()) if first.id < second.id)
        quantity = quantities.get(name)
        comparable.update(
            frozenset((name, other)) for other in (quantity.comparable_with if quantity else ()) if other != name
        )
    for pair in sorted(comparable, key=sorted):
        one, other = sorted(pair)
        for first in groups.get(one, ()):
            for subject in kin[first.subject]:
                yield from ((first, second) for second in shelves.get(other, {}).get(subject, ()))


def _by_subject(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for figure in figures:
        found.setdefault(figure.subject, []).append(figure)
    return found


def _kin(names: Iterable[str], subjects: Mapping[str, Subject]) -> dict[str, set[str]]:
    """Return, for each subject, itself, what it is part of and what is part of it, of those given."""
    found = {name: {name} for name in names}
    for name, kin in found.items():
        for whole in _wholes(name, subjects) & found.keys():
            kin.add(whole)
            found[whole].add(name)
    return found


def _without_repeats(figures: Sequence[Figure]) -> list[Figure]:
    """Keep one figure of those that give the same value of the same thing from the same source."""
    kept: dict[object, Figure] = {}
    for figure in sorted(figures, key=lambda item: (item.rank != "preferred", item.id)):
        read = figure.reading
        same = (
            figure.source,
            figure.ref,
            tuple(sorted(figure.scope.items())),
            figure.as_of,
            read.low,
            read.high,
            read.unit,
        )
        kept.setdefault(same if figure.source else figure.id, figure)
    return sorted(kept.values(), key=lambda item: item.id)


def related(subject: str, subjects: Mapping[str, Subject]) -> set[str]:
    """Return a subject, what it is part of, and what is part of it: what its figures are held against."""
    return {subject, *_wholes(subject, subjects)} | {name for name in subjects if subject in _wholes(name, subjects)}


def _wholes(name: str, subjects: Mapping[str, Subject]) -> set[str]:
    """Return what a subject is part of, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        subject = subjects.get(waiting.pop())
        new = set(subject.part_of) - found if subject else set()
        found |= new
        waiting += new
    return found


def _derived(first: Figure, second: Figure, by_id: Mapping[str, Figure]) -> bool:
    return first.id in _inputs(second, by_id) or second.id in _inputs(first, by_id)


def _inputs(figure: Figure, by_id: Mapping[str, Figure]) -> set[str]:
    """Return the ids of what a figure was made of, directly or not."""
    found: set[str] = set()
    waiting = [figure.id] if figure.derived_from else []
    while waiting:
        made = by_id.get(waiting.pop())
        new = set(made.derived_from) - found if made else set()
        found |= new
        waiting += new
    return found


def compare(first: Figure, second: Figure, quantity: Quantity | None = None) -> Comparison:
    """Hold two figures against each other by the rules above."""
    found = _held(first, second, quantity)
    if isinstance(found, Conflict):
        verdict = "hard" if found.hard else "soft"
        return Comparison(verdict, found.severity, found.explanation, found.label, found.reason)
    verdict, told = found
    return Comparison(verdict, 0.0, told)


def _held(first: Figure, second: Figure, quantity: Quantity | None) -> Conflict | tuple[str, str]:
    """Return how two figures contradict each other, or the verdict that they do not and why."""
    if "unknown" in {first.value_kind, second.value_kind} or "none" in {first.value_kind, second.value_kind}:
        return "agree", "one of them gives no number, so they cannot contradict each other"
    differing = [
        axis for axis in first.scope.keys() & second.scope.keys() if _other(first.scope[axis], second.scope[axis])
    ]
    if differing:
        axis = min(differing)
        sides = f"{first.scope[axis]} in one, {second.scope[axis]} in the other"
        return "scope", f"they are about different things: {_axis_name(quantity, axis)} is {sides}"
    days = first.as_of.days_between(second.as_of)
    half_life = quantity.half_life_days if quantity else None
    if half_life is not None and days and days >= half_life:
        told = f"{days} days lie between them, at least the half-life of {half_life:g}: the value has moved"
        return "moved", told
    factor = 1.0
    if first.reading.unit != second.reading.unit:
        try:
            factor = convert(1.0, second.reading.unit, first.reading.unit)
        except UnitError as error:
            return "incomparable", str(error)
    tolerance = quantity.tolerance if quantity else 0.0
    one, two = _band(first, 1.0, tolerance), _band(second, factor, tolerance)
    gap = max(one.low - two.high, two.low - one.high)
    if gap <= 0:
        return "agree", "their ranges overlap once rounding and tolerance are allowed for"
    halves = one.half + two.half
    severity = gap / halves if halves else math.inf
    alike = first.scope.keys() == second.scope.keys()
    hard = severity > 1 and alike and first.subject == second.subject and first.quantity == second.quantity
    return Conflict(first, second, severity, hard, gap, days, quantity)


def _other(first: str, second: str) -> bool:
    return first.casefold() != second.casefold()


def _band(figure: Figure, factor: float, tolerance: float) -> _Band:
    read = figure.reading
    low, high = (read.low - read.low_step) * factor, (read.high + read.high_step) * factor
    low -= tolerance * abs(low) if math.isfinite(low) else 0.0
    high += tolerance * abs(high) if math.isfinite(high) else 0.0
    if math.isfinite(low) and math.isfinite(high):
        return _Band(low, high, (high - low) / 2)
    # An open end has no width to count: only how far the closed end was widened.
    closed, stated = (low, read.low) if math.isfinite(low) else (high, read.high)
    return _Band(low, high, abs(closed - stated * factor))


def _reason(conflict: Conflict) -> str:
    first, second = conflict.first, conflict.second
    doubts = []
    if axes := sorted(first.scope.keys() ^ second.scope.keys()):
        doubts.append(f"only one of them says which {_listed([_axis_name(conflict.quantity, axis) for axis in axes])}")
    if first.subject != second.subject:
        doubts.append(f"{first.subject} and {second.subject} are a part and its whole")
    if first.quantity != second.quantity:
        doubts.append(f"{first.quantity} and {second.quantity} are declared comparable, not equal")
    apart = "at overlapping times" if not conflict.days else f"{conflict.days} days apart"
    many = math.isfinite(conflict.severity)
    size = f"{conflict.severity:.1f} times" if many else "infinitely many times"
    gap = format_value(conflict.gap, first.reading.unit)
    told = f"{apart}: the gap of {gap} is {size} the sum of their half-widths"
    if doubts:
        return f"{told}; soft because {', and '.join(doubts)}"
    return told if conflict.hard else f"{told}; soft because the gap is small"


def _axis_name(quantity: Quantity | None, axis: str) -> str:
    return quantity.axis_name(axis) if quantity else axis


def _listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence; of many the first three and how many more there are."""
    shown = list(names)
    if len(shown) > _MOST_NAMED:
        shown[_MOST_NAMED - 1 :] = [f"{len(names) - _MOST_NAMED + 1} more"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


def _said(figure: Figure) -> str:
    read = figure.reading
    match read.kind:
        case "value":
            shown = f"{read.low:g}"
        case "range":
            shown = f"{read.low:g} to {read.high:g}"
        case "at_least":
            shown = f"at least {read.low:g}"
        case "at_most":
            shown = f"at most {read.high:g}"
        case _:
            shown = read.kind
    who = ", ".join(part for part in (figure.claimant.who or figure.source, figure.kind, str(figure.as_of)) if part)
    return f"{f'{shown} {read.unit}'.rstrip()} ({who})"


def _label(first: Figure, second: Figure) -> str:
    kinds, claimants = {first.kind, second.kind}, {first.claimant.kind, second.claimant.kind}
    for ahead in EXPECTED:
        if ahead in kinds and kinds & _SEEN:
            return f"{ahead} against outcome"
    if "vendor" in claimants and claimants & _OUTSIDE:
        return "vendor claim against independent figure"
    return "two figures of one thing"


def implausible(figures: Sequence[Figure], quantities: Mapping[str, Quantity]) -> list[str]:
    """Return a line for each figure that lies, in whole or in part, outside its quantity's plausible range."""
    found = []
    for figure in figures:
        quantity = quantities.get(figure.quantity)
        if quantity is None or quantity.plausible == (None, None) or figure.value_kind in {"unknown", "none"}:
            continue
        low, high = quantity.plausible
        try:
            factor = convert(1.0, figure.reading.unit, quantity.unit)
        except UnitError:
            continue  # already among the problems of loading
        ends = [end * factor for end in (figure.reading.low, figure.reading.high) if math.isfinite(end)]
        if (low is not None and min(ends) < low) or (high is not None and max(ends) > high):
            lowest, highest = "−∞" if low is None else f"{low:g}", "∞" if high is None else f"{high:g}"
            limits = f"{lowest} to {highest} {quantity.unit}".rstrip()
            found.append(
                f"{figure.where}: figure {figure.id}: {figure.ref} of {_said(figure)} is outside the plausible {limits}"
            )
    return found
