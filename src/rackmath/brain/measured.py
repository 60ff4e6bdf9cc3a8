"""The numbers of a sentence as values with units, to hold one sentence against another.

``$3.5B``, ``USD 3.5 billion`` and ``3,500 million dollars`` are one value; ``44%`` and ``44 percent`` are one;
``44%`` and ``44×`` are two. Both ends of a range take the unit and the scale of the end that has one, and in "40 and
25 MW" both have the unit. Digits inside a name, such as H100 or GPT-4, are no numbers (see `rackmath.brain.names`).
Signs are left out: "fell 5 %" and "−5 %" say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from rackmath.brain.measure_units import MONEY_SIGNS, SCALES, unit_of

_NUMBER = r"(?:\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3}){1,6}(?!\d)|\d{1,18})(?:\.\d{1,12})?|\.\d{1,12}"
_SIGN = r"(?:US\$|A\$|C\$|[$€£¥]|(?:USD|EUR|GBP|JPY|CHF)\s?)"
_POWER = r"\s?[×x*]\s?10\s?(?:\^|\*\*)?\s?(?P<power>[-−⁻]?(?:\d{1,3}|[⁰¹²³⁴-⁹]{1,3}))"
_SCALE = (
    r"\s?(?P<scale>thousand|million|billion|trillion|quadrillion|quintillion|sextillion|septillion|mn\b|bn\b|tn\b|MM\b)|"
    r"(?P<letter>[kKmMbBtT])(?![A-Za-z/])"
)
_WORD = r"[A-Za-zµΩ]{1,14}(?:/[A-Za-z]{1,8}|-hours?)?"
_PATTERN = re.compile(
    rf"(?<![\w.,$€£¥])(?P<money>{_SIGN})?(?P<number>{_NUMBER})(?!\.?\d)(?:{_POWER})?(?:{_SCALE})?(?P<plus>\+)?"
    rf"(?P<gap>[ \u00a0\u202f\n]?[-‐]?)(?P<unit>%(?:\spoints?)?|[×✕]|°C|percentage\spoints?|per\scent\b|{_WORD})?"
)
_PER = re.compile(
    r"(?:\s?/\s?|\sper\s|\san?\s)(?:[A-Za-z]{2,12}[-\s])?(?P<per>h|hr|hour|min|minute|s|sec|second|day|week|mo|month|yr|"
    r"year|kWh|MWh)s?\b"
)
_JOINT = re.compile(r"\s?(?:(?P<range>[-–—−]|to)|and|or)\s?")
_NAME_BEFORE = re.compile(r"(?<![\w.,$€£¥])(?:[A-Z]\w{0,30}|[a-z]\w{0,30}\d)[-‐]\Z")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
_HEDGE = re.compile(
    r"(?:\b(?:(?P<over>over|more than|above|at least|exceed(?:s|ed|ing)?)|"
    r"(?P<under>under|less than|below|up to|as much as|nearly|almost|just short of)|"
    r"(?:about|around|approximately|approx\.?|roughly|some|circa|ca\.|close to|on the order of))\s|"
    r"(?:(?P<more>[>≥])|(?P<less>[<≤])|[~≈])\s?)\Z",
    re.IGNORECASE,
)

Hedge = Literal["", "about", "over", "under"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number in a text.

    Parameters
    ----------
    start, end, text
        Where it stands and how it is printed, its unit included.
    value
        In the base unit, scale words and prefixes worked in.
    unit
        The base unit (``usd``, ``pct``, ``w``, …), or empty where none is known.
    per
        What it is per, such as ``hour`` in "$2 per GPU-hour", or empty.
    step
        What one unit of its last significant printed digit is worth. The final noughts of a number of three or more
        digits are not significant, except that two digits always are.
    digits
        How many significant digits are printed.
    hedge
        What the word before it says: ``about``, ``over`` ("at least", "5+"), ``under`` ("nearly", "up to"), or nothing.
    """

    start: int
    end: int
    text: str
    value: Decimal
    unit: str
    per: str
    step: Decimal
    digits: int
    hedge: Hedge

    @property
    def is_year(self) -> bool:
        """Whether this can be a year of our time."""
        return not self.unit and len(self.text) == 4 and self.text.isdigit() and 1900 <= int(self.text) <= 2100


