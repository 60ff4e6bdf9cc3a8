"""The part that a figure plays: a fact, a change, a supposition, what is expected, or what once was."""

from __future__ import annotations

import re

from rackmath.audit.quantity import Quantity

_CHANGED = re.compile(
    r"\s?(?:[a-z]{2,14}\s){0,2}?(?:more|fewer|less|higher|lower|cheaper|dearer|faster|slower|longer|shorter|better|"
    r"worse|up|down|off|above|below|ahead|behind|larger|smaller|greater|increase|decrease|rise|fall|drop|cut|reduction|growth|"
    r"gain|decline|discount|savings?(?! (?:account|bank|book|product|plan|deposit))|improvement|jump|premium|"
    r"surge|compression|overrun|haircut|markup|mark-up|extra|"
    r"short|a turn)\b"
)
_CHANGES = re.compile(
    r"\b(?:ris(?:e|es|en|ing)|rose|falls?|fell|fallen|drop(?:s|ped)?|cuts?|cutting|reduc\w{1,8}|increas\w{1,6}|gr[eo]w\w{0,4}|gains?|"
    r"gained|declin\w{1,6}|(?<!make )(?<!makes )(?<!made )(?<!making )up|down|improv\w{1,8}|discounts?|difference|"
    r"gap|premium|overrun|"
    r"jump\w{0,4}|surg\w{1,4}|shrank|lower(?:s|ed)?|rais\w{1,4}|compress\w{1,6}|slash\w{1,4}|add(?:s|ed)?)"
    r"(?:\s(?:of|by|in|some|only|just|roughly|about|around|costs?|prices?|it|them|this|that|the|price|cost))*\s?\Z"
)
_SAVED = re.compile(r"\bsav(?:e|es|ed|ing|ings)\s(?:[a-z]{1,12}\s){0,3}\Z")
_IF = re.compile(
    r"\A(?:push|hold|take|raise|add|run|double|halve|scale|let|say)\s(?:a|an|it|that|the|this)\b|"
    r"\b(?:if|suppos\w{1,4}|assum(?:e|es|ing|ption|ptions)|unless|were to|what-if|imagine|breaks? even|"
    r"break-even|breakeven|threshold|hypothetical\w{0,2}|for example|e\.g\.|such as)\b",
    re.IGNORECASE,
)
_MIGHT = re.compile(
    r"\b(?:would|could|might|should|(?-i:may(?! (?:take|carry|hold|seat|accommodate|sell|charge|each be|"
    r"be (?:run|exercised|carried|charged)))))\b",
    re.IGNORECASE,
)
_WILL = re.compile(r"\bwill\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"\b(?:expect(?:s|ed)?|forecasts?|project(?:s|ed|ion|ions)|predict\w{1,4}|plan(?:s|ned)? to|(?:is|are) to|"
    r"due (?:to|in)|propos(?:es|ed|al)|"
    r"aims?|guid(?:ed|es|ance)|targets?|goals?|hopes? to|wants? to)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:by (?:2027|2028|2029|203\d|204\d|205\d)|next (?:year|summer|winter|"
    r"quarter))\b",
    re.IGNORECASE,
)
_ONCE = re.compile(
    r"\b(?:had (?:been|stood|taken|cost|run|paid|asked|charged|averaged)|used to|formerly|previously|originally|"
    r"(?:was|were|had|cost) once|once (?:was|were|had|cost|stood|paid)|"
    r"until (?:recently|lately|then|last|the end of last)|(?<!end of )(?<!close of )(?:last|previous) (?:year|"
    r"month|season|quarter)\b(?!['’]| (?:closed|ended|ends))|"
    r"a year (?:ago|earlier|before)|the year before|years? (?:ago|earlier)|in the past)\b",
    re.IGNORECASE,
)


def is_change(text: str, start: int, end: int, figure: Quantity) -> bool:
    """Whether a figure tells by how much something changed or differs."""
    before, after = text[max(start, figure.start - 60) : figure.start], text[figure.end : min(end, figure.end + 50)]
    if before.endswith("to "):
        return False
    if before.endswith("by ") and not after.startswith(" of "):
        return True
    if figure.kind == "share" and _SAVED.search(before):
        return True
    return _CHANGED.match(after) is not None or _CHANGES.search(before) is not None


def role_of(text: str, start: int, end: int, figure: Quantity) -> str:
    """Return what part a figure plays in the stretch of a sentence from `start` to `end`."""
    if is_change(text, start, end, figure):
        return "change"
    told = text[start:end]
    if _IF.search(told):
        return "if"
    told, before = _between_commas(text, start, end, figure)  # a verb of another clause says nothing of this figure
    if _MIGHT.search(before):
        return "if"
    if _WILL.search(before) or _AHEAD.search(before) or _TO_COME.search(told):
        return "ahead"
    return "once" if _ONCE.search(told) else ""


def _between_commas(text: str, start: int, end: int, figure: Quantity) -> tuple[str, str]:
    """Return the part of a stretch around a figure that no comma cuts, and what of it stands before the figure."""
    first = text.rfind(", ", start, figure.start)
    last = text.find(", ", figure.end, end)
    start = start if first < 0 else first
    return text[start : end if last < 0 else last], text[start : figure.start]
