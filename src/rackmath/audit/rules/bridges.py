"""What prose leaves out between the dimensions of a product and of a claim: a period, an energy, a scale."""

from __future__ import annotations

from collections.abc import Iterator

from rackmath.audit.quantity import MONEY, seconds_of
from rackmath.audit.rules.near import Near
from rackmath.audit.rules.setting import Place


def bridges(left: dict[str, int], near: Near, places: tuple[Place, ...]) -> Iterator[tuple[float, float]]:
    """Yield what may be left out in prose between the dimensions of a product and of the claim, with its price."""
    if not left:
        yield 1.0, 0.0
        return
    rest = dict(left)
    energy = rest.pop("J", 0)
    prices = [each for each in places if each.figure.unit in MONEY and not _priced(each)]
    if energy and not prices:
        return
    if energy not in (0, 1):
        return
    scale, price = 1.0, 0.0
    for key, unit in (("byte", 1e9), ("t", 1.0), ("l", 1.0), ("m", 1000.0)):
        if key in rest and rest[key] == 1 and prices:
            rest.pop(key)
            scale, price = scale / unit, price + 0.3
    time = rest.pop("s", 0)
    if rest or abs(time) > 1:
        return
    energies = ((1 / 3.6e6, 0.2), (1 / 3.6e9, 0.3)) if energy else ((1.0, 0.0),)
    for per_energy, more in energies:
        for length, also in _lengths(time, near, places):
            yield scale * per_energy * length, price + more + also


def _lengths(time: int, near: Near, places: tuple[Place, ...]) -> Iterator[tuple[float, float]]:
    """Yield the lengths of the periods that the words name, for the power of time that a formula leaves over."""
    if not time:
        yield 1.0, 0.0
        return
    price = 0.0
    named = set(near.claim.periods)
    for each in places:
        named |= each.periods
    if not named:
        named = set(near.cues.periods)
        price += 0.3
    if named == {"second"} and any(each.figure.unit in MONEY and not each.figure.per for each in places):
        named = {"hour"}  # machines are rented by the hour, whatever they do in a second
    if near.spanned:
        named.add(near.spanned)
    for period in sorted(named):
        length = seconds_of(period) or 1.0
        yield (length if time < 0 else 1 / length), price + 0.3


def _priced(place: Place) -> bool:
    return any(not seconds_of(each) and each not in ("unit", "item") for each in place.figure.per)
