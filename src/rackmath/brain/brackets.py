"""The bracket references of a note, such as ``[13, 16]``: what its ``references`` block says that they mean.

An import writes candidates with a confidence (see `rackmath.brain.references`); a person confirms or rejects them,
number by number (see `rackmath.brain.confirm`). A reference is ``resolved`` only where a person said so, and then by
whom and when. An entry by hand may name its notes in a plain list ``resolved``; they are given to its numbers here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rackmath.brain.context import sentence_at
from rackmath.brain.front import share, text, texts
from rackmath.brain.links import document_prose
from rackmath.vault import Document

BLOCK = "references"
"""The block that holds the bracket references of a note."""

MOST = 2000
"""References of one note beyond this many are left alone."""

MOST_NUMBERS = 200
"""Numbers, and meanings, of one reference beyond this many are left alone."""

State = Literal["resolved", "candidate", "unresolved"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A note that a number of a bracket may mean. `overlap` is what sentence and note have in common, 0 to 1."""

    number: int
    note: str
    title: str = ""
    overlap: float = 0.0


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket reference as its note holds it.

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
    sentence
        The sentence in which the bracket stands; empty when the text does not hold it.
    confirmed_by, confirmed_at
        Who last confirmed something, and when; empty before that.
    """

    id: str
    raw: str
    numbers: tuple[int, ...]
    state: State
    confidence: float
    candidates: tuple[Meaning, ...]
    confirmed: tuple[Meaning, ...]
    rejected: tuple[Meaning, ...]
    sentence: str
    confirmed_by: str
    confirmed_at: str

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Bracket:
        """Return what ``dataclasses.asdict`` made of one."""
        listed = {key: tuple(Meaning(**each) for each in data[key]) for key in ("candidates", "confirmed", "rejected")}
        return cls(**{**data, **listed, "numbers": tuple(data["numbers"])})

    @property
    def meant(self) -> tuple[Meaning, ...]:
        """What the numbers mean or may mean, in their order."""
        return tuple(sorted((*self.confirmed, *self.candidates), key=lambda each: each.number))

    def means(self, number: int) -> str | None:
        """Return the id of the note that a number is confirmed to mean."""
        return next((each.note for each in self.confirmed if each.number == number), None)


def brackets(document: Document) -> tuple[Bracket, ...]:
    """Return the bracket references of a note in the order of its block; what is no mapping is left out."""
    entries = list(_entries(document))
    prose = list(document_prose(document)) if entries else []
    places: dict[str, int] = {}
    return tuple(_read(entry, _next_place(prose, text(entry.get("raw"), 200), places)) for entry in entries)


def _entries(document: Document) -> Iterator[Mapping[str, Any]]:
    for block in document.blocks(BLOCK):
        for _, item in block.items[:MOST]:
            if isinstance(item, Mapping):
                yield item


def _read(entry: Mapping[str, Any], sentence: str) -> Bracket:
    listed = entry.get("numbers")
    spelt = listed[:MOST_NUMBERS] if isinstance(listed, list) else ()
    numbers = tuple(number for each in spelt if (number := _number(each)) is not None)
    offered, confirmed, rejected = (_meanings(entry.get(key)) for key in ("candidates", "confirmed", "rejected"))
    named = texts(entry.get("resolved"), MOST_NUMBERS)
    by_hand = bool(named) and "confirmed" not in entry
    if by_hand:
        confirmed = _given(numbers, named, offered)
    settled = {each.number for each in confirmed}
    refused = {(each.number, each.note) for each in rejected}
    candidates = tuple(
        each for each in offered if each.number not in settled and (each.number, each.note) not in refused
    )
    whole = by_hand or (bool(numbers) and settled >= set(numbers))
    return Bracket(
        id=text(entry.get("id"), 80),
        raw=text(entry.get("raw"), 200),
        numbers=numbers,
        state="resolved" if whole else "candidate" if candidates else "unresolved",
        confidence=share(entry.get("confidence")),
        candidates=() if whole else candidates,
        confirmed=confirmed,
        rejected=rejected,
        sentence=sentence,
        confirmed_by=text(entry.get("confirmed_by"), 80),
        confirmed_at=text(entry.get("confirmed_at"), 40),
    )


def _given(numbers: tuple[int, ...], notes: tuple[str, ...], offered: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Give notes to the numbers that offered them, and the others to the numbers that are left, in order."""
    known = {each.note: each for each in offered if each.note in notes}
    left = iter([number for number in numbers if number not in {each.number for each in known.values()}])
    return tuple(known.get(note) or Meaning(next(left, 0), note) for note in notes)


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


def _meanings(value: Any) -> tuple[Meaning, ...]:
    found = []
    for each in value[:MOST_NUMBERS] if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            number, note = _number(each.get("number")), text(each.get("note"), 80)
            if number is not None and note:
                found.append(Meaning(number, note, text(each.get("title"), 400), share(each.get("overlap"))))
    return tuple(found)


def _number(value: Any) -> int | None:
    said = text(value, 10)
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else None
