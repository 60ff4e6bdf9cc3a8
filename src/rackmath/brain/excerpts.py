"""The passage of a note that says most about a query, with its marks, and which words led to the note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rackmath.brain.analysis import spots, stems_of
from rackmath.brain.asked import Asked
from rackmath.brain.lexicon import lexicon
from rackmath.brain.numerals import numerals
from rackmath.brain.query import Query

LONGEST_PASSAGE = 360
"""A passage is cut to about this many characters around its densest place."""

MOST_READ = 200_000
"""Characters of a note beyond this many are not looked through for a passage."""

FIELDS = ("title", "tags", "body", "sources")
MEANT = 0.4
"""What a word counts that means the same as one of the query, beside that word itself."""

MOST_TOLD = 8
MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that answers to a word of the query; `meant` if by another word of the same meaning."""

    start: int
    end: int
    typed: str
    form: str
    meant: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage, where its marked words stand in it, and what in the note answered to the query.

    `words` are the note's words that were asked for, `fields` where they stand; `meanings` and `pairs` tell which other
    words answered to which of the query's.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    fields: tuple[str, ...]
    meanings: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    def marked(self, before: str, after: str) -> str:
        """Return the passage with marks."""
        pieces, position = [], 0
        for start, end in self.spans:
            pieces += [self.text[position:start], before, self.text[start:end], after]
            position = end
        return "".join([*pieces, self.text[position:]])


class Look:
    """What of a query is looked for in a text."""

    def __init__(self, asked: Asked, query: Query) -> None:
        self.stems = {term.stem: term.typed for term in asked.terms if not term.stem.startswith("#")}
        self.aside = {term.stem for term in asked.terms if term.how == "alias"}
        self.numbers = set(query.numbers)
        self.weights: dict[str, float] = {}
        for term in asked.terms:
            self.weights[term.typed] = max(self.weights.get(term.typed, 0.0), term.weight)
        self.groups = {each.group: each.typed for each in asked.meanings if each.same}
        for phrase in query.phrases:
            for stem in stems_of(phrase):
                self.stems.setdefault(stem, phrase.casefold())

    def marks(self, text: str) -> list[Mark]:
        """Return what in a text answers to the query, in order, none within another."""
        found: list[Mark] = []
        spans: list[tuple[int, int]] = []
        stems: list[str] = []
        for start, end, stem, joined in spots(text):
            if stem in self.stems:
                found.append(Mark(start, end, self.stems[stem], text[start:end].casefold(), stem in self.aside))
            if not joined:
                spans.append((start, end))
                stems.append(stem)
        if self.numbers:
            for number in numerals(text):
                if self.numbers.intersection(number.terms):
                    start = number.end - len(text[number.start : number.end].lstrip())
                    printed = text[start : number.end]
                    found.append(Mark(start, number.end, printed, printed, meant=False))
        if self.groups:
            for begin, stop, groups, _ in lexicon().places(stems):
                same = (group for group, weight in groups.items() if weight == 1 and group in self.groups)
                if typed := self.groups.get(next(same, -1), ""):
                    start, end = spans[begin][0], spans[stop - 1][1]
                    found.append(Mark(start, end, typed, text[start:end].casefold(), meant=True))
        return list(_apart(found))


def excerpt(look: Look, text: tuple[str, str, str, str]) -> Excerpt:
    """Return the best passage of a note given as title, tags, body and sources, and why the note was found."""
    title, tags, body, sources = text
    found = [look.marks(part[:MOST_READ]) for part in (title, tags.replace("-", " "), body)]
    found.append([mark for mark in look.marks(sources[:2000]) if not mark.meant])
    direct = [[mark for mark in marks if not mark.meant] for marks in found]
    told = dict.fromkeys(mark.form for marks in direct for mark in marks)
    known = {mark.typed for marks in direct for mark in marks}
    others: dict[str, dict[str, str]] = {}
    for mark in (mark for marks in found for mark in marks if mark.meant and mark.typed not in known):
        stem = " ".join(stems_of(mark.form))
        if stem != " ".join(stems_of(mark.typed)):
            others.setdefault(mark.typed, {}).setdefault(stem, mark.form)
    passage, spans = _passage(body[:MOST_READ], found[2], look)
    return Excerpt(
        text=passage,
        spans=spans,
        words=tuple(told)[:MOST_TOLD],
        fields=tuple(name for name, marks in zip(FIELDS, direct, strict=True) if marks),
        meanings=tuple(f"{typed} → {', '.join(list(forms.values())[:MOST_OTHERS])}" for typed, forms in others.items()),
        pairs=tuple((typed, form) for typed, forms in others.items() for form in forms.values()),
    )


