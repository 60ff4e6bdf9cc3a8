"""What earlier imports of a page wrote, and which note of the page is which of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rackmath.brain.page import Page, PageNote
from rackmath.brain.terms import words
from rackmath.errors import RackmathError
from rackmath.vault import Vault

LIKE_ENOUGH = 0.5
"""Share of words that a note with a new title must share with a vanished one to count as the same note, retitled."""


MOST_COMPARED = 500
"""When more notes than this have vanished, the page was replaced rather than revised: titles are not compared."""


@dataclass
class Memory:
    """What earlier imports of the page wrote: ``imports/<name>.json``."""

    name: str
    digest: str | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    contributor: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where it is kept, relative to the vault."""
        return f"imports/{self.name}.json"

    @classmethod
    def read(cls, vault: Vault, name: str) -> Memory:
        """Read it, or return an empty one.

        Raises
        ------
        RackmathError
            The file is damaged: importing over it could bring back or overwrite what a hand did.
        """
        memory = cls(name)
        if not vault.exists(memory.path):
            return memory
        text, memory.digest = vault.read(memory.path)
        try:
            data = json.loads(text)
            memory.notes = [dict(entry) for entry in data["notes"]]
            memory.sources = dict(data["sources"])
            memory.contributor = dict(data["contributor"])
            memory.counts = dict(data["counts"])
        except (ValueError, KeyError, TypeError):
            raise RackmathError(
                f"{vault.path / memory.path}: the record of earlier imports is damaged; restore it from the history"
            ) from None
        return memory


def matched_notes(page: Page, memory: Memory) -> dict[str, dict[str, Any]]:
    """Return what is remembered of each note, by code: by kind and title first, then by likeness of what vanished."""
    by_title: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in memory.notes:
        by_title.setdefault((str(entry["kind"]), str(entry["title"]).casefold()), []).append(entry)
    matched: dict[str, dict[str, Any]] = {}
    for exact in (True, False):  # of notes with one title, those that say the same as before come first
        for note in page.notes:
            same = by_title.get((note.kind, note.title.casefold()), [])
            fitting = [entry for entry in same if not exact or entry["fingerprint"] == note.fingerprint]
            if fitting and note.code not in matched:
                same.remove(fitting[0])
                matched[note.code] = fitting[0]
    vanished = [entry for entries in by_title.values() for entry in entries]
    if not vanished:
        return matched
    by_print = {entry["fingerprint"]: entry for entry in vanished}
    left = {str(entry["id"]): (entry, set(words(str(entry["title"])))) for entry in vanished}
    for note in page.notes:
        if note.code in matched:
            continue
        known = by_print.get(note.fingerprint)
        if known is None or known["id"] not in left:
            known = _likest(note, left) if len(left) <= MOST_COMPARED else None
        if known is not None:
            del left[str(known["id"])]
            matched[note.code] = known
    return matched


def _likest(note: PageNote, left: Mapping[str, tuple[dict[str, Any], set[str]]]) -> dict[str, Any] | None:
    """Return the vanished note of the same kind whose title shares most words with this one, if enough."""
    mine = set(words(note.title))
    best, share = None, LIKE_ENOUGH
    for entry, theirs in left.values():
        both = len(mine & theirs) / max(len(mine | theirs), 1)
        if entry["kind"] == note.kind and both >= share:
            best, share = entry, both
    return best
