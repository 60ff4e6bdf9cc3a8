"""The part of the index that knows the history: which revision of which note stands where in which journal.

The journals are followed by their length, so that a page about a note's history reads its own lines and no others. The
texts stay in the journals. A note that no journal knows has one version: its file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault, journal
from rackmath.vault.journal import Event, Head

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.index import Index
    from rackmath.brain.index_files import Parsed

VERSION = 1

TABLES = """
CREATE TABLE event(
  writer TEXT NOT NULL, seq INTEGER NOT NULL, ord INTEGER NOT NULL, batch INTEGER NOT NULL, at TEXT NOT NULL,
  path TEXT NOT NULL, op TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL, before TEXT, after TEXT,
  note_id TEXT NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE INDEX event_note ON event(note_id, ord);
CREATE INDEX event_path ON event(path, ord);
CREATE INDEX event_after ON event(after);
CREATE INDEX event_at ON event(at, ord);
CREATE INDEX event_writer ON event(writer, seq);
CREATE TABLE journal(
  writer TEXT PRIMARY KEY, size INTEGER NOT NULL, last INTEGER NOT NULL, seq INTEGER NOT NULL, ord INTEGER NOT NULL,
  hash TEXT NOT NULL) WITHOUT ROWID;
"""

CORRECTIONS = ("correction", "retire")
"""The kinds of revisions that say that something was wrong."""

_LONGEST = 2000  # characters of a message that are kept in the index
_ID = re.compile(r"""^id:[ \t]*(["']?)([\w.-]{1,200})\1[ \t]*(?:#.*)?\r?$""", re.MULTILINE)
_UNKNOWN = "?"  # the id of a removed note, until it is looked up


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a note. `at` is a moment in UTC, or a date for the file of a note that no journal knows."""

    number: int  # from 1, the oldest first
    at: str
    author: str  # a handle, or empty
    writer: str
    kind: str
    message: str
    path: str
    sha256: str | None  # of the file then; None: it was removed
    op: str  # write | remove | absorb | file (what the file says now, where no journal has it)
    offset: int = 0  # of the journal's line
    size: int = 0

    @property
    def minor(self) -> bool:
        """Whether the writer called the change too small to tell readers about."""
        return self.kind == "minor"


@dataclass(frozen=True, slots=True)
class Revised:
    """A version of a note, in a list of changes."""

    note_id: str
    version: Version


def author_of(writer: str) -> str:
    """Return the handle in the name of a journal such as ``ann--w-1f3a``; empty for one without."""
    handle, dashes, _ = writer.partition("--")
    return handle if dashes else ""


# --- the part of the index -------------------------------------------------------------------------------------------


def put(db: sqlite3.Connection, row: int, file: Parsed) -> None:
    """Take nothing: what a file says now is the matter of other parts."""


def drop(db: sqlite3.Connection, row: int) -> None:
    """Forget nothing: the history of a file outlives it."""


def follow(db: sqlite3.Connection, vault: Path) -> bool:
    """Take in what the journals have grown by, a replaced one from its start; return whether there was anything."""
    found = journal.files(vault / "journal")
    rows = db.execute("SELECT writer, size, last, seq, ord, hash FROM journal")
    heads = {writer: Head(*rest) for writer, *rest in rows}
    news = False
    for writer in heads.keys() - found.keys():
        _forget(db, writer)
        news = True
    for writer, path in found.items():
        head = heads.get(writer, Head())
        try:
            if path.stat().st_size == head.size:
                continue
            if not journal.valid(path, head):
                _forget(db, writer)
                head, news = Head(), True
            news |= _read(db, path, writer, head)
        except OSError:  # gone, or not to be read: the next look tells
            continue
    if news:
        _name_removed(db)
    return news


def _forget(db: sqlite3.Connection, writer: str) -> None:
    db.execute("DELETE FROM event WHERE writer = ?", (writer,))
    db.execute("DELETE FROM journal WHERE writer = ?", (writer,))


def _read(db: sqlite3.Connection, path: Path, writer: str, head: Head) -> bool:
    """Take in the sound lines after a head; a last line that is torn is left for later."""
    news = False
    size, last, seq, order, digest = head.size, head.last, head.seq, head.order, head.hash
    for offset, line in journal.lines(path, head.size):
        if not line.endswith(b"\n"):
            break
        size = offset + len(line)
        try:
            event, _ = journal.decode(line)
        except ValueError:  # `Vault.verify` names it
            continue
        _insert(db, event, writer, offset, len(line))
        last, seq, order, digest, news = offset, event.seq, max(order, event.order), event.hash, True
    db.execute("REPLACE INTO journal VALUES(?, ?, ?, ?, ?, ?)", (writer, size, last, seq, order, digest))
    return news


def _insert(db: sqlite3.Connection, event: Event, writer: str, offset: int, size: int) -> None:
    note = ""
    if event.path.startswith("notes/") and event.path.endswith(".md"):
        note = _UNKNOWN if event.text is None else id_of(event.text) or event.path
    told = (event.kind[:_LONGEST], event.message[:_LONGEST], event.before, event.after)
    place = (event.seq, event.order, event.batch, event.at, event.path, event.op)
    db.execute(f"INSERT INTO event VALUES({', '.join('?' * 14)})", (writer, *place, *told, note, offset, size))


def _name_removed(db: sqlite3.Connection) -> None:
    """Give each removal the id that the file had before."""
    db.execute(
        "UPDATE event SET note_id = coalesce((SELECT old.note_id FROM event old WHERE old.path = event.path "
        "AND old.ord < event.ord AND old.note_id != ? ORDER BY old.ord DESC LIMIT 1), path) WHERE note_id = ?",
        (_UNKNOWN, _UNKNOWN),
    )


def id_of(text: str) -> str:
    """Return the id in the front matter of a note; empty when it has none."""
    if not text.startswith(("---", "\ufeff---")):
        return ""
    end = text.find("\n---", 3)
    match = _ID.search(text, 0, end + 1) if end > 0 else None
    if match:
        return match.group(2)
    value = Document.parse(text).front.get("id") if end > 0 and "id" in text[:end] else None
    return str(value) if value else ""


# --- asking ----------------------------------------------------------------------------------------------------------

_COLUMNS = "at, writer, kind, message, path, after, op, offset, size, batch"


def versions(index: Index, note_id: str) -> list[Version]:
    """Return the versions of a note, the oldest first.

    Parameters
    ----------
    index
        The index of the vault.
    note_id
        The id in the note's front matter, or the path of a note that has none. A note is followed over renames.
    """
    return index.read(lambda db: _versions(db, index.vault, note_id))


def _versions(db: sqlite3.Connection, vault: Path, note_id: str) -> list[Version]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM event WHERE note_id = ?1 OR (note_id = path AND path IN "
        "(SELECT path FROM event WHERE note_id = ?1)) ORDER BY ord, writer, seq",
        (note_id,),
    ).fetchall()
    moved = {(row[1], row[9]) for row in rows if row[5] is not None}
    found: list[Version] = []
    for at, writer, kind, message, path, after, op, offset, size, batch in rows:
        if after is None and (writer, batch) in moved:  # half of a rename
            continue
        number = len(found) + 1
        author = "" if op == "absorb" else author_of(writer)  # who found an edit is not who made it
        said = "as it was found" if op == "absorb" and number == 1 else message
        found.append(Version(number, at, author, writer, kind, said, path, after, op, offset, size))
    now = _present(db, note_id, {version.path for version in found[-1:]})
    if now and (not found or now[1] != found[-1].sha256):
        found.append(_file_version(vault, len(found) + 1, now))
    return found


def _present(db: sqlite3.Connection, note_id: str, likely: Collection[str]) -> tuple[Any, ...] | None:
    """Return what the index has of the note's file: path, hash, dates and contributors."""
    rows = db.execute(
        "SELECT note.path, file.sha256, note.created, note.published, note.updated, note.contributors "
        "FROM note JOIN file ON file.path = note.path WHERE note.id = ? ORDER BY note.path",
        (note_id,),
    ).fetchall()
    return next((row for row in rows if row[0] in likely), rows[0] if rows else None)


def _file_version(vault: Path, number: int, row: tuple[Any, ...]) -> Version:
    path, digest, created, published, updated, contributors = row
    if number > 1:
        return Version(number, _changed_at(vault / path), "", "", "outside", "edited outside", path, digest, "file")
    at = updated or published or created
    authors = _handles(contributors)
    kind = "create" if at == (published or created) else "update"
    return Version(number, at, authors[0] if len(authors) == 1 else "", "", kind, "", path, digest, "file")


def _handles(stored: str) -> list[str]:
    import json  # noqa: PLC0415

    try:
        found = json.loads(stored)
    except ValueError:
        return []
    return [str(each) for each in found] if isinstance(found, list) else []


def _changed_at(file: Path) -> str:
    try:
        seconds = file.stat().st_mtime
    except OSError:
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def text_of(index: Index, version: Version) -> str:
    """Return what a note said in a version.

    Raises
    ------
    RackmathError
        The file was removed in that version, or the history or the file has been replaced since it was listed.
    """
    if version.sha256 is None:
        raise RackmathError(f"{version.path} was removed in version {version.number}; ask for the one before it")
    if version.op == "file":
        text, digest = Vault.open(index.vault, read_only=True).read(version.path)
        if digest != version.sha256:
            raise RackmathError(f"{version.path} has just been changed; ask for its history again")
        return text
    return journal_text(index.vault, version.writer, version.offset, version.size, version.sha256)


def text_with(index: Index, digest: str, *, journals: bool = False) -> str | None:
    """Return a text that a file of the vault has or had, by the SHA-256 of its bytes; None when nobody knows it.

    With `journals` only what the history keeps counts, and not what merely stands in a file.
    """

    def ask(db: sqlite3.Connection) -> tuple[Any, Any]:
        told = db.execute("SELECT writer, offset, size FROM event WHERE after = ? LIMIT 1", (digest,)).fetchone()
        return told, db.execute("SELECT path FROM file WHERE sha256 = ? LIMIT 1", (digest,)).fetchone()

    told, file = index.read(ask)
    if told:
        writer, offset, size = told
        return journal_text(index.vault, writer, offset, size, digest)
    if file and not journals:
        text, now = Vault.open(index.vault, read_only=True).read(file[0])
        return text if now == digest else None
    return None


def journal_text(vault: Path, writer: str, offset: int, size: int, digest: str | None) -> str:
    """Read one line of a journal and return its text, whose SHA-256 has to be `digest`."""
    path = vault / "journal" / f"{writer}.jsonl"
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            event, _ = journal.decode(stream.read(size))
    except (OSError, ValueError):
        event = None
    if event is None or event.text is None or event.after != digest:
        raise RackmathError(f"{path}: the history was replaced while it was read; ask again")
    return event.text


def changes(
    index: Index,
    limit: int = 50,
    *,
    kinds: Collection[str] | None = None,
    without: Collection[str] = ("minor",),
    keep: Callable[[str], bool] | None = None,
) -> list[Revised]:
    """Return the last revisions of notes, the newest first.

    Parameters
    ----------
    index
        The index of the vault.
    limit
        How many at most.
    kinds, without
        Kinds of revisions that are wanted (all, when None) and those that are not.
    keep
        Is given a note's id and says whether its revisions are wanted.
    """

    def ask(db: sqlite3.Connection) -> list[Revised]:
        found: list[Revised] = []
        known: dict[str, list[Version]] = {}
        for note_id, path, digest, at in _newest(db, kinds, without):
            if len(found) >= limit:
                break
            if keep is not None and not keep(note_id):
                continue
            if note_id not in known:
                known[note_id] = _versions(db, index.vault, note_id)
            wanted = (path, digest, at)
            match = (each for each in known[note_id] if (each.path, each.sha256, each.at) == wanted)
            if version := next(match, None):
                found.append(Revised(note_id, version))
        return found

    return index.read(ask)


def _newest(db: sqlite3.Connection, kinds: Collection[str] | None, without: Collection[str]) -> Iterator[Any]:
    """Yield (note id, path, hash, time) of events, and of the files of notes that no journal knows."""
    others = ", ".join("?" * len(without))
    wanted = f"AND kind IN ({', '.join('?' * len(kinds))})" if kinds is not None else ""
    told = db.execute(
        "SELECT note_id, path, after, at FROM event WHERE note_id != '' AND after IS NOT NULL "
        f"AND kind NOT IN ({others}) {wanted} ORDER BY at DESC, ord DESC",
        (*without, *(kinds or ())),
    )
    at = "coalesce(nullif(note.updated, ''), nullif(note.published, ''), note.created)"
    files = db.execute(
        f"SELECT note.id, note.path, file.sha256, {at} AS at, "
        f"iif({at} = coalesce(nullif(note.published, ''), note.created), 'create', 'update') "
        "FROM note JOIN file ON file.path = note.path "
        "WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.note_id = note.id) ORDER BY at DESC, note.path"
    )
    bare = (row[:4] for row in files if row[4] not in without and (kinds is None or row[4] in kinds))
    yield from merge(told, bare, key=lambda row: str(row[3]), reverse=True)


def corrections(index: Index, limit: int = 50, *, keep: Callable[[str], bool] | None = None) -> list[Revised]:
    """Return the last revisions that said that something was wrong, the newest first."""
    return changes(index, limit, kinds=CORRECTIONS, keep=keep)
