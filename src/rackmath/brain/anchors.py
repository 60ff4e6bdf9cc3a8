"""Find cited sentences again in a newer snapshot, or say that they are gone.

A sentence is found when it stands there word for word, once, or once between the same neighbours. Otherwise a sentence
that was slightly reworded is accepted only if it is at least nine tenths the same, **every number, unit and name in it
is the same**, a neighbour is the same, and nothing else in the document is nearly as close. In this field the
look-alike with another number is the norm, so everything else is an orphan for a person to look at.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Literal, NamedTuple

from rackmath.brain.sentences import Sentence
from rackmath.brain.snapshots import Snapshot
from rackmath.errors import RackmathError

CLOSE = 0.9
"""How much of a reworded sentence must be the same (`difflib`'s ratio)."""

CLEARLY_WORSE = 0.05
"""How far behind the second closest sentence must be."""

LONGEST = 2000
"""A longer stretch is only found word for word."""

MOST_PLACES = 1000
"""A quotation that stands at more places than this is not looked for further."""

AROUND = 32
"""Letters before and after a quotation that a selector keeps."""

_SAME = str.maketrans(
    "‘’‚‛“”„‟«»‐‑‒–—―−\u00a0\u202f\u2009", '\'\'\'\'""""""-------   ', "\u200b\u200c\u200d\ufeff\u00ad"
)
_TOKEN = re.compile(
    r"[^\W_]+(?:[.,'’][^\W_]+)*|[%‰$€£¥×°<>≤≥±~≈=+^²³¹⁰⁴-⁹⁻½¼¾]|(?<![\w])[-.(](?=[$€£¥]?\d)|(?<=\d)[/:](?=\d)"
)
_NUMBER_WORDS = """zero one two three four five six seven eight nine ten eleven twelve dozen twenty thirty forty
fifty sixty seventy eighty ninety hundred thousand million billion trillion half third quarter double triple twice
once percent first second third fourth fifth"""
_TURNS = """not no nor never none without cannot rose rise rises rising fell fall falls falling up down increase
increased increases decrease decreased decreases more less fewer above below over under before after higher lower
high low most least all some few many only except if unless until can could may might will would should must grew
shrank gained lost per hour hours day days week weeks month months year years second seconds minute minutes"""
_WEIGHTY = frozenset(f"{_NUMBER_WORDS} {_TURNS}".split())


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where cited sentences are in another snapshot. `sentences` is empty when they are orphaned; `why` says so."""

    sentences: tuple[int, ...]
    how: Literal["exact", "reworded", "orphaned"]
    why: str


class Selector(NamedTuple):
    """A stretch of a snapshot as W3C selectors describe it; offsets count letters, the end is exclusive."""

    quote: str
    prefix: str
    suffix: str
    start: int
    end: int


class _Run(NamedTuple):
    """Sentences next to each other, in a form to compare, with their neighbours' forms (None at an edge)."""

    first: int
    text: str
    before: str | None
    after: str | None


def normal(text: str) -> str:
    """Return a text in the form in which sentences are compared: blanks, quotation marks and dashes made one."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_SAME)).split())


def signature(text: str) -> tuple[str, ...]:
    """Return what must not differ: numbers, signs, words after numbers or with a capital, words that turn a meaning."""
    kept = []
    after_number = False
    for token in _TOKEN.findall(normal(text)):
        low = token.casefold()
        heavy = any(letter.isdigit() or letter.isupper() for letter in token) or not token[0].isalnum()
        if heavy or after_number or low in _WEIGHTY or low.endswith("n't"):
            kept.append(low if low in _WEIGHTY else token)
        after_number = token[-1].isdigit()
    return tuple(kept)


def selector(snapshot: Snapshot, numbers: Sequence[int]) -> Selector:
    """Return the stretch from the first to the last of some sentences.

    Raises
    ------
    RackmathError
        No number is given, or the snapshot has no such sentence.
    """
    found = snapshot.numbered(numbers)
    if not found:
        raise RackmathError("give at least one sentence number")
    start, end, text = found[0].start, found[-1].end, snapshot.text
    return Selector(text[start:end], text[max(0, start - AROUND) : start], text[end : end + AROUND], start, end)


def quoted(snapshot: Snapshot, quote: str, prefix: str = "", suffix: str = "") -> tuple[int, ...]:
    """Return the sentences over which a quotation stands, word for word.

    None when it stands nowhere, or at several places that the words before and after do not tell apart.
    """
    wanted, before, after = normal(quote), normal(prefix)[-AROUND:], normal(suffix)[:AROUND]
    if not wanted:
        return ()
    pieces = [normal(each.text) + " " for each in snapshot.sentences]
    stops = list(accumulate(map(len, pieces)))
    whole = "".join(pieces)
    best: list[int] = []
    most = -1
    at = whole.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        left, right = whole[max(0, at - AROUND - 2) : at].rstrip(), whole[end : end + AROUND + 2].lstrip()
        fits = bool(before and left.endswith(before)) + bool(after and right.startswith(after))
        if fits >= most:
            best, most = ([*best, at] if fits == most else [at]), fits
        if len(best) > MOST_PLACES:
            return ()
        at = whole.find(wanted, at + 1)
    if len(best) != 1:
        return ()
    first = bisect_right(stops, best[0])
    last = bisect_right(stops, best[0] + len(wanted) - 1)
    return tuple(range(first + 1, last + 2))


def reanchor(old: Snapshot, numbers: Sequence[int], new: Snapshot) -> Anchored:
    """Find sentences of one snapshot in another.

    Every run of neighbouring sentences is looked for as a whole; all must be found.

    Raises
    ------
    RackmathError
        The old snapshot has no such sentence, or was numbered by an unknown segmenter.
    """
    old.numbered(numbers)
    if not numbers:
        return Anchored((), "orphaned", "no sentence is cited")
    here, there = _Text(old.sentences), _Text(new.sentences)
    found: list[int] = []
    how: Literal["exact", "reworded"] = "exact"
    for first, count in _runs(numbers):
        wanted = here.run(first, count)
        place, why = _exact(wanted, here, there, count)
        if place is None and not why:
            place, why = _reworded(wanted, there, count)
            how = "reworded"
        if place is None:
            named = f"sentence {first}" if count == 1 else f"sentences {first}–{first + count - 1}"
            return Anchored((), "orphaned", f"{named}: {why}")
        found += range(place, place + count)
    return Anchored(tuple(sorted(set(found))), how, "")


class _Text:
    """A numbered text in the form in which sentences are compared."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.normal = [normal(each.text) for each in sentences]

    def run(self, first: int, count: int) -> _Run:
        """Return a run by the number of its first sentence."""
        last = first - 1 + count
        before = self.normal[first - 2] if first > 1 else None
        after = self.normal[last] if last < len(self.normal) else None
        return _Run(first, " ".join(self.normal[first - 1 : last]), before, after)

    def runs(self, count: int) -> Iterator[_Run]:
        """Yield every run of `count` sentences."""
        return (self.run(first, count) for first in range(1, len(self.normal) - count + 2))

    def same(self, wanted: _Run, count: int) -> list[_Run]:
        """Return the runs that say the same word for word."""
        return [run for run in self.runs(count) if run.text == wanted.text]


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return (first, count) of each run of neighbouring numbers."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and number == sum(runs[-1]):
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((number, 1))
    return runs


def _exact(wanted: _Run, here: _Text, there: _Text, count: int) -> tuple[int | None, str]:
    """Return the place of the run word for word; or why it cannot be told; or neither, when it is not there."""
    same = there.same(wanted, count)
    if not same:
        return None, ""
    if len(same) == 1 and len(here.same(wanted, count)) == 1:
        return same[0].first, ""
    ranked = sorted(((_neighbours(wanted, run), run.first) for run in same), reverse=True)
    if ranked[0][0] and (len(ranked) == 1 or ranked[1][0] < ranked[0][0]):
        return ranked[0][1], ""
    if len(same) == 1:
        return None, "its words stood there more than once, and what is left of them has other neighbours"
    return None, f"its words stand there {len(same)} times, and the neighbours do not tell which is meant"


def _neighbours(wanted: _Run, run: _Run) -> int:
    """Count the neighbours that agree; an edge agrees with an edge only where the other neighbour does."""
    real = (wanted.before == run.before is not None) + (wanted.after == run.after is not None)
    edges = (wanted.before is run.before is None) + (wanted.after is run.after is None)
    return real + edges if real else 0


def _reworded(wanted: _Run, there: _Text, count: int) -> tuple[int | None, str]:
    if len(wanted.text) > LONGEST:
        return None, f"it is longer than {LONGEST:,} letters and does not stand there word for word"
    best: tuple[float, _Run] | None = None
    second = 0.0
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.text)
    floor = CLOSE - CLEARLY_WORSE
    for run in there.runs(count):
        if 2 * min(len(run.text), len(wanted.text)) < floor * (len(run.text) + len(wanted.text)):
            continue
        matcher.set_seq1(run.text)
        if matcher.quick_ratio() < floor:
            continue
        ratio = matcher.ratio()
        if best is None or ratio > best[0]:
            best, second = (ratio, run), best[0] if best else second
        else:
            second = max(second, ratio)
    if best is None or best[0] < CLOSE:
        return None, "it is not there any more, and nothing there is close to it"
    ratio, run = best
    if signature(wanted.text) != signature(run.text):
        return None, f"the closest is sentence {run.first}, with other numbers, units or names"
    if not _agree(wanted.before, run.before) and not _agree(wanted.after, run.after):
        return None, f"the closest is sentence {run.first}, which stands between other sentences"
    if second > ratio - CLEARLY_WORSE:
        return None, "two sentences there are about equally close to it"
    return run.first, ""


def _agree(one: str | None, other: str | None) -> bool:
    """Whether two neighbours say the same, or nearly the same with the same numbers and names."""
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    if max(len(one), len(other)) > LONGEST or signature(one) != signature(other):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= CLOSE
