"""Words that mean the same, or nearly: the lexicon of the field, so that a question need not use a note's own words.

The groups are in ``lexicon.txt``. A cue is a word or phrase of a text that stands in at least one group. Notes are
counted by group when they are indexed, and questions are read as groups, so that "what do I pay for idle machines"
meets a note on the cost of unused servers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rackmath.brain.analysis import Word, counted, stems_of

FILE = Path(__file__).with_name("lexicon.txt")

WEAK = 0.5
"""What a word after the bar of its line counts."""

INSIDE = 0.5
"""What a word counts that is part of a longer cue: "off" in "write off"."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase of the lexicon in a text: which words of the text it covers and its groups with weights."""

    begin: int
    end: int
    groups: Mapping[int, float]
    share: float
    """1, or `INSIDE` where a longer cue covers it."""


class Lexicon:
    """Groups of words; `groups` are their members as written, in the order of the file."""

    def __init__(self, text: str) -> None:
        self.groups: list[tuple[str, ...]] = []
        entries: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            same, _, near = line.partition("|")
            number, members = len(self.groups), []
            for listed, weight in ((same, 1.0), (near, WEAK)):
                for member in filter(None, map(str.strip, listed.split(","))):
                    members.append(member)
                    stems = tuple(stems_of(member))
                    if len(stems) > 1 or counted(member):
                        entries[stems][number] = max(weight, entries[stems].get(number, 0.0))
            self.groups.append(tuple(members))
        self.entries: dict[tuple[str, ...], dict[int, float]] = dict(entries)
        self._lengths: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for stems in self.entries:
            lengths[stems[0]].add(len(stems))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    def cues(self, text: Sequence[Word]) -> Iterator[Cue]:
        """Find the cues among the words of a text; joined words are passed over."""
        places = [place for place, word in enumerate(text) if not word.joined]
        for begin, end, groups, share in self.places([text[place].stem for place in places]):
            yield Cue(places[begin], places[end - 1] + 1, groups, share)

    def counts(self, stems: Sequence[str]) -> dict[int, float]:
        """Count the groups that a text speaks of, by weight, from the stems of its words."""
        found: dict[int, float] = defaultdict(float)
        for _, _, groups, share in self.places(stems):
            for group, weight in groups.items():
                found[group] += weight * share
        return found

    def places(self, stems: Sequence[str]) -> Iterator[tuple[int, int, Mapping[int, float], float]]:
        """Yield (begin, end, groups, share) of each cue among the stems of a text's words."""
        covered = 0  # words before this one are part of a phrase
        known, entries = self._lengths, self.entries
        for at, stem in enumerate(stems):
            if stem not in known:
                continue
            for length in known[stem]:
                groups = entries.get(tuple(stems[at : at + length]))
                if groups is not None and at + length <= len(stems):
                    inside = at + length <= covered
                    covered = max(covered, at + length if length > 1 else 0)
                    yield at, at + length, groups, INSIDE if inside else 1.0

    def knows(self, stem: str) -> bool:
        """Whether a word stands in the lexicon, alone or as the first of a phrase."""
        return stem in self._lengths


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lexicon that comes with the program."""
    return Lexicon(FILE.read_text(encoding="utf-8"))
