"""Which notes a query's filters, phrases, comparisons and exclusions leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.analysis import stems_of
from rackmath.brain.query import Query, quoted
from rackmath.brain.tags import slug_of

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.ranked_from import Shelf

_SOURCE = """EXISTS (SELECT 1 FROM rests LEFT JOIN source ON source.citekey = rests.citekey
 WHERE rests.note = note.rowid
 AND (rests.citekey = ? OR source.domain = ? OR source.domain LIKE ? ESCAPE '\\'{words}))"""
_HAS = {
    "figure": "note.figures > 0",
    "citation": "note.citations > 0",
    "conflict": "EXISTS (SELECT 1 FROM cite WHERE cite.note = note.rowid "
    "AND cite.state IN ('contradicted', 'mismatch'))",
    "link": "EXISTS (SELECT 1 FROM link WHERE link.note = note.rowid)",
    "source": "EXISTS (SELECT 1 FROM rests WHERE rests.note = note.rowid)",
}


def allowed(db: sqlite3.Connection, query: Query, shelf: Shelf, statuses: Sequence[str]) -> NDArray[np.bool_]:
    """Return for each note of a shelf whether it passes."""
    rows = shelf.words.rows
    wanted = set(query.statuses)
    left = np.isin(shelf.states, [status for status in statuses if not wanted or wanted & {status, "any"}])
    conditions, given = _conditions(query)
    if conditions:
        # What is left out is asked for, as most filters here leave out little.
        out = f"SELECT rowid FROM note WHERE NOT ({' AND '.join(conditions)})"
        left &= ~_among(rows, db.execute(out, given))
    for match in _needed(query):
        left &= _among(rows, db.execute("SELECT rowid FROM words WHERE words MATCH ?", (match,)))
    for text in query.without:
        left &= ~_among(rows, db.execute("SELECT rowid FROM words WHERE words MATCH ?", (quoted(text),)))
    for amount in query.amounts:
        units = [unit for (unit,) in db.execute("SELECT DISTINCT unit FROM amount ORDER BY unit")]
        condition, values = amount.condition(units)
        left &= _among(rows, db.execute(f"SELECT DISTINCT note FROM amount WHERE {condition}", values))
    return left


def _among(rows: NDArray[np.int64], found: Iterable[tuple[int]]) -> NDArray[np.bool_]:
    numbers = np.array([row for (row,) in found], dtype=np.int64)
    result: NDArray[np.bool_] = np.isin(rows, numbers)
    return result


def _needed(query: Query) -> list[str]:
    """Return what a note has to hold: each phrase, and one of the numbers where nothing else is asked for."""
    needed = [quoted(phrase) for phrase in query.phrases]
    if query.numbers and not query.words and not query.phrases:
        needed.append("numbers : (" + " OR ".join(quoted(number) for number in query.numbers) + ")")
    return needed


def _conditions(query: Query) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    given: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        conditions.append(condition)
        given.extend(values)

    if query.kinds:
        add(_in("note.kind", query.kinds), *query.kinds)
    for tag in query.tags:
        add("EXISTS (SELECT 1 FROM tag WHERE tag.note = note.rowid AND (tag.slug = ? OR tag.own = ?))", tag, tag)
    if query.contributors:
        inside = _in("author.handle COLLATE NOCASE", query.contributors)
        add(f"EXISTS (SELECT 1 FROM author WHERE author.note = note.rowid AND {inside})", *query.contributors)
    if query.sources:
        parts = [_source(source) for source in query.sources]
        add("(" + " OR ".join(sql for sql, _ in parts) + ")", *(value for _, values in parts for value in values))
    if query.years:
        add(_in("substr(note.updated, 1, 4)", query.years), *query.years)
    for what in query.has:
        add(_HAS[what])
    for name, value in query.excluded:
        sql, values = _one(name, value)
        add(f"NOT ({sql})", *values)
    return conditions, given


def _one(name: str, value: str) -> tuple[str, list[str]]:
    match name:
        case "kind":
            return "note.kind = ?", [value]
        case "status":
            return "note.status = ?", [value]
        case "tag":
            return "EXISTS (SELECT 1 FROM tag WHERE tag.note = note.rowid AND tag.slug = ?)", [slug_of(value)]
        case "by":
            inside = "author.handle = ? COLLATE NOCASE"
            return f"EXISTS (SELECT 1 FROM author WHERE author.note = note.rowid AND {inside})", [value]
        case "year":
            return "substr(note.updated, 1, 4) = ?", [value]
        case "has":
            return _HAS[value], []
    return _source(value)


def _source(text: str) -> tuple[str, list[str]]:
    """Return a condition for notes that rest on a source: by key, domain, or words of title or publisher."""
    name = text.strip().casefold().removeprefix("@").removeprefix("www.")
    values = [name, name, "%." + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")]
    words = [word for word in stems_of(text) if word]
    matches = ""
    for word in words[:8]:
        matches += " AND (source.title LIKE ? OR source.publisher LIKE ? OR rests.citekey LIKE ?)"
        values += [f"%{word}%"] * 3
    return _SOURCE.replace("{words}", f" OR (1{matches})" if matches else ""), values


def _in(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({','.join('?' * len(values))})"
