"""Edits that were made outside this program, in an editor or by another tool: found, and taken into the history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from rackmath.brain.index_files import covered

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.index import Index
    from rackmath.vault import Vault

_AT_ONCE = 500  # files that are taken in under one lock
_ABSORBED: WeakKeyDictionary[Index, int] = WeakKeyDictionary()


def absorb_outside(vault: Vault, index: Index) -> list[str]:
    """Take files that were changed outside this program into the history; return their paths.

    It costs next to nothing while the index has not changed. A file that no journal knows is taken in once it is
    changed after the first revision of the vault: a brain that was there before keeps its own dates.
    """
    if vault.read_only or _ABSORBED.get(index) == (generation := index.generation):
        return []
    paths = index.read(_differing)
    taken: list[str] = []
    for start in range(0, len(paths), _AT_ONCE):
        taken += [event.path for event in vault.absorb(paths=paths[start : start + _AT_ONCE])]
    _ABSORBED[index] = generation
    if taken:
        index.touched(taken)
    return taken


def _differing(db: sqlite3.Connection) -> list[str]:
    """Return files that are not what the journals last said of them."""
    first = db.execute("SELECT min(at) FROM event").fetchone()[0]
    if first is None:
        return []
    try:
        since = datetime.fromisoformat(first).timestamp() * 1e9
    except (ValueError, OverflowError):  # a journal that somebody made up
        since = 0.0
    last = "(SELECT after FROM event WHERE event.path = {}.path ORDER BY ord DESC, writer DESC, seq DESC LIMIT 1)"
    changed = db.execute(
        f"SELECT path FROM (SELECT path, sha256, mtime_ns, {last.format('file')} AS told, "
        "EXISTS (SELECT 1 FROM event WHERE event.path = file.path) AS known FROM file) "
        "WHERE told IS NOT sha256 AND (known OR mtime_ns < 0 OR mtime_ns > ?)",
        (since,),
    ).fetchall()
    gone = db.execute(
        f"SELECT path FROM (SELECT DISTINCT path FROM event) gone WHERE {last.format('gone')} IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM file WHERE file.path = gone.path)"
    ).fetchall()
    return [path for (path,) in changed] + [path for (path,) in gone if covered(path)]
