"""The index of a vault: derived from its files, disposable, brought up to date before it is asked.

It lives in ``.rackmath/index.sqlite`` of the vault, or under the user's cache folder when the vault cannot be written.
It holds nothing that is not in the files: when it is missing, damaged or of another version it is simply made anew.
A file is read again when its size or time has changed, and indexed again when its hash has. What is kept of a file is
the matter of the parts (`rackmath.brain.index_store.PARTS`); this module only sees to it that they are up to date.

One connection writes, under a lock. Each thread reads through a connection of its own, so that nobody who reads waits
for a change that is being taken in.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rackmath.brain import index_files
from rackmath.brain.index_ahead import read_all
from rackmath.brain.index_files import Stamp
from rackmath.brain.index_store import (
    FILE,
    cache_folder,
    connected,
    grow,
    hooks,
    places,
    prepare,
    put,
    reader,
    remove,
    transaction,
    unlink,
)
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    import sqlite3

__all__ = ["Index", "Refreshed", "cache_folder", "index_of"]

_RECENT_NS = 100_000_000  # a file this young may still change within the same tick of its clock: look again next time
_QUICK = 0.005  # looking at all files takes less than this many seconds: then do it before every search
_SHARE = 20  # otherwise look at most for 1/20 of the time …
_LONGEST_WAIT = 1.0  # … but at least once a second

_MANY = 1000  # after so many notes at once SQLite gives back the memory that it took for them

# What SQLite says when the file is at fault, and neither the question nor another program.
_DAMAGE = ("no such table", "no such column", "disk I/O", "unable to open", "vtable constructor", "attempt to write")

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a look at the files changed in the index, in notes, and the seconds it took."""

    indexed: int
    removed: int
    total: int
    seconds: float


class _Reader:
    """The connection of one thread, and which opening of the file it belongs to."""

    def __init__(self, db: sqlite3.Connection, opening: int) -> None:
        self.db = db
        self.opening = opening

    def __del__(self) -> None:
        self.db.close()


