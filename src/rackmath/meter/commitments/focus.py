"""A replay as a bill: FOCUS 1.2 rows.

* Purchase: what was paid, in ``BilledCost``; ``EffectiveCost`` is zero, for it covers later charges.
* Usage that a commitment covered: ``BilledCost`` zero, ``EffectiveCost`` its amortised share, status Used.
* What a commitment lost in an hour: one row, status Unused, the commitment's id as resource, nothing consumed.
* The rest: PricingCategory Standard, billed and effective at the contracted rate.

So for a commitment whose term lies in the table, ``EffectiveCost`` of Used and Unused adds up to ``BilledCost`` of its
purchases. Sustained-use discounts lower the rest's cost in its own row. Own columns begin with ``x_``.
Source: https://focus.finops.org/focus-specification/v1-2/
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from rackmath.meter.commitments.clock import moment_of, months_later, to_hour, written
from rackmath.meter.commitments.commitment import SPEND, Commitment
from rackmath.meter.commitments.replay import Line, Replay
from rackmath.meter.commitments.sku import INSTANCE_HOUR, Sku
from rackmath.meter.commitments.summary import payments

COLUMNS = (
    "BillingAccountId",
    "SubAccountId",
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeFrequency",
    "ChargeDescription",
    "PricingCategory",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountType",
    "CommitmentDiscountStatus",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountUnit",
    "BilledCost",
    "EffectiveCost",
    "ListCost",
    "ContractedCost",
    "ListUnitPrice",
    "ContractedUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ResourceId",
    "RegionId",
    "AvailabilityZone",
    "ProviderName",
    "PublisherName",
    "InvoiceIssuerName",
    "ServiceCategory",
    "ServiceName",
    "SkuPriceDetails",
    "x_OnDemandContractedUnitPrice",
)
PROVIDERS = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
SMALLEST = 1e-12
"""Units below this are rounding, not usage."""

Row = dict[str, str]


def focus_rows(result: Replay) -> Iterator[Row]:
    """Yield the bill's rows: purchases, then what was used and lost of each commitment, then what stayed on demand.

    The replay must have kept its draws.
    """
    usage = result.usage
    for line in result.lines:
        yield from _purchases(result, line)
    for draw in result.draws:
        line, sku = result.lines[draw.commitment], usage.skus[draw.sku]
        for place in np.flatnonzero(draw.taken > SMALLEST):
            units = float(draw.taken[place])
            yield {
                **_usage_row(result, sku, usage.first + draw.offset + int(place), units),
                **_commitment_columns(line.commitment, "Used", units * draw.weight, usage.currency),
                "BilledCost": "0",
                "EffectiveCost": _text(units * draw.weight * line.price),
            }
    for line in result.lines:
        unused, cost = line.unused, line.unused_cost
        for place in np.flatnonzero(unused > SMALLEST):
            yield _unused(result, line, usage.first + int(place), float(unused[place]), float(cost[place]))
    for index, sku in enumerate(usage.skus):
        discounts = result.sustained[index] if result.sustained.size else None
        for place in np.flatnonzero(result.rest[index] > SMALLEST):
            units = float(result.rest[index, place])
            paid = units * sku.contracted_rate - (float(discounts[place]) if discounts is not None else 0.0)
            row = _usage_row(result, sku, usage.first + int(place), units)
            yield {**row, "PricingCategory": "Standard", "BilledCost": _text(paid), "EffectiveCost": _text(paid)}


def write_focus(result: Replay, path: Path) -> int:
    """Write the bill as CSV, whole or not at all; return its rows."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    count = 0
    try:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
            writer.writeheader()
            for row in focus_rows(result):
                writer.writerow({name: _unarmed(text) for name, text in row.items()})
                count += 1
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _unarmed(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in {"=", "@", "+"} else text


def _text(value: float) -> str:
    return repr(value + 0.0)


def _period(hour: int, hours: int = 1) -> Row:
    moment = moment_of(hour)
    month = to_hour(datetime(moment.year, moment.month, 1, tzinfo=moment.tzinfo))
    return {
        "BillingPeriodStart": written(month),
        "BillingPeriodEnd": written(months_later(month, 1)),
        "ChargePeriodStart": written(hour),
        "ChargePeriodEnd": written(hour + hours),
    }


def _who(result: Replay, account: str, provider: str) -> Row:
    name = PROVIDERS.get(provider, provider)
    return {
        "BillingAccountId": account,
        "SubAccountId": account,
        "BillingCurrency": result.usage.currency,
        "ProviderName": name,
        "PublisherName": name,
        "InvoiceIssuerName": name,
        "ServiceCategory": "Compute",
    }


def _usage_row(result: Replay, sku: Sku, hour: int, units: float) -> Row:
    details = {"InstanceType": sku.instance_type, "InstanceSeries": sku.family, "OperatingSystem": sku.os}
    details |= {"x_Tenancy": sku.tenancy, "x_Service": sku.service, "x_Unit": sku.unit, "x_Size": sku.size}
    unit = "Hours" if sku.unit == INSTANCE_HOUR else sku.unit
    return {
        **_who(result, sku.account, sku.provider),
        **_period(hour),
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargeDescription": sku.name,
        "ListUnitPrice": _text(sku.on_demand_rate),
        "ContractedUnitPrice": _text(sku.contracted_rate),
        "ListCost": _text(units * sku.on_demand_rate),
        "ContractedCost": _text(units * sku.contracted_rate),
        "PricingQuantity": _text(units),
        "PricingUnit": unit,
        "ConsumedQuantity": _text(units),
        "ConsumedUnit": unit,
        "ResourceId": sku.resource or sku.name,
        "RegionId": sku.region,
        "AvailabilityZone": sku.az,
        "ServiceName": sku.service,
        "SkuPriceDetails": json.dumps({name: text for name, text in details.items() if text}),
        "x_OnDemandContractedUnitPrice": _text(sku.contracted_rate),
    }


def _commitment_columns(own: Commitment, status: str, quantity: float | None, currency: str) -> Row:
    return {
        "PricingCategory": "Committed",
        "CommitmentDiscountCategory": "Spend" if own.kind in SPEND else "Usage",
        "CommitmentDiscountId": own.id,
        "CommitmentDiscountType": str(own.kind),
        "CommitmentDiscountStatus": status,
        "CommitmentDiscountQuantity": "" if quantity is None else _text(quantity),
        "CommitmentDiscountUnit": currency if own.measure == "money" else own.measure,
    }


def _unused(result: Replay, line: Line, hour: int, quantity: float, cost: float) -> Row:
    own = line.commitment
    return {
        **_who(result, own.account, own.provider),
        **_period(hour),
        **_commitment_columns(own, "Unused", quantity, result.usage.currency),
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargeDescription": f"unused part of {own.id}",
        "BilledCost": "0",
        "EffectiveCost": _text(cost),
        "ListCost": "0",
        "ContractedCost": "0",
        "ResourceId": own.id,
        "RegionId": own.match.get("region", ""),
    }


def _purchases(result: Replay, line: Line) -> Iterator[Row]:
    own, usage = line.commitment, result.usage
    paid = payments(own, usage)
    for place in np.flatnonzero(paid):
        hour = usage.first + int(place)
        parts = [("One-Time", own.upfront if hour == own.start else 0.0, own.hours)]
        if own.billing == "hourly":
            parts.append(("Recurring", float(paid[place]) - parts[0][1], 1))
        else:
            parts.append(("Recurring", float(paid[place]) - parts[0][1], months_later(hour, 1) - hour))
        for frequency, cost, hours in parts:
            if cost <= SMALLEST:
                continue
            yield {
                **_who(result, own.account, own.provider),
                **_period(hour, hours),
                **_commitment_columns(own, "", None, usage.currency),
                "ChargeCategory": "Purchase",
                "ChargeFrequency": frequency,
                "ChargeDescription": f"{frequency.lower()} fee of {own.id}",
                "BilledCost": _text(cost),
                "EffectiveCost": "0",
                "ListCost": _text(cost),
                "ContractedCost": _text(cost),
                "ResourceId": own.id,
                "RegionId": own.match.get("region", ""),
            }
