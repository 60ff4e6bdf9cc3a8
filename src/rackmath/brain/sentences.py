"""Numbered sentences: the pinned rule-based splitter that citations count by.

A citation says "sentence 12 of this snapshot", so the numbers may never move: the name and version of the splitter
are kept with each snapshot, and **any change of the rules needs a new VERSION** (a test holds the output to a hash).

What counts as a sentence: a heading; each sentence of a paragraph, a quotation or a list item; a row of a table; a line
of code. A line break inside a paragraph is a blank, unless it was put there on purpose (see `_breaks`). Lines without a
letter or a digit, such as rules and fences, are none. Time and space are linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from rackmath.brain.sentence_ends import ends

NAME = "rackmath-sentences"
VERSION = 1

_LINE = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_FENCE = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+")
_QUOTE = re.compile(r"[ \t]{0,12}(?:>[ \t]?){1,8}")
_ITEM = re.compile(r"[ \t]{0,24}(?:[-*+•◦‣▪●○]|1[.)])[ \t]+(?=\S)")
_WEAK_ITEM = re.compile(r"[ \t]{0,24}(?:[·–—]|\(?\d{1,3}\)|\d{1,3}\.|\(?[a-zA-Z]\))[ \t]+(?=\S)")
_FOOTNOTE = re.compile(r" {0,3}\[\^[^\]\s]{1,80}\]:[ \t]*")
_BAR = re.compile(r"[ \t]\|[ \t]")
_PIPE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*){0,400}\|?[ \t]*")
_GAP = re.compile(r"\t[ \t]*| {3,}\t*")
_LETTER = re.compile(r"[^\W_]")


_LAST_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+\Z")
_JOINING = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "than", "the", "to", "with"]
)
_OPENING = frozenset({"item", "weak", "footnote", "blank"})


class Sentence(NamedTuple):
    """A numbered sentence: ``text == whole[start:end]``; numbers start at 1."""

    n: int
    start: int
    end: int
    text: str


class Cell(NamedTuple):
    """A cell of a table, such as ``t2r5c3`` (all count from 1, header rows too); ``text == whole[start:end]``."""

    id: str
    start: int
    end: int
    text: str


class _Row(NamedTuple):
    """A line that says something: its kind, where it starts and ends without blanks, and what it is made of."""

    kind: str  # heading, item, weak (perhaps an item), quote, footnote, code, prose, pipe, gap; blank ends a paragraph
    start: int
    end: int
    content: int  # where the words start: after the marks of a list, a heading or a quotation


def split(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text in order."""
    found: list[Sentence] = []
    for start, end, whole in _units(text):
        cuts = [start, *(() if whole else ends(text, start, end)), end]
        for first, last in _pieces(text, cuts):
            found.append(Sentence(len(found) + 1, first, last, text[first:last]))
    return tuple(found)


def cells(text: str) -> tuple[Cell, ...]:
    """Return the cells of the tables of a text in order. Empty cells are left out; they still count as columns."""
    found: list[Cell] = []
    for number, table in enumerate(_tables(_rows(text)), 1):
        for at, row in enumerate(table, 1):
            for column, (start, end) in enumerate(_columns(text, row), 1):
                if start < end:
                    found.append(Cell(f"t{number}r{at}c{column}", start, end, text[start:end]))
    return tuple(found)


