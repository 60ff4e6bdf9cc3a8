"""Bills into usage: FOCUS 1.0 to 1.2 exports, and AWS cost and usage reports.

Only hours of compute instances become usage, whoever paid for them: rows on demand and rows that a commitment covered.
Purchases, fees, unused commitments, credits and taxes are left out, as is usage that is not counted in instance hours;
`Bill.told` says how many rows, and why.
Sources: https://focus.finops.org/focus-specification/v1-2/ and
https://docs.aws.amazon.com/cur/latest/userguide/data-dictionary.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, Protocol

from rackmath.errors import RackmathError, suggest
from rackmath.meter.commitments.clock import SECONDS, read_stamp
from rackmath.meter.commitments.intake import Key
from rackmath.meter.commitments.rows import Rows, number, texts_of

Record = dict[str, str]
_NULL = frozenset({"", "NULL", "null", "None"})
_DESCRIBED = re.compile(
    r"per (?:On Demand |Reserved )?(?P<os>[^.]{0,60}?) ?"
    r"(?P<type>[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|[0-9]*x?large|metal\S*)) Instance Hour"
)
_BOX = re.compile(r"(?:^|-)(?P<kind>BoxUsage|DedicatedUsage|HostBoxUsage):(?P<type>[a-z0-9-]+\.[a-z0-9-]+)")
_TENANCY = {"BoxUsage": "default", "DedicatedUsage": "dedicated", "HostBoxUsage": "host"}
_SYSTEMS = {"linux": "linux", "linux/unix": "linux", "windows": "windows", "rhel": "rhel", "suse": "suse"}
_PROVIDERS = {"aws": "aws", "microsoft": "azure", "microsoft azure": "azure", "google": "gcp", "google cloud": "gcp"}


class Bill(Protocol):
    """A kind of bill: recognises its columns and turns rows into usage."""

    def check(self, header: list[str], file: str) -> None:
        """Refuse a header in which a column is missing."""

    def put(self, rows: Rows, row: int, record: Record) -> None:
        """Take a row, or count it as left out."""

    def told(self) -> list[str]:
        """Say what was left out, and why."""


def bill_of(header: list[str]) -> Bill | None:
    """Return the kind of bill that has these columns, or None for a plain table."""
    if {"ChargePeriodStart", "ChargeCategory"} & set(header):
        return FocusBill()
    if any(_plain(name).startswith("line_item_") for name in header):
        return CostAndUsageReport()
    return None


class _LeavesOut:
    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()

    def told(self) -> list[str]:
        """Say what was left out, and why."""
        return [f"{count} rows left out: {why}" for why, count in self.left_out.most_common()]


def _missing(needed: tuple[str, ...], header: list[str], file: str, what: str) -> None:
    for name in needed:
        if name not in header:
            raise RackmathError(
                f"{file}: row 1: column {name!r} is missing{suggest(name, header)}; {what} must have it to be replayed"
            )


def _value(record: Record, *names: str) -> str:
    """Return the first of these columns that says something."""
    for name in names:
        text = record.get(name, "").strip()
        if text not in _NULL:
            return text
    return ""


class FocusBill(_LeavesOut):
    """A FOCUS export. Rows must be hourly."""

    NEEDED = (
        "ChargeCategory",
        "ChargePeriodStart",
        "ChargePeriodEnd",
        "SubAccountId",
        "RegionId",
        "PricingUnit",
        "PricingQuantity",
        "ListUnitPrice",
        "BillingCurrency",
        "ProviderName",
        "ResourceId",
    )

    def check(self, header: list[str], file: str) -> None:
        """Refuse a header in which a column is missing."""
        _missing(self.NEEDED, header, file, "a FOCUS export")

    def put(self, rows: Rows, row: int, record: Record) -> None:
        """Take a row, or count it as left out."""
        try:
            self._put(rows, row, record)
        except RackmathError as problem:
            text = str(problem)
            raise RackmathError(text if text.startswith(rows.file) else f"{rows.file}: row {row}: {text}") from None

    def _put(self, rows: Rows, row: int, record: Record) -> None:
        category = _value(record, "ChargeCategory")
        if category != "Usage":
            self.left_out[f"ChargeCategory is {category[:20] or 'empty'}"] += 1
            return
        if _value(record, "CommitmentDiscountStatus") == "Unused":
            self.left_out["CommitmentDiscountStatus is Unused"] += 1
            return
        details = _details(_value(record, "SkuPriceDetails"))
        described = _DESCRIBED.search(_value(record, "ChargeDescription"))
        box = _BOX.search(_value(record, "SkuMeter", "x_UsageType"))
        kind = details.get("InstanceType") or (box and box["type"]) or (described and described["type"]) or ""
        unit = details.get("x_Unit", "instance_hour")
        if not kind and "x_Unit" not in details:
            self.left_out["not an hour of a compute instance"] += 1
            return
        if unit == "instance_hour" and not _value(record, "PricingUnit").lower().startswith(("hour", "hrs")):
            self.left_out["PricingUnit is not Hours"] += 1
            return
        start, end = (_focus_stamp(_value(record, f"ChargePeriod{side}")) for side in ("Start", "End"))
        if (read_stamp(end) - read_stamp(start)).total_seconds() != SECONDS:
            raise RackmathError(
                f"columns 'ChargePeriodStart' and 'ChargePeriodEnd' are not one hour apart ({start} to {end}); "
                "export the bill by the hour"
            )
        system = details.get("OperatingSystem") or (described and described["os"]) or "linux"
        provider = _value(record, "ProviderName").lower()
        texts = {
            "provider": _PROVIDERS.get(provider, provider),
            "service": details.get("x_Service", "ec2"),
            "account": _value(record, "SubAccountId"),
            "region": _value(record, "RegionId"),
            "az": _value(record, "AvailabilityZone"),
            "instance_type": kind,
            "family": details.get("InstanceSeries", ""),
            "size": details.get("x_Size", ""),
            "os": _SYSTEMS.get(system.lower(), system.lower()),
            "tenancy": details.get("x_Tenancy") or (_TENANCY[box["kind"]] if box else ""),
            "unit": unit,
            "currency": _value(record, "BillingCurrency"),
            "resource": _value(record, "ResourceId"),
            "part": "/".join((_value(record, "PricingCategory"), _value(record, "CommitmentDiscountId"))),
        }
        price = number(_value(record, "ListUnitPrice"), "ListUnitPrice")
        paid = _value(record, "x_OnDemandContractedUnitPrice")
        contracted = number(paid, "x_OnDemandContractedUnitPrice") if paid else price
        quantity = number(_value(record, "PricingQuantity"), "PricingQuantity")
        rows.put(row, Key(texts_of(texts), price, contracted), start, quantity)


def _focus_stamp(text: str) -> str:
    """Return a FOCUS stamp, which is in UTC by the specification, with its offset."""
    moment = read_stamp(text)
    return text if moment.tzinfo else f"{text}+00:00"


def _details(text: str) -> dict[str, str]:
    try:
        found: Any = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        raise RackmathError(f"column 'SkuPriceDetails' holds {text[:40]!r}, which is not JSON") from None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _plain(name: str) -> str:
    """Return a report's column name in its newer form: ``lineItem/UsageAmount`` is ``line_item_usage_amount``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("/", "_")).replace("__", "_").lower()


