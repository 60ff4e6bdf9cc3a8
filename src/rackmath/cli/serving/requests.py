"""`rackmath serving requests`: the metrics of a request log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import Number, as_json, clean, print_json, table
from rackmath.cli.serving.point import ABOVE

if TYPE_CHECKING:
    from rackmath.meter.requests.log import Log
    from rackmath.meter.requests.metrics import Measured
    from rackmath.meter.requests.spread import Estimate, Spread

LATENCIES = {
    "ttft": ("time to first token", "ms", 1e3),
    "tpot": ("time per output token", "ms", 1e3),
    "e2e_per_token": ("end to end ÷ tokens", "ms", 1e3),
    "e2e": ("end to end", "ms", 1e3),
    "event_gap": ("gap between events", "ms", 1e3),
    "tokens_per_s_per_user": ("speed of a user", "tokens/s", 1.0),
}
POINTS = 101
BINS = 60


def service_level(ttft: float | None, tpot: float | None, e2e: float | None) -> dict[str, float]:
    """Return the limits that are given, in seconds."""
    limits = {"ttft": (ttft, 1e-3), "tpot": (tpot, 1e-3), "e2e": (e2e, 1.0)}
    return {name: limit * unit for name, (limit, unit) in limits.items() if limit is not None}


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--ttft-limit", type=ABOVE, help="Service level for goodput: most ms to the first token.")
@click.option("--tpot-limit", type=ABOVE, help="Service level for goodput: most ms per output token.")
@click.option("--e2e-limit", type=ABOVE, help="Service level for goodput: most s in all.")
@click.option("--warmup", type=Number(0, 1e9), default=0.0, show_default=True, help="Seconds cut off the begin.")
@click.option("--cooldown", type=Number(0, 1e9), default=0.0, show_default=True, help="Seconds cut off the end.")
@click.option("--clock", type=click.Choice(["client", "server"]), help="Whose clock a plain table's times are of.")
@click.option("--run", "run", type=int, help="Which run of a file that holds several, from 1.")
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of the intervals' draws."
)
@as_json
def requests(
    log: Path,
    ttft_limit: float | None,
    tpot_limit: float | None,
    e2e_limit: float | None,
    to_json: bool,
    run: int | None,
    clock: str | None,
    **how: Any,
) -> None:
    """Measure a request LOG: latency percentiles with intervals, throughput, goodput, and how it was loaded.

    LOG is a detailed result of vllm bench serve, profile_export.jsonl of AIPerf, profile_export.json of GenAI-Perf, or
    CSV or JSON lines with a request a row: arrival, ttft and e2e (or first_token and last_token), output_tokens, ok.
    """
    from rackmath.meter.requests import read_log
    from rackmath.meter.requests.metrics import measure

    found = read_log(log, clock=clock, run=run)
    level = service_level(ttft_limit, tpot_limit, e2e_limit)
    made = measure(found, level=level, **how)
    if to_json:
        print_json(_json(found, made, level))
        return
    window = "" if made.window is None else f", active window {made.window[0]:,.4g} to {made.window[1]:,.4g} s"
    count = "1 request" if made.requests == 1 else f"{made.requests:,} requests"
    click.echo(clean(f"{found.name}: {found.format}, {count}, clock of: {found.clock}{window}"))
    click.echo(clean(f"loop: {made.arrivals.loop}; {made.arrivals.told}\n"))
    rows = [
        [words, *(_shown(each, factor) for each in _columns(one)), unit]
        for name, (words, unit, factor) in LATENCIES.items()
        if (one := made.spreads[name]) is not None
    ]
    if rows:
        click.echo(table(["", "mean", "p50", "p90", "p95", "p99", "unit"], rows, "lrrrrrl") + "\n")
    click.echo(table(["", "value", "unit"], _totals(made, level), "lrl"))
    click.echo("In brackets: 95% intervals.")
    for remark in made.remarks:
        click.echo(clean(f"! {remark}"))


def _columns(one: Spread) -> list[Estimate]:
    return [one.mean, *one.percentiles.values()]


def _shown(each: Estimate, factor: float) -> str:
    value = each.times(factor)
    return f"{_digits(value.value)} ({_digits(value.low)}–{_digits(value.high)})"


def _digits(value: float) -> str:
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _totals(made: Measured, level: dict[str, float]) -> list[list[str]]:
    lines = [
        ("itl_mean (weighted by token)", made.itl_mean, 1e3, "ms"),
        ("itl_jitter (standard deviation of gaps)", made.itl_jitter, 1e3, "ms"),
        ("output tokens", made.output_tokens_per_s, 1, "tokens/s"),
        ("input tokens", made.input_tokens_per_s, 1, "tokens/s"),
        ("requests completed", made.requests_per_s, 1, "requests/s"),
    ]
    if made.concurrency:
        lines += [(f"requests in flight, {name}", value, 1, "") for name, value in made.concurrency.items()]
    rows = [[name, f"{value * factor:,.4g}", unit] for name, value, factor, unit in lines if value is not None]
    if made.attained is not None:
        limits = ", ".join(f"{name} ≤ {1e3 * value:g} ms" for name, value in level.items())
        if made.goodput is not None:
            rows.append([f"goodput ({limits})", f"{made.goodput:,.4g}", "requests/s"])
        got = made.attained
        rows.append(["share of requests that meet it", f"{got.value:.1%} ({got.low:.1%}–{got.high:.1%})", ""])
    return rows


def _json(log: Log, made: Measured, level: dict[str, float]) -> dict[str, Any]:
    """Return everything as plain data, with curves that a chart can be drawn from."""
    return {
        "log": log.name,
        "format": log.format,
        "clock": log.clock,
        "requests": made.requests,
        "failed": made.failed,
        "cancelled": made.cancelled,
        "one_token": made.one_token,
        "window_s": list(made.window) if made.window else None,
        "seconds": made.seconds,
        "loop": made.arrivals.loop,
        "loop_because": made.arrivals.told,
        "metrics": {
            name: {
                "unit": unit,
                "count": one.count,
                "effective_count": one.effective,
                "mean": _estimate(one.mean.times(factor)),
                **{f"p{percent}": _estimate(each.times(factor)) for percent, each in one.percentiles.items()},
            }
            for name, (_, unit, factor) in LATENCIES.items()
            if (one := made.spreads[name]) is not None
        },
        "itl_mean_ms": _scaled(made.itl_mean, 1e3),
        "itl_jitter_ms": _scaled(made.itl_jitter, 1e3),
        "tokens_per_event": made.tokens_per_event,
        "output_tokens_per_s": made.output_tokens_per_s,
        "input_tokens_per_s": made.input_tokens_per_s,
        "requests_per_s": made.requests_per_s,
        "concurrency": dict(made.concurrency) if made.concurrency else None,
        "service_level_s": level or None,
        "goodput_requests_per_s": made.goodput,
        "attained": _estimate(made.attained) if made.attained else None,
        "curves": _curves(log),
        "remarks": list(made.remarks),
    }


def _estimate(each: Estimate) -> dict[str, float]:
    return {"value": each.value, "low": each.low, "high": each.high}


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _curves(log: Log) -> dict[str, Any]:
    """Return the distribution of each latency as quantiles, and requests in flight over time."""
    import numpy as np

    from rackmath.meter.requests.arrivals import in_flight

    at = np.linspace(0, 1, POINTS)
    quantiles = {}
    for name, values in (("ttft", log.ttft), ("tpot", log.tpot), ("e2e", log.e2e)):
        known = values[log.ok & ~np.isnan(values)]
        if len(known):
            quantiles[name] = [float(1e3 * each) for each in np.quantile(known, at, method="inverted_cdf")]
    curves: dict[str, Any] = {"quantile": [float(each) for each in at], "ms": quantiles}
    times, running = in_flight(log)
    if len(times) and times[-1] > 0:
        moments = np.linspace(0, float(times[-1]), BINS + 1)
        found = running[np.maximum(np.searchsorted(times, moments, side="right") - 1, 0)]
        curves["in_flight"] = [{"s": float(s), "requests": float(n)} for s, n in zip(moments, found, strict=True)]
    return curves
