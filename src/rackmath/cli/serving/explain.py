"""`rackmath serving explain`: where the time of an output token goes."""

from __future__ import annotations

from typing import Any

import click

from rackmath.cli.common import as_json, print_json, table
from rackmath.cli.serving.point import point, predicted, times


@click.command()
@point
@as_json
def explain(to_json: bool, **given: Any) -> None:
    """Show where the time of an output token goes, part by part."""
    made = predicted(given)
    token, parts = times(made)[3], made.parts or {}
    if to_json:
        print_json(
            {
                "unit": "ms",
                "parts": {name: 1e3 * value for name, value in parts.items()},
                "total": 1e3 * token,
            }
        )
        return
    rows, reached = [], 0.0
    for name, value in parts.items():
        begin, end = round(40 * reached / token), round(40 * (reached + value) / token)
        rows.append([name, f"{1e3 * value:.3f}", f"{value / token:.0%}", " " * begin + "█" * (end - begin)])
        reached += value
    rows.append(["time per output token", f"{1e3 * token:.3f}", "100%", "█" * 40])
    click.echo(table(["part", "ms", "share", ""], rows, "lrrl"))
    click.echo(f"{made.running:,.1f} sequences decode at once on each attention rank.")
