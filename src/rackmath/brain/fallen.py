"""Which notes rest on something that fell: a source or a note that was retracted, retired or superseded.

What falls is passed on along the graph of what rests on what: source → reading → thesis → point of view. A note rests
on the sources that it lists, cites or takes figures from; on the notes that it says it ``depends_on``, ``refines`` or
is an ``example_of``; on the notes that say they support it; on the readings that its brackets mean; and, being an
argument, on the notes of a lower kind that it mentions. A link that ``updates`` or ``contradicts`` carries nothing.

Time: one pass over the links. A circle of notes is walked once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rackmath.brain import shelf
from rackmath.brain.entries import PUBLIC, Card

if TYPE_CHECKING:
    import sqlite3

GONE = ("retracted", "superseded")
"""States of a source that take the ground from under a note."""

RESTS = ("depends_on", "refines", "example_of")
_HEIGHT = {"observation": 0, "reading": 0, "watching": 1, "methodology": 1, "thesis": 1, "pov": 2}


@dataclass(frozen=True, slots=True)
class Fallen:
    """A note that rests on something that fell.

    Parameters
    ----------
    path
        The titles from what fell to the note that this one rests on directly.
    state
        What became of the first: ``retracted``, ``retired`` or ``superseded``.
    href
        Where the first is.
    sure
        False when a bracket that nobody has confirmed lies between.
    """

    card: Card
    path: tuple[str, ...]
    state: str
    href: str
    sure: bool


def fallen(db: sqlite3.Connection, brain: str) -> tuple[Fallen, ...]:
    """Return the published notes that rest on what fell, the nearest to it first, then by path of their files."""
    notes = "SELECT rowid, title, status, superseded_by FROM note"
    titles: dict[int, str] = {}
    reached: dict[int, tuple[tuple[str, ...], str, str, bool]] = {}
    edge: list[int] = []
    gone: dict[int, str] = {}
    for row, title, status, replaced in db.execute(notes).fetchall():
        titles[row] = title
        if status == "retired" or (replaced and status in PUBLIC):
            gone[row] = "retired" if status == "retired" else "superseded"
    hrefs = {row: card.href for row, card in shelf.cards_by_row(db, brain, gone).items()}
    sql = (
        "SELECT DISTINCT rests.note, source.citekey, source.title, source.status FROM rests JOIN source USING(citekey) "
        f"WHERE source.status IN ({', '.join('?' * len(GONE))}) ORDER BY source.status, source.citekey, rests.note"
    )
    for row, citekey, title, status in db.execute(sql, GONE).fetchall():
        if row not in gone and row not in reached:
            reached[row] = ((title,), status, f"/src/{citekey}", True)
            edge.append(row)
    if not gone and not edge:
        return ()  # the usual case costs no walk
    above = _above(db)
    for row, state in gone.items():
        for other, sure in above[row]:
            if other not in gone and (other not in reached or (sure and not reached[other][3])):
                reached[other] = ((titles[row],), state, hrefs[row], sure)
                edge.append(other)
    while edge:
        following: list[int] = []
        for row in edge:
            path, state, href, so_far = reached[row]
            for other, sure in above[row]:
                known = reached.get(other)
                better = known is None or (so_far and sure and not known[3])
                if other not in gone and better and titles[other] not in path:
                    reached[other] = ((*path, titles[row]), state, href, so_far and sure)
                    following.append(other)
        edge = following
    cards = shelf.cards_by_row(db, brain, reached)
    found = [Fallen(cards[row], *reached[row]) for row in reached if cards[row].status == "published"]
    return tuple(sorted(found, key=lambda each: (not each.sure, len(each.path), each.card.path)))


def _above(db: sqlite3.Connection) -> dict[int, list[tuple[int, bool]]]:
    """Return, by note, the notes that rest on it, and whether that is sure."""
    kinds = dict(db.execute("SELECT rowid, kind FROM note").fetchall())
    by_id = {note: row for row, note in db.execute("SELECT rowid, id FROM note ORDER BY path DESC").fetchall()}
    names: dict[str, int | None] = {}
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for row, kind, name in db.execute("SELECT note, type, name FROM link ORDER BY note, n").fetchall():
        if name not in names:
            names[name] = shelf.named(db, name)
        other = names[name]
        if other is None or other == row:
            continue
        if kind in RESTS or (kind == "mentions" and _HEIGHT.get(kinds[row], 0) > _HEIGHT.get(kinds[other], 0)):
            found[other][row] = True
        elif kind == "supports":
            found[row][other] = True
    for row, target, state in db.execute("SELECT note, target, state FROM refers ORDER BY note, target").fetchall():
        if (other := by_id.get(target)) is not None and other != row:
            found[other].setdefault(row, False)
            found[other][row] |= state == "resolved"
    return defaultdict(list, {row: sorted(others.items()) for row, others in found.items()})
