"""A brain as it was at the end of a day: a folder like any other, so that every reader works on it unchanged.

What the journals know is taken from them; a file that no journal knows is there from the day on which it says that it
was made. The folder holds the journals up to that day too, so that a note's history ends where it ended then. Folders
are kept for the days that were asked for last, and made anew when something that belongs to the day has changed.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rackmath.brain.events import journal_text
from rackmath.brain.front import day as day_of
from rackmath.brain.front import first
from rackmath.brain.index import cache_folder, index_of
from rackmath.brain.index_files import BRAIN
from rackmath.errors import RackmathError
from rackmath.vault import Document, paths

if TYPE_CHECKING:
    import sqlite3

KEPT = 6
"""How many folders are kept; the one that was not asked for the longest time goes first."""

LARGEST = 1 << 31
"""Bytes of a folder; a larger brain is refused."""

_FORMAT = "1"
_SUFFIXES = (".md", ".yaml", ".yml", ".json", ".txt")
_NOT_OURS = ("journal/", "proposals/")
_ABANDONED = 3600.0  # seconds after which a half made folder is nobody's work any more
_LOCK = threading.Lock()
_PLACES: dict[tuple[Path, date, Path], tuple[int, Path]] = {}  # with the generation of the index they were made of


class _Line(NamedTuple):
    """What a journal says of a file, and where it says it."""

    path: str
    after: str | None
    op: str
    before: str | None
    writer: str
    offset: int
    size: int


class _Then(NamedTuple):
    """What a brain was made of on a day."""

    known: list[_Line]  # the last line of each file by then
    found: list[_Line]  # the first line of files that were there before any journal knew them
    told: frozenset[str]  # all files of which a journal speaks, then or later
    spans: list[tuple[str, int, int]]  # the journals' lines by then: writer, offset, size
    state: str  # a name for all of it


def as_of(vault_path: Path | str, day: date, cache_root: Path | None = None) -> Path:
    """Return the folder of a brain as it was at the end of a day (UTC).

    Parameters
    ----------
    vault_path
        The brain.
    day
        The last day whose changes are in it.
    cache_root
        Where the folders are kept; by default in the program's cache.

    Raises
    ------
    RackmathError
        The folder is not a brain, the brain did not exist on that day, or the folder cannot be made.
    """
    index = index_of(vault_path)
    index.refresh(force=False)
    root = (cache_root or cache_folder() / "as-of").resolve()
    with _LOCK:
        made = _PLACES.get((index.vault, day, root))
        generation = index.generation
        if made and made[0] == generation and (made[1] / BRAIN).is_file():
            return made[1]
        then = index.read(lambda db: _asked(db, f"{day.isoformat()}T23:59:59.999999Z"), look=False)
        told = "\0".join((str(index.vault), day.isoformat(), _FORMAT, then.state))
        place = root / sha256(told.encode()).hexdigest()[:32]
        try:
            if not (place / BRAIN).is_file():
                _build(index.vault, then, day, place)
            os.utime(place)
            _forget_others(root, place)
        except OSError as error:
            raise RackmathError(f"{place}: the brain of that day cannot be kept here ({error.strerror})") from error
        _PLACES.pop((index.vault, day, root), None)
        _PLACES[index.vault, day, root] = (generation, place)
        while len(_PLACES) > KEPT:
            del _PLACES[next(iter(_PLACES))]
        return place


def _asked(db: sqlite3.Connection, limit: str) -> _Then:
    columns = "path, after, op, before, writer, offset, size"
    last: dict[str, _Line] = {}
    for row in db.execute(f"SELECT {columns} FROM event WHERE at <= ? ORDER BY ord, writer, seq", (limit,)):
        last[row[0]] = _Line(*row)
    later: dict[str, _Line] = {}
    for row in db.execute(f"SELECT {columns} FROM event WHERE at > ? ORDER BY ord, writer, seq", (limit,)):
        later.setdefault(row[0], _Line(*row))
    known = [line for line in last.values() if line.after]
    found = [line for path, line in later.items() if path not in last and line.op == "absorb" and line.before is None]
    spans = db.execute(
        "SELECT writer, offset, size FROM event WHERE at <= ? ORDER BY writer, offset", (limit,)
    ).fetchall()
    bare = "SELECT path, sha256 FROM file WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.path = file.path)"
    state = sha256(repr((known, found, spans, sorted(db.execute(bare)))).encode()).hexdigest()
    return _Then(known, found, frozenset({*last, *later}), spans, state)


# --- building --------------------------------------------------------------------------------------------------------


def _build(vault: Path, then: _Then, day: date, place: Path) -> None:
    """Make a folder beside its place and move it there whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    work = place.with_name(f"{place.name}.{os.getpid()}.new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        written = 0
        for rel, text in _texts(vault, then, day):
            with suppress(RackmathError):  # a path that leads elsewhere: somebody made the line up
                target = paths.writable(work, rel)
                data = text.encode()
                written += len(data)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                target.chmod(0o444)
            if written > LARGEST:
                raise RackmathError(f"{vault}: the brain of {day} is over {LARGEST >> 30} GiB, too large to show")
        if not (work / BRAIN).is_file():
            raise RackmathError(f"{vault}: this brain did not exist on {day.isoformat()}; ask for a later day")
        _copy_journals(vault, then.spans, work)
        with suppress(OSError):
            work.rename(place)  # fails when another process was quicker: then its folder serves
        if not (place / BRAIN).is_file():
            raise RackmathError(f"{place}: something else is in the way; remove it")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _texts(vault: Path, then: _Then, day: date) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file of the brain on that day."""
    for line in _in_order(then.known):
        yield line.path, _read(vault, line)
    for line in _in_order(then.found):
        text = _read(vault, line)
        if _there(line.path, text, day):
            yield line.path, text
    for rel in paths.walk(vault, "", _SUFFIXES):
        if rel not in then.told and not rel.startswith(_NOT_OURS):
            with suppress(RackmathError):  # not a text
                text = paths.decoded(paths.read_bytes(vault / rel, rel), rel)
                if _there(rel, text, day):
                    yield rel, text


def _in_order(lines: list[_Line]) -> list[_Line]:
    return sorted(lines, key=lambda line: (line.writer, line.offset))


def _read(vault: Path, line: _Line) -> str:
    return journal_text(vault, line.writer, line.offset, line.size, line.after)


def _there(rel: str, text: str, day: date) -> bool:
    """Whether a file that no journal knew by then was there: unless it says that it was made later."""
    if not rel.endswith(".md"):
        return True
    keys = ("accessed",) if rel.startswith("sources/") else ("created", "published", "updated")
    made = day_of(first(Document.parse(text).front, *keys))
    return made <= day.isoformat()


def _copy_journals(vault: Path, spans: list[tuple[str, int, int]], work: Path) -> None:
    """Copy the lines of a day's journals, neighbours at once."""
    folder = work / "journal"
    folder.mkdir()
    joined: list[tuple[str, int, int]] = []
    for writer, offset, size in spans:
        if joined and joined[-1][0] == writer and joined[-1][1] + joined[-1][2] == offset:
            joined[-1] = (writer, joined[-1][1], joined[-1][2] + size)
        else:
            joined.append((writer, offset, size))
    for writer, offset, size in joined:
        with (vault / "journal" / f"{writer}.jsonl").open("rb") as old, (folder / f"{writer}.jsonl").open("ab") as new:
            old.seek(offset)
            left = size
            while left and (part := old.read(min(left, 1 << 20))):
                new.write(part)
                left -= len(part)


def _forget_others(root: Path, place: Path) -> None:
    """Remove the folders that were not used for longest, and what a killed program left half made."""
    found = sorted((each for each in root.iterdir() if each.is_dir() and each != place), key=_used, reverse=True)
    done = [each for each in found if not each.name.endswith(".new")]
    left = [each for each in found if each.name.endswith(".new") and _used(each) < _used(place) - _ABANDONED]
    for old in (*done[KEPT - 1 :], *left):
        with suppress(RackmathError):
            index_of(old).close()
        shutil.rmtree(old, ignore_errors=True)


def _used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
