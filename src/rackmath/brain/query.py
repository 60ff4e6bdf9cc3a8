"""Read what a person typed in a search box.

Words, ``"phrases"``, ``-without``, numbers, comparisons such as ``>3 USD/GPU_hour``, filters such as ``kind:thesis``.
Nothing that is typed is ever read as the syntax of the database: every word of a person reaches it as a quoted string
or as a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from math import inf

from rackmath.brain.amounts import Wanted
from rackmath.brain.numerals import asked_terms
from rackmath.brain.tags import slug_of
from rackmath.brain.terms import STOP_WORDS
from rackmath.errors import RackmathError, suggest

LONGEST = 4000
"""The longest query, in characters."""
MOST_TERMS = 200
"""Words beyond this many are left out: they no longer change the order."""

PROSE = 40
"""Beyond this many words a query is a text that somebody pasted: its quotation marks and dashes ask for nothing."""

FILTERS = {
    "kind": "a kind of note, as in kind:thesis",
    "tag": "a tag, as in tag:pue",
    "source": "a source's key, domain or words of its title, as in source:arxiv.org",
    "by": "a contributor, as in by:ada",
    "has": "figure, citation, conflict, link or source",
    "status": "draft, review, published, retired or any",
    "year": "the year of the last change of substance, as in year:2026",
    "as-of": "a day, as in as-of:2026-04",
}
_OTHER_NAMES = {"type": "kind", "tags": "tag", "sources": "source", "author": "by", "asof": "as-of", "as_of": "as-of"}
HAS = ("figure", "citation", "conflict", "link", "source")
STATUSES = ("draft", "review", "published", "retired")

_KEY = r"(?P<key>[A-Za-z][A-Za-z_-]{1,15}):(?!//)"
_NUMBER = r"[-+]?(?:US)?\$?\d[\d,]{0,20}(?:\.\d{1,12})?(?:[kKMBT](?![A-Za-z])|%)?"
_RATE = r"(?:\s?/\s?[A-Za-z_]{1,20}(?:-[A-Za-z]{1,20})?)"
_UNIT = (
    rf"(?:\s?(?P<NAME>(?:US\$|\$|[A-Za-z1]{{1,20}})?{_RATE}{{1,3}}|%|percent\b|USD\b|[kMGT]?Wh?\b|[GTP]B\b"
    r"|(?:second|minute|hour|day|week|month|year|token|GPU|watt)s?\b))?(?=\s|$)"
)
_PART = re.compile(
    rf'(?P<no>-)?(?:{_KEY}(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))|"(?P<phrase>[^"]*)"?)'
    rf"|(?P<sign>>=|<=|≥|≤|>|<)\s?(?P<limit>{_NUMBER}){_UNIT.replace('NAME', 'unit')}"
    rf"|(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER}){_UNIT.replace('NAME', 'units')}"
    r"|(?P<word>[^\s\w\"]{0,3}\d[\d.,]{0,20}\s(?:thousand|million|billion|trillion|percent|per\scent)\b|[^\s\"]+)",
    re.IGNORECASE,
)
_SIGNS = "~≈<>≤≥±+=#@*^!?.,;:()[]{}|&\\`'’\"“”…-–—"
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_SCALES = {"k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "t": 1e12, "T": 1e12}
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood.

    Parameters
    ----------
    text
        The words that rank, as typed, without filters, phrases' quotation marks and what is excluded.
    words
        The single words that are looked for, in order, without stop words.
    phrases
        What a note has to hold, word for word.
    without
        Words and phrases that a note must not hold.
    numbers
        Terms of `rackmath.brain.numerals` that are looked for.
    amounts
        Comparisons; a note has to hold an amount for each of them.
    kinds, tags, sources, contributors, has, statuses, years
        Filters: any of the kinds, sources, contributors, statuses and years; all of the tags (slugs) and of `has`.
    excluded
        Filters that a note must not pass, as (name, value).
    as_of
        The day whose state of the brain is asked for.
    """

    text: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    amounts: tuple[Wanted, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None

    @property
    def ranks(self) -> bool:
        """Whether there is anything to rank by; a query of filters alone lists the newest notes first."""
        return bool(self.words or self.phrases or self.numbers)


@dataclass
class _Reading:
    """What has been understood so far."""

    text: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    amounts: list[Wanted] = field(default_factory=list)
    filters: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FILTERS})
    excluded: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def read_query(text: str) -> Query:
    """Understand a query.

    Raises
    ------
    RackmathError
        The query is empty, too long, holds nothing but stop words or signs, names a filter that there is not, or a
        filter's value cannot be read.
    """
    if len(text) > LONGEST:
        raise RackmathError(f"the query has {len(text):,} characters; use at most {LONGEST:,}")
    clean = "".join(mark if mark.isprintable() else " " for mark in text).translate(_QUOTES)
    reading = _Reading()
    for part in _PART.finditer(clean):
        if part["key"]:
            value = part["quoted"] if part["quoted"] is not None else part["value"]
            _filter(reading, part["key"].casefold(), value.strip(), negative=bool(part["no"]))
        elif part["phrase"] is not None:
            if _telling(part["phrase"]):
                (reading.without if part["no"] else reading.phrases).append(part["phrase"].strip())
        elif part["sign"]:
            reading.amounts.append(_limit(part))
        elif part["low"]:
            low, high = _value(part["low"]), _value(part["high"])
            unit = _unit_of(part["low"] + part["high"], part["units"])
            reading.amounts.append(Wanted(min(low, high), max(low, high), unit, (True, True), part.group().strip()))
        elif len(reading.text) < MOST_TERMS:
            _word(reading, part["word"])
    filters = reading.filters
    if len(reading.text) > PROSE:
        for said in (*reading.phrases, *reading.without):
            reading.text.append(said)
            reading.words.extend(word for word in said.split() if word.casefold() not in STOP_WORDS)
        reading.phrases, reading.without = [], []
    query = Query(
        text=" ".join([*reading.text, *reading.phrases]),
        words=tuple(dict.fromkeys(reading.words)),
        phrases=tuple(dict.fromkeys(reading.phrases)),
        without=tuple(dict.fromkeys(reading.without)),
        numbers=tuple(dict.fromkeys(reading.numbers)),
        amounts=tuple(dict.fromkeys(reading.amounts)),
        kinds=tuple(value.casefold() for value in filters["kind"]),
        tags=tuple(slug_of(value) for value in filters["tag"]),
        sources=tuple(filters["source"]),
        contributors=tuple(value.removeprefix("@").casefold() for value in filters["by"]),
        has=tuple(filters["has"]),
        statuses=tuple(filters["status"]),
        years=tuple(filters["year"]),
        excluded=tuple(reading.excluded),
        as_of=_day(filters["as-of"][-1]) if filters["as-of"] else None,
    )
    if not query.ranks and not (query.amounts or any(filters.values()) or query.without or query.excluded):
        raise RackmathError(_nothing(text, reading.skipped))
    return query


