"""Commitments replayed over usage: who covered what in each hour, what it cost, and how much to commit to."""

from rackmath.meter.commitments.commitment import Commitment, Kind, Rate
from rackmath.meter.commitments.commitments_file import read_commitments
from rackmath.meter.commitments.read import read_usage
from rackmath.meter.commitments.replay import Replay, replay
from rackmath.meter.commitments.sku import Sku
from rackmath.meter.commitments.summary import Summary, summarise
from rackmath.meter.commitments.usage import Usage, usage_of

__all__ = [
    "Commitment",
    "Kind",
    "Rate",
    "Replay",
    "Sku",
    "Summary",
    "Usage",
    "read_commitments",
    "read_usage",
    "replay",
    "summarise",
    "usage_of",
]
