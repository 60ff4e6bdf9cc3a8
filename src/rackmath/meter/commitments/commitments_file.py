"""The file of commitments: what was bought, as YAML.

.. code-block:: yaml

    currency: USD
    commitments:
      - id: ri-web
        kind: zonal-ri              # see `Kind`
        account: "111"
        instance_type: m5.xlarge    # what it is narrowed to; also family, size, os, tenancy, region, az, service, unit
        region: us-east-1
        az: us-east-1a
        count: 2                    # instances, or units of a resource
        start: 2026-01-01           # midnight UTC, or a full hour with its offset
        term: 1y                    # or `end:`
        payment: partial            # all | partial | none
        upfront: 400                # of all of them together
        hourly: 0.05                # of all of them together
      - id: sp
        kind: compute-sp
        account: "111"
        commitment: 12.5            # money an hour at committed prices
        start: 2026-01-01
        term: 3y
        payment: none
        rates:                      # the first that fits counts
          - {instance_type: r5.4xlarge, rate: 0.70}
          - {service: fargate, discount: 25%}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rackmath.errors import Problems, RackmathError, suggest
from rackmath.meter.commitments.clock import months_later, read_hour, term_months
from rackmath.meter.commitments.commitment import MATCHED, PROVIDER, SPEND, Commitment, Kind, Rate
from rackmath.meter.commitments.sku import split_type
from rackmath.vault import YamlProblem, parse_yaml

MAX_BYTES = 4 * 1024 * 1024
MAX_COMMITMENTS = 5000
UPFRONT_SHARE = {"all": 1.0, "partial": 0.5, "none": 0.0}
"""How much of a plan's total is paid at its start. Source:
https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-overview.html"""
KEYS = (
    "id",
    "kind",
    "account",
    *MATCHED,
    "count",
    "commitment",
    "start",
    "end",
    "term",
    "payment",
    "upfront",
    "hourly",
    "rates",
    "size_ratios",
    "flexible",
    "shared",
    "billing",
)
NARROWED = {
    Kind.ZONAL_RI: ("instance_type", "region", "az"),
    Kind.REGIONAL_RI: ("instance_type", "region"),
    Kind.AZURE_RESERVATION: ("instance_type", "region"),
    Kind.GCP_RESOURCE_CUD: ("region", "family", "unit"),
    Kind.EC2_INSTANCE_SP: ("family", "region"),
}
"""What a kind must say."""


def read_mapping(path: Path) -> dict[str, Any]:
    """Return a YAML file's mapping, within limits.

    Raises
    ------
    RackmathError
        The file is too large, is not UTF-8, or is no YAML mapping.
    """
    if path.stat().st_size > MAX_BYTES:
        raise RackmathError(f"{path}: larger than {MAX_BYTES // 1024 // 1024} MB")
    try:
        data = parse_yaml(path.read_text(encoding="utf-8")).data
    except UnicodeDecodeError:
        raise RackmathError(f"{path}: not UTF-8 text") from None
    except YamlProblem as problem:
        raise RackmathError(f"{path}: {problem.message}") from None
    if not isinstance(data, dict):
        raise RackmathError(f"{path}: expected a mapping with keys and values")
    return data


def check_keys(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Refuse a key that nobody reads: it is a slip, and its value would be lost without a word."""
    for key in given:
        if key not in known:
            raise RackmathError(f"{where}: unknown key {str(key)[:40]!r}{suggest(str(key), known)}")


def amount(given: Any, where: str) -> float:
    """Return a finite number that is not negative; ``25%`` is 0.25."""
    try:
        text = str(given).strip()
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = math.nan
    if isinstance(given, bool) or not math.isfinite(value) or value < 0:
        raise RackmathError(f"{where}: {str(given)[:40]!r} is not a number of zero or more")
    return value


