"""Spellings of units in prose, each with its base unit and factor, for `rackmath.brain.measured`."""

from __future__ import annotations

from decimal import Decimal

MONEY_SIGNS = {"$": "usd", "us$": "usd", "usd": "usd", "€": "eur", "eur": "eur", "£": "gbp", "gbp": "gbp", "¥": "jpy",
               "jpy": "jpy", "a$": "aud", "c$": "cad", "chf": "chf"}  # fmt: skip
SCALES = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "t": 12,
          "tn": 12, "trillion": 12, "quadrillion": 15, "quintillion": 18, "sextillion": 21,
          "septillion": 24}  # fmt: skip
"""Powers of ten by scale word in small letters."""

_WORDS = """
usd 1: dollar dollars usd
usd 0.01: cent cents
eur 1: euro euros eur
gbp 1: pound pounds gbp
jpy 1: yen
chf 1: francs
pct 1: % percent
pp 1: pp
bps 1: bps
times 1: × ✕ x fold times
degree 1: °c
s 1: s sec secs second seconds
s 0.001: ms millisecond milliseconds
s 0.000001: µs us microsecond microseconds
s 60: min mins minute minutes
s 3600: h hr hrs hour hours
s 86400: day days
s 604800: week weeks
month 1: mo month months
month 3: quarter quarters
month 12: yr yrs year years
m 1: m meter meters metre metres
m 1000: km kilometer kilometers kilometre kilometres
m 0.001: mm millimeter millimeters millimetre millimetres
m 0.000000001: nm nanometer nanometers nanometre nanometres
mile 1: mile miles
foot 1: ft foot feet
l 1: litre litres liter liters
l 0.01: cl centilitre centilitres centiliter centiliters
l 0.001: ml millilitre millilitres milliliter milliliters
l 100: hl hectolitre hectolitres hectoliter hectoliters
gallon 1: gallon gallons
t 1: ton tons tonne tonnes
t 0.001: kg kilogram kilograms
w 1: watt watts
w 1000: kilowatt kilowatts
w 1000000: megawatt megawatts
w 1000000000: gigawatt gigawatts
wh 1: watt-hour watt-hours
wh 1000: kilowatt-hour kilowatt-hours
wh 1000000: megawatt-hour megawatt-hours
wh 1000000000: gigawatt-hour gigawatt-hours
byte 1: byte bytes
byte 1000000: megabyte megabytes
byte 1000000000: gigabyte gigabytes
byte 1000000000000: terabyte terabytes
byte 1000000000000000: petabyte petabytes
byte 1000000000000000000: exabyte exabytes
flop 1000000000000: teraflop teraflops
flop 1000000000000000: petaflop petaflops
flop 1000000000000000000: exaflop exaflops
bit 1: bit bits
bit 1000: kilobit kilobits
bit 1000000: megabit megabits
bit 1000000000: gigabit gigabits
bit 1000000000000: terabit terabits
btu 1: btu btus
btu 1000000: mmbtu
flop 1: flop flops
"""
_SYMBOLS = {"w": ("W",), "wh": ("Wh",), "byte": ("B",), "bit": ("bit",), "hz": ("Hz",),
            "flop": ("FLOPS", "FLOP", "FLOP/s"), "byte/s": ("B/s",),
            "bit/s": ("b/s", "bps", "bit/s"), "va": ("VA",)}  # fmt: skip
_PREFIXES = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def _spellings() -> dict[str, tuple[str, Decimal]]:
    found: dict[str, tuple[str, Decimal]] = {}
    for base, symbols in _SYMBOLS.items():
        for symbol in symbols:
            for prefix, power in _PREFIXES.items():
                if prefix or len(symbol) > 1 or symbol == "W":
                    found[prefix + symbol] = (base, Decimal(10) ** power)
    for power, prefix in enumerate("KMGTP", 1):
        found[f"{prefix}iB"] = ("byte", Decimal(1024) ** power)
    for line in _WORDS.strip().splitlines():
        told, _, words = line.partition(": ")
        base, factor = told.split()
        found |= {word: (base, Decimal(factor)) for word in words.split()}
    return found


_UNITS = _spellings()


def unit_of(word: str) -> tuple[str, Decimal] | None:
    """Return (base unit, factor) for a unit as it is spelt in prose, or None. Case counts in symbols (MW, mW)."""
    low = " ".join(word.casefold().split())
    if low in ("per cent", "percent"):
        return _UNITS["percent"]
    if low.startswith(("percentage", "% point")):
        return _UNITS["pp"]
    return _UNITS.get(word) or (_UNITS.get(low) if len(low) > 2 else None)
