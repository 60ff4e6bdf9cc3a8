"""Whether the reading that an argument cites contains the figure that it claims.

Each figure in the clause before a reference is looked for in the readings that the reference means, in three steps:
the same number in the same unit; other numbers in that unit; none. An argument may well compute a figure from what it
cites, so a figure that is not there is a question, never an accusation. Where the number is there but of another
thing of the same family (v5p, and the claim says v5e), the question says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rackmath.audit.bounds import accepted
from rackmath.audit.finding import Finding, Input
from rackmath.audit.quantity import Quantity, quantities
from rackmath.brain.page import Page
from rackmath.brain.references import Reference, resolve_references
from rackmath.brain.sentences import split

MOST_FIGURES, MOST_LETTERS = 12, 600
"""Figures and letters of one clause that are looked at."""

MOST_READING = 400
"""Sentences of one reading that are looked at."""

PERIODS = frozenset({"second", "minute", "hour", "day", "week", "month", "quarter", "year"})

LEAST_CONFIDENCE = 0.5
"""How sure it must be which readings a reference means."""

_SUPPOSED = re.compile(r"\s*(?:If|Suppose|Assum(?:e|ing)|Say|Imagine|Were|Should)\b")
_COMPUTED = re.compile(r"[^().;]{0,60}\([^()]{0,120}[×*/÷+=][^()]{0,120}|\s?[=×÷]")
"""A figure that the text goes on to work out: ``$280B of capacity ($625B × 45%``."""

_ENDS = re.compile(r"(?<=[.!?])\s+|\n")
_SAYS = re.compile(r"\s(?:shows?|reports?|finds?|puts?|gives?|says?|suggests?|confirms?|measures?)\b")
_STOPS = re.compile(r"[.!?](?=\s|$)|\n|\[\d")
_PER = re.compile(r"\b(?:per|every|each)\b[^.;,]{0,25}\Z")
"""Before "doubling": what a figure is per, and no claim of its own."""

_NAME = re.compile(r"\b(?=[A-Za-z-]{0,12}\d)[A-Za-z]{1,12}-?\d{1,4}[a-z]{0,3}\b")
_FAMILY = re.compile(r"(?P<stem>[A-Za-z]+-?)(?P<number>\d+)(?P<rest>[a-z]*)")


@dataclass(frozen=True)
class Cited:
    """A text that is cited: its title, and its sentences with their figures."""

    title: str
    text: str
    name: str = ""

    @cached_property
    def sentences(self) -> list[tuple[str, list[Quantity]]]:
        """The sentences that hold figures, the title first."""
        told = [self.title, *(each.text for each in split(self.text))][:MOST_READING]
        return [(text, found) for text in told if (found := quantities(text[:3_000])[:120])]


@dataclass(frozen=True)
class Claim:
    """A clause with the readings that it cites: where it stands, its reference as printed, how sure they are meant."""

    note: str
    path: str
    line: int
    start: int
    text: str
    raw: str
    readings: Sequence[Cited]
    others: Sequence[Cited]
    confidence: float


def checked(claims: Iterable[Claim]) -> Iterator[Finding]:
    """Yield a finding for each figure of a claim."""
    for claim in claims:
        if claim.readings and claim.confidence >= LEAST_CONFIDENCE:
            for figure in _wanted(claim.text):
                yield _judged(claim, figure)


def _wanted(text: str) -> list[Quantity]:
    """Return the figures of a clause that it may owe to what it cites: not what it supposes, nor what it computes."""
    if _SUPPOSED.match(text):
        return []
    found = [
        each
        for each in quantities(text[:MOST_LETTERS])[: 2 * MOST_FIGURES]
        if each.kind != "year"
        and (not each.worded or (each.kind == "factor" and not _PER.search(text[max(0, each.start - 40) : each.start])))
        and each.high
        and not _COMPUTED.match(text, each.end)
    ]
    telling = [
        each
        for each in found
        if each.unit or each.kind in ("share", "factor", "points") or (each.noun and each.low >= 10)
    ]
    return telling[:MOST_FIGURES]


def _judged(claim: Claim, figure: Quantity) -> Finding:
    held = [(reading, sentence, each) for reading in claim.readings for sentence, each in _holding(reading, figure)]
    names = " and ".join(repr(each.title) for each in claim.readings[:3])
    plural = "readings do" if len(claim.readings) > 1 else "reading does"
    if held:
        other = _other_subject(claim.text, figure, [sentence for _, sentence, _ in held])
        if other:
            mine, theirs = other
            told = f"{figure.text!r} is in the cited {names}, but there of {theirs}, and the claim is of {mine}."
            return _finding(
                claim, figure, "ambiguous", 0.75, told + _elsewhere(claim, figure, mine), "subject", held[0]
            )
        return _finding(claim, figure, "holds", 0.85, f"{figure.text!r} is in the cited {names}.", "contained", held[0])
    rivals = list(dict.fromkeys(each.text for reading in claim.readings for each in _rivals(reading, figure)))
    if rivals:
        near = ", ".join(repr(each) for each in rivals[:4])
        told = f"The cited {plural} not have {figure.text!r}; in that unit {names} has {near}."
        return _finding(claim, figure, "ambiguous", 0.65, told + _elsewhere(claim, figure), "differs", None)
    told = f"The cited {plural} not have {figure.text!r} or any figure in its unit: {names}."
    return _finding(claim, figure, "ambiguous", 0.7, told + _elsewhere(claim, figure), "absent", None)


def _elsewhere(claim: Claim, figure: Quantity, of: str = "") -> str:
    """Return where the figure is found instead, if in exactly one of the readings that could have been cited."""
    found = [
        reading.name or repr(reading.title)
        for reading in claim.others
        if reading not in claim.readings
        and any(not of or of.casefold() in sentence.casefold() for sentence, _ in _holding(reading, figure))
    ]
    return f" {found[0]} has it; was that meant?" if len(found) == 1 else ""


def _holding(reading: Cited, figure: Quantity) -> Iterator[tuple[str, Quantity]]:
    """Yield the sentences of a reading that hold a figure, or both ends of a range, each with the figure there."""
    low, high = accepted(figure)
    for sentence, found in reading.sentences:
        same = [each for each in found if _comparable(each, figure)]
        ends = [_ends(each) for each in same]
        for each, (first, last) in zip(same, ends, strict=True):
            if (low <= first and last <= high) or (first <= figure.low and figure.high <= last):
                yield sentence, each
                break
        else:
            if figure.ranged and all(
                any(first <= end <= last for first, last in ends) for end in (figure.low, figure.high)
            ):
                yield sentence, same[0]


def _ends(each: Quantity) -> tuple[float, float]:
    return each.low - each.step / 2, each.high + each.step / 2


def _comparable(one: Quantity, other: Quantity) -> bool:
    """Whether two figures are of one sort: the same unit and, where both say it, per the same period."""
    if one.unit != other.unit or one.kind != other.kind:
        return False
    mine, theirs = (set(each.per) & PERIODS for each in (one, other))
    return not (mine and theirs) or mine == theirs


def _rivals(reading: Cited, figure: Quantity) -> Iterator[Quantity]:
    for _, found in reading.sentences:
        yield from (each for each in found if _comparable(each, figure) and (each.unit or each.kind != "amount"))


def _other_subject(text: str, figure: Quantity, sentences: Sequence[str]) -> tuple[str, str] | None:
    """Return the thing that the claim is of and the sibling that the readings give the figure to, if they differ."""
    before = text[max(0, figure.start - 60) : figure.start]
    names = [match.group() for match in _NAME.finditer(before) if not figure.start <= match.start() < figure.end]
    if not names:
        return None
    mine = names[-1]
    theirs: list[str] = []
    for sentence in sentences:
        found = [match.group() for match in _NAME.finditer(sentence)]
        if any(each.casefold() == mine.casefold() for each in found):
            return None
        siblings = [each for each in found if _siblings(mine, each)]
        if not siblings:
            return None
        theirs += siblings
    return (mine, theirs[0]) if theirs else None


def _siblings(one: str, other: str) -> bool:
    a, b = _FAMILY.fullmatch(one), _FAMILY.fullmatch(other)
    if a is None or b is None or a["stem"].casefold() != b["stem"].casefold():
        return False
    return (a["number"], a["rest"]) != (b["number"], b["rest"])


def _finding(
    claim: Claim,
    figure: Quantity,
    verdict: str,
    sure: float,
    told: str,
    rule: str,
    held: tuple[Cited, str, Quantity] | None,
) -> Finding:
    start = claim.start + figure.start
    inputs: tuple[Input, ...] = ()
    if held is not None:
        reading, _, each = held
        inputs = (Input("cited", each.text, each.value, each.unit_text, reading.title, 0, each.start, each.end),)
    return Finding(
        kind="citation",
        rule=f"cited-{rule}",
        verdict=verdict,  # type: ignore[arg-type]
        confidence=round(sure * min(1.0, 0.5 + claim.confidence / 2), 2),
        note=claim.note,
        claim=claim.text.strip()[:600],
        explanation=told,
        path=claim.path,
        line=claim.line,
        start=start,
        end=claim.start + figure.end,
        claimed=figure.value,
        unit=figure.unit_text,
        formula=f"{figure.text} in {claim.raw}",
        inputs=inputs,
    )


# --- claims of a page ------------------------------------------------------------------------------------------------


def page_claims(page: Page) -> Iterator[Claim]:
    """Yield the clauses of a page's own notes that end in a reference, with the readings that it probably means."""
    readings = {note.code: Cited(note.title, note.prose, note.code) for note in page.notes if note.kind == "reading"}
    notes = {note.code: note for note in page.notes}
    cursors: dict[tuple[str, int], int] = {}
    for reference in resolve_references(page)[0]:
        group = reference.group
        text = next((item.text for item in notes[group.note].items() if item.line == group.line), "")
        cursor = cursors.get((group.note, group.line), 0)
        place = text.find(group.raw, cursor)
        if place < 0:
            continue
        cursors[group.note, group.line] = place + len(group.raw)
        start, end = clause(text, place, place + len(group.raw), cursor)
        batch = _batch(reference, readings)
        yield Claim(
            note=notes[group.note].title,
            path="",
            line=group.line,
            start=start,
            text=text[start:end],
            raw=group.raw,
            readings=[readings[each.code] for each in reference.candidates if each.code in readings],
            others=batch,
            confidence=0.0
            if reference.missing
            else min((each.confidence for each in reference.candidates), default=0.0),
        )


def _batch(reference: Reference, readings: Mapping[str, Cited]) -> list[Cited]:
    batch = reference.batch
    if batch is None:
        return []
    return [readings[code] for n in range(1, batch.highest + 1) if (code := batch.code(n)) in readings]


def clause(text: str, place: int, end: int, cursor: int) -> tuple[int, int]:
    """Return the clause that a reference from `place` to `end` is for.

    It is what comes before, from the last reference or the end of the sentence before; or what follows, where the
    reference belongs to a subject that says something: "results [5, 8] show that …".
    """
    if _SAYS.match(text, end):
        match = _STOPS.search(text, end, end + MOST_LETTERS)
        return end, match.start() if match else min(len(text), end + MOST_LETTERS)
    start = max(cursor, place - MOST_LETTERS, 0)
    for found in _ENDS.finditer(text, start, place):
        start = found.end()
    return start, place
