"""`rackmath serving mlperf`: results of MLPerf Inference, predicted."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.serving.tables import read_table, write_table


@click.command()
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), required=True, help="MLPerf rows without values.")
@click.option("--out", "out_path", type=click.Path(path_type=Path), required=True, help="Where the answers go.")
def mlperf(csv_path: Path, out_path: Path) -> None:
    """Predict the results of MLPerf Inference for language models, with 80 % intervals."""
    from rackmath.models.serving.mlperf import predict_results

    rows = read_table(csv_path, ("benchmark", "scenario", "accelerator"))
    added = ("value_lo", "value_hi", "note")
    answers = predict_results(rows)
    head = tuple(dict.fromkeys((*rows[0], "value", *added)))
    both = ({**row, **made} for row, made in zip(rows, answers, strict=True))
    write_table(out_path, head, [[each.get(name, "") for name in head] for each in both])
    empty = sum(1 for each in answers if not each["value"])
    click.echo(f"{len(answers):,} rows, {empty:,} without an answer (their note says why): {out_path}")
