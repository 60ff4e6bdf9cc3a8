"""Settle what depends on several files at once: merged tags, states of citations, and who counts as published.

All of it is a function of the tables that hold the files, so the outcome is the same in whatever order files came in.
Only notes that a change can touch are looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rackmath.brain.cite_check import judge
from rackmath.brain.index_store import moved
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
    retagged = _retag(db, rows)
    if "tags" in kinds and _targets(db):
        retagged |= _retag(db, None)
    if "documents" in kinds:
        _documents(db)
    citekeys = {name for what, name in todo if what == "source"}
    for sha in (name for what, name in todo if what == "snapshot"):
        citekeys |= {key for (key,) in db.execute("SELECT citekey FROM snapshot WHERE sha = ?", (sha,))}
    concerned = rows | _using(db, citekeys)
    _cite_states(db, concerned)
    reviewed = [name for what, name in todo if what == "review"]
    concerned |= retagged | _rows(db, "SELECT rowid FROM note WHERE id = ?", reviewed)
    moved(db, concerned | _judge(db, None if "all" in kinds and _judged_otherwise(db) else concerned))


def _rows(db: sqlite3.Connection, sql: str, given: Iterable[str] | Iterable[int]) -> set[int]:
    return {int(row) for name in given for (row,) in db.execute(sql, (name,))}


def _using(db: sqlite3.Connection, citekeys: Iterable[str]) -> set[int]:
    return _rows(db, "SELECT DISTINCT note FROM rests WHERE citekey = ?", citekeys)


# --- tags ------------------------------------------------------------------------------------------------------------


def _targets(db: sqlite3.Connection) -> bool:
    """Work out which tag each other name of a tag stands for: what was merged, then aliases. Tell if that is news."""
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
    targets: dict[str, str] = {}
    for slug in direct:
        target = slug
        for _ in range(_FOLLOWED):
            target = direct.get(target, target)
            if target == slug:
                break
        if target != slug and target not in direct:
            targets[slug] = target
    return _only_news(db, "tag_target", "slug", targets)


def _retag(db: sqlite3.Connection, rows: Iterable[int] | None) -> set[int]:
    """Give the tags of some notes, or of all, the name they count under; return the notes for which that is news."""
    target = "coalesce((SELECT target FROM tag_target WHERE tag_target.slug = own), own)"
    wrong = f"SELECT DISTINCT note FROM tag WHERE slug != {target}"
    news = {row for (row,) in db.execute(wrong)} if rows is None else _rows(db, f"{wrong} AND note = ?", rows)
    db.executemany(f"UPDATE tag SET slug = {target} WHERE note = ?", [(row,) for row in news])
    return news


def _only_news(db: sqlite3.Connection, table: str, key: str, wanted: Mapping[str, str]) -> bool:
    """Make a table of two columns hold just these pairs; write only what differs, and return whether anything did."""
    held = dict(db.execute(f"SELECT * FROM {table}"))
    gone = [(name,) for name in held.keys() - wanted.keys()]
    news = [pair for pair in wanted.items() if held.get(pair[0]) != pair[1]]
    db.executemany(f"DELETE FROM {table} WHERE {key} = ?", gone)
    db.executemany(f"INSERT OR REPLACE INTO {table} VALUES(?, ?)", news)
    return bool(gone or news)


# --- sources ---------------------------------------------------------------------------------------------------------


def _documents(db: sqlite3.Connection) -> None:
    """Work out which document each source is: what it was taken from, through however many others, or its address."""
    rows = db.execute("SELECT citekey, origin, loose FROM source ORDER BY path DESC")
    known = {citekey: (origin, loose) for citekey, origin, loose in rows}
    documents: dict[str, str] = {}
    for citekey in known:
        last, seen = citekey, {citekey}
        while last in known and (origin := known[last][0]) and origin not in seen:
            last = origin
            seen.add(origin)
        loose = known[last][1] if last in known else ""
        documents[citekey] = loose or last
    _only_news(db, "document", "citekey", documents)


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


def _judged_otherwise(db: sqlite3.Connection) -> bool:
    """Whether the rules, or the people who may approve, are others than when all notes were judged last."""
    found = db.execute("SELECT entry FROM brain").fetchone()
    entry: Mapping[str, Any] = json.loads(found[0]) if found else {"unreadable": "missing", "front": {}}
    rules = [entry["unreadable"], entry["front"].get("review")]
    by = {"rules": json.dumps(rules, sort_keys=True), "people": json.dumps(sorted(known_handles(db)))}
    return _only_news(db, "judged_by", "what", by)


def _judge(db: sqlite3.Connection, rows: Iterable[int] | None) -> set[int]:
    """Work out the effective state of some notes, or of all; return those of which it is another."""
    rules, known = rules_of(db), known_handles(db)
    change = "UPDATE note SET status = ?1, missing = ?2 WHERE rowid = ?3 AND (status, missing) != (?1, ?2)"
    if rows is None:
        rows = [row for (row,) in db.execute("SELECT rowid FROM note").fetchall()]
    news = set()
    for row in sorted(rows):
        note_id, status = db.execute("SELECT id, asked FROM note WHERE rowid = ?", (row,)).fetchone()
        missing = "[]"
        if rules:
            found = standing(subject_of(db, row), rules, approvals_of(db, note_id), known)
            status, missing = found.status, json.dumps([asdict(each) for each in found.missing], ensure_ascii=False)
        if db.execute(change, (status, missing, row)).rowcount:
            news.add(row)
    return news