def _pieces(text: str, cuts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches between cuts without the blanks around them; one without a letter joins the one before."""
    kept: tuple[int, int] | None = None
    for first, last in pairwise(cuts):
        start, end = _stripped(text, first, last)
        if start >= end:
            continue
        if kept and not _LETTER.search(text, start, end):
            kept = kept[0], end
            continue
        if kept:
            yield kept
        kept = start, end
    if kept and _LETTER.search(text, *kept):
        yield kept


def _units(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, whole) of the stretches that sentences do not cross; a `whole` one is a single sentence."""
    paragraph: list[_Row] = []
    for told in _tabled(_rows(text)):
        wrapped = told.kind == "weak" and paragraph and paragraph[0].kind not in ("item", "weak")
        row = _Row("prose", told.start, told.end, told.start) if wrapped else told  # "rose to" / "12. The" is no list
        alone = row.kind in ("heading", "code", "pipe", "gap")
        if paragraph and (alone or row.kind in _OPENING or _quote_ends(paragraph[-1], row)):
            yield from _paragraph(text, paragraph)
            paragraph = []
        if alone:
            yield row.content, row.end, True
        elif row.kind != "blank":
            paragraph.append(row)
    if paragraph:
        yield from _paragraph(text, paragraph)


def _quote_ends(before: _Row, row: _Row) -> bool:
    return (before.kind == "quote") != (row.kind == "quote")


def _paragraph(text: str, rows: list[_Row]) -> Iterator[tuple[int, int, bool]]:
    """Yield a paragraph, cut where a line was broken on purpose."""
    longest = max(row.end - row.start for row in rows)
    start = rows[0].content
    for row, following in pairwise(rows):
        if _breaks(text, row, following, longest):
            yield start, row.end, False
            start = following.content
    yield start, rows[-1].end, False


def _breaks(text: str, row: _Row, following: _Row, longest: int) -> bool:
    """Whether a line break was meant: the line is far shorter than the longest and the next has a capital."""
    if 3 * (row.end - row.start) > 2 * longest or not text[following.content].isupper():
        return False
    last = _LAST_WORD.search(text, max(row.start, row.end - 12), row.end)
    return text[row.end - 1] not in ",;-–—(/&" and not (last and last.group() in _JOINING)


def _rows(text: str) -> list[_Row]:
    """Return the lines that say something, and a blank where others part them."""
    rows: list[_Row] = []
    fence = ""
    position = 0
    for line in _LINE.finditer(text):
        between = text[position : line.start()]
        parted = max(between.count("\n"), between.count("\r")) > 1 or not {"\f", "\u2029"}.isdisjoint(between)
        position = line.end()
        start, end = _stripped(text, line.start(), line.end())
        opening = _FENCE.match(text, line.start(), line.end())
        marks = opening["fence"] if opening else ""
        if marks and (not fence or (marks.startswith(fence) and start + len(marks) == end)):
            fence = "" if fence else marks
            rows.append(_Row("blank", start, start, start))
            continue
        says = start < end and _LETTER.search(text, start, end) is not None
        if not says and start < end and "|" in line.group() and _DELIMITER.fullmatch(text, start, end):
            continue  # the dashes under the head of a table
        if parted or not says:
            rows.append(_Row("blank", start, start, start))
        if says:
            rows.append(_Row("code", start, end, start) if fence else _row(text, line.start(), start, end))
    return rows


def _row(text: str, line: int, start: int, end: int) -> _Row:
    """Tell what kind of line this is."""
    if match := _HEADING.match(text, line, end):
        return _Row("heading", start, end, match.end())
    if text[start] == "|" or _BAR.search(text, start, end):
        return _Row("pipe", start, end, start)
    if match := _FOOTNOTE.match(text, line, end):
        return _Row("footnote", start, end, match.end() if match.end() < end else start)
    if match := _QUOTE.match(text, line, end):
        return _Row("quote", start, end, match.end() if match.end() < end else start)
    for kind, pattern in (("item", _ITEM), ("weak", _WEAK_ITEM)):
        if (match := pattern.match(text, line, end)) and _LETTER.search(text, match.end(), end):
            return _Row(kind, start, end, match.end())
    if _GAP.search(text, start, end):
        return _Row("gap", start, end, start)
    return _Row("prose", start, end, start)


def _tabled(rows: list[_Row]) -> Iterator[_Row]:
    """Yield the rows; lines with bars or gaps that stand in no table are prose."""
    in_tables = {row.start for table in _tables(rows) for row in table}
    for row in rows:
        if row.kind in ("pipe", "gap") and row.start not in in_tables:
            yield row._replace(kind="prose")
        else:
            yield row


def _tables(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Yield runs of two or more lines that have the same sort of columns."""
    run: list[_Row] = []
    for row in [*rows, _Row("blank", 0, 0, 0)]:
        if run and row.kind != run[-1].kind:
            if len(run) > 1:
                yield run
            run = []
        if row.kind in ("pipe", "gap"):
            run.append(row)


def _columns(text: str, row: _Row) -> Iterator[tuple[int, int]]:
    """Yield start and end of each cell of a row, blanks stripped."""
    divider = _PIPE if row.kind == "pipe" else _GAP
    start, end = row.start, row.end
    if row.kind == "pipe":
        start += text[start] == "|"
        end -= text[end - 1] == "|" and end - 1 > start and text[end - 2] != "\\"
    for match in divider.finditer(text, start, end):
        yield _stripped(text, start, match.start())
        start = match.end()
    yield _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
