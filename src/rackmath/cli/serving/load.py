"""Options that describe an engine and the load on it, shared by simulate and sweep."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import Number, Whole, refuse, said, with_options
from rackmath.cli.serving.point import ABOVE, configuration
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.simulator import Engine, Limits, Spread, Workload
    from rackmath.models.serving.simulator.workload import Lengths

LENGTHS = ("fixed", "uniform", "log-normal")
POLICIES = ("mixed", "prefill-first")
ROUTINGS = ("round-robin", "least-loaded", "prefix-aware")


SHARE = Number(0, 1, max_open=True)
COUNT = Whole(1, 100_000)


def load(function: Any) -> Any:
    """Add the options of engine, arrivals, lengths and service level."""
    options = (
        click.option("--rate", type=ABOVE, help="Requests/s that arrive; without it --concurrency are in flight."),
        click.option(
            "--cv", type=ABOVE, default=1.0, show_default=True, help="Variation of gaps: 1 Poisson, 2 bursts."
        ),
        click.option("--lengths", type=click.Choice(LENGTHS), default="fixed", show_default=True, help="Of requests."),
        click.option(
            "--length-low",
            type=Number(0, 1, min_open=True),
            default=0.8,
            show_default=True,
            help="Least share, for uniform.",
        ),
        click.option(
            "--length-cv", type=Number(0, 100), default=1.0, show_default=True, help="Variation, for log-normal."
        ),
        click.option(
            "--requests", type=Whole(1, 20_000_000), help="How many are sent.  [default: 2,000, or the whole trace]"
        ),
        click.option(
            "--warm-up",
            type=SHARE,
            default=0.1,
            show_default=True,
            help="Share of requests not counted.",
        ),
        click.option(
            "--drain",
            type=SHARE,
            default=0.05,
            show_default=True,
            help="Share at the end not counted.",
        ),
        click.option("--priorities", help="Shares of priority classes, urgent first, such as 0.2,0.8."),
        click.option("--replicas", type=COUNT, default=1, show_default=True, help="Replicas (of the decode pool)."),
        click.option(
            "--prefill-replicas", type=Whole(0, 100_000), default=0, help="Replicas of a prefill pool of its own."
        ),
        click.option(
            "--routing", type=click.Choice(ROUTINGS), default="round-robin", show_default=True, help="Router."
        ),
        click.option("--policy", type=click.Choice(POLICIES), help="Scheduler.  [default: the engine's]"),
        click.option("--reserve/--no-reserve", default=None, help="Admit a request only if all of its answer fits."),
        click.option(
            "--max-num-seqs",
            type=COUNT,
            default=1024,
            show_default=True,
            help="Requests of a batch, a rank.",
        ),
        click.option(
            "--token-budget",
            type=Whole(1, 10_000_000),
            default=8192,
            show_default=True,
            help="Tokens of a step, a rank.",
        ),
        click.option(
            "--block-size", type=Whole(1, 4096), default=16, show_default=True, help="Tokens of a cache block."
        ),
        click.option("--prefix-cache/--no-prefix-cache", default=True, show_default=True, help="Keep prefixes."),
        click.option("--ttft-limit", type=ABOVE, help="Service level: most ms to the first token."),
        click.option("--tpot-limit", type=ABOVE, help="Service level: most ms per output token."),
        click.option("--e2e-limit", type=ABOVE, help="Service level: most s in all."),
        click.option("--seed", type=Whole(0, 2**63 - 1), default=0, show_default=True, help="Of all random draws."),
    )
    return with_options(function, options)


def engine(given: Mapping[str, Any]) -> Engine:
    """Return the engine that the options describe."""
    from rackmath.models.serving.simulator import engine_of

    more = {}
    if given["prefill_replicas"]:
        names = ("tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size")
        ranks = given["tp"] * given["dp"]
        sizes = (given["tp"], given["pp"], given["dp"], ranks // max(given["ep"], 1), given["ep"])
        more = {f"{pool}_{n}": str(v) for pool in ("prefill", "decode") for n, v in zip(names, sizes, strict=True)}
        more |= {
            "mode": "disagg",
            "prefill_num_workers": str(given["prefill_replicas"]),
            "decode_num_workers": str(given["replicas"]),
        }
    return engine_of(
        configuration(given, **more),
        replicas=1 if more else given["replicas"],
        sequences=given["max_num_seqs"],
        budget=given["token_budget"],
        block=given["block_size"],
        policy=given["policy"],
        reserve=given["reserve"],
        prefix_cache=given["prefix_cache"],
        routing=given["routing"],
    )


def workload(given: Mapping[str, Any]) -> Workload:
    """Return the workload that the options describe."""
    from rackmath.models.serving.simulator import Closed, Fixed, Gamma, LogNormal, Uniform, Workload

    _refuse_idle(given)
    shape = {"warm_up": given["warm_up"], "drain": given["drain"], "classes": _classes(given["priorities"])}
    if given.get("trace"):
        return Workload(arrivals=_trace(given), requests=given["requests"], **shape)
    isl, osl = given["isl"], given["osl"]
    kinds: dict[str, Lengths] = {
        "fixed": Fixed(round(isl), round(osl)),
        "uniform": Uniform(round(isl), round(osl), given["length_low"]),
        "log-normal": LogNormal(isl, osl, given["length_cv"], given["length_cv"]),
    }
    lengths = kinds[given["lengths"]]
    if given["rate"] is None and given["concurrency"] != round(given["concurrency"]):
        raise RackmathError(f"--concurrency {given['concurrency']:g}: a whole number of requests is in flight")
    arrivals = Closed(round(given["concurrency"])) if given["rate"] is None else Gamma(given["rate"], given["cv"])
    return Workload(arrivals=arrivals, lengths=lengths, requests=given["requests"] or 2000, **shape)


def _refuse_idle(given: Mapping[str, Any]) -> None:
    """Raise RackmathError for options that something else given overrules, or that need one that is not given."""
    refuse(("drafts", "acceptance"), "speculative decoding is not simulated; `rackmath serving predict` knows it")
    refuse(("cached", "chunk"), "not simulated so; `rackmath serving predict` knows prefixes and chunks")
    if given.get("trace"):
        others = ("rate", "concurrency", "cv", "lengths", "length_low", "length_cv")
        refuse(others, "--trace brings its own arrivals and lengths; --scale raises its load")
    else:
        refuse(("scale", "client_lengths"), "needs --trace")
    if not given.get("client_lengths"):
        refuse(("client_model", "start", "seconds"), "needs --client-lengths, ServeGen's")
    if said("rate"):
        refuse(("concurrency",), "--rate sends requests at their own times; give one of the two")
    elif not given.get("trace"):
        refuse(("cv",), "needs --rate: without it --concurrency are in flight")
    if given["lengths"] != "uniform":
        refuse(("length_low",), "needs --lengths uniform")
    if given["lengths"] != "log-normal":
        refuse(("length_cv",), "needs --lengths log-normal")
    if given["warm_up"] + given["drain"] >= 1:
        raise RackmathError("--warm-up and --drain together leave no request; they are shares of all requests")


def in_plain_python() -> bool:
    """Return whether the loop cannot be compiled; says so."""
    from rackmath.models.serving.simulator.compiled import SLOW, compiled_run

    if compiled_run() is None:
        click.echo(f"note: {SLOW}", err=True)
        return True
    return False


def limits(given: Mapping[str, Any]) -> Limits:
    """Return the service level that the options describe."""
    from rackmath.models.serving.simulator import Limits

    ttft, tpot = (None if given[name] is None else given[name] / 1e3 for name in ("ttft_limit", "tpot_limit"))
    return Limits(ttft, tpot, given["e2e_limit"])


def _classes(text: str | None) -> tuple[float, ...]:
    try:
        found = tuple(float(each) for each in (text or "1").split(","))
    except ValueError:
        found = ()
    if not 1 <= len(found) <= 16 or not all(0 <= each <= 1 for each in found) or abs(sum(found) - 1) > 1e-6:
        shown = repr((text or "")[:40])
        raise RackmathError(f"--priorities {shown}: up to 16 shares with commas that add up to 1, such as 0.2,0.8")
    return found


def _trace(given: Mapping[str, Any]) -> Any:
    from rackmath.models.serving.simulator import read_trace, servegen_trace
    from rackmath.models.serving.simulator.traces import read_columns

    path: Path = given["trace"]
    if given["client_lengths"]:
        made = servegen_trace(
            read_columns(path),
            read_columns(given["client_lengths"]),
            model=given["client_model"],
            start=given["start"],
            seconds=given["seconds"],
            seed=given["seed"],
        )
    else:
        made = read_trace(path)
    return made.scaled(given["scale"]) if given["scale"] != 1 else made


def milliseconds(spread: Spread | None) -> list[str]:
    """Return a row of a table: mean and percentiles in milliseconds."""
    if spread is None:
        return ["–"] * 5
    return [f"{1e3 * value:,.2f}" for value in (spread.mean, spread.p50, spread.p90, spread.p95, spread.p99)]