def _filter(reading: _Reading, key: str, value: str, *, negative: bool) -> None:
    name = _OTHER_NAMES.get(key, key)
    if name not in FILTERS:
        known = ", ".join(f"{known}:" for known in FILTERS)
        near = suggest(name, FILTERS)
        raise RackmathError(
            f"there is no filter {key[:20]!r}{near}; filters are {known} (quote a word that has a colon)"
        )
    if not _telling(value):
        raise RackmathError(f"{name}: needs a value, {FILTERS[name]}")
    if name == "has":
        value = value.casefold()
        value = value if value in HAS else value.removesuffix("s")
        _known(name, value, HAS)
    elif name == "status":
        value = value.casefold()
        _known(name, value, (*STATUSES, "any"))
    elif name == "year" and not re.fullmatch(r"[12]\d{3}", value, re.ASCII):
        raise RackmathError(f"year: {value[:20]!r} is not a year; write year:2026")
    if negative:
        if name == "as-of":
            raise RackmathError("as-of: cannot be excluded; give the day alone, as in as-of:2026-04")
        reading.excluded.append((name, slug_of(value) if name == "tag" else value.removeprefix("@").casefold()))
    else:
        reading.filters[name].append(value)


def _known(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise RackmathError(f"{name}:{value[:20]} is not known{suggest(value, known)}; it may be {', '.join(known)}")


def _word(reading: _Reading, typed: str) -> None:
    if typed.startswith("-") and len(typed) > 1 and typed[1].isalpha():
        reading.without.append(typed[1:].rstrip(_SIGNS))
        return
    word = typed.strip(_SIGNS)
    if not _telling(word):
        return
    reading.text.append(word)
    if asked := asked_terms(word):
        reading.numbers.extend(asked)
        if word.isalnum() and not word.isdecimal():  # 70B is a number, and it may be part of a name
            reading.words.append(word)
    elif word.casefold() in STOP_WORDS:
        reading.skipped.append(word)
    else:
        reading.words.append(word)


def _limit(part: re.Match[str]) -> Wanted:
    value, sign = _value(part["limit"]), part["sign"]
    closed = sign in (">=", "≥", "<=", "≤")
    unit = _unit_of(part["limit"], part["unit"])
    if sign in (">", ">=", "≥"):
        return Wanted(value, inf, unit, (closed, True), part.group().strip())
    return Wanted(-inf, value, unit, (True, closed), part.group().strip())


def _value(text: str) -> float:
    digits = text.strip("+%").replace(",", "").replace("US", "").replace("$", "")
    scale = _SCALES.get(digits[-1], 1.0)
    return float(digits.rstrip("kKmMbBtT")) * scale


def _unit_of(number: str, unit: str | None) -> str:
    if unit and unit.strip() in ("%", "percent"):
        return "percent"
    if "%" in number:
        return "percent"
    if not unit:
        return "USD" if "$" in number else ""
    named = unit.strip()
    from rackmath.units import canonical  # noqa: PLC0415  (units take 0.2 s; only a comparison needs them)

    return canonical(f"USD{named}" if "$" in number and named.startswith("/") else named)


def _day(text: str) -> date:
    match = _DAY.fullmatch(text)
    try:
        if match:
            return _last_day(*(int(part) if part else None for part in match.groups()))
    except ValueError:
        pass
    raise RackmathError(f"as-of:{text[:20]} is not a day; write as-of:2026, as-of:2026-04 or as-of:2026-04-15")


def _last_day(year: int | None, month: int | None, day: int | None) -> date:
    """Return the day, or the last day of the month or year: what was known by its end."""
    if day is not None:
        return date(year or 1, month or 1, day)
    if month is None or month == 12:
        return date(year or 1, 12, 31)
    return date.fromordinal(date(year or 1, month + 1, 1).toordinal() - 1)


def quoted(text: str) -> str:
    """Return a text as a string of the full-text index, whatever it holds."""
    return '"' + text.replace('"', " ").replace("\0", " ") + '"'


def _telling(text: str) -> bool:
    return any(mark.isalnum() for mark in text)


def _nothing(text: str, skipped: list[str]) -> str:
    if not text.strip():
        return 'the query is empty; give a word, a "phrase", a number or a filter such as kind:thesis'
    if skipped:
        return f"the query holds only common words ({', '.join(skipped[:5])}); add one that tells notes apart"
    return f"the query {text.strip()[:40]!r} holds no word or number; give one to look for"
