"""Who writes a brain, and what was imported into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rackmath.brain import shelf
from rackmath.brain.entries import Contributor, Imported
from rackmath.brain.front import text, texts

if TYPE_CHECKING:
    import sqlite3


def contributors_of(db: sqlite3.Connection, brain: str, listed: Any, *, counted: bool = True) -> dict[str, Contributor]:
    """Return contributors by handle: those of ``brain.yaml`` in its order, then others with a file or a note.

    Without `counted` their notes are not counted, which takes long where somebody has written thousands.
    """
    order = [handle.removeprefix("@") for handle in texts(listed)]
    files: dict[str, dict[str, Any]] = {}
    rows = db.execute("SELECT handle, entry FROM contributor JOIN file USING(rowid) ORDER BY file.path").fetchall()
    problems: dict[str, list[str]] = {}
    for handle, entry in rows:
        about = json.loads(entry)
        if handle in files:
            problems.setdefault(handle, []).append(f"{about['path']}: @{handle} is already in {files[handle]['path']}")
        files.setdefault(handle, about)
    writing = [handle for (handle,) in db.execute("SELECT DISTINCT handle FROM author ORDER BY handle")]
    found = {}
    for handle in dict.fromkeys([*order, *sorted(files), *writing]):
        counts = shelf.counts(db, shelf.Filter(contributor=handle)) if counted else {}
        wrong = list(problems.get(handle, ()))
        if handle not in files:
            wrong.append(f"@{handle} has no file; add contributors/{handle}.yaml with a name and a bio")
        found[handle] = _contributor(handle, files.get(handle, {}), counts, brain, wrong)
    return found


def _contributor(
    handle: str, about: Mapping[str, Any], counts: Mapping[str, int], brain: str, problems: list[str]
) -> Contributor:
    return Contributor(
        handle=handle,
        name=about.get("name", handle),
        role=about.get("role", ""),
        beats=tuple(about.get("beats", ())),
        bio=about.get("bio", ""),
        covers=about.get("covers", ""),
        publication=about.get("publication", ""),
        names=tuple(about.get("names", ())),
        counts=counts,
        brain=brain,
        path=about.get("path", ""),
        problems=tuple(problems),
    )


def imported(item: Mapping[str, Any]) -> Imported:
    """Read an entry of ``imports`` in ``brain.yaml``."""
    kinds, announced, found = item.get("kinds"), item.get("announced"), item.get("found")
    return Imported(
        page=text(item.get("page"), 80),
        announced=announced if isinstance(announced, int) else None,
        found=found if isinstance(found, int) else 0,
        kinds={text(key, 40): text(value, 80) for key, value in kinds.items()} if isinstance(kinds, Mapping) else {},
    )
