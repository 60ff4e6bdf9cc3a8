"""Bracket references such as ``[13, 16]`` as an imported note's file holds them, with the sentences they stand in.

Each stands in the ``references`` block with the notes that it may mean, a candidate until somebody confirms it
(`rackmath.brain.confirm`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from rackmath.brain.context import sentence_at
from rackmath.brain.front import text, texts
from rackmath.brain.links import document_prose
from rackmath.vault import Document

NAME = "references"
"""The block that holds the bracket references of a note."""

MOST = 2000
"""References of one note beyond this many are left alone."""


@dataclass(frozen=True, slots=True)
class BracketEntry:
    """A bracket reference as written; `resolved` are the ids of the notes that a person confirmed."""

    id: str
    raw: str
    state: str
    confidence: float
    numbers: tuple[int, ...]
    candidates: tuple[tuple[int, str, str, float], ...]
    resolved: tuple[str, ...]
    sentence: str
    confirmed_by: str
    confirmed_at: str


def bracket_entries(document: Document) -> list[BracketEntry]:
    """Return the bracket references of an imported note, in order."""
    found: list[BracketEntry] = []
    places: dict[str, int] = {}
    prose: list[tuple[int, str]] = []
    for entry in _entries(document):
        prose = prose or list(document_prose(document))
        refused = {text(each.get("note"), 80) for each in _listed(entry.get("rejected"))}
        offered = map(_candidate, _listed(entry.get("candidates")))
        candidates = tuple(each for each in offered if each[1] and each[1] not in refused)
        resolved = texts(entry.get("resolved"))
        numbers = entry.get("numbers")
        found.append(
            BracketEntry(
                id=text(entry.get("id"), 80),
                raw=text(entry.get("raw"), 200),
                state="resolved" if resolved else "candidate" if candidates else "unresolved",
                confidence=_share(entry.get("confidence")),
                numbers=tuple(filter(None, map(_number, numbers[:200]))) if isinstance(numbers, list) else (),
                candidates=candidates,
                resolved=resolved,
                sentence=_next_place(prose, text(entry.get("raw"), 200), places),
                confirmed_by=text(entry.get("confirmed_by"), 80),
                confirmed_at=text(entry.get("confirmed_at"), 40),
            )
        )
    return found


def _entries(document: Document) -> Iterator[Mapping[str, Any]]:
    for block in document.blocks(NAME):
        for _, item in block.items[:MOST]:
            if isinstance(item, Mapping):
                yield item


def _candidate(entry: Mapping[str, Any]) -> tuple[int, str, str, float]:
    return (
        _number(entry.get("number")),
        text(entry.get("note"), 80),
        text(entry.get("title"), 400),
        _share(entry.get("overlap")),
    )


def _next_place(prose: list[tuple[int, str]], raw: str, places: dict[str, int]) -> str:
    """Return the sentence of the next place where a bracket stands; each place belongs to one entry."""
    if not raw:
        return ""
    after = places.get(raw, -1)
    for offset, part in prose:
        at = part.find(raw, max(0, after + 1 - offset))
        if at >= 0 and offset + at > after:
            places[raw] = offset + at
            return sentence_at(part, at)
    return ""


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value[:100] if isinstance(item, Mapping)] if isinstance(value, list) else []


def _number(value: Any) -> int:
    said = text(value, 10)
    return int(said) if said.isascii() and said.isdigit() else 0


def _share(value: Any) -> float:
    try:
        number = float(text(value, 20))
    except ValueError:
        return 0.0
    return min(1.0, max(0.0, number)) if isfinite(number) else 0.0
