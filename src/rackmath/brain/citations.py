"""Cite marks: a span of text tagged with the document and sentence numbers of one research run.

A span starts at a tag called ``cite`` in angle brackets, whose ``index`` holds pairs such as ``3-14,3-17``, and runs to
the tag that closes it. A pair is a document and a sentence; two pairs are two sentences, never a range. Copies of such
pages turn up with a parenthesis for the first bracket, or with HTML entities; all three forms are read.

The numbers belong to the run that produced the text. They are not positions in the note's list of sources, so
nothing here resolves them: a mark is kept, counted and left ``unresolved``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# \x3c is the opening angle bracket: written as an escape so that a viewer that rewrites such tags cannot harm it.
_OPEN = (
    r"(?:\x3c|\(|&lt;)\s{0,4}cite\s{1,8}index\s{0,4}=\s{0,4}"
    r"(?:\"|'|&quot;|&#34;|“|”)(?P<index>[^\"'&“”\x3c>]{0,2000})(?:\"|'|&quot;|&#34;|“|”)\s{0,4}(?:>|\)|&gt;)"
)
_CLOSE = r"(?P<close>(?:\x3c|\(|&lt;)/\s{0,4}cite\s{0,4}(?:>|\)|&gt;))"
_TAG = re.compile(f"{_OPEN}|{_CLOSE}")
_LOOKS_OPEN = re.compile(r"(?:\x3c|\(|&lt;)\s{0,4}cite\s{1,8}index")
_ITEM = re.compile(r"(\d{1,6})\s{0,4}-\s{0,4}(\d{1,6})")

DEEPEST = 16
"""Spans nested deeper than this are counted but wrap nothing: a flood of tags must not multiply the text."""

_QUOTES = "\"“”'‘’«»"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A sentence of a document, numbered as the research run numbered them (both count from 1)."""

    doc: int
    sentence: int

    def key(self, run: str) -> str:
        """Return the mark in the namespace of its run: ``run:<run>/doc:<D>/s:<S>``."""
        return f"run:{run}/doc:{self.doc}/s:{self.sentence}"


@dataclass(frozen=True, slots=True)
class Citation:
    """One cite span.

    Parameters
    ----------
    raw
        The opening tag exactly as it stands on the page.
    marks
        The sentences that it names; empty when its index could not be read.
    claim
        The text that the tag wraps. It is the note's own sentence, not a quotation of the source.
    start, end
        Character offsets of the claim in the text without tags.
    """

    raw: str
    marks: tuple[Mark, ...]
    claim: str
    start: int
    end: int

    @property
    def quoted(self) -> bool:
        """Whether the wrapped text itself begins with a quotation mark."""
        return self.claim[:1] in tuple(_QUOTES)


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with its cite tags taken out and remembered; `problems` are (code, words) pairs."""

    text: str
    citations: tuple[Citation, ...]
    problems: tuple[tuple[str, str], ...] = ()


def count_openings(text: str) -> int:
    """Count the opening tags of a text, whether their span is closed or not."""
    return sum(tag["close"] is None for tag in _TAG.finditer(text))


def marks_of(index: str) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Read an index such as ``3-14, 3-17``; return the marks and the items that could not be read."""
    marks, bad = [], []
    for item in index.split(","):
        match = _ITEM.fullmatch(item.strip())
        if match:
            marks.append(Mark(int(match[1]), int(match[2])))
        else:
            bad.append(item.strip())
    return tuple(marks), tuple(bad)


def read_citations(text: str) -> MarkedText:
    """Take the cite tags out of one paragraph and return its plain text with every span.

    Spans may nest. A span that is never closed reaches to the end of the paragraph and is reported, as is a closing
    tag without an opening one and an index that cannot be read. The time is linear in the length of the text.
    """
    if "cite" not in text:
        return MarkedText(text, ())
    pieces: list[str] = []
    length = position = 0
    stack: list[tuple[int, str, str, int]] = []
    spans: list[tuple[int, str, str, int, int]] = []
    problems: list[tuple[str, str]] = []
    opened = 0

    def keep(piece: str) -> None:
        nonlocal length
        if _LOOKS_OPEN.search(piece):
            problems.append(("cite-malformed", "a cite tag is broken off or misspelt and stays in the text"))
        pieces.append(piece)
        length += len(piece)

    for tag in _TAG.finditer(text):
        keep(text[position : tag.start()])
        position = tag.end()
        if tag["close"] is None:
            if len(stack) < DEEPEST:
                stack.append((opened, tag.group(), tag["index"], length))
            else:
                problems.append(("cite-nested", f"{tag.group()[:60]} is nested too deep; its span is taken as empty"))
                spans.append((opened, tag.group(), tag["index"], length, length))
            opened += 1
        elif stack:
            number, raw, index, start = stack.pop()
            spans.append((number, raw, index, start, length))
        else:
            problems.append(("cite-stray-close", "a closing cite tag has no opening one"))
    keep(text[position:])
    for number, raw, index, start in stack:
        problems.append(("cite-unclosed", f"{raw} is never closed; the span is taken to the end of its paragraph"))
        spans.append((number, raw, index, start, length))
    plain = "".join(pieces)
    citations = []
    for _, raw, index, start, end in sorted(spans):
        marks, bad = marks_of(index)
        if bad:
            problems.append(("cite-index", f"{raw} holds {', '.join(map(repr, bad))}, not document-sentence numbers"))
        citations.append(Citation(raw, marks, plain[start:end], start, end))
    return MarkedText(plain, tuple(citations), tuple(problems))