def read_commitments(path: Path) -> tuple[list[Commitment], str]:
    """Return the commitments of a file, and their currency.

    Raises
    ------
    Problems
        Whatever is wrong in it, a line for each commitment.
    """
    data = read_mapping(path)
    check_keys(data, ("currency", "sharing", "commitments"), str(path))
    listed = data.get("commitments")
    if not isinstance(listed, list) or len(listed) > MAX_COMMITMENTS:
        raise RackmathError(f"{path}: `commitments` must be a list of at most {MAX_COMMITMENTS}")
    sharing = _flag(data.get("sharing", True), f"{path}: sharing")
    found: list[Commitment] = []
    problems = []
    for place, each in enumerate(listed, 1):
        where = f"{path}: commitment {place}"
        try:
            if not isinstance(each, dict):
                raise RackmathError(f"{where}: expected keys and values")
            found.append(read_commitment(each, f"{where} ({str(each.get('id', 'no id'))[:40]})", sharing))
        except RackmathError as problem:
            problems.append(str(problem))
    if problems:
        raise Problems(problems)
    return found, str(data.get("currency", "USD"))


def read_commitment(given: Mapping[str, Any], where: str, sharing: bool = True) -> Commitment:
    """Return one commitment from its keys; see the top of this file."""
    check_keys(given, KEYS, where)
    for key in ("id", "kind", "account", "start"):
        if given.get(key) in (None, ""):
            raise RackmathError(f"{where}: `{key}` is missing")
    try:
        kind = Kind(str(given["kind"]))
    except ValueError:
        raise RackmathError(
            f"{where}: unknown kind {str(given['kind'])[:40]!r}{suggest(str(given['kind']), map(str, Kind))}"
        ) from None
    match = read_match(given, where)
    for key in NARROWED.get(kind, ()):
        if key not in match:
            raise RackmathError(f"{where}: a {kind} must say its `{key}`")
    if kind not in SPEND and kind is not Kind.GCP_RESOURCE_CUD:
        match = {"service": "ec2", "os": "linux", "tenancy": "default", **match}
        if PROVIDER[kind] != "aws":
            match.pop("service")
    try:
        start = read_hour(str(given["start"]))
        end = _end(given, start)
    except RackmathError as problem:
        raise RackmathError(f"{where}: {problem}") from None
    size = _size(given, kind, where)
    payment, upfront, hourly = _price(given, kind, size, end - start, where)
    ratios = given.get("size_ratios")
    if ratios is not None and not (isinstance(ratios, dict) and ratios):
        raise RackmathError(f"{where}: size_ratios must name sizes, each with its number")
    billing = str(given.get("billing", "hourly"))
    if billing not in {"hourly", "monthly"}:
        raise RackmathError(f"{where}: billing {billing[:20]!r} is neither hourly nor monthly")
    return Commitment(
        id=str(given["id"]),
        kind=kind,
        account=str(given["account"]),
        start=start,
        end=end,
        capacity=size,
        upfront=upfront,
        hourly=hourly,
        match=match,
        rates=_rates(given.get("rates"), kind, where),
        size_ratios={str(key): _positive(value, f"{where}: {key}") for key, value in ratios.items()}
        if ratios
        else None,
        size_flexible=None if "flexible" not in given else _flag(given["flexible"], f"{where}: flexible"),
        shared=_flag(given.get("shared", sharing), f"{where}: shared"),
        billing=billing,
        payment=payment,
    )


def read_match(given: Mapping[str, Any], where: str) -> dict[str, str]:
    """Return what a commitment or rate is narrowed to; a type also says its family and size."""
    match = {key: str(given[key]) for key in MATCHED if given.get(key) not in (None, "")}
    if "instance_type" in match:
        family, size = split_type(match["instance_type"])
        for key, value in (("family", family), ("size", size)):
            if value and match.setdefault(key, value) != value:
                raise RackmathError(f"{where}: {key} {match[key]!r} is not that of {match['instance_type']}")
    return match


