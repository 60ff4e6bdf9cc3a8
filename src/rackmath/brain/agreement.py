"""How far the figures of one thing back each other up: the series of a quantity, each with its independent witnesses.

Two figures are independent (see `rackmath.brain.independence`) when they know it in different ways (one was measured,
the other listed) and go back to different origins: another document, which was not taken from the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING

from rackmath.brain.front import texts
from rackmath.brain.independence import Stream, Triangulation, origins, triangulate
from rackmath.evidence.series import Series, series
from rackmath.units import UnitError, convert

if TYPE_CHECKING:
    from rackmath.brain.entries import SourceEntry
    from rackmath.evidence import Figure


MOST = 60
"""Figures of one series that are held against each other, the best first: the work grows with the square."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A series and what the agreement of its figures amounts to; None where fewer than two can be compared."""

    series: Series
    triangulation: Triangulation | None


def agreements(figures: Iterable[Figure], sources: Iterable[SourceEntry], day: date) -> list[Agreement]:
    """Return the series of some figures with the independence of their witnesses."""
    taken = {entry.citekey: texts(entry.front.get("aggregator_of")) for entry in sources}
    roots = origins(taken, taken)
    return [Agreement(each, _triangulated(each, roots)) for each in series(figures, day)]


def _triangulated(found: Series, roots: Mapping[str, str]) -> Triangulation | None:
    streams = []
    for figure in found.figures[:MOST]:
        read = figure.reading
        try:
            factor = convert(1.0, read.unit, found.latest.reading.unit)
        except UnitError:
            continue
        low, high = (read.low - read.low_step) * factor, (read.high + read.high_step) * factor
        if isfinite(low) and isfinite(high) and not figure.derived_from:
            origin = roots.get(figure.source, figure.source) or figure.id
            streams.append(Stream(figure.id, figure.kind or "not said", origin, low, high))
    return triangulate(streams) if len(streams) > 1 else None
