"""`rackmath serving`: how fast a model runs on given hardware, from its shape, a data sheet and fitted constants."""

from __future__ import annotations

import click

from rackmath.cli.serving.compare import compare
from rackmath.cli.serving.explain import explain
from rackmath.cli.serving.frontier import frontier
from rackmath.cli.serving.knee import knee
from rackmath.cli.serving.mlperf import mlperf
from rackmath.cli.serving.plan import plan
from rackmath.cli.serving.predict import predict
from rackmath.cli.serving.requests import requests
from rackmath.cli.serving.results import results
from rackmath.cli.serving.scenario import loadgen, scenario
from rackmath.cli.serving.simulate import simulate
from rackmath.cli.serving.sweep import sweep
from rackmath.cli.serving.validate import validate


@click.group()
def serving() -> None:
    """Predict the latency and throughput of language models, with 80 % intervals and their reasons."""


for command in (
    predict,
    explain,
    frontier,
    plan,
    mlperf,
    simulate,
    sweep,
    validate,
    requests,
    compare,
    knee,
    results,
    scenario,
    loadgen,
):
    serving.add_command(command)
