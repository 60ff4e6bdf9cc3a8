"""Words without their endings, so that `transferred`, `transfers` and `transfer` are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rackmath.audit.quantity import singular

_WORD = re.compile(r"[^\W\d_][\w'’.+/-]{0,60}[\w+]|[^\W\d_]")
_ENDINGS = (
    "isation",
    "ization",
    "ations",
    "ation",
    "ative",
    "ated",
    "ates",
    "ate",
    "ing",
    "ion",
    "ive",
    "ly",
    "ed",
    "e",
)
WHOLE = frozenset({"take-up", "on-demand", "break-even", "second-hand"})
"""Words with a hyphen whose parts say something else."""

_NOUNS = frozenset({"building", "housing", "dwelling", "listing", "holding"})
"""Nouns whose ending belongs to them."""

PHRASES = {
    ("capital", "spending"): "capex",
    ("capital", "expenditure"): "capex",
    ("capital", "equipment"): "capex",
    ("capital", "investment"): "capex",
    ("market", "cap"): "valuation",
    ("wage", "bill"): "wages",
    ("staff", "costs"): "wages",
    ("personnel", "costs"): "wages",
    ("labour", "costs"): "wages",
    ("head", "count"): "headcount",
    ("turned", "over"): "turnover",
    ("written", "off"): "depreciated",
    ("writes", "off"): "depreciates",
    ("write", "off"): "depreciate",
}
"""Two words that say one thing."""

SHORTEST = 4
"""Letters that are left of a word at least."""


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return a word without its endings, roughly."""
    if word[-1:] == "s" and word[:-1].isupper() and len(word) > 2:
        return word[:-1].casefold()  # GPUs
    word = singular(word.casefold().strip(".'’-").removesuffix("'s").removesuffix("’s"))
    if word in _NOUNS:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word.removesuffix(ending)
            break
        if ending == "ing" and word.endswith("ing") and len(word) > 5:
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]  # running, run
    return word


def words(text: str) -> Iterator[str]:
    """Yield the words of a text as printed, those with a hyphen in their parts, and what a phrase says in one."""
    before = ""
    for match in _WORD.finditer(text):
        word = match.group()
        if phrase := PHRASES.get((before, word.casefold())):
            yield phrase
        before = word.casefold()
        if ("-" in word or "/" in word) and word.casefold() not in WHOLE:
            parts = [part for part in re.split(r"[-/]", word) if part]
            if all(part.isalpha() for part in parts):
                yield from parts
                continue
        yield word
