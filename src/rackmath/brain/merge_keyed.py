"""Three-way merge of what has keys: front matter by key, blocks of figures and citations by entry and field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rackmath.brain.align import woven
from rackmath.brain.links import FRONT_TYPES
from rackmath.brain.passages import Passage, entry_id
from rackmath.errors import RackmathError
from rackmath.vault import Document, YamlProblem, parse_yaml, write_yaml
from rackmath.vault.block import FIGURE_ORDER

SETS = frozenset({"tags", "aliases", "sources", "contributors", *FRONT_TYPES}) - {"superseded_by"}
"""Keys of the front matter whose order says nothing, and whose single value may be written without a list."""

_LATER = frozenset({"updated", "modified"})
_EARLIER = frozenset({"created", "published"})
_COMMENT = re.compile(r"(?:^|[ \t])(#[^\n]*)$", re.MULTILINE)


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that both sides changed in different ways; None where a side does not have it."""

    where: str
    base: str | None
    mine: str | None
    theirs: str | None


@dataclass(slots=True)
class Outcome:
    """A merged piece of a note, what is in conflict in it, and how many changes each side brought."""

    text: str = ""
    conflicts: list[Conflict] = field(default_factory=list)
    mine: int = 0
    theirs: int = 0

    def choose(self, where: str, base: Any, mine: Any, theirs: Any) -> Any:
        """Return the value that was changed by one side; where both did, note a conflict and keep theirs."""
        if mine == theirs:
            return mine
        if theirs == base:
            self.mine += 1
            return mine
        if mine == base:
            self.theirs += 1
            return theirs
        self.conflicts.append(Conflict(where, _shown(base), _shown(mine), _shown(theirs)))
        return mine if isinstance(theirs, _Missing) else theirs


def woven_text(base: str, mine: str, theirs: str) -> str | None:
    """Merge three texts line by line; None where that is not clean."""
    merged = woven(*(text.splitlines(keepends=True) for text in (base, mine, theirs)))
    return None if merged is None else "".join(merged)


# --- front matter ----------------------------------------------------------------------------------------------------


def merged_front(base: Document, mine: Document, theirs: Document) -> Outcome:
    """Merge front matter that both sides changed; the text has its fence lines."""
    documents = (base, mine, theirs)
    heads = [document.text[: len(document.text) - len(document.body)] for document in documents]
    found = Outcome(heads[2])
    plain = woven_text(*heads)
    if any(document.front_problem for document in documents):
        found.conflicts.append(Conflict("front matter", *heads))
        return found
    wanted: dict[str, Any] = {}
    for key in dict.fromkeys([*theirs.front, *mine.front, *base.front]):
        value = _key(found, key, *(document.front.get(key, MISSING) for document in documents))
        if not isinstance(value, _Missing):
            wanted[key] = value
    if plain is not None and not found.conflicts and dict(Document(plain).front) == wanted:
        found.text = plain
        return found
    changes = {key: wanted.get(key) for key in {**theirs.front, **wanted} if wanted.get(key) != theirs.front.get(key)}
    try:
        changed = theirs.with_front(changes)
    except RackmathError:
        found.conflicts.append(Conflict("front matter", *heads))
        return found
    found.text = changed.text[: len(changed.text) - len(changed.body)]
    for comment in _comments(heads[1], heads[0], found.text):
        found.conflicts.append(Conflict("comment in the front matter", None, comment, None))
    return found


def _key(found: Outcome, key: str, base: Any, mine: Any, theirs: Any) -> Any:
    values = [[value] if key in SETS and isinstance(value, str) else value for value in (base, mine, theirs)]
    listed = [[] if value is None or isinstance(value, _Missing) else value for value in values]
    if base != mine != theirs != base and all(map(_is_set, listed)) and any(listed):
        before, ours, others = listed
        found.mine += 1
        found.theirs += 1
        kept = [item for item in others if item in ours or item not in before]
        return [*kept, *(item for item in ours if item not in kept and item not in before)]
    if base not in (mine, theirs) and isinstance(mine, str) and isinstance(theirs, str):
        if key in _LATER:
            return max(mine, theirs)
        if key in _EARLIER:
            return min(mine, theirs)
    return found.choose(f"front matter: {key}", base, mine, theirs)


def _is_set(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str | int | float) for item in value)


def _comments(text: str, base: str, merged: str) -> list[str]:
    """Return the comments of a text that are new in it and not in what was merged."""
    old = set(_COMMENT.findall(base))
    return [each for each in _COMMENT.findall(text) if each not in old and each not in merged]


# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entries:
    opening: str
    preamble: str
    texts: Mapping[str, str]
    data: Mapping[str, Any]
    closing: str


