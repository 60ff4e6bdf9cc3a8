"""Whether two figures are of one quantity, and cannot both be true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from rackmath.audit.bounds import accepted
from rackmath.audit.conflicts.anchor import is_anchored
from rackmath.audit.conflicts.clause import HEAD, HEADS
from rackmath.audit.conflicts.contrast import is_contrast
from rackmath.audit.conflicts.lexicon import MEANS, MONEY, OPTIONAL, PEOPLE, SETTINGS, SOFT, TIMES, VAGUE, measures_of
from rackmath.audit.conflicts.names import parts, strangers
from rackmath.audit.conflicts.reading import Reading, scopes
from rackmath.audit.conflicts.sentence import content
from rackmath.audit.conflicts.stated import FEW
from rackmath.audit.quantity import Quantity

MOST_APART, LEAST_APART = 5.0, 1.02
"""Values that differ by more than this factor are of different things; by less, they are one."""

NEAR = 0.5
"""What a shared word counts that one side only has near by, as a part of one that both have in the clause."""

FAR = 0.3
"""The same, of a name that both have only near by."""

LEAST_CLOSE = 0.75
"""The same within a paragraph, where one figure is said to be another's."""

STRANGE, MORE = 0.4, 0.15
"""What a word counts that only one side has, as a part of one that both have: of the side that has less of them, and
of the other, which may say more."""

UNIT = 0.5
"""What a unit counts, as a part of a word as rare."""

UNSAID_BASE = 0.8
"""Share of the likeness that is left where only one share tells of what it is."""

OTHER_KIND = 0.5
"""Share of the likeness that is left where one thing seems to be of two kinds."""

RARE, RARE_SHARE = 5, 0.012
"""Sentences in which a rare word stands at most: so many, or this share of them."""

LEAST_LIKE = 0.48
"""Likeness from which two figures are taken to be of one quantity."""

LEAST_TOLD = 1.2
"""Weight of common words, in the rarest ones, below which too little is said."""

FEWEST = 60
"""Figures from which rarity is reckoned at least: in a short text, few words are common by chance alone."""


class Weights:
    """How much a word or a unit tells: the rarer in the whole text, the more."""

    def __init__(self, said: Iterable[Reading]) -> None:
        """Count the sentences with figures that each word stands in, and the figures of each unit."""
        counts: Counter[str] = Counter()
        units: Counter[tuple[str, frozenset[str]]] = Counter()
        sentences = {}
        for each in said:
            sentences[each.sentence.place] = each.sentence
            units[each.figure.unit or min(each.noun, default=""), each.per] += 1
        for sentence in sentences.values():
            counts.update(sentence.local)
        whole = max(len(sentences), FEWEST)
        figures = max(sum(units.values()), FEWEST)
        self._of = {word: log(whole / count) + 0.3 for word, count in counts.items()}
        self._units = {unit: UNIT * log(figures / count) for unit, count in units.items()}
        self.most = log(whole) + 0.3
        """The weight of a word that stands nowhere else."""
        self.rare = log(whole / max(RARE, RARE_SHARE * whole)) + 0.3
        """The weight from which a word is rare."""

    def __getitem__(self, word: str) -> float:
        """Return the weight of a word."""
        return max(self._of.get(word, self.most), 0.1)

    def sum(self, words: Iterable[str]) -> float:
        """Return the weight of several words."""
        return sum(self[word] for word in words)

    def unit(self, reading: Reading) -> float:
        """Return what it tells that two figures are in the unit of this one."""
        return self._units.get((reading.figure.unit or min(reading.noun, default=""), reading.per), 0.0)


@dataclass(frozen=True)
class Likeness:
    """How alike two figures are in what they are of, from 0 to 1, what is common, and what only one side says."""

    score: float
    common: frozenset[str]
    unsaid: tuple[str, ...]


