"""Bring two changes of one note together: what both sides left alone, what one changed, and what they disagree on.

Front matter is merged key by key, lists such as tags as sets; blocks of figures, citations and references entry by
entry and field by field; footnotes by their label; prose paragraph by paragraph and, inside what both changed, sentence
by sentence. Where both sides changed the same thing in different ways, that is a conflict: nothing is guessed, and
nothing of either side is left out without being named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace

from rackmath.brain.align import regions, woven
from rackmath.brain.merge_keyed import MISSING, Conflict, Outcome, merged_block, merged_front
from rackmath.brain.passages import KEYED, Passage, entries, split
from rackmath.vault import Document

__all__ = ["MARKS", "Conflict", "Merge", "merge", "unresolved"]

MARKS = ("<<<<<<< yours", "||||||| before", "=======", ">>>>>>> theirs")
"""The lines that stand around the versions of a passage in a draft with conflicts."""

_LEFT = re.compile(r"^(?:<<<<<<< yours|\|\|\|\|\|\|\| before|>>>>>>> theirs)[ \t]*\r?$", re.MULTILINE)
_SENTENCE_END = re.compile(r"((?<=[.!?])[ \t]+|\n+)")
_NAME = "\0"  # no text of a note holds it
_MOST_BLOCKS = 50  # of one kind in a note; more are merged as plain text


@dataclass(frozen=True, slots=True)
class Merge:
    """The outcome: `text`, or None where there are conflicts; `took` says in words what each side brought.

    `draft` always holds a text that can be read: all that is clean is merged; where passages of prose are in conflict
    both stand there between `MARKS`; where a key or a field is, it has the value of the other side.
    """

    text: str | None
    conflicts: tuple[Conflict, ...]
    took: str
    draft: str


def unresolved(text: str) -> int | None:
    """Return the line of the first mark of a conflict that is still in a text, or None."""
    match = _LEFT.search(text)
    return None if match is None else text.count("\n", 0, match.start()) + 1


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Merge two texts that were both made from `base`.

    Parameters
    ----------
    base
        What both started from.
    mine
        The text to be saved.
    theirs
        What is in the file now.
    """
    if mine in (theirs, base):
        return Merge(theirs, (), "nothing of yours was new" if mine == base else "both sides say the same", theirs)
    if theirs == base:
        return Merge(mine, (), "nothing else had changed", mine)
    newline = Document(theirs).newline
    work = _Merger(*(Document(text.replace("\r\n", "\n")) for text in (base, mine, theirs)))
    draft = work.run().replace("\n", newline)
    took = f"{_changes(work.found.mine)} of yours, {_changes(work.found.theirs)} of the other side"
    return Merge(None if work.found.conflicts else draft, tuple(work.found.conflicts), took, draft)


def _changes(number: int) -> str:
    return "1 change" if number == 1 else f"{number} changes"


@dataclass(frozen=True, slots=True)
class _Row:
    """A passage as it is aligned: by a name of its own (a footnote, a block of entries) or by its text."""

    key: str
    passage: Passage
    after: str | None  # key of the passage that follows it on its side

    @property
    def named(self) -> bool:
        return self.key.startswith(_NAME)


