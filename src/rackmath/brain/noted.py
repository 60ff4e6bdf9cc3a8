"""What a note's file says, taken apart for the catalogue. Any file is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from rackmath.brain.extract import plain
from rackmath.brain.front import day, first, text, texts
from rackmath.brain.index_files import Parsed
from rackmath.brain.review import substance_of
from rackmath.brain.states import asked_state
from rackmath.brain.tags import slug_of
from rackmath.vault import Document, Printed, slug

EXCERPT = 280
MOST_FIGURES = 2000
"""Figures of one note beyond this many are not indexed."""

_PLAIN_KEY = re.compile(r"[0-9a-z]{26}")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t][^\n]*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"^ {0,3}\[\^[^\]\s]{1,80}\]:", re.MULTILINE)
_BARE_REFERENCE = re.compile(r"\s?\[(?:\d{1,3}[,–\- ]{0,3}){1,12}\]")
_NUL = "\0"


@dataclass(frozen=True, slots=True)
class Noted:
    """The fields of a note's file. `asked` is the state that it asks for; `tags` are spelt as in the file."""

    id: str
    key: str
    slug: str
    kind: str
    title: str
    asked: str
    created: str
    published: str
    updated: str
    certainty: str
    contributors: tuple[str, ...]
    tags: tuple[str, ...]
    aliases: tuple[str, ...]
    sources: tuple[str, ...]
    excerpt: str
    substance: str
    superseded_by: str
    retired_because: str


def read_note(file: Parsed) -> Noted:
    """Read the front matter and the beginning of a note."""
    document, front = file.document, file.document.front
    title = text(document.title(), 400) or file.path.rsplit("/", 1)[-1].removesuffix(".md")
    note_id = text(front.get("id"), 80) or file.path
    folder = file.path.split("/")[1] if file.path.count("/") > 1 else "note"
    created = day(front.get("created"))
    published = day(front.get("published"))
    return Noted(
        id=note_id,
        key=key_of(note_id),
        slug=slug(title),
        kind=text(front.get("type"), 40).casefold() or folder,
        title=title,
        asked=asked_state(front.get("status")),
        created=created,
        published=published,
        updated=day(front.get("updated")) or published or created,
        certainty=text(front.get("certainty"), 80),
        contributors=tuple(handle.removeprefix("@") for handle in texts(first(front, "contributors", "contributor"))),
        tags=tags_of(front),
        aliases=texts(front.get("aliases")),
        sources=texts(front.get("sources")),
        excerpt=excerpt_of(document),
        substance=substance_of(document.title(), document.body),
        superseded_by=text(front.get("superseded_by"), 400),
        retired_because=text(front.get("retired_because")),
    )


def key_of(note_id: str) -> str:
    """Return the short form of an id that stands in the address of a note's page."""
    bare = note_id.removeprefix("note_")
    return bare if _PLAIN_KEY.fullmatch(bare) else sha256(note_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def tags_of(front: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tags of a note as its file spells them; a text of several counts as several."""
    written = front.get("tags")
    if isinstance(written, str):
        written = [part for part in re.split(r"[,\s]+", written) if part]
    return tuple(tag for tag in texts(written) if slug_of(tag))


def excerpt_of(document: Document) -> str:
    """Return the beginning of a note's prose, cut at a word."""
    for segment in document.segments:
        if segment.kind != "prose":
            continue
        for paragraph in re.split(r"\n[ \t]*\n", segment.text[:20_000]):
            if _HEADING.sub("", paragraph).strip() and not _FOOTNOTE.match(paragraph):
                words = " ".join(_BARE_REFERENCE.sub("", plain(_HEADING.sub("", paragraph))).split())
                if words:
                    return words if len(words) <= EXCERPT else f"{words[:EXCERPT].rsplit(' ', 1)[0]} …"
    return ""


def figure_items(document: Document) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the entries of the figures blocks that name themselves, each with its line, numbers as printed."""
    count = 0
    for block in document.blocks():
        for line, item in block.items:
            if isinstance(item, Mapping) and count < MOST_FIGURES:
                count += 1
                yield line, item


def item_to_json(item: Mapping[str, Any]) -> str:
    """Return a figure's entry as JSON that keeps a printed number apart from a text."""
    return json.dumps(_marked(item), ensure_ascii=False, separators=(",", ":"))


def item_from_json(said: str) -> Any:
    """Return an entry as the figures block had it."""
    return json.loads(said, object_hook=lambda found: Printed(found[_NUL]) if _NUL in found else found)


def _marked(value: Any) -> Any:
    if isinstance(value, Printed):
        return {_NUL: str(value)}
    if isinstance(value, Mapping):
        return {str(key): _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list | tuple) else value
