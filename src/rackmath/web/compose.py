"""Between a note's text and the fields of a form: what a person did not touch comes back as it was, to the byte.

A browser turns every line end of a text field into CR LF and knows nothing of front matter. So the fields are laid over
the text that the form was made from: only what differs is changed in it, and lines keep their own ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rackmath.errors import RackmathError
from rackmath.vault import Document

_ENDS = re.compile(r"\r\n|\r|\n")
_MOST_LINES = 20_000
"""A text with more lines gets the line ends of its first line."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A note as a form shows it; `body` is without the blank lines at its beginning."""

    title: str
    kind: str
    tags: tuple[str, ...]
    body: str


def fields_of(text: str) -> Fields:
    """Return what a form shows of a note."""
    document = Document.parse(text)
    return Fields(
        title=document.title(),
        kind=str(document.front.get("type") or ""),
        tags=_tags(document.front.get("tags")),
        body=_unix(document.body).lstrip("\n"),
    )


def with_fields(base: str, fields: Fields) -> str:
    """Lay the fields of a form over the text it was made from.

    Raises
    ------
    RackmathError
        The front matter cannot be read, or not be changed without touching other keys.
    """
    old, document = fields_of(base), Document.parse(base)
    title, kind = " ".join(fields.title.split()), fields.kind.strip()
    if not title:
        raise RackmathError("the title is empty; a note needs one")
    changes: dict[str, object] = {}
    if title != " ".join(old.title.split()):
        changes["title"] = title
    if kind and kind != old.kind:
        changes["type"] = kind
    if fields.tags != read_tags(shown_tags(old.tags)):  # a tag with a comma in it is left alone
        changes["tags"] = list(fields.tags)
    if changes:
        document = document.with_front(changes)
    typed = _unix(fields.body)
    if typed == old.body:
        return document.text
    lead = document.body[: len(document.body) - len(document.body.lstrip("\r\n"))]
    if not typed.endswith("\n"):
        typed += "\n"
    return document.with_body((lead or "\n") + with_line_ends(document.body[len(lead) :], typed)).text


def with_line_ends(base: str, typed: str) -> str:
    """Return a typed text in which lines that stand in `base` too have the ends they have there."""
    text = _unix(typed)
    if "\r" not in base:
        return text
    old, new = _ended(base), text.split("\n")
    usual = next((end for _, end in old if end), "\n")
    if len(old) > _MOST_LINES or len(new) > _MOST_LINES:
        return usual.join(new)
    ends = [usual] * len(new)
    lines = [line for line, _ in old]
    for start, at, size in SequenceMatcher(None, lines, new, autojunk=False).get_matching_blocks():
        for step in range(size):
            ends[at + step] = old[start + step][1] or usual
    ends[-1] = ""  # what follows the last line end, often nothing
    return "".join(line + end for line, end in zip(new, ends, strict=True))


def read_tags(text: str) -> tuple[str, ...]:
    """Return the tags typed into one field, parted by commas or lines, each once."""
    found = (" ".join(each.split()).removeprefix("#") for each in re.split(r"[,\n]", text))
    return tuple(dict.fromkeys(each for each in found if each))[:100]


def shown_tags(tags: Sequence[str]) -> str:
    """Return tags as one field shows them."""
    return ", ".join(tags)


def _tags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return read_tags(value)
    return tuple(str(each) for each in value if each is not None) if isinstance(value, list) else ()


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _ended(text: str) -> list[tuple[str, str]]:
    """Return lines, each with its end; the last has none."""
    found, start = [], 0
    for end in _ENDS.finditer(text):
        found.append((text[start : end.start()], end[0]))
        start = end.end()
    return [*found, (text[start:], "")]
