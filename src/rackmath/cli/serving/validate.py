"""`rackmath serving validate`: the model against measurements that its fit has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from rackmath.cli.common import as_json, print_json, table
from rackmath.cli.serving.tables import read_table
from rackmath.errors import RackmathError


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder of measured rows (serving/, mlperf/)."
)
@as_json
def validate(data: Path, to_json: bool) -> None:
    """Score the model on every public data set in a folder.

    Rows of the fit are left out of it, by combination, model and accelerator, and everything is fitted anew for each
    part left out, which takes some minutes. Other data sets are scored with the packaged fit, which never saw them.
    """
    from rackmath.models.serving.validation import report

    if not data.is_dir():
        raise RackmathError(f"{data}: no such folder")

    def tables(path: str) -> Sequence[Mapping[str, str]] | None:
        return read_table(data / path, ()) if (data / path).is_file() else None

    made = report(tables)
    if not made["lines"]:
        raise RackmathError(f"{data}: holds none of the data sets; see docs/serving.md for their names")
    if to_json:
        print_json(made)
        return
    show(made)


def show(made: Mapping[str, Any]) -> None:
    """Print the error tables and the worst misses of a report."""
    title = ""
    shown: list[list[str]] = []

    def flush() -> None:
        if shown:
            click.secho(f"\n{title}", bold=True)
            click.echo(table(["left out", "which", "rows", "median error", "p90", "80 % covers"], shown, "llrrrr"))
            shown.clear()

    for each in made["lines"]:
        name = f"{each['data']}: {each['quantity']}"
        if name != title:
            flush()
            title = name
        covered = "" if each["covered"] is None else f"{each['covered']:.0%}"
        shown.append(
            [each["split"], each["group"], str(each["rows"]), f"{each['median']:.1%}", f"{each['p90']:.0%}", covered]
        )
    flush()
    if made["worst"]:
        click.secho("\nThe worst predictions", bold=True)
    for each in made["worst"]:
        click.echo(
            f"{each['configuration']}: {each['quantity']} {each['predicted_ms']:,.4g} ms, measured "
            f"{each['measured_ms']:,.4g} ms ({each['data']}, {each['split']} left out): {each['reason']}"
        )
