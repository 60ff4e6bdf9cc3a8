"""Read what a person typed in a search box: words, "phrases", numbers, ``kind:`` and ``tag:`` filters.

The result is an expression for SQLite's FTS5 in which every word of the person is a quoted string, so nothing they type
can be read as syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from rackmath.brain.numerals import asked_terms
from rackmath.brain.tags import slug_of
from rackmath.brain.terms import STOP_WORDS
from rackmath.errors import RackmathError

LONGEST = 1000
"""The longest query, in characters."""
MOST_TERMS = 40
"""Words beyond this many are left out: they no longer change the order."""

_PART = re.compile(
    r'(?P<key>kind|type|tag):(?:"(?P<quoted>[^"]*)"|(?P<value>\S*))|"(?P<phrase>[^"]*)"'
    r"|(?P<word>[^\s\w\"]{0,3}\d[\d.,]{0,20}\s(?:thousand|million|billion|trillion|percent|per\scent)\b|\S+)",
    re.IGNORECASE,
)
_SIGNS = "~≈<>≤≥±+=#@*^!?.,;:()[]{}|&\\`'’\"“”…-–—"


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood.

    Parameters
    ----------
    must
        Quoted phrases for FTS5, each of which a note has to hold.
    may
        Single terms for FTS5; a note has to hold at least one of them when there are no phrases.
    pairs
        Neighbouring words as phrases for FTS5: they find nothing new, but rank notes higher that have them together.
    words, phrases
        What is looked for, as typed.
    numbers
        Terms of `rackmath.brain.numerals` that are looked for.
    kinds, tags
        Filters: any of the kinds; all of the tags (as slugs).
    """

    must: tuple[str, ...]
    may: tuple[str, ...]
    pairs: tuple[str, ...]
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    numbers: tuple[str, ...]
    kinds: tuple[str, ...]
    tags: tuple[str, ...]

    def match(self) -> str:
        """Return the FTS5 expression: the phrases if there are any, or any of the terms."""
        return expression(" AND ".join(self.must), (*self.may, *self.pairs))


def expression(needed: str, counted: tuple[str, ...]) -> str:
    """Return an FTS5 expression for notes that fulfil `needed`, ranked by it and by the terms `counted`.

    Without `needed` a note has to hold one of the terms.
    """
    rest = " OR ".join(counted)
    if not needed:
        return rest
    return f"({needed}) OR (({needed}) AND ({rest}))" if rest else needed


def read_query(text: str) -> Query:
    """Understand a query.

    Phrases in quotation marks must occur; of the other words any may, and more of them rank higher. Words that mean
    nothing alone ("the", "of") are left out.

    Raises
    ------
    RackmathError
        The query is empty, holds nothing but stop words or signs, or is too long.
    """
    if len(text) > LONGEST:
        raise RackmathError(f"the query has {len(text):,} characters; use at most {LONGEST:,}")
    clean = "".join(mark if mark.isprintable() else " " for mark in text)
    kinds: list[str] = []
    tags: list[str] = []
    phrases: list[str] = []
    words: list[str] = []
    numbers: list[str] = []
    skipped: list[str] = []
    pieces: list[str] = []
    for part in _PART.finditer(clean):
        if part["key"]:
            value = part["quoted"] if part["quoted"] is not None else part["value"]
            if value.strip():
                (tags if part["key"].lower() == "tag" else kinds).append(value.strip())
        elif part["phrase"] is not None:
            if _telling(part["phrase"]):
                phrases.append(part["phrase"].strip())
        elif len(pieces) < MOST_TERMS:
            word = part["word"].strip(_SIGNS)
            asked = asked_terms(word)
            if asked:
                numbers.extend(asked)
                pieces.extend(_number_pieces(word, asked))
            elif word.casefold() in STOP_WORDS:
                skipped.append(word)
            elif _telling(word):
                words.append(word)
                pieces.append(_quoted(word))
    if not pieces and not phrases:
        raise RackmathError(_nothing(text, skipped, bool(kinds or tags)))
    return Query(
        must=tuple(map(_quoted, phrases)),
        may=tuple(dict.fromkeys(pieces)),
        pairs=tuple(dict.fromkeys(_quoted(f"{one} {two}") for one, two in pairwise(words))),
        words=tuple(dict.fromkeys(words)),
        phrases=tuple(phrases),
        numbers=tuple(dict.fromkeys(numbers)),
        kinds=tuple(kind.casefold() for kind in kinds),
        tags=tuple(slug_of(tag) for tag in tags),
    )


def _number_pieces(word: str, asked: tuple[str, ...]) -> list[str]:
    """Look for a number as a value; one such as 70B is also looked for as the name that it may be part of."""
    pieces = [f"numbers : {_quoted(term)}" for term in asked]
    return [*pieces, _quoted(word)] if word.isalnum() and not word.isdigit() else pieces


def _quoted(text: str) -> str:
    return '"' + text.replace('"', " ") + '"'


def _telling(text: str) -> bool:
    return any(mark.isalnum() for mark in text)


def _nothing(text: str, skipped: list[str], filtered: bool) -> str:
    if not text.strip():
        return 'the query is empty; give a word, a "phrase" or a number to look for'
    if skipped:
        return f"the query holds only common words ({', '.join(skipped[:5])}); add one that tells notes apart"
    if filtered:
        return "the query holds only filters; add a word to look for"
    return f"the query {text.strip()[:40]!r} holds no word or number; give one to look for"