def likeness(a: Reading, b: Reading, weights: Weights) -> Likeness | None:
    """Return how alike two figures are, or None where they do not contradict each other."""
    if not apart(a.figure, b.figure) or a.role != b.role or a.sentence.line.text == b.sentence.line.text:
        return None
    close = a.sentence.note is b.sentence.note and a.sentence.paragraph == b.sentence.paragraph
    if close and not (a.attributed or b.attributed):
        return None  # what stands together is of two things, unless somebody else says the one
    if _are_labelled(a, b):
        return None
    if _has_a_twin(a, b, close=close) or _has_a_twin(b, a, close=close):
        return None  # the other text has this figure too, of something else or under another condition
    if _contrary_scopes(a, b) or not _of_one_sort(a, b) or _contrary_conditions(a, b):
        return None
    unsaid = sorted((a.hard ^ b.hard) - SETTINGS)
    if _contrary_years(a, b):
        return None
    for first, second, name in ((a.years, b.years, "year"), (a.times, b.times, "time")):
        if first != second:
            if first and second and not first & second:
                return None
            unsaid.append(name)
    for group in SOFT:
        first, second = scopes(a, group), scopes(b, group)
        if first != second:
            if first and second:
                return None
            unsaid.append(", ".join(sorted(first | second)))
    if _contrary_names(a, b):
        return None
    common = a.local & b.local
    half = ((a.local & (b.near | b.sentence.section)) | (b.local & (a.near | a.sentence.section))) - common
    far = _far_names(a, b) - common - half
    told = weights.sum(common) + NEAR * weights.sum(half) + FAR * weights.sum(far)
    told += _alike_in(a, b) + min(weights.unit(a), weights.unit(b))
    if told < LEAST_TOLD * weights.most:
        return None
    if not is_anchored(a, b, common, half | far) and not _is_measured_alike(a, b, common, told / weights.most):
        return None
    named = half & parts(a.sentence.names | b.sentence.names | a.sentence.before | b.sentence.before)
    rare = max((weights[word] for word in common | named), default=0.0) >= weights.rare
    if not rare and not (_is_all_said(a, b, common) and min(weights.unit(a), weights.unit(b)) >= 1.0):
        return None
    less, more = sorted(weights.sum(each.local - common - half) for each in (a, b))
    score = told / (told + STRANGE * less + MORE * more)
    if _of_unsaid_base(a, b):
        score *= UNSAID_BASE
    if _contrary_kinds(a, b, common):
        score *= OTHER_KIND
    if is_contrast(a, b):
        return None
    if all(map(_is_few, (a, b))) and len(common) < 3 and not common & parts(a.names | b.names):
        return None  # three and two of something are soon counted
    if a.role == "change" and not parts(a.names) & parts(b.names):
        return None  # changes are of some time, often unsaid
    return Likeness(score, common | half, tuple(unsaid)) if score >= (LEAST_CLOSE if close else LEAST_LIKE) else None


MUCH, MORE_STILL = 1.4, 1.7
"""Weight, in words that stand nowhere else, from which both sides say much: with what is measured, and without."""


def _is_measured_alike(a: Reading, b: Reading, common: frozenset[str], told: float) -> bool:
    """Whether much is said by both: what is measured, and of what, though each says more."""
    thing = common - a.measures - b.measures - VAGUE - parts(a.names | b.names)
    return bool(thing) and told >= (MUCH if common & a.measures & b.measures else MORE_STILL)


def _is_all_said(a: Reading, b: Reading, common: frozenset[str]) -> bool:
    """Whether all that one side says, it shares with the other."""
    return any(bool(each.local - VAGUE) and each.local - VAGUE <= common for each in (a, b))


_LABELLED = re.compile(r"[^.;:]{2,90}:\s?(?:about |roughly |some )?[~≈$£€]?\Z")
"""What stands before the figure of a list's entry."""


def _are_labelled(a: Reading, b: Reading) -> bool:
    """Whether two figures are entries of one note's lists, with a label each: those are told apart by what is above."""
    return a.sentence.note is b.sentence.note and all(
        _LABELLED.fullmatch(each.sentence.line.text[: each.figure.start]) for each in (a, b)
    )


def _has_a_twin(a: Reading, b: Reading, *, close: bool) -> bool:
    """Whether a figure also stands beside the other, or in the sentence before it if that is of another paragraph."""
    return any(not differ(a.figure, each) for each in b.rivals) or (
        not close and any(abs(a.figure.value / each.value - 1) < LEAST_APART - 1 for each in b.earlier if each.value)
    )


def _is_few(reading: Reading) -> bool:
    """Whether a figure counts a few things."""
    return reading.figure.unit == "" and reading.figure.value < FEW and reading.figure.value.is_integer()


def _far_names(a: Reading, b: Reading) -> frozenset[str]:
    """Return the words of names that stand about both, if they are of two notes or of two sections."""
    first, second = a.sentence, b.sentence
    if first.note is second.note and first.line.heading == second.line.heading:
        return frozenset()
    shared = (first.section | parts(first.before)) & (second.section | parts(second.before))
    return shared - content(first.note.title) if first.note is second.note else shared


def _of_unsaid_base(a: Reading, b: Reading) -> bool:
    """Whether one share is of something that the text of the other does not speak of."""
    return any(mine.base and not mine.base & (other.local | other.sentence.local) for mine, other in ((a, b), (b, a)))


