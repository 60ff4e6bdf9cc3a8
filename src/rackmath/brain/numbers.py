"""The figures of a brain as the catalogue keeps them, and which of them contradict each other."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING

from rackmath.brain.entries import QuantityEntry
from rackmath.brain.noted import item_from_json
from rackmath.evidence import Conflict, Figure, FigureReader, Quantity, Subject
from rackmath.evidence.conflicts import conflicts

if TYPE_CHECKING:
    import sqlite3

MOST_KEPT = 20_000
"""Figures that are kept as objects; beyond that they are read from the catalogue each time."""


_VIEWS = 2
"""Outcomes that are remembered of one group of quantities: of the site and of single brains in it."""


class Figures:
    """Reads figures from the catalogue of one brain and keeps them. Safe for several threads."""

    def __init__(self, vault: Path, known: Callable[[], Mapping[str, Quantity]]) -> None:
        self._vault = vault
        self._known = known
        self._meaning: Mapping[str, Quantity] = {}
        self._kept: dict[tuple[object, ...], Figure | None] = {}

    def read(self, db: sqlite3.Connection, where: str, given: Sequence[object]) -> list[Figure]:
        """Return the figures that fulfil a condition on the tables ``figure`` and ``note``, by path and place.

        An entry that lacks what makes it a figure is left out; `Library.problems` tells of it.
        """
        known = self._known()
        if known is not self._meaning:
            self._meaning, self._kept = known, {}
        kept = self._kept
        rows = db.execute(
            "SELECT note.path, note.id, note.title, figure.line, figure.item FROM figure "
            "JOIN note ON note.rowid = figure.note "
            f"WHERE {where} ORDER BY note.path, figure.n",
            given,
        )
        found = []
        for key in rows.fetchall():  # all that a figure is made of: while it stays, so does the object
            path, note_id, title, line, item = key
            if key not in kept:
                if len(kept) >= MOST_KEPT:
                    kept.clear()
                reader = FigureReader(self._vault, path, note_id, title, known, [])
                kept[key] = reader.read(line, item_from_json(item))
            if (figure := kept[key]) is not None:
                found.append(figure)
        return found


def first_of_each(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return figures by id; of several with one id the first counts."""
    found: dict[str, Figure] = {}
    for figure in figures:
        found.setdefault(figure.id, figure)
    return found


def comparable(quantity: str, quantities: Mapping[str, Quantity]) -> list[str]:
    """Return the quantities whose figures may contradict each other, directly or through others, sorted."""
    beside: dict[str, set[str]] = defaultdict(set)
    for name, about in quantities.items():
        for other in about.comparable_with:
            beside[name].add(other)
            beside[other].add(name)
    found, waiting = {quantity}, [quantity]
    while waiting:
        new = beside[waiting.pop()] - found
        found |= new
        waiting += sorted(new)
    return sorted(found)


class ById(Mapping[str, Figure]):
    """Figures by id: some that are at hand, any other looked up when it is asked for."""

    def __init__(self, figures: Iterable[Figure], find: Callable[[str], Figure | None]) -> None:
        self._at_hand = first_of_each(figures)
        self._find = find

    def __getitem__(self, name: str) -> Figure:
        if name not in self._at_hand and (found := self._find(name)) is not None:
            self._at_hand[name] = found
        return self._at_hand[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at_hand)

    def __len__(self) -> int:
        return len(self._at_hand)


class Conflicts:
    """Finds conflicts among figures and remembers them until one of the figures changes.

    A site and its brains share one: a group that has figures of one brain only is then looked at once.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], deque[tuple[tuple[object, ...], list[Conflict]]]] = {}

    def among(
        self,
        names: Collection[str],
        figures: Sequence[Figure],
        meaning: tuple[Mapping[str, Quantity], Mapping[str, Subject]],
        find: Callable[[str], Figure | None],
    ) -> list[Conflict]:
        """Return the conflicts among figures of comparable quantities.

        `names` are the quantities, under which the outcome is remembered; `find` returns any other figure by id, since
        what a figure is derived from may be of other quantities.
        """
        key = tuple(sorted(names))
        subjects = dict.fromkeys(figure.subject for figure in figures)
        state = (*figures, *map(meaning[0].get, key), *map(meaning[1].get, subjects), len(meaning[1]))
        known = self._kept.setdefault(key, deque(maxlen=_VIEWS))
        for before, found in tuple(known):
            if len(before) == len(state) and all(map(is_, before, state)):
                return found
        found = clashes(figures, meaning, find)
        known.appendleft((state, found))
        return found


def clashes(
    figures: Sequence[Figure],
    meaning: tuple[Mapping[str, Quantity], Mapping[str, Subject]],
    find: Callable[[str], Figure | None],
    only: Collection[str] | None = None,
) -> list[Conflict]:
    """Return the conflicts among figures, or those of some of them; see `rackmath.evidence.conflicts`."""
    by_id = ById(figures, find)
    return conflicts(list(by_id.values()), by_id, *meaning, only)


def quantity_entries(quantities: Mapping[str, Quantity], counts: Mapping[str, tuple[int, int]]) -> list[QuantityEntry]:
    """Return what is known of each quantity that is defined or used, sorted by id; `counts` are figures, subjects."""
    found = []
    for name in sorted(quantities.keys() | counts.keys()):
        about = quantities.get(name) or Quantity(name)
        figures, subjects = counts.get(name, (0, 0))
        found.append(
            QuantityEntry(
                id=name,
                name=about.name or name,
                definition=about.definition,
                unit=about.unit,
                half_life_days=about.half_life_days,
                figures=figures,
                subjects=subjects,
                defined=name in quantities,
                axes=about.axes,
                units=about.units,
                plausible=about.plausible,
                tolerance=about.tolerance,
                comparable_with=about.comparable_with,
            )
        )
    return found