class Index:
    """The index of one vault. Safe for several threads and processes; use `index_of` to share one in a process."""

    def __init__(self, vault: Path) -> None:
        self.vault = vault.resolve()
        self.path: Path | None = None
        """Where the index is kept; None when no place could be written and it is in memory."""
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None
        self._inode = (0, 0)
        self._opening = 0
        self._local = threading.local()
        self._seen: dict[str, Stamp] = {}
        self._notes = 0
        self._followed: Mapping[str, Stamp] | None = None
        self._data_version = -1
        self._looked = -1.0
        self._wait = 0.0

    # --- use -----------------------------------------------------------------------------------------------------

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

    def touched(self, paths: Iterable[str]) -> Refreshed:
        """Bring the index up to date with these files only, given relative to the vault, and with the journals.

        For a writer that knows what it changed: it costs as much as the files, however large the vault is.
        """
        wanted = [path for path in dict.fromkeys(paths) if index_files.covered(path)]
        return self._safely(lambda db: self._touched(db, wanted))

    def read(self, ask: Callable[[sqlite3.Connection], Found], *, fresh: bool = False, look: bool = True) -> Found:
        """Ask the index something; a damaged index is made anew, once.

        Parameters
        ----------
        ask
            Is given a connection to read from. All that it reads is of one moment.
        fresh
            Look at the files first even if that was done a moment ago.
        look
            Look at the files first at all. A server that does so in the background leaves it out.
        """
        if (held := getattr(self._local, "held", None)) is not None:
            return ask(held)
        return self._safely(ask, fresh=fresh, look=look, reading=True)

    @contextmanager
    def reading(self, *, fresh: bool = False, look: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold one moment of the index for several calls of `read` by this thread."""
        if (held := getattr(self._local, "held", None)) is not None:
            yield held
            return
        if look:
            self.refresh(force=fresh)
        with self._moment() as db:
            yield db

    def write(self, step: Callable[[sqlite3.Connection], Found]) -> Found:
        """Let a part change tables of its own that are made from others and only when somebody asks for them.

        It is all done or nothing, and does not count as a change of the index.
        """

        def whole(db: sqlite3.Connection) -> Found:
            with transaction(db):
                return step(db)

        return self._safely(whole)

    @property
    def generation(self) -> int:
        """A number that grows whenever the index changes, by whatever process: a key for what is made from it."""
        return self.read(lambda db: int(db.execute("SELECT generation FROM meta").fetchone()[0]), look=False)

    def close(self) -> None:
        """Give the file back. The index opens again when it is used."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._forget()
            self._local = threading.local()

    def __del__(self) -> None:
        if (db := getattr(self, "_db", None)) is not None:
            db.close()

    # --- connections ---------------------------------------------------------------------------------------------

    def _safely(
        self,
        step: Callable[[sqlite3.Connection], Found],
        *,
        fresh: bool = False,
        look: bool = False,
        reading: bool = False,
    ) -> Found:
        import sqlite3  # noqa: PLC0415  (13 ms that only a search needs)

        for attempt in (1, 2):
            try:
                if not reading:
                    with self._lock:
                        return step(self._opened())
                if look:
                    with self._lock:
                        self._refresh(self._opened(), force=fresh)
                with self._moment() as db:
                    return step(db)
            except sqlite3.OperationalError as error:
                if attempt == 2 or not str(error).startswith(_DAMAGE):
                    raise RackmathError(f"{self.path}: the search index cannot be used ({error}); try again") from None
                self._discard()
            except sqlite3.DatabaseError as error:
                if attempt == 2:
                    raise RackmathError(f"{self.path}: the search index cannot be made ({error})") from None
                self._discard()
        raise AssertionError("unreachable")

    @contextmanager
    def _moment(self) -> Iterator[sqlite3.Connection]:
        """Hold this thread's connection, or the writer's where the index is in memory, at one moment of the index."""
        local, mine = self._local, self._reader()
        if mine is None:  # in memory: there is one connection only
            with self._lock:
                local.held = self._opened()
                try:
                    yield local.held
                finally:
                    local.held = None
            return
        mine.db.execute("BEGIN")
        local.held, local.opening = mine.db, mine.opening
        try:
            yield mine.db
        finally:
            local.held = None
            mine.db.execute("ROLLBACK")

    def _reader(self) -> _Reader | None:
        held: _Reader | None = getattr(self._local, "reader", None)
        if held is not None and held.opening == self._opening and self._db is not None:
            return held
        with self._lock:
            db = self._opened()
            if self._followed is None:  # just opened, and perhaps empty: another program may have taken the file away
                self._refresh(db, force=True)
            if self.path is None:
                return None
            made = self._local.reader = _Reader(reader(self.path), self._opening)
            return made

    def _opened(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415

        if self._db is not None:
            if self.path is None or _inode(self.path) == self._inode:
                self._local.opening = self._opening
                return self._db
            self._db.close()  # the file was removed or replaced: what is open is nobody else's any more
            self._forget()
        self._opening += 1
        self._local.opening = self._opening
        for folder in places(self.vault):
            with suppress(OSError, sqlite3.OperationalError):
                prepare(folder)
                self._db = connected(folder / FILE)
                self.path = folder / FILE
                self._inode = _inode(self.path)
                return self._db
        self._db, self.path = connected(":memory:"), None
        return self._db

    def _forget(self) -> None:
        self._db, self._seen, self._followed, self._data_version, self._looked = None, {}, None, -1, -1.0

    def _discard(self) -> None:
        """Throw away the damaged index that this thread used, unless another thread has done so by now."""
        with self._lock:
            if self._opening != getattr(self._local, "opening", self._opening):
                return
            if self._db is not None:
                self._db.close()
            self._forget()
            if self.path is not None:
                unlink(self.path)

    # --- keeping up ----------------------------------------------------------------------------------------------

    def _refresh(self, db: sqlite3.Connection, *, force: bool) -> Refreshed:
        start = time.monotonic()
        self._recall(db)
        if not force and self._followed is not None and start < self._looked + self._wait:
            return Refreshed(0, 0, self._notes, 0.0)
        began = time.time_ns()
        files = dict(index_files.files(self.vault))
        looked = time.monotonic() - start
        changed = {path: stamp for path, stamp in files.items() if self._seen.get(path) != stamp}
        removed = [path for path in self._seen if path not in files]
        indexed, gone = self._apply(db, changed, removed, began) if changed or removed else (0, 0)
        self._follow(db)
        self._looked = time.monotonic()
        self._wait = 0.0 if looked < _QUICK else min(_SHARE * looked, _LONGEST_WAIT)
        return Refreshed(indexed, gone, self._notes, self._looked - start)

    def _touched(self, db: sqlite3.Connection, paths: list[str]) -> Refreshed:
        start, began = time.monotonic(), time.time_ns()
        self._recall(db)
        found = {path: index_files.stamp(self.vault, path) for path in paths}
        changed = {path: stamp for path, stamp in found.items() if stamp is not None}
        removed = [path for path, stamp in found.items() if stamp is None and path in self._seen]
        indexed, gone = self._apply(db, changed, removed, began) if changed or removed else (0, 0)
        self._follow(db)
        return Refreshed(indexed, gone, self._notes, time.monotonic() - start)

    def _recall(self, db: sqlite3.Connection) -> None:
        """Read from the index what it has seen, when it was just opened or another process has changed it."""
        version = int(db.execute("PRAGMA data_version").fetchone()[0])
        if version != self._data_version:
            rows = db.execute("SELECT path, size, mtime_ns FROM file")
            self._seen = {path: (size, mtime_ns) for path, size, mtime_ns in rows}
            self._notes = sum(map(_is_note, self._seen))
            self._data_version = version

    def _apply(
        self, db: sqlite3.Connection, changed: Mapping[str, Stamp], removed: list[str], began: int
    ) -> tuple[int, int]:
        """Take changed and removed files in; return how many notes were indexed and removed."""
        indexed = gone = 0
        seen = dict(self._seen)
        with transaction(db):
            news = False
            for path in removed:
                news |= remove(db, path)
                gone += seen.pop(path, None) is not None and _is_note(path)
            for path, file in read_all(self.vault, sorted(changed), self._seen):
                if file is None:  # gone or unreadable since it was listed
                    news |= remove(db, path)
                    seen.pop(path, None)
                    continue
                # A file that was written within the last tick may change again without a new time: remember no time.
                size, mtime_ns = changed[path]
                seen[path] = (size, mtime_ns if mtime_ns < began - _RECENT_NS else -1)
                if put(db, seen[path], file):
                    news = True
                    indexed += _is_note(path)
            if news:
                for settle in hooks("settle"):
                    settle(db)
                grow(db)
        if indexed > _MANY:
            db.execute("PRAGMA shrink_memory")
        for path in {*changed, *removed}:
            self._notes += _is_note(path) * ((path in seen) - (path in self._seen))
        self._seen = seen  # only now: a change that failed is not remembered as done
        return indexed, gone

    def _follow(self, db: sqlite3.Connection) -> None:
        """Let the parts that follow the journals catch up, when one has grown or the index was just opened."""
        follow = hooks("follow")
        found = index_files.journals(self.vault) if follow else {}
        if found != self._followed and follow:
            with transaction(db):
                if sum(bool(step(db, self.vault)) for step in follow):  # each of them, not up to the first
                    grow(db)
        self._followed = found


def _is_note(path: str) -> bool:
    return path.startswith("notes/")


def _inode(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_dev, stat.st_ino


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
