"""What a chip costs by the hour, as it is handed to a search: models look nothing up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rackmath.errors import RackmathError
from rackmath.uncertainty import Distribution, Point
from rackmath.units import convert

if TYPE_CHECKING:
    from rackmath.evidence import Evidence

MOST = 1e4  # USD an hour
UNIT = "USD/GPU_hour"
SUBJECTS = {"a100_sxm": "a100-80gb"}
"""Accelerators whose subject in a brain has another name than their own with hyphens."""


@dataclass(frozen=True)
class Price:
    """USD for one device for one hour: the median with the 10th and 90th percentile, and where it comes from."""

    median: float
    low: float
    high: float
    said: str = "given"
    source: str = ""
    as_of: str = ""
    figure: str = ""
    """The id of the figure that says it."""

    def __post_init__(self) -> None:
        for value in (self.low, self.median, self.high):
            if not (math.isfinite(value) and 0 < value <= MOST):
                raise RackmathError(f"a price of {value:g} USD an hour; a number above 0 and up to {MOST:g} is wanted")
        if not self.low <= self.median <= self.high:
            raise RackmathError(f"a price from {self.low:g} to {self.high:g} with {self.median:g} in its middle")

    @classmethod
    def of(cls, value: float | Distribution, **where: str) -> Price:
        """Return the price that a number or a distribution in USD an hour says; `where` it comes from is kept."""
        held = value if isinstance(value, Distribution) else Point(float(value))
        held = held.within(0.0, MOST)
        low, median, high = held.ppf(np.array([0.1, 0.5, 0.9])).tolist()
        return cls(median, low, high, **where)


def rental_prices(
    evidence: Evidence, chips: Iterable[str], term: str = "on-demand", as_of: date | None = None
) -> dict[str, Price]:
    """Return the rental price of each accelerator that a figure of a brain gives for a term; others are left out."""
    found = {}
    for chip in chips:
        subject = SUBJECTS.get(chip, chip.replace("_", "-"))
        candidates = evidence.candidates(f"{subject}/rental-price?term={term}", as_of)
        if not candidates:
            continue
        figure = candidates[0]
        source = evidence.sources.get(figure.source)
        found[chip] = Price.of(
            figure.value.distribution.scaled(convert(1.0, figure.unit, UNIT)),
            said=figure.reference,
            source=source.url if source else figure.source,
            as_of=str(figure.as_of),
            figure=figure.id,
        )
    return found
