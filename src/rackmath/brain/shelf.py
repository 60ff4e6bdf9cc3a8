"""Find notes in the catalogue and list them as cards."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain.entries import KINDS, PUBLIC, Card, Health, Note
from rackmath.brain.links import name_of
from rackmath.brain.review import Missing, Standing
from rackmath.brain.states import STATES
from rackmath.brain.tags import slug_of
from rackmath.errors import RackmathError
from rackmath.vault import Document

if TYPE_CHECKING:
    import sqlite3

ORDERS = {
    "updated": "note.updated DESC, note.created DESC, note.path DESC",
    "created": "note.created DESC, note.path DESC",
    "title": "note.title COLLATE NOCASE, note.path",
}
"""The orders in which notes can be listed."""

COLUMNS = (
    "note.id, note.key, note.slug, note.kind, note.title, note.status, note.created, note.published, note.updated, "
    "note.contributors, note.tags, note.excerpt, note.figures, note.citations, note.health, note.path"
)
_PLACES = 500  # values in one question
WIDTH = COLUMNS.count(",") + 1


def card(row: Sequence[Any], brain: str) -> Card:
    """Make a card of the values of `COLUMNS`."""
    return Card(
        id=row[0],
        key=row[1],
        slug=row[2],
        kind=row[3],
        title=row[4],
        status=row[5],
        created=row[6],
        published=row[7] or (row[6] if row[5] in PUBLIC else ""),
        updated=row[8],
        contributors=tuple(json.loads(row[9])),
        tags=tuple(dict.fromkeys(map(slug_of, json.loads(row[10])))),
        excerpt=row[11],
        figures=row[12],
        citations=row[13],
        health=health_of(row[14]),
        path=row[15],
        brain=brain,
    )


def health_of(said: str) -> Health:
    """Return the citation health that a note's row keeps as JSON."""
    counts = json.loads(said)
    return Health(sum(counts.values()), counts)


class Filter:
    """Conditions on notes, as SQL."""

    def __init__(
        self,
        *,
        kind: str | None = None,
        status: Collection[str] | None = ("published",),
        contributor: str | None = None,
        tag: str | None = None,
        source: str | None = None,
    ) -> None:
        self.where: list[str] = []
        self.given: list[str] = []
        if kind:
            self._add("note.kind = ?", kind)
        if status is not None:
            wanted = sorted({status} if isinstance(status, str) else set(status))
            if unknown := set(wanted) - set(STATES):
                raise RackmathError(f"{min(unknown)!r} is not a state of a note; use {', '.join(STATES)}")
            self._add(f"note.status IN ({', '.join('?' * len(wanted))})", *wanted)
        if contributor:
            self._add("note.rowid IN (SELECT note FROM author WHERE handle = ?)", contributor)
        if tag:
            slug = slug_of(tag)
            self._add(
                "note.rowid IN (SELECT note FROM tag WHERE slug = "
                "coalesce((SELECT target FROM tag_target WHERE tag_target.slug = ?), ?))",
                *(slug, slug),
            )
        if source:
            self._add("note.rowid IN (SELECT note FROM rests WHERE citekey = ?)", source)

    def _add(self, condition: str, *values: str) -> None:
        self.where.append(condition)
        self.given += values

    @property
    def sql(self) -> str:
        """The conditions, ready to follow the tables."""
        return f" WHERE {' AND '.join(self.where)}" if self.where else ""


def cards(db: sqlite3.Connection, brain: str, wanted: Filter, order: str, limit: int | None, offset: int) -> list[Card]:
    """Return the notes that pass a filter, sorted."""
    if order not in ORDERS:
        raise RackmathError(f"{order!r} is not an order of notes; use {', '.join(ORDERS)}")
    sql = f"SELECT {COLUMNS} FROM note{wanted.sql} ORDER BY {ORDERS[order]} LIMIT ? OFFSET ?"
    rows = db.execute(sql, (*wanted.given, -1 if limit is None else max(0, limit), max(0, offset)))
    return [card(row, brain) for row in rows]


def neighbours(db: sqlite3.Connection, brain: str, row: int, kind: str, handle: str) -> list[Card | None]:
    """Return the published notes before and after a note among those of a kind and a contributor, newest first.

    The order of the index is walked from the note on, so that the answer costs as little in a large brain.
    """
    here = db.execute("SELECT updated, created, path FROM note WHERE rowid = ?", (row,)).fetchone()
    own = " AND EXISTS (SELECT 1 FROM author WHERE author.note = note.rowid AND handle = ?)" if handle else ""
    given = (*here, kind, *([handle] if handle else []))
    found: list[Card | None] = []
    for sign, way in ((">", "ASC"), ("<", "DESC")):
        sql = (
            f"SELECT {COLUMNS} FROM note INDEXED BY note_newest WHERE (updated, created, path) {sign} (?, ?, ?) "
            f"AND note.status = 'published' AND note.kind = ?{own} "
            f"ORDER BY updated {way}, created {way}, path {way} LIMIT 1"
        )
        one = db.execute(sql, given).fetchone()
        found.append(card(one, brain) if one else None)
    return found


