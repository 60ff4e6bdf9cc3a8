"""One pass over the lines of a brain page: head, sections, notes, and what does not fit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from rackmath.brain.citations import MarkedText, read_citations
from rackmath.brain.defects import Defect
from rackmath.brain.page_parts import Block, BlockKind, Item, PageNote, PageUrl, Section
from rackmath.brain.tags import split_tag_line

KINDS = {
    "operating pov": "pov",
    "pov": "pov",
    "methodology": "methodology",
    "methodologies": "methodology",
    "currently watching": "watching",
    "watching": "watching",
    "thesis": "thesis",
    "theses": "thesis",
    "reading": "reading",
    "readings": "reading",
    "observation": "observation",
    "observations": "observation",
}
"""Section headings, lower-case, and the kind of note that each holds."""

DEEPEST = 6
"""Lists nested deeper than this are set at this depth."""

BULLETS = ("•", "‣", "▪", "●")

_HEADING = re.compile(r"(?P<name>[A-Za-z][A-Za-z ]{1,40}?)[ ·:(]{0,4}(?P<count>\d{1,7}) {1,4}nodes?\)?")
_NUMBERED = re.compile(r"\d{1,4}[.)] ")
_URL = re.compile(r"https?://\S+")


def rows_of(text: str) -> list[tuple[int, int, str]]:
    """Return (line number, indentation, text) of each line; blank ones have an empty text."""
    rows = []
    for number, raw in enumerate(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = raw.expandtabs(4)
        stripped = line.lstrip(" \u00a0\u2007\u202f\u200b")
        rows.append((number, len(line) - len(stripped), stripped.rstrip()))
    margin = min((indent for _, indent, line in rows if line), default=0)
    return [(number, indent - margin if line else 0, line) for number, indent, line in rows]


def _title_bullet(rows: list[tuple[int, int, str]]) -> tuple[int, str]:
    """Return the indentation and the character of the bullets that open notes.

    A title follows a section heading or the tag line of the note before it: the most frequent bullet in such a place
    decides, so that one line that lost its indentation does not.
    """
    found: Counter[tuple[int, str]] = Counter()
    before = ""
    started = False
    for _, indent, line in rows:
        if not line:
            continue
        heading = _heading(line, indent) is not None
        started = started or heading
        if started and line[0] in BULLETS and before:
            found[(indent, line[0])] += 1
        before = line if heading or split_tag_line(line) else ""
    return found.most_common(1)[0][0] if found else (-1, "")


def section_heading(line: str) -> bool:
    """Whether a line opens a section of a known kind, such as ``Thesis12 nodes``."""
    found = _heading(line, 0)
    return found is not None and bool(found[0])


def _heading(line: str, indent: int) -> tuple[str, str, int] | None:
    """Return (kind, heading, count) when the line opens a section. Only an unindented line can."""
    match = _HEADING.fullmatch(line) if indent == 0 and len(line) <= 80 else None
    if match is None:
        return None
    name = match["name"].strip()
    return KINDS.get(name.casefold(), ""), name, int(match["count"])


@dataclass
class _Growing:
    """A block while its items are being collected."""

    kind: BlockKind
    items: list[Item] = field(default_factory=list)

    def whole(self) -> Block:
        """Return the block; the lines of one paragraph become one item, and their spans move with them."""
        if self.kind != "paragraph" or len(self.items) == 1:
            return Block(self.kind, tuple(self.items))
        spans, start = [], 0
        for item in self.items:
            spans += [replace(span, start=span.start + start, end=span.end + start) for span in item.citations]
            start += len(item.text) + 1
        text = "\n".join(item.text for item in self.items)
        return Block(self.kind, (Item(self.items[0].line, text, tuple(spans)),))


@dataclass
class _Draft:
    """A note while its lines are being collected."""

    title: str
    line: int
    rows: list[tuple[int, int, str]] = field(default_factory=list)


class PageReader:
    """One pass over the lines: head, sections, drafts of notes."""

    def __init__(self, rows: list[tuple[int, int, str]]) -> None:
        self.rows = rows
        self.count = rows[-1][0] - (0 if rows[-1][2] else 1) if rows else 0
        self.head: list[tuple[int, str]] = []
        self.sections: list[Section] = []
        self.defects: list[Defect] = []
        self._numbers: Counter[str] = Counter()
        self._heading: tuple[str, str, int] | None = None
        self._line = 0
        self._notes: list[PageNote] = []
        self._draft: _Draft | None = None
        self._title_indent, self._bullet = _title_bullet(rows)

    def read(self) -> None:
        """Fill `head`, `sections` and `defects`."""
        for at, (number, indent, line) in enumerate(self.rows):
            if not line:
                if self._draft:
                    self._draft.rows.append((number, 0, ""))
                continue
            heading = _heading(line, indent)
            if heading and (heading[0] or self._bullet_follows(at)):
                self._close_section()
                self._heading, self._line = heading, number
            elif self._heading is None:
                self.head.append((number, line))
            else:
                self._row(number, indent, line)
        self._close_section(last=True)

    def _row(self, number: int, indent: int, line: str) -> None:
        is_bullet = line[0] in BULLETS
        if is_bullet and indent == self._title_indent and line[0] == self._bullet:
            self._close_note()
            self._draft = _Draft(line[1:].strip(), number)
        elif self._draft is not None and indent > self._title_indent:
            self._draft.rows.append((number, indent, line))
        elif self._draft is not None and not self._ended():
            self._say("unindented-text", "info", number, "a line of a note has lost its indentation; it was kept")
            self._draft.rows.append((number, self._title_indent + 2, line))
        else:
            self._say("text-outside-notes", "info", number, f"a line belongs to no note: {line[:60]!r}")

    def _bullet_follows(self, at: int) -> bool:
        """Whether the next line that is not blank is a bullet: only then may an unknown name be a section."""
        for _, _, line in self.rows[at + 1 : at + 6]:
            if line:
                return line[0] in BULLETS
        return False

    def _ended(self) -> bool:
        """Whether the note being read already has the tag line that ends it."""
        assert self._draft is not None
        last = next((line for _, _, line in reversed(self._draft.rows) if line), "")
        return bool(split_tag_line(last))

    def _close_section(self, *, last: bool = False) -> None:
        self._close_note(last=last)
        if self._heading is not None:
            kind, name, count = self._heading
            if not kind:
                text = f"the section {name!r} is of no known kind; its notes are kept as observations"
                self._say("unknown-section", "warning", self._line, text)
            section = Section(kind or "observation", name, self._line, count, tuple(self._notes))
            self.sections.append(section)
        self._heading, self._notes = None, []

    def _close_note(self, *, last: bool = False) -> None:
        draft, self._draft = self._draft, None
        if draft is None or self._heading is None:
            return
        kind = self._heading[0] or "observation"
        self._numbers[kind] += 1
        note = self._note(draft, kind, f"{kind[0].upper()}{self._numbers[kind]}")
        self._notes.append(note)
        short = note.title[:60]
        if not note.tags and last:
            self._say("page-cut", "error", note.line, f"the page ends inside the note {short!r}, before its tags")
        elif not note.tags:
            self._say("no-tags", "warning", note.line, f"the note {short!r} has no tags")
        if not any(block.kind != "sources" for block in note.blocks):
            self._say("empty-note", "warning", note.line, f"the note {short!r} has no text")
        blocks = sum(block.kind == "sources" for block in note.blocks)
        if kind == "reading" and blocks == 0 and not last:
            self._say("no-sources", "warning", note.line, f"the reading {short!r} lists no sources")
        if blocks > 1:
            self._say("sources-repeated", "warning", note.line, f"the note {short!r} has {blocks} lists of sources")

    def _note(self, draft: _Draft, kind: str, code: str) -> PageNote:
        rows = draft.rows
        while rows and not rows[-1][2]:
            rows.pop()
        tag_line = rows[-1][2] if rows else ""
        tags = split_tag_line(tag_line)
        if tags:
            rows = rows[:-1]
        title = self._text(draft.line, draft.title).text.strip()
        if not title:
            self._say("no-title", "warning", draft.line, "a note has no title")
        blocks: list[_Growing] = []
        urls: list[PageUrl] = []
        in_sources = gap = False
        for number, indent, line in rows:
            if not line:
                gap = True
                continue
            if line.rstrip(":").casefold() == "sources" and line.endswith(":"):
                in_sources = True
                blocks.append(_Growing("sources"))
            elif line[0] in BULLETS:
                text = line[1:].strip()
                if in_sources:
                    self._source(number, text, blocks, urls)
                else:
                    self._append("bullets", number, indent, text, blocks, joined=True)
            elif _NUMBERED.match(line):
                in_sources = False
                self._append("numbered", number, indent, line, blocks, joined=True)
            else:
                in_sources = False
                self._append("paragraph", number, indent, line, blocks, joined=not gap)
            gap = False
        whole = tuple(block.whole() for block in blocks)
        return PageNote(kind, code, title or "Untitled", draft.line, whole, tuple(urls), tags, tag_line if tags else "")

    def _append(
        self, kind: BlockKind, number: int, indent: int, text: str, blocks: list[_Growing], *, joined: bool
    ) -> None:
        """Add an item to the last block when it continues it, or begin a new block."""
        marked = self._text(number, text)
        depth = max(0, indent - self._title_indent - 2) // 2 if kind == "bullets" else 0
        if not (joined and blocks and blocks[-1].kind == kind):
            blocks.append(_Growing(kind))
        blocks[-1].items.append(Item(number, marked.text, marked.citations, min(depth, DEEPEST)))

    def _source(self, number: int, text: str, blocks: list[_Growing], urls: list[PageUrl]) -> None:
        found = _URL.findall(text)
        if not found:
            self._say("source-not-url", "warning", number, f"a source is not a URL: {text[:60]!r}")
        elif text != found[0]:
            self._say("source-extra-text", "info", number, "a source holds more than one URL, or words beside it")
        urls.extend(PageUrl(number, url) for url in found)
        blocks[-1].items.append(Item(number, text))

    def _text(self, number: int, text: str) -> MarkedText:
        marked = read_citations(text)
        for code, words in marked.problems:
            self._say(code, "warning", number, words)
        return marked

    def _say(self, code: str, severity: Literal["error", "warning", "info"], line: int, message: str) -> None:
        self.defects.append(Defect(code, severity, line, message))
