"""Numbers and units as the sentences of a finding print them."""

from __future__ import annotations

from rackmath.audit.quantity import Quantity, seconds_of

_MONEY = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
_SCALED = {
    "w": (("GW", 1e9), ("MW", 1e6), ("kW", 1e3), ("W", 1.0)),
    "wh": (("TWh", 1e12), ("GWh", 1e9), ("MWh", 1e6), ("kWh", 1e3)),
    "byte": (("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6)),
    "bit": (("Tbit", 1e12), ("Gbit", 1e9), ("Mbit", 1e6)),
    "btu": (("MMBtu", 1e6), ("Btu", 1.0)),
    "flop": (("PFLOP", 1e15), ("TFLOP", 1e12), ("GFLOP", 1e9)),
}


def number(value: float, digits: int = 4) -> str:
    """Return a number to four digits, with thousands parted and no exponent where it can be read without."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e15 or size < 1e-6:
        return f"{value:.{digits - 1}e}"
    whole = len(str(int(size)))
    text = f"{value:,.{max(0, digits - whole) if size >= 1 else digits + 2}f}" if whole < 7 else f"{value:,.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: float, like: Quantity) -> str:
    """Return a value in the unit of a figure, at the scale at which it is printed."""
    if like.kind == "share":
        return f"{number(value, 3)} %"
    if like.kind == "points":
        return f"{number(value, 3)} points"
    if like.kind == "factor":
        return f"{number(value, 3)}×"
    per = "".join(f" per {_over(like.over) if at == 0 else ''}{each}" for at, each in enumerate(like.per))
    value *= like.over
    if like.unit in _MONEY:
        size = abs(value)
        for name, scale in ((" trillion", 1e12), (" billion", 1e9), (" million", 1e6)):
            if size >= scale:
                return f"{_MONEY[like.unit]}{number(value / scale)}{name}{per}"
        if size >= 1:
            return f"{_MONEY[like.unit]}{value:,.2f}{per}".replace(".00", "")
        return f"{_MONEY[like.unit]}{number(value)}{per}"
    if like.unit == "flop" and abs(value) >= 1e18:
        return f"{value:.3g} FLOP{per}"
    if like.unit in _SCALED:
        for name, scale in _SCALED[like.unit]:
            if abs(value) >= scale * 0.9:
                return f"{number(value / scale)} {name}{per}"
    if like.unit == "s":
        for name in ("day", "hour", "minute", "second"):
            size = seconds_of(name) or 1.0
            if abs(value) >= size:
                return f"{number(value / size)} {name}s{per}"
        return f"{number(value * 1000)} ms{per}"
    if like.unit == "month":
        return f"{number(value / 12)} years" if like.scale >= 12 else f"{number(value)} months"
    noun = f" {like.noun.split(' ')[0]}" if like.noun else ""
    for name, scale in ((" trillion", 1e12), (" billion", 1e9), (" million", 1e6)):
        if abs(value) >= scale and like.scale > 1:
            return f"{number(value / scale)}{name}{noun or (f' {like.unit}' if like.unit else '')}{per}"
    return f"{number(value)}{noun or (f' {like.unit}' if like.unit else '')}{per}"


def _over(scale: float) -> str:
    return {1e6: "million ", 1e3: "thousand "}.get(scale, "")
