"""By how much a model's price changed from its first to its last listing, seller by seller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rackmath.meter.prices.book import KINDS, Listed


@dataclass(frozen=True)
class Change:
    """The first and the last base price of one kind of token at one provider, in USD per million tokens."""

    provider: str
    kind: str
    first: Decimal
    first_since: date | None
    """None where the list does not say since when; that price comes before all others."""
    last: Decimal
    last_since: date | None

    @property
    def factor(self) -> float | None:
        """Return the last price over the first; None where the first was free."""
        return float(self.last / self.first) if self.first else None


def changes(history: Iterable[Listed]) -> list[Change]:
    """Return what changed in a model's prices in order of time; a seller with one price has no change.

    Sellers are kept apart: a dearer one that came later is no rise of the price.
    """
    sellers: dict[str, list[Listed]] = {}
    for each in history:
        sellers.setdefault(each.provider, []).append(each)
    found = []
    for provider, listed in sellers.items():
        for kind in KINDS:
            priced = [(each.tiers[0].prices[kind], each.since) for each in listed if kind in each.tiers[0].prices]
            if len(priced) > 1:
                found.append(Change(provider, kind, *priced[0], *priced[-1]))
    return found
