"""Print numbers for a page: thin-grouped digits, real minus signs, money first, and no chance rounded to none."""

from __future__ import annotations

import math
from typing import Any

from rackmath.units import spoken

GROUP = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
NOTHING = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_COUNTED = frozenset({"token", "GPU", "server", "replica", "request", "rack", "year", "month", "day", "hour"})
_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def finite(value: Any) -> float | None:
    """Return `value` as a float, or None when it is missing, not a number or not finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def places(size: float, digits: int) -> int:
    """Return how many decimals show `digits` significant figures of a number of this size (never below zero)."""
    if size == 0 or not math.isfinite(size):
        return 0
    return max(0, digits - 1 - math.floor(math.log10(abs(size))))


def fixed(value: float, decimals: int) -> str:
    """Print with a fixed number of decimals and thin groups, so that a column adds up to the eye."""
    text = f"{abs(value):,.{decimals}f}".replace(",", GROUP)
    return (MINUS if value < 0 and text.strip("0.") else "") + text


def plain(value: Any, digits: int = 3) -> str:
    """Print `digits` significant figures: ``41 200``, ``0.0312``, ``1.2 × 10⁻⁷``, ``∞``, or a dash for nothing."""
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    number = finite(value)
    if number is None:
        return NOTHING
    if number == 0:
        return "0"
    size = abs(number)
    if size >= 1e15 or size < 1e-4:
        mantissa, exponent = f"{size:.{digits - 1}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        power = str(int(exponent)).translate(_SUPERSCRIPT)
        return f"{MINUS if number < 0 else ''}{mantissa} × 10{power}"
    # rounding first: 999.7 to three figures is 1 000, which has none after the point
    rounded = float(f"{number:.{digits - 1}e}")
    text = fixed(rounded, places(rounded, digits))
    return text.rstrip("0").rstrip(".") if "." in text else text


def compact(value: Any, digits: int = 3) -> str:
    """Print for a chart: ``41.2k``, ``2.1M``, ``3B`` (short scale), ``0.031``; huge or tiny as `plain` does."""
    number = finite(value)
    if number is None or not 1e3 <= abs(number) < 1e15:
        return plain(value, digits)
    rounded = float(f"{number:.{digits - 1}e}")
    for scale, letter in _SCALES:
        if abs(rounded) >= scale:
            return plain(rounded / scale, digits) + letter
    return plain(value, digits)


def is_money(unit: str) -> bool:
    """Say whether amounts in `unit` are dollars, over anything."""
    return unit == "USD" or unit.startswith(("USD/", "USD*", "USD_"))


def per(unit: str) -> str:
    """Return what follows a number: ``per month`` of ``USD/month``, ``tokens per month`` of ``token/month``."""
    words = spoken(unit)
    if is_money(unit):
        return words.removeprefix("USD").lstrip()
    first, space, rest = words.removeprefix("1 ").partition(" ")
    return f"{first}{'s' if first in _COUNTED else ''}{space}{rest}"


def prefix(text: str, unit: str) -> str:
    """Put the dollar sign before a printed number where the unit is money, after its minus; cents have two digits."""
    if not is_money(unit) or text == NOTHING:
        return text
    whole, point, rest = text.rpartition(".")
    if point and len(rest) == 1 and rest.isdigit():
        text = f"{whole}.{rest}0"
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def amount(value: Any, unit: str, digits: int = 3) -> str:
    """Print a number in its unit without the words: ``$41 200`` of ``USD/month``, ``512`` of ``GPU``."""
    return prefix(plain(value, digits), unit)


def short(value: Any, unit: str, digits: int = 3) -> str:
    """Print as `amount` does, but with k, M, B, T: for a chart or a tight column."""
    return prefix(compact(value, digits), unit)


def sized(value: Any, unit: str, digits: int = 3) -> str:
    """Print as `amount` does up to a million, and as `short` does beyond."""
    number = finite(value)
    return short(value, unit, digits) if number is not None and abs(number) >= 1e6 else amount(value, unit, digits)


def full(value: Any, unit: str, digits: int = 3) -> str:
    """Print a number with its unit in words: ``$41 200 per month``, ``1.2B tokens per month``."""
    number = finite(value)
    text = sized(value, unit, digits)
    words = spoken(unit) if number == 1 and not is_money(unit) else per(unit)
    return f"{text}{words}" if words == "%" else f"{text} {words}".rstrip()


def percent(share: Any) -> str:
    """Print a chance: ``61%``; a small one that happened is ``<1%``, a near-certain one ``>99%``."""
    number = finite(share)
    if number is None:
        return NOTHING
    if 0 < number < 0.01:
        return "<1%"
    if 0.99 < number < 1:
        return ">99%"
    return f"{MINUS if number < -0.005 else ''}{abs(number):.0%}"


def unit_words(unit: str) -> str:
    """Return a unit for an axis or a caption: ``USD per month``, ``tokens per month``; a plain ratio is called so."""
    return (f"USD {per(unit)}".rstrip() if is_money(unit) else per(unit)) or "ratio"


def capital(text: object) -> str:
    """Return `text` with its first letter large, unless its first word has a case of its own (``kWh``, ``p95``)."""
    words = str(text)
    first = words.split(" ", 1)[0]
    return words[:1].upper() + words[1:] if first.isalpha() and first.islower() else words


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``1 option``, ``4 options``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
