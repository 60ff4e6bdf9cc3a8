"""Bracket references such as ``[9]``, ``[13, 16]``, ``[25-28]``, and which reading each number may mean.

Numbering starts at the **oldest** reading of a batch, and display order is the reverse. A number is therefore a
distance from the end of the batch: with the oldest reading of the batch in place e of the display order,
``[n]`` means the reading in place e + 1 − n. The page does not say where a batch ends, and notes of different batches
give the same number to different readings.

The end of the batch is inferred: each possible end is scored by how well the sentences that cite agree with the
readings that they would then cite (cosine of tf-idf weights), and the best end wins. Notes that arrive at the same end
support each other. The outcome is a candidate with a confidence for a person to accept, never a resolved reference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from rackmath.brain.page import Page, PageNote
from rackmath.brain.terms import bag

MAX_SPAN = 100
"""The widest range, such as ``[1-100]``, that is read as a list of references."""

MAX_GROUPS = 1000
"""Brackets of one note beyond this many are left alone."""

_GROUP = re.compile(r"\[(?P<inside>[^\[\]\n]{1,120})\](?!\()")
_ONE = r"\d{1,4}(?:\s?[-–—]\s?\d{1,4})?"
_REGULAR = re.compile(rf"(?:readings?\s{{1,4}})?{_ONE}(?:\s?[,;&]\s?{_ONE})*", re.IGNORECASE)
_IRREGULAR = re.compile(r"readings?\s{1,4}\d{1,4}", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,4})(?:\s?[-–—]\s?(\d{1,4}))?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class BracketGroup:
    """One bracket in a note, with the numbers that it stands for in order.

    `regular` is False for a bracket that holds words beside its numbers, such as ``[readings 3-4 suggest it]``.
    """

    note: str
    line: int
    raw: str
    numbers: tuple[int, ...]
    regular: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading that a number may mean.

    `code` is the reading's code, `confidence` how sure the end of the batch is (0 to 1), `overlap` how much the citing
    sentence and the reading have in common (cosine, 0 to 1).
    """

    number: int
    code: str
    confidence: float
    overlap: float


