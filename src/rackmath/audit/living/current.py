"""Which figure holds in place of another: the last of those that say that they supersede it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from rackmath.errors import RackmathError, suggest
from rackmath.evidence import Evidence, Figure
from rackmath.evidence.resolve import best_first, known_by


class Current:
    """The figures of a brain as they stand on a day."""

    def __init__(self, evidence: Evidence, today: date) -> None:
        self.evidence = evidence
        self.today = today
        self.by_id = {figure.id: figure for figure in evidence.figures}
        self._later: dict[str, list[Figure]] = defaultdict(list)
        for figure in evidence.figures:
            if known_by(figure, today) and figure.rank != "deprecated":
                for before in figure.supersedes:
                    self._later[before].append(figure)

    def figure(self, name: str) -> Figure:
        """Return the figure that a name stands for now: the answer to a reference, or the last successor of an id.

        Raises
        ------
        RackmathError
            Nothing has this name.
        """
        if "/" in name:
            return self.evidence.get(name, as_of=self.today)
        if name not in self.by_id:
            raise RackmathError(f"no note has a figure {name[:90]!r}{suggest(name[:90], self.by_id)}")
        figure = self.by_id[name]
        seen = {figure.id}
        while later := [each for each in self._later.get(figure.id, ()) if each.id not in seen]:
            figure = best_first(later)[0]  # one that goes in circles ends where it began to repeat
            seen.add(figure.id)
        return figure


def called(figure: Figure, evidence: Evidence) -> str:
    """Return what a figure is of, in the names that people use: ``H100 SXM, rental price (term on-demand)``."""
    subject, quantity = evidence.subjects.get(figure.subject), evidence.quantities.get(figure.quantity)
    of = (subject.name if subject else "") or figure.subject
    what = (quantity.name if quantity else "") or figure.quantity.replace("-", " ")
    scope = ", ".join(f"{axis} {value}" for axis, value in figure.scope.items())
    return f"{of}, {what[:1].lower()}{what[1:]}{f' ({scope})' if scope else ''}"


def cited(figure: Figure, evidence: Evidence) -> str:
    """Return a figure with its value, its date and its source, in a line."""
    source = evidence.sources.get(figure.source)
    named = (source.title if source else "") or figure.source or figure.kind or "no source"
    return f"{figure.shown} {figure.unit}".strip() + f" as of {figure.as_of} ({named})"
