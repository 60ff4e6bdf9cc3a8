"""Where sentences end inside one paragraph. Part of the pinned splitter: see `rackmath.brain.sentences`.

A stop is looked at with the word before it and the letter after it. In doubt two sentences stay one: a sentence that is
too long still holds what is cited, while half a sentence may have lost the number that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_STOP = re.compile(r"[。！？｡]+|\.{1,6}|…+|[!?‽⁉⁈؟۔।]+")
_WIDE = frozenset("。！？｡")
_CLOSERS = re.compile(r"[\"'”’»›)\]}」』）】》〉*_]{0,8}")
_FOOTNOTES = re.compile(r"(?:\[\^[^\]\s]{1,80}\]|\[\d{1,4}(?:[,–-] ?\d{1,4}){0,8}\]|[⁰¹²³⁴-⁹]{1,4}){1,12}")
_BARE_FOOTNOTE = re.compile(r"\d{1,3}(?=\s+[^\W\d_])")
_BEFORE = 40  # letters of the word before a stop that are looked at
_WORD_BEFORE = re.compile(r"[^\s(\[{\"“‘«/—–]+\Z")
_DOTTED = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]")
_NEXT_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")
_OPENERS = "\"'“”‘’«‹([{「『（【《〈*_-–—"
_MONEY = "$€£¥#§~≈<>≥≤±+"
_LABEL = re.compile(r"(?:[A-Z]\d{0,3}|[IVX]{1,5}|[ivx]{1,5})(?![^\W_])")
_ENUMERATOR = re.compile(r"(?:\d{1,4}|[a-zA-Z]|[ivxIVX]{1,5})\Z")

_NEVER_WORDS = "mr mrs ms dr prof messrs vs v e.g eg i.e ie cf viz approx incl excl resp esp"
_NUMBER_WORDS = """fig figs no nos nr vol vols p pp ch sec sect eq eqs tab tbl ref refs art para par pt ver ed app
ex max min avg ca c est abt al rev gen"""
_NAME_WORDS = """gen sen rep gov capt col lt sgt hon rev st mt inc corp ltd co llc plc bros jr sr ph.d dept univ
assn govt intl natl ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
sat sun"""
_OPENERS_WORDS = """a about according after again all also although an and another any as at because before both but
by can did do does during each even every few finally first for from further had has have he hence her here his how
however i if in indeed instead is it its later last many may meanwhile more most moreover my neither next no nor not
nothing now of on once one only or other others our over since she should so some still such than that the their
them then there therefore these they this those though through thus to today under unlike until we were what when
where whereas whether which while who why will with without would yes yet you your"""
_NEVER = frozenset(_NEVER_WORDS.split())  # never the end: something must follow
_BEFORE_NUMBER = frozenset(_NUMBER_WORDS.split())  # not the end before a number or a label such as "B" or "IV"
_BEFORE_NAME = frozenset(_NAME_WORDS.split())  # with a capital: the end only before a word that opens a sentence
_OPENING_WORDS = frozenset(_OPENERS_WORDS.split())


def ends(text: str, start: int, stop: int) -> Iterator[int]:
    """Yield the offsets, after marks that close it, at which a sentence of ``text[start:stop]`` ends.

    The end of the stretch itself is not among them. Time is linear.
    """
    position = start
    while match := _STOP.search(text, position, stop):
        end = _end(text, start, match.start(), match.end(), stop)
        position = max(end or 0, match.end())
        if end and end < stop:
            yield end


def _end(text: str, start: int, first: int, after: int, stop: int) -> int | None:
    """Return where the sentence that stops at `first` ends, or None when it goes on."""
    marks = text[first:after]
    end = _closed(text, after, stop)
    if marks[0] in _WIDE:
        return end
    if marks == "." and end == after and (end < stop and text[end].isdigit()):
        number = _BARE_FOOTNOTE.match(text, end, stop)
        if not number or not _may_carry_footnote(text, start, first):
            return None
        end = number.end()
    if end >= stop:
        return end
    if not text[end].isspace():
        return None
    following = _first_word_place(text, end, stop)
    if following is None:
        return end
    if _goes_on_small(text, following, stop):
        return None
    if marks in ("…", "...") and text[first - 1 : first].isspace() and text[following].isdigit():
        return None  # "1, 2 … 9"
    if marks == "." and end == after:
        return end if _word_ends(text, start, first, following, stop) else None
    return end


def _closed(text: str, after: int, stop: int) -> int:
    """Return the offset after quotes, brackets and footnote marks that belong to a sentence that has stopped."""
    end = after
    for _ in range(4):
        found = _FOOTNOTES.match(text, end, stop) or _CLOSERS.match(text, end, stop)
        if not found or found.end() == end:
            break
        end = found.end()
    return end


def _may_carry_footnote(text: str, start: int, first: int) -> bool:
    """Whether digits glued to this stop can be a footnote number: not after a digit, an initial or "No"."""
    word = _word_before(text, start, first)
    return bool(word) and not word[-1].isdigit() and len(word) > 1 and word.casefold() not in _BEFORE_NUMBER


def _word_before(text: str, start: int, first: int) -> str:
    match = _WORD_BEFORE.search(text[max(start, first - _BEFORE) : first])
    return match.group() if match else ""


def _first_word_place(text: str, end: int, stop: int) -> int | None:
    """Return the place of the first letter or digit after blanks and opening marks, or None at the end."""
    place = end
    while place < stop and place < end + 200 and (text[place].isspace() or text[place] in _OPENERS):
        place += 1
    return place if place < stop else None


def _goes_on_small(text: str, place: int, stop: int) -> bool:
    """Whether what follows is in small letters; names such as iPhone and xAI count as capital."""
    if not text[place].islower():
        return False
    return not any(letter.isupper() for letter in text[place + 1 : min(place + 3, stop)])


def _word_ends(text: str, start: int, first: int, following: int, stop: int) -> bool:
    """Whether a single full stop after this word ends the sentence before a capital, a digit or a sign."""
    word = _word_before(text, start, first)
    low = word.casefold()
    if low in _NEVER:
        return False
    number_next = text[following].isdigit() or text[following] in _MONEY
    if low in _BEFORE_NUMBER and (number_next or _is_label(text, following, stop)):
        return False
    if first - len(word) - start <= 1 and _ENUMERATOR.match(word):
        return False  # "3." at the start counts the item
    name = word[:1].isupper() and (len(word) == 1 or low in _BEFORE_NAME)
    if name or _DOTTED.fullmatch(word):
        return not number_next and _opens(text, following, stop)
    return True


def _is_label(text: str, place: int, stop: int) -> bool:
    """Whether a label such as A, IV or S1 stands here, as after "Fig."."""
    match = _LABEL.match(text, place, stop)
    return match is not None and match.group() not in ("A", "I")


def _opens(text: str, place: int, stop: int) -> bool:
    match = _NEXT_WORD.match(text, place, stop)
    return match is not None and match.group().casefold() in _OPENING_WORDS
