"""The whole audit of a page, a file or a vault."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from rackmath.audit.arithmetic import arithmetic
from rackmath.audit.finding import KINDS, VERDICTS, Finding
from rackmath.audit.read import Matter, read


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


def audit_matter(matter: Matter, today: date, kinds: Collection[str] = KINDS) -> list[Finding]:
    """Return what an audit finds in what was read."""
    found: list[Finding] = []
    if "arithmetic" in kinds:
        for note in matter.notes:
            found += arithmetic(note.lines)
    if "conflict" in kinds:
        from rackmath.audit.conflicts import conflicts  # noqa: PLC0415

        found += conflicts(matter, found)
    if {"citation", "structure", "staleness"} & set(kinds):
        from rackmath.audit.standing import standing  # noqa: PLC0415

        found += [each for each in standing(matter, today) if each.kind in kinds]
    order = {verdict: at for at, verdict in enumerate(VERDICTS)}
    return sorted(found, key=lambda each: (order[each.verdict], -each.confidence, each.note, each.line, each.start))
