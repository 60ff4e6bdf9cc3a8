"""`rackmath serving validate`: the model against measurements that its fit has not seen."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.common import table
from rackmath.cli.serving.tables import read_table


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), required=True, help="Folder of measured rows (serving/, mlperf/)."
)
def validate(data: Path) -> None:
    """Score the model on measured rows that are left out of its fit: by combination, model and accelerator.

    Everything is fitted anew for each part left out, which takes a minute or two.
    """
    from rackmath.models.serving.fitting import cross_validate
    from rackmath.models.serving.measured import DATA, read_measured
    from rackmath.models.serving.validation import error_table

    together, apart = read_measured(read_table(data / DATA, ("silicon_tpot_ms", "silicon_ttft_ms")))
    for title, rows, mode in (("aggregated", together, False), ("disaggregated", apart, True)):
        scored = cross_validate(rows, mode, together if mode else None)
        for quantity, words in (("token", "time per output token"), ("first", "time to first token")):
            click.secho(f"\n{title}: {words}, rows left out", bold=True)
            shown = [
                [each.split, each.group, str(each.rows), f"{each.median:.1%}", f"{each.p90:.0%}", f"{each.covered:.0%}"]
                for each in error_table(rows, scored, quantity)
            ]
            click.echo(table(["left out", "which", "rows", "median error", "p90", "80 % covers"], shown, "llrrrr"))
