"""The audit of a brain, kept: a note is recomputed when its text changes, the whole when any does.

What is kept lies beside the index, can be made again at any time, and is dropped with every change of the rules.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from rackmath.audit.arithmetic import arithmetic
from rackmath.audit.audit import audit_matter
from rackmath.audit.finding import KINDS, Finding, Input, Statement
from rackmath.audit.read import Matter, Note, read
from rackmath.brain.index_store import places
from rackmath.errors import RackmathError

FILE = "audit.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS version(told TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS note(text TEXT PRIMARY KEY, found BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS whole(text TEXT PRIMARY KEY, found BLOB NOT NULL) WITHOUT ROWID;
"""


@cache
def version() -> str:
    """Return a name for this state of the rules: what was found by others is not kept."""
    told = sha256()
    packages = Path(__file__).parent, Path(__file__).parents[1] / "brain"
    for folder in packages:
        for file in sorted(folder.rglob("*.py")):
            told.update(file.read_bytes())
    return told.hexdigest()[:16]


def audited(path: Path | str, today: date) -> list[Finding]:
    """Return what an audit of a brain finds, the gravest and surest first; only what changed is computed again.

    Raises
    ------
    RackmathError
        The folder cannot be read.
    """
    vault = Path(path)
    try:
        matter = read(vault)
    except RackmathError:
        if (vault / "brain.yaml").is_file():
            return []  # a brain without notes yet
        raise
    name = _whole(vault, matter, today)
    with closing(_open(vault)) as db:
        if (row := db.execute("SELECT found FROM whole WHERE text = ?", (name,)).fetchone()) is not None:
            return _unpacked(row[0])
        notes = _Notes(db)
        found = audit_matter(matter, today, KINDS, notes.recomputed)
        notes.keep()
        with suppress(sqlite3.Error):  # another program writes it, or the disk is full: it is only a memory
            db.execute("DELETE FROM whole")
            db.execute("INSERT OR REPLACE INTO whole VALUES (?, ?)", (name, _packed(found)))
            db.commit()
    return found


def _whole(vault: Path, matter: Matter, today: date) -> str:
    """Return a name for all that an audit looks at: the notes, the sources, what is cited, and the day."""
    told = sha256(f"{today}\n".encode())
    for note in matter.notes:
        told.update(_text_name(note).encode())
    for folder in ("sources", "snapshots", "vocab", "reviews"):
        for file in sorted((vault / folder).rglob("*")) if (vault / folder).is_dir() else ():
            with suppress(OSError):
                stat = file.stat()
                told.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return told.hexdigest()


def _text_name(note: Note) -> str:
    """Return a name for all that the findings of a note rest on: what it says, and where each sentence stands."""
    places = [(each.line, each.start, each.cuts) for each in note.lines]
    told = sha256(f"{note.title}\n{note.path}\n{note.text}\n{places}".encode("utf-8", "surrogatepass"))
    return told.hexdigest()


class _Notes:
    """The arithmetic of notes, from memory where their text has not changed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._names: set[str] = set()
        self._fresh: list[tuple[str, bytes]] = []

    def recomputed(self, note: Note) -> list[Finding]:
        """Return the arithmetic findings of a note."""
        name = _text_name(note)
        self._names.add(name)
        row = self._db.execute("SELECT found FROM note WHERE text = ?", (name,)).fetchone()
        if row is not None:
            return _unpacked(row[0])
        found = arithmetic(note.lines)
        self._fresh.append((name, _packed(found)))
        return found

    def keep(self) -> None:
        """Keep what was computed, and forget texts that are gone."""
        with suppress(sqlite3.Error):
            self._db.executemany("INSERT OR REPLACE INTO note VALUES (?, ?)", self._fresh)
            known = self._db.execute("SELECT text FROM note").fetchall()
            gone = [(name,) for (name,) in known if name not in self._names]
            self._db.executemany("DELETE FROM note WHERE text = ?", gone)
            self._db.commit()


def _open(vault: Path) -> sqlite3.Connection:
    """Return the memory of a brain; one that cannot be read is made anew, and where none can be kept it is in vain."""
    for folder in places(vault.resolve()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _ready(folder / FILE)
        except (OSError, sqlite3.Error):
            continue
    db = sqlite3.connect(":memory:")
    db.executescript(_TABLES)
    return db


def _ready(file: Path) -> sqlite3.Connection:
    for _ in range(2):
        db = sqlite3.connect(file, timeout=10)
        try:
            db.executescript(_TABLES)
            told = db.execute("SELECT told FROM version").fetchone()
            if told != (version(),):
                for table in ("version", "note", "whole"):
                    db.execute(f"DELETE FROM {table}")
                db.execute("INSERT INTO version VALUES (?)", (version(),))
                db.commit()
        except sqlite3.DatabaseError:  # half written after a power cut
            db.close()
            file.unlink(missing_ok=True)
        else:
            return db
    raise OSError(f"{file} cannot be made")


def _packed(found: Iterable[Finding]) -> bytes:
    return zlib.compress(json.dumps([each.as_json() for each in found]).encode(), 1)


def _unpacked(data: bytes) -> list[Finding]:
    return [finding_of(told) for told in json.loads(zlib.decompress(data))]


def finding_of(told: Mapping[str, Any]) -> Finding:
    """Return a finding from what `Finding.as_json` gave."""
    plain = {name: value for name, value in told.items() if name in Finding.__dataclass_fields__}
    plain["inputs"] = tuple(Input(**each) for each in told["inputs"])
    plain["statements"] = tuple(
        Statement(**{**each, "sources": tuple(each["sources"])}) for each in told.get("statements", ())
    )
    return Finding(**plain)
