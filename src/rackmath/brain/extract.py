"""What of a note's file is searched: its title, tags, prose, numbers and sources, without marks and machinery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rackmath.brain.numerals import number_terms
from rackmath.brain.tags import slug_of
from rackmath.vault import Document

_FOOTNOTE_TEXT = re.compile(r"^ {0,3}\[\^[^\]\s]{1,80}\]:.*(?:\n(?: {4}|\t).*)*", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]{1,80}\]")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,400})\]\([^()\n]{0,800}(?:\([^()\n]{0,200}\)[^()\n]{0,400})?\)")
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]\n|]{1,400})(?:\|([^\[\]\n]{1,400}))?\]\]")
_LINE_START = re.compile(r"^[ \t]{0,12}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)", re.MULTILINE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_SOURCES = re.compile(r"^## Sources[ \t]*\n(?P<list>(?:[ \t]*\n|- .*(?:\n|\Z))*)", re.MULTILINE)
_URL = re.compile(r"https?://[^\s<>]+")
_BLANK = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Searchable:
    """The searched parts of a note. Paragraphs of `body` are separated by blank lines.

    `spellings` are the tags as a published page wrote them, where that differs from `tags`.
    """

    id: str
    title: str
    kind: str
    tags: tuple[str, ...]
    spellings: tuple[str, ...]
    body: str
    numbers: str
    sources: str

    @property
    def slugs(self) -> tuple[str, ...]:
        """The tags in the form in which they are compared."""
        return tuple(dict.fromkeys(slug for tag in self.tags if (slug := slug_of(tag))))


def searchable(path: str, text: str | Document) -> Searchable:
    """Take a note's file apart for the index. Any text is accepted; what cannot be read counts as prose."""
    document = Document.parse(text) if isinstance(text, str) else text
    front = document.front
    figures = "\n\n".join(_figure_lines(block.data) for block in document.blocks())
    prose = "".join(part.text for part in document.segments if part.kind == "prose").replace("\r\n", "\n")
    listed = [match["list"] for match in _SOURCES.finditer(prose)]
    prose = _FOOTNOTE_TEXT.sub("", _SOURCES.sub("", prose))
    body = plain(f"{prose}\n\n{figures}" if figures else prose)
    title = document.title() or path.rsplit("/", 1)[-1].removesuffix(".md")
    return Searchable(
        id=str(front.get("id") or path),
        title=title,
        kind=str(front.get("type") or (path.split("/")[1] if path.count("/") > 1 else "note")),
        tags=_texts(front.get("tags")),
        spellings=_texts(front.get("page_tags")),
        body=body,
        numbers=" ".join(number_terms(f"{title}\n{body}")),
        sources=" ".join([*_texts(front.get("sources")), *_URL.findall("\n".join(listed))]),
    )


def plain(markdown: str) -> str:
    """Return prose without footnote marks, link targets, list and heading marks; paragraphs stay apart."""
    text = _FOOTNOTE_MARK.sub("", markdown)
    text = _WIKI_LINK.sub(lambda match: match[2] or match[1], _LINK.sub(r"\1", text))
    text = _ESCAPE.sub(r"\1", _LINE_START.sub("", text))
    return _BLANK.sub("\n\n", text).strip()


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part for part in re.split(r"[,\s]+", value) if part)
    return tuple(str(item) for item in value if item is not None) if isinstance(value, list | tuple) else ()


def _figure_lines(data: Any) -> str:
    """Return the figures of a block as paragraphs of words: what they measure, the value, and any note."""
    lines = []
    for figure in data if isinstance(data, list) else ():
        if isinstance(figure, dict):
            told = [figure.get(key) for key in ("subject", "quantity", "value", "unit", "as_of", "note")]
            lines.append(" ".join(str(part) for part in told if isinstance(part, str | int | float)))
    return "\n\n".join(lines)
