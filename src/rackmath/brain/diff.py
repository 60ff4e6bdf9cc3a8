"""What changed between two texts of a note: word by word in its prose, and figure by figure in its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rackmath.brain.align import pairs
from rackmath.brain.passages import entries, split
from rackmath.vault import Document

_WORD = re.compile(r"\s+|\d+(?:[.,]\d+)*|\w+|[^\w\s]")  # a number is one word: 1.90, not 1 and 90
_ALIKE = 0.3  # share of equal words from which two paragraphs count as one that was changed
_MOST_WORDS = 20_000  # in a paragraph; a longer one that changed is shown as removed and added
_MOST_PAIRS = 400  # paragraphs removed × added that are compared with each other for likeness
_LEADING = ("subject", "quantity", "value", "unit", "scope", "as_of")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a paragraph; `op` is same, added or removed."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a footnote or a foreign fenced block; `kind` is same, changed, added or removed."""

    kind: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A key whose value changed; None where it was not there. `words` say it for a reader."""

    name: str
    old: str | None
    new: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Item:
    """A figure, citation or reference that was added, removed or changed (`kind`)."""

    id: str
    kind: str
    label: str
    fields: tuple[Field, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference of two texts of a note. Unchanged paragraphs are among `prose`, so that it can be read whole."""

    front: tuple[Field, ...]
    prose: tuple[Block, ...]
    figures: tuple[Item, ...]
    citations: tuple[Item, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing that a reader sees changed."""
        return not (self.front or self.figures or self.citations or any(each.kind != "same" for each in self.prose))

    @property
    def words(self) -> str:
        """The difference in one line."""
        touched = [each.kind for each in self.prose if each.kind != "same"]
        told = [
            _counted(len(touched), "paragraph"),
            _counted(len(self.figures), "figure"),
            _counted(len(self.citations), "citation"),
        ]
        told = [each for each in told if each]
        said = f"{', '.join(told)} changed" if told else ""
        keys = ", ".join(each.name for each in self.front)
        return "; ".join(each for each in (said, f"front matter: {keys}" if keys else "") if each) or "nothing changed"

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self) | {"words": self.words}


def compare(old: str, new: str) -> Diff:
    """Compare two texts of a note. Any texts are accepted; what cannot be read as figures is compared as prose.

    The time is near linear in the length: very long or very different paragraphs are shown as removed and added.
    """
    before, after = Document.parse(old.replace("\r\n", "\n")), Document.parse(new.replace("\r\n", "\n"))
    cited = ("citations", "references")
    return Diff(
        front=_fields(before.front, after.front),
        prose=tuple(_prose(_passages(before), _passages(after))),
        figures=_items(before, after, ("figures",)),
        citations=_items(before, after, cited),
    )


# --- prose -----------------------------------------------------------------------------------------------------------


def _passages(document: Document) -> list[str]:
    """Return what is compared word by word: all but the blocks that are compared entry by entry."""
    return [each.text for each in split(document)[1] if not each.keyed]


def _prose(old: Sequence[str], new: Sequence[str]) -> Iterable[Block]:
    i = j = 0
    for a, b in [*pairs(old, new), (len(old), len(new))]:
        yield from _replaced(old[i:a], new[j:b])
        if a < len(old):
            yield Block("same", (Piece("same", old[a]),))
        i, j = a + 1, b + 1


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterable[Block]:
    """Yield what became of some paragraphs; those that are alike are shown as changed."""
    i = j = 0
    for a, b in [*_alike(old, new), (len(old), len(new))]:
        yield from (Block("removed", (Piece("removed", text),)) for text in old[i:a])
        yield from (Block("added", (Piece("added", text),)) for text in new[j:b])
        if a < len(old):
            yield Block("changed", _words(old[a], new[b]))
        i, j = a + 1, b + 1


def _alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return which removed paragraph became which added one: the choice with the most words kept, in order."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    mine, theirs = [_bag(text) for text in old], [_bag(text) for text in new]
    best: list[list[float]] = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    score = [[_likeness(a, b) for b in theirs] for a in mine]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            here = best[i + 1][j + 1] + score[i][j] if score[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], here)
    found, i, j = [], 0, 0
    while i < len(old) and j < len(new):
        if score[i][j] and best[i][j] == best[i + 1][j + 1] + score[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _bag(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text[:_MOST_WORDS].lower()))


def _likeness(old: frozenset[str], new: frozenset[str]) -> float:
    share = len(old & new) / max(len(old), len(new), 1)
    return share if share >= _ALIKE else 0.0


def _words(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two paragraphs word by word."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > _MOST_WORDS:
        return Piece("removed", old), Piece("added", new)
    found: list[Piece] = []
    i = j = 0
    for a, b in [*pairs(before, after), (len(before), len(after))]:
        _add(found, "removed", before[i:a])
        _add(found, "added", after[j:b])
        _add(found, "same", before[a : a + 1])
        i, j = a + 1, b + 1
    return tuple(_smoothed(found))


def _add(pieces: list[Piece], op: str, words: Sequence[str]) -> None:
    text = "".join(words)
    if text and pieces and pieces[-1].op == op:
        pieces[-1] = Piece(op, pieces[-1].text + text)
    elif text:
        pieces.append(Piece(op, text))


def _smoothed(pieces: Sequence[Piece]) -> Iterable[Piece]:
    """Join changes that only a space stands between: three new words read better than three changes."""
    held: dict[str, str] = {}
    for place, piece in enumerate(pieces):
        between = held and piece.op == "same" and not piece.text.strip() and place + 1 < len(pieces)
        if piece.op != "same":
            held[piece.op] = held.get(piece.op, "") + piece.text
        elif between:
            held = {"removed": held.get("removed", "") + piece.text, "added": held.get("added", "") + piece.text}
        else:
            yield from _released(held)
            held = {}
            yield piece
    yield from _released(held)


def _released(held: Mapping[str, str]) -> Iterable[Piece]:
    return (Piece(op, held[op]) for op in ("removed", "added") if held.get(op))


# --- what has keys ---------------------------------------------------------------------------------------------------


def _items(old: Document, new: Document, names: Sequence[str]) -> tuple[Item, ...]:
    before = entries(each.block for each in split(old)[1] if each.block and each.keyed and each.name in names)
    after = entries(each.block for each in split(new)[1] if each.block and each.keyed and each.name in names)
    found = []
    for key in dict.fromkeys([*before, *after]):
        a, b = before.get(key), after.get(key)
        fields = _fields(a or {}, b or {}, _unit(a), _unit(b))
        if not fields and a is not None and b is not None:
            continue
        kind = "added" if a is None else "removed" if b is None else "changed"
        shown = b if b is not None else a
        assert shown is not None
        found.append(Item(key, kind, _label(shown), fields, _item_words(kind, shown, fields)))
    return tuple(found)


def _unit(item: Mapping[str, Any] | None) -> str:
    return str((item or {}).get("unit") or "")


def _label(item: Mapping[str, Any]) -> str:
    if item.get("subject") and item.get("quantity"):
        return f"{item['subject']}/{item['quantity']}"
    return next((str(item[key])[:80] for key in ("claim", "raw", "source") if item.get(key)), "")


def _item_words(kind: str, item: Mapping[str, Any], fields: Sequence[Field]) -> str:
    if kind == "changed":
        return "; ".join(each.words if each.name == "value" else f"{each.name}: {each.words}" for each in fields)
    value = " ".join(filter(None, (_shown(item.get("value")), _unit(item))))
    return f"{kind}: {value}" if value else kind


def _fields(
    old: Mapping[str, Any], new: Mapping[str, Any], old_unit: str = "", new_unit: str = ""
) -> tuple[Field, ...]:
    """Compare two mappings key by key; nested keys are named with dots."""
    before, after = _flat(old), _flat(new)
    found = []
    names = dict.fromkeys([*(name for name in _LEADING if name in before or name in after), *before, *after])
    for name in names:
        a, b = before.get(name), after.get(name)
        if a == b:
            continue
        units = (old_unit, new_unit) if name == "value" else ("", "")
        if isinstance(old.get(name), list) and isinstance(new.get(name), list):
            words = _list_words(old[name], new[name])
        else:
            words = _change(a, b, *units)
        found.append(Field(name, a, b, words))
    return tuple(found)


def _change(old: str | None, new: str | None, old_unit: str, new_unit: str) -> str:
    if old is None or new is None:
        word, value, unit = ("new", new, new_unit) if old is None else ("gone", old, old_unit)
        return f"{word}: {value} {unit}".rstrip()
    if old_unit == new_unit:
        return f"{old or '(empty)'} → {new or '(empty)'} {new_unit}".rstrip()
    return f"{old} {old_unit}".rstrip() + " → " + f"{new} {new_unit}".rstrip()


def _list_words(old: Sequence[Any], new: Sequence[Any]) -> str:
    before, after = [_shown(each) for each in old], [_shown(each) for each in new]
    told = [f"added {', '.join(each for each in after if each not in set(before))}"] if set(after) - set(before) else []
    if gone := [each for each in before if each not in set(after)]:
        told.append(f"removed {', '.join(gone)}")
    return "; ".join(told) or "put in another order"


def _flat(data: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            found |= {f"{key}.{inner}": text for inner, text in _flat(value).items()}
        else:
            found[str(key)] = _shown(value)
    return found


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(item)}" for key, item in value.items())
    return str(value)


def _counted(number: int, noun: str) -> str:
    return "" if not number else f"1 {noun}" if number == 1 else f"{number} {noun}s"
