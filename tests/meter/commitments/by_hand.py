"""The engine's slow twin: one hour after another, one account, one rule at a time, in plain Python.

It shares no code with the engine beyond the declarations: sizes, scopes and prices are read off anew.
"""

from __future__ import annotations

from rackmath.meter.commitments import Commitment, Kind, Sku

ORDER = [
    "zonal-ri",
    "regional-ri",
    "azure-reservation",
    "gcp-resource-cud",
    "ec2-instance-sp",
    "compute-sp",
    "azure-savings-plan",
    "gcp-flexible-cud",
    "prepaid-spend",
]
SIZES = {"small": 1, "medium": 2, "large": 4, "xlarge": 8, "2xlarge": 16, "4xlarge": 32}
MONEY = {"ec2-instance-sp", "compute-sp", "azure-savings-plan", "gcp-flexible-cud", "prepaid-spend"}


def replay_by_hand(skus: list[Sku], used: list[list[float]], commitments: list[Commitment], first: int):
    """Return what is left of each SKU in each hour, and what each commitment drew in each hour."""
    rest = [list(row) for row in used]
    drawn = [[0.0] * len(used[0]) for _ in commitments]
    purse = {place: own.capacity for place, own in enumerate(commitments) if own.kind is Kind.PREPAID_SPEND}
    for hour in range(len(used[0])):
        left = {}
        for place, own in enumerate(commitments):
            if own.start <= first + hour < own.end:
                left[place] = purse[place] if place in purse else _size(own)
        for kind in ORDER:
            active = [place for place in left if commitments[place].kind == kind]
            groups = [[place] for place in active] if kind == "prepaid-spend" else [active]
            for group in groups:
                for shared in (False, True):
                    _apply(skus, rest, drawn, commitments, group, left, shared, hour)
        for place in purse:
            if place in left:
                purse[place] = left[place]
    return rest, drawn


def _apply(skus, rest, drawn, commitments, group, left, shared, hour):
    choices = []
    for place in group:
        own = commitments[place]
        for number, sku in enumerate(skus):
            price = _price(own, sku)
            if price is None or (sku.account != own.account) is not shared or (shared and not own.shared):
                continue
            order = (-round(1 - price / sku.on_demand_rate, 12), price) if own.kind in MONEY else (price,)
            choices.append((order, place, number, price))
    for _, place, number, price in sorted(choices):
        units = min(rest[number][hour], left[place] / price)
        rest[number][hour] -= units
        left[place] -= units * price
        drawn[place][hour] += units * price


def _size(own: Commitment) -> float:
    if own.kind == "regional-ri" and _flexible(own):
        return own.capacity * SIZES[own.match["size"]]
    return own.capacity


def _flexible(own: Commitment) -> bool:
    plain = own.match["os"] == "linux" and own.match["tenancy"] == "default"
    return plain and own.match["family"] not in {"g4dn", "g5", "g5g", "g4ad", "inf1"}


def _price(own: Commitment, sku: Sku) -> float | None:
    clouds = {"zonal": "aws", "regional": "aws", "ec2": "aws", "compute": "aws", "azure": "azure", "gcp": "gcp"}
    cloud = clouds.get(own.kind.split("-")[0])
    if cloud and sku.provider != cloud:
        return None
    if own.kind in MONEY:
        for field, wanted in own.match.items():
            if getattr(sku, field) != wanted:
                return None
        if own.kind == "ec2-instance-sp" and not (sku.service == "ec2" and sku.unit == "instance_hour"):
            return None
        for rate in own.rates:
            if all(getattr(sku, field) == wanted for field, wanted in rate.match.items()):
                price = rate.rate if rate.rate is not None else sku.on_demand_rate * (1 - rate.discount)
                return price if price <= sku.on_demand_rate else None
        return None
    flexible = own.kind == "regional-ri" and _flexible(own)
    for field, wanted in own.match.items():
        if flexible and field in {"size", "instance_type"}:
            continue
        if getattr(sku, field) != wanted:
            return None
    if own.kind != "gcp-resource-cud" and sku.unit != "instance_hour":
        return None
    return SIZES[sku.size] if flexible else 1
