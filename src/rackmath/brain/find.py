"""Search the notes of a vault: words, phrases and exact numbers, best first, each hit with its best passage and why.

Ranking is BM25 over title, tags, body, numbers and sources (weights in `rackmath.brain.index`), by SQLite's FTS5. A hit
says which arm found it and what that arm saw, so that a second arm can be fused with this one later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rackmath.brain.index import index_of
from rackmath.brain.numerals import numerals
from rackmath.brain.query import Query, expression, read_query
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    import sqlite3

ARM = "words"
LONGEST_PASSAGE = 360
"""A passage is cut to about this many characters around its densest place."""

MOST_HITS = 1000
"""The most hits of one search."""

MOST_RANKED = 3000
"""Vaults of at most this many notes are ranked in full for every query."""

FREQUENT = 0.3
"""In a larger vault, words in more than this share of the notes do not count for the order beside rarer ones."""

_OPEN, _CLOSE = "\x02", "\x03"
_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_FIELDS = ("title", "tags", "body", "sources")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a note was found: by which arm, how high that arm scored it, which words it saw and in which fields."""

    arm: str
    score: float
    words: tuple[str, ...]
    fields: tuple[str, ...]

    def __str__(self) -> str:
        found = ", ".join(self.words[:6]) or "the query"
        return f"{found} in {' and '.join(self.fields)}" if self.fields else found


@dataclass(frozen=True, slots=True)
class Hit:
    """A note that was found.

    Parameters
    ----------
    score
        Higher is better; comparable within one search only.
    passage
        The paragraph that says most about the query, with marks around the words that matched and no cite marks.
    why
        One reason for each arm that found the note.
    path
        The note's file, relative to the vault.
    """

    id: str
    title: str
    kind: str
    score: float
    passage: str
    why: tuple[Reason, ...]
    path: str
    tags: tuple[str, ...]


def search(
    vault_path: Path | str,
    query: str,
    limit: int = 10,
    *,
    marks: tuple[str, str] = ("**", "**"),
    fresh: bool = False,
) -> list[Hit]:
    """Find notes.

    Parameters
    ----------
    vault_path
        The vault's folder. Nothing in it is changed but its index.
    query
        Words, "phrases" that must occur, numbers such as ``$0.30`` or ``44%`` that are found as values, and the
        filters ``kind:thesis`` and ``tag:pue``.
    limit
        How many hits at most, at least 1. More than `MOST_HITS` are never given.
    marks
        What is put before and after a word that matched in the passage.
    fresh
        Look at every file even if that was done a moment ago; only a vault of thousands of notes has that moment.

    Returns
    -------
    list[Hit]
        Best first; equal scores in order of their paths.

    Raises
    ------
    RackmathError
        The folder is not a vault, `limit` is below 1, or the query has nothing to look for.
    """
    if limit < 1:
        raise RackmathError(f"limit is {limit}; ask for at least one hit")
    asked = read_query(query)
    return index_of(vault_path).read(lambda db: list(_hits(db, asked, min(limit, MOST_HITS), marks)), fresh=fresh)


def _hits(db: sqlite3.Connection, query: Query, limit: int, marks: tuple[str, str]) -> Iterator[Hit]:
    ranked = _ranked(db, query, limit)
    if not ranked:
        return
    told = _highlighted(db, query, [row for row, _ in ranked])
    for rowid, score in ranked:
        title_, tags_, body, sources = told.get(rowid, ("", "", "", ""))
        fields = (title_, tags_, _mark_numbers(body, query.numbers), sources)
        id_, title, kind, path, tags = db.execute(
            "SELECT id, title, kind, path, tags FROM note WHERE rowid = ?", (rowid,)
        ).fetchone()
        passage = best_passage(fields[2]) or title
        yield Hit(
            id=id_,
            title=title,
            kind=kind,
            score=score,
            passage=passage.replace(_OPEN, marks[0]).replace(_CLOSE, marks[1]),
            why=(_reason(fields, score),),
            path=path,
            tags=tuple(json.loads(tags)),
        )


