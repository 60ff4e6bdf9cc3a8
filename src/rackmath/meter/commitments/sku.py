"""What is used and priced alike: one SKU of one account, and how its sizes compare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rackmath.errors import RackmathError

INSTANCE_HOUR = "instance_hour"

NAMED_SIZES = {"nano": 0.25, "micro": 0.5, "small": 1.0, "medium": 2.0, "large": 4.0, "xlarge": 8.0}
"""Normalisation factors; ``Nxlarge`` is 8·N. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/apply_ri.html"""

NOT_FLEXIBLE = frozenset({"g4ad", "g4dn", "g5", "g5g", "inf1"})
"""Families whose regional reservations fit one size only, from the page above. Later families join the list, so a
reservation may say ``flexible`` itself."""

_SIZE = re.compile(r"([0-9]+)xlarge")


def normalisation_factor(size: str) -> float | None:
    """Return a size's normalisation factor (``large`` is 4), or None where the size has none (``metal``).

    >>> normalisation_factor("large"), normalisation_factor("9xlarge"), normalisation_factor("metal")
    (4.0, 72.0, None)
    """
    if size in NAMED_SIZES:
        return NAMED_SIZES[size]
    match = _SIZE.fullmatch(size)
    return 8.0 * int(match.group(1)) if match and 0 < int(match.group(1)) < 1000 else None


@dataclass(frozen=True, order=True, slots=True)
class Sku:
    """One kind of usage by one account, at one price.

    `unit` is what is counted: ``instance_hour``, or ``vcpu_hour``, ``gb_hour``, ``requests`` and so on for what is not
    sold by the instance. `on_demand_rate` is the public price and `contracted_rate` what is really paid on demand, both
    in the table's currency for one unit.
    """

    provider: str
    service: str
    account: str
    region: str
    az: str
    instance_type: str
    family: str
    size: str
    os: str
    tenancy: str
    unit: str
    on_demand_rate: float
    contracted_rate: float
    resource: str = ""

    @property
    def name(self) -> str:
        """What a person calls it."""
        parts = [
            self.resource,
            self.instance_type or self.family or self.service,
            "" if self.os in {"", "linux"} else self.os,
        ]
        parts += ["" if self.tenancy == "default" else self.tenancy, self.az or self.region]
        parts += ["" if self.unit == INSTANCE_HOUR else self.unit]
        return " ".join(part for part in parts if part)


def split_type(instance_type: str) -> tuple[str, str]:
    """Return family and size: ``m5.xlarge`` is ``m5`` and ``xlarge``; both are empty where the name has no dot."""
    family, _, size = instance_type.rpartition(".")
    return (family, size) if family else ("", "")


def factor_of(instance_type: str, size: str, ratios: Mapping[str, float] | None) -> float:
    """Return how many units of a size-flexible reservation an hour of this type draws.

    Parameters
    ----------
    ratios
        The reservation's own table by whole type or by size; where it is None, the normalisation factors above.

    Raises
    ------
    RackmathError
        The size stands in no table.
    """
    found = ratios.get(instance_type, ratios.get(size)) if ratios else normalisation_factor(size)
    if found is None:
        raise RackmathError(
            f"{instance_type}: size {size!r} has no normalisation factor; give the reservation `size_ratios`"
        )
    return found