def _read(passage: Passage | None) -> _Entries | None:
    """Cut a block into its entries; None when it is not a plain list of entries with ids of their own."""
    if passage is None:
        return _Entries("", "", {}, {}, "")
    opening, inner, closing = _fences(passage.text)
    if not inner.strip():
        return _Entries(opening, inner, {}, {}, closing)
    try:
        parsed = parse_yaml(inner, printed=True)
    except YamlProblem:
        return None
    if not isinstance(parsed.data, list):
        return None
    starts = [inner.rfind("\n", 0, entry.start) + 1 for entry in parsed.entries]
    gaps = [inner[start : entry.start] for start, entry in zip(starts, parsed.entries, strict=True)]
    names = [entry_id(item) for item in parsed.data]
    if not all(re.fullmatch(r"-[ \t]+", gap) for gap in gaps) or "" in names or len(set(names)) < len(names):
        return None
    ends = [*starts[1:], len(inner)]
    texts = {name: inner[start:end] for name, start, end in zip(names, starts, ends, strict=True)}
    return _Entries(opening, inner[: starts[0]], texts, dict(zip(names, parsed.data, strict=True)), closing)


def _fences(text: str) -> tuple[str, str, str]:
    """Cut a fenced block into its opening line, what is inside and its closing line."""
    start = text.find("\n") + 1
    end = text.rfind("\n") + 1
    return text[:start], text[start:end], text[end:]


def merged_block(base: Passage | None, mine: Passage, theirs: Passage) -> Outcome | None:
    """Merge a block that both sides changed; None when one of them is not a plain list of entries with ids."""
    sides = [_read(base), _read(mine), _read(theirs)]
    b, m, t = sides
    if b is None or m is None or t is None:
        return None
    found = Outcome()
    label = mine.name.removesuffix("s")
    merged: dict[str, str] = {}
    for name in dict.fromkeys([*m.texts, *t.texts]):
        text = _entry(found, f"{label} {name}", name, b, m, t)
        if text is not None:
            merged[name] = text if text.endswith("\n") else f"{text}\n"
    order = list(t.texts) if list(m.texts) == list(b.texts) else list(m.texts)
    opening = found.choose(f"{mine.name} block", b.opening or t.opening, m.opening, t.opening)
    preamble = woven_text(b.preamble, m.preamble, t.preamble)
    if preamble is None:
        preamble = found.choose(f"{mine.name} block, before its entries", b.preamble, m.preamble, t.preamble)
    inner = "".join(merged[name] for name in _ordered(merged, order, m.texts, t.texts))
    found.text = opening + preamble + inner + t.closing
    return found


def _ordered(names: Mapping[str, str], order: Sequence[str], *sides: Mapping[str, str]) -> list[str]:
    """Put entries in an order; one that it lacks stands after the entry that it follows on its side."""
    placed = [name for name in order if name in names]
    for side in sides:
        before = ""
        for name in side:
            if name in names and name not in placed:
                placed.insert(placed.index(before) + 1 if before in placed else 0 if not before else len(placed), name)
            before = name if name in placed else before
    return placed


def _entry(found: Outcome, where: str, name: str, base: _Entries, mine: _Entries, theirs: _Entries) -> str | None:
    """Return the merged text of one entry; None where it is left out."""
    b, m, t = (side.texts.get(name) for side in (base, mine, theirs))
    if m is None or t is None or b in (m, t) or m == t:
        chosen: Any = found.choose(where, *(MISSING if text is None else text for text in (b, m, t)))
        return None if isinstance(chosen, _Missing) else str(chosen)
    data = _mapping(found, where, *(side.data.get(name, {}) for side in (base, mine, theirs)))
    lines = woven_text(b or "", m, t)
    if lines is not None and _says(lines, data):
        return lines
    comments = [*_comments(m, "", ""), *(each for each in _comments(t, "", "") if each not in _comments(m, "", ""))]
    return "".join(f"{each}\n" for each in comments) + write_yaml([data], order=FIGURE_ORDER)


def _says(text: str, data: Any) -> bool:
    try:
        return bool(parse_yaml(text, printed=True).data == [data])
    except YamlProblem:
        return False


def _mapping(found: Outcome, where: str, base: Any, mine: Any, theirs: Any) -> dict[str, Any]:
    """Merge an entry field by field; mappings in it, such as a scope, likewise."""
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*theirs, *mine]):
        b, m, t = (side.get(key, MISSING) for side in (base, mine, theirs))
        here = f"{where}, {key}"
        if isinstance(m, Mapping) and isinstance(t, Mapping):
            value: Any = _mapping(found, here, b if isinstance(b, Mapping) else {}, m, t)
        else:
            value = found.choose(here, b, m, t)
        if not isinstance(value, _Missing):
            merged[str(key)] = value
    return merged


def _shown(value: Any) -> str | None:
    if isinstance(value, _Missing):
        return None
    if isinstance(value, Mapping | list):
        return write_yaml(value).strip()
    return "" if value is None else str(value)
