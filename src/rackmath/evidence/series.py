"""What is known of each thing over time: for one subject, quantity and scope, which figure holds now, and since when.

A figure has two times: when it was true (``as_of``) and when it was said (``stated_on``). Asked on a day, a series
holds what had been said and not retired by then; its latest figure is the one that the rules of
`rackmath.evidence.resolve` put first, the same that a model would use. Figures of other generations of a thing are of
other subjects, and figures with another scope (on-demand and reserved) are other series.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rackmath.evidence.figure import EXPECTED, Figure
from rackmath.evidence.freshness import Freshness
from rackmath.evidence.resolve import best_first, known_by, retired


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one subject, quantity and scope, the one that holds first."""

    subject: str
    quantity: str
    scope: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    freshness: Freshness

    @property
    def latest(self) -> Figure:
        """The figure that holds on the day that was asked about."""
        return self.figures[0]


def series(figures: Iterable[Figure], day: date) -> list[Series]:
    """Return the series of some figures as they were known on a day, by quantity, subject and scope.

    What is expected (a forecast, a target) is left out: it never was the case. So are figures whose period begins
    after the day, such as a price that was announced.
    """
    listed = list(figures)
    gone = retired(listed, day)
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Figure]] = defaultdict(list)
    for figure in listed:
        seen = known_by(figure, day) and figure.as_of.start <= day and figure.kind not in EXPECTED
        if seen and figure.id not in gone:
            scope = tuple(sorted((axis, value.casefold()) for axis, value in figure.scope.items()))
            groups[figure.quantity, figure.subject, scope].append(figure)
    found = []
    for (quantity, subject, scope), members in sorted(groups.items()):
        ranked = tuple(best_first(members))
        found.append(Series(subject, quantity, scope, ranked, ranked[0].freshness(day)))
    return found
