"""The last revisions of notes that readers may see."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rackmath.brain import events
from rackmath.brain.entries import PUBLIC, Change

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.library import Library


def changes(library: Library, limit: int, kinds: Collection[str] | None) -> list[Change]:
    """Return the last revisions of public notes, newest first.

    Parameters
    ----------
    kinds
        The kinds of revisions that are wanted; None for all but minor ones.
    """
    with library.reading():
        public = library.kept("public", _public)
        without = () if kinds and "minor" in kinds else ("minor",)
        found = events.changes(library.index, limit, kinds=kinds, without=without, keep=public.__contains__)
        cards = library.cards([each.note_id for each in found])
        return [
            Change(
                card=cards[each.note_id],
                at=each.version.at,
                author=each.version.author,
                kind=each.version.kind,
                message=each.version.message,
                version=each.version.sha256 or "",
            )
            for each in found
            if each.note_id in cards
        ]


def _public(db: sqlite3.Connection) -> frozenset[str]:
    states = ", ".join("?" * len(PUBLIC))
    return frozenset(note_id for (note_id,) in db.execute(f"SELECT id FROM note WHERE status IN ({states})", PUBLIC))
