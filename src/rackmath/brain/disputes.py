"""Where figures of one or several brains contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain.numbers import Conflicts, clashes, comparable
from rackmath.evidence.conflicts import related

if TYPE_CHECKING:
    from rackmath.brain.library import Library, Meaning
    from rackmath.evidence import Conflict, Figure


def disputes(
    libraries: Sequence[Library], meaning: Meaning, memory: Conflicts, *, quantity: str | None = None
) -> list[Conflict]:
    """Return the conflicts among public figures that nobody retired, the worst first.

    Figures are only held against figures of comparable quantities; `memory` keeps what was found of each such group.
    """
    wanted = {quantity} if quantity else {name for library in libraries for name in library.quantity_counts()}
    found: list[Conflict] = []
    done: set[str] = set()
    gone = _gone(libraries)
    for name in sorted(wanted):
        if name not in done:
            group = comparable(name, meaning[0])
            done.update(group)
            figures = [figure for each in group for figure in _live(libraries, gone, quantity=each)]
            found += memory.among(group, figures, meaning, lambda each: _find(libraries, each))
    if quantity:
        found = [each for each in found if quantity in (each.first.quantity, each.second.quantity)]
    return _ranked(found)


def disputes_of(libraries: Sequence[Library], meaning: Meaning, note_id: str) -> list[Conflict]:
    """Return the conflicts in which a note's figures take part, the worst first.

    They are held against figures of comparable quantities and related subjects only, so that the answer costs what is
    near to the note, not what the brains hold.
    """
    gone = _gone(libraries)
    own = [figure for library in libraries for figure in library.figures(note_id=note_id) if figure.id not in gone]
    near: dict[int, Figure] = {}
    for quantity, subject in dict.fromkeys((figure.quantity, figure.subject) for figure in own):
        for other in comparable(quantity, meaning[0]):
            for each in sorted(related(subject, meaning[1])):
                for figure in _live(libraries, gone, quantity=other, subject=each):
                    near[id(figure)] = figure
    mine = {figure.id for figure in own}
    return _ranked(clashes(list(near.values()), meaning, lambda each: _find(libraries, each), mine))


def _gone(libraries: Iterable[Library]) -> frozenset[str]:
    return frozenset(figure for library in libraries for figure in library.retired_figures)


def _live(libraries: Iterable[Library], gone: frozenset[str], **wanted: Any) -> Iterable[Figure]:
    for library in libraries:
        yield from (figure for figure in library.figures(**wanted) if figure.id not in gone)


def _find(libraries: Iterable[Library], figure_id: str) -> Figure | None:
    return next((found for library in libraries if (found := library.figure(figure_id)) is not None), None)


def _ranked(found: Iterable[Conflict]) -> list[Conflict]:
    return sorted(found, key=lambda each: (not each.hard, -each.severity, each.first.id, each.second.id))
