"""Usage, hour by hour: the units of each SKU that were used, in one table without holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.meter.commitments.sku import Sku

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Usage:
    """What was used.

    Parameters
    ----------
    skus
        The SKUs, in the order of the rows of `quantity`.
    first
        The first hour, counted from 1970 in UTC.
    quantity
        Units used, of shape (SKUs, hours); an hour without usage is zero.
    currency
        Of all rates.
    rows
        How many rows of a file it was made of.
    notes
        What a reader of the results must know about the rows: gaps, what was left out.
    """

    skus: tuple[Sku, ...]
    first: int
    quantity: Floats
    currency: str = "USD"
    rows: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse quantities that are no usage."""
        if self.quantity.shape[0] != len(self.skus) or self.quantity.ndim != 2:
            raise RackmathError(
                f"usage of shape {self.quantity.shape} for {len(self.skus)} SKUs; it must be (SKUs, hours)"
            )
        if self.quantity.size and not (self.quantity.min() >= 0 and self.quantity.max() < np.inf):
            raise RackmathError("usage holds a negative or infinite quantity")

    @property
    def hours(self) -> int:
        """Hours of the table."""
        return int(self.quantity.shape[1])

    @property
    def rates(self) -> Floats:
        """On-demand rate of each SKU."""
        return np.array([sku.on_demand_rate for sku in self.skus], dtype=np.float64)

    @property
    def contracted_rates(self) -> Floats:
        """What each SKU really costs on demand."""
        return np.array([sku.contracted_rate for sku in self.skus], dtype=np.float64)

    @property
    def on_demand_hourly(self) -> Floats:
        """What all usage would cost on demand, in each hour."""
        return self.rates @ self.quantity


def usage_of(rows: Sequence[tuple[Sku, Sequence[float]]], *, first: int = 0, currency: str = "USD") -> Usage:
    """Return usage given by hand: each SKU with its units in each hour.

    >>> machine = Sku("aws", "ec2", "a", "us-east-1", "us-east-1a", "m5.large", "m5", "large", "linux", "default",
    ...               "instance_hour", 0.096, 0.096)
    >>> usage_of([(machine, [4, 4, 2])]).hours
    3
    """
    lengths = {len(hours) for _, hours in rows}
    if len(lengths) != 1:
        raise RackmathError(f"every SKU needs the same number of hours; there are {sorted(lengths)}")
    quantity = np.array([list(hours) for _, hours in rows], dtype=np.float64)
    return Usage(tuple(sku for sku, _ in rows), first, quantity, currency)
