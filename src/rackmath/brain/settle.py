"""Settle what depends on several files at once: merged tags, states of citations, and who counts as published.

All of it is a function of the tables that hold the files, so the outcome is the same in whatever order files came in.
Only notes that a change can touch are looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from rackmath.brain.cite_check import judge
from rackmath.brain.kept import Kept, cite_from_json
from rackmath.brain.review import Approval, Rule, Subject, read_approvals, read_rules, standing, unreadable
from rackmath.brain.tags import slug_of

if TYPE_CHECKING:
    import sqlite3

_FOLLOWED = 20
"""A tag that was merged is followed through this many merges; a circle ends where it began."""


def settle(db: sqlite3.Connection) -> None:
    """Bring up to date what the files taken in since the last call may have changed."""
    todo = {(what, name) for what, name in db.execute("SELECT what, name FROM todo")}
    if not todo:
        return
    db.execute("DELETE FROM todo")
    kinds = {what for what, _ in todo}
    rows = {int(name) for what, name in todo if what == "note"}
    if "tags" in kinds:
        _targets(db)
        _retag(db, None)
    elif rows:
        _retag(db, rows)
    if "documents" in kinds:
        _documents(db)
    citekeys = {name for what, name in todo if what == "source"}
    for sha in (name for what, name in todo if what == "snapshot"):
        citekeys |= {key for (key,) in db.execute("SELECT citekey FROM snapshot WHERE sha = ?", (sha,))}
    concerned = rows | _using(db, citekeys)
    _cite_states(db, concerned)
    if kinds & {"all", "tags"}:
        judged = {row for (row,) in db.execute("SELECT rowid FROM note")}
    else:
        reviewed = [name for what, name in todo if what == "review"]
        judged = concerned | _rows(db, "SELECT rowid FROM note WHERE id = ?", reviewed)
    _judge(db, sorted(judged))


def _rows(db: sqlite3.Connection, sql: str, given: Iterable[str]) -> set[int]:
    return {int(row) for name in given for (row,) in db.execute(sql, (name,))}


def _using(db: sqlite3.Connection, citekeys: Iterable[str]) -> set[int]:
    return _rows(db, "SELECT DISTINCT note FROM rests WHERE citekey = ?", citekeys)


# --- tags ------------------------------------------------------------------------------------------------------------


def _targets(db: sqlite3.Connection) -> None:
    """Work out which tag each other name of a tag stands for: what was merged, then aliases."""
    merged: dict[str, str] = {}
    aliases: dict[str, str] = {}
    listed = db.execute("SELECT slug, entry FROM vocabulary ORDER BY slug")
    entries = {slug: json.loads(entry) for slug, entry in listed}
    for slug, entry in entries.items():
        if entry["merged_into"] and entry["merged_into"] != slug:
            merged[slug] = entry["merged_into"]
        for alias in entry["aliases"]:
            if (other := slug_of(alias)) and other != slug and other not in entries:
                aliases.setdefault(other, slug)
    direct = {**aliases, **merged}
    db.execute("DELETE FROM tag_target")
    for slug in direct:
        target = slug
        for _ in range(_FOLLOWED):
            target = direct.get(target, target)
            if target == slug:
                break
        if target != slug and target not in direct:
            db.execute("INSERT INTO tag_target VALUES(?, ?)", (slug, target))


def _retag(db: sqlite3.Connection, rows: set[int] | None) -> None:
    sql = "UPDATE tag SET slug = coalesce((SELECT target FROM tag_target WHERE tag_target.slug = own), own)"
    if rows is None:
        db.execute(sql)
    else:
        db.executemany(f"{sql} WHERE note = ?", [(row,) for row in rows])


# --- sources ---------------------------------------------------------------------------------------------------------


def _documents(db: sqlite3.Connection) -> None:
    """Work out which document each source is: what it was taken from, through however many others, or its address."""
    rows = db.execute("SELECT citekey, origin, loose FROM source ORDER BY path DESC")
    known = {citekey: (origin, loose) for citekey, origin, loose in rows}
    db.execute("DELETE FROM document")
    for citekey in known:
        last, seen = citekey, {citekey}
        while last in known and (origin := known[last][0]) and origin not in seen:
            last = origin
            seen.add(origin)
        loose = known[last][1] if last in known else ""
        db.execute("INSERT INTO document VALUES(?, ?)", (citekey, loose or last))


# --- citations -------------------------------------------------------------------------------------------------------


def _cite_states(db: sqlite3.Connection, rows: Iterable[int]) -> None:
    kept = Kept(db)
    for row in sorted(rows):
        counts: Counter[str] = Counter()
        for n, entry in db.execute("SELECT n, entry FROM cite WHERE note = ?", (row,)).fetchall():
            cite = cite_from_json(entry)
            found = judge(cite, kept.source(cite.citekey), kept.records(cite.citekey), kept.load)
            counts[found.state] += 1
            told = {"why": found.why, "snapshot": found.snapshot, "sentences": found.sentences, "notes": found.notes}
            verdict = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
            fields = (found.state, verdict, row, n)
            db.execute("UPDATE cite SET state = ?, verdict = ? WHERE note = ? AND n = ?", fields)
        if counts:
            health = json.dumps(dict(sorted(counts.items())), separators=(",", ":"))
            db.execute("UPDATE note SET health = ? WHERE rowid = ?", (health, row))


# --- standing --------------------------------------------------------------------------------------------------------


def rules_of(db: sqlite3.Connection) -> tuple[Rule, ...]:
    """Return the review rules of a brain."""
    found = db.execute("SELECT entry FROM brain").fetchone()
    if found is None:
        return unreadable("it is missing or too large")
    entry = json.loads(found[0])
    return unreadable(entry["unreadable"]) if entry["unreadable"] else read_rules(entry["front"].get("review"))


def known_handles(db: sqlite3.Connection) -> frozenset[str]:
    """Return the handles of a brain's contributors."""
    return frozenset(handle for (handle,) in db.execute("SELECT handle FROM contributor"))


