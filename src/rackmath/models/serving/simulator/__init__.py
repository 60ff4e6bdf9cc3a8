"""The serving simulator: requests one by one through schedulers, memory and networks; docs/simulator.md explains it."""

from rackmath.models.serving.simulator.cost import Cost, cost_of
from rackmath.models.serving.simulator.engine import Engine, Pool, engine_of
from rackmath.models.serving.simulator.outcome import Limits, Outcome, Spread
from rackmath.models.serving.simulator.simulate import simulate
from rackmath.models.serving.simulator.sweep import Point, Sweep, sweep
from rackmath.models.serving.simulator.traces import read_trace, servegen_trace, trace_of
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
    "Point",
    "Poisson",
    "Pool",
    "Spread",
    "Sweep",
    "Trace",
    "Uniform",
    "Workload",
    "cost_of",
    "engine_of",
    "read_trace",
    "servegen_trace",
    "simulate",
    "sweep",
    "trace_of",
]
