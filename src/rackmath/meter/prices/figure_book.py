"""Prices out of the figures of brains: those whose subject is the model, by their dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rackmath.evidence import Evidence, UnknownFigure
from rackmath.meter.prices.book import STANDARD, Listed, Tier, Unlisted, Unpriced
from rackmath.uncertainty import Point
from rackmath.units import convert

QUANTITIES = {
    "input": "input-price",
    "cached_input": "cached-input-price",
    "cache_write": "cache-write-price",
    "output": "output-price",
}


class FigureBook:
    """The figures ``model/input-price``, ``model/output-price`` and their like; only single values are a price."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def find(self, model: str, provider: str, on: date, variant: str = STANDARD) -> Listed:
        """Return the prices that the brains knew on a day."""
        if variant != STANDARD:
            raise Unlisted(f"the figures of {model[:80]!r} are of the standard service, not of {variant!r}")
        prices: dict[str, Decimal] = {}
        dates: list[date] = []
        source = ""
        for kind, quantity in QUANTITIES.items():
            scope = {"provider": provider} if provider else {}
            try:
                figure = self._evidence.get(f"{model.lower()}/{quantity}", as_of=on, scope=scope)
            except UnknownFigure:
                continue
            value = figure.value
            if not isinstance(value.distribution, Point):
                raise Unpriced(f"{figure.reference} is a range ({figure.shown}), which is no price to bill by")
            price = convert(value.distribution.value, value.unit or figure.unit, "USD/Mtok")
            prices[kind] = Decimal(repr(float(price)))
            dates.append(figure.as_of.start)
            source = source or figure.id
        if "input" not in prices or "output" not in prices:
            raise Unlisted(f"no figures {model[:80]}/input-price and /output-price are known on {on}")
        return Listed(provider, model.lower(), variant, (Tier(0, prices),), max(dates), f"figure {source}")
