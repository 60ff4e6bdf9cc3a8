"""The part of the index that knows which words, numbers and meanings stand in which note.

``words`` is SQLite's full-text index, asked for phrases and for what must or must not stand in a note. ``bag`` holds
the counts that notes are ranked by (`rackmath.brain.ranking`): for each note the numbers of its terms, and of the
groups of the lexicon that it speaks of, with their weighted counts. ``term`` numbers the stems and keeps a form to
show, ``amount`` holds numbers with units, ``alias`` the names that the brain's vocabulary gives to things. Points of
likeness are `rackmath.brain.lsa`'s, which catches up at the end of each change.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from rackmath.brain import lsa
from rackmath.brain.amounts import amounts
from rackmath.brain.analysis import stems_of, tally
from rackmath.brain.extract import Searchable
from rackmath.brain.front import text, texts
from rackmath.brain.index_files import Parsed
from rackmath.brain.lexicon import FILE, lexicon
from rackmath.vault import YamlProblem, parse_yaml

if TYPE_CHECKING:
    import sqlite3

VERSION = crc32(FILE.read_bytes()) + 1
"""Another lexicon is another index."""

TITLE, TAGS, BODY, SOURCES = 3.0, 2.0, 1.0, 0.3
"""How often a word counts that stands once in this field; numbers count as words do where they stand."""

_AT_ONCE = 500
MOST_NAMES = 20
"""Names of one thing beyond this many are not looked for."""

TABLES = f"""
CREATE VIRTUAL TABLE words USING fts5(title, tags, body, numbers, sources, tokenize='porter unicode61');
CREATE TABLE term(id INTEGER PRIMARY KEY, stem TEXT UNIQUE NOT NULL, form TEXT NOT NULL);
INSERT INTO term VALUES(0, '', '');
CREATE TABLE bag(
  note INTEGER PRIMARY KEY, terms BLOB NOT NULL, counts BLOB NOT NULL, groups BLOB NOT NULL, shares BLOB NOT NULL);
CREATE TABLE amount(note INTEGER NOT NULL, unit TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL);
CREATE TABLE alias(file INTEGER NOT NULL, names TEXT NOT NULL);
CREATE INDEX amount_unit ON amount(unit, low);
CREATE INDEX amount_note ON amount(note);
{lsa.TABLES}
"""

Bag = tuple[dict[str, float], dict[int, float], dict[str, str]]
"""Weighted counts of terms, of groups of the lexicon (by number), and a form of each term."""

settle = lsa.settle


def put(db: sqlite3.Connection, row: int, file: Parsed) -> None:
    """Index a note, or take the names that a vocabulary gives to things; other files are passed over."""
    if file.folder == "vocab":
        listed = [(row, json.dumps(names, ensure_ascii=False)) for names in _names(file)]
        db.executemany("INSERT INTO alias VALUES(?, ?)", listed)
    if file.folder != "notes":
        return
    fields, (counts, groups, forms), found = file.made(prepare)
    columns = "rowid, title, tags, body, numbers, sources"
    db.execute(f"INSERT INTO words({columns}) VALUES(?, ?, ?, ?, ?, ?)", (row, *fields))
    packed = (*_packed(_numbered(db, counts, forms)), *_packed(groups))
    db.execute("INSERT INTO bag VALUES(?, ?, ?, ?, ?)", (row, *packed))
    db.executemany("INSERT INTO amount VALUES(?, ?, ?, ?)", [(row, *each) for each in found])
    lsa.came(db, row)


def prepare(file: Parsed) -> tuple[tuple[str, ...], Bag, list[tuple[str, float, float]]]:
    """Return what the tables hold of a note: the fields of ``words``, its counts, and its amounts."""
    note = file.searchable
    tags = " ".join((*note.tags, *note.spellings))
    found = amounts(file.document, f"{note.title}\n\n{note.body}")
    fields = (note.title, tags, note.body, note.numbers, note.sources)
    return fields, bag_of(note), [(each.unit, each.low, each.high) for each in found]


def drop(db: sqlite3.Connection, row: int) -> None:
    """Forget a file."""
    db.execute("DELETE FROM alias WHERE file = ?", (row,))
    if not db.execute("SELECT 1 FROM bag WHERE note = ?", (row,)).fetchone():
        return
    db.execute("DELETE FROM words WHERE rowid = ?", (row,))
    for table in ("bag", "amount"):
        db.execute(f"DELETE FROM {table} WHERE note = ?", (row,))
    lsa.went(db, row)


def _names(file: Parsed) -> Iterator[list[str]]:
    """Yield the names of each thing in a vocabulary that has several."""
    try:
        data = parse_yaml(file.text).data
    except YamlProblem:  # told by `brain check`
        return
    for key, about in data.items() if isinstance(data, Mapping) else ():
        fields = about if isinstance(about, Mapping) else {}
        listed = (*texts(fields.get("name")), *texts(fields.get("names")), *texts(fields.get("aliases")))
        names = list(dict.fromkeys((*listed, text(key, 200).replace("-", " "))))
        if len(names) > 1:
            yield names[:MOST_NAMES]


def bag_of(note: Searchable) -> Bag:
    """Return the weighted counts of a note's terms and of the groups of the lexicon, and a form of each term."""
    counts: dict[str, float] = defaultdict(float)
    groups: dict[int, float] = defaultdict(float)
    forms: dict[str, str] = {}
    tags = " ".join(tag.replace("-", " ") for tag in note.tags)
    fields = ((note.body, BODY), (note.title, TITLE), (tags, TAGS), (" ".join(note.spellings), TAGS))
    for said, weight in (*fields, (note.sources, SOURCES)):
        for stem, form, times in tally(said):
            counts[stem] += weight * times
            forms.setdefault(stem, form)
    for said, weight in fields:
        for group, share in lexicon().counts(stems_of(said)).items():
            groups[group + 1] += weight * share  # from 1: 0 stands for none
    for number in note.numbers.split():
        counts[f"#{number}"] += BODY
    return dict(counts), dict(groups), forms


def _numbered(db: sqlite3.Connection, counts: Mapping[str, float], forms: Mapping[str, str]) -> dict[int, float]:
    """Return counts by the numbers of the terms; terms that are new get one, with the form in which they are shown."""
    known: dict[str, int] = {}
    stems = list(counts)
    for begin in range(0, len(stems), _AT_ONCE):
        some = stems[begin : begin + _AT_ONCE]
        places = ",".join("?" * len(some))
        known.update(db.execute(f"SELECT stem, id FROM term WHERE stem IN ({places})", some))
    for stem in stems:
        if stem not in known:
            added = db.execute("INSERT INTO term(stem, form) VALUES(?, ?)", (stem, forms.get(stem, stem)))
            known[stem] = int(added.lastrowid or 0)
    return {known[stem]: count for stem, count in counts.items()}


def _packed(counts: Mapping[int, float]) -> tuple[bytes, bytes]:
    """Return numbers and counts as bytes, in order of the numbers.

    The first is 0 with count 0, so that no note is without.
    """
    order = sorted(counts)
    numbers = np.array([0, *order], dtype="<i4")
    return numbers.tobytes(), np.array([0, *(counts[each] for each in order)], dtype="<f4").tobytes()
