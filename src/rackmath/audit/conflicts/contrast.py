"""Sentences built alike, in which one word is another: "heating the pool costs", "lighting the pool costs"."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from rackmath.audit.conflicts.lexicon import SAYERS, STOP, measures_of
from rackmath.audit.conflicts.reading import Reading
from rackmath.audit.conflicts.sentence import FIGURE
from rackmath.audit.conflicts.stems import stem

MOST_WORDS, MOST_OTHER = 60, 4
"""Words of a clause that are compared, and of one place in which the two differ."""

BUILT_ALIKE = 0.58
"""Share of their words that two clauses have in common, in the same order, from which they are built alike."""

PORTIONS = frozenset({"full", "half", "third", "quarter"})

_TOKEN = re.compile(f"{FIGURE}+|[^\\W_][\\w'’-]*")


def is_contrast(a: Reading, b: Reading) -> bool:
    """Whether two clauses put different things in one place, with the same words to both sides."""
    first, second = _tokens(a), _tokens(b)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.ratio() < BUILT_ALIKE:
        return False
    for step, i, j, k, m in matcher.get_opcodes():
        verb = j - i == m - k == 1 and first[j : j + 1] == [FIGURE]  # "moved" and "handled" may be one
        if step != "replace" or verb or max(j - i, m - k) > MOST_OTHER:
            continue
        mine, other = first[i:j], second[k:m]
        if measures_of(mine) & measures_of(other):
            continue
        if _says_other(mine, set(second)) and _says_other(other, set(first)):
            return True
    return False


def _tokens(reading: Reading) -> list[str]:
    found = (match.group().casefold() for match in _TOKEN.finditer(reading.told))
    return [FIGURE if word[0] == FIGURE else stem(word) for word in found][:MOST_WORDS]


def _says_other(words: list[str], other: set[str]) -> bool:
    """Whether a stretch says something that the other sentence does not."""
    return any(
        word in PORTIONS or (word not in STOP and word not in SAYERS and word not in other and word != FIGURE)
        for word in words
    )
