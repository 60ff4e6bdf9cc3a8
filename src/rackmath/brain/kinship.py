"""Notes that are not independent of each other: they rest on the same documents, or say nearly the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rackmath.brain import near, shelf
from rackmath.brain.entries import Near, Shared

if TYPE_CHECKING:
    import sqlite3

CORRELATION = 1.0
"""How two uses of one document are taken to correlate: what it says wrong, both say wrong."""

COMMON = 200
"""A document that more notes use than this is not followed to all of them."""

MOST = 100
"""Notes that are compared; those that share the rarest documents come first."""

_PLACES = 500  # values in one question

_DOCUMENT = "coalesce(document.document, rests.citekey)"
_RESTS = "rests LEFT JOIN document ON document.citekey = rests.citekey"


def shared_sources(db: sqlite3.Connection, brain: str, row: int, limit: int, status: Collection[str]) -> list[Shared]:
    """Return other notes that rest on the same documents, those that share most first.

    Sources are the same document when they have one citekey, one address, or are taken from one and the same source
    (``aggregator_of``).
    """
    mine = _documents(db, [row]).get(row, {})
    theirs = _documents(db, _candidates(db, row, mine, status))
    paths = dict(db.execute(f"SELECT rowid, path FROM note WHERE rowid IN ({_marks(theirs)})", list(theirs)))
    found = []
    for other, documents in theirs.items():
        both = mine.keys() & documents.keys()
        uses = len(mine) + len(documents)
        effective = near.effective_sources(len(both), len(mine), len(documents), CORRELATION)
        keys = tuple(sorted(mine[each] for each in both))
        found.append((-len(keys), effective / uses, paths[other], other, keys, uses, effective))
    found = sorted(found)[:limit]
    cards = shelf.cards_by_row(db, brain, [other for _, _, _, other, *_ in found])
    return [
        Shared(cards[other], keys, False, _dependence(len(keys), uses, effective), uses, effective)
        for _, _, _, other, keys, uses, effective in found
    ]


def _dependence(shared: int, uses: int, effective: float) -> str:
    same = "one source" if shared == 1 else f"{shared} sources"
    return (
        f"Both rest on {same}: agreement between these two is not independent "
        f"({uses} uses of sources count as {effective:.1f})."
    )


def _documents(db: sqlite3.Connection, rows: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the documents that notes rest on, each with the citekey that the note uses for it."""
    found: dict[int, dict[str, str]] = {}
    wanted = list(rows)
    for start in range(0, len(wanted), _PLACES):
        part = wanted[start : start + _PLACES]
        sql = f"SELECT rests.note, {_DOCUMENT}, min(rests.citekey) FROM {_RESTS} WHERE rests.note IN ({_marks(part)})"
        for row, document, citekey in db.execute(f"{sql} GROUP BY 1, 2", part):
            found.setdefault(row, {})[document] = citekey
    return found


def _candidates(db: sqlite3.Connection, row: int, mine: Iterable[str], status: Collection[str]) -> list[int]:
    """Return rows of notes that may be seen and share a document, by way of the rarest documents first."""
    found: dict[int, None] = {}
    known = {document: _citekeys(db, document) for document in mine}
    ranked = sorted((_uses(db, keys), document, keys) for document, keys in known.items())
    states = sorted(status)
    for uses, _, keys in ranked:
        if len(found) >= MOST:
            break
        given = (*states, *keys)
        if uses <= COMMON:
            sql = (
                f"SELECT DISTINCT note.rowid, note.path FROM rests JOIN note ON note.rowid = rests.note "
                f"WHERE note.status IN ({_marks(states)}) AND rests.citekey IN ({_marks(keys)}) ORDER BY note.path"
            )
        else:  # nearly everybody rests on it: the newest will do
            sql = (
                f"SELECT note.rowid FROM note WHERE note.status IN ({_marks(states)}) AND EXISTS (SELECT 1 FROM rests "
                f"WHERE rests.note = note.rowid AND rests.citekey IN ({_marks(keys)})) "
                f"ORDER BY {shelf.ORDERS['updated']}"
            )
        others = db.execute(f"{sql} LIMIT ?", (*given, MOST - len(found) + 1))
        found.update(dict.fromkeys(other for other, *_ in others if other != row))
    return list(found)[:MOST]


def _citekeys(db: sqlite3.Connection, document: str) -> list[str]:
    """Return the citekeys that stand for a document."""
    sql = "SELECT citekey FROM document WHERE document = ? ORDER BY citekey"
    return [str(key) for (key,) in db.execute(sql, (document,))] or [document]


def _uses(db: sqlite3.Connection, keys: list[str]) -> int:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM rests WHERE citekey IN ({_marks(keys)}) LIMIT ?)"
    return int(db.execute(sql, (*keys, COMMON + 1)).fetchone()[0])


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def near_notes(db: sqlite3.Connection, brain: str, row: int, limit: int, status: Collection[str]) -> list[Near]:
    """Return notes with nearly the same text, the nearest first."""
    found = db.execute("SELECT runs FROM near_runs WHERE note = ?", (row,)).fetchone()
    if found is None:
        return []
    bands = near.bands_of(near.unpacked(found[0]))
    places = ",".join("?" * len(bands))
    others = db.execute(
        "SELECT near_runs.note, runs FROM near_runs WHERE note IN "
        f"(SELECT note FROM near_band WHERE band IN ({places})) AND note <> ?",
        (*bands, row),
    ).fetchall()
    close = {other: share for other, runs in others if (share := near.jaccard(found[0], runs)) >= near.LEAST}
    cards = shelf.cards_by_row(db, brain, close)
    ranked = sorted((-close[other], card.path, other) for other, card in cards.items() if card.status in status)
    documents = _documents(db, [row, *(other for _, _, other in ranked[:limit])])
    mine = documents.get(row, {})
    made = []
    for share, _, other in ranked[:limit]:
        both = mine.keys() & documents.get(other, {}).keys()
        made.append(Near(cards[other], -share, tuple(sorted(mine[document] for document in both))))
    return made