class _Merger:
    def __init__(self, base: Document, mine: Document, theirs: Document) -> None:
        self.found = Outcome()
        self._documents = (base, mine, theirs)
        cut = [split(document) for document in self._documents]
        self._leads, sides = [lead for lead, _ in cut], [passages for _, passages in cut]
        self._sides = [_rows(keys, side) for keys, side in zip(_keys(sides), sides, strict=True)]
        self._named = [{row.key: row.passage for row in side if row.named} for side in self._sides]
        self._done: set[str] = set()  # names that stand in the merged text already

    def run(self) -> str:
        """Return the merged text, or the draft when there are conflicts."""
        head = self._front()
        before = copy(self.found)
        before.conflicts = list(self.found.conflicts)
        rows = [*self._body(), *self._left_over()]
        body = self._lead() + "".join(row.passage.text + row.passage.gap for row in self._spaced(rows))
        fixed = [(row.passage.name, row.passage.text) for row in rows if row.passage.kind != "prose"]
        if not _reads_back(body, fixed):
            bodies = [document.body for document in self._documents]
            before.conflicts.append(Conflict("text", *bodies))
            self.found, body = before, bodies[2]
        return head + body

    def _front(self) -> str:
        heads = [document.text[: len(document.text) - len(document.body)] for document in self._documents]
        if heads[0] in heads[1:] or heads[1] == heads[2]:
            return str(self.found.choose("front matter", *heads))
        return self._taken(merged_front(*self._documents))

    def _taken(self, outcome: Outcome) -> str:
        self.found.conflicts += outcome.conflicts
        self.found.mine += outcome.mine
        self.found.theirs += outcome.theirs
        return outcome.text

    def _lead(self) -> str:
        base, mine, theirs = self._leads
        return mine if theirs == base else theirs

    # --- passages ------------------------------------------------------------------------------------------------

    def _body(self) -> Iterator[_Row]:
        for region in regions(*([row.key for row in side] for side in self._sides)):
            b, m, t = (side[part] for side, part in zip(self._sides, region[:3], strict=True))
            if region.stable:
                for before, ours, others in zip(b, m, t, strict=True):
                    gap = ours if others.passage.gap == before.passage.gap else others
                    row = replace(gap, passage=replace(ours.passage, gap=gap.passage.gap))
                    yield from self._with_content(row)
            else:
                yield from self._changed(b, m, t)

    def _changed(self, base: Sequence[_Row], mine: Sequence[_Row], theirs: Sequence[_Row]) -> Iterator[_Row]:
        """Merge a stretch where passages were changed, added, removed or moved."""
        b, m, t = ([row.key for row in side] for side in (base, mine, theirs))
        if b in (m, t) or m == t:
            self.found.mine += m != b
            self.found.theirs += t != b
            for row in theirs if m == b else mine:
                yield from self._with_content(row)
            return
        yield from self._prose(*([row for row in side if not row.named] for side in (base, mine, theirs)))
        for row in {row.key: row for row in (*mine, *theirs) if row.named}.values():
            yield from self._with_content(row)

    def _left_over(self) -> Iterator[_Row]:
        """Yield named passages that are on a side and would otherwise be lost."""
        for side in self._sides[1:]:
            for row in side:
                if row.named and row.key not in self._done:
                    yield from self._with_content(replace(row, after=None))

    def _with_content(self, row: _Row) -> Iterator[_Row]:
        """Yield a row with what its passage says after the merge; nothing when it is removed or stands already."""
        if not row.named:
            yield row
            return
        if row.key in self._done:
            return
        b, m, t = (side.get(row.key) for side in self._named)
        if m and t:
            text = self._content(b, m, t)
        else:
            only = m or t
            assert only is not None
            if b and b.text == only.text:  # the other side removed it, this one left it alone
                self._done.add(row.key)
                return
            text = only.text
            if b:
                self.found.choose(_where(only), b.text, m.text if m else MISSING, t.text if t else MISSING)
        self._done.add(row.key)
        yield replace(row, passage=replace(row.passage, text=text))

    def _content(self, base: Passage | None, mine: Passage, theirs: Passage) -> str:
        """Merge what a named passage says."""
        before = base.text if base else ""
        if mine.text == theirs.text or before in (mine.text, theirs.text):
            return str(self.found.choose(_where(mine), before, mine.text, theirs.text))
        keyed = mine.keyed and theirs.keyed and (base is None or base.keyed)
        if keyed and (outcome := merged_block(base, mine, theirs)):
            return self._taken(outcome)
        cut = _lines if mine.kind == "block" else _sentences
        if base and (merged := woven(cut(before), cut(mine.text), cut(theirs.text))) is not None:
            self.found.mine += 1
            self.found.theirs += 1
            return "".join(merged)
        self.found.conflicts.append(Conflict(_where(mine), base.text if base else None, mine.text, theirs.text))
        return theirs.text  # marks would break a footnote or a block

    def _prose(self, base: Sequence[_Row], mine: Sequence[_Row], theirs: Sequence[_Row]) -> Iterator[_Row]:
        """Merge paragraphs that both sides changed: sentence by sentence if that is clean."""
        b, m, t = ("\n\n".join(row.passage.text for row in side) for side in (base, mine, theirs))
        if b in (m, t) or m == t:
            yield from theirs if m == b else mine
            return
        merged = woven(_sentences(b), _sentences(m), _sentences(t))
        if merged is None and len(base) == len(mine) == len(theirs) > 1:  # paragraph by paragraph
            for three in zip(base, mine, theirs, strict=True):
                yield from self._prose(*([row] for row in three))
            return
        if merged is None:
            where = f"paragraph “{_beginning(b or m)}”"
            self.found.conflicts.append(
                Conflict(where, b if base else None, m if mine else None, t if theirs else None)
            )
            text = "\n".join(part for pair in zip(MARKS, (m, b, t, ""), strict=True) for part in pair if part)
        else:
            self.found.mine += 1
            self.found.theirs += 1
            text = "".join(merged)
        if text.strip():
            yield _Row(text, Passage("prose", "", text, "\n\n"), None)

    def _spaced(self, rows: Sequence[_Row]) -> Iterator[_Row]:
        """Yield the rows with the line ends that keep neighbours apart that were none before."""
        for place, row in enumerate(rows):
            gap = row.passage.gap
            if place + 1 == len(rows):
                base, mine, theirs = (side[-1].passage.gap if side else "\n" for side in self._sides)
                gap = mine if theirs == base else theirs
            elif row.after != (following := rows[place + 1]).key:
                least = "\n" if row.passage.kind == following.passage.kind == "footnote" else "\n\n"
                gap = gap if gap.count("\n") >= len(least) else least
            yield replace(row, passage=replace(row.passage, gap=gap))


