"""The serving simulator: requests one by one through schedulers, memory and networks; docs/simulator.md explains it."""

from rackmath.models.serving.simulator.cost import Cost, cost_of
from rackmath.models.serving.simulator.engine import Engine, Pool, engine_of
from rackmath.models.serving.simulator.outcome import Limits, Outcome, Spread
from rackmath.models.serving.simulator.simulate import simulate
from rackmath.models.serving.simulator.workload import (
    Closed,
    Empirical,
    Fixed,
    Gamma,
    LogNormal,
    Poisson,
    Trace,
    Uniform,
    Workload,
)

__all__ = [
    "Closed",
    "Cost",
    "Empirical",
    "Engine",
    "Fixed",
    "Gamma",
    "Limits",
    "LogNormal",
    "Outcome",
    "Poisson",
    "Pool",
    "Spread",
    "Trace",
    "Uniform",
    "Workload",
    "cost_of",
    "engine_of",
    "simulate",
]
