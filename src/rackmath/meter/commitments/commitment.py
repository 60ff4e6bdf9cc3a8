"""A commitment: what it covers, how much of it in an hour, what it costs whether it is used or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.meter.commitments.sku import INSTANCE_HOUR, NOT_FLEXIBLE, Sku, factor_of

Floats = NDArray[np.float64]


class Kind(StrEnum):
    """The kinds of commitment, in the order in which they are applied to an hour's usage."""

    ZONAL_RI = "zonal-ri"
    REGIONAL_RI = "regional-ri"
    AZURE_RESERVATION = "azure-reservation"
    GCP_RESOURCE_CUD = "gcp-resource-cud"
    EC2_INSTANCE_SP = "ec2-instance-sp"
    COMPUTE_SP = "compute-sp"
    AZURE_SAVINGS_PLAN = "azure-savings-plan"
    GCP_FLEXIBLE_CUD = "gcp-flexible-cud"
    PREPAID_SPEND = "prepaid-spend"


PROVIDER = {
    Kind.ZONAL_RI: "aws",
    Kind.REGIONAL_RI: "aws",
    Kind.EC2_INSTANCE_SP: "aws",
    Kind.COMPUTE_SP: "aws",
    Kind.AZURE_RESERVATION: "azure",
    Kind.AZURE_SAVINGS_PLAN: "azure",
    Kind.GCP_RESOURCE_CUD: "gcp",
    Kind.GCP_FLEXIBLE_CUD: "gcp",
}
"""Whose usage a kind covers; a prepaid spend covers any."""

SPEND = frozenset(
    {Kind.EC2_INSTANCE_SP, Kind.COMPUTE_SP, Kind.AZURE_SAVINGS_PLAN, Kind.GCP_FLEXIBLE_CUD, Kind.PREPAID_SPEND}
)
"""Commitments to money; the others are commitments to instances or resources."""

MATCHED = ("service", "region", "az", "instance_type", "family", "size", "os", "tenancy", "unit")
"""What a rate or a reservation can be narrowed by."""

Rank = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """A committed price for the SKUs that `match`: a price for one unit, or a share off the on-demand price."""

    match: Mapping[str, str]
    rate: float | None = None
    discount: float | None = None

    def fits(self, sku: Sku) -> bool:
        """Say whether the rate is for this SKU."""
        return all(getattr(sku, name) == value for name, value in self.match.items())

    def price(self, sku: Sku) -> float:
        """Return the committed price of one unit."""
        if self.rate is not None:
            return self.rate
        return sku.on_demand_rate * (1 - (self.discount or 0.0))


@dataclass(frozen=True)
class Commitment:
    """One purchase: scope, term, size and price.

    Parameters
    ----------
    match
        What it is narrowed to, by the fields of a SKU named in `MATCHED`.
    start, end
        First hour, and the hour after the last, counted from 1970 in UTC.
    capacity
        What it covers in an hour: instances (of the reserved size), units of a resource, or money at committed prices.
        For a prepaid spend, what it covers over the whole term.
    upfront, hourly
        What is paid at the start, and for each hour of the term whether it is used or not.
    rates
        Committed prices of a commitment to money; the first that fits counts, and what none fits is not covered.
    size_ratios
        A size-flexible reservation's own table of sizes.
    size_flexible
        Whether a regional reservation covers all sizes of its family; None leaves it to the provider's rule.
    """

    id: str
    kind: Kind
    account: str
    start: int
    end: int
    capacity: float
    upfront: float
    hourly: float
    match: Mapping[str, str] = field(default_factory=dict)
    rates: tuple[Rate, ...] = ()
    size_ratios: Mapping[str, float] | None = None
    size_flexible: bool | None = None
    shared: bool = True
    billing: str = "hourly"
    payment: str = "none"

    def __post_init__(self) -> None:
        """Refuse what could not be reckoned with."""
        where = f"commitment {self.id!r}"
        if self.end <= self.start:
            raise RackmathError(f"{where}: it ends before it starts")
        for name in ("capacity", "upfront", "hourly"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise RackmathError(f"{where}: {name} is {value:g}; it must be a number that is not negative")
        if self.capacity == 0:
            raise RackmathError(f"{where}: it covers nothing; give a count or a commitment above zero")

    @property
    def hours(self) -> int:
        """Hours of the term, from its real dates."""
        return self.end - self.start

    @property
    def provider(self) -> str:
        """Whose commitment it is; empty for a prepaid spend, which covers any provider's usage."""
        return PROVIDER.get(self.kind, "")

    @property
    def flexible(self) -> bool:
        """Whether a reservation covers all sizes of its family, by normalisation factor or by its own table."""
        if self.kind is Kind.AZURE_RESERVATION:
            return self.size_ratios is not None
        if self.kind is not Kind.REGIONAL_RI or self.size_flexible is False:
            return False
        return self.size_flexible or (
            self.match.get("os", "linux") == "linux"
            and self.match.get("tenancy", "default") == "default"
            and self.match.get("family") not in NOT_FLEXIBLE
        )

    @property
    def by_term(self) -> bool:
        """Whether what one hour leaves unused stays for the next ones."""
        return self.kind is Kind.PREPAID_SPEND

    @property
    def measure(self) -> str:
        """What its capacity is counted in."""
        if self.kind in SPEND:
            return "money"
        return "normalised_hour" if self.flexible else self.match.get("unit", INSTANCE_HOUR)

    @property
    def hourly_capacity(self) -> float:
        """Capacity in one hour, in its measure; a flexible reservation counts in normalised units."""
        if not self.flexible:
            return self.capacity
        return self.capacity * factor_of(self.match["instance_type"], self.match.get("size", ""), self.size_ratios)

    @property
    def total(self) -> float:
        """Everything that is paid over the term."""
        return self.upfront + self.hourly * self.hours

    @property
    def amortised_hourly(self) -> float:
        """What an hour of the term costs when all that is paid is spread over its hours."""
        return self.total / self.hours

    def weight(self, sku: Sku) -> float | None:
        """Return how much capacity one unit of this SKU draws, or None where the commitment does not cover it."""
        if self.provider and sku.provider != self.provider:
            return None
        if not self.shared and sku.account != self.account:
            return None
        if self.kind in SPEND:
            return self._price(sku)
        loose = {"size", "instance_type"} if self.flexible else set()
        if any(getattr(sku, name) != value for name, value in self.match.items() if name not in loose):
            return None
        if self.kind is not Kind.GCP_RESOURCE_CUD and sku.unit != INSTANCE_HOUR:
            return None
        return factor_of(sku.instance_type, sku.size, self.size_ratios) if self.flexible else 1.0

    def _price(self, sku: Sku) -> float | None:
        if any(getattr(sku, name) != value for name, value in self.match.items()):
            return None
        if self.kind is Kind.EC2_INSTANCE_SP and (sku.service != "ec2" or sku.unit != INSTANCE_HOUR):
            return None
        for rate in self.rates:
            if rate.fits(sku):
                price = rate.price(sku)
                return price if 0 < price <= sku.on_demand_rate else None
        return None

    def rank(self, sku: Sku, weight: float) -> Rank:
        """Return what orders a SKU among those of a phase; the lowest is covered first.

        Commitments to money take the highest saving in per cent first and of equals the lower price; reservations the
        smallest size.
        """
        if self.kind in SPEND:
            saving = 1 - weight / sku.on_demand_rate
            return (-round(saving, 12), weight)
        return (weight,)
