"""Uncertain values: distributions from what people write, and named streams of draws."""

from rackmath.uncertainty.distributions import (
    Distribution,
    Interval,
    Pert,
    Point,
    Samples,
    Uniform,
)
from rackmath.uncertainty.notation import Stated, parse_stated
from rackmath.uncertainty.streams import stream

__all__ = [
    "Distribution",
    "Interval",
    "Pert",
    "Point",
    "Samples",
    "Stated",
    "Uniform",
    "parse_stated",
    "stream",
]
