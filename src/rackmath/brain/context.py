"""The sentence around a place in a note's text, as a reader would quote it."""

from __future__ import annotations

import re
from itertools import pairwise

from rackmath.brain.extract import plain
from rackmath.brain.sentence_ends import ends

LONGEST = 400
"""A sentence is cut to about this many characters around its place."""

_FAR = 2000  # characters to either side that are looked at: a file may be one endless line

_CODE = re.compile(r"(?<!`)(`{1,4})(?!`)[^`\n]{1,800}(?<!`)\1(?!`)")
_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]{0,12}(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)[ \t])|\n(?=[ \t]{0,3}\[\^)")


def masked(prose: str) -> str:
    """Return prose of the same length with code in it made blank, so that nothing is found there."""
    return _CODE.sub(lambda match: " " * len(match.group()), prose) if "`" in prose else prose


def sentence_at(prose: str, place: int) -> str:
    """Return the sentence that holds a place (a character offset), without marks of links and footnotes."""
    start, end = _paragraph(prose, place)
    paragraph = prose[start:end]
    here = place - start
    for first, last in sentences(paragraph):
        if first <= here < last:
            return _cut(paragraph[first:last], here - first)
    return _cut(paragraph, here)


def sentences(paragraph: str) -> list[tuple[int, int]]:
    """Cut a paragraph into sentences; return where each starts and ends. A footnote mark belongs to what it follows."""
    return list(pairwise((0, *ends(paragraph, 0, len(paragraph)), len(paragraph))))


def _paragraph(prose: str, place: int) -> tuple[int, int]:
    first, last = max(0, place - _FAR), min(len(prose), place + _FAR)
    start = max((match.end() for match in _BREAK.finditer(prose, first, place)), default=first)
    after = _BREAK.search(prose, place, last)
    return start, after.start() if after else last


def _cut(sentence: str, here: int) -> str:
    if len(sentence) > 2 * LONGEST:  # a paragraph without full stops: keep what stands around the place
        begin = max(0, here - LONGEST // 2)
        sentence = sentence[begin : begin + LONGEST]
    words = " ".join(plain(sentence).split())
    return words if len(words) <= LONGEST * 1.25 else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"
