"""`rackmath serving`: how fast a model runs on given hardware, from its shape, a data sheet and fitted constants."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, table, write_whole
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.models.serving.predict import Prediction

MAX_BYTES = 200_000_000
MAX_ROWS = 2_000_000
OUT = ("id", "ttft_ms", "ttft_lo", "ttft_hi", "tpot_ms", "tpot_lo", "tpot_hi", "note")


@click.group()
def serving() -> None:
    """Predict the latency and throughput of language models, with 80 % intervals and their reasons."""


def read_table(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a CSV file; RackmathError when it is too large, not text, or lacks a column."""
    if path.stat().st_size > MAX_BYTES:
        raise RackmathError(f"{path}: over {MAX_BYTES // 1_000_000} MB; split it")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(_limited(csv.DictReader(file)))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise RackmathError(f"{path}: not a CSV file in UTF-8 ({problem})") from None
    if not rows:
        raise RackmathError(f"{path}: holds no rows")
    missing = [name for name in needed if name not in rows[0]]
    if missing:
        raise RackmathError(f"{path}: has no column {', '.join(missing)}")
    return rows


def _limited(rows: Iterator[dict[Any, Any]]) -> Iterator[dict[str, str]]:
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise RackmathError(f"more than {MAX_ROWS:,} rows; split the file")
        yield {str(name): value for name, value in row.items() if isinstance(value, str)}


def _shown(value: float | None) -> str:
    return "" if value is None else f"{1e3 * value:.6g}"


def _record(each: Prediction) -> dict[str, str]:
    times = (each.first, each.first_low, each.first_high, each.token, each.token_low, each.token_high)
    return dict(zip(OUT, (each.id, *map(_shown, times), each.note), strict=True))


def write_table(path: Path, head: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    """Write a CSV file, whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, head, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())


def point(function: Any) -> Any:
    """Add the options that describe one configuration."""
    options = (
        click.option("--model", help="A model of the catalogue, or the path of a config.json."),
        click.option("--system", help="An accelerator (h100_sxm, b200_sxm, mi300x …), or a data sheet as JSON."),
        click.option("--backend", default="vllm", show_default=True, help="vllm, sglang or trtllm."),
        click.option("--version", "backend_version", default="", help="The engine's version, where it is known."),
        click.option(
            "--precision", default="", help="bf16, fp8, fp8_block, nvfp4, mxfp4, int4; the model's own unless given."
        ),
        click.option("--tp", type=int, default=1, show_default=True, help="Tensor-parallel ranks."),
        click.option("--dp", type=int, default=1, show_default=True, help="Attention data-parallel ranks."),
        click.option("--pp", type=int, default=1, show_default=True, help="Pipeline stages."),
        click.option("--ep", type=int, default=1, show_default=True, help="Expert-parallel ranks."),
        click.option("--concurrency", type=float, default=1.0, show_default=True, help="Requests in flight."),
        click.option("--isl", type=float, default=1024, show_default=True, help="Input tokens of a request."),
        click.option("--osl", type=float, default=1024, show_default=True, help="Output tokens of a request."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _one(given: Mapping[str, Any]) -> Prediction:
    from rackmath.models.serving.hardware import Accelerator, find_accelerator, read_accelerator
    from rackmath.models.serving.predict import predict
    from rackmath.models.serving.rows import read_row
    from rackmath.models.serving.shape import Shape, find_shape, read_config

    if not given["model"] or not given["system"]:
        raise RackmathError("give --model and --system for one point, or --csv and --out for a table")

    def shapes(name: str) -> Shape:
        path = Path(name)
        return (
            read_config(path.read_text(encoding="utf-8"), path.parent.name or name)
            if path.suffix == ".json"
            else find_shape(name)
        )

    def chips(name: str) -> Accelerator:
        path = Path(name)
        return (
            read_accelerator(path.read_text(encoding="utf-8"), path.stem)
            if path.suffix == ".json"
            else find_accelerator(name)
        )

    ranks = given["tp"] * given["dp"]
    if given["ep"] < 1 or ranks < 1 or ranks % given["ep"]:
        raise RackmathError(f"--ep {given['ep']} does not divide the {ranks} ranks of --tp × --dp")
    row = {
        "model_path": given["model"],
        "system": given["system"],
        "backend": given["backend"],
        "backend_version": given["backend_version"],
        "precision": given["precision"],
        "mode": "agg",
        "isl": str(given["isl"]),
        "osl": str(given["osl"]),
        "concurrency": str(given["concurrency"]),
        "tp_size": str(given["tp"]),
        "attention_dp_size": str(given["dp"]),
        "pp_size": str(given["pp"]),
        "moe_tp_size": str(ranks // given["ep"]),
        "moe_ep_size": str(given["ep"]),
    }
    made = predict([read_row(row, shapes, chips)])[0]
    if made.token is None:
        raise RackmathError(made.note)
    return made


def _times(made: Prediction) -> tuple[float, float, float, float, float, float]:
    """Return first and token time with their intervals; RackmathError with the reason where there is none."""
    times = (made.first, made.first_low, made.first_high, made.token, made.token_low, made.token_high)
    found = [each for each in times if each is not None]
    if len(found) != len(times):
        raise RackmathError(made.note)
    return found[0], found[1], found[2], found[3], found[4], found[5]


@serving.command()
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
        from rackmath.models.serving.predict import predict_rows

        rows = read_table(csv_path, ("model_path", "system", "isl", "osl"))
        answers = predict_rows(rows)
        write_table(out_path, OUT, [_record(each) for each in answers])
        empty = sum(1 for each in answers if each.token is None)
        click.echo(f"{len(answers):,} rows, {empty:,} without an answer (their note says why): {out_path}")
        return
    made = _one(given)
    first, first_low, first_high, token, token_low, token_high = _times(made)
    devices = given["tp"] * given["dp"] * given["pp"]
    per_device = given["concurrency"] * given["osl"] / (first + given["osl"] * token) / devices
    if to_json:
        print_json(
            {
                "unit": "ms",
                **{name: float(v) if name not in {"id", "note"} else v for name, v in _record(made).items()},
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


@serving.command()
@point
@as_json
def explain(to_json: bool, **given: Any) -> None:
    """Show where the time of an output token goes, part by part."""
    made = _one(given)
    token, parts = _times(made)[3], made.parts or {}
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


@serving.command()
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), required=True, help="MLPerf rows without values.")
@click.option("--out", "out_path", type=click.Path(path_type=Path), required=True, help="Where the answers go.")
def mlperf(csv_path: Path, out_path: Path) -> None:
    """Predict the results of MLPerf Inference for language models, with 80 % intervals."""
    from rackmath.models.serving.mlperf import predict_results

    rows = read_table(csv_path, ("benchmark", "scenario", "accelerator"))
    added = ("value_lo", "value_hi", "note")
    answers = predict_results(rows)
    head = tuple(dict.fromkeys((*rows[0], "value", *added)))
    write_table(out_path, head, [{**row, **made} for row, made in zip(rows, answers, strict=True)])
    empty = sum(1 for each in answers if not each["value"])
    click.echo(f"{len(answers):,} rows, {empty:,} without an answer (their note says why): {out_path}")


@serving.command()
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
