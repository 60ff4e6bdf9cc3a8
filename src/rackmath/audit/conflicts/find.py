"""Find the groups of statements that contradict each other.

Each figure is read with what says what it is of (`reading`). Figures that share a rare word or a name, and the unit,
are held against each other (`match`): the same thing measured, under no contrary scope, with ranges apart. What
remains is told as one finding for each quantity. A missed conflict costs less than a false one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rackmath.audit.conflicts.match import Likeness, Weights, likeness
from rackmath.audit.conflicts.names import parts
from rackmath.audit.conflicts.reading import Reading, readings
from rackmath.audit.conflicts.tell import tell
from rackmath.audit.finding import Finding
from rackmath.audit.read import Matter

MOST_TOGETHER = 60
"""Figures that share a word and are compared with each other; commoner words bring none together."""

LEAST_JOINED = 0.85
"""Likeness of a pair that joins a group, as a part of that of its likest pair."""

Pair = tuple[Likeness, Reading, Reading]
Place = tuple[str, int, int]


def conflicts(matter: Matter, known: Iterable[Finding] = ()) -> list[Finding]:
    """Return the groups of statements that contradict each other, the surest first.

    Parameters
    ----------
    matter
        What was read.
    known
        What the arithmetic found: where a figure follows from others that disagree with a third, those are told.
    """
    said = list(readings(matter))
    known = list(known)
    groups = _groups(_unrelated(_pairs(said, Weights(said)), known))
    groups = _without_results(groups, known)
    return sorted((tell(group) for group in groups), key=lambda each: -each.confidence)


def _pairs(said: list[Reading], weights: Weights) -> list[Pair]:
    buckets: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for at, each in enumerate(said):
        for word in each.local | parts(each.sentence.before):
            buckets[word, each.figure.unit, each.figure.kind].append(at)
    seen: set[tuple[int, int]] = set()
    found: list[Pair] = []
    for members in buckets.values():
        if not 1 < len(members) <= MOST_TOGETHER:
            continue
        for pair in _two_of(members):
            if pair not in seen:
                seen.add(pair)
                a, b = said[pair[0]], said[pair[1]]
                if like := likeness(a, b, weights):
                    found.append((like, a, b))
    return sorted(found, key=lambda pair: -pair[0].score)


def _unrelated(pairs: list[Pair], known: Iterable[Finding]) -> list[Pair]:
    """Leave out figures of which one is computed with the other, or with which a third is: those are two things."""
    together: dict[Place, set[Place]] = defaultdict(set)
    for each in known:
        if each.kind == "arithmetic" and each.verdict in ("holds", "rounds"):
            places = {(each.note, each.line, each.start), *((one.note, one.line, one.start) for one in each.inputs)}
            for place in places:
                together[place] |= places
    return [pair for pair in pairs if _place(pair[2]) not in together[_place(pair[1])]]


def _two_of(members: list[int]) -> Iterator[tuple[int, int]]:
    for at, first in enumerate(members):
        for second in members[at + 1 :]:
            yield first, second


def _groups(pairs: list[Pair]) -> list[list[Pair]]:
    """Join pairs that share a figure, the likest first; a pair that is much less like than the others is left out."""
    name: dict[tuple[int, int], int] = {}
    groups: dict[int, list[Pair]] = {}
    for pair in pairs:
        keys = pair[1].key, pair[2].key
        own = sorted({name[key] for key in keys if key in name})
        if any(pair[0].score < LEAST_JOINED * groups[at][0][0].score for at in own):
            continue
        into = own[0] if own else len(name)
        groups.setdefault(into, []).append(pair)
        for other in own[1:]:
            moved = groups.pop(other)
            groups[into] += moved
            name.update((each.key, into) for each in _sides(moved))
        name.update((key, into) for key in keys)
    return list(groups.values())


def _sides(group: list[Pair]) -> Iterator[Reading]:
    for pair in group:
        yield from pair[1:]


def _without_results(groups: list[list[Pair]], known: Iterable[Finding]) -> list[list[Pair]]:
    """Leave out groups of figures that follow from figures of another group: the conflict is told once, at its root."""
    inputs: dict[Place, set[Place]] = defaultdict(set)
    for each in known:
        if each.kind == "arithmetic" and each.verdict in ("holds", "rounds"):
            inputs[each.note, each.line, each.start].update((one.note, one.line, one.start) for one in each.inputs)
    within: dict[Place, set[int]] = defaultdict(set)
    for at, group in enumerate(groups):
        for side in _sides(group):
            within[_place(side)].add(at)
    return [
        group
        for at, group in enumerate(groups)
        if not any(within.get(root, set()) - {at} for side in _sides(group) for root in inputs.get(_place(side), ()))
    ]


def _place(reading: Reading) -> Place:
    return reading.sentence.note.title, reading.sentence.line.line, reading.place
