"""A query in the words of one brain: which of its terms are asked for, how much each counts, and why.

A word that the brain does not hold is looked for in other spellings: joined with its neighbour (``GB 300``), in parts,
as a longer or shorter part number, or as the nearest word of the brain. Words that mean the same come from the lexicon,
and from the names that the brain's own vocabulary gives to a thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rackmath.brain.analysis import Word, counted, stems_of, words
from rackmath.brain.lexicon import Lexicon, lexicon
from rackmath.brain.query import Query
from rackmath.brain.spelling import Spelling
from rackmath.brain.terms import STOP_WORDS

if TYPE_CHECKING:
    import sqlite3

NUMBER = 1.5
"""What a number counts beside a word: who types one means it."""

CORRECTED, PART, ALIAS, KIN = 0.8, 0.8, 0.4, 0.5
"""What a term counts that stands for what was typed: another spelling, a part of it, another name, a kindred code."""

LONGEST_SPLIT = 24
"""Words of more letters are not tried as two words."""

MOST_EXPANDED = 8
"""How many names of a thing are looked for beside the one that was typed."""

_CODE = re.compile(r"(?=.*\d)(?=.*[^\W\d_])\w{3,}")


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the brain that is asked for: its number, its weight, the word typed, and how that led to it.

    `how` is ``typed``, ``spelt`` (the word is written otherwise here), ``part``, ``kin`` or ``alias``.
    """

    id: int
    stem: str
    weight: float
    typed: str
    how: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """A group of the lexicon that is asked for, through which words as typed.

    `known` says whether the brain holds these words themselves, `same` whether they mean what the group means or only
    point in its direction.
    """

    group: int
    weight: float
    typed: str
    known: bool
    same: bool


@dataclass
class Asked:
    """All that a query asks of one brain.

    `content` are the query's words that carry meaning, each with the ways in which the brain can answer to it: the
    terms that stand for it and whether the lexicon knows it.
    """

    terms: list[Term] = field(default_factory=list)
    meanings: list[Meaning] = field(default_factory=list)
    content: dict[str, tuple[set[int], set[int]]] = field(default_factory=dict)
    corrected: dict[str, str] = field(default_factory=dict)

    def add(self, term: Term) -> None:
        """Ask for a term; a word that is typed twice counts twice."""
        self.content.setdefault(term.typed, (set(), set()))[0].add(term.id)
        self.terms.append(term)


class Terms:
    """The terms of one brain at one moment."""

    def __init__(self, db: sqlite3.Connection, notes: NDArray[np.int64], spelling: Callable[[], Spelling]) -> None:
        """Take the index, the number of notes that hold each term, and what gives the nearest words when asked."""
        self._db = db
        self._notes = notes
        self._spelling = spelling

    @property
    def spelling(self) -> Spelling:
        """The nearest words; made when the first word is not found."""
        return self._spelling()

    def number(self, stem: str) -> int | None:
        """Return the number of a term that stands in some note."""
        row = self._db.execute("SELECT id FROM term WHERE stem = ?", (stem,)).fetchone()
        return int(row[0]) if row and self._notes[row[0]] else None

    def form(self, number: int) -> str:
        """Return the form of a term that people know."""
        return str(self._db.execute("SELECT form FROM term WHERE id = ?", (number,)).fetchone()[0])


def understand(query: Query, terms: Terms, aliases: Lexicon | None) -> Asked:
    """Find what of a brain a query asks for."""
    asked = Asked()
    read = list(words(query.text))
    taken = {stem for text in query.without for stem in stems_of(text)}
    stems: list[str] = []  # the words as they are spelt in this brain, for the lexicon
    covered = _joined(query.text, read, terms, asked)
    for place, word in enumerate(read):
        stems.append(word.stem)
        if word.joined or not word.counts or word.stem in taken:
            continue
        if (number := terms.number(word.stem)) is not None:
            asked.add(Term(number, word.stem, 1.0, word.form, "typed"))
        elif place in covered:
            continue
        else:
            asked.content.setdefault(word.form, (set(), set()))
            stems[place] = _otherwise(word, terms, asked) or word.stem
    for name in query.numbers:
        number = terms.number(f"#{name}")
        asked.content.setdefault(f"#{name}", (set(), set()))
        if number is not None:
            asked.add(Term(number, f"#{name}", NUMBER, f"#{name}", "typed"))
    spelt = [word._replace(stem=stem) for word, stem in zip(read, stems, strict=True)]
    _meanings(spelt, terms, asked)
    if aliases is not None:
        _aliases(spelt, aliases, terms, asked)
    return asked


