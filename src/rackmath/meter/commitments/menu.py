"""The file of what can be bought: terms, payment options and committed prices, as YAML.

.. code-block:: yaml

    currency: USD
    cost_of_capital: 8%        # a year; what paying early costs (default 0)
    price_fall: 10%            # a year; how fast on-demand prices fall (default 0)
    demand_growth: 0%          # a year, may be negative (default 0)
    tranches: 4                # in how many steps a purchase is laid out over its term (default 1)
    narrow:                    # one is bought for each family and region
      - {id: family-1y, kind: ec2-instance-sp, term: 1y, payment: none, discount: 37%}
    broad:                     # one is bought for everything that is left
      - {id: compute-3y, kind: compute-sp, term: 3y, payment: all, rates: [{family: p5, rate: 20}, {discount: 27%}]}
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError, suggest
from rackmath.meter.commitments.clock import term_months
from rackmath.meter.commitments.commitment import Commitment, Kind, Rate
from rackmath.meter.commitments.commitments_file import UPFRONT_SHARE, amount, check_keys, read_mapping, read_rates

NARROW = (Kind.EC2_INSTANCE_SP,)
BROAD = (Kind.COMPUTE_SP, Kind.AZURE_SAVINGS_PLAN, Kind.GCP_FLEXIBLE_CUD)
MAX_OPTIONS = 24


@dataclass(frozen=True)
class Option:
    """One line of a menu. `load` is what a committed dollar costs, paid as it is paid, against one paid by the hour."""

    id: str
    kind: Kind
    months: int
    payment: str
    rates: tuple[Rate, ...]
    load: float = 1.0

    def commitment(
        self, ident: str, account: str, start: int, end: int, hourly: float, match: dict[str, str]
    ) -> Commitment:
        """Return a purchase of this option."""
        share = UPFRONT_SHARE[self.payment]
        return Commitment(
            id=ident,
            kind=self.kind,
            account=account,
            start=start,
            end=end,
            capacity=hourly,
            upfront=share * hourly * (end - start),
            hourly=(1 - share) * hourly,
            match=match,
            rates=self.rates,
            payment=self.payment,
        )


@dataclass(frozen=True)
class Menu:
    """What can be bought, and what is expected of the years to come."""

    narrow: tuple[Option, ...]
    broad: tuple[Option, ...]
    cost_of_capital: float = 0.0
    price_fall: float = 0.0
    demand_growth: float = 0.0
    tranches: int = 1
    currency: str = "USD"


def capital_load(payment: str, months: int, cost_of_capital: float) -> float:
    """Return what a dollar a committed hour costs by payment option, in dollars paid hour by hour.

    Money paid at the start is worth the annuity that it buys over the term T: with continuous interest r, a share s
    paid upfront costs s·T·r / (1 - exp(-r·T)).

    >>> capital_load("all", 12, 0.0), round(capital_load("all", 36, 0.08), 4)
    (1.0, 1.1249)
    """
    share, years = UPFRONT_SHARE[payment], months / 12
    growth = cost_of_capital * years
    return 1 - share + share * (growth / -math.expm1(-growth) if growth > 0 else 1.0)


def read_menu(path: Path) -> Menu:
    """Return the menu of a file.

    Raises
    ------
    RackmathError
        What is wrong, and where.
    """
    data = read_mapping(path)
    numbers = ("cost_of_capital", "price_fall", "demand_growth")
    check_keys(data, ("currency", *numbers, "tranches", "narrow", "broad"), str(path))
    where = str(path)
    capital, fall = (amount(data.get(name, 0), f"{where}: {name}") for name in numbers[:2])
    growth = _signed(data.get("demand_growth", 0), f"{where}: demand_growth")
    if fall >= 1 or growth <= -1 or growth > 10 or capital > 10:
        raise RackmathError(f"{where}: price_fall must be below 100%, demand_growth above -100%, and both credible")
    tranches = data.get("tranches", 1)
    if not isinstance(tranches, int) or isinstance(tranches, bool) or not 1 <= tranches <= 36:
        raise RackmathError(f"{where}: tranches must be a whole number from 1 to 36")
    lists = [
        _options(data.get(name), f"{where}: {name}", kinds) for name, kinds in (("narrow", NARROW), ("broad", BROAD))
    ]
    if not any(lists):
        raise RackmathError(f"{where}: nothing to buy; list options under `narrow`, `broad` or both")
    narrow, broad = (
        tuple(replace(each, load=capital_load(each.payment, each.months, capital)) for each in options)
        for options in lists
    )
    return Menu(narrow, broad, capital, fall, growth, tranches, str(data.get("currency", "USD")))


def _signed(given: Any, where: str) -> float:
    text = str(given).strip()
    return -amount(text[1:], where) if text.startswith("-") else amount(given, where)


def _options(given: Any, where: str, kinds: tuple[Kind, ...]) -> list[Option]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MAX_OPTIONS:
        raise RackmathError(f"{where}: expected a list of at most {MAX_OPTIONS} options")
    found: list[Option] = []
    for place, each in enumerate(given, 1):
        here = f"{where}: option {place}"
        if not isinstance(each, dict):
            raise RackmathError(f"{here}: expected keys and values")
        check_keys(each, ("id", "kind", "term", "payment", "discount", "rates"), here)
        kind = str(each.get("kind"))
        if kind not in kinds:
            raise RackmathError(
                f"{here}: kind {kind[:30]!r} is none of {', '.join(kinds)}{suggest(kind, map(str, kinds))}"
            )
        payment = str(each.get("payment", "none"))
        if payment not in UPFRONT_SHARE:
            raise RackmathError(f"{here}: payment {payment[:20]!r} is not all, partial or none")
        rates = each.get("rates")
        if (rates is None) == (each.get("discount") is None):
            raise RackmathError(f"{here}: give either `discount` or `rates`")
        listed = read_rates(rates if rates is not None else [{"discount": each["discount"]}], here)
        months = term_months(str(each.get("term", "")))
        ident = str(each.get("id") or f"{kind}-{months // 12}y-{payment}")
        if ident in {other.id for other in found}:
            raise RackmathError(f"{here}: id {ident[:40]!r} is there twice")
        found.append(Option(ident, Kind(kind), months, payment, listed))
    return found
