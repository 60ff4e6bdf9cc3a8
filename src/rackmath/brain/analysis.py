"""A text as the words that the search counts: lower case, stemmed, with compounds both in parts and joined.

``p5e.48xlarge`` counts as p5e, 48xlarge and p5e48xlarge; ``H-100`` as h100 too, so that it meets ``H100``. Plain
numbers are no words: `rackmath.brain.numerals` finds them by value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rackmath.brain.terms import STOP_WORDS, stem

LONGEST_WORD = 40
"""Words beyond this many letters are cut; nobody asks for them."""

_RUN = re.compile(r"[^\W_]+(?:(?:[-.'’/_‐‑]|&(?=\w))[^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_SHORT = 3


class Word(NamedTuple):
    """A word of a text: where it stands, its stem, its form in lower case, and whether it counts.

    Stop words and plain numbers do not count; they are there because they may be part of a phrase.
    `joined` words repeat their parts.
    """

    start: int
    end: int
    stem: str
    form: str
    counts: bool
    joined: bool = False


_AMERICAN = (("isation", "ization"), ("isations", "izations"), ("ise", "ize"), ("ised", "ized"), ("ising", "izing"))


@lru_cache(maxsize=100_000)
def stemmed(form: str) -> str:
    """Return the stem of a word in lower case; ``utilisation`` and ``utilization`` have one."""
    for british, american in _AMERICAN:
        if form.endswith(british) and len(form) >= len(british) + 4:
            form = form[: -len(british)] + american
            break
    return stem(form[:LONGEST_WORD])


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order; the joined form of a compound follows its parts."""
    for run in _RUN.finditer(text):
        written, begin = run.group(), run.start()
        if written.isalnum():
            form = written.casefold()
            yield Word(begin, run.end(), stemmed(form), form, _counts(form))
            continue
        parts = list(_PART.finditer(written))
        forms = [part.group().casefold() for part in parts]
        for number, (part, form) in enumerate(zip(parts, forms, strict=True)):
            if form == "s" and number and written[part.start() - 1] in "'’":
                continue
            yield Word(begin + part.start(), begin + part.end(), stemmed(form), form, _counts(form))
        if len(forms) > 1 and (whole := joined(forms)):
            yield Word(begin, run.end(), stemmed(whole), whole, counts=True, joined=True)


def spots(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield (start, end, stem, joined) of the words of a text: what marks need, quicker than `words`."""
    for run in _RUN.finditer(text):
        written = run.group()
        start, end = run.span()
        if written.isalnum():
            yield start, end, stemmed(written.casefold()), False
        else:
            for word in words(written):
                yield start + word.start, start + word.end, word.stem, word.joined


@lru_cache(maxsize=100_000)
def _counts(form: str) -> bool:
    return form not in STOP_WORDS and not form.isdecimal() and (len(form) > 1 or not form.isascii())


def stems_of(text: str) -> list[str]:
    """Return the stems of all words in order, without the joined ones: what the lexicon reads."""
    found: list[str] = []
    for run in _RUN.findall(text.casefold()):
        if run.isalnum():
            found.append(stemmed(run))
        else:
            found += [word.stem for word in words(run) if not word.joined]
    return found


def tally(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (stem, form, times) for the words of a text that count; a stem comes once for each of its forms."""
    for run, times in Counter(_RUN.findall(text.casefold())).items():
        if run.isalnum():
            if _counts(run):
                yield stemmed(run), run, times
        else:
            for word in words(run):
                if word.counts:
                    yield word.stem, word.form, times


def joined(forms: Iterable[str]) -> str:
    """Return the parts of a compound as one word, if it may be the name of a thing: it has a digit or a short part."""
    listed = list(forms)
    if listed[-1] == "s":
        listed.pop()
    whole = "".join(listed)
    lettered = any(mark.isalpha() for mark in whole)
    named = any(mark.isdecimal() for mark in whole) or any(len(part) <= _SHORT for part in listed)
    return whole if len(listed) > 1 and lettered and named and len(whole) <= LONGEST_WORD else ""


def counted(text: str) -> list[str]:
    """Return the stems that count, in order, with repeats."""
    return [word.stem for word in words(text) if word.counts]
