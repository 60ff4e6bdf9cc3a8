"""What accelerators cost by the hour, from the figures of a site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rackmath.errors import RackmathError
from rackmath.units import convert
from rackmath.web.bench.evidence import site_evidence

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.models.serving.search import Price

UNIT = "USD/GPU_hour"


def rental_prices(site: Site, chips: Sequence[str], as_of: date | None) -> dict[str, Price]:
    """Return the rental price of each chip that has a figure, in USD an hour."""
    from rackmath.models.serving.search import Price  # noqa: PLC0415

    found: dict[str, Price] = {}
    for chip in chips:
        try:
            figure = site_evidence(site).get(f"{chip.replace('_', '-')}/rental-price", as_of)
        except RackmathError:
            continue  # no figure: the chip has speeds and no costs
        factor = convert(1.0, figure.unit, UNIT)
        found[chip] = Price.of(
            figure.value.distribution.scaled(factor), figure.reference, figure.source, str(figure.as_of)
        )
    return found
