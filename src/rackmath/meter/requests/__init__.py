"""Request logs of load generators and servers: read, checked, and measured."""

from rackmath.meter.requests.log import Log
from rackmath.meter.requests.read import read_log

__all__ = ["Log", "read_log"]
