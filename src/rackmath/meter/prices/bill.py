"""What usage costs by a price book: to the last decimal, with what could not be priced beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rackmath.meter.prices.book import KINDS, Book, Listed, Unpriced
from rackmath.meter.prices.usage import Usage

MILLION = Decimal(1_000_000)
MAX_REASONS = 1000

Tokens = dict[str, int]
"""Kind of token to a count."""
Key = tuple[str, str, str, date | None]
"""Provider, model, variant and the day from which the price holds."""


@dataclass
class Group:
    """All usage that has one list price: tokens, requests and what they cost."""

    listed: Listed
    above: int
    requests: int = 0
    tokens: Tokens = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    @property
    def cost(self) -> dict[str, Decimal]:
        """Return the cost of each kind of token, USD, exactly."""
        tier = next(each for each in self.listed.tiers if each.above == self.above)
        return {kind: tier.price(kind) * count / MILLION for kind, count in self.tokens.items() if count}


@dataclass
class Bill:
    """The priced groups, and the rows that no book has a price for, each with the reason."""

    groups: list[Group]
    unpriced: list[tuple[str, str]]
    unpriced_tokens: int
    undated: bool
    """Whether a price was used that has no date in its list."""
    averaged: int
    """Rows that sum several requests of a model whose price depends on the length of each: their mean was used."""

    @property
    def lines(self) -> dict[str, Decimal]:
        """Return the cost of each kind of token, USD."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for group in self.groups:
            for kind, cost in group.cost.items():
                found[kind] += cost
        return dict(found)

    @property
    def total(self) -> Decimal:
        """Return the cost of everything that has a price, USD."""
        return sum(self.lines.values(), Decimal(0))

    @property
    def without_cache(self) -> Decimal:
        """Return what the same tokens would cost if none had been read from a cache or written to one, USD."""
        found = Decimal(0)
        for group in self.groups:
            tier = next(each for each in group.listed.tiers if each.above == group.above)
            for kind, count in group.tokens.items():
                found += tier.price("output" if kind == "output" else "input") * count / MILLION
        return found


def bill(usage: Iterable[Usage], book: Book) -> Bill:
    """Price usage row by row: the list of the row's day, the tier of its length, each kind of token apart.

    Tokens are added up as whole numbers by their list price, and priced once: the sum is exact, in whatever order the
    rows come.
    """
    groups: dict[tuple[Key, int], Group] = {}
    unpriced: list[tuple[str, str]] = []
    lost = averaged = 0
    known: dict[tuple[str, str, date, str], Listed | Unpriced] = {}
    for row in usage:
        key = (row.model, row.provider, row.on, row.variant)
        if key not in known:
            try:
                known[key] = book.find(*key)
            except Unpriced as problem:
                known[key] = problem
        listed = known[key]
        if isinstance(listed, Unpriced):
            lost += row.input_tokens + row.output_tokens
            if len(unpriced) < MAX_REASONS:
                unpriced.append((row.where, str(listed)))
            continue
        above = listed.tier(row.mean_input).above
        averaged += row.requests > 1 and len(listed.tiers) > 1
        group = groups.setdefault((_key(listed), above), Group(listed, above))
        group.requests += row.requests
        for kind, count in (
            ("input", row.fresh_input_tokens),
            ("cached_input", row.cached_input_tokens),
            ("cache_write", row.cache_write_tokens),
            ("cache_write_1h", row.cache_write_1h_tokens),
            ("output", row.output_tokens),
        ):
            group.tokens[kind] += count
    made = list(groups.values())
    return Bill(made, unpriced, lost, any(each.listed.since is None for each in made), averaged)


def _key(listed: Listed) -> Key:
    return listed.provider, listed.model, listed.variant, listed.since