def counts(db: sqlite3.Connection, wanted: Filter) -> dict[str, int]:
    """Count notes by kind, in the order of a brain's sections; kinds of its own come last."""
    found = dict(db.execute(f"SELECT note.kind, count(*) FROM note{wanted.sql} GROUP BY note.kind", wanted.given))
    return {kind: found[kind] for kind in (*KINDS, *sorted(found.keys() - set(KINDS))) if kind in found}


def cards_by_id(db: sqlite3.Connection, brain: str, ids: Iterable[str]) -> dict[str, Card]:
    """Return the cards of some notes by id; ids that no note has are left out."""
    found: dict[str, Card] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _PLACES):
        part = wanted[start : start + _PLACES]
        sql = f"SELECT {COLUMNS} FROM note WHERE note.id IN ({','.join('?' * len(part))}) ORDER BY note.path"
        for row in db.execute(sql, part):
            found.setdefault(row[0], card(row, brain))
    return found


def cards_by_row(db: sqlite3.Connection, brain: str, rows: Iterable[int]) -> dict[int, Card]:
    """Return cards by row."""
    found: dict[int, Card] = {}
    wanted = list(dict.fromkeys(rows))
    for start in range(0, len(wanted), _PLACES):
        part = wanted[start : start + _PLACES]
        sql = f"SELECT note.rowid, {COLUMNS} FROM note WHERE note.rowid IN ({','.join('?' * len(part))})"
        found.update((row[0], card(row[1:], brain)) for row in db.execute(sql, part))
    return found


def row_of(db: sqlite3.Connection, note_id: str) -> int | None:
    """Return the row of the note of an id; of several the first by path."""
    found = db.execute("SELECT rowid FROM note WHERE id = ? ORDER BY path LIMIT 1", (note_id,)).fetchone()
    return int(found[0]) if found else None


def named(db: sqlite3.Connection, name: str) -> int | None:
    """Return the row of the note that a name means: the strongest kind of name counts, then the first path."""
    sql = (
        "SELECT name.note FROM name JOIN note ON note.rowid = name.note WHERE name.name = ? "
        "ORDER BY name.rank, note.path LIMIT 1"
    )
    found = db.execute(sql, (name,)).fetchone()
    return int(found[0]) if found else None


def find(db: sqlite3.Connection, ref: str) -> int | None:
    """Return the row of the note of an id, key, path, file name, title or alias."""
    by_key = db.execute("SELECT rowid FROM note WHERE key = ? OR id = ? ORDER BY path LIMIT 1", (ref, ref)).fetchone()
    return int(by_key[0]) if by_key else named(db, name_of(ref))


def note(db: sqlite3.Connection, brain: str, row: int) -> Note:
    """Return a note with its text, which is kept with the index: it is that of which the index speaks."""
    sql = (
        f"SELECT {COLUMNS}, note.certainty, note.aliases, note.superseded_by, note.retired_because, note.substance, "
        "note.asked, note.missing, file.sha256 FROM note JOIN file USING(rowid) WHERE note.rowid = ?"
    )
    found = db.execute(sql, (row,)).fetchone()
    face = card(found[:WIDTH], brain)
    certainty, aliases, superseded_by, because, substance, asked, missing, digest = found[WIDTH:]
    (packed,) = db.execute("SELECT text FROM body WHERE note = ?", (row,)).fetchone()
    text = zlib.decompress(packed).decode("utf-8", "surrogatepass")
    fields = {name: getattr(face, name) for name in Card.__slots__}
    fields["tags"] = tuple(tags_of(db, row))
    return Note(
        **fields,
        text=text,
        document=Document.parse(text),
        sha256=digest,
        standing=Standing(face.status, asked, tuple(Missing(**each) for each in json.loads(missing))),
        certainty=certainty,
        aliases=tuple(json.loads(aliases)),
        tag_names=tuple(json.loads(found[10])),
        superseded_by=superseded_by,
        retired_because=because,
        substance=substance,
    )


def tags_of(db: sqlite3.Connection, row: int) -> list[str]:
    """Return the tags of a note, merged ones as what they were merged into, in the order of the file."""
    resolved = dict(db.execute("SELECT spelling, slug FROM tag WHERE note = ?", (row,)))
    (written,) = db.execute("SELECT tags FROM note WHERE rowid = ?", (row,)).fetchone()
    return list(dict.fromkeys(resolved.get(tag, slug_of(tag)) for tag in json.loads(written)))


def names_won(db: sqlite3.Connection, row: int) -> list[str]:
    """Return the names by which a note is meant: those for which no other note comes before it."""
    found = [str(name) for (name,) in db.execute("SELECT name FROM name WHERE note = ? ORDER BY rank, name", (row,))]
    return [name for name in found if named(db, name) == row]
