"""Numbers in words: counts, fractions, multiples, and shares such as "three in ten"."""

from __future__ import annotations

import re
from typing import Literal

PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
SMALL = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
COUNTS = {
    **{word: float(at) for at, word in enumerate(SMALL, 1)},
    **{word: 10.0 * at for at, word in enumerate(TENS, 2)},
    **{f"{tens}-{one}": 10.0 * at + unit for at, tens in enumerate(TENS, 2) for unit, one in enumerate(SMALL[:9], 1)},
    "a dozen": 12.0,
    "two dozen": 24.0,
    "a hundred": 100.0,
    "a thousand": 1e3,
    "a million": 1e6,
    "a billion": 1e9,
}
WORDS: dict[str, tuple[Literal["share", "factor"], float]] = {
    "half": ("share", 50.0),
    **{f"{one} {part}": ("share", 100 / of) for part, of in PARTS.items() for one in ("a", "an", "one")},
    **{f"one-{part}": ("share", 100 / of) for part, of in PARTS.items()},
    **{
        f"{word}{joint}{part}s": ("share", 100 * count / of)
        for count, word in enumerate(SMALL[:9], 1)
        for part, of in PARTS.items()
        for joint in (" ", "-")
        if 1 < count < of
    },
    **dict.fromkeys(("twice", "double", "doubled", "doubles", "doubling"), ("factor", 2.0)),
    **dict.fromkeys(("triple", "tripled", "triples", "tripling", "trebled", "treble", "thrice"), ("factor", 3.0)),
    **dict.fromkeys(("quadruple", "quadrupled", "quadruples"), ("factor", 4.0)),
    **dict.fromkeys(("halved", "halves", "halving", "halve"), ("factor", 0.5)),
    **{f"half as {word} again": ("factor", 1.5) for word in ("much", "many", "big", "large", "long")},
    **{
        f"{word}{joint}fold": ("factor", float(at))
        for at, word in enumerate(SMALL[:12], 1)
        for joint in ("", "-")
        if at > 1
    },
}
WORDED = re.compile(
    r"(?<![\w-])(?:(?P<word>" + "|".join(sorted(WORDS, key=len, reverse=True)) + r")|"
    r"(?P<count>"
    + "|".join(sorted(COUNTS, key=len, reverse=True))
    + r")(?P<plus>\sand\sa\s(?:half|quarter|third))?(?=[\s-](?P<next>times|[A-Za-z]{2,20})|[,.;:)]|\s(?=\d)|\Z)"
    r"(?P<times>\stimes)?)"
    r"(?!\w|-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)s?\b)",
    re.IGNORECASE,
)

_OUT_OF = "|".join([*SMALL[1:], *TENS, "hundred", "a hundred"])
_WHO = r"(?:\s(?:people|dollars?|euros?|pounds?|jobs?|homes?|trips?|requests?))?"
ONE_IN = re.compile(
    rf"(?<![\w-])(?P<part>{'|'.join(SMALL)}|\d{{1,2}})(?:{_WHO}|(?<=one)(?:\s[A-Za-z-]{{2,20}}){{1,3}}?)\s(?:in|"
    rf"out of)\s(?:every\s)?"
    rf"(?P<whole>{_OUT_OF}|\d{{1,3}})\b"
    r"(?!\s?(?:%|per cent|percent|[a-z]+\s(?:days|weeks|months|years)|days|weeks|months|years|hours|minutes))",
    re.IGNORECASE,
)
"""A share as in "three in ten", "one in every five"."""

OF_EVERY = re.compile(
    r"(?<![\w.])(?P<part>\d{1,2}(?:\.\d)?)(?:p|¢|\s(?:pence|cents))\s(?:of|in|from|on|out of)\s(?:every|each|the)"
    r"\s(?:pound|dollar|euro)\b",
    re.IGNORECASE,
)
"""A share as in "76p of every pound"."""


def share_of(match: re.Match[str]) -> float:
    """Return the percentage that a match of `ONE_IN` or `OF_EVERY` says."""
    words = {**COUNTS, "hundred": 100.0, "a hundred": 100.0}
    part, whole = match["part"].casefold(), match.groupdict().get("whole", "100") or "100"
    read = [words[each] if each in words else float(each) for each in (part, whole.casefold())]
    return 100 * read[0] / read[1] if read[1] else 0.0


HALF_A = re.compile(
    r"(?<![\w-])half an?\s(?P<of>million|billion|day|hour|year|week|month|tonne)(?:\s(?P<money>pounds|dollars|"
    r"euros))?\b",
    re.IGNORECASE,
)
"""An amount such as "half a million pounds", "half a day"."""

AND_A_HALF = re.compile(
    rf"(?<![\w-])(?P<count>an?|{'|'.join(SMALL)}|\d{{1,3}})\s(?P<of>minute|hour|day|week|month|year)s?\sand\sa\s"
    r"(?P<part>half|quarter|third)\b",
    re.IGNORECASE,
)
"""A time such as "a year and a half"."""

PART_OF_A = re.compile(
    r"(?<![\w-])(?P<count>a|one|two|three|four)\s(?P<part>third|quarter|fifth)s?\sof\sa\s(?P<of>million|billion|trillion)\b",
    re.IGNORECASE,
)
"""An amount such as "three quarters of a million"."""


def count_of(word: str) -> float:
    """Return the number that a word or digits of `AND_A_HALF` and `PART_OF_A` say."""
    word = word.casefold()
    return 1.0 if word in ("a", "an") else COUNTS.get(word) or float(word)
