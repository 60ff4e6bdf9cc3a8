"""Citations of language models, to and from our numbered sentences. The one place where the two ways of counting meet.

A model's citation names a document of its request and a place in it: letters (``char_location``), blocks
(``content_block_location``) or pages (``page_location``). Letters and blocks count from 0 and their end is exclusive;
pages count from 1 and their end is exclusive; our sentences count from 1 and their last is inclusive. A document that
was sent sentence by sentence has a block for each sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rackmath.brain.anchors import normal
from rackmath.brain.snapshots import Snapshot
from rackmath.errors import RackmathError


def blocks(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return a snapshot as the content blocks of a document: one for each sentence, so that blocks are sentences."""
    return [{"type": "text", "text": each.text} for each in snapshot.sentences]


def to_sentences(location: Mapping[str, Any], snapshot: Snapshot) -> tuple[int, ...]:
    """Return the sentences that a model's citation of a snapshot names.

    Raises
    ------
    RackmathError
        The place is not in the text, its kind is unknown or counts pages, or its ``cited_text`` says something else.
    """
    kind = location.get("type")
    found = snapshot.sentences
    if kind == "char_location":
        start, end = _place(location, "start_char_index", "end_char_index", len(snapshot.text))
        numbers = tuple(each.n for each in found if each.start < end and each.end > start)
    elif kind == "content_block_location":
        start, end = _place(location, "start_block_index", "end_block_index", len(found))
        numbers = tuple(range(start + 1, end + 1))
    else:
        raise RackmathError(f"a citation by {str(kind)[:40]!r} cannot be numbered in sentences; cite letters or blocks")
    said = location.get("cited_text")
    if isinstance(said, str) and said.strip():
        there = normal(
            snapshot.text[start:end]
            if kind == "char_location"
            else " ".join(each.text for each in snapshot.numbered(numbers))
        )
        if normal(said) not in there:
            raise RackmathError("the cited_text does not stand at the place that the citation names")
    if not numbers:
        raise RackmathError("there is no sentence at the place that the citation names")
    return numbers


def char_location(snapshot: Snapshot, numbers: Sequence[int], *, document: int = 0) -> dict[str, Any]:
    """Return sentences as a citation by letters: from the first letter of the first to the last of the last."""
    found = snapshot.numbered(numbers)
    if not found:
        raise RackmathError("give at least one sentence number")
    start, end = found[0].start, found[-1].end
    return {
        "type": "char_location",
        "cited_text": snapshot.text[start:end],
        "document_index": document,
        "document_title": snapshot.record.title or snapshot.record.source,
        "start_char_index": start,
        "end_char_index": end,
    }


def block_location(snapshot: Snapshot, numbers: Sequence[int], *, document: int = 0) -> dict[str, Any]:
    """Return neighbouring sentences as a citation by blocks.

    Raises
    ------
    RackmathError
        The sentences are not next to each other: make one citation for each run.
    """
    found = snapshot.numbered(numbers)
    if not found or found[-1].n - found[0].n != len(found) - 1:
        raise RackmathError("a citation by blocks names sentences next to each other; make one for each run")
    return {
        "type": "content_block_location",
        "cited_text": " ".join(each.text for each in found),
        "document_index": document,
        "document_title": snapshot.record.title or snapshot.record.source,
        "start_block_index": found[0].n - 1,
        "end_block_index": found[-1].n,
    }


def _place(location: Mapping[str, Any], first: str, last: str, length: int) -> tuple[int, int]:
    start, end = location.get(first), location.get(last)
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
        raise RackmathError(f"{first} {start!r} and {last} {end!r} are no place in the text; it has 0 to {length}")
    return start, end
