"""Usage and commitments as the examples give them."""

from __future__ import annotations

from rackmath.meter.commitments import Commitment, Kind, Rate, Sku
from rackmath.meter.commitments.clock import read_hour
from rackmath.meter.commitments.sku import split_type

YEAR = read_hour("2026-01-01")


def machine(kind: str, rate: float = 1.0, **other) -> Sku:
    """An instance type in us-east-1a, Linux, default tenancy."""
    family, size = split_type(kind)
    fields = {
        "provider": "aws",
        "service": "ec2",
        "account": "owner",
        "region": "us-east-1",
        "az": "us-east-1a",
        "instance_type": kind,
        "family": family,
        "size": size,
        "os": "linux",
        "tenancy": "default",
        "unit": "instance_hour",
        "on_demand_rate": rate,
        "contracted_rate": rate,
    }
    return Sku(**{**fields, **other})


def counted(service: str, unit: str, rate: float, **other) -> Sku:
    """Compute that is not sold by the instance."""
    return machine("", rate, service=service, unit=unit, **other)


def reserved(instance: str, count: float = 1, *, zonal: bool = False, ident: str = "ri", hourly: float = 0.5, **other):
    """A reserved instance of one year from `YEAR`."""
    family, size = split_type(instance)
    match = {"service": "ec2", "instance_type": instance, "family": family, "size": size, "region": "us-east-1"}
    match |= {"os": "linux", "tenancy": "default"}
    if zonal:
        match["az"] = "us-east-1a"
    fields = {
        "id": ident,
        "kind": Kind.ZONAL_RI if zonal else Kind.REGIONAL_RI,
        "account": "owner",
        "start": YEAR,
        "end": YEAR + 8760,
        "capacity": count,
        "upfront": 0.0,
        "hourly": hourly,
        "match": match,
    }
    return Commitment(**{**fields, **other})


def plan(kind: Kind, commitment: float, prices, *, ident: str = "sp", **other) -> Commitment:
    """A plan without upfront of one year from `YEAR`; `prices` are (what it is narrowed to, price)."""
    fields = {
        "id": ident,
        "kind": kind,
        "account": "owner",
        "start": YEAR,
        "end": YEAR + 8760,
        "capacity": commitment,
        "upfront": 0.0,
        "hourly": commitment,
        "rates": tuple(Rate(match, rate=price) for match, price in prices),
    }
    return Commitment(**{**fields, **other})
