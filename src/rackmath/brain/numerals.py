"""Numbers in prose as search terms: ``$0.30``, ``44%``, ``1,389``, ``2–5×`` are found as values, however printed.

A word index cuts ``$0.30`` into "0" and "30". So each number also becomes a term of its own, made of its value and
its unit: "$0.30" → ``usd0d3``, "44 percent" → ``pct44``, "1,389" → ``n1389``, "$13B" → ``usd13b``. Every number has
its bare form too, so that a query without a unit finds all. In a range both ends take the unit of the end that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:\.\d{1,12})?"
_UNIT = (
    r"(?:\s?(?P<share>%|percent\b|per\scent\b)|\s?(?P<times>[×✕]|x\b)"
    r"|(?P<letter>[kKmMbBtT])(?:n\b|\b)|\s(?P<word>thousand|million|billion|trillion)\b)?"
)
_PATTERN = re.compile(
    rf"(?<![\w.,])(?P<money>[$€£¥])?\s?(?P<first>{_NUMBER})(?P<early>[kKmMbBtT]|%|[×✕]|x)?"
    rf"(?:\s?[-–—−]\s?[$€£¥]?(?P<last>{_NUMBER})(?![\d.]*[-–—−]\d))?{_UNIT}(?!\d|[.,]\d)"
)
_BARE = re.compile(r"n[\dd]+")
_MONEY = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy"}
_SCALES = {"thousand": "k", "million": "m", "billion": "b", "trillion": "t"}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number, or a range, in a text: where it stands and the terms that it is found by."""

    start: int
    end: int
    terms: tuple[str, ...]


def numerals(text: str) -> Iterator[Numeral]:
    """Find the numbers of a text. Digits inside a name, such as H100 or v5e, are not numbers."""
    for match in _PATTERN.finditer(text):
        values = [_value(part) for part in (match["first"], match["last"]) if part]
        prefix, suffix = _unit(match)
        terms = dict.fromkeys(term for value in values for term in (f"{prefix}{value}{suffix}", f"n{value}"))
        yield Numeral(match.start(), match.end(), tuple(terms))


def number_terms(text: str) -> list[str]:
    """Return the terms of every number in a text, in order, with repeats."""
    return [term for numeral in numerals(text) for term in numeral.terms]


def asked_terms(text: str) -> tuple[str, ...]:
    """Return the terms that a word of a query asks for: with a unit only that, without one the bare number.

    Empty when the word holds letters beside its numbers.
    """
    asked: dict[str, None] = {}
    position = 0
    for numeral in numerals(text):
        if any(mark.isalnum() for mark in text[position : numeral.start]):
            return ()
        position = numeral.end
        exact = [term for term in numeral.terms if not _BARE.fullmatch(term)]
        asked.update(dict.fromkeys(exact or numeral.terms))
    return () if any(mark.isalnum() for mark in text[position:]) else tuple(asked)


def _value(text: str) -> str:
    whole, _, part = text.replace(",", "").partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    return f"{whole}d{part}" if part else whole


def _unit(match: re.Match[str]) -> tuple[str, str]:
    early = match["early"] or ""
    scale = (match["letter"] or (early if early in "kKmMbBtT" else "")).lower() or _SCALES.get(match["word"] or "", "")
    if match["money"]:
        return _MONEY[match["money"]], scale
    if match["share"] or early == "%":
        return "pct", ""
    if match["times"] or early in ("×", "✕", "x"):
        return "times", ""
    return "n", scale


@dataclass(frozen=True, slots=True)
class Measured:
    """A number or range as a value: where it ends, and ``USD``, ``percent``, ``times`` or nothing as its unit."""

    end: int
    low: float
    high: float
    unit: str


_POWERS = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_UNITS = {"usd": "USD", "pct": "percent", "times": "times", "n": ""}


def measured(text: str) -> Iterator[Measured]:
    """Find the numbers of a text as values. Money other than dollars is left out: it compares with nothing."""
    for match in _PATTERN.finditer(text):
        prefix, suffix = _unit(match)
        if prefix in _UNITS:
            values = [
                float(part.replace(",", "")) * _POWERS[suffix] for part in (match["first"], match["last"]) if part
            ]
            yield Measured(match.end(), min(values), max(values), _UNITS[prefix])
