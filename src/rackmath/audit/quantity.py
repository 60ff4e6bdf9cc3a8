"""The figures of a sentence: value or range, unit, what it is per, hedge, what it counts, and where it stands.

Numbers and units are read by `rackmath.brain.measured`; this module joins the ends of ranges, tells a multiplication
sign from a factor, reads fractions and multiples in words ("a third", "doubled"), and takes in the period that follows
("a month", "annually"). What a number is stays with it as one of a few kinds, so that rules can ask for a share, a
factor, a year or an amount. One pass over the sentence; every pattern is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal

from rackmath.audit.listed import listed
from rackmath.audit.number_words import (
    AND_A_HALF,
    COUNTS,
    HALF_A,
    OF_EVERY,
    ONE_IN,
    PART_OF_A,
    PARTS,
    WORDED,
    WORDS,
    count_of,
    share_of,
)
from rackmath.brain.measured import Measure, measures

Kind = Literal["amount", "share", "points", "factor", "year"]
Hedge = Literal["", "about", "over", "under", "nearly"]

_HEDGE = re.compile(
    r"(?:\b(?:(?P<over>over|more than|above|at least|upwards? of|exceed(?:s|ed|ing)?|north of|a minimum of|well over)|"
    r"(?P<nearly>nearly|almost|just (?:short of|under|below)|close to|not quite)|"
    r"(?P<under>under|less than|fewer than|below|"
    r"(?<!\badd )(?<!\badds )(?<!added )(?<!adding )up to|as much as|"
    r"as many as|at most|no more than|a maximum of|within)|"
    r"(?P<about>about|around|approximately|approx\.?|roughly|some|circa|ca\.|on the order of|an estimated|just over|"
    r"a little (?:over|under|more than|less than)|slightly (?:over|under|more than|less than)))\s+|"
    r"(?:(?P<more>[>≥])|(?P<less>[<≤])|(?P<tilde>[~≈∼]))\s?)\Z",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?(?:[-–—−‑]|to)\s?")
_BEFORE_RANGE = re.compile(r"\b(?:from|between)\s+(?:[~≈]|about\s|around\s|roughly\s)?\Z", re.IGNORECASE)
_AND = re.compile(r"\s(?:and)\s(?:[~≈]|about\s|around\s|roughly\s)?")
_PERIODS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "week": 604800.0,
    "month": 86400.0 * 365 / 12,
    "quarter": 86400.0 * 365 / 4,
    "year": 86400.0 * 365,
}
"""Seconds of a period; a month is a twelfth of 365 days here, and rules know the other conventions."""

_SPELT = {
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "s": "second",
    "sec": "second",
    "min": "minute",
    "mo": "month",
    "yr": "year",
    "annum": "year",
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
    "night": "day",
    "annualised": "year",
    "annualized": "year",
}
_PERIOD = r"(?:seconds?|sec|s|minutes?|min|hours?|hrs?|h|days?|nights?|weeks?|months?|mo|quarters?|years?|yr|annum)"
_SLASH = re.compile(r"(?<=\d[kKmMbB])/(?=[A-Za-z])")
"""In "$30K/month" the letter is a scale: a division slash of the same length keeps it apart from units such as B/s."""

_LOUD = re.compile(r"\b(?:MILLION|BILLION|TRILLION|THOUSAND|Million|Billion|Trillion)\b")

_PER = re.compile(
    r"(?:\s?[/\u2215]\s?|\s?(?:per|an?|each|every)\s)"
    r"(?P<of>(?:(?:[1１]\s?)?(?:M|million|(?:ten |hundred |a hundred )?thousand|hundred|1,000|1000|1K|10,000|100)"
    r"[\s-]?(?=[a-z]))?)"
    r"(?:(?:(?:input|output|blended|cached)(?:/output)?\s(?=tokens?))|(?:used|utili[sz]ed|occupied|"
    r"productive|useful|working|effective)\s)?(?P<thing>(?:square|cubic)\s[a-z]{3,7}|"
    r"[A-Za-zµ]{1,20}(?:-(?:hours?|days?|"
    r"weeks?|months?|years?|miles?|nights?|km))?|[1１]M\b)"
    r"(?:(?:\s?[/\u2215]\s?|\s(?:per|an?|and)\s)(?P<then>" + _PERIOD + r")\b)?"
)
_ADVERB = re.compile(
    r"(?:\s(?:loaded|power|used|spent|each|in total))?\s(?P<how>hourly|daily|weekly|monthly|"
    r"quarterly|yearly|annually)\b|,?\s(?P<each>each|apiece)\b"
)
_EVERY_SCALE = {
    "m": 1e6,
    "million": 1e6,
    "thousand": 1e3,
    "1,000": 1e3,
    "1000": 1e3,
    "1k": 1e3,
    "ten thousand": 1e4,
    "10,000": 1e4,
    "hundred thousand": 1e5,
    "a hundred thousand": 1e5,
    "100,000": 1e5,
    "hundred": 1e2,
    "100": 1e2,
}
_NOUN = re.compile(
    r"[\s-](?P<noun>[A-Za-z][A-Za-z0-9'’]{1,24}(?:-[A-Za-z]{1,20})?)(?P<second>\s[a-z]{3,24}(?:-[a-z]{3,12})?)?(?P<third>\s[a-z]{3,24})?"
)
_NO_NOUN = listed(
    """a an and are as at but by for from has have if in into is it its more less lower higher of off on or over per
