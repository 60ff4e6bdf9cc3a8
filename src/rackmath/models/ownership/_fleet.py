"""Servers of one's own from month to month: bought as demand asks, replaced when their life is over, sold at the end.

All arguments and results are plain numbers or arrays of draws. Money that is borrowed or leased changes when the price
of a server is paid and what is left at the end, not what it costs to run: both are told as a line of their own, so that
the price line always shows the whole price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from rackmath.models._numbers import some
from rackmath.models.ownership._annuity import TINY_RATE


class Month(NamedTuple):
    """One month of a fleet; USD where money, month 0 being the day of the decision."""

    servers: Any
    """In service during the month that begins."""
    bought: Any
    """Price of the servers bought at the month's end, network and spares apart."""
    sold: Any
    """What the market pays for those sold."""
    financing: Any
    """What is paid to a lender or lessor, less what they pay for the servers."""
    installed: Any
    """Price that was paid for the servers that run in the month that begins."""
    market_value: Any
    """What the servers in service would fetch."""
    book_value: Any
    """What a straight line over the book life leaves of their price."""


@dataclass(frozen=True)
class Terms:
    """How servers are paid for: a share of the price comes from others, for payments over a term."""

    share: Any
    """Share of the price that a lender or lessor pays; 0 for a purchase."""
    payment: Any
    """What each following month costs, as a share of what they paid."""
    term: Any
    """Months of payments."""
    interest: Any
    """A month's interest on what is owed; 0 for a lease, whose rent is owed as it stands."""
    owed: Any
    """What is owed right after the purchase, as a share of what they paid."""
    resale: Any
    """1 where the servers are one's own at the end, 0 where they go back."""


def purchase() -> Terms:
    """Return the terms of paying at delivery."""
    return Terms(0.0, 0.0, 1.0, 0.0, 0.0, 1.0)


def loan(share: Any, yearly_rate: Any, term: Any) -> Terms:
    """Return the terms of a loan with level monthly payments; what is owed at the horizon is paid back then."""
    monthly = np.maximum(np.expm1(np.log1p(yearly_rate) / 12.0), TINY_RATE)
    return Terms(share, monthly / -np.expm1(-term * np.log1p(monthly)), term, monthly, 1.0, 1.0)


def lease(yearly_rate: Any, lessor_residual: Any, term: Any) -> Terms:
    """Return the terms of a lease: the rent that earns the lessor a rate, given what they hope to sell the servers for.

    The remaining rent is owed at the horizon, and the servers go back at the end of the term.
    """
    monthly = np.maximum(np.expm1(np.log1p(yearly_rate) / 12.0), TINY_RATE)
    lost = -np.expm1(-term * np.log1p(monthly))
    rent = (1.0 - lessor_residual * (1.0 - lost)) * monthly / lost
    return Terms(1.0, rent, term, 0.0, rent * term, 0.0)


@dataclass(frozen=True)
class Fleet:
    """What is bought, for how long, and on which terms."""

    price: Any
    """USD/server today."""
    extras: Any
    """Network and spares that are bought with a server, as a share of its price."""
    successor_share: Any
    """Price of a successor after a life, over the price today."""
    residual_share: Any
    """Market price at the end of a life, over the purchase price."""
    life: Any
    """Whole months."""
    book_life: Any
    """Months."""
    delivery: Any
    """Whole months before the first servers arrive."""
    terms: Terms

    def months(self, needed: Iterator[Any], end: Any, last: int, books: bool = False) -> Iterator[Month]:
        """Walk through the months from 0 to `last`.

        Parameters
        ----------
        needed
            Servers that the months from 1 on need.
        end
            The horizon, at which everything is sold and what is owed is paid.
        last
            The largest horizon.
        books
            Whether to tell the book value too, which takes longer than all the rest.
        """
        terms = self.terms
        residual = np.minimum(self.residual_share, self.successor_share)  # nobody pays more than for a successor
        price_step, value_step = self.successor_share ** (1.0 / self.life), residual ** (1.0 / self.life)
        price: Any = self.price
        servers: Any = 0.0
        market: Any = 0.0
        installed: Any = 0.0
        owed: Any = 0.0
        counts, spendings, borrowed = History(last + 1), History(last + 1), History(last + 2)
        borrowed.append(0.0)  # running sums from here on
        borrows = some(np.greater(terms.share, 0))
        for month in range(last + 1):
            running = month < end
            written_off = spendings.ago(self.life) * running
            servers, installed = servers - counts.ago(self.life) * running, installed - written_off
            market = market * value_step - written_off * residual
            wanted = next(needed) if month < last else 0.0
            new = np.maximum(wanted - servers, 0.0) * (running & (month >= self.delivery))
            spent = new * price
            lent = spent * (1.0 + self.extras) * terms.share if borrows else 0.0
            payment = terms.payment * (borrowed.ago(1) - borrowed.ago(terms.term + 1.0)) if month else 0.0
            owed = np.maximum(owed * (1.0 + terms.interest) - payment, 0.0) + lent * terms.owed
            over = month == end
            counts.append(new)
            spendings.append(spent)
            borrowed.append(borrowed.ago(1) + lent)
            sold = (written_off * residual + np.maximum(market, 0.0) * over) * terms.resale
            servers, market, installed = servers + new, market + spent, installed + spent
            yield Month(
                servers,
                spent,
                sold,
                (payment + owed * over) * (month <= end) - lent,
                installed,
                np.maximum(market, 0.0),
                self._book_value(spendings, month) if books else 0.0,
            )
            price = price * price_step

    def _book_value(self, spendings: History, month: int) -> Any:
        """Return what the books hold of all that was bought and is still in service."""
        return sum(
            spendings.ago(age + 1) * np.maximum(1.0 - age / self.book_life, 0.0) * (age <= self.life)
            for age in range(month + 1)
        )


class History:
    """Values of past months, of which each draw can ask for another month. Draws may have several axes."""

    def __init__(self, length: int) -> None:
        self._values = np.zeros(length)
        self._plain: list[Any] = []

    def append(self, value: Any) -> None:
        """Keep the value of one more month."""
        shape = np.broadcast_shapes(self._values.shape[1:], np.shape(value))
        if shape != self._values.shape[1:]:
            self._values = np.array(self._of_shape(shape))
        self._values[len(self._plain)] = value
        self._plain.append(value)

    def ago(self, months: Any) -> Any:
        """Return the value that was kept so many calls of `append` ago (1 for the last one); 0 before the first."""
        index = len(self._plain) - months
        if np.ndim(index) == 0:
            return self._plain[int(index)] if index >= 0 else 0.0
        if np.max(index) < 0:
            return 0.0
        shape = np.broadcast_shapes(self._values.shape[1:], index.shape)
        rows = np.broadcast_to(np.maximum(index, 0), shape)[None].astype(np.intp)
        return np.where(index >= 0, np.take_along_axis(self._of_shape(shape), rows, axis=0)[0], 0.0)

    def _of_shape(self, shape: tuple[int, ...]) -> Any:
        """Return a view of all values in which each month has the given shape."""
        length, held = len(self._values), self._values.shape[1:]
        return np.broadcast_to(self._values.reshape(length, *(1,) * (len(shape) - len(held)), *held), (length, *shape))
