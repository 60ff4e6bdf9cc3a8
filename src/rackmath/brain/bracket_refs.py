"""The bracket references of a note, such as ``[13, 16]``: what its ``references`` block says that they mean.

An import writes candidates with a confidence (see `rackmath.brain.references`); a person confirms or rejects them,
number by number (see `rackmath.brain.confirm`). A reference is ``resolved`` only where a person said so, and then by
whom and when. Readers that do not care which number means which note take the plain list ``resolved`` of the same
entry (`rackmath.brain.brackets`); where it stands alone, its notes are given to the numbers here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rackmath.vault import Document

BLOCK = "references"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A note that a number of a bracket may mean. `overlap` is what sentence and note have in common, 0 to 1."""

    number: int
    note: str
    title: str = ""
    overlap: float = 0.0


@dataclass(frozen=True, slots=True)
class BracketRef:
    """A bracket reference.

    Parameters
    ----------
    state
        ``resolved`` when a person confirmed every number, ``candidate`` when there is something to confirm, else
        ``unresolved``.
    confidence
        How sure the import is of its candidates, 0 to 1.
    candidates
        What is neither confirmed nor rejected yet.
    confirmed, rejected
        What a person said.
    confirmed_by, confirmed_at
        Who last confirmed something, and when; empty before that.
    """

    id: str
    raw: str
    numbers: tuple[int, ...]
    state: Literal["resolved", "candidate", "unresolved"]
    confidence: float
    candidates: tuple[Meaning, ...]
    confirmed: tuple[Meaning, ...]
    rejected: tuple[Meaning, ...]
    confirmed_by: str
    confirmed_at: str
    line: int

    def means(self, number: int) -> str | None:
        """Return the id of the note that a number is confirmed to mean."""
        return next((each.note for each in self.confirmed if each.number == number), None)


def bracket_refs(document: Document) -> tuple[BracketRef, ...]:
    """Return the bracket references of a note in the order of its block; entries that cannot be read are left out."""
    found = []
    for block in document.blocks(BLOCK):
        for line, entry in block.items:
            if isinstance(entry, Mapping) and entry.get("id") is not None:
                found.append(_read(entry, line))
    return tuple(found)


def _read(entry: Mapping[str, Any], line: int) -> BracketRef:
    listed = entry.get("numbers")
    numbers = tuple(int(each) for each in listed if _is_number(each)) if isinstance(listed, list) else ()
    confirmed, rejected = _meanings(entry.get("confirmed")), _meanings(entry.get("rejected"))
    if not confirmed and isinstance(entry.get("resolved"), list):
        confirmed = _given(numbers, [str(note) for note in entry["resolved"]], _meanings(entry.get("candidates")))
    settled = {each.number for each in confirmed}
    refused = {(each.number, each.note) for each in rejected}
    candidates = tuple(
        each
        for each in _meanings(entry.get("candidates"))
        if each.number not in settled and (each.number, each.note) not in refused
    )
    state: Literal["resolved", "candidate", "unresolved"] = "candidate" if candidates else "unresolved"
    if (numbers and settled >= set(numbers)) or (entry.get("resolved") and "confirmed" not in entry):
        state = "resolved"
    return BracketRef(
        id=str(entry["id"]),
        raw=str(entry.get("raw") or ""),
        numbers=numbers,
        state=state,
        confidence=_share(entry.get("confidence")),
        candidates=candidates,
        confirmed=confirmed,
        rejected=rejected,
        confirmed_by=str(entry.get("confirmed_by") or ""),
        confirmed_at=str(entry.get("confirmed_at") or ""),
        line=line,
    )


def _given(numbers: tuple[int, ...], notes: list[str], offered: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Give notes to the numbers that offered them, and the others to the numbers that are left, in order."""
    known = {each.note: each for each in offered if each.note in notes}
    left = iter([number for number in numbers if number not in {each.number for each in known.values()}])
    return tuple(known.get(note) or Meaning(next(left, 0), note) for note in notes)


def _meanings(value: Any) -> tuple[Meaning, ...]:
    return tuple(
        Meaning(int(each["number"]), str(each["note"]), str(each.get("title") or ""), _share(each.get("overlap")))
        for each in (value if isinstance(value, list) else ())
        if isinstance(each, Mapping) and _is_number(each.get("number")) and each.get("note")
    )


def _is_number(value: Any) -> bool:
    return str(value).isascii() and str(value).isdigit() and len(str(value)) <= 9


def _share(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if 0 <= number <= 1 else 0.0