# --- what passages are called ----------------------------------------------------------------------------------------


def _rows(keys: Sequence[str], passages: Sequence[Passage]) -> list[_Row]:
    return [_Row(*each) for each in zip(keys, passages, [*keys[1:], None], strict=False)]


def _keys(sides: Sequence[Sequence[Passage]]) -> list[list[str]]:
    """Return a key for each passage of base, mine and theirs: a name where it can have one, else its text."""
    labels = [Counter(each.name for each in side if each.kind == "footnote") for side in sides]
    keys: list[list[str]] = []
    for side in sides:
        blocks = _block_names(sides[0], side)
        keys.append([])
        for place, each in enumerate(side):
            single = each.kind == "footnote" and all(found[each.name] < 2 for found in labels)
            name = f"footnote {each.name}" if single else blocks.get(place, "")
            keys[-1].append(f"{_NAME}{name}" if name else each.text)
    return keys


def _block_names(base: Sequence[Passage], side: Sequence[Passage]) -> dict[int, str]:
    """Name the blocks of entries of a side by the block of the base that most of their entries are from."""
    found: dict[int, str] = {}
    for kind in KEYED:
        old = [set(entries([each.block])) for each in base if each.keyed and each.name == kind and each.block]
        new = {place: each.block for place, each in enumerate(side) if each.keyed and each.name == kind and each.block}
        free = set(range(len(old)))
        if max(len(old), len(new)) > _MOST_BLOCKS:
            continue
        for number, (place, block) in enumerate(new.items()):
            ids = set(entries([block]))
            best = max(sorted(free), key=lambda each: len(ids & old[each]), default=None)
            if best is not None and (ids & old[best] or len(old) == len(new) == 1):
                free.discard(best)
                found[place] = f"{kind} {best}"
            else:
                found[place] = f"{kind} new {number if old else len(found)}"
    return found


def _where(passage: Passage) -> str:
    return f"footnote [^{passage.name}]" if passage.kind == "footnote" else f"{passage.name} block"


def _beginning(text: str) -> str:
    words = text.split(maxsplit=7)
    return " ".join(words[:6])[:80] + ("…" if len(words) > 6 else "")


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _reads_back(body: str, fixed: Sequence[tuple[str, str]]) -> bool:
    """Whether the footnotes and blocks of a merged body are those that were put there."""
    passages = split(Document(body))[1]
    return [(each.name, each.text) for each in passages if each.kind != "prose"] == list(fixed)
