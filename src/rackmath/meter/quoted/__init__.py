"""Quoted benchmark numbers: what each must declare, and when two of them may be compared."""

from rackmath.meter.quoted.compare import Comparison, compare
from rackmath.meter.quoted.quote import Quote, read_quote

__all__ = ["Comparison", "Quote", "compare", "read_quote"]
