"""Whether two figures are tied to one thing: by its name, by rare words, or by a measure that says it all."""

from __future__ import annotations

from rackmath.audit.conflicts.lexicon import MONEY, VAGUE
from rackmath.audit.conflicts.names import parts
from rackmath.audit.conflicts.reading import POWER_PRICE, Reading


def is_anchored(a: Reading, b: Reading, common: frozenset[str], half: frozenset[str]) -> bool:
    """Whether a thing is named by both, and what is measured of it too."""
    names = parts(a.names | b.names | a.sentence.names | b.sentence.names | a.sentence.before | b.sentence.before)
    plain = common - names
    if not plain and not a.measures & b.measures:
        return False
    told = (common | half) - VAGUE
    own, other = (each.local - told - names - VAGUE for each in (a, b))
    if POWER_PRICE in common and _of_one_subject(a, b):
        return True
    if (common & a.measures & b.measures) - VAGUE - MONEY and not (own and other) and _of_one_subject(a, b):
        return True  # the measure says it all
    if told & names:
        of_one_rate = bool(a.figure.per and a.measures & b.measures) and not (own and other)
        of_one_way = len(common & names) > 1 and not a.measures.isdisjoint(b.measures)  # "from Harne to Pell"
        return of_one_rate or of_one_way or not told <= names
    if not plain - VAGUE:
        return False
    if any(len(each.local - common - VAGUE) < 2 for each in (a, b)):
        return len(plain - MONEY) >= 2  # nearly all that the one says is said by the other
    return len(plain - VAGUE) >= 2 and len(common | half) >= (2 if a.sentence.note is b.sentence.note else 3)


def _of_one_subject(a: Reading, b: Reading) -> bool:
    """Whether what stands about two figures names the same thing."""
    if a.sentence.note is b.sentence.note:
        return a.sentence.line.heading != b.sentence.line.heading  # what stands together is compared
    first, second = (
        parts(each.names | each.sentence.names | each.sentence.before) | each.sentence.section for each in (a, b)
    )
    return bool(first & second)
