"""Prices out of the package genai-prices (MIT, https://github.com/pydantic/genai-prices): offline and dated."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from rackmath.errors import RackmathError, require
from rackmath.meter.prices.book import STANDARD, Listed, Tier, Unlisted, Unpriced

_KEYS = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "output": "output_mtok",
}


class PackageBook:
    """The price list that the installed package holds; it is never fetched anew."""

    @cached_property
    def _snapshot(self) -> Any:
        return require("genai_prices.data_snapshot", extra="prices").get_snapshot()

    @cached_property
    def version(self) -> str:
        """Return the package's version: the list is as old as that."""
        from importlib.metadata import version  # noqa: PLC0415

        return version("genai-prices")

    def find(self, model: str, provider: str, on: date, variant: str = STANDARD) -> Listed:
        """Return the prices in force at noon (UTC) of a day; prices by the time of day are not told apart."""
        return self._find(model.lower(), provider.lower(), on, variant)

    @lru_cache(maxsize=4096)  # noqa: B019  (one book lives as long as the process)
    def _find(self, model: str, provider: str, on: date, variant: str) -> Listed:
        try:
            at, found = self._snapshot.find_provider_model(model, None, provider or None, None)
        except LookupError:
            where = f" at {provider!r}" if provider else ""
            raise Unlisted(f"genai-prices {self.version} knows no model {model[:80]!r}{where}") from None
        when = datetime.combine(on, time(12), UTC)
        context = None
        if variant != STANDARD:
            name, _, value = variant.partition("=")
            if not any(each.when == {name: value} for each in found.price_variants or ()):
                raise Unpriced(f"{found.id} at {at.id}: no price for {variant!r} is listed")
            context = {name: value}
        prices = found.get_prices(when, context)
        tiers = _tiers(prices)
        if "input" not in tiers[0].prices:
            raise Unpriced(f"{found.id} at {at.id} is not priced by the token")
        urls = at.pricing_urls or ["https://github.com/pydantic/genai-prices"]
        return Listed(
            at.id, found.id, variant, tiers, self._since(found, when), f"{urls[0]} (genai-prices {self.version})"
        )

    def _since(self, found: Any, when: datetime) -> date | None:
        """Return the day from which the prices of that moment hold, where the list says so."""
        if not isinstance(found.prices, list):
            return None
        days = [getattr(each.constraint, "start_date", None) for each in found.prices]
        return max((day for day in days if day and day <= when.date()), default=None)


def _tiers(prices: Any) -> tuple[Tier, ...]:
    """Return the tiers of a model: every length at which the price of any kind of token changes."""
    stated = {kind: value for kind, key in _KEYS.items() if (value := getattr(prices, key, None)) is not None}
    starts = {0} | {tier.start for value in stated.values() for tier in getattr(value, "tiers", ())}
    return tuple(Tier(start, {kind: _at(value, start) for kind, value in stated.items()}) for start in sorted(starts))


def _at(value: Any, start: int) -> Decimal:
    """Return a price for requests just longer than `start`."""
    if isinstance(value, Decimal):
        return value
    found = value.base
    for tier in value.tiers:
        if tier.start <= start and start:
            found = tier.price
    if not isinstance(found, Decimal):
        raise RackmathError(f"genai-prices holds a price that is no number: {found!r:.40}")
    return found