plus than that the then this to under up versus vs was were when where which while will with would each apiece
times percent down out between before after since until because so not cheaper dearer faster slower about
against compared instead every only can could may might does do did brings makes gives cost costs rose fell"""
)
_MADE_OF = re.compile(r"\s?[×x]\s?(?P<name>[A-Z]{1,3}\d[\w-]{0,10})")
_RATIO = re.compile(r"(?<![\d.,:])(?P<first>\d{1,6}(?:\.\d{1,4})?)\s?:\s?1(?!\d|[:.]\d)")


@dataclass(frozen=True)
class Quantity:
    """A figure as read.

    Parameters
    ----------
    start, end, text
        Where it stands in the sentence, hedge and period included, and how it is printed.
    low, high
        The value, or the ends of a range, in the base unit.
    step
        What one unit of the last digit that is meant to count is worth, in the base unit.
    kind
        ``share`` (percent), ``points``, ``factor``, ``year`` or ``amount``.
    unit, per
        The base unit (``usd``, ``w``, …, empty for a count) and what it is per (``hour``, ``gpu``), or empty.
    noun
        The words that follow a count, lower-case, or empty.
    scale, over
        What a printed unit is worth in base units, and how many of `per` it is for (10⁶ in "per million tokens").
    worded
        Whether it is written in words ("half"), which are rarely meant to the last digit.
    """

    start: int
    end: int
    text: str
    low: float
    high: float
    step: float
    kind: Kind
    unit: str
    per: tuple[str, ...]
    hedge: Hedge
    noun: str
    scale: float = 1.0
    over: float = 1.0
    worded: bool = False
    each: bool = False

    @property
    def value(self) -> float:
        """The value, or the middle of a range."""
        return (self.low + self.high) / 2

    @property
    def ranged(self) -> bool:
        """Whether it is a range."""
        return self.low != self.high

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Return what the printed figure may stand for as an input: half a step to each side, more where it hedges."""
        slack = self.step / 2
        if self.unit == "" and self.kind == "amount" and not self.hedge and self.step == 1.0:
            slack = 0.0  # a count printed to the last digit is exact
        low, high = self.low - slack, self.high + slack
        size = max(abs(self.low), abs(self.high))
        if self.hedge == "about" or self.worded:
            low, high = low - 0.05 * size, high + 0.05 * size
        elif self.hedge == "over":
            high += 0.25 * size
        elif self.hedge in ("under", "nearly"):
            low -= (0.25 if self.hedge == "under" else 0.1) * size
        return (max(low, 0.0) if self.low >= 0 else low), high

    @property
    def unit_text(self) -> str:
        """The unit and what it is per, in one short text."""
        base = {"pct": "%", "pp": "percentage points", "times": "×", "usd": "USD", "eur": "EUR", "gbp": "GBP"}.get(
            self.unit, self.unit
        )
        return "/".join([base or ("1" if self.per else ""), *self.per]) or self.noun.split(" ")[0]

    @property
    def printed(self) -> tuple[float, str]:
        """The worth of the unit that a finding tells a value in, in base units, and its name: times as printed."""
        named = _NAMED_SIZES.get((self.unit, float(f"{self.scale:.6g}")))
        if named is None or (named in _TIMES and self.per):
            many = {1e6: "million ", 1e3: "thousand ", 100.0: "hundred "}.get(self.over, "")
            return 1 / self.over, self.unit_text.replace("/", f"/{many}", 1) if many else self.unit_text
        return self.scale / self.over, "/".join([named, *self.per])

    def like(self, other: Quantity) -> bool:
        """Whether two figures are of one sort: the same unit per the same thing."""
        return self.unit == other.unit and self.kind == other.kind and set(self.per) == set(other.per)


