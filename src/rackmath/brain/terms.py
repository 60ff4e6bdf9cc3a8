"""Words for comparing texts: lower-case, without stop words, lightly stemmed.

This is deliberately small: it decides which readings a sentence is about and which words of a query carry meaning.
Ranking itself is left to the full-text index, which has its own stemmer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_STOP = """a about above after again against all also am an and any are as at be because been before being below between
both but by can cannot could did do does doing down during each few for from further had has have having he her
here hers him his how i if in into is it its itself just me more most my no nor not now of off on once only or
other our out over own per same she should so some such than that the their them then there these they this those
through to too under until up upon very was we were what when where which while who whom why will with would you
your"""
STOP_WORDS = frozenset(_STOP.split())

_WORD = re.compile(r"[^\W_][\w.%]*", re.UNICODE)
_HISSING = ("sses", "xes", "zes", "ches", "shes")


def stem(word: str) -> str:
    """Cut common English endings, keeping at least three letters: ``discounts``, ``discounted`` → ``discount``."""
    if word.endswith("ies") and len(word) >= 5:
        word = f"{word[:-3]}y"
    elif word.endswith(_HISSING):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "is", "ous", "tus", "ius")) and len(word) >= 4:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) >= 4 else word


def words(text: str) -> list[str]:
    """Split a text into stemmed words that carry meaning, in order, with repeats."""
    found = (match.group().rstrip(".").casefold() for match in _WORD.finditer(text))
    return [stem(word) for word in found if len(word) > 1 and word not in STOP_WORDS]


def bag(parts: Iterable[tuple[str, int]]) -> Counter[str]:
    """Count the words of several texts, each with a whole-number weight (a title may count three times)."""
    counts: Counter[str] = Counter()
    for text, weight in parts:
        for word in words(text):
            counts[word] += weight
    return counts
