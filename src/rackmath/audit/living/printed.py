"""The printed words of a live token: whether they still say the value, and what they would say of another.

Words are held against the value as a reader would: ``2.9`` says 2.88, ``1,500`` says 1,512, ``88%`` says 0.88. A new
value is printed with the digits, the scale and the separators of the old words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import floor, isfinite, log10

_NUMBER = re.compile(r"(?<![\w.,])[-−+]?(?:\d{1,3}(?:,\d{3}){1,8}|\d{1,25})(?:\.\d{1,20})?(?![\d])")
_SCALE = re.compile(
    r"\s?(?:(?P<share>%|per ?cent\b)|(?P<k>k\b|thousand\b)|(?P<m>M\b|million\b)|(?P<b>B\b|bn\b|billion\b)|"
    r"(?P<t>T\b|trillion\b)|(?P<unit>[kMGTP]?(?:Wh|W|B|bit|FLOP)\b))"
)
_SCALES = {"share": 100.0, "k": 1e-3, "m": 1e-6, "b": 1e-9, "t": 1e-12}
_PREFIXES = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_UNIT = re.compile(r"(?P<prefix>[kMGTP]?)(?P<base>Wh|W|B|bit|FLOP)(?![A-Za-z])")
KEPT = 0.02
"""A new value is given more digits than the old one had where rounding would move it by more than this share."""


def numbers(words: str) -> list[str]:
    """Return the numbers of some words as printed."""
    return [match.group() for match in _NUMBER.finditer(words[:400])]


def says(words: str, values: Sequence[float], unit: str, after: str = "") -> bool:
    """Whether words say a value, or both ends of a range, as printed."""
    printed = numbers(words)
    scale = _scale(words, after, unit)
    if len(printed) == 1:
        return any(_is(printed[0], value * scale) for value in values)
    ends = (values[0], values[-1])
    return len(printed) == 2 and all(_is(each, value * scale) for each, value in zip(printed, ends, strict=True))


def reprinted(words: str, values: Sequence[float], unit: str, after: str = "") -> str:
    """Return words that say other values in the same manner; `values` are low, central and high, or one value."""
    printed = list(_NUMBER.finditer(words[:400]))
    scale = _scale(words, after, unit)
    wanted = [values[0], values[-1]] if len(printed) == 2 else [values[len(values) // 2]]
    parts, place = [], 0
    for match, value in zip(printed, wanted, strict=False):
        parts += [words[place : match.start()], _like(match.group(), value * scale)]
        place = match.end()
    return "".join([*parts, words[place:]])


def _scale(words: str, after: str, unit: str) -> float:
    """Return what a value in `unit` is multiplied by to be printed as these words print it."""
    last = list(_NUMBER.finditer(words[:400]))
    found = _SCALE.match((words[last[-1].end() :] if last else "") + after)
    if found is None:
        return 1.0
    if found["unit"]:
        mine, theirs = _UNIT.match(unit), _UNIT.fullmatch(found["unit"])
        if mine is None or theirs is None or mine["base"] != theirs["base"]:
            return 1.0
        return _PREFIXES[mine["prefix"]] / _PREFIXES[theirs["prefix"]]
    name = found.lastgroup or ""
    if name == "share":
        return 100.0 if not unit else 1.0
    return _SCALES.get(name, 1.0)


def _value(printed: str) -> float:
    return float(printed.replace(",", "").replace("−", "-"))


def _step(printed: str) -> float:
    """Return the worth of the last digit that a printed number means: of ``1,500`` a hundred, of ``100`` ten."""
    _, dot, decimals = printed.partition(".")
    if dot:
        return 10.0 ** -len(decimals)
    digits = re.sub(r"\D", "", printed).lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    return 10.0 ** min(zeros, max(len(digits) - 2, 0))


def _is(printed: str, value: float) -> bool:
    half = _step(printed) / 2
    return abs(_value(printed) - value) <= half * (1 + 1e-9) + 1e-12 * abs(value)


def _like(printed: str, value: float) -> str:
    """Return a number with the digits and separators of another."""
    if not isfinite(value):
        return printed
    step = _step(printed)
    decimals = len(printed.partition(".")[2])
    if value and abs(round(value / step) * step - value) > KEPT * abs(value):
        digits = len(re.sub(r"\D", "", printed).strip("0")) or 1
        step = 10.0 ** (floor(log10(abs(value))) - max(digits, 2) + 1)
        decimals = max(0, -floor(log10(step) + 1e-9))
    shown = f"{round(value / step) * step:,.{decimals}f}"
    return shown if "," in printed or abs(value) >= 1e4 else shown.replace(",", "")