_TIMES = frozenset({"year", "quarter", "minute", "hour", "day", "week", "ms"})
_NAMED_SIZES = {
    ("month", 12.0): "year",
    ("month", 3.0): "quarter",
    ("s", 60.0): "minute",
    ("s", 3600.0): "hour",
    ("s", 86400.0): "day",
    ("s", 604800.0): "week",
    ("s", 1e-3): "ms",
    ("l", 100.0): "hl",
    ("l", 0.01): "cl",
    ("l", 1e-3): "ml",
    ("l", 1e3): "m³",
    ("m", 1e3): "km",
    ("m", 1e-3): "mm",
    ("t", 1e-3): "kg",
    ("t", 1e-6): "g",
    ("btu", 1e6): "MMBtu",
    **{
        (unit, size): f"{prefix}{symbol}"
        for unit, symbol in (
            ("w", "W"),
            ("wh", "Wh"),
            ("byte", "B"),
            ("bit", "bit"),
            ("flop", "FLOP"),
            ("byte/s", "B/s"),
        )
        for prefix, size in (("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18))
    },
}
"""What a printed size of a unit is called."""


def quantities(text: str) -> list[Quantity]:
    """Return the figures of a sentence in order; those of a range are one."""
    return list(_read(text))


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Quantity, ...]:
    text = _SLASH.sub("\u2215", _LOUD.sub(lambda match: match.group().lower(), text))
    spoken = list(_worded(text))
    spoken.sort(key=lambda each: (each.start, -each.end))
    wholes = (ONE_IN, OF_EVERY, AND_A_HALF)
    shares = [(each.start, each.end) for each in spoken if any(one.fullmatch(each.text) for one in wholes)]
    found = [each for each in _apart(text) if not _meets(shares, each)]
    found = _joined(text, _years(text, found))
    taken = [(each.start, each.end) for each in found]
    for each in spoken:
        if not _meets(taken, each):
            found.append(each)
            taken.append((each.start, each.end))
    return tuple(sorted(_in_its_money(text, found), key=lambda each: each.start))


def _in_its_money(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give cents to the euro where a text has euros and no dollars."""
    return [euro_cents(each) for each in found] if "€" in text and "$" not in text else found


def euro_cents(each: Quantity) -> Quantity:
    """Return an amount of cents as one of euros."""
    return replace(each, unit="eur") if each.unit == "usd" and _CENTS.search(each.text) else each


_CENTS = re.compile(r"\bcents?\b")


def _years(text: str, found: list[Quantity]) -> list[Quantity]:
    """Read the middle of "2012, 2011 and 2010" as a year too."""
    made: list[Quantity] = []
    for each in found:
        before = made[-1] if made else None
        listed = before and before.kind == "year" and text[before.end : each.start] in (", ", " and ", "/")
        if listed and each.kind == "amount" and not each.unit and _YEAR.fullmatch(each.text):
            each = replace(each, kind="year", noun="", per=())  # noqa: PLW2901
        made.append(each)
    return made


def _meets(places: list[tuple[int, int]], each: Quantity) -> bool:
    return any(start < each.end and each.start < end for start, end in places)


def _apart(text: str) -> Iterator[Quantity]:
    end = 0
    for each in _numbers(text):
        if not each.unit and _ASSIGNED.search(text[max(0, each.start - 3) : each.start]):
            continue  # the 8 of "TP=8" is a name
        if not each.unit and _is_day(text, each):
            continue
        if each.unit == "s" and _ABOUT_A_DECADE.search(text[max(0, each.start - 6) : each.start]):
            continue  # "the mid-20s" are no seconds
        if _ROUND.match(text, each.start) or _ROUND.match(text, max(0, each.start - 3)):
            continue  # "24/7" is no figure
        if each.start >= end:  # the "1M" of "$2 per 1M tokens" is no figure of its own
            found = _quantity(text, each)
            end = found.end
            yield found


def _numbers(text: str) -> Iterator[Measure]:
    ratios = {match.start(): match for match in _RATIO.finditer(text)}
    skip = -1
    told = {each.start: each for each in (*measures(text), *_pence(text))}
    for each in sorted(told.values(), key=lambda each: each.start):
        if each.start < skip:
            continue
        if (match := ratios.get(each.start)) is not None:
            skip = match.end()
            yield replace(each, end=skip, text=match.group(), unit="times", per="")
            continue
        yield each


_PENCE = re.compile(r"(?<![\w.,£$€])(?P<number>\d{1,4}(?:\.\d{1,3})?)(?P<sign>p|¢|\s(?:pence|cents?))(?![\w-])")
_SCREENS = frozenset({"240", "360", "480", "576", "720", "1080", "1440", "2160", "4320"})


def _pence(text: str) -> Iterator[Measure]:
    """Yield the prices of "28p" and "28¢"; 1080p is a screen."""
    for match in _PENCE.finditer(text):
        number, unit = Decimal(match["number"]), "gbp" if match["sign"].strip() in ("p", "pence") else "usd"
        if match["number"] not in _SCREENS:
            step = Decimal(1).scaleb(-len(match["number"].partition(".")[2]) - 2)
            yield Measure(match.start(), match.end(), match.group(), number / 100, unit, "", step, 2, "")


_MONTH_NAME = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_MONTH_AFTER, _MONTH_BEFORE = re.compile(rf"\s{_MONTH_NAME}\b"), re.compile(rf"\b{_MONTH_NAME}\.?\s\Z")


def _is_day(text: str, each: Measure) -> bool:
    """Whether a number is the day of a date, as in "1 December" and "March 3"."""
    if not each.text.isdigit() or not 1 <= each.value <= 31 or _COUNTED.match(text, each.end):
        return False
    return (
        _MONTH_AFTER.match(text, each.end) is not None
        or _MONTH_BEFORE.search(text[max(0, each.start - 12) : each.start]) is not None
    )


_ABOUT_A_DECADE = re.compile(r"\b(?:mid|low|high|early|late)[-\s]\Z", re.IGNORECASE)
_ROUND = re.compile(r"24[/\u2215]7\b")
_ASSIGNED = re.compile(r"[A-Za-z_]=~?\Z")
_DURING = re.compile(r"(?:over|within)\s", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE_YEAR = re.compile(
    r"(?:\b(?:Q[1-4]|H[12]|in|by|since|of|from|to|and|until|during|early|late|mid|before|after|for|between|"
    r"through|the|FY|years?|end|below|above|than|against|on|versus|vs|January|February|March|April|May|June|July|August|"
    r"September|October|November|December)"
    r"[\s-]|[(–—\-/]|^)\s?\Z",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s(?!levels\b|prices\b|dollars\b|gives\b|shows\b|has\b|was\b|makes\b|puts\b|says\b|reports\b|sets\b|to\b|and\b|or\b|in\b|by\b|the\b|it\b|is\b|was\b|that\b)[a-z]{3,}s\b"
)
_FACTOR_OF = re.compile(r"\b(?:factor|ratio|multiple) of\s(?:about\s|roughly\s|only\s|some\s)?\Z", re.IGNORECASE)
_SIGNED = re.compile(r"(?:US\$|A\$|C\$|[$€£¥]|(?:USD|EUR|GBP|JPY|CHF)\s?)?(?P<digits>[\d,\u00a0\u2009\u202f]*\.?\d*)")


def _quantity(text: str, read: Measure) -> Quantity:
    end, unit = read.end, read.unit
    if unit == "times" and re.match(r"\s?[\d$€£(]|[A-Z]", text[end : end + 2]):
        printed = text[read.start : end]
        end = read.start + len(printed.rstrip("×✕x* "))  # "8 × 700" multiplies, "8×H100" counts
        unit = ""
    value, digits = float(read.value), _SIGNED.match(text[read.start :])
    printed_digits = re.sub(r"[^\d.]", "", digits["digits"]) if digits else ""
    plain = float(printed_digits) if printed_digits.strip(".") else value
    factor = value / plain if plain else 1.0
    kind: Kind = "amount"
    if (
        unit
        and value != plain
        and _YEAR.fullmatch(read.text)
        and _BEFORE_YEAR.search(text[max(0, read.start - 9) : read.start])
    ):
        unit, value, factor = "", plain, 1.0  # "in 2021 to 46 GWh" gives the year no unit
    if unit == "s" and _ORDINAL.match(text, read.start) and value != 1:
        unit, end = "", read.end - len(" second")  # "1,188 second homes" are no seconds
    if unit == "pct":
        kind = "share"
    elif unit in {"pp", "bps"}:
        kind = "points"
    elif unit == "times":
        kind = "factor"
    elif (
        unit == ""
        and _YEAR.fullmatch(read.text)
        and _BEFORE_YEAR.search(text[max(0, read.start - 9) : read.start])
        and not _COUNTED.match(text[end : end + 30])
    ):
        kind = "year"
    if unit == "" and kind == "amount" and (basis := _BASIS.match(text, end)):
        kind, unit, end = "points", "bps", basis.end()
    if unit == "" and kind == "amount" and _POINTS.match(text, end) and ("%" in text or "per cent" in text):
        kind, unit, end = "points", "pp", _point_end(text, end)
    if unit == "" and kind == "amount" and _FACTOR_OF.search(text[max(0, read.start - 28) : read.start]):
        kind, unit = "factor", "times"
    noun = _noun(text, end) if unit == "" and kind == "amount" else ""
    if (
        kind == "amount"
        and (spelt := _SPELT_UNIT.match(text, end))
        and (unit == "" or (unit == "m" and spelt["power"]))
    ):
        unit, more = _SPELT_UNITS[spelt.lastgroup or ""]
        unit, more = ("m²", 1.0) if spelt["power"] == "²" else (unit, more)
        factor, value, noun, end = factor * more, value * more, "", spelt.end()
    if noun and (timed := _timed(text, end, noun)):
        end = timed
    per, scale, end, each_one = (
        _per(text, end, unit in MONEY) if kind in ("amount", "factor", "share") else ((), 1.0, end, False)
    )
    if unit == "flop" and not per and (read.text.endswith("/s") or read.text.endswith("FLOPS")):
        per = ("second",)
    if unit in MONEY and not per and _PER_THOUSAND.search(text[max(0, read.start - 18) : read.start]):
        per, scale = ("impression",), 1e3
    start, hedge = read.start, _hedge(text, read.start)
    if unit in ("s", "month") and hedge[1] and _DURING.match(text[read.start - hedge[0] : read.start]):
        hedge = (0, "")  # "over five years" is how long it took
    if hedge[1]:
        start -= hedge[0]
    if unit == "" and kind == "amount" and not noun and (name := _MADE_OF.match(text, end)):
        noun = name["name"].casefold()
    return Quantity(
        start=start,
        end=end,
        text=_shown(text[read.start : end]),
        low=value / scale,
        high=value / scale,
        step=_step(printed_digits, bool(hedge[1]) or read.text.endswith("+")) * factor / scale,
        kind=kind,
        unit=unit,
        per=per,
        hedge=hedge[1] or ("over" if "+" in text[read.start : end + 1] else ""),
        noun=noun,
        scale=factor,
        over=scale,
        each=each_one,
    )


_SPELT_UNIT = re.compile(
    r"(?P<cubic>(?P<power>[³²])|\scubic\smet(?:re|er)s?\b)|(?P<gram>\s?g\b|\sgrams\b)|(?P<krona>\skr\b|\s(?:SEK|NOK|DKK)\b)|"
    r"(?P<krona_million>\sm(?:kr|SEK|NOK|DKK)\b)"
)
"""Units that stand after a number and are no prefix of a word: 500 g, 40 m³, 12 mkr."""

_SPELT_UNITS = {"cubic": ("l", 1e3), "gram": ("t", 1e-6), "krona": ("kr", 1.0), "krona_million": ("kr", 1e6)}

_ORDINAL = re.compile(r"[\d,.]+\ssecond\s[a-z]{3,}s\b")

_BASIS = re.compile(r"[\s-]basis[\s-]points?\b")
_POINTS = re.compile(r"[\s-](?:percentage[\s-])?points?\b")


def _point_end(text: str, end: int) -> int:
    match = _POINTS.match(text, end)
    return match.end() if match else end


def _timed(text: str, end: int, noun: str) -> int:
    """Return the end of the noun of a count that is followed by a period, as in "30 million tokens a day", or 0."""
    place = end
    for word in noun.split(" "):
        at = text[place : place + 60].lower().find(word)
        place = place + at + len(word) if at >= 0 else 0
        match = _PER.match(text, place) if place else None
        if match and period(match["thing"].casefold()):
            return place
        adverb = _ADVERB.match(text, place) if place else None
        if adverb and adverb["how"]:
            return place
    return 0


def _step(printed: str, hedged: bool) -> float:
    """Return the worth of the last digit that counts.

    Three figures are taken as meant to the last one, of longer numbers the noughts after the third are not; where the
    number is hedged, two figures count.
    """
    whole, _, part = printed.partition(".")
    if part:
        return float(10.0 ** -len(part))
    whole = whole.lstrip("0")
    noughts = len(whole) - len(whole.rstrip("0"))
    keep = 1 if hedged and len(whole) < 3 else 2 if hedged else 3
    return float(10.0 ** min(noughts, max(0, len(whole) - keep)))


def _hedge(text: str, start: int) -> tuple[int, Hedge]:
    match = _HEDGE.search(text[max(0, start - 26) : start])
    if match is None:
        return 0, ""
    words = len(match.group())
    if match["over"] == "Over" and start <= words and not text[start : start + 1].isdigit():
        return 0, ""  # "Over ten voyages" is how many there were; "Over 400 people" are more
    if match["over"] or match["more"]:
        return words, "over"
    if match["nearly"]:
        return words, "nearly"
    return words, "under" if match["under"] or match["less"] else "about"


_EACH_TIME = re.compile(r"\s(?P<thing>second|minute|hour|day|night|week|month|quarter|year)\b")
_PER_THOUSAND = re.compile(r"\bCPM\b(?:\s(?:of|is|was|at|=|comes to))?\s?\Z")
MONEY = frozenset({"usd", "eur", "gbp", "jpy", "chf", "aud", "cad", "kr"})
_ENDS_PER = re.compile(
    r"\s?(?:[,.;:)—–]|\Z|(?:and|or|in|by|for|to|at|on|is|was|from|the|that|this|it|they|we|its|"
    r"with|as|than|of|plus|over|before|after)\b)"
)


def _per(text: str, end: int, money: bool) -> tuple[tuple[str, ...], float, int, bool]:
    """Return what stands after a figure: what it is per, by how many of them, where that ends, and whether "each"."""
    if adverb := _ADVERB.match(text, end):
        if adverb["each"]:
            if each_time := _EACH_TIME.match(text, adverb.end()):
                return (period(each_time["thing"].casefold()),), 1.0, each_time.end(), False
            match = _PER.match(text, adverb.end())
            if match and not match["of"] and (name := period(match["thing"].casefold())):
                return (name,), 1.0, match.end("thing"), True
            return (), 1.0, end, True
        return (_SPELT[adverb["how"]],), 1.0, adverb.end(), False
    match = _PER.match(text, end)
    if match is None:
        return (), 1.0, end, False
    thing = match["thing"]
    of = (match["of"] or "").strip(" -").casefold().removeprefix("1 ").removeprefix("1m")
    scale = _EVERY_SCALE.get(of, 1e6 if (match["of"] or "").strip(" -").casefold() in ("1m", "1 m") else 1.0)
    tokens = {"mtok": ("token", 1e6), "1m": ("token", 1e6), "mtoken": ("token", 1e6), "kwh": ("kwh", 1.0)}
    low = thing.casefold()
    if low.rstrip("s") in tokens:
        name, more = tokens[low.rstrip("s")]
        scale *= more
    else:
        name = period(low) or {"tok": "token"}.get(low, singular(low))
    article = re.match(r"\s?an?\s", text[end:])
    if (
        article
        and not period(low)
        and name != "kwh"
        and not low.endswith(("hour", "head", "piece", "mile", "tonne"))
        and not low.startswith(("square", "cubic"))
        and not (money and _ENDS_PER.match(text, match.end()) and low not in _NO_NOUN)
    ):
        return (), 1.0, end, False  # "40 percent a result of"
    if low in _NO_NOUN or low in _EVERY_SCALE:
        scale = _EVERY_SCALE.get(of or low, 1.0)
        if article or scale == 1.0:
            return (), 1.0, end, False
        return ("item",), scale, match.end("of" if of else "thing"), False  # "$3.10 per million" leaves the thing out
    then = (period(match["then"].casefold()) or "",) if match["then"] else ()
    return (name, *then), scale, match.end(), False


def period(word: str) -> str:
    """Return the name of a period of time, or nothing."""
    name = _SPELT.get(word) or _SPELT.get(word.rstrip("s")) or word.rstrip("s")
    return name if name in _PERIODS else ""


def seconds_of(name: str) -> float | None:
    """Return the seconds of a period by name."""
    return _PERIODS.get(name)


def singular(word: str) -> str:
    """Return a word without its plural ending, roughly."""
    word = word.casefold()
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def _noun(text: str, end: int) -> str:
    match = _NOUN.match(text, end)
    if match is None:
        return ""
    if match["noun"].casefold() in _NO_NOUN:
        second = (match["second"] or "").strip()
        compared = match["noun"].endswith("er") and singular(second) != second and second not in _NO_NOUN
        return second if compared else ""  # "ten slower voyages"
    words = [match["noun"].casefold()]
    for name in ("second", "third"):
        word = (match[name] or "").strip()
        if not word or word in _NO_NOUN:
            break
        words.append(word)
    return " ".join(words)


def _joined(text: str, found: list[Quantity]) -> list[Quantity]:
    """Join the two ends of each range."""
    made: list[Quantity] = []
    for each in found:
        before = made[-1] if made else None
        if before and not before.ranged and _is_range(text, before, each):
            low, high = before.low, each.high
            if each.over != before.over:
                low = before.low / each.over
            if (before.unit == "" and each.unit != "") or (
                before.scale == 1.0 and each.scale != 1.0 and before.unit == each.unit and not before.text[-1].isalpha()
            ):
                low = before.low / before.scale * each.scale
            if low <= high:
                made[-1] = replace(
                    each,
                    start=before.start,
                    text=_shown(text[before.start : each.end]),
                    low=low,
                    high=high,
                    step=max(each.step, before.step / before.scale * each.scale if before.scale else each.step),
                    hedge=before.hedge or each.hedge,
                )
                continue
        made.append(each)
    return made


def _shown(text: str) -> str:
    return " ".join(text.replace("\u2215", "/").split())


def _printed(each: Quantity) -> float:
    return each.value * each.over


def _is_range(text: str, before: Quantity, each: Quantity) -> bool:
    between = text[before.end : each.start]
    if "year" in (before.kind, each.kind) and before.kind != each.kind:
        return False
    if "to" in between and re.search(
        r"\b(?:fell|rose|grew|dropped|went|up|down|cut|raised|increased|declined|risen|fallen)\s(?:back\s)?\Z",
        text[max(0, before.start - 18) : before.start],
    ):
        return False
    if before.unit not in ("", each.unit) or (before.per and before.per != each.per):
        return False
    if len(between) > 14:
        return False
    lead = _BEFORE_RANGE.search(text[max(0, before.start - 16) : before.start])
    if lead and lead.group().lower().startswith("between"):
        return bool(_AND.fullmatch(between) or _RANGE.fullmatch(between))
    match = _RANGE.fullmatch(between)
    if match is None:
        return False
    if "to" in between:
        return not lead and before.kind != "year" and _printed(each) > _printed(before)
    return (
        _printed(each) > _printed(before) * (0.001 if each.scale > 1 and before.scale == 1 else 1)
        or before.kind == "year"
    )


_COIN = re.compile(
    r"\b(?:an?|one|each|every)\s(?:(?:single|extra|further|additional)\s)?(?P<coin>cent|penny)\b", re.IGNORECASE
)


def _coins(text: str) -> Iterator[Quantity]:
    """Yield "a cent" and "one penny", which are amounts."""
    for match in _COIN.finditer(text):
        unit = "gbp" if match["coin"].casefold() == "penny" else "usd"
        per, over, end, _ = _per(text, match.end(), True)
        value = 0.01 / over
        yield Quantity(
            match.start(), end, text[match.start() : end], value, value, 0.0, "amount", unit, per, "", "",
            scale=0.01, over=over,
        )  # fmt: skip


def _halves(text: str) -> Iterator[Quantity]:
    for match in HALF_A.finditer(text):
        word = match["of"].casefold()
        name = period(word)
        size = {"million": 1e6, "billion": 1e9}.get(word) or _MONTHS_OF.get(name) or seconds_of(name) or 1.0
        unit = {"pounds": "gbp", "dollars": "usd", "euros": "eur"}.get((match["money"] or "").casefold(), "")
        unit = unit or ("month" if name in _MONTHS_OF else "s" if name else "t" if word == "tonne" else "")
        yield Quantity(
            match.start(),
            match.end(),
            match.group(),
            size / 2,
            size / 2,
            size / 10,
            "amount",
            unit,
            (),
            "",
            "",
            scale=size,
        )


_MONTHS_OF = {"month": 1.0, "quarter": 3.0, "year": 12.0}
_SIZES = {"million": 1e6, "billion": 1e9, "trillion": 1e12}


def _with_parts(text: str) -> Iterator[Quantity]:
    """Yield times and amounts such as "a year and a half" and "three quarters of a million"."""
    for match in AND_A_HALF.finditer(text):
        name = match["of"].casefold()
        unit, size = ("month", _MONTHS_OF[name]) if name in _MONTHS_OF else ("s", _PERIODS[name])
        value = (count_of(match["count"]) + 1 / PARTS[match["part"].casefold()]) * size
        yield Quantity(
            match.start(), match.end(), match.group(), value, value, size / 10, "amount", unit, (), "", "", scale=size
        )
    for match in PART_OF_A.finditer(text):
        size = _SIZES[match["of"].casefold()]
        value = count_of(match["count"]) / PARTS[match["part"].casefold()] * size
        yield Quantity(
            match.start(), match.end(), match.group(), value, value, size / 100, "amount", "", (), "",
            _noun(text, match.end()), scale=size,
        )  # fmt: skip


_SCALED_WORD = re.compile(r"[\s-](?P<scale>hundred|thousand|million|billion)\b", re.IGNORECASE)
_SCALES_SPELT = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_NO_SHARE = re.compile(r"(?<=half)\san?\s(?!third|quarter|dozen)", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:first|second|other|latter|former|last)\s\Z", re.IGNORECASE)
"""Half a cent is an amount, and the first half has a number."""

_THE = re.compile(r"\b(?:the|these|those)\s\Z", re.IGNORECASE)
_SPANS = re.compile(r"\b(?:over|in|during|within|for)\s\Z", re.IGNORECASE)
_PART = re.compile(r"\s?(?:of|more|less|fewer|higher|lower|above|below|as|to|the|dearer|cheaper|,|\.|;)", re.IGNORECASE)

_PERCENT_WORD = re.compile(r"[\s-]per\s?cent\b", re.IGNORECASE)


def _worded(text: str) -> Iterator[Quantity]:
    end = -1
    for pattern in (ONE_IN, OF_EVERY):
        for match in pattern.finditer(text):
            size, hedge = _hedge(text, match.start())
            value = share_of(match)
            if 0 < value < 100 and match.start() > end:
                end = match.end()
                step = 1.0 if pattern is OF_EVERY else 0.0
                yield Quantity(
                    match.start() - size, end, match.group(), value, value, step, "share", "pct", (), hedge, "",
                    worded=pattern is ONE_IN,
                )  # fmt: skip
    yield from _halves(text)
    yield from _coins(text)
    yield from _with_parts(text)
    for match in WORDED.finditer(text):
        kind: Kind
        if match["word"]:
            if _NO_SHARE.match(text, match.end()) or _NUMBERED.search(text[max(0, match.start() - 8) : match.start()]):
                continue
            if (
                match["word"].casefold() == "a quarter"
                and _SPANS.search(text[max(0, match.start() - 8) : match.start()])
                and not _PART.match(text, match.end())
            ):
                continue  # "over a quarter makes"
            kind, value = WORDS[match["word"].casefold()]
            unit = "pct" if kind == "share" else "times"
            per: tuple[str, ...] = ()
            end, noun = match.end(), ""
        else:
            value = COUNTS[match["count"].casefold()]
            value += {"half": 0.5, "quarter": 0.25, "third": 1 / 3}.get((match["plus"] or "").split(" ")[-1], 0.0)
            times = bool(match["times"])
            kind = "factor" if times else "amount"
            unit = "times" if times else ""
            end, per, noun = match.end(), (), ""
            if following := _SCALED_WORD.match(text, match.end()):
                value, end = value * _SCALES_SPELT[following["scale"].casefold()], following.end()
                noun = _noun(text, end)
            elif following := _PERCENT_WORD.match(text, match.end()):
                kind, unit, end = "share", "pct", following.end()
            elif not times:
                name = period((match["next"] or "").casefold())
                if name:
                    end = match.start("next") + len(match["next"])
                    unit, value = (
                        ("month", value * {"month": 1, "quarter": 3, "year": 12}[name])
                        if name in ("month", "quarter", "year")
                        else ("s", value * _PERIODS[name])
                    )
                    per, _, end, _ = _per(text, end, False)
                elif basis := _BASIS.match(text, match.end()):
                    kind, unit, end = "points", "bps", basis.end()
                elif _POINTS.match(text, match.end()) and ("%" in text or "per cent" in text):
                    kind, unit, end = "points", "pp", _point_end(text, match.end())
                else:
                    noun = _noun(text, match.end())
                    if value == 1 or (value == 2 and _THE.search(text[max(0, match.start() - 5) : match.start()])):
                        continue  # "one reason" counts nothing, and "the two" were told before
                    if noun and (timed := _timed(text, match.end(), noun)):
                        per, _, end, _ = _per(text, timed, False)
        size, hedge = _hedge(text, match.start())
        if unit in ("s", "month") and hedge and _DURING.match(text[match.start() - size : match.start()]):
            hedge = ""
        if unit == "month":
            scale = {"month": 1.0, "quarter": 3.0, "year": 12.0}[period(match["next"].casefold())]
        else:
            scale = 1.0
        yield Quantity(
            match.start() - (size if hedge else 0),
            end,
            text[match.start() : end],
            value,
            value,
            0.0,
            kind,
            unit,
            per,
            hedge,
            noun,
            scale=scale,
            worded=kind != "amount" and "cent" not in text[match.start() : end],
        )
