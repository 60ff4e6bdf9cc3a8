"""The citations of a note: its footnotes that cite, and its ``citations`` block, read as one list.

A footnote such as ``[^c1]: @citekey s12-14, words`` cites sentences 12 to 14 of the source's newest snapshot; an
entry of the ``citations`` block with the same id says more: the snapshot, the quotation, the raw mark of an import,
who checked. What the block says comes before what the footnote says. Nothing is judged here; see
`rackmath.brain.cite_check`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rackmath.brain.extract import plain
from rackmath.brain.front import share
from rackmath.brain.sentences import split
from rackmath.vault import Document

BLOCK = "citations"
RELATIONS = ("supports", "contradicts", "context", "defines")
MOST_SENTENCES = 200
"""A citation of more sentences than this is of the document."""

MOST_OFFERED = 20
"""Candidates of one citation beyond this many are left alone."""

_MARK = re.compile(r"\[\^([^\]\s]{1,80})\]")
_SPAN = r"s?(\d{1,6})(?:\s?[-–]\s?s?(\d{1,6}))?"
_SPANS = re.compile(r"s\d{1,6}(?:\s?[-–]\s?s?\d{1,6})?(?:\s?[,;]\s?s\d{1,6}(?:\s?[-–]\s?s?\d{1,6})?){0,40}(?!\w|\.\d)")
_ONE_SPAN = re.compile(_SPAN)


@dataclass(frozen=True, slots=True)
class Cite:
    """A citation as it is written.

    Parameters
    ----------
    id
        The footnote's label.
    citekey, snapshot, sentences, quote, prefix, suffix
        The source's end; what is not stated is empty.
    claim
        The note's end: its own sentence, without marks.
    state
        What the block says, such as ``unresolved``; empty for a footnote without an entry.
    relation
        One of `RELATIONS`; ``supports`` unless said otherwise.
    offered
        Sources that an import thinks it may be, with a confidence (0 to 1), the likeliest first; never a binding.
    marks, raw
        Where an import said that it came from, kept for ever.
    words
        What the footnote says beside the source.
    line
        Where it stands in the file.
    problem
        What cannot be read in it, or empty.
    """

    id: str
    citekey: str = ""
    claim: str = ""
    state: str = ""
    snapshot: str = ""
    sentences: tuple[int, ...] = ()
    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    relation: str = "supports"
    offered: tuple[tuple[str, float], ...] = ()
    marks: tuple[str, ...] = ()
    raw: str = ""
    words: str = ""
    checked_by: str = ""
    checked_at: str = ""
    line: int = 1
    problem: str = ""


def cites(document: Document) -> tuple[Cite, ...]:
    """Return the citations of a note, in the order in which its text marks them; unmarked ones come last."""
    feet = {each.label: each for each in document.citations}
    found: dict[str, Cite] = {}
    for block in document.blocks(BLOCK):
        for line, entry in block.items:
            if isinstance(entry, Mapping) and entry.get("id") is not None:
                label = str(entry["id"])
                foot = feet.get(label)
                found.setdefault(
                    label, _entry(label, entry, line, foot.citekey if foot else "", foot.words if foot else "")
                )
    bare = [label for label in feet if label not in found]
    claims = _claims(document) if bare else {}
    for label in bare:
        foot = feet[label]
        numbers, words, problem = _read_words(foot.words)
        found[label] = Cite(
            label, foot.citekey, claims.get(label, ""), sentences=numbers, words=words, line=foot.line, problem=problem
        )
    places: dict[str, int] = {}
    for segment in document.segments:
        if segment.kind == "prose":
            for match in _MARK.finditer(segment.text):
                if not segment.text.startswith(":", match.end()):
                    places.setdefault(match[1], len(places))
    return tuple(sorted(found.values(), key=lambda cite: places.get(cite.id, len(places))))


def sentence_numbers(value: Any) -> tuple[tuple[int, ...], str]:
    """Read sentence numbers: ``12``, ``"12-14, 20"``, ``"s12-s14"``, or a list of these.

    Returns
    -------
    tuple
        The numbers, sorted, each once; and what is wrong with them, or empty. Wrong ones give no numbers.
    """
    numbers: set[int] = set()
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, bool) or not isinstance(item, int | str) or (isinstance(item, str) and len(item) > 1000):
            return (), f"sentences {str(item)[:40]!r} are not numbers; write 12 or 12-14"
        for part in re.split(r"[,;]", str(item)):
            span = _ONE_SPAN.fullmatch(part.strip())
            if span is None:
                return (), f"sentences {part.strip()[:40]!r} are not numbers; write 12 or 12-14"
            first, last = int(span[1]), int(span[2] or span[1])
            if not 1 <= first <= last:
                return (
                    (),
                    f"sentences {part.strip()!r} are no range; the first number is 1 and the smaller one comes first",
                )
            if last - first >= MOST_SENTENCES or len(numbers) > MOST_SENTENCES:
                return (), f"more than {MOST_SENTENCES} sentences; cite the document, or the sentences that say it"
            numbers.update(range(first, last + 1))
    return tuple(sorted(numbers)), ""


def ranges(numbers: tuple[int, ...] | list[int]) -> str:
    """Return sentence numbers in short: ``12–14, 20``."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{part[0]}–{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _entry(label: str, entry: Mapping[str, Any], line: int, citekey: str, foot: str) -> Cite:
    """Read an entry of the block; the footnote fills what it does not say."""
    written, words, problem = _read_words(foot)
    numbers = written
    if entry.get("sentences") not in (None, "", []):
        numbers, problem = sentence_numbers(entry["sentences"])
    relation = _text(entry.get("relation")) or "supports"
    if relation not in RELATIONS:
        problem = problem or f"relation {relation[:40]!r} is none of {', '.join(RELATIONS)}"
    marks = entry.get("marks")
    return Cite(
        id=label,
        citekey=_text(entry.get("source")).removeprefix("@") or citekey,
        claim=_text(entry.get("claim")),
        state=_text(entry.get("state")),
        snapshot=_text(entry.get("snapshot")),
        sentences=numbers,
        quote=_text(entry.get("quote")),
        prefix=_text(entry.get("prefix")),
        suffix=_text(entry.get("suffix")),
        relation=relation,
        offered=_offered(entry.get("candidates")),
        marks=tuple(map(str, marks)) if isinstance(marks, list) else (),
        raw=_text(entry.get("raw")),
        words=words,
        checked_by=_text(entry.get("checked_by")),
        checked_at=_text(entry.get("checked_at")),
        line=line,
        problem=problem,
    )


def _offered(value: Any) -> tuple[tuple[str, float], ...]:
    found = []
    for each in value[:MOST_OFFERED] if isinstance(value, list) else ():
        if isinstance(each, Mapping) and (key := _text(each.get("source")).removeprefix("@")):
            found.append((key[:200], share(each.get("confidence"))))
    return tuple(found)


def _read_words(words: str) -> tuple[tuple[int, ...], str, str]:
    """Take ``s12-14`` off the front of a footnote's words; return numbers, the other words, and any problem."""
    match = _SPANS.match(words)
    if match is None:
        return (), words, ""
    numbers, problem = sentence_numbers(match.group())
    return numbers, words[match.end() :].lstrip(" ,;:."), problem


def _claims(document: Document) -> dict[str, str]:
    """Return the sentence of the prose in which each footnote is marked, by its label."""
    found: dict[str, str] = {}
    for segment in document.segments:
        if segment.kind == "prose" and "[^" in segment.text:
            for sentence in split(segment.text):
                for match in _MARK.finditer(sentence.text):
                    found.setdefault(match[1], plain(sentence.text))
    return found


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
