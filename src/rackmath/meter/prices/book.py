"""What a price book answers: the list prices of a model on a day, by kind of token and by length of the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from rackmath.errors import RackmathError

KINDS = ("input", "cached_input", "cache_write", "cache_write_1h", "output")
"""Kinds of token that are priced apart, in USD per million. Cached and written tokens are part of the input."""
STANDARD = "standard"
VARIANTS = {
    "batch": "processing=batch",
    "flex": "service_tier=flex",
    "priority": "service_tier=priority",
    "fast": "speed=fast",
}
"""Short names of ways to be served, and how price lists write them."""


class Unpriced(RackmathError):
    """No price is known; the message says of what, and what was looked for."""


class Unlisted(Unpriced):
    """The book does not know the model at all."""


@dataclass(frozen=True)
class Tier:
    """Prices that hold for a whole request whose input is longer than `above` tokens.

    Parameters
    ----------
    above
        Tokens of input; 0 is the base tier, which holds for every request.
    prices
        Kind of token to USD per million; a kind that is missing is billed as plain input.
    """

    above: int
    prices: Mapping[str, Decimal]

    def price(self, kind: str) -> Decimal:
        """Return the price of a kind of token; of an hour-long cache write that has none, that of a short one."""
        for name in {"cache_write_1h": ("cache_write_1h", "cache_write", "input")}.get(kind, (kind, "input")):
            if name in self.prices:
                return self.prices[name]
        raise Unpriced("the list holds no price for plain input")


@dataclass(frozen=True)
class Listed:
    """The list prices of one model at one provider, in force from a day on."""

    provider: str
    model: str
    variant: str
    tiers: tuple[Tier, ...]
    since: date | None
    """None where the list does not say: the price is then taken to have held from the beginning."""
    source: str
    """Where the list is to be found: a URL, or the name of a file or package with its version."""

    def tier(self, input_tokens: int) -> Tier:
        """Return the tier of a request by the length of its input, what is cached included."""
        return next(tier for tier in reversed(self.tiers) if tier.above == 0 or input_tokens > tier.above)


class Book(Protocol):
    """Something that knows prices."""

    def find(self, model: str, provider: str, on: date, variant: str = STANDARD) -> Listed:
        """Return the prices in force; raise Unpriced when it knows none. An empty provider stands for any."""
        ...


@dataclass(frozen=True)
class Books:
    """Several price books; the first that knows a model answers."""

    books: Sequence[Book]

    def find(self, model: str, provider: str, on: date, variant: str = STANDARD) -> Listed:
        """Return the prices in force in the first book that has them; else raise Unpriced.

        The reason is that of the first book that knows the model, or of the last where none does.
        """
        reason: Unpriced | None = None
        for book in self.books:
            try:
                return book.find(model, provider, on, VARIANTS.get(variant, variant) or STANDARD)
            except Unpriced as problem:
                if reason is None or isinstance(reason, Unlisted):
                    reason = problem
        raise reason or Unpriced("there is no price book")


def in_force(listed: Sequence[Listed], on: date) -> Listed:
    """Return the prices in force on a day: the latest that began by then; one without a date began before all others.

    Raises
    ------
    Unpriced
        Every price begins later.
    """
    begun = [each for each in listed if each.since is None or each.since <= on]
    if not begun:
        first = min(each.since for each in listed if each.since is not None)
        raise Unpriced(f"{listed[0].model}: no price is known for {on}; the earliest is of {first}")
    return max(begun, key=lambda each: each.since or date.min)
