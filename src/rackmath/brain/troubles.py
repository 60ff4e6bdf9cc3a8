"""What is wrong in the files of a brain, as far as the index knows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rackmath.brain.front import texts
from rackmath.brain.kept import cite_from_json
from rackmath.brain.settle import known_handles, rules_of
from rackmath.errors import suggest

if TYPE_CHECKING:
    import sqlite3

MOST = 500
"""Lines of one sort beyond this many are not told."""


def troubles(db: sqlite3.Connection, listed: Any) -> list[str]:
    """Return the problems of a brain as ``file:line: what``, sorted; `listed` are the handles of ``brain.yaml``."""
    found = [
        f"{path}:{line}: {said}"
        for path, line, said in db.execute(
            "SELECT path, line, said FROM problem JOIN file ON file.rowid = problem.file ORDER BY path, n LIMIT ?",
            (MOST,),
        )
    ]
    found += _ids(db) + _keys(db) + _handles(db, listed) + _rules(db) + _citations(db)
    return sorted(dict.fromkeys(found))


def _ids(db: sqlite3.Connection) -> list[str]:
    sql = "SELECT id, group_concat(path, char(10)) FROM note GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT ?"
    found = []
    for note_id, paths in db.execute(sql, (MOST,)):
        first, *others = sorted(paths.split("\n"))
        found += [f"{path}:1: note {note_id} is also in {first}; give one of them a new id" for path in others]
    return found


def _keys(db: sqlite3.Connection) -> list[str]:
    sql = "SELECT citekey, group_concat(path, char(10)) FROM source GROUP BY citekey HAVING count(*) > 1 LIMIT ?"
    found = []
    for citekey, paths in db.execute(sql, (MOST,)):
        first, *others = sorted(paths.split("\n"))
        found += [f"{path}:1: source {citekey} is already defined in {first}; rename one" for path in others]
    return found


def _handles(db: sqlite3.Connection, listed: Any) -> list[str]:
    known = known_handles(db)
    found = [
        f"brain.yaml:1: contributor @{handle} has no file contributors/{handle}.yaml{suggest(handle, known)}"
        for handle in texts(listed)
        if handle.removeprefix("@") not in known
    ]
    sql = (
        "SELECT handle, path FROM author JOIN note ON note.rowid = author.note GROUP BY handle HAVING path = min(path)"
    )
    for handle, path in db.execute(sql):
        if handle not in known:
            found.append(f"{path}:1: contributor @{handle} is not in contributors/{suggest(handle, known)}")
    return found


def _rules(db: sqlite3.Connection) -> list[str]:
    known = known_handles(db)
    found = []
    for rule in rules_of(db):
        if rule.broken:
            found.append(f"brain.yaml:1: {rule.broken}; notes that it may concern are not published")
        found += [
            f"brain.yaml:1: rule {rule.name!r} needs @{handle}, who is not in contributors/{suggest(handle, known)}"
            for handle in rule.needs
            if handle not in known
        ]
    return found


def _citations(db: sqlite3.Connection) -> list[str]:
    sql = (
        "SELECT path, entry FROM cite JOIN note ON note.rowid = cite.note "
        "WHERE json_extract(entry, '$.problem') IS NOT NULL ORDER BY path, n LIMIT ?"
    )
    found = [(path, cite_from_json(entry)) for path, entry in db.execute(sql, (MOST,))]
    return [f"{path}:{cite.line}: citation {cite.id}: {cite.problem}" for path, cite in found]


def broken_targets(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (path, what was written) of the links of notes that no note answers to, by path."""
    sql = (
        "SELECT path, link.target FROM link JOIN note ON note.rowid = link.note "
        "WHERE NOT EXISTS (SELECT 1 FROM name WHERE name.name = link.name) ORDER BY path, n LIMIT ?"
    )
    return [(path, target) for path, target in db.execute(sql, (MOST,))]


def merged_in_circles(db: sqlite3.Connection) -> list[str]:
    """Return the tags that were merged into each other, so that they stand for themselves."""
    sql = "SELECT slug, entry FROM vocabulary WHERE slug NOT IN (SELECT slug FROM tag_target) ORDER BY slug"
    return [slug for slug, entry in db.execute(sql) if json.loads(entry)["merged_into"]]
