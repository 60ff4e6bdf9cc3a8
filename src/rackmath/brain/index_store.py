"""The SQLite file of an index: where it lies, how it is opened, and what its tables are."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from zlib import crc32

from rackmath.brain.index_files import Parsed, Stamp

if TYPE_CHECKING:
    import sqlite3

FILE = "index.sqlite"
LOCK_SECONDS = 10.0
"""How long to wait for another program that is writing the index."""

PARTS = ("rackmath.brain.words", "rackmath.brain.catalog", "rackmath.brain.events")
"""The modules whose tables make up the index, in the order in which they are given a file."""

_OWN = """
CREATE TABLE file(
  rowid INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL);
CREATE TABLE meta(generation INTEGER NOT NULL, first INTEGER NOT NULL);
CREATE TABLE moved(row INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
CREATE INDEX moved_generation ON moved(generation);
"""


class Part(Protocol):
    """A module that keeps tables of the index.

    Three more functions are used where a part has them. ``prepare(file)`` does what of `put` needs no database: `put`
    asks for ``file.made(prepare)``, and where many files are new, other processes make it. ``settle(db)`` runs once at
    the end of a change, when all of its files are in, for what depends on several of them. ``follow(db, vault)`` runs
    when a journal has grown or the index was just opened; it takes in what is new there and says whether anything was.
    """

    TABLES: str
    VERSION: int
    """Raised whenever what goes into the tables changes though the tables do not."""

    def put(self, db: sqlite3.Connection, row: int, file: Parsed) -> None:
        """Take a file in that is not in the tables; `row` is its row in the table ``file``."""

    def drop(self, db: sqlite3.Connection, row: int) -> None:
        """Take out all that came from a file."""


@cache
def parts() -> tuple[Part, ...]:
    """Return the parts of the index."""
    return tuple(cast("Part", import_module(name)) for name in PARTS)


@cache
def hooks(name: str) -> tuple[Any, ...]:
    """Return a function of that name of each part that has it."""
    return tuple(getattr(part, name) for part in parts() if hasattr(part, name))


@cache
def version() -> int:
    """Return a number that changes with the tables of any part; an index of another version is made anew."""
    told = _OWN + "".join(f"{part.VERSION}{part.TABLES}" for part in parts())
    return crc32(told.encode()) & 0x7FFFFFFF


def cache_folder() -> Path:
    """Return where the program keeps what it can make again: ``$XDG_CACHE_HOME/rackmath`` or ``~/.cache/rackmath``."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    return base / "rackmath"


def places(vault: Path) -> Iterator[Path]:
    """Yield folders for the index in order of preference. The bundled brain is never written to."""
    bundled = Path(__file__).resolve().parents[1]
    if bundled not in vault.parents and os.access(vault, os.W_OK):
        yield vault / ".rackmath"
    with suppress(RuntimeError):  # no home folder
        yield cache_folder() / "index" / sha256(str(vault).encode()).hexdigest()[:16]


def prepare(folder: Path) -> None:
    """Make the folder of an index; the one in a vault is kept out of git."""
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if folder.name == ".rackmath" and not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def connected(path: Path | str) -> sqlite3.Connection:
    """Open an index file for writing; make its tables when it is new, of another version or damaged."""
    import sqlite3  # noqa: PLC0415

    for again in (True, False):
        db = _plain(path)
        try:
            db.execute("PRAGMA synchronous = OFF")  # losing the index costs time, not data
            db.execute("BEGIN IMMEDIATE")  # an index that can be read but not written is of no use here
            db.execute("ROLLBACK")
            found = db.execute("PRAGMA user_version").fetchone()[0]
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables and found == version() and db.execute("SELECT count(*) FROM meta").fetchone()[0]:
                return db
            if not tables:
                return _made(db)
        except sqlite3.DatabaseError as error:
            db.close()
            if not again or (isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error)):
                raise
        db.close()  # not a database, a damaged one, or one of another version
        unlink(Path(path))
    raise sqlite3.DatabaseError("a new index file is not empty")


def reader(path: Path) -> sqlite3.Connection:
    """Open an index file that is there for reading; temporary tables may be made."""
    db = _plain(f"{path.as_uri()}?mode=ro")
    db.execute("PRAGMA cache_size = -8192")  # each thread has one of these; the system keeps the file in memory anyway
    return db


def _plain(path: Path | str) -> sqlite3.Connection:
    import sqlite3  # noqa: PLC0415

    uri = isinstance(path, str) and path.startswith("file:")
    db = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False, uri=uri)
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA cache_size = -65536")
    return db


def unlink(path: Path) -> None:
    """Remove an index file and what SQLite keeps beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def _made(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("PRAGMA journal_mode = WAL")
    with transaction(db):
        if not db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'file'").fetchone()[0]:
            for tables in (_OWN, *(part.TABLES for part in parts())):
                for statement in tables.split(";"):
                    if statement.strip():
                        db.execute(statement)
            # Not 0: an index that is made anew goes on counting above the one before it.
            db.execute("INSERT INTO meta VALUES(?1, ?1)", (time.time_ns() // 1000,))
            db.execute(f"PRAGMA user_version = {version()}")
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Do all of a change or, on an error, nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def put(db: sqlite3.Connection, stamp: Stamp, file: Parsed) -> bool:
    """Take a file in; return False when the index has it already."""
    known = db.execute("SELECT rowid, sha256 FROM file WHERE path = ?", (file.path,)).fetchone()
    if known and known[1] == file.sha256:
        db.execute("UPDATE file SET size = ?, mtime_ns = ? WHERE rowid = ?", (*stamp, known[0]))
        return False
    if known:
        row = int(known[0])
        for part in parts():
            part.drop(db, row)
        db.execute("UPDATE file SET size = ?, mtime_ns = ?, sha256 = ? WHERE rowid = ?", (*stamp, file.sha256, row))
    else:
        added = "INSERT INTO file(path, size, mtime_ns, sha256) VALUES(?, ?, ?, ?)"
        row = int(db.execute(added, (file.path, *stamp, file.sha256)).lastrowid or 0)
    for part in parts():
        part.put(db, row, file)
    moved(db, [row])
    return True


def remove(db: sqlite3.Connection, path: str) -> bool:
    """Take a file out; return False when the index does not have it."""
    row = db.execute("SELECT rowid FROM file WHERE path = ?", (path,)).fetchone()
    if row is None:
        return False
    for part in parts():
        part.drop(db, row[0])
    db.execute("DELETE FROM file WHERE rowid = ?", row)
    moved(db, row)
    return True


def grow(db: sqlite3.Connection) -> None:
    """Count a change."""
    db.execute("UPDATE meta SET generation = generation + 1")


def moved(db: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Note down that the change under way changes, or may change, what the tables hold of these files."""
    sql = "INSERT OR REPLACE INTO moved SELECT ?, generation + 1 FROM meta"
    db.executemany(sql, [(row,) for row in rows])


def moved_since(db: sqlite3.Connection, generation: int) -> list[int] | None:
    """Return the rows of the files that changed, came or went after a generation; None when that is not known.

    What is kept in memory of an index is brought up to date with it. It is not known across indexes made anew.
    """
    if generation < db.execute("SELECT first FROM meta").fetchone()[0]:
        return None
    found = db.execute("SELECT row FROM moved WHERE generation > ? ORDER BY row", (generation,))
    return [row for (row,) in found]