class CostAndUsageReport(_LeavesOut):
    """An AWS cost and usage report with resources, by the hour; its columns in the older or the newer form."""

    NEEDED = (
        "line_item_line_item_type",
        "line_item_usage_start_date",
        "line_item_usage_account_id",
        "line_item_usage_amount",
        "line_item_usage_type",
        "line_item_resource_id",
        "line_item_currency_code",
        "pricing_public_on_demand_rate",
    )
    COUNTED = frozenset({"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"})

    def check(self, header: list[str], file: str) -> None:
        """Refuse a header in which a column is missing."""
        _missing(self.NEEDED, [_plain(name) for name in header], file, "a cost and usage report")

    def put(self, rows: Rows, row: int, record: Record) -> None:
        """Take a row, or count it as left out."""
        try:
            self._put(rows, row, {_plain(name): text for name, text in record.items()})
        except RackmathError as problem:
            text = str(problem)
            raise RackmathError(text if text.startswith(rows.file) else f"{rows.file}: row {row}: {text}") from None

    def _put(self, rows: Rows, row: int, record: Record) -> None:
        kind = _value(record, "line_item_line_item_type")
        if kind not in self.COUNTED:
            self.left_out[f"line item type is {kind[:30] or 'empty'}"] += 1
            return
        box = _BOX.search(_value(record, "line_item_usage_type"))
        if not box:
            self.left_out["not an hour of a compute instance"] += 1
            return
        start, end = _value(record, "line_item_usage_start_date"), _value(record, "line_item_usage_end_date")
        if end and (read_stamp(end) - read_stamp(start)).total_seconds() != SECONDS:
            raise RackmathError(f"column 'line_item_usage_end_date' is not one hour after the start ({start} to {end})")
        zone = _value(record, "line_item_availability_zone")
        system = (_value(record, "product_operating_system") or "linux").lower()
        tenancy = _value(record, "product_tenancy").lower()
        texts = {
            "account": _value(record, "line_item_usage_account_id"),
            "region": _value(record, "product_region_code", "product_region") or zone.rstrip("abcdefgh"),
            "az": zone,
            "instance_type": box["type"],
            "os": _SYSTEMS.get(system, system),
            "tenancy": {"shared": "default", "": _TENANCY[box["kind"]]}.get(tenancy, tenancy),
            "currency": _value(record, "line_item_currency_code"),
            "resource": _value(record, "line_item_resource_id"),
            "part": "/".join(
                (kind, _value(record, "savings_plan_savings_plan_a_r_n", "savings_plan_savings_plan_arn"))
            ),
        }
        price = number(_value(record, "pricing_public_on_demand_rate"), "pricing/publicOnDemandRate")
        quantity = number(_value(record, "line_item_usage_amount"), "lineItem/UsageAmount")
        rows.put(row, Key(texts_of(texts), price, price), _focus_stamp(start), quantity)
