"""`rackmath serving knee`: where a load sweep turns, and the load that still meets a limit."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.common import as_json, clean, print_json, table
from rackmath.cli.serving.point import ABOVE
from rackmath.errors import RackmathError

LOADS = {"concurrency": "concurrency", "users": "concurrency", "conc": "concurrency", "rate": "rate", "qps": "rate"}
OTHER = {"requests_per_s": "requests", "errors": "errors", "mean_latency": "mean_latency"}


@click.command()
@click.argument("sweep", type=click.Path(path_type=Path))
@click.option("--latency", "latency", help="Column of the latency that the limit speaks of (p99_ttft_ms …).")
@click.option("--limit", type=ABOVE, help="Highest latency that is accepted, in that column's unit.")
@click.option("--at", "loads", type=float, multiple=True, help="Load to read throughput and latency at; repeatable.")
@as_json
def knee(sweep: Path, latency: str | None, limit: float | None, loads: tuple[float, ...], to_json: bool) -> None:
    """Find the knee of a load sweep, and the load at which a latency limit breaks.

    SWEEP is CSV, one row a load: concurrency or rate (requests/s), throughput, one or more columns of latency; for
    Little's law requests_per_s and mean_latency (in seconds, or with _ms); errors as a share of requests.
    """
    from rackmath.meter.requests.numbers import in_seconds, number
    from rackmath.meter.rows import read_rows
    from rackmath.models.serving.knee import find_knee

    rows = list(read_rows(sweep, needed=("throughput",), known=("throughput", *LOADS, *OTHER)))
    if not rows:
        raise RackmathError(f"{sweep.name}: holds no rows")
    heads = list(rows[0])
    load = next((name for name in heads if name in LOADS), None)
    if load is None:
        raise RackmathError(f"{sweep.name}: has no column of loads; name it concurrency or rate (requests/s)")
    taken = {"throughput", load, *OTHER, *(f"{name}_ms" for name in OTHER)}
    waits = [name for name in heads if name not in taken and in_seconds(name)]
    chosen = latency.strip().lower() if latency else waits[0] if waits else None
    if chosen is None or chosen not in heads:
        shown = ", ".join(waits) or "none"
        raise RackmathError(
            f"{sweep.name}: --latency must name a column of latency; those in seconds or ms are {shown}"
        )
    scale = in_seconds(chosen) or 1.0
    values = {
        made: [number(row, name) * (in_seconds(name) or 1.0) for row in rows]
        for made, name in _columns(heads, load, chosen)
    }
    try:
        found = find_knee(
            values["load"],
            values["throughput"],
            values["latency"],
            None if limit is None else limit * scale,
            load_is="rate" if LOADS[load] == "rate" else "concurrency",
            requests=values.get("requests"),
            mean_latency=values.get("mean_latency"),
            errors=values.get("errors"),
        )
    except RackmathError as problem:
        raise RackmathError(f"{sweep.name}: {problem}") from None
    read = {each: found.at(each) for each in loads}
    lines = {
        "knee of throughput": (found.by_throughput, "furthest above its chord"),
        "knee of latency": (found.by_latency, "furthest below its chord"),
        "flat from": (found.by_margin, "1% more load brings under 0.1% of throughput, and latency"),
        "most throughput over latency": (found.by_power, "power"),
        "highest load within the limit": (found.within_limit, f"{chosen} ≤ {limit:g}" if limit else "no limit given"),
        "limit breaks at": (found.break_point, "between measured loads"),
    }
    if to_json:
        print_json(
            {
                "load_is": LOADS[load],
                "latency": chosen,
                "limit": limit,
                "knees": {name: value for name, (value, _) in lines.items()},
                "capacity": found.capacity,
                "points": [
                    {"load": x, "throughput": y, "latency": w / scale}
                    for x, y, w in zip(*map(list, (found.load, found.throughput, found.latency)), strict=True)
                ],
                "little": None if found.little is None else list(found.little),
                "at": [{"load": x, "throughput": y, "latency": w / scale} for x, (y, w) in read.items()],
                "remarks": list(found.remarks),
            }
        )
        return
    cells: list[list[str]] = []
    for name, (value, why) in lines.items():
        there = ["–", "–", "–"] if value is None else [f"{n:,.4g}" for n in _read(found.at(value), value, scale)]
        cells.append([name, *there, why])
    for at, values_there in read.items():
        cells.append(["read at", *(f"{n:,.4g}" for n in _read(values_there, at, scale)), "between measured loads"])
    click.echo(table(["", load, "throughput", chosen, "by"], cells, "lrrrl"))
    for remark in found.remarks:
        click.echo(clean(f"! {remark}"))


def _columns(heads: list[str], load: str, latency: str) -> list[tuple[str, str]]:
    """Return what is taken from which column; the latency twice where it is the mean."""
    others = [(made, name) for name, made in OTHER.items() if name in heads]
    others += [(made, f"{name}_ms") for name, made in OTHER.items() if f"{name}_ms" in heads]
    return [("load", load), ("throughput", "throughput"), ("latency", latency), *others]


def _read(values: tuple[float, float], load: float, scale: float) -> tuple[float, float, float]:
    return load, values[0], values[1] / scale
