"""The whole audit of a page, a file or a vault."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from pathlib import Path

from rackmath.audit.arithmetic import arithmetic
from rackmath.audit.finding import KINDS, VERDICTS, Finding
from rackmath.audit.read import Matter, Note, read


def audit(path: Path | str, today: date, kinds: Collection[str] = KINDS) -> list[Finding]:
    """Return what an audit finds, the gravest and surest first.

    Parameters
    ----------
    path
        The text of a brain page, a Markdown or text file, or a vault.
    today
        The day against which figures are stale.
    kinds
        The sorts of finding that are wanted.

    Raises
    ------
    RackmathError
        There is nothing to read, or it cannot be read.
    """
    return audit_matter(read(Path(path)), today, kinds)


def _recomputed(note: Note) -> list[Finding]:
    return arithmetic(note.lines)


def audit_matter(
    matter: Matter,
    today: date,
    kinds: Collection[str] = KINDS,
    recomputed: Callable[[Note], list[Finding]] = _recomputed,
) -> list[Finding]:
    """Return what an audit finds in what was read; `recomputed` gives the arithmetic of a note."""
    found: list[Finding] = []
    if "arithmetic" in kinds:
        for note in matter.notes:
            found += recomputed(note)
    if "conflict" in kinds:
        from rackmath.audit.conflicts import conflicts  # noqa: PLC0415

        found += conflicts(matter, found)
    if {"citation", "structure", "staleness"} & set(kinds):
        from rackmath.audit.standing import library_of, standing  # noqa: PLC0415

        found += [each for each in standing(matter, today, library_of(matter)) if each.kind in kinds]
    return in_order(found)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings, the gravest and surest first."""
    order = {verdict: at for at, verdict in enumerate(VERDICTS)}
    return sorted(found, key=lambda each: (order[each.verdict], -each.confidence, each.note, each.line, each.start))
