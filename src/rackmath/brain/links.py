"""Links between notes: where a note's text and front matter point, and by which names a note can be pointed at.

A link is kept as it was written. Which note it means is looked up each time, since a note that is added, renamed or
given an alias may change it: of all notes that answer to a name the one with the strongest kind of name is meant, and
of several the first by path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from rackmath.brain.context import masked, sentence_at
from rackmath.brain.front import texts
from rackmath.vault import Document, slug

FRONT_TYPES = ("supports", "contradicts", "refines", "updates", "depends_on", "example_of", "see_also", "superseded_by")
"""Keys of the front matter that hold links."""

TYPES = (*FRONT_TYPES, "mentions", "refers_to", "may_refer_to")
"""All types of links: ``mentions`` is a link in the text, ``refers_to`` a bracket reference that a person confirmed,
``may_refer_to`` one that only has candidates."""

MOST = 2000
"""Links of one note beyond this many are left alone."""

ID, PATH, PART, STEM, TITLE, ALIAS, SLUG = range(7)
"""The kinds of names of a note, the strongest first."""

WIKI = re.compile(r"!?\[\[(?P<target>[^\[\]\n|]{1,400})(?:\|(?P<text>[^\[\]\n]{0,400}))?\]\]")
_INLINE = re.compile(
    r"(?<!!)\[(?P<text>[^\[\]\n]{0,400})\]\((?P<target><[^<>\n]{1,800}>|[^()<>\s]{1,800})[^()\n]{0,200}\)"
)
_FIGURE = "fig:"
_LIVE = (_FIGURE, "run:")
"""How the targets of live tokens begin; they are no links to notes."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A link as it stands in a file.

    `target` is what was written, `name` the form of it that names are compared in; `offset` is its place in the file
    in characters, -1 in the front matter.
    """

    type: str
    target: str
    name: str
    text: str
    sentence: str
    offset: int


@dataclass(frozen=True, slots=True)
class FigureUse:
    """A figure shown in the text: ``[[fig:<id>|printed text]]``."""

    figure: str
    text: str
    offset: int


def name_of(target: str) -> str:
    """Return the form in which two names of a note are equal: no ending, no heading, small letters, single spaces."""
    bare = re.split(r"[#^]", target.strip(), maxsplit=1)[0].strip().casefold()
    return " ".join(bare.removesuffix(".md").strip("/").split())[:400]


def names_of(path: str, note_id: str, title: str, aliases: Sequence[str]) -> list[tuple[str, int]]:
    """Return the names that a note answers to, each with its kind; a name once, in its strongest kind."""
    whole = name_of(path)
    parts = whole.split("/")
    found = [(name_of(note_id), ID), (whole, PATH)]
    found += [("/".join(parts[start:]), PART) for start in range(1, len(parts) - 1)]
    found += [(parts[-1], STEM), (name_of(title), TITLE)]
    found += [(name_of(alias), ALIAS) for alias in aliases] + [(slug(alias), ALIAS) for alias in aliases]
    found.append((slug(title), SLUG))
    kept: dict[str, int] = {}
    for name, kind in found:
        if name:
            kept.setdefault(name, kind)
    return list(kept.items())


def pointers(document: Document, path: str) -> list[Pointer]:
    """Return the links of a note: those of its front matter, then those of its text in order."""
    return list(islice(chain(front_pointers(document.front), _prose(document, path)), MOST))


def front_pointers(front: Mapping[str, Any]) -> Iterator[Pointer]:
    """Yield the typed links of front matter; the brackets may be missing."""
    for kind in FRONT_TYPES:
        for written in texts(front.get(kind)):
            match = WIKI.fullmatch(written)
            target = (match["target"] if match else written).strip()
            if name := name_of(target):
                yield Pointer(kind, target, name, (match["text"] or "") if match else "", "", -1)


def figure_uses(document: Document) -> list[FigureUse]:
    """Return the figures that the text of a note shows, in order."""
    found = []
    for offset, prose in document_prose(document):
        for match in WIKI.finditer(masked(prose)) if _FIGURE in prose else ():
            target = match["target"].strip()
            if target.startswith(_FIGURE):
                found.append(FigureUse(target[len(_FIGURE) :].strip(), match["text"] or "", offset + match.start()))
    return found[:MOST]


def document_prose(document: Document) -> Iterator[tuple[int, str]]:
    """Yield the stretches of prose of a document with their offsets."""
    offset = 0
    for segment in document.segments:
        if segment.kind == "prose":
            yield offset, segment.text
        offset += len(segment.text)


def _prose(document: Document, path: str) -> Iterator[Pointer]:
    for offset, prose in document_prose(document):
        if "[[" not in prose and "](" not in prose:
            continue
        bare = masked(prose)
        found = [*WIKI.finditer(bare), *(_INLINE.finditer(bare) if "](" in bare else ())]
        for match in sorted(found, key=_place):
            written = match["target"].strip()
            target = written if match.re is WIKI else _local(written, path)
            if target.startswith(_LIVE) or not (name := name_of(target)):
                continue
            sentence = sentence_at(prose, match.start())
            yield Pointer("mentions", target, name, match["text"] or "", sentence, offset + match.start())


def _place(match: re.Match[str]) -> int:
    return match.start()


def _local(written: str, path: str) -> str:
    """Return the path in the vault that a Markdown link of the note at `path` leads to; empty if not to a note."""
    bare = written.strip("<>").strip()
    if _SCHEME.match(bare):
        return ""
    bare = unquote(re.split(r"[#?]", bare, maxsplit=1)[0])
    if not bare.endswith(".md"):
        return ""
    above = path.rpartition("/")[0]
    place = normpath(bare.lstrip("/") if bare.startswith("/") else f"{above}/{bare}")
    return place if place.startswith("notes/") else ""
