"""`rackmath serving scenario` and `loadgen`: MLPerf's rules on a log of your own, and on a queue that is simulated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, with_options
from rackmath.cli.serving.point import ABOVE
from rackmath.cli.serving.tables import read_table
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.meter.requests.log import Log
    from rackmath.models.serving.loadgen import Queue
    from rackmath.models.serving.loadgen_rules import Benchmark, Limits, Metric, Run

NOTICE = (
    "MLPerf is a trademark of MLCommons. This is no MLPerf result: that takes MLCommons' LoadGen, a submission and its "
    "review. Not verified by MLCommons."
)


def _rules(function: Any) -> Any:
    options = (
        click.option("--scenario", required=True, help="Offline, Server, Interactive, SingleStream or MultiStream."),
        click.option("--benchmark", help="Whose limits hold: llama2-70b, llama3.1-405b, deepseek-r1 …"),
        click.option("--ttft-limit", type=ABOVE, help="Most ms to the first token, instead of a benchmark's limit."),
        click.option("--tpot-limit", type=ABOVE, help="Most ms per later token, instead of a benchmark's limit."),
    )
    return with_options(function, options)


def _scenario(written: str) -> str:
    from rackmath.models.serving.loadgen_rules import SCENARIOS

    found = next((each for each in SCENARIOS if each.lower() == written.strip().lower()), None)
    if found is None:
        raise RackmathError(f"--scenario {written[:40]!r} is none of {', '.join(SCENARIOS)}")
    return found


def _limits(
    scenario: str, benchmark: str | None, ttft: float | None, tpot: float | None
) -> tuple[Limits | None, Benchmark | None]:
    from rackmath.models.serving.loadgen_rules import BENCHMARKS, Limits

    if benchmark and benchmark not in BENCHMARKS:
        raise RackmathError(
            f"--benchmark {benchmark[:40]!r} is not known{suggest(benchmark, BENCHMARKS) or ';'} known are "
            f"{', '.join(BENCHMARKS)}"
        )
    known = BENCHMARKS[benchmark] if benchmark else None
    if ttft is None and tpot is None:
        limits = known.limits(scenario) if known else None
    elif ttft is None or tpot is None:
        raise RackmathError("give both --ttft-limit and --tpot-limit, in ms")
    else:
        limits = Limits(ttft / 1e3, tpot / 1e3)
    if limits is None and scenario in {"Server", "Interactive"}:
        both = "--ttft-limit and --tpot-limit"
        raise RackmathError(f"{scenario} holds limits: name a --benchmark that has them, or give {both}")
    return limits, known


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@_rules
@click.option("--accuracy", type=float, help="What the run reached.")
@click.option("--reference", type=float, help="What the reference model reaches.")
@click.option("--target", type=float, default=0.99, show_default=True, help="Share of it that is asked for.")
@click.option("--run", "run", type=int, help="Which run of a file that holds several, from 1.")
@as_json
def scenario(
    log: Path,
    scenario: str,
    benchmark: str | None,
    ttft_limit: float | None,
    tpot_limit: float | None,
    run: int | None,
    to_json: bool,
    **quality: Any,
) -> None:
    """Hold a request LOG against the rules of an MLPerf scenario: its metric, and whether the run would be valid.

    LOG is of any format that `rackmath serving requests` reads. A query of MultiStream is a row of it.
    """
    from rackmath.meter.requests import read_log
    from rackmath.models.serving.loadgen_rules import OFFLINE_SAMPLES, STREAMS, metric, problems

    named = _scenario(scenario)
    limits, known = _limits(named, benchmark, ttft_limit, tpot_limit)
    read = read_log(log, run=run)
    made = _run_of(read, named, STREAMS if named == "MultiStream" else 1)
    told = problems(made, limits, samples=known.samples if known else OFFLINE_SAMPLES, **quality)
    told += _loop(read, named)
    try:
        reached = metric(made)
    except RackmathError as problem:
        told.append(str(problem))
        reached = None
    _show(named, reached, told, limits, to_json)


def _run_of(log: Log, scenario: str, each: int) -> Run:
    """Return the run of a log; failed requests are queries without an end."""
    import numpy as np

    from rackmath.models.serving.loadgen_rules import Run

    if np.isnan(log.arrival).any():
        raise RackmathError(f"{log.name}: has no arrivals; a scenario is told by them")
    streamed = not np.isnan(log.ttft[log.ok]).any() and not np.isnan(log.output_tokens[log.ok]).any()
    end = np.where(log.ok, log.e2e, np.nan)
    return Run(
        scenario,
        log.arrival,
        end,
        log.ttft if streamed else None,
        log.output_tokens if streamed else None,
        samples_per_query=each,
    )


def _loop(log: Log, scenario: str) -> list[str]:
    from rackmath.meter.requests.arrivals import look

    seen = look(log)
    if scenario in {"Server", "Interactive"} and not (seen.loop == "open" and "Poisson" in seen.told):
        return [f"queries do not come as a Poisson process: {seen.told}"]
    return []


@click.command()
@click.argument("service", type=click.Path(path_type=Path))
@_rules
@click.option("--servers", type=click.IntRange(1, 100_000), default=1, show_default=True, help="Served side by side.")
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of arrivals and samples."
)
@as_json
def loadgen(
    service: Path,
    scenario: str,
    benchmark: str | None,
    ttft_limit: float | None,
    tpot_limit: float | None,
    servers: int,
    seed: int,
    to_json: bool,
) -> None:
    """Run MLPerf's load generator on a queue: SERVICE is CSV with seconds (of service), first and tokens a sample.

    Server and Interactive search the highest rate of Poisson arrivals whose 99th percentiles hold the limits.
    """
    from rackmath.models.serving import loadgen as generator

    named = _scenario(scenario)
    limits, _ = _limits(named, benchmark, ttft_limit, tpot_limit)
    system = _queue(service, servers)
    if limits is not None:
        found = generator.highest_rate(system, limits, scenario=named, seed=seed)
    else:
        runs = {"Offline": generator.offline, "SingleStream": generator.single_stream}
        found = runs.get(named, generator.multi_stream)(system, seed=seed)
    _show(named, found.metric, list(found.problems), limits, to_json, found.rate)


def _queue(path: Path, servers: int) -> Queue:
    import numpy as np

    from rackmath.models.serving.loadgen import Queue

    rows = read_table(path, ("seconds",))

    def column(name: str) -> Any:
        if name not in rows[0]:
            return None
        values = []
        for place, row in enumerate(rows, 2):
            try:
                values.append(float(row.get(name) or ""))
            except ValueError:
                raise RackmathError(f"{path.name}: row {place}, column {name!r}: is not a number") from None
        return np.array(values)

    try:
        return Queue(column("seconds"), column("first"), column("tokens"), servers)
    except RackmathError as problem:
        raise RackmathError(f"{path.name}: {problem}") from None


def _show(
    scenario: str,
    reached: Metric | None,
    told: list[str],
    limits: Limits | None,
    to_json: bool,
    rate: float | None = None,
) -> None:
    held = None if limits is None else {"ttft_ms": 1e3 * limits.ttft, "tpot_ms": 1e3 * limits.tpot}
    if to_json:
        print_json(
            {
                "notice": NOTICE,
                "scenario": scenario,
                "limits": held,
                "metric": None if reached is None else {"value": reached.value, "unit": reached.unit},
                "queries_per_s": None if reached is None else reached.queries_per_s,
                "offered_queries_per_s": rate,
                "valid": not told,
                "problems": told,
            }
        )
        return
    if limits is not None:
        click.echo(f"limits at the 99th percentile: TTFT {1e3 * limits.ttft:g} ms, TPOT {1e3 * limits.tpot:g} ms")
    if reached is not None:
        offered = "" if rate is None else f", {rate:,.4g} offered"
        click.echo(
            f"{scenario}: {reached.value:,.6g} {reached.unit}, {reached.queries_per_s:,.4g} queries/s done{offered}"
        )
    click.echo("valid by the rules that are checked here" if not told else "not valid because")
    for each in told:
        click.echo(clean(f"  {each}"))
    click.echo(NOTICE)
