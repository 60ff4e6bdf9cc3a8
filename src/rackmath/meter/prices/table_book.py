"""Prices out of a CSV file of one's own: a contract, a price list, or a history of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from rackmath.errors import RackmathError, suggest
from rackmath.meter.prices.book import KINDS, STANDARD, Listed, Tier, Unlisted, Unpriced, in_force
from rackmath.meter.rows import Row, read_rows

COLUMNS = {
    "input": "input_usd_mtok",
    "cached_input": "cached_input_usd_mtok",
    "cache_write": "cache_write_usd_mtok",
    "cache_write_1h": "cache_write_1h_usd_mtok",
    "output": "output_usd_mtok",
}
KNOWN = ("provider", "model", "variant", "start_date", "tier_start_tokens", *COLUMNS.values())

Key = tuple[str, str, str]
"""Provider, model and variant."""


class TableBook:
    """Price rows by provider, model and variant. In a variant, a price that is left empty is as in the standard row."""

    def __init__(self, rows: Iterable[Row], source: str) -> None:
        tiers: dict[tuple[Key, date | None], dict[int, dict[str, Decimal]]] = defaultdict(dict)
        for row in rows:
            key = (row.text("provider").lower(), row.text("model").lower(), row.text("variant", STANDARD))
            since = row.day("start_date") if row.text("start_date") else None
            above = row.whole("tier_start_tokens", 0)
            if not key[1]:
                raise row.wrong("model", "is empty")
            if above in tiers[key, since]:
                raise RackmathError(f"{row.where}: {key[1]} has two prices from one day on for one length of request")
            prices = {kind: row.number(column) for kind, column in COLUMNS.items() if row.text(column)}
            for kind, price in prices.items():
                if price < 0:
                    raise row.wrong(COLUMNS[kind], "is negative")
            tiers[key, since][above] = prices
        self._listed: dict[Key, list[Listed]] = defaultdict(list)
        for (key, since), by_length in tiers.items():
            if 0 not in by_length:
                raise RackmathError(f"{source}: {key[1]} has no base price (tier_start_tokens 0)")
            made = tuple(Tier(above, prices) for above, prices in sorted(by_length.items()))
            self._listed[key].append(Listed(*key, made, since, source))

    @classmethod
    def read(cls, path: Path) -> TableBook:
        """Return the book of a CSV file with the columns of `KNOWN`; model and input_usd_mtok are needed."""
        return cls(read_rows(path, needed=("model", "input_usd_mtok", "output_usd_mtok"), known=KNOWN), path.name)

    def find(self, model: str, provider: str, on: date, variant: str = STANDARD) -> Listed:
        """Return the prices in force on a day."""
        wanted = model.lower()
        keys = [key for key in self._listed if key[1] == wanted and provider.lower() in {"", key[0]}]
        if not keys:
            raise Unlisted(f"{self.source}: has no price of {model[:80]!r}" + (f" at {provider!r}" if provider else ""))
        places = sorted({key[0] for key in keys})
        if len(places) > 1:
            raise Unpriced(f"{model[:80]!r} is sold by {', '.join(places)}; name the provider")
        key = (places[0], wanted, variant)
        if key not in self._listed:
            raise Unpriced(f"{wanted} at {places[0] or self.source}: no price for {variant!r} is listed")
        found = in_force(self._listed[key], on)
        if variant == STANDARD:
            return found
        return _filled(found, in_force(self._listed[places[0], wanted, STANDARD], on))

    @property
    def source(self) -> str:
        """Return the name of the file."""
        return next((each.source for listed in self._listed.values() for each in listed), "the price list")

    def history(self, model: str, provider: str = "", variant: str = STANDARD) -> list[Listed]:
        """Return every price that a model ever had, the earliest first."""
        found = [
            each
            for key, listed in self._listed.items()
            if key[1] == model.lower() and key[2] == variant and provider.lower() in {"", key[0]}
            for each in listed
        ]
        if not found:
            variants = sorted({key[2] for key in self._listed if key[1] == model.lower()})
            places = sorted({key[0] for key in self._listed if key[1] == model.lower()})
            if variants:
                wanted = f"{variant[:80]!r}" + (f" at {provider[:80]!r}" if provider else "")
                sold = f"{', '.join(variants)}; by {', '.join(place or '–' for place in places)}"
                raise Unpriced(f"{self.source}: has no price of {model[:80]!r} for {wanted}; listed are {sold}")
            near = suggest(model.lower(), {key[1] for key in self._listed})
            raise Unlisted(f"{self.source}: has no price of {model[:80]!r}{near}")
        return sorted(found, key=lambda each: (each.since or date.min, each.provider))


def _filled(variant: Listed, standard: Listed) -> Listed:
    """Return a variant whose missing prices are those of the standard service at the same length of request."""
    tiers = tuple(
        Tier(tier.above, {kind: price for kind in KINDS if (price := _either(kind, tier, standard)) is not None})
        for tier in variant.tiers
    )
    return Listed(variant.provider, variant.model, variant.variant, tiers, variant.since, variant.source)


def _either(kind: str, tier: Tier, standard: Listed) -> Decimal | None:
    own = tier.prices.get(kind)
    return own if own is not None else standard.tier(tier.above + 1 if tier.above else 0).prices.get(kind)
