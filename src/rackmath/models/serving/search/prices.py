"""What a chip costs by the hour, as it is handed to a search: models look nothing up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rackmath.errors import RackmathError
from rackmath.uncertainty import Distribution, Point

MOST = 1e4  # USD an hour


@dataclass(frozen=True)
class Price:
    """USD for one device for one hour: the median with the 10th and 90th percentile, and where it comes from."""

    median: float
    low: float
    high: float
    said: str = "given"
    source: str = ""
    as_of: str = ""

    def __post_init__(self) -> None:
        for value in (self.low, self.median, self.high):
            if not (math.isfinite(value) and 0 < value <= MOST):
                raise RackmathError(f"a price of {value:g} USD an hour; a number above 0 and up to {MOST:g} is wanted")
        if not self.low <= self.median <= self.high:
            raise RackmathError(f"a price from {self.low:g} to {self.high:g} with {self.median:g} in its middle")

    @classmethod
    def of(cls, value: float | Distribution, said: str = "given", source: str = "", as_of: str = "") -> Price:
        """Return the price that a number or a distribution in USD an hour says."""
        held = value if isinstance(value, Distribution) else Point(float(value))
        held = held.within(0.0, MOST)
        low, median, high = held.ppf(np.array([0.1, 0.5, 0.9])).tolist()
        return cls(median, low, high, said, source, as_of)
