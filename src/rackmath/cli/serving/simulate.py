"""`rackmath serving simulate`: requests one by one through an engine."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import Number, as_json, print_json, table
from rackmath.cli.serving.load import engine, in_plain_python, limits, load, milliseconds, workload
from rackmath.cli.serving.point import ABOVE, point

if TYPE_CHECKING:
    from rackmath.models.serving.simulator import Outcome

UNITS = {"times": "s", "rates": "request/s", "input_tokens_per_s": "token/s", "output_tokens_per_s": "token/s"}
TIMES = (("time to first token", "ttft"), ("time per output token", "tpot"), ("gap between tokens", "itl"))


def told(done: int, count: int) -> None:
    """Say on a terminal how far a run is."""
    if sys.stderr.isatty():
        click.echo(f"\r{done:,} of {count:,} requests have ended", err=True, nl=done >= count)


def record(made: Outcome) -> dict[str, Any]:
    """Return an outcome as plain data: seconds, tokens, requests; without the records of single requests."""
    plain = {each.name: getattr(made, each.name) for each in dataclasses.fields(made)}
    del plain["records"]
    series = plain.pop("series")
    for name in ("ttft", "tpot", "itl", "e2e"):
        plain[name] = None if plain[name] is None else dataclasses.asdict(plain[name])
    plain["series"] = {
        each.name: [float(f"{value:.6g}") for value in getattr(series, each.name)]
        for each in dataclasses.fields(series)
    }
    return plain


@click.command()
@point
@load
@click.option(
    "--trace", type=click.Path(path_type=Path), help="Requests of a file: Azure, Mooncake, ServeGen or plain."
)
@click.option("--scale", type=ABOVE, default=1.0, show_default=True, help="Times the trace's load.")
@click.option("--client-lengths", type=click.Path(path_type=Path), help="ServeGen's lengths; --trace has its windows.")
@click.option("--client-model", default="m-small", show_default=True, help="ServeGen's model.")
@click.option("--start", type=Number(0, 1e9), default=0.0, show_default=True, help="Seconds into ServeGen's windows.")
@click.option("--seconds", type=ABOVE, default=3600.0, show_default=True, help="Seconds of ServeGen's windows.")
@as_json
def simulate(to_json: bool, **given: Any) -> None:
    """Send requests through an engine, one by one, and say what they see.

    Arrivals are --rate a second, or --concurrency in flight, or those of a --trace. A load above capacity is reported
    as unstable, with the capacity and how fast the queue grows.
    """
    from rackmath.models.serving.simulator import simulate as run

    made = run(
        engine(given),
        workload(given),
        seed=given["seed"],
        limits=limits(given),
        plain=in_plain_python(),
        progress=told,
    )
    if to_json:
        print_json({"unit": "s", "units": UNITS, **record(made)})
        return
    rows = [[words, *milliseconds(getattr(made, name))] for words, name in TIMES]
    rows.append(["whole request", *milliseconds(made.e2e)])
    click.echo(table(["ms", "mean", "p50", "p90", "p95", "p99"], rows, "lrrrrr"))
    click.echo()
    lines = [
        ["requests", f"{made.requests_per_s:,.3f}", "requests/s"],
        ["prompts computed", f"{made.input_tokens_per_s:,.0f}", "tokens/s"],
        ["output", f"{made.output_tokens_per_s:,.0f}", "tokens/s"],
        ["goodput", f"{made.goodput:,.3f}", f"requests/s ({made.goodput_share:.1%} within the limits)"],
        ["batch", f"{made.running:,.1f}", f"requests on average, {made.waiting:,.1f} waiting"],
        ["cache in use", f"{made.cache:.1%}", f"on average, {made.cache_peak:.1%} at most in samples"],
        ["preemptions", f"{made.preemptions:,}", ""],
        ["prompt tokens found", f"{made.prefix_hits:.1%}", "in the prefix cache"],
    ]
    click.echo(table(["", "", "unit"], lines, "lrl"))
    if not made.stable:
        click.echo(
            f"UNSTABLE: {made.offered:,.3f} requests/s arrive and {made.capacity:,.3f} can be served; "
            f"the queue grows by {made.growth:,.3f} requests/s, so that waiting times have no end."
        )
    elif made.capacity is not None:
        click.echo(f"{made.offered:,.3f} requests/s arrive; {made.capacity:,.3f} can be served.")
    interval = made.ttft.intervals.get("p95") if made.ttft else None
    if interval:
        click.echo(
            f"95 % interval of the p95 of the first token: {1e3 * interval[0]:,.2f} to {1e3 * interval[1]:,.2f} ms."
        )
    click.echo(
        f"{made.counted:,} of {made.requests:,} requests are counted, in {made.seconds:,.1f} s: the first "
        f"{made.warm_up:,} warm up, the last {made.drain:,} drain."
    )
