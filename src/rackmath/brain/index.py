"""A full-text index over the notes of a vault: derived, disposable, brought up to date before each use.

It lives in ``.rackmath/index.sqlite`` of the vault, or under the user's cache folder when the vault cannot be written.
It holds nothing that is not in the files: when it is missing, damaged or of another version it is simply made anew.
A file is read again when its size or time has changed, and indexed again when its hash has.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rackmath.brain.extract import Searchable, searchable
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    import sqlite3

VERSION = 1
"""Raised whenever the tables or what goes into them change; an index of another version is made anew."""

FOLDER = "notes"
FILE = "index.sqlite"
LARGEST = 8 * 1024 * 1024
"""Files above this many bytes are left out, as the vault itself refuses them."""

LOCK_SECONDS = 10.0
"""How long to wait for another program that is writing the index."""

WEIGHTS = (6.0, 4.0, 1.0, 3.0, 0.5)
"""How much a word counts in the title, tags, body, numbers and sources."""

_RECENT_NS = 100_000_000  # a file this young may still change within the same tick of its clock: look again next time
_QUICK = 0.005  # looking at all files takes less than this many seconds: then do it before every search
_SHARE = 20  # otherwise look at most for 1/20 of the time …
_LONGEST_WAIT = 1.0  # … but at least once a second

_TABLES = f"""
CREATE TABLE note(
  rowid INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, tags TEXT NOT NULL);
CREATE TABLE tag(note INTEGER NOT NULL, slug TEXT NOT NULL);
CREATE INDEX tag_slug ON tag(slug, note);
CREATE VIRTUAL TABLE words USING fts5(title, tags, body, numbers, sources, tokenize='porter unicode61');
INSERT INTO words(words, rank) VALUES('rank', 'bm25{WEIGHTS}');
PRAGMA user_version = {VERSION};
"""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a look at the files changed in the index, in notes, and the seconds it took."""

    indexed: int
    removed: int
    total: int
    seconds: float


class Index:
    """The index of one vault. Safe for several threads and processes; use `index_of` to share one in a process."""

    def __init__(self, vault: Path) -> None:
        self.vault = vault.resolve()
        self.path: Path | None = None
        """Where the index is kept; None when no place could be written and it is in memory."""
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._seen: dict[str, tuple[int, int]] = {}
        self._data_version = -1
        self._looked = -1.0
        self._wait = 0.0

    def refresh(self, *, force: bool = True) -> Refreshed:
        """Bring the index up to date with the files.

        Parameters
        ----------
        force
            Look at the files even if that was done a moment ago. Without it a large vault is looked at no more often
            than every 20 times as long as a look takes, and at least once a second.

        Raises
        ------
        RackmathError
            The folder is not there any more.
        """
        return self._safely(lambda db: self._refresh(db, force=force))

    def read(self, ask: Callable[[sqlite3.Connection], Found], *, fresh: bool = False) -> Found:
        """Bring the index up to date and ask it something, as one step. A damaged index is made anew, once."""

        def step(db: sqlite3.Connection) -> Found:
            self._refresh(db, force=fresh)
            return ask(db)

        return self._safely(step)

    def __del__(self) -> None:
        if (db := getattr(self, "_db", None)) is not None:
            db.close()

    def close(self) -> None:
        """Give the file back. The index opens again when it is used."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db, self._seen, self._data_version, self._looked = None, {}, -1, -1.0

    # --- opening -------------------------------------------------------------------------------------------------

    def _safely(self, step: Callable[[sqlite3.Connection], Found]) -> Found:
        import sqlite3  # noqa: PLC0415  (13 ms that only a search needs)

        with self._lock:
            for attempt in (1, 2):
                try:
                    return step(self._opened())
                except sqlite3.OperationalError as error:
                    if "locked" in str(error) or attempt == 2:
                        raise RackmathError(
                            f"{self.path}: the search index cannot be used ({error}); try again"
                        ) from None
                    self._discard()
                except sqlite3.DatabaseError as error:
                    if attempt == 2:
                        raise RackmathError(f"{self.path}: the search index cannot be made ({error})") from None
                    self._discard()
        raise AssertionError("unreachable")

    def _opened(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415

        if self._db is not None:
            return self._db
        for folder in _places(self.vault):
            with suppress(OSError, sqlite3.OperationalError):
                _prepare(folder)
                self._db = _connected(folder / FILE)
                self.path = folder / FILE
                return self._db
        self._db, self.path = _connected(Path(":memory:")), None
        return self._db

    def _discard(self) -> None:
        self.close()
        if self.path is not None:
            _unlink(self.path)

    # --- keeping up ----------------------------------------------------------------------------------------------

    def _refresh(self, db: sqlite3.Connection, *, force: bool) -> Refreshed:
        start = time.monotonic()
        version = int(db.execute("PRAGMA data_version").fetchone()[0])
        if version != self._data_version:  # another process changed the index, or it was just opened
            rows = db.execute("SELECT path, size, mtime_ns FROM note")
            self._seen = {path: (size, mtime_ns) for path, size, mtime_ns in rows}
            self._data_version = version
        elif not force and start < self._looked + self._wait:
            return Refreshed(0, 0, len(self._seen), 0.0)
        began = time.time_ns()
        files = dict(_files(self.vault))
        looked = time.monotonic() - start
        changed = [path for path, stamp in files.items() if self._seen.get(path) != stamp]
        removed = [path for path in self._seen if path not in files]
        indexed = self._apply(db, sorted(changed), removed, files, began) if changed or removed else 0
        self._looked = time.monotonic()
        self._wait = 0.0 if looked < _QUICK else min(_SHARE * looked, _LONGEST_WAIT)
        return Refreshed(indexed, len(removed), len(self._seen), self._looked - start)

    def _apply(
        self,
        db: sqlite3.Connection,
        changed: list[str],
        removed: list[str],
        files: dict[str, tuple[int, int]],
        began: int,
    ) -> int:
        indexed = 0
        with _transaction(db):
            known = dict(db.execute("SELECT path, sha256 FROM note"))
            for path in removed:
                _remove(db, path)
                self._seen.pop(path, None)
            for path in changed:
                size, mtime_ns = files[path]
                data = _bytes(self.vault / path)
                if data is None:  # gone or unreadable since it was listed
                    _remove(db, path)
                    self._seen.pop(path, None)
                    continue
                # A file that was written within the last tick may change again without a new time: remember no time.
                stamp = (size, mtime_ns if mtime_ns < began - _RECENT_NS else -1)
                digest = sha256(data).hexdigest()
                if known.get(path) == digest:
                    db.execute("UPDATE note SET size = ?, mtime_ns = ? WHERE path = ?", (*stamp, path))
                else:
                    _remove(db, path)
                    _insert(db, path, stamp, digest, searchable(path, data.decode("utf-8", "replace")))
                    indexed += 1
                self._seen[path] = stamp
        return indexed


_INDEXES: dict[Path, Index] = {}
_INDEXES_LOCK = threading.Lock()


def index_of(vault_path: Path | str) -> Index:
    """Return the index of a vault, one for each vault in a process.

    Raises
    ------
    RackmathError
        The folder is not a vault.
    """
    path = Path(vault_path)
    if not (path / "brain.yaml").is_file():
        raise RackmathError(f"{path} is not a brain: it has no brain.yaml; give a brain's folder")
    with _INDEXES_LOCK:
        if not _INDEXES:
            atexit.register(_close_all)
        return _INDEXES.setdefault(path.resolve(), Index(path))


def _close_all() -> None:
    for index in _INDEXES.values():
        index.close()


def cache_folder() -> Path:
    """Return where the program keeps what it can make again: ``$XDG_CACHE_HOME/rackmath`` or ``~/.cache/rackmath``."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".cache"
    return base / "rackmath"


