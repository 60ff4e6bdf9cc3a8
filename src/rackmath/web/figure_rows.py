"""Figures as plain rows: printed for people, in one unit for a drawing, exact for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.units import UnitError, convert
from rackmath.web.memo import remembered
from rackmath.web.numbers import full, short

if TYPE_CHECKING:
    from datetime import date

    from rackmath.brain.entries import Card
    from rackmath.brain.site import Site
    from rackmath.evidence import Conflict, Figure

Row = dict[str, Any]


def names_of(site: Site) -> Mapping[str, str]:
    """Return how quantities and subjects are called, by id."""

    def make() -> dict[str, str]:
        return {name: about.name for part in site.meaning for name, about in part.items()}

    return remembered(site, "names of quantities and subjects", make)


def clashes(disputes: Iterable[Conflict]) -> dict[str, list[str]]:
    """Return for each figure in a dispute the figures that it clashes with."""
    found: dict[str, list[str]] = {}
    for dispute in disputes:
        found.setdefault(dispute.first.id, []).append(dispute.second.id)
        found.setdefault(dispute.second.id, []).append(dispute.first.id)
    return found


def figure_row(
    figure: Figure,
    day: date,
    *,
    card: Card | None = None,
    subject: str = "",
    source: str = "",
    against: Sequence[str] = (),
) -> Row:
    """Return a figure as plain data.

    Parameters
    ----------
    day
        Against which its freshness is judged.
    card
        The card of its note, where it is known.
    subject, source
        The names of what it is about and where it comes from; the ids stand in for them.
    against
        Ids of figures that it clashes with.
    """
    fresh = figure.freshness(day)
    low, high = _finite(figure.reading.low), _finite(figure.reading.high)
    stated = figure.reading.stated
    return {
        "id": figure.id,
        "href": f"/fig/{figure.id}",
        "subject": figure.subject,
        "subject_name": subject or figure.subject,
        "quantity": figure.quantity,
        "shown": shown(figure),
        "as_written": figure.as_written,
        "value": stated.distribution.central() if stated else None,
        "low": low,
        "high": high,
        "unit": figure.reading.unit,
        "as_of": str(figure.as_of),
        "start": figure.as_of.start.isoformat(),
        "end": None if figure.as_of.is_open else figure.as_of.end.isoformat(),
        "stated_on": figure.stated_on.isoformat(),
        "kind": figure.kind,
        "who": figure.claimant.who,
        "claimant": figure.claimant.kind,
        "scope": dict(figure.scope),
        "source": figure.source,
        "source_title": source or figure.source,
        "rank": figure.rank,
        "rank_reason": figure.rank_reason,
        "method": figure.method,
        "note": figure.note_id,
        "note_title": figure.note_title,
        "note_href": card.href if card else "",
        "stale": fresh.stale,
        "freshness": fresh.reason,
        "age_days": fresh.age_days,
        "conflicts": list(against),
    }


def shown(figure: Figure) -> str:
    """Return the value with its unit, as a reader would say it: ``$4.20 to $5.12 per GPU-hour``."""
    read = figure.reading
    match read.kind:
        case "at_least":
            return f"at least {full(read.low, read.unit)}"
        case "at_most":
            return f"at most {full(read.high, read.unit)}"
        case "range" if read.low != read.high:
            return f"{short(read.low, read.unit, 4)} to {full(read.high, read.unit, 4)}"
        case "unknown" | "none":
            return "not known" if read.kind == "unknown" else "none"
    return full(read.low, read.unit, 4)


def panels(rows: Sequence[Row], unit: str) -> list[tuple[str, list[Row]]]:
    """Sort rows by unit family, each family in one unit: that of the quantity first, then the commonest.

    Returns
    -------
    list of (unit, rows)
        ``value``, ``low`` and ``high`` of the rows are in that unit; ``label`` and ``words`` are set for a drawing.
    """
    found: list[tuple[str, list[Row]]] = [(unit, [])]
    for row in rows:
        for family, members in found:
            factor = _factor(row["unit"], family)
            if factor is not None:
                members.append(_in_unit(row, factor))
                break
        else:
            found.append((row["unit"], [_in_unit(row, 1.0)]))
    first, *others = found
    return [item for item in (first, *sorted(others, key=lambda item: -len(item[1]))) if item[1]]


def _factor(one: str, other: str) -> float | None:
    try:
        return convert(1.0, one, other)
    except UnitError:
        return None


def _in_unit(row: Mapping[str, Any], factor: float) -> Row:
    scaled = {name: None if row[name] is None else row[name] * factor for name in ("value", "low", "high")}
    by = ", ".join(part for part in (row["who"], row["claimant"], row["kind"]) if part)
    words = f"{row['subject_name']}: {row['shown']}, {row['as_of']}{f' ({by})' if by else ''}"
    return {**row, **scaled, "words": words}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