@dataclass(frozen=True, slots=True)
class Batch:
    """A run of readings that share one numbering: ``[n]`` is the reading in place `oldest` + 1 − n."""

    oldest: int
    notes: tuple[str, ...]
    highest: int
    confidence: float

    def code(self, number: int) -> str:
        """Return the code of the reading that a number means in this batch."""
        return f"R{self.oldest + 1 - number}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A bracket with what it may mean. `batch` is None when no batch could be inferred."""

    group: BracketGroup
    batch: Batch | None
    candidates: tuple[Candidate, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers for which no reading was found."""
        found = {candidate.number for candidate in self.candidates}
        return tuple(number for number in self.group.numbers if number not in found)


def bracket_groups(note: PageNote) -> list[BracketGroup]:
    """Find the brackets of a note that refer to readings; a year such as ``[2024]`` is among them, unresolved."""
    found: list[BracketGroup] = []
    for item in note.items():
        for sentence in _SENTENCE.split(item.text):
            bare = ""
            for match in _GROUP.finditer(sentence):
                inside = match["inside"].strip()
                regular = _REGULAR.fullmatch(inside) is not None
                if (regular or _IRREGULAR.match(inside)) and len(found) < MAX_GROUPS:
                    bare = bare or _GROUP.sub(" ", sentence)
                    found.append(BracketGroup(note.code, item.line, match.group(), _expand(inside), regular, bare))
    return found


def resolve_references(page: Page) -> tuple[list[Reference], list[Batch]]:
    """Find every bracket of the page's own notes and infer what it may mean.

    Readings are the targets; brackets inside readings are left alone, since they number something else. Returns the
    references in page order and the batches, largest first. Time: brackets times readings.
    """
    library = _Library([note for note in page.notes if note.kind == "reading"])
    groups = {note.code: bracket_groups(note) for note in page.notes if note.kind != "reading"}
    groups = {code: found for code, found in groups.items() if found}
    batches = _batches({code: _best_end(found, library) for code, found in groups.items()}, groups)
    references = []
    for code, found in groups.items():
        batch = batches.get(code)
        for group in found:
            candidates = []
            for number in group.numbers if batch else ():
                place = batch.oldest - number if batch else -1
                if 0 <= place < len(library.codes) and batch:
                    overlap = round(library.likeness(group.sentence).get(place, 0.0), 3)
                    candidates.append(Candidate(number, library.codes[place], batch.confidence, overlap))
            references.append(Reference(group, batch, tuple(candidates)))
    distinct = {batch.oldest: batch for batch in batches.values()}
    return references, sorted(distinct.values(), key=lambda batch: (-len(batch.notes), batch.oldest))


def _expand(inside: str) -> tuple[int, ...]:
    """``13, 16`` → 13, 16; ``25-28`` → 25, 26, 27, 28. A range too wide or backwards gives its two ends."""
    numbers: dict[int, None] = {}
    for match in _NUMBERS.finditer(inside):
        first, last = int(match[1]), int(match[2] or match[1])
        whole = first <= last <= first + MAX_SPAN
        numbers.update(dict.fromkeys(range(first, last + 1) if whole else (first, last)))
    return tuple(numbers)


class _Library:
    """The readings as weighted words, to compare sentences with: (1 + ln tf)·idf, scaled to length 1."""

    def __init__(self, readings: Sequence[PageNote]) -> None:
        self.codes = [note.code for note in readings]
        bags = [bag([(note.title, 3), (" ".join(note.tags), 2), (note.prose, 1)]) for note in readings]
        holding = Counter(word for words in bags for word in words)
        self._weights = {word: log((len(bags) + 1) / (count + 0.5)) for word, count in holding.items()}
        self._places: dict[str, list[tuple[int, float]]] = {}
        for place, words in enumerate(bags):
            for word, value in self._vector(words).items():
                self._places.setdefault(word, []).append((place, value))
        self._known: dict[str, dict[int, float]] = {}

    def _vector(self, words: Mapping[str, int]) -> dict[str, float]:
        weights = self._weights
        vector = {word: (1 + log(count)) * weights[word] for word, count in words.items() if word in weights}
        size = sqrt(sum(value * value for value in vector.values()))
        return {word: value / size for word, value in vector.items()} if size else {}

    def likeness(self, sentence: str) -> dict[int, float]:
        """Return the cosine with each reading that shares a word, by its place in display order (0 is the newest)."""
        if sentence not in self._known:
            found: dict[int, float] = {}
            for word, mine in self._vector(bag([(sentence, 1)])).items():
                for place, theirs in self._places[word]:
                    found[place] = found.get(place, 0.0) + mine * theirs
            self._known[sentence] = found
        return self._known[sentence]


def _best_end(groups: Sequence[BracketGroup], library: _Library) -> tuple[int, float] | None:
    """Return the best place for the oldest reading and how far it is ahead of the second best, as a share of itself.

    Every number adds the likeness of its sentence with a reading to the end of the batch that would pair the two.
    """
    total = len(library.codes)
    asked = [(number, group.sentence) for group in groups for number in group.numbers if 1 <= number <= total]
    if not asked:
        return None
    highest = max(number for number, _ in asked)
    scores: dict[int, float] = {}
    for number, sentence in asked:
        for place, value in library.likeness(sentence).items():
            if highest <= place + number <= total:
                scores[place + number] = scores.get(place + number, 0.0) + value
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ranked or ranked[0][1] <= 0:
        return None
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return ranked[0][0], 1 - second / ranked[0][1]


def _batches(
    ends: Mapping[str, tuple[int, float] | None], groups: Mapping[str, Sequence[BracketGroup]]
) -> dict[str, Batch]:
    """Join notes with the same end. Their margins add up as independent hints: 1 − Π(1 − margin)."""
    shared: dict[int, list[str]] = {}
    for code, end in ends.items():
        if end is not None:
            shared.setdefault(end[0], []).append(code)
    batches = {}
    for oldest, codes in shared.items():
        doubt = 1.0
        for code in codes:
            end = ends[code]
            doubt *= 1 - end[1] if end else 1.0
        highest = max(
            number for code in codes for group in groups[code] for number in group.numbers if number <= oldest
        )
        batch = Batch(oldest, tuple(codes), highest, round(1 - doubt, 2))
        batches.update(dict.fromkeys(codes, batch))
    return batches
