"""A sentence in its surroundings: what it names, what it is about, and where its clauses begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rackmath.audit.conflicts.lexicon import MEASURES, SAYERS, STOP, meanings
from rackmath.audit.conflicts.names import Name, Named, Names, parts
from rackmath.audit.conflicts.stems import stem, words
from rackmath.audit.passage import Line
from rackmath.audit.quantity import Quantity
from rackmath.audit.read import Note

FIGURE = "\u0001"
"""What stands in place of a figure."""

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
BACK = re.compile(r"(?:It|They|This|These|That|Those|He|She|Its|Their|His|Her|Ours|Theirs|Each)\b")
_ON_DEMAND = re.compile(r"\bon demand\b")
_CLAUSE = re.compile(
    r";|:\s|—|\s–\s|\s-\s|,\s(?:and|but|while|which|where|with|so|that)\s|\(|\)|\b(?:while|whereas|but|although|"
    r"versus|vs|compared|against|than)\b"
)
_WORD_OR_FIGURE = re.compile(f"{FIGURE}|[^\\W\\d_][\\w’'-]*")
_SEGMENT = re.compile(r";|,\swhich\b|:\s|—|\s–\s|[.?!]\s(?=[A-Z(])")


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence with what it names."""

    note: Note
    place: int
    paragraph: int
    line: Line
    plain: str
    """Its text without its figures."""
    named: tuple[Named, ...]
    clauses: tuple[int, ...]
    segments: tuple[int, ...]
    """Where its clauses begin, and its parts that stand for themselves."""
    names: frozenset[Name]
    by: frozenset[Name]
    local: frozenset[str]
    subject: frozenset[str]
    around: frozenset[str]
    last: str
    """The year that the whole text tells most of."""
    earlier: frozenset[str]
    """Years of the sentences before it in its paragraph."""
    before: frozenset[Name]
    """Names of the sentences before it in its paragraph, of the heading and of the title."""
    section: frozenset[str]
    """Words of the names that the note's title has and what stands before it under its heading."""


def sentence_of(
    note: Note,
    place: int,
    paragraph: int,
    line: Line,
    plain: str,
    names: Names,
    before: Sentence | None,
    titled: frozenset[Name],
    last: str,
    found: Sequence[Quantity] = (),
    section: frozenset[Name] = frozenset(),
) -> Sentence:
    """Read a sentence; `before` is the one before it in its paragraph, `plain` its text without its figures."""
    counted = {(each.noun.split(" ")[0],) for each in found}
    named = tuple(each for each in names.of(plain) if each.name not in counted)
    about = frozenset(each.name for each in named if not each.says)
    by = frozenset(each.name for each in named if each.says) - about
    local = content(plain) | parts(about)
    back = before is not None and BACK.match(plain) is not None
    around = content(note.title) | content(line.heading)
    known = titled
    if before:
        around |= before.local | parts(before.before)
        known |= before.names | before.before
    return Sentence(
        note=note,
        place=place,
        paragraph=paragraph,
        line=line,
        plain=plain,
        named=named,
        clauses=cuts(_CLAUSE, plain),
        segments=cuts(_SEGMENT, plain),
        names=about,
        by=by,
        local=local,
        subject=before.subject if back and before else _subject(plain),
        around=around,
        last=last,
        earlier=(frozenset(YEAR.findall(before.line.text)) or before.earlier) if before else frozenset(),
        before=known,
        section=parts(section | titled),
    )


def blanked(text: str, found: list[Quantity]) -> str:
    """Return a text with its figures blanked out: their digits and units are no words and no names."""
    parts, place = [], 0
    for each in found:
        start = max(each.start, place)
        if each.kind != "year" and not each.worded and not YEAR.fullmatch(each.text) and each.end > start:
            parts += [text[place:start], FIGURE * (each.end - start)]
            place = each.end
    return "".join([*parts, text[place:]])


def cuts(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    """Return the places where a text is cut, its ends included."""
    return (0, *(match.start() for match in pattern.finditer(text)), len(text))


def between(places: tuple[int, ...], each: Quantity) -> tuple[int, int]:
    """Return the cuts to both sides of a figure."""
    end = min(each.end, places[-1])
    return max(cut for cut in places if cut <= each.start), min(cut for cut in places if cut >= end)


def content(text: str) -> frozenset[str]:
    """Return the stems of the words that say what a text is about; passengers and ridership are the same."""
    return frozenset(
        each
        for word in words(_ON_DEMAND.sub("on-demand", text))
        if len(found := stem(word)) > 1 and found not in STOP and found not in SAYERS and not found[0].isdigit()
        for each in meanings(found)
    )


def _subject(text: str) -> frozenset[str]:
    """Return the first words of a sentence that say what it is about, up to its first figure or word of saying.

    A measure that is not its first word is most likely its verb.
    """
    found: list[str] = []
    for match in _WORD_OR_FIGURE.finditer(text[:90]):
        root = stem(match.group())
        if match.group()[0] == FIGURE or root in SAYERS:
            break
        if not found or root not in MEASURES:
            found += content(match.group())
    return frozenset(found[:3])