def _places(vault: Path) -> Iterator[Path]:
    """Yield folders for the index in order of preference. The bundled brain is never written to."""
    bundled = Path(__file__).resolve().parents[1]
    if bundled not in vault.parents and os.access(vault, os.W_OK):
        yield vault / ".rackmath"
    with suppress(RuntimeError):  # no home folder
        yield cache_folder() / "index" / sha256(str(vault).encode()).hexdigest()[:16]


def _prepare(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if folder.name == ".rackmath" and not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def _connected(path: Path) -> sqlite3.Connection:
    """Open an index file for writing; make its tables when it is new, of another version or damaged."""
    import sqlite3  # noqa: PLC0415

    for again in (True, False):
        db = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA synchronous = OFF")  # losing the index costs time, not data
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("BEGIN IMMEDIATE")  # an index that can be read but not written is of no use here
            db.execute("ROLLBACK")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
            if version == VERSION and {"note", "tag", "words"} <= tables:
                return db
            if not tables:
                return _made(db)
        except sqlite3.DatabaseError as error:
            db.close()
            if isinstance(error, sqlite3.OperationalError) or not again:
                raise
        db.close()  # not a database, a damaged one, or one of another version
        _unlink(path)
    raise sqlite3.DatabaseError("a new index file is not empty")


def _unlink(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def _made(db: sqlite3.Connection) -> sqlite3.Connection:
    db.execute("PRAGMA journal_mode = WAL")
    with _transaction(db):
        if not db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'note'").fetchone()[0]:
            for statement in _TABLES.split(";"):
                if statement.strip():
                    db.execute(statement)
    return db


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _files(vault: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield path, size and time of every note. Hidden files and folders, and links out of the vault, are left out."""
    if not vault.is_dir():
        raise RackmathError(f"{vault}: the folder is not there any more")
    folders = [(str(vault / FOLDER), FOLDER)]
    while folders:
        folder, above = folders.pop()
        try:
            entries = os.scandir(folder)
        except OSError:
            continue
        with entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                try:
                    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(vault):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, f"{above}/{name}"))
                    elif name.endswith(".md"):
                        stat = entry.stat()
                        if stat.st_size <= LARGEST:
                            yield f"{above}/{name}", (stat.st_size, stat.st_mtime_ns)
                except (OSError, RuntimeError):  # gone since it was listed, or a link that goes in circles
                    continue


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST)
    except OSError:
        return None


def _remove(db: sqlite3.Connection, path: str) -> None:
    row = db.execute("SELECT rowid FROM note WHERE path = ?", (path,)).fetchone()
    if row:
        db.execute("DELETE FROM words WHERE rowid = ?", row)
        db.execute("DELETE FROM tag WHERE note = ?", row)
        db.execute("DELETE FROM note WHERE rowid = ?", row)


def _insert(db: sqlite3.Connection, path: str, stamp: tuple[int, int], digest: str, note: Searchable) -> None:
    tags = json.dumps(note.tags, ensure_ascii=False)
    row = db.execute(
        "INSERT INTO note(path, size, mtime_ns, sha256, id, title, kind, tags) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        (path, *stamp, digest, note.id, note.title, note.kind, tags),
    ).lastrowid
    db.executemany("INSERT INTO tag(note, slug) VALUES(?, ?)", [(row, slug) for slug in note.slugs])
    db.execute(
        "INSERT INTO words(rowid, title, tags, body, numbers, sources) VALUES(?, ?, ?, ?, ?, ?)",
        (row, note.title, " ".join((*note.tags, *note.spellings)), note.body, note.numbers, note.sources),
    )
