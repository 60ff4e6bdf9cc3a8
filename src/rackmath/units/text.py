"""Read a number with its unit as people write it, and print one as people read it."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from rackmath.units.convert import UnitError, canonical

_SCALES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9, "T": 1e12}
_SCALE_WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
# "1,389.5", "1e9", ".5", "1.1 × 10^-5"; a scale letter must touch the digits ("1.2B tokens") or be a word
NUMBER = (
    r"(?P<sign>[-−+]?)\s*(?P<money>US\$|\$)?\s*"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?:[eE](?P<exponent>[-+]?\d{1,3})|\s*[×x]\s*10\^(?P<power>[-−+]?\d{1,3}))?"
    r"(?:(?P<scale>k|K|M|bn|B|T)(?![A-Za-z_])|\s+(?P<word>thousand|million|billion|trillion)\b)?"
)
_NUMBER = re.compile(NUMBER)


class Measure(NamedTuple):
    """A number and its unit as written (``Measure(2.5, "USD/GPU_hour")``); the unit may be empty."""

    value: float
    unit: str


def read_number(match: re.Match[str]) -> float:
    """Return the value of a match of `NUMBER`."""
    exponent = match["exponent"] or (match["power"] or "0").replace("−", "-")
    value = float(f"{match['digits'].replace(',', '')}e{exponent}")
    value *= _SCALES[match["scale"] or ""] * _SCALE_WORDS.get(match["word"] or "", 1.0)
    if not math.isfinite(value):
        raise UnitError(f"{match.group(0)!r} is too large for a number")
    return -value if match["sign"] in {"-", "−"} else value


def parse_number(text: str) -> float:
    """Return the number that is the whole of `text`; raise UnitError if it is anything else."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None or match["money"]:
        raise UnitError(f"{text.strip()[:80]!r} is not a number")
    return read_number(match)


def parse(text: str) -> Measure:
    """Read ``"$2.50 per GPU-hour"``, ``"1.2B tokens/month"`` or ``"44 %"`` as a number with a canonical unit.

    Raises
    ------
    UnitError
        There is no number, it is not finite, or the unit is unknown.
    """
    stripped = text.strip()
    match = _NUMBER.match(stripped)
    if match is None:
        raise UnitError(f"{stripped[:80]!r} does not start with a number; write for example '2.5 USD/GPU_hour'")
    unit = stripped[match.end() :].strip()
    if match["money"]:
        unit = "USD" + (unit if not unit or unit.startswith(("/", "*", " ")) else f" {unit}")
    return Measure(read_number(match), canonical(unit))


def format_number(value: float, digits: int = 3) -> str:
    """Print a number for people: `digits` significant figures, thousands separated, no float noise."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return f"{value:.{digits}g}".replace("-", "−", 1) if value < 0 else f"{value:.{digits}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{round(value, digits - 1 - math.floor(math.log10(size))):,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−", 1)


def format_compact(value: float, digits: int = 3) -> str:
    """Print a number for people, with M, B or T from ten million on: ``5.32B``, which `parse` reads back."""
    for scale, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if max(scale, 1e7) <= abs(value) < math.inf:
            return f"{format_number(value / scale, digits)}{letter}"
    return format_number(value, digits)


_SPOKEN = {
    "": "",
    "percent": "%",
    "W_facility/W_server": "(facility W per server W)",
}


def spoken(unit: str) -> str:
    """Return how a unit is shown to people: ``USD/GPU_hour`` as ``USD per GPU-hour``."""
    if unit in _SPOKEN:
        return _SPOKEN[unit]
    text = unit.replace("GPU_hour", "GPU-hour").replace("server_hour", "server-hour")
    text = re.sub(r"([kMG]?W)h_(chip|server|facility)", r"\1h at the \2", text)
    text = re.sub(r"([kMG]?W)_(chip|server|facility)", r"\1 at the \2", text)
    text = re.sub(r"\bUSD_(\d{4})", r"USD of \1", text)
    return text.replace("*", "·").replace("/", " per ", 1)


def format_value(value: float, unit: str, digits: int = 3) -> str:
    """Print a value with its unit: ``1,390 W at the server``."""
    shown = spoken(unit)
    number = format_number(value, digits)
    shown = shown.removeprefix("1 ") if shown.startswith("1 per ") else shown
    return f"{number}{shown}" if shown == "%" else f"{number} {shown}".rstrip()