def _highlighted(db: sqlite3.Connection, query: Query, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return title, tags, body and sources of a few notes with marks around what matched.

    The index could do this too, but it would go through the lists of all notes again, once for each hit. A temporary
    index of the few notes is quicker and speaks of words in the same way.
    """
    db.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.shown USING fts5(title, tags, body, numbers, sources, "
        "tokenize='porter unicode61')"
    )
    db.execute("DELETE FROM temp.shown")
    places = ",".join("?" * len(rows))
    db.execute(
        "INSERT INTO temp.shown(rowid, title, tags, body, numbers, sources) "
        f"SELECT rowid, title, tags, body, numbers, sources FROM words WHERE rowid IN ({places})",
        rows,
    )
    marked = ", ".join(f"highlight(shown, {column}, '{_OPEN}', '{_CLOSE}')" for column in (0, 1, 2, 4))
    found = db.execute(f"SELECT rowid, {marked} FROM temp.shown WHERE shown MATCH ?", (query.match(),))
    return {row[0]: row[1:] for row in found}


def _ranked(db: sqlite3.Connection, query: Query, limit: int) -> list[tuple[int, float]]:
    """Return (row, score) of the best notes that pass the filters."""
    narrowed = _narrowed(db, query, limit)
    rows = _asked(db, query, narrowed or query.match(), limit)
    if narrowed and len(rows) < limit:  # the filters left too few of them: ask for any term after all
        rows = _asked(db, query, query.match(), limit)
    paths = {row: db.execute("SELECT path FROM note WHERE rowid = ?", (row,)).fetchone()[0] for row, _ in rows}
    return sorted(rows, key=lambda row: (-row[1], paths[row[0]]))


def _asked(db: sqlite3.Connection, query: Query, match: str, limit: int) -> list[tuple[int, float]]:
    where, given = ["words MATCH ?"], [match]
    if query.kinds:
        where.append(f"note.kind IN ({','.join('?' * len(query.kinds))})")
        given += query.kinds
    for tag in query.tags:
        where.append("EXISTS (SELECT 1 FROM tag WHERE tag.note = note.rowid AND tag.slug = ?)")
        given.append(tag)
    joined = " JOIN note ON note.rowid = words.rowid" if len(where) > 1 else ""
    return db.execute(
        f"SELECT words.rowid, -words.rank FROM words{joined} WHERE {' AND '.join(where)} ORDER BY words.rank LIMIT ?",
        (*given, limit),
    ).fetchall()


def _narrowed(db: sqlite3.Connection, query: Query, limit: int) -> str:
    """Return a quicker question for a large vault, or an empty string when the plain one will do.

    Ranking costs some 4 µs a note, and a word that stands in many notes says next to nothing. In a large vault only
    notes with one of the rarer terms are ranked, about `MOST_RANKED` of them, by all terms but the very frequent; when
    every term is frequent, only notes that hold them all. Not when that would find fewer notes than asked for.
    """
    notes = _count(db, "SELECT count(*) FROM note")
    if query.must or len(query.may) < 2 or notes <= MOST_RANKED:
        return ""
    counts = {term: _count(db, "SELECT count(*) FROM words WHERE words MATCH ?", term) for term in query.may}
    telling: list[str] = []
    ranked = 0
    for term in sorted(counts, key=lambda term: (counts[term], term)):
        if counts[term] and ranked + counts[term] <= MOST_RANKED:
            telling.append(term)
            ranked += counts[term]
    needed = " OR ".join(telling) or " AND ".join(query.may)
    if _count(db, "SELECT count(*) FROM words WHERE words MATCH ?", needed) < limit:
        return ""
    middling = (term for term in counts if telling and term not in telling and counts[term] <= FREQUENT * notes)
    return expression(needed, tuple(middling))


def _count(db: sqlite3.Connection, sql: str, *given: str) -> int:
    return int(db.execute(sql, given).fetchone()[0])


def _reason(fields: Sequence[str], score: float) -> Reason:
    words: dict[str, None] = {}
    for text in fields:
        words.update((match[1].casefold(), None) for match in _MARKED.finditer(text))
    where = tuple(name for name, text in zip(_FIELDS, fields, strict=True) if _OPEN in text)
    return Reason(ARM, score, tuple(words), where)


def _mark_numbers(body: str, wanted: Sequence[str]) -> str:
    """Put marks around the numbers that the query asked for; the word index marks words only."""
    if not wanted:
        return body
    text = body.replace(_OPEN, "").replace(_CLOSE, "")
    asked = set(wanted)
    spans = [(found.start, found.end) for found in numerals(text) if asked & set(found.terms)]
    if not spans:
        return body
    spans = [(start + len(text[start:end]) - len(text[start:end].lstrip()), end) for start, end in spans]
    shift = 0
    for match in _MARKED.finditer(body):  # the marks that are there already, as places in the text without marks
        spans.append((match.start() - shift, match.end() - shift - 2))
        shift += 2
    pieces, position = [], 0
    for start, end in sorted(spans):
        if start >= position:
            pieces += [text[position:start], _OPEN, text[start:end], _CLOSE]
            position = end
    return "".join([*pieces, text[position:]])


def best_passage(marked: str) -> str:
    """Return the paragraph with most different marked words, then most marks, then the first; cut if it is long."""
    best, best_value = "", (-1, -1)
    for paragraph in marked.split("\n\n"):
        found = [match[1].casefold() for match in _MARKED.finditer(paragraph)]
        value = (len(set(found)), len(found))
        if value > best_value and paragraph.strip():
            best, best_value = paragraph.strip(), value
    return _cut(" ".join(best.split()))


def _cut(paragraph: str) -> str:
    """Shorten a paragraph to the stretch with most marks, at spaces, with an ellipsis where something is left out."""
    if len(paragraph) <= LONGEST_PASSAGE * 1.25:
        return paragraph
    starts = [match.start() for match in _MARKED.finditer(paragraph)] or [0]
    best = max(starts, key=lambda start: (sum(start <= at < start + LONGEST_PASSAGE * 0.8 for at in starts), -start))
    begin = max(0, best - LONGEST_PASSAGE // 6)
    begin = 0 if begin == 0 else paragraph.find(" ", begin) + 1
    end = paragraph.rfind(" ", begin, begin + LONGEST_PASSAGE)
    end = len(paragraph) if begin + LONGEST_PASSAGE >= len(paragraph) else max(end, begin + 1)
    piece = paragraph[begin:end].strip()
    opened = piece.count(_OPEN) - piece.count(_CLOSE)
    if opened > 0:
        piece = piece[: piece.rfind(_OPEN)].rstrip()
    elif opened < 0:
        piece = piece[piece.find(_CLOSE) + 1 :].lstrip()
    return f"{'… ' if begin else ''}{piece}{' …' if end < len(paragraph) else ''}"
