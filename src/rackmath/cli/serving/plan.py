"""`rackmath serving plan`: the cheapest deployment and number of replicas for a demand and a service level."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import Number, as_json, clean, print_json, refuse, table, wrap
from rackmath.cli.serving.point import ABOVE, chip_named
from rackmath.cli.serving.searched import price_lines, price_record, search_options, space
from rackmath.cli.serving.simulate import record
from rackmath.cli.serving.tables import read_table
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.search import Candidate, Demand, Plan
    from rackmath.models.serving.simulator import Outcome

SHOWN = 5
CHECKED = 1000  # requests of a simulated check


@click.command()
@search_options
@click.option("--rate", type=ABOVE, help="Requests/s that arrive, on average.")
@click.option(
    "--tokens-per-month", type=Number(0, 1e18, min_open=True), help="Tokens of a month, input and output together."
)
@click.option(
    "--trace",
    "trace_path",
    type=click.Path(path_type=Path),
    help="CSV of requests (TIMESTAMP, ContextTokens, GeneratedTokens, or arrival_s, input_tokens, output_tokens).",
)
@click.option(
    "--peak-to-mean",
    type=Number(1, 1e6),
    default=1.0,
    show_default=True,
    help="Rate of the busiest hour over the average.",
)
@click.option(
    "--confidence",
    type=Number(0.5, 1, max_open=True),
    default=0.8,
    show_default=True,
    help="How sure it must be that everything holds, from 0.5 to below 1.",
)
@click.option("--check", is_flag=True, help="Simulate the load on the plan too: percentiles beside the means.")
@click.option("--available", "given_available", multiple=True, metavar="CHIP=N", help="Devices of a chip at most.")
@as_json
def plan(
    rate: float | None,
    tokens_per_month: float | None,
    trace_path: Path | None,
    peak_to_mean: float,
    confidence: float,
    check: bool,
    given_available: tuple[str, ...],
    to_json: bool,
    **given: Any,
) -> None:
    """Find the cheapest deployment and number of replicas that carry a load within limits.

    The load is a rate, a month's tokens, or a trace (then its own lengths and busiest minute count). The answer says
    how sure it is that the limits hold, what binds, and what it costs if the predictions are wrong.
    """
    from rackmath.models.serving import search

    demand = _demand(given, rate, tokens_per_month, trace_path, peak_to_mean)
    searched, prices = space(given)
    made = search.plan(
        demand=demand, prices=prices, confidence=confidence, available=_available(given_available), **searched
    )
    checked = _simulated(made) if check else None
    if to_json:
        print_json(_record(made, prices) | ({"simulated": record(checked)} if checked else {}))
        return
    if made.choice is None:
        raise RackmathError(made.miss)
    click.echo(f"Demand: {demand.said}; {demand.isl:,.0f} tokens in and {demand.osl:,.0f} out.")
    click.echo()
    _print_choice(made, made.choice)
    if checked:
        click.echo(wrap(_check_words(checked)))
        click.echo()
    for line in (*price_lines(searched["chips"], prices, given["term"]), *made.frontier.notes):
        click.echo(clean(line))


def _demand(
    given: dict[str, Any], rate: float | None, tokens: float | None, trace: Path | None, peak_to_mean: float
) -> Demand:
    from rackmath.models.serving.search import of_rate, of_tokens, of_trace

    if sum(each is not None for each in (rate, tokens, trace)) != 1:
        raise RackmathError("give one of --rate, --tokens-per-month and --trace")
    if rate is not None:
        return of_rate(rate, given["isl"], given["osl"], peak_to_mean)
    if tokens is not None:
        return of_tokens(tokens, given["isl"], given["osl"], peak_to_mean)
    assert trace is not None
    refuse(("isl", "osl", "peak_to_mean"), "--trace has its own lengths and busiest minute")
    try:
        return of_trace(read_table(trace, ()))
    except RackmathError as problem:
        told = str(problem)
        raise RackmathError(told if told.startswith(str(trace)) else f"{trace}: {told}") from None


def _simulated(made: Plan) -> Outcome | None:
    """Return what requests of the peak see of one replica of the plan, arriving at random; None without a plan."""
    from rackmath.models.serving.simulator import Fixed, Limits, Poisson, Workload, engine_of, simulate

    if made.to_simulate is None:
        return None
    configuration, rate = made.to_simulate
    lengths = Fixed(round(configuration.isl), round(configuration.osl))
    limits = Limits(*(each if math.isfinite(each) else None for each in (made.limits.ttft, made.limits.tpot)))
    load = Workload(arrivals=Poisson(rate), lengths=lengths, requests=CHECKED)
    return simulate(engine_of(configuration), load, limits=limits)


def _check_words(checked: Outcome) -> str:
    sent = f"Simulated with {checked.requests:,} requests that arrive at random, {checked.offered or 0:.3g}/s a replica"
    if not checked.stable or checked.ttft is None:
        return f"{sent}: the replica serves {checked.capacity or 0:.3g}/s, so that the queue grows without end."
    slow = f", TPOT {_ms(checked.tpot.p50)} and {_ms(checked.tpot.p95)}" if checked.tpot else ""
    return (
        f"{sent}: TTFT of half {_ms(checked.ttft.p50)} and of 95 in 100 {_ms(checked.ttft.p95)} ms{slow}; "
        f"{checked.goodput_share:.0%} of requests are within the limits."
    )


def _available(given: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for each in given:
        name, equals, count = each.partition("=")
        if not equals or not count.strip().isdecimal():
            raise RackmathError(f"--available {each[:60]!r}: write CHIP=N, such as h100_sxm=64")
        found[chip_named(name).name] = int(count[:12])
    return found


def _print_choice(made: Plan, choice: Candidate) -> None:
    point = choice.point
    click.secho(
        f"{choice.replicas} × {point.layout} on {point.chip}, {point.precision}, {point.engine}: "
        f"{_devices(choice)}, ${choice.usd_per_hour:,.2f}/h, ${choice.usd_per_mtok:.3g}/Mtok of output",
        fg="green",
    )
    click.echo(
        f"Each replica carries up to {point.concurrency:g} {'request' if point.concurrency == 1 else 'requests'} "
        f"at once: TTFT {_ms(point.ttft)} "
        f"({_ms(point.ttft_low)} to {_ms(point.ttft_high)}), TPOT {_ms(point.tpot)} "
        f"({_ms(point.tpot_low)} to {_ms(point.tpot_high)}) ms."
    )
    click.echo(wrap(f"The prediction: {point.rests_on}."))
    click.echo(
        f"Sure to {choice.sureness:.0%} (TTFT {choice.chance_ttft:.0%}, TPOT {choice.chance_tpot:.0%}, "
        f"capacity {choice.chance_capacity:.0%}); {made.confidence:.0%} was asked for."
    )
    click.echo(_bind_words(made.binds))
    for name, slope in made.slopes.items():
        tighter = "cannot be met" if not math.isfinite(slope.tighter) else f"costs ${slope.tighter:.3g}/h a ms"
        click.echo(f"A tighter {name} limit {tighter}; a looser one saves ${slope.looser:.3g}/h a ms.")
    if made.price_of_safety is not None and made.if_exact is not None:
        exact = made.if_exact
        click.echo(
            f"Being this sure costs ${made.price_of_safety:,.2f}/h: if predictions were exact, {exact.replicas} × "
            f"{exact.point.layout} on {exact.point.chip} would do, and that is sure to {exact.sureness:.0%}."
        )
    if made.outcomes[0].chance_impossible > 0.005:
        click.echo(f"In {made.outcomes[0].chance_impossible:.0%} of draws no load of this deployment meets the limits.")
    click.echo()
    rows = [
        [
            each.point.chip,
            each.point.precision,
            each.point.engine,
            each.point.layout,
            f"{each.point.concurrency:g}",
            str(each.replicas),
            str(each.devices),
            f"{each.usd_per_hour:,.2f}",
            f"{each.usd_per_mtok:.3g}",
            f"{each.sureness:.0%}",
            f"{outcome.chance_cheapest:.0%}",
            f"{outcome.regret:,.2f}",
        ]
        for each, outcome in zip((choice, *made.runners_up), made.outcomes, strict=True)
    ][:SHOWN]
    head = ["chip", "weights", "engine", "layout", "requests", "replicas", "devices", "$/h", "$/Mtok out", "sure"]
    click.echo(table([*head, "cheapest", "regret $/h"], rows, "llllrrrrrrrr"))
    click.echo()


def _devices(choice: Candidate) -> str:
    return "1 device" if choice.devices == 1 else f"{choice.devices} devices"


def _ms(value: float) -> str:
    return f"{1e3 * value:,.3g}"


def _bind_words(binds: str) -> str:
    return {
        "TTFT": "What binds is the time to the first token: more requests on a replica would be too likely over it.",
        "TPOT": "What binds is the time per output token: more requests on a replica would be too likely over it.",
        "memory": "What binds is memory: the replicas hold no more requests.",
        "load searched": "What binds is the largest load that is searched.",
        "demand": "Nothing binds but whole replicas: more requests on each would not need fewer.",
        "availability": "What binds is how many devices can be had.",
    }[binds]


def _record(made: Plan, prices: Any) -> dict[str, Any]:
    def fleet(each: Candidate | None) -> dict[str, Any] | None:
        return None if each is None else {name: value for name, value in asdict(each).items() if name != "at"}

    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "unit": {"times": "s", "rates": "token/s", "costs": "USD/Mtok", "regret": "USD/h"},
        "feasible": made.choice is not None,
        "why_not": made.miss,
        "demand": asdict(made.demand),
        "limits": {name: finite(value) for name, value in asdict(made.limits).items()},
        "confidence": made.confidence,
        "choice": fleet(made.choice),
        "runners_up": [fleet(each) for each in made.runners_up],
        "outcomes": [asdict(each) for each in made.outcomes],
        "if_exact": fleet(made.if_exact),
        "price_of_safety": made.price_of_safety,
        "binds": made.binds,
        "slopes_usd_per_h_per_ms": {
            name: {"tighter": finite(each.tighter), "looser": finite(each.looser)} for name, each in made.slopes.items()
        },
        "prices": price_record(prices),
        "notes": list(made.frontier.notes),
    }
