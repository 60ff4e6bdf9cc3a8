"""`rackmath serving frontier`: which deployments nothing beats in speed, throughput and cost."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, table
from rackmath.cli.serving.searched import price_lines, price_record, search_options, space
from rackmath.cli.serving.tables import write_table
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.search import Frontier, Point

HEAD = ("chip", "weights", "engine", "layout", "requests", "token/s/user", "token/s/device", "TTFT ms", "$/Mtok out")


@click.command()
@search_options
@click.option(
    "--by",
    type=click.Choice(["speed", "cost"]),
    default="speed",
    show_default=True,
    help="Against the speed for a user: tokens a second and device, or dollars a token.",
)
@click.option("--out", "out_path", type=click.Path(path_type=Path), help="Write every point that fits as CSV.")
@as_json
def frontier(by: str, out_path: Path | None, to_json: bool, **given: Any) -> None:
    """Search chips, formats, layouts and loads, and show what nothing beats.

    The frontier weighs output tokens a second for each device against tokens a second for a user, with dollars for a
    million output tokens and 80 % intervals. What does not fit in memory is counted and left out.
    """
    from rackmath.models.serving import search

    searched, prices = space(given)
    found = search.frontier(isl=given["isl"], osl=given["osl"], prices=prices, **searched)
    places = found.pareto if by == "speed" else found.pareto_cost
    if out_path:
        _write(out_path, found)
    if to_json:
        print_json(_record(found, prices))
        return
    if not len(places):
        raise RackmathError(_why_none(found, by))
    click.echo(table([*HEAD, "80 %"], [_row(found.points[int(at)]) for at in places], "llllrrrrrr"))
    click.echo()
    click.echo(_counts(found, len(places)))
    for line in (*price_lines(searched["chips"], prices, given["term"]), *found.notes):
        click.echo(clean(line))
    if out_path:
        click.echo(f"{len(found.points):,} points: {out_path}")


def _row(point: Point) -> list[str]:
    cost, interval = "–", "–"
    if point.usd_per_mtok is not None:
        cost, interval = f"{point.usd_per_mtok:.3g}", f"{point.usd_per_mtok_low:.3g} to {point.usd_per_mtok_high:.3g}"
    return [
        point.chip,
        point.precision,
        point.engine,
        point.layout,
        f"{point.concurrency:g}",
        f"{point.tokens_per_s_per_user:.1f}",
        f"{point.tokens_per_s_per_device:,.0f}",
        f"{1e3 * point.ttft:,.0f}",
        cost,
        interval,
    ]


def _counts(found: Frontier, shown: int) -> str:
    dropped, over = found.dropped, int((~found.within).sum())
    told = [
        f"{dropped.unfit:,} do not fit in memory",
        f"{dropped.waiting:,} ask for more requests than the memory holds",
        f"{dropped.idle:,} leave ranks idle",
    ]
    if found.ttft_limit or found.tpot_limit:
        told.append(f"{over:,} are over a limit")
    return f"{found.enumerated:,} points searched: {'; '.join(told)}; {shown} on the frontier."


def _why_none(found: Frontier, by: str) -> str:
    if not len(found.points):
        devices = found.space.most_devices
        return (
            f"nothing fits: {found.space.shape.name} on up to {devices} of these chips; "
            "use more devices, more memory or fewer bits"
        )
    if not found.within.any():
        fastest = found.points[int(found.points.tpot.argmin())]
        return (
            f"no point is within the limits; the fastest is {fastest.chip} {fastest.precision} {fastest.layout}: "
            f"TTFT {1e3 * fastest.ttft:.3g} ms, TPOT {1e3 * fastest.tpot:.3g} ms"
        )
    return f"no chip within the limits has a price, so there is no frontier by {by}; give one with --price CHIP=USD"


def _record(found: Frontier, prices: Any) -> dict[str, Any]:
    dropped = found.dropped
    return {
        "unit": {"times": "s", "rates": "token/s", "costs": "USD/Mtok", "prices": "USD/GPU_hour"},
        "enumerated": found.enumerated,
        "fit": len(found.points),
        "dropped": {"unfit": dropped.unfit, "waiting": dropped.waiting, "idle": dropped.idle},
        "over_a_limit": int((~found.within).sum()),
        "prices": price_record(prices),
        "notes": list(found.notes),
        "pareto": [asdict(found.points[int(at)]) for at in found.pareto],
        "pareto_cost": [asdict(found.points[int(at)]) for at in found.pareto_cost],
    }


def _write(path: Path, found: Frontier) -> None:
    on = {int(at) for at in found.pareto}, {int(at) for at in found.pareto_cost}
    rows = []
    for at in range(len(found.points)):
        point = asdict(found.points[at])
        parts = point.pop("parts")
        plain = {name: "" if value is None else str(value) for name, value in point.items()}
        plain |= {f"part {name}": f"{share:.6g}" for name, share in parts.items()}
        rows.append(plain | {"pareto": str(int(at in on[0])), "pareto_cost": str(int(at in on[1]))})
    if not rows:
        raise RackmathError(_why_none(found, "speed"))
    write_table(path, tuple(rows[0]), [list(row.values()) for row in rows])
