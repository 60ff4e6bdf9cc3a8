"""What earlier texts of a note count as: a reader may see a version only if its text counts as published or retired.

The rules and approvals of now decide, as they do for the note itself: a text that somebody still has to approve is not
to be had by asking for an old version.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from rackmath.brain.cites import cites
from rackmath.brain.entries import PUBLIC
from rackmath.brain.events import Version, text_of
from rackmath.brain.front import text
from rackmath.brain.index_files import Parsed
from rackmath.brain.noted import Noted, figure_items, read_note
from rackmath.brain.review import Standing, Subject, standing
from rackmath.brain.settle import approvals_of, known_handles, rules_of
from rackmath.brain.tags import slug_of
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.library import Library

MOST = 400
"""Versions of a note that are judged, the newest first; those before them are for contributors."""


def public_versions(library: Library, note_id: str, versions: Sequence[Version]) -> list[Version]:
    """Return the versions whose texts every reader may see, in the order given."""
    found = []
    for version in versions[-MOST:]:
        if version.sha256 is None:
            continue
        try:
            said = text_of(library.index, version)
        except RackmathError:  # the history was replaced meanwhile; the next question sees it
            continue
        if standing_of(library, note_id, version.path, said).status in PUBLIC:
            found.append(version)
    return found


def standing_of(library: Library, note_id: str, path: str, said: str) -> Standing:
    """Say what a text of a note counts as."""
    parsed = Parsed(path, said, sha256(said.encode("utf-8", "surrogatepass")).hexdigest())
    noted = read_note(parsed)
    if noted.asked not in PUBLIC:
        return Standing(noted.asked, noted.asked)
    return library.ask(lambda db: _judged(db, note_id, noted, parsed))


def _judged(db: sqlite3.Connection, note_id: str, noted: Noted, parsed: Parsed) -> Standing:
    rules = rules_of(db)
    if not rules:
        return Standing(noted.asked, noted.asked)
    items = [item for _, item in figure_items(parsed.document)]
    used = {*noted.sources, *(cite.citekey for cite in cites(parsed.document))}
    used |= {text(item.get("source"), 200) for item in items}
    sources = frozenset(filter(None, used))
    marks = ", ".join("?" * len(sources))
    kinds = db.execute(f"SELECT DISTINCT source_kind FROM source WHERE citekey IN ({marks})", sorted(sources))
    own = {slug_of(tag) for tag in noted.tags}
    sql = "SELECT target FROM tag_target WHERE slug = ?"
    merged = {target for slug in own for (target,) in db.execute(sql, (slug,))}
    subject = Subject(
        asked=noted.asked,
        substance=noted.substance,
        kind=noted.kind,
        contributors=frozenset(noted.contributors),
        tags=frozenset(own | merged),
        quantities=frozenset(filter(None, (text(item.get("quantity"), 200) for item in items))),
        sources=sources,
        source_kinds=frozenset(kind for (kind,) in kinds if kind),
    )
    return standing(subject, rules, approvals_of(db, note_id), known_handles(db))
