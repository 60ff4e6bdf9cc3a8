"""A note's text cut into the passages that people change: paragraphs, footnotes and fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rackmath.vault import Block, Document

KEYED = ("figures", "citations", "references")
"""Fenced blocks that are lists of entries with an id."""

_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,200})\]:", re.MULTILINE)
_BLANK = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a footnote or a fenced block, and the line ends after it."""

    kind: str  # prose | footnote | block
    name: str  # the label of a footnote, the first word of a fence; else empty
    text: str  # without the line ends that follow
    gap: str
    block: Block | None = None

    @property
    def keyed(self) -> bool:
        """Whether it is a block of entries with ids, and can be read as one."""
        block = self.block
        return block is not None and block.name in KEYED and block.closed and not block.faults


def split(document: Document) -> tuple[str, list[Passage]]:
    """Cut the body of a note; the first text returned is what stands before the first passage, only line ends.

    All of it joined again is the body.
    """
    lead = ""
    found: list[Passage] = []
    blocks = iter(document.blocks(None))
    for segment in document.segments:
        if segment.kind == "fence":
            block = next(blocks)
            found.append(_passage("block", block.name, segment.text, block))
        elif segment.kind == "prose":
            for kind, name, text in _prose(segment.text):
                if text.strip():
                    found.append(_passage(kind, name, text))
                elif found:
                    found[-1] = replace(found[-1], gap=found[-1].gap + text)
                else:
                    lead += text
    return lead, found


def _passage(kind: str, name: str, text: str, block: Block | None = None) -> Passage:
    bare = text.rstrip("\r\n") if block else text.rstrip()
    return Passage(kind, name, bare, text[len(bare) :], block)


def _prose(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, name, text with the line ends after it) of a stretch without fences."""
    start = len(text) - len(text.lstrip()) if text.strip() else 0
    start = text.rfind("\n", 0, start) + 1  # blank lines before the first paragraph, but not its indent
    yield "prose", "", text[:start]
    cuts = [match.end() for match in _BLANK.finditer(text, start)]
    for end in [*cuts, len(text)]:
        paragraph = text[start:end]
        notes = list(_FOOTNOTE.finditer(paragraph))
        edges = [match.start() for match in notes]
        edges.append(len(paragraph))
        if edges[0] > 0:
            yield "prose", "", paragraph[: edges[0]]
        for match, stop in zip(notes, edges[1:], strict=True):
            yield "footnote", match.group(1), paragraph[match.start() : stop]
        start = end


def entries(blocks: Iterable[Block]) -> dict[str, Mapping[str, Any]]:
    """Return the entries of keyed blocks by their id, numbers as printed; one without an id is named by its place."""
    found: dict[str, Mapping[str, Any]] = {}
    for block in blocks:
        for _, item in block.items:
            if isinstance(item, Mapping):
                found.setdefault(entry_id(item) or f"#{len(found) + 1}", item)
    return found


def entry_id(item: Any) -> str:
    """Return the id of an entry; empty when it has none."""
    value = item.get("id") if isinstance(item, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