def subject_of(db: sqlite3.Connection, row: int) -> Subject:
    """Return what the review rules look at in a note."""
    asked, substance, kind = db.execute("SELECT asked, substance, kind FROM note WHERE rowid = ?", (row,)).fetchone()

    def those(sql: str) -> frozenset[str]:
        return frozenset(value for (value,) in db.execute(sql, (row,)) if value)

    return Subject(
        asked=asked,
        substance=substance,
        kind=kind,
        contributors=those("SELECT handle FROM author WHERE note = ?"),
        tags=those("SELECT slug FROM tag WHERE note = ? UNION SELECT own FROM tag WHERE note = ?1"),
        quantities=those("SELECT quantity FROM figure WHERE note = ?"),
        sources=those("SELECT citekey FROM rests WHERE note = ?"),
        source_kinds=those("SELECT source_kind FROM source JOIN rests USING(citekey) WHERE note = ?"),
    )


def approvals_of(db: sqlite3.Connection, note_id: str) -> tuple[Approval, ...]:
    """Return what was said of a note in its review file."""
    found = db.execute("SELECT entry FROM review WHERE note = ?", (note_id,)).fetchall()
    return tuple(approval for (entry,) in found for approval in read_approvals(json.loads(entry)))


def _judge(db: sqlite3.Connection, rows: list[int]) -> None:
    rules, known = rules_of(db), known_handles(db)
    for row in rows:
        if not rules:
            db.execute("UPDATE note SET status = asked, missing = '[]' WHERE rowid = ?", (row,))
            continue
        (note_id,) = db.execute("SELECT id FROM note WHERE rowid = ?", (row,)).fetchone()
        found = standing(subject_of(db, row), rules, approvals_of(db, note_id), known)
        missing = json.dumps([asdict(each) for each in found.missing], ensure_ascii=False)
        db.execute("UPDATE note SET status = ?, missing = ? WHERE rowid = ?", (found.status, missing, row))
