"""The brain seen as numbers: figures, quantities and sources read from vaults."""

from rackmath.evidence.conflicts import Comparison, Conflict, compare
from rackmath.evidence.evidence import STARTER, Evidence
from rackmath.evidence.figure import Claimant, Figure, Quantity, Source, Subject
from rackmath.evidence.freshness import Freshness
from rackmath.evidence.load import FigureReader
from rackmath.evidence.period import Period, read_period
from rackmath.evidence.resolve import Reference, UnknownFigure, read_reference
from rackmath.evidence.written import Reading

__all__ = [
    "STARTER",
    "Claimant",
    "Comparison",
    "Conflict",
    "Evidence",
    "Figure",
    "FigureReader",
    "Freshness",
    "Period",
    "Quantity",
    "Reading",
    "Reference",
    "Source",
    "Subject",
    "UnknownFigure",
    "compare",
    "read_period",
    "read_reference",
]
