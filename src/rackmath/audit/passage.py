"""A stretch of text to be checked: a sentence, or two that belong together, with its figures as single characters.

Rules are patterns over the *skeleton*, in which each figure, with its hedge and its period, is one character of a
private range that tells its kind. So a pattern such as "from A to B" is short, a gap between figures cannot leap over
one, and matching takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rackmath.audit.finding import Finding, Input
from rackmath.audit.quantity import Kind, Quantity, quantities

MOST_FIGURES, MOST_LETTERS = 120, 3_000
"""Figures and letters of one sentence that are looked at; what is longer is cut into pieces of this length."""

_FIRST: dict[Kind, int] = {"amount": 0xE000, "share": 0xE400, "factor": 0xE800, "year": 0xEC00, "points": 0xF000}
_PRIVATE = re.compile("[\ue000-\uf8ff]")

V, P, X, Y, PP = "[\ue000-\ue3ff]", "[\ue400-\ue7ff]", "[\ue800-\uebff]", "[\uec00-\uefff]", "[\uf000-\uf3ff]"
"""Patterns for one figure: an amount, a share, a factor, a year, percentage points."""
ANY = "[\ue000-\uf8ff]"


def gap(most: int, also: str = "") -> str:
    """Return a pattern for up to `most` characters without a figure (other than those `also` allows) or a full stop."""
    return f"(?:[^\ue000-\uf8ff;?!.]|\\.(?=\\S){f'|{also}' if also else ''}){{0,{most}}}?"


@dataclass(frozen=True)
class Line:
    """A sentence of a note, with where it stands. `start` is its place in the text of that line or file.

    `cuts` tell where marks were left out of it, such as those of links, and how many letters they have.
    """

    note: str
    path: str
    line: int
    start: int
    text: str
    heading: str = ""
    cuts: tuple[tuple[int, int], ...] = ()

    def at(self, place: int) -> int:
        """Return where a place of the sentence stands in the text of that line or file, marks left out counted in."""
        return self.start + place + sum(left for cut, left in self.cuts if cut <= place)

    def span(self, figure: Quantity) -> tuple[int, int]:
        """Return where a figure of the sentence begins and ends there."""
        return self.at(figure.start), self.at(figure.end - 1) + 1


@dataclass(frozen=True)
class Passage:
    """A stretch of text with its figures. The first `before` sentences are context for the last one."""

    lines: tuple[Line, ...]

    @cached_property
    def text(self) -> str:
        """The sentences, parted by a blank; characters that stand for figures are blanked out."""
        return _PRIVATE.sub(" ", " ".join(each.text for each in self.lines))

    @cached_property
    def figures(self) -> list[Quantity]:
        """The figures in order."""
        return quantities(self.text)[:MOST_FIGURES]

    @cached_property
    def skeleton(self) -> str:
        """The text with one character for each figure."""
        parts, place = [], 0
        for at, each in enumerate(self.figures):
            parts += [self.text[place : each.start], chr(_FIRST[each.kind] + at)]
            place = max(each.end, place)
        return "".join([*parts, self.text[place:]])

    def figure(self, sign: str | None) -> Quantity:
        """Return the figure that a character of the skeleton stands for."""
        assert sign is not None
        return self.figures[(ord(sign) - 0xE000) % 0x400]

    @property
    def last(self) -> Line:
        """The sentence that is checked."""
        return self.lines[-1]

    def place(self, figure: Quantity) -> tuple[Line, int]:
        """Return the sentence that a figure stands in, and its place there."""
        start = 0
        for line in self.lines[:-1]:
            if figure.start < start + len(line.text):
                return line, figure.start - start
            start += len(line.text) + 1
        return self.last, figure.start - start

    def input(self, name: str, figure: Quantity) -> Input:
        """Return a figure as the input of a formula."""
        line, start = self.place(figure)
        unit, named = figure.printed
        first, last = line.at(start), line.at(start + figure.end - figure.start - 1) + 1
        return Input(name, figure.text, figure.value / unit, named, line.note, line.line, first, last)

    def words(self, first: Quantity, last: Quantity) -> str:
        """Return the text from one figure to another."""
        return self.text[min(first.start, last.start) : max(first.end, last.end)]


def passages(lines: Sequence[Line]) -> Iterator[Passage]:
    """Yield each sentence of a note, and where one refers back ("That is …"), the two together."""
    for at, line in enumerate(lines):
        yield Passage((line,))
        if at and (_BACK.match(line.text) or _REFERS.search(line.text)) and lines[at - 1].heading == line.heading:
            yield Passage((lines[at - 1], line))


_BACK = re.compile(
    r"(?:That|This|Which|It|They|Both|Together|Combined|In total|Altogether|All told|In all|So|Hence|Thus|The (?:total|"
    r"difference|gap|saving|savings|sum|rest|remainder|increase|rise|fall|drop|decline|ratio|"
    r"result|bill|cost)|At|Over|On|"
    r"Per|Its|(?:In )?(?:BF|FP|INT|bf|fp|int)\d+|"
    r"A (?:rise|fall|drop|saving|gain)|An increase|Stack|Stacked|Now|Each)\b",
)
_REFERS = re.compile(
    r"\b(?:half|twice|double|\d+(?:\.\d+)?\s?[×x]) the (?:\w+ )(?:count|number|time)\b|\b[Mm]ultiply "
    r"(?:those|them|the two)\b"
)
__all__ = ["ANY", "PP", "Finding", "Line", "P", "Passage", "V", "X", "Y", "gap", "passages"]
