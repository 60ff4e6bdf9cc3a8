"""The part of the index that knows what a brain holds: notes, links, citations, figures, sources, tags, people.

What one file says goes into the tables when the file is taken in. What depends on several files (which state a citation
is in, whether a note counts as published, which tag another was merged into) is settled at the end of each change, for
the notes that it may touch: see `rackmath.brain.settle`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rackmath.brain import near
from rackmath.brain.catalog_tables import TABLES
from rackmath.brain.front import day, first, text, texts
from rackmath.brain.index_files import Parsed
from rackmath.brain.note_rows import TABLES as NOTE_TABLES
from rackmath.brain.note_rows import as_json, note_rows, problem_rows
from rackmath.brain.settle import settle
from rackmath.brain.snapshots import read_record
from rackmath.brain.tags import slug_of
from rackmath.brain.urls import url_facts
from rackmath.errors import RackmathError
from rackmath.vault import YamlProblem, parse_yaml

if TYPE_CHECKING:
    import sqlite3

__all__ = ["TABLES", "VERSION", "drop", "prepare", "put", "settle"]

VERSION = 3


def put(db: sqlite3.Connection, row: int, file: Parsed) -> None:
    """Take a file in."""
    if file.path.endswith(".txt"):
        _snapshot_text(db, row, file)
    elif file.folder == "" or file.folder in _YAML:
        _YAML[file.folder](db, row, file, _data(db, row, file))
    else:
        _MARKDOWN[file.folder](db, row, file)


def drop(db: sqlite3.Connection, row: int) -> None:
    """Forget a file, and note down whom that concerns."""
    path = str(db.execute("SELECT path FROM file WHERE rowid = ?", (row,)).fetchone()[0])
    folder = path.partition("/")[0] if "/" in path else ""
    db.execute("DELETE FROM problem WHERE file = ?", (row,))
    match folder:
        case "notes":
            _drop_bands(db, row)
            for table in NOTE_TABLES:
                db.execute(f"DELETE FROM {table} WHERE {'rowid' if table == 'note' else 'note'} = ?", (row,))
        case "vocab":
            db.execute("DELETE FROM vocabulary WHERE file = ?", (row,))
            _todo(db, "tags", "")
        case "sources" | "snapshots":
            for table in ("source",) if folder == "sources" else ("snapshot", "snapshot_text"):
                what = "snapshot" if table == "snapshot_text" else "source"
                column = "sha" if table == "snapshot_text" else "citekey"
                for (name,) in db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchall():
                    _todo(db, what, name)
                if table == "source":
                    _todo(db, "documents", "")
                db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
        case "reviews":
            found = db.execute("SELECT note FROM review WHERE rowid = ?", (row,)).fetchone()
            _todo(db, "review", found[0] if found else "")
            db.execute("DELETE FROM review WHERE rowid = ?", (row,))
        case _:
            table = "contributor" if folder else "brain"
            db.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
            _todo(db, "all", "")


def _todo(db: sqlite3.Connection, what: str, name: str) -> None:
    db.execute("INSERT OR IGNORE INTO todo(what, name) VALUES(?, ?)", (what, name))


def _problems(db: sqlite3.Connection, row: int, found: list[tuple[int, str]]) -> None:
    listed = [(row, *values) for values in problem_rows(found)]
    db.executemany("INSERT OR REPLACE INTO problem VALUES(?, ?, ?, ?)", listed)


def _drop_bands(db: sqlite3.Connection, row: int) -> None:
    """Take a note out of its bands, which are not looked up by note: they follow from its runs."""
    if found := db.execute("SELECT runs FROM near_runs WHERE note = ?", (row,)).fetchone():
        bands = near.bands_of(near.unpacked(found[0]))
        db.executemany("DELETE FROM near_band WHERE band = ? AND note = ?", [(band, row) for band in bands])


# --- notes and sources -----------------------------------------------------------------------------------------------


prepare = note_rows


def _note(db: sqlite3.Connection, row: int, file: Parsed) -> None:
    for table, rows in file.made(prepare).items():
        if rows:
            places = ", ".join("?" * (len(rows[0]) + 1))
            db.executemany(f"INSERT INTO {table} VALUES({places})", [(row, *values) for values in rows])
    _todo(db, "note", str(row))


def _source(db: sqlite3.Connection, row: int, file: Parsed) -> None:
    front = file.document.front
    stem = file.path.rpartition("/")[2].removesuffix(".md")
    citekey = text(front.get("citekey"), 200) or stem
    url = text(front.get("url"))
    facts = url_facts(url) if url else None
    entry = {
        "id": text(front.get("id"), 80),
        "published": day(front.get("published")),
        "accessed": day(front.get("accessed")),
        "licence": text(first(front, "licence", "license")),
        "superseded_by": text(front.get("superseded_by"), 400),
        "authors": texts(first(front, "authors", "author")),
        "doi": text(front.get("doi"), 200) or (facts.doi if facts else ""),
    }
    db.execute(
        "INSERT INTO source VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row, citekey, file.path, text(file.document.title(), 400) or citekey, text(front.get("publisher"), 400)),
            *(url, facts.loose if facts else "", facts.domain if facts else ""),
            *(text(front.get("source_kind"), 80), text(front.get("status"), 40) or "live"),
            *(text(front.get("aggregator_of"), 200), as_json(entry), as_json(dict(front))),
        ),
    )
    _problems(db, row, [(fault.line, fault.message) for fault in file.document.faults])
    _todo(db, "source", citekey)
    _todo(db, "documents", "")


_MARKDOWN: dict[str, Callable[[sqlite3.Connection, int, Parsed], None]] = {"notes": _note, "sources": _source}


# --- data files ------------------------------------------------------------------------------------------------------


def _data(db: sqlite3.Connection, row: int, file: Parsed) -> Any:
    """Return what a file of YAML or JSON holds; what cannot be read is a problem and holds nothing."""
    try:
        if file.path.endswith(".json"):
            return json.loads(file.text)
        return parse_yaml(file.text).data
    except YamlProblem as problem:
        _problems(db, row, [(1 + file.text.count("\n", 0, problem.offset), problem.message)])
    except (ValueError, RecursionError):
        _problems(db, row, [(1, "is not JSON")])
    return None


def _brain(db: sqlite3.Connection, row: int, _: Parsed, data: Any) -> None:
    told = db.execute("SELECT said FROM problem WHERE file = ?", (row,)).fetchone()
    why = told[0] if told else "" if isinstance(data, Mapping) else "it does not hold lines of `key: value`"
    fields = data if isinstance(data, Mapping) else {}
    db.execute("INSERT INTO brain VALUES(?, ?)", (row, as_json({"front": fields, "unreadable": why})))
    _todo(db, "all", "")


def _contributor(db: sqlite3.Connection, row: int, file: Parsed, data: Any) -> None:
    fields = data if isinstance(data, Mapping) else {}
    stem = file.path.rpartition("/")[2].rpartition(".")[0]
    handle = text(fields.get("handle"), 80).removeprefix("@") or stem
    entry = {
        "name": text(first(fields, "name", "display_name"), 200) or handle,
        "role": text(fields.get("role"), 400),
        "beats": texts(fields.get("beats")),
        "bio": text(fields.get("bio"), 8000),
        "covers": text(fields.get("covers"), 400),
        "publication": text(fields.get("publication"), 200),
        "names": [name for key in ("names", "bio_speaks_of") for name in texts(fields.get(key))],
        "path": file.path,
    }
    db.execute("INSERT INTO contributor VALUES(?, ?, ?)", (row, handle, as_json(entry)))
    _todo(db, "all", "")


def _vocabulary(db: sqlite3.Connection, row: int, file: Parsed, data: Any) -> None:
    if file.path not in ("vocab/tags.yaml", "vocab/tags.yml") or not isinstance(data, Mapping):
        return
    for name, about in data.items():
        fields = about if isinstance(about, Mapping) else {}
        if slug := slug_of(text(name, 200)):
            entry = {
                "name": text(fields.get("name"), 200) or text(name, 200),
                "aliases": texts(fields.get("aliases")),
                "parent": slug_of(text(fields.get("parent"), 200)),
                "merged_into": slug_of(text(fields.get("merged_into"), 200)),
            }
            db.execute("INSERT OR IGNORE INTO vocabulary VALUES(?, ?, ?)", (row, slug, as_json(entry)))
    _todo(db, "tags", "")


def _review(db: sqlite3.Connection, row: int, file: Parsed, data: Any) -> None:
    note = file.path.rpartition("/")[2].rpartition(".")[0]
    db.execute(
        "INSERT INTO review VALUES(?, ?, ?)", (row, note, as_json(data if isinstance(data, list | Mapping) else []))
    )
    _todo(db, "review", note)


def _snapshot(db: sqlite3.Connection, row: int, file: Parsed, data: Any) -> None:
    if data is None:
        return
    try:
        record = read_record(file.text, file.path)
    except RackmathError as error:
        _problems(db, row, [(1, str(error).removeprefix(f"{file.path}: "))])
        return
    told = (row, record.sha256, record.source, record.captured_at, as_json(asdict(record)))
    db.execute("INSERT INTO snapshot VALUES(?, ?, ?, ?, ?)", told)
    _todo(db, "source", record.source)


def _snapshot_text(db: sqlite3.Connection, row: int, file: Parsed) -> None:
    if file.path.rpartition("/")[2] != f"{file.sha256}.txt":
        _problems(db, row, [(1, "the text is not what was taken: its SHA-256 is not its name")])
        return
    db.execute("INSERT INTO snapshot_text VALUES(?, ?, ?)", (row, file.sha256, zlib.compress(file.text.encode(), 1)))
    _todo(db, "snapshot", file.sha256)


_YAML: dict[str, Callable[[sqlite3.Connection, int, Parsed, Any], None]] = {
    "": _brain,
    "contributors": _contributor,
    "vocab": _vocabulary,
    "reviews": _review,
    "snapshots": _snapshot,
}
