"""How good the source lists of a brain's readings are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rackmath.brain.domains import TIER_WORDS, Tier, tier_of
from rackmath.brain.sources import Listed, SourceHealth, source_health
from rackmath.brain.urls import url_facts

if TYPE_CHECKING:
    from rackmath.brain.entries import SourceEntry
    from rackmath.brain.library import Library


def shelf_health(library: Library) -> SourceHealth:
    """Judge what the published readings of a brain list; notes are named by their ids.

    What a source's file says of its kind comes before what its address says.
    """
    known = {entry.citekey: _listed(entry) for entry in library.sources()}
    cards = library.notes(kind="reading", order="title")
    lists: dict[str, list[Listed]] = {card.id: [] for card in cards}
    for note_id, citekey in library.ask(lambda db: db.execute(_LISTED).fetchall()):
        if note_id in lists and citekey in known:
            lists[note_id].append(known[citekey])
    return source_health(lists, {card.id: " ".join((card.title, *card.tags)) for card in cards})


_LISTED = (
    "SELECT DISTINCT note.id, citekey FROM rests JOIN note ON note.rowid = rests.note "
    "WHERE note.kind = 'reading' ORDER BY note.path, citekey"
)


def _listed(entry: SourceEntry) -> Listed:
    facts = url_facts(entry.url)
    return Listed(entry.citekey, facts, _tier(entry), (), ())


def _tier(entry: SourceEntry) -> Tier:
    kinds = [tier for tier in TIER_WORDS if tier == entry.source_kind]
    return kinds[0] if kinds else tier_of(url_facts(entry.url).host, urlsplit(entry.url).path)  # type: ignore[return-value]
