"""`rackmath serving sweep`: the load raised until the engine breaks."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, print_json, refuse, table
from rackmath.cli.serving.load import engine, in_plain_python, limits, load, workload
from rackmath.cli.serving.point import point
from rackmath.cli.serving.simulate import UNITS
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.simulator import Point


def _row(each: Point) -> list[str]:
    times = (each.ttft_p50, each.ttft_p95, each.tpot_p50, each.tpot_p95)
    return [
        f"{each.load:,.4g}",
        f"{each.requests_per_s:,.3f}",
        f"{each.output_tokens_per_s:,.0f}",
        *("–" if value is None else f"{1e3 * value:,.1f}" for value in times),
        f"{each.goodput_share:.0%}",
        "" if each.stable else "unstable",
    ]


def _told(each: Point) -> None:
    if sys.stderr.isatty():
        click.echo(f"load {each.load:,.4g}: {each.output_tokens_per_s:,.0f} tokens/s", err=True)


def _loads(written: str, *, whole: bool) -> list[float]:
    try:
        found = [float(each) for each in written.split(",")]
    except ValueError:
        raise RackmathError(f"--loads {written[:40]!r}: numbers with commas, such as 1,2,4") from None
    if not all(0 < each <= 1e6 for each in found) or found != sorted(set(found)):
        raise RackmathError(f"--loads {written[:40]!r}: loads are above 0, at most 1,000,000, and rise")
    if whole and any(each != round(each) for each in found):
        raise RackmathError(f"--loads {written[:40]!r}: whole numbers of requests are in flight; rates go with --rate")
    return found


@click.command()
@point
@load
@click.option("--loads", help="Loads to try, such as 1,2,4; found by themselves unless given.")
@as_json
def sweep(loads: str | None, to_json: bool, **given: Any) -> None:
    """Raise the load until the knee and the break: requests in flight, or with --rate requests/s.

    Without --loads, requests in flight are doubled until output no longer grows; a rate is raised to 105 % of the
    capacity. The sweep ends where fewer than 90 % of the requests meet the limits.
    """
    from rackmath.models.serving.simulator import sweep as raise_load

    refuse(("concurrency",), "a sweep raises it; name the requests in flight with --loads 1,2,4")
    steps = None if loads is None else _loads(loads, whole=given["rate"] is None)
    made = raise_load(
        engine(given),
        workload(given),
        loads=steps,
        limits=limits(given),
        seed=given["seed"],
        plain=in_plain_python(),
        say=_told,
    )
    if to_json:
        print_json(dataclasses.asdict(made) | {"units": {"load": made.unit, **UNITS}})
        return
    loads_are = (made.unit, "requests/s") if given["rate"] is None else ("requests/s sent", "served")
    head = [*loads_are, "tokens/s", "TTFT p50, ms", "p95", "TPOT p50, ms", "p95", "within", ""]
    click.echo(table(head, [_row(each) for each in made.points], "rrrrrrrrl"))
    for words, found in (("knee", made.knee), ("last load within the limits", made.best), ("breaks at", made.broken)):
        if found:
            click.echo(f"{words}: {found.load:,.4g} {made.unit}, {found.output_tokens_per_s:,.0f} output tokens/s")
