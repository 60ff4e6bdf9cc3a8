"""Whether a figure says how much of something there is; other figures are in no conflict."""

from __future__ import annotations

import re

from rackmath.audit.conflicts.lexicon import SAYERS, STOP, meanings
from rackmath.audit.conflicts.sentence import FIGURE, YEAR, Sentence, content
from rackmath.audit.conflicts.stems import stem
from rackmath.audit.number_words import ONE_IN
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.setting import is_name

SMALLEST = 1e-6
"""Lengths below this are names of chip processes."""

FEW = 10
"""Bare whole numbers below this count nothing that is not named after them."""

_SHARE_OF = re.compile(r"\s(?:of|in)\s")
_APPOSED = re.compile(f"{FIGURE}[^{FIGURE}]{{0,16}}[,(]\\s?\\Z")
_RESULT = re.compile(r"(?:That|This|Which|So that|So this) (?:is|was|makes|made|comes|came|means|meant|gives|gave)\b")
_NOUN_BEFORE = re.compile(
    r"((?:(?:[^\W\d_][\w'’-]{0,30}|(?:19|20)\d\d)\s){1,6}?)(?:of|is|was|are|were|at|averaged|"
    r"reached|totalled|came to|stands at|stood at|number|numbered)\s\Z"
)
_AFTER = re.compile(r"(?:\s[^\W\d_][\w'’-]{0,30}){1,5}")
_MONTH = re.compile(r"\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_NUMBERED = re.compile(r"\b(?:[Pp]hase|[Ll]ine|[Pp]art|[Ss]tep|[Tt]able|[Tt]ier|[Ll]evel|[Ss]tage|[Ss]ection)\s\Z")
_LONG = re.compile(
    r"(?:\s[a-z]{3,12}){0,2}?\s(?:lives|life\w{0,4}|waits?|queues?|delays?|payback|backlog|depreciation)\b"
)
"""What is measured in years, so that "a four-year useful life" states how long."""
_LATER = re.compile(r"\s(?:later|earlier|ago|before|after|afterwards|from now|old)\b")
_WITHIN = re.compile(
    r"\b(?:(?:with)?in the|over the|over an?|for the|the|within|following|next|past|last|previous|every)\s"
    r"(?:following\s|next\s|past\s|last\s)?\Z"
)
_OTHER_END = re.compile(
    r"\bfrom\s(?:[a-z]+\s){0,3}(?<!\bat\s)\Z|"
    r"\b(?:against|versus|vs\.?|than|compared (?:with|to)|instead of|rather than)\s(?:[a-z]+\s){0,3}\Z|\bnot\s\Z"
)


def is_stated(sentence: Sentence, each: Quantity) -> bool:
    """Whether a figure says how much of something there is, rather than how it compares."""
    text = sentence.line.text
    return not (
        each.kind in ("year", "points", "factor")
        or (each.worded and not (each.kind == "share" and _is_told_of(text, each)))
        or (each.unit == "" and each.kind == "amount" and not each.per and not noun_of(text, each))
        or (each.unit == "" and YEAR.fullmatch(each.text) is not None)
        or (
            each.unit == ""
            and (text[each.end : each.end + 1] == "-" or _NUMBERED.search(text[max(0, each.start - 12) : each.start]))
        )
        or is_day(text, each)
        or is_name(text, each)
        or (each.kind == "share" and _APPOSED.search(sentence.plain[max(0, each.start - 40) : each.start]) is not None)
        or _RESULT.match(text) is not None
        or each.noun.startswith(("basis point", "percentage point"))
        or (each.unit == "m" and each.value < SMALLEST)
        or _OTHER_END.search(text[max(0, each.start - 50) : each.start]) is not None
        or (each.unit in ("s", "month") and _when(text, each))
    )


def _is_told_of(text: str, each: Quantity) -> bool:
    """Whether a share in words says of what it is: "a fifth of our work", "seven in ten patients"."""
    return _SHARE_OF.match(text[each.end : each.end + 5]) is not None or ONE_IN.fullmatch(each.text) is not None


def is_day(text: str, each: Quantity) -> bool:
    """Whether a number is a day of a month: "31 March"."""
    return each.unit == "" and _MONTH.match(text, each.end) is not None


def _when(text: str, each: Quantity) -> bool:
    """Whether a duration only tells when something is, or of which sort, as in "a three-year lease"."""
    return (
        (("-year" in each.text or "-month" in each.text) and not _LONG.match(text, each.end))
        or _LATER.match(text, each.end) is not None
        or _WITHIN.search(text[max(0, each.start - 30) : each.start]) is not None
    )


def noun_of(text: str, each: Quantity) -> frozenset[str]:
    """Return what a bare number counts: the words after it, or those before in "an average gate of 28,900"."""
    after = content(" ".join(each.noun.split(" ")[:2]))
    if after and each.kind == "amount":
        return after | _counted(text, each)
    if after or each.kind != "amount":
        return after
    if each.step == 0.0 or (each.step >= 1 and each.value < FEW):
        return frozenset()  # "an exponent of 1" counts nothing
    match = _NOUN_BEFORE.search(text[max(0, each.start - 60) : each.start])
    return content(match[1]) if match else frozenset()


def _counted(text: str, each: Quantity) -> frozenset[str]:
    """Return the words after a number up to one that begins something else: "general and acute beds open"."""
    found: list[str] = []
    match = _AFTER.match(text, each.start + len(each.text))
    for word in match.group().split() if match else ():
        root = stem(word)
        if root in STOP and root != "and":
            break
        if root not in STOP and root not in SAYERS and "-" not in word:
            found += meanings(root)
    return frozenset(found)