def _contrary_kinds(a: Reading, b: Reading, common: frozenset[str]) -> bool:
    """Whether one thing is of two kinds: "advanced nodes" and "mainstream nodes"."""
    mine, other = a.local | a.sentence.local, b.local | b.sentence.local
    return any(
        (first := a.kinds.get(word)) and (second := b.kinds.get(word)) and first not in other and second not in mine
        for word in common
    )


def _alike_in(a: Reading, b: Reading) -> float:
    """Return what it counts that two figures agree in measure, year, time and in being a mean."""
    mean = all(not MEANS.isdisjoint(each.soft) for each in (a, b))
    conditions = bool(a.conditions & b.conditions)
    return sum((bool(a.measures & b.measures), bool(a.years & b.years), bool(a.times & b.times), conditions, mean))


def _contrary_scopes(a: Reading, b: Reading) -> bool:
    """Whether one is of a scope that the other is not of."""
    return any(
        not (label in SETTINGS and label in other.everything) and (label not in OPTIONAL or _is_scoped(other))
        for mine, other in ((a, b), (b, a))
        for label in mine.hard - other.hard
    )


def _is_scoped(reading: Reading) -> bool:
    """Whether a figure is of some scope, or a mean, so that it is not what is usual without saying so."""
    return bool(reading.hard) or not MEANS.isdisjoint(reading.soft)


def _contrary_years(a: Reading, b: Reading) -> bool:
    """Whether two figures are of different years; within a note an old year stands for itself."""
    first, second = a.years or a.sentence.earlier, b.years or b.sentence.earlier
    if first and second:
        return not first & second
    return a.sentence.note is b.sentence.note and bool(a.years | b.years) and max(a.years | b.years) < a.sentence.last


def _of_one_sort(a: Reading, b: Reading) -> bool:
    """Whether two figures count or measure the same thing, as far as units, nouns and measures tell."""
    bare = a.figure.unit == "" and a.figure.kind == "amount"
    people = all((each.noun & PEOPLE) or "peopl" in each.noun for each in (a, b))
    unnamed = bool(a.per & b.per) and not (a.noun and b.noun)  # "14,200 a month", of crowns
    if bare and not people and not unnamed and not a.noun & b.noun:
        return False
    for mine, other in ((a, b), (b, a)):
        said = other.soft | ({HEAD} if other.figure.each or other.soft & HEADS else set())
        unsaid = mine.per - other.per - said
        if "item" not in mine.per | other.per and any(not other.local & measures_of([each]) for each in unsaid):
            return False
    if a.base and b.base and not a.base & b.base:
        return False
    for group in (MONEY, TIMES):
        first, second = a.measures & group, b.measures & group
        if first and second and not first & second:
            return False
    return True


def _contrary_conditions(a: Reading, b: Reading) -> bool:
    """Whether both tell of conditions that differ: "at 5 years" and "at 3 years"."""
    first, second = _by_unit(a), _by_unit(b)
    return any(first[unit].isdisjoint(second[unit]) for unit in first.keys() & second.keys())


def _by_unit(reading: Reading) -> Mapping[str, set[float]]:
    found: dict[str, set[float]] = {}
    for unit, value in reading.conditions:
        found.setdefault(unit, set()).add(value)
    return found


def _contrary_names(a: Reading, b: Reading) -> bool:
    """Whether two figures are of things with different names."""
    first, second = parts(a.names), parts(b.names)
    if first and second and not first & second and not (first <= b.everything and second <= a.everything):
        return True
    if strangers(a.names, b.names):
        return True
    if first - b.everything and second - a.everything:
        return True
    for mine, other in ((a, b), (b, a)):
        one_note = mine.sentence.note is other.sentence.note and mine.figure.kind == "share"
        if one_note and mine.names and not other.names and not parts(mine.names) & other.everything:
            return True
        known = parts(other.sentence.before | other.sentence.names)
        own = parts(mine.names | mine.sentence.before)
        if mine.names and not other.names and known and not own & known:
            return True
    return False


def differ(a: Quantity, b: Quantity) -> bool:
    """Whether two figures exclude each other, rounding and hedges allowed for."""
    (low, high), (other_low, other_high) = accepted(a), accepted(b)
    return high < other_low or low > other_high


def apart(a: Quantity, b: Quantity) -> bool:
    """Whether two figures exclude each other and still may be of one thing."""
    small, large = sorted((a.value, b.value))
    return small > 0 and LEAST_APART < large / small < MOST_APART and differ(a, b)
