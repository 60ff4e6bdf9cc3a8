"""Which items of two sequences belong together: the base of comparing and of merging texts.

Equal ends are matched first, then items that stand once on each side (as in Bram Cohen's patience diff), and only what
is left between those by the longest common subsequence, if it is small enough. That keeps the time near linear for any
text, and keeps a moved bracket or a blank line from being taken for an anchor.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

CELLS = 400_000
"""Steps in all that may be spent on longest common subsequences; what is then left counts as changed."""
LOOKS = 20
"""How often each item may be looked at, over all rounds; a text that was made to need more counts as changed."""

Items = Sequence[Hashable]


class Region(NamedTuple):
    """A stretch of three sequences, as half-open ranges; `stable` when all three are the same there."""

    base: slice
    mine: slice
    theirs: slice
    stable: bool


def pairs(old: Items, new: Items) -> list[tuple[int, int]]:
    """Return places (in `old`, in `new`) of equal items, growing in both.

    Items are compared by equality and hash. The time is bounded by a constant times the length.
    """
    found: list[tuple[int, int]] = []
    left, looks = CELLS, LOOKS * (len(old) + len(new))
    work = [(0, len(old), 0, len(new))]
    while work and looks >= 0:
        start, end, first, last = work.pop()
        looks -= end - start + last - first
        while start < end and first < last and old[start] == new[first]:
            found.append((start, first))
            start, first = start + 1, first + 1
        while start < end and first < last and old[end - 1] == new[last - 1]:
            end, last = end - 1, last - 1
            found.append((end, last))
        if start == end or first == last:
            continue
        anchors = _anchors(old, start, end, new, first, last)
        if anchors:
            found += anchors
            edges = [(start - 1, first - 1), *anchors, (end, last)]
            work += [(a + 1, c, b + 1, d) for (a, b), (c, d) in pairwise(edges)]
        elif (cells := (end - start) * (last - first)) <= left:
            left -= cells
            found += [(start + i, first + j) for i, j in _longest(old[start:end], new[first:last])]
    return sorted(found)


def _anchors(old: Items, start: int, end: int, new: Items, first: int, last: int) -> list[tuple[int, int]]:
    """Match items that stand once on each side, in the order that keeps the most of them."""
    mine, theirs = Counter(old[start:end]), Counter(new[first:last])
    places = {new[j]: j for j in range(first, last) if theirs[new[j]] == 1}
    both = [(i, places[old[i]]) for i in range(start, end) if mine[old[i]] == 1 and old[i] in places]
    ends: list[int] = []  # the smallest last place of a growing run of each length
    runs: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, j) in enumerate(both):
        length = bisect_left(ends, j)
        before.append(runs[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        runs[length : length + 1] = [number]
    kept: list[tuple[int, int]] = []
    at = runs[-1] if runs else -1
    while at >= 0:
        kept.append(both[at])
        at = before[at]
    return kept[::-1]


def _longest(old: Items, new: Items) -> list[tuple[int, int]]:
    """Return a longest common subsequence; the table takes len(old) × len(new) cells."""
    table = [[0] * (len(new) + 1)]
    for item in reversed(old):
        below = table[-1]
        row = [0] * (len(new) + 1)
        for j in range(len(new) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if item == new[j] else max(below[j], row[j + 1])
        table.append(row)
    table.reverse()
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def regions(base: Items, mine: Items, theirs: Items) -> Iterator[Region]:
    """Cut three sequences where all of them agree; between two such places at least one of them was changed."""
    to_mine, to_theirs = dict(pairs(base, mine)), dict(pairs(base, theirs))
    b = m = t = 0
    while True:
        stop = b
        while to_mine.get(stop) == m + stop - b and to_theirs.get(stop) == t + stop - b:
            stop += 1
        if stop > b:
            length = stop - b
            yield Region(slice(b, stop), slice(m, m + length), slice(t, t + length), True)
            b, m, t = stop, m + length, t + length
        if b == len(base) and m == len(mine) and t == len(theirs):
            return
        meet = next((i for i in range(b, len(base)) if i in to_mine and i in to_theirs), len(base))
        ends = (to_mine[meet], to_theirs[meet]) if meet < len(base) else (len(mine), len(theirs))
        yield Region(slice(b, meet), slice(m, ends[0]), slice(t, ends[1]), False)
        b, (m, t) = meet, ends


def woven(base: Items, mine: Items, theirs: Items) -> list[Any] | None:
    """Merge three sequences; None where both sides changed the same stretch in different ways."""
    found: list[Any] = []
    for region in regions(base, mine, theirs):
        b, m, t = base[region.base], mine[region.mine], theirs[region.theirs]
        if m not in (b, t) and t != b:
            return None
        found += t if m == b else m
    return found