def _end(given: Mapping[str, Any], start: int) -> int:
    if (given.get("end") is None) == (given.get("term") is None):
        raise RackmathError("give either `end` or `term`")
    if given.get("end") is not None:
        return read_hour(str(given["end"]))
    return months_later(start, term_months(str(given["term"])))


def _size(given: Mapping[str, Any], kind: Kind, where: str) -> float:
    key, other = ("commitment", "count") if kind in SPEND else ("count", "commitment")
    if given.get(key) is None or given.get(other) is not None:
        raise RackmathError(f"{where}: a {kind} says its size as `{key}`")
    return _positive(given[key], f"{where}: {key}")


def _positive(given: Any, where: str) -> float:
    value = amount(given, where)
    if value == 0:
        raise RackmathError(f"{where}: must be above zero")
    return value


def _price(given: Mapping[str, Any], kind: Kind, size: float, hours: int, where: str) -> tuple[str, float, float]:
    """Return the payment option, what is paid at the start, and what is paid each hour.

    A plan's price is its size, so only the payment option has to be said; a reservation's upfront and hourly price do.
    """
    payment = str(given.get("payment", "none"))
    if payment not in UPFRONT_SHARE:
        raise RackmathError(f"{where}: payment {payment[:20]!r} is not all, partial or none")
    priced = [key for key in ("upfront", "hourly") if given.get(key) is not None]
    if kind is Kind.PREPAID_SPEND:
        upfront = amount(given["upfront"], f"{where}: upfront") if "upfront" in priced else size
        return "all", upfront, 0.0
    if kind in SPEND and not priced:
        share = UPFRONT_SHARE[payment]
        return payment, share * size * max(hours, 0), (1 - share) * size
    if not priced:
        raise RackmathError(f"{where}: give its price as `upfront`, `hourly` or both")
    upfront, hourly = (amount(given.get(key) or 0, f"{where}: {key}") for key in ("upfront", "hourly"))
    says = "none" if upfront == 0 else "all" if hourly == 0 else "partial"
    if "payment" in given and payment != says:
        raise RackmathError(f"{where}: payment is {payment}, but upfront {upfront:g} and hourly {hourly:g} are {says}")
    return says, upfront, hourly


def _rates(given: Any, kind: Kind, where: str) -> tuple[Rate, ...]:
    if kind is Kind.PREPAID_SPEND and given is None:
        return (Rate({}, discount=0.0),)
    if kind not in SPEND:
        if given is not None:
            raise RackmathError(f"{where}: a {kind} has a price, not rates")
        return ()
    return read_rates(given, where)


def read_rates(given: Any, where: str) -> tuple[Rate, ...]:
    """Return a list of committed prices."""
    if not isinstance(given, list) or not given:
        raise RackmathError(f"{where}: `rates` must list committed prices: {{instance_type: m5.xlarge, rate: 0.12}}")
    found = []
    for place, each in enumerate(given, 1):
        here = f"{where}: rate {place}"
        if not isinstance(each, dict):
            raise RackmathError(f"{here}: expected keys and values")
        check_keys(each, (*MATCHED, "rate", "discount"), here)
        if (each.get("rate") is None) == (each.get("discount") is None):
            raise RackmathError(f"{here}: give either `rate` or `discount`")
        match = read_match(each, here)
        if each.get("rate") is not None:
            found.append(Rate(match, rate=_positive(each["rate"], f"{here}: rate")))
            continue
        discount = amount(each["discount"], f"{here}: discount")
        if discount >= 1:
            raise RackmathError(f"{here}: discount {each['discount']!s} must be below 1 (or 100%)")
        found.append(Rate(match, discount=discount))
    return tuple(found)


def _flag(given: Any, where: str) -> bool:
    if not isinstance(given, bool):
        raise RackmathError(f"{where}: {str(given)[:20]!r} is neither true nor false")
    return given
