"""`rackmath serving predict`: times of a table of rows, or of one configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, refuse, table
from rackmath.cli.serving.point import point, predicted, times
from rackmath.cli.serving.tables import read_table, write_table
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.predict import Prediction

OUT = ("id", "ttft_ms", "ttft_lo", "ttft_hi", "tpot_ms", "tpot_lo", "tpot_hi", "note")
TOKEN = OUT.index("tpot_ms")
BLOCK = 10_000  # rows that are in work at once


def _shown(value: float | None) -> str:
    return "" if value is None else f"{1e3 * value:.6g}"


def _record(each: Prediction) -> tuple[str, ...]:
    """Return the cells of `OUT`."""
    times = (each.first, each.first_low, each.first_high, each.token, each.token_low, each.token_high)
    return (each.id, *map(_shown, times), each.note)


@click.command()
@click.option(
    "--csv", "csv_path", type=click.Path(path_type=Path), help="Rows to answer; see docs/serving.md for columns."
)
@click.option("--out", "out_path", type=click.Path(path_type=Path), help="Where the answers go.")
@point
@as_json
def predict(csv_path: Path | None, out_path: Path | None, to_json: bool, **given: Any) -> None:
    """Predict the time to the first token and per output token, for a table of rows or for one point.

    With --csv every row is answered in order: times in milliseconds with 80 % intervals, or empty values and a reason.
    """
    if csv_path or out_path:
        if not (csv_path and out_path):
            raise RackmathError("a table needs both --csv and --out")
        refuse((*given, "to_json"), "is for one point; with --csv each row states its own, and the answers are CSV")
        if out_path.exists() and out_path.samefile(csv_path):
            raise RackmathError(f"{out_path}: --out would overwrite --csv; name another file")
        from rackmath.models.serving.predict import predict_rows

        rows = read_table(csv_path, ("model_path", "system", "isl", "osl"))
        blocks = (rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK))
        records = [_record(each) for block in blocks for each in predict_rows(block)]
        write_table(out_path, OUT, records)
        empty = sum(1 for record in records if not record[TOKEN])
        click.echo(f"{len(records):,} rows, {empty:,} without an answer (their note says why): {out_path}")
        return
    made = predicted(given)
    first, first_low, first_high, token, token_low, token_high = times(made)
    devices = given["tp"] * given["dp"] * given["pp"]
    per_device = given["concurrency"] * given["osl"] / (first + (given["osl"] - 1) * token) / devices
    if to_json:
        record = dict(zip(OUT, _record(made), strict=True))
        print_json(
            {
                "unit": "ms",
                **{name: v if name in {"id", "note"} else float(v) for name, v in record.items()},
                "output_tokens_per_s_per_device": per_device,
            }
        )
        return
    rows_shown = [
        [
            "time to first token",
            f"{1e3 * first:,.1f}",
            f"{1e3 * first_low:,.1f} to {1e3 * first_high:,.1f}",
            "ms",
        ],
        [
            "time per output token",
            f"{1e3 * token:,.2f}",
            f"{1e3 * token_low:,.2f} to {1e3 * token_high:,.2f}",
            "ms",
        ],
        ["output per device", f"{per_device:,.0f}", "", "tokens/s"],
    ]
    click.echo(table(["", "predicted", "80 % interval", "unit"], rows_shown, "lrrl"))
    click.echo(clean(made.note))
