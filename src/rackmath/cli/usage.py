"""`rackmath usage`: a usage file as the demand of a scenario."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.common import as_json, print_json, table
from rackmath.errors import RackmathError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--zone", default="UTC", show_default=True, help="Time zone of times without an offset.")
@as_json
def usage(file: Path, zone: str, to_json: bool) -> None:
    """Summarise a usage FILE: monthly volume, peak over mean, load of a day, as a scenario takes them.

    FILE is CSV with a column of times (hour) and of tokens, input_tokens and output_tokens, or gpu_hours; or the usage
    export of an API.
    """
    from rackmath.meter.demand import MAX_BYTES, read_demand

    found = read_demand(_text(file, MAX_BYTES), name=file.name, zone=zone)
    if to_json:
        print_json(found.to_json())
        return
    from rackmath.units import format_number, format_value

    click.echo(f"{file.name}: {found.rows:,} rows, {found.first} to {found.last}, clock of {found.zone}\n")
    ratio = found.peak_to_mean
    step = f"{found.unit}/{found.resolution}"
    rows = [
        ["in all", format_value(found.total, found.unit, 4)],
        ["a month at this rate", format_value(found.per_month, f"{found.unit}/month", 4)],
        [f"mean {found.resolution}", format_value(found.mean, step, 4)],
        [f"busiest {found.resolution}", f"{format_value(found.peak, step, 4)} ({found.peak_at})"],
        ["busiest over mean", "–" if ratio is None else format_number(ratio)],
    ]
    if found.input_share is not None:
        rows.append(["share that is input", format_number(found.input_share)])
    if found.cached_share is not None:
        rows.append(["share of input read from a cache", format_number(found.cached_share)])
    click.echo(table(["usage", "value"], rows))
    for remark in found.remarks:
        click.echo(f"! {remark}")
    if found.curve:
        top = max(found.curve) or 1.0
        click.echo("\nLoad of a day (mean of each hour)")
        for hour, value in enumerate(found.curve):
            click.echo(f"  {hour:02}  {'█' * round(40 * value / top)} {format_number(value)}")
    if found.fills():
        click.echo("\nIn a scenario:\n\ndemand:")
        for name, written in found.fills().items():
            click.echo(f"  {name}: {written}")


def _text(file: Path, most: int) -> str:
    try:
        if file.is_dir():
            raise RackmathError(f"{file}: is a folder; give a file")
        if file.stat().st_size > most:
            raise RackmathError(f"{file}: over {most // 1024 // 1024} MiB; sum it by hour first")
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise RackmathError(f"{file}: no such file") from None
    except UnicodeDecodeError as problem:
        raise RackmathError(f"{file}: byte {problem.start} is not UTF-8; save it as UTF-8 CSV") from None