def _apart(found: list[Mark]) -> Iterator[Mark]:
    """Yield marks in order; of two that touch the query's own word goes first, then the longer one."""
    taken: list[Mark] = []
    for mark in sorted(found, key=lambda mark: (mark.meant, mark.start - mark.end, mark.start)):
        if all(mark.end <= other.start or mark.start >= other.end for other in taken):
            taken.append(mark)
    yield from sorted(taken, key=lambda mark: mark.start)


def _passage(body: str, marks: Sequence[Mark], look: Look) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the paragraph with the most different words of the query, then the most marks, then the first."""
    best: tuple[float, int] = (-1.0, -1)
    chosen, inside = (0, 0), list[Mark]()
    start = 0
    at = 0
    for paragraph in body.split("\n\n"):
        end = start + len(paragraph)
        mine = []
        while at < len(marks) and marks[at].start < end:
            mine.append(marks[at])
            at += 1
        value: dict[str, float] = {}
        for mark in mine:
            worth = MEANT if mark.meant else max(look.weights.get(mark.typed, 1.0), MEANT)
            value[mark.typed] = max(value.get(mark.typed, 0.0), worth)
        if paragraph.strip() and (sum(value.values()), len(mine)) > best:
            best, chosen, inside = (sum(value.values()), len(mine)), (start, end), mine
        start = end + 2
    return _cut(body, chosen, inside)


def _cut(body: str, place: tuple[int, int], marks: Sequence[Mark]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Shorten a paragraph to the stretch with most marks, at spaces; make white space plain."""
    start, end = place
    left, right = "", ""
    if end - start > LONGEST_PASSAGE * 1.25:
        starts = [mark.start for mark in marks] or [start]
        densest = max(starts, key=lambda at: (sum(at <= other < at + LONGEST_PASSAGE * 0.8 for other in starts), -at))
        begin = max(start, densest - LONGEST_PASSAGE // 6)
        if begin > start:
            begin = min(body.find(" ", begin, densest) + 1 or begin, densest)
        stop = end
        if begin + LONGEST_PASSAGE < end:
            stop = max(body.rfind(" ", begin, begin + LONGEST_PASSAGE), begin + LONGEST_PASSAGE // 2)
        left, right = "… " if begin > start else "", " …" if stop < end else ""
        start, end = begin, stop
    pieces: list[str] = [left]
    length = len(left)
    spans = []
    position = start
    for mark in (*marks, None):
        stop = mark.start if mark else end
        if mark and (mark.start < start or mark.end > end):
            continue
        plain = _plain(body[position:stop], keep_left=bool(length > len(left)), keep_right=mark is not None)
        pieces.append(plain)
        length += len(plain)
        if mark:
            word = " ".join(body[mark.start : mark.end].split())
            spans.append((length, length + len(word)))
            pieces.append(word)
            length += len(word)
            position = mark.end
    return "".join([*pieces, right]), tuple(spans)


def _plain(text: str, *, keep_left: bool, keep_right: bool) -> str:
    """Return text with single spaces, those at its ends only where something stands beside them."""
    words_ = " ".join(text.split())
    before = " " if keep_left and text[:1].isspace() else ""
    after = " " if keep_right and text[-1:].isspace() and words_ else ""
    return f"{before}{words_}{after}"