def _joined(text: str, read: Sequence[Word], terms: Terms, asked: Asked) -> set[int]:
    """Ask for compounds and neighbours that this brain writes as one word; return the words that these cover."""
    covered: set[int] = set()
    plain = [place for place, word in enumerate(read) if not word.joined]
    for word in read:
        if word.joined and (number := terms.number(word.stem)) is not None:
            asked.add(Term(number, word.stem, 1.0, word.form, "typed"))
            covered.update(at for at in plain if word.start <= read[at].start < word.end)
    for one, two in pairwise(plain):
        first, second = read[one], read[two]
        apart = second.start > first.end + 1 or text[first.end : second.start].isspace()
        if not apart or {first.form, second.form} & STOP_WORDS or len(first.form) + len(second.form) < 4:
            continue
        for stem in dict.fromkeys((first.form + second.form, first.form + second.stem)):
            if (number := terms.number(stem)) is not None:
                asked.add(Term(number, stem, 1.0, f"{first.form} {second.form}", "spelt"))
                covered.update((one, two))
    return covered


def _otherwise(word: Word, terms: Terms, asked: Asked) -> str | None:
    """Look for a word that the brain does not hold in another spelling; return the stem of the nearest word."""
    if _CODE.fullmatch(word.form):
        for stem in terms.spelling.kin(word.form):
            if (number := terms.number(stem)) is not None:
                asked.add(Term(number, stem, KIN, word.form, "kin"))
        return None
    if lexicon().knows(word.stem):
        return None
    for cut in range(3, min(len(word.form), LONGEST_SPLIT) - 2):
        parts = [counted(part) for part in (word.form[:cut], word.form[cut:])]
        numbers = [terms.number(part[0]) if part else None for part in parts]
        if all(number is not None for number in numbers):
            for part, number in zip(parts, numbers, strict=True):
                asked.add(Term(number or 0, part[0], PART, word.form, "part"))
            return None
    found = terms.spelling.nearest(word.form, word.stem)
    if found is None:
        return None
    stem, close = found
    if (number := terms.number(stem)) is not None:
        asked.add(Term(number, stem, CORRECTED * close, word.form, "spelt"))
    asked.corrected[word.form] = terms.form(number) if number is not None else stem
    return stem


def _meanings(read: Sequence[Word], terms: Terms, asked: Asked) -> None:
    for cue in lexicon().cues(read):
        inside = [word for word in read[cue.begin : cue.end] if not word.joined]
        typed = " ".join(word.form for word in inside)
        known = all(terms.number(word.stem) is not None for word in inside if word.counts)
        whole = sum(cue.groups.values()) ** 0.5
        for group, weight in cue.groups.items():
            asked.meanings.append(Meaning(group, cue.share * weight / whole, typed, known, weight == 1))
        for word in inside:
            if word.form in asked.content:
                asked.content[word.form][1].update(cue.groups)


def _aliases(read: Sequence[Word], aliases: Lexicon, terms: Terms, asked: Asked) -> None:
    """Ask for the other names of the things that are named, each as its words together."""
    for cue in aliases.cues(read):
        inside = [word for word in read[cue.begin : cue.end] if not word.joined]
        typed = " ".join(word.form for word in inside)
        weights: dict[str, float] = {}
        for name in [name for group in cue.groups for name in aliases.groups[group]][: MOST_EXPANDED + 1]:
            stems = counted(name)
            for stem in stems:
                weights[stem] = max(weights.get(stem, 0.0), ALIAS / len(stems))
        for stem, weight in weights.items():
            if (number := terms.number(stem)) is not None:
                asked.terms.append(Term(number, stem, weight, typed, "alias"))
                for word in inside:
                    if word.form in asked.content:
                        asked.content[word.form][0].add(number)


def alias_lexicon(groups: Iterable[Iterable[str]]) -> Lexicon | None:
    """Return a lexicon of the names in a brain's vocabulary; None when there are none."""
    lines = list(_lines(groups))
    return Lexicon("\n".join(lines)) if lines else None


def _lines(groups: Iterable[Iterable[str]]) -> Iterator[str]:
    for names in groups:
        clean = dict.fromkeys(re.sub(r"[,|#\s]+", " ", name).strip() for name in names)
        listed = [name for name in clean if name]
        if len(listed) > 1:
            yield ", ".join(listed)