@dataclass(frozen=True, slots=True)
class _Read:
    """A number as printed: its digits, power of ten, unit and factor, before ranges share them."""

    start: int
    end: int
    digits: str
    power: int
    unit: str
    factor: Decimal
    per: str
    hedge: Hedge


def measures(text: str) -> list[Measure]:
    """Return the numbers of a text in order."""
    found: list[_Read] = []
    for read in _each(text):
        joint = _JOINT.fullmatch(text, found[-1].end, read.start) if found else None
        if joint is None:
            found.append(read)
            continue
        before = found[-1]
        price = read.unit == "pct" and text[max(0, before.start - 4) : before.start] == " at "  # "at 30 and 15% at 45"
        if (
            not before.unit and read.unit and not price and (joint["range"] or len(before.digits) != 4)
        ):  # 2030 is a year
            found[-1] = replace(before, unit=read.unit, factor=read.factor, per=before.per or read.per)
        if joint["range"]:
            if len(before.digits.partition(".")[0]) < 4:  # "$475,000 to $1.1 million" shares no scale
                found[-1] = replace(found[-1], power=found[-1].power or read.power)
            if before.unit and not read.unit:
                read = replace(read, unit=before.unit, factor=before.factor, per=read.per or before.per)  # noqa: PLW2901
        found.append(read)
    return [_measure(text, read) for read in found]


def _each(text: str) -> Iterator[_Read]:
    for match in _PATTERN.finditer(text):
        if _NAME_BEFORE.search(text[max(0, match.start() - 34) : match.start()]):
            continue
        word, letter, money = match["unit"] or "", match["letter"] or "", match["money"]
        known, own = unit_of(word), word
        if known is None and "/" in word and (known := unit_of(word.partition("/")[0])):
            own = word.partition("/")[0]  # "400 TWh/yr": what it is per stands behind it
        if letter and not money and letter in "mbt":
            known, letter, word = unit_of(letter), "", ""  # "5m" is a length unless it is money
        elif known is None and word and not match["gap"] and not letter:
            continue  # 48xlarge, 3D, 95th: names
        end = match.start("unit") + len(own) if known and word else _end(match)
        power = SCALES[(match["scale"] or letter).casefold()] if match["scale"] or letter else 0
        if match["power"]:
            power += int(match["power"].translate(_SUPERSCRIPTS))
        unit, factor = known or ("", Decimal(1))
        if money:
            unit, factor, end = MONEY_SIGNS[money.strip().casefold()], Decimal(1), _end(match)
        per = _PER.match(text, end)
        hedge: Hedge = "over" if match["plus"] else _hedge(text[max(0, match.start() - 24) : match.start()])
        digits = re.sub(r"[,\u00a0\u2009\u202f]", "", match["number"])
        yield _Read(match.start(), end, digits, power, unit, factor, _per(per["per"]) if per else "", hedge)


def _end(match: re.Match[str]) -> int:
    """Return the end of the number with its scale, without a word that is no unit."""
    return max(match.end(name) for name in ("number", "power", "scale", "letter", "plus"))


def _hedge(before: str) -> Hedge:
    match = _HEDGE.search(before)
    if match is None:
        return ""
    if match["over"] or match["more"]:
        return "over"
    return "under" if match["under"] or match["less"] else "about"


def _per(word: str) -> str:
    return {
        "h": "hour",
        "hr": "hour",
        "min": "minute",
        "s": "second",
        "sec": "second",
        "mo": "month",
        "yr": "year",
    }.get(word, word)


def _measure(text: str, read: _Read) -> Measure:
    digits, place = _significant(read.digits)
    factor = read.factor * Decimal(10) ** read.power
    return Measure(
        start=read.start,
        end=read.end,
        text=" ".join(text[read.start : read.end].split()),
        value=(Decimal(read.digits) * factor).normalize(),
        unit=read.unit,
        per=read.per,
        step=(Decimal(10) ** place * factor).normalize(),
        digits=digits,
        hedge=read.hedge,
    )


def _significant(printed: str) -> tuple[int, int]:
    """Return how many significant digits are printed, and the power of ten of the last of them."""
    whole, _, part = printed.partition(".")
    if part:
        return len((whole + part).lstrip("0")) or 1, -len(part)
    whole = whole.lstrip("0") or "0"
    if len(whole) < 3:
        return len(whole), 0
    noughts = min(len(whole) - len(whole.rstrip("0")), len(whole) - 2)
    return len(whole) - noughts, noughts
