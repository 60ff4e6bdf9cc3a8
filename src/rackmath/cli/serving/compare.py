"""`rackmath serving compare`: two quoted numbers, compared or refused with the reasons."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.common import as_json, clean, print_json


@click.command()
@click.argument("quotes", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--of", "subjects", multiple=True, default=("hardware",), show_default=True, help="What is compared; repeatable."
)
@as_json
def compare(quotes: tuple[Path, ...], subjects: tuple[str, ...], to_json: bool) -> None:
    """Compare two quoted numbers, QUOTES, or say why they are not comparable; one alone is checked.

    A quote is YAML or JSON: metric, value, percentile, input_tokens, output_tokens, concurrency or rate, loop, model,
    active_parameters, precision, hardware, count, engine, version, division, scenario, date, network; low and high.
    """
    from rackmath.errors import RackmathError
    from rackmath.meter.quoted import compare as held_against
    from rackmath.meter.quoted import read_quote
    from rackmath.meter.quoted.compare import TOLERANCES
    from rackmath.meter.quoted.quote import NEEDED

    if len(quotes) > 2:
        raise RackmathError("give one quote to check, or two to compare")
    read = [read_quote(path) for path in quotes]
    if len(read) == 1:
        (one,) = read
        if to_json:
            print_json({"quote": one.name, "complete": not one.missing, "missing": list(one.missing)})
            return
        click.echo(clean(f"{one.name}: {'may be compared' if not one.missing else 'not comparable with anything'}"))
        for field in one.missing:
            click.echo(f"  missing: {field}: {NEEDED[field]}")
        return
    found = held_against(read[0], read[1], subjects)
    names = [each.name for each in read]
    if to_json:
        print_json(
            {
                "quotes": names,
                "of": list(subjects),
                "comparable": not found.reasons,
                "reasons": list(found.reasons),
                "ratio": found.ratio,
                "low": found.low,
                "high": found.high,
                "better": found.better or None,
                "remarks": list(found.told),
                "tolerances": TOLERANCES,
            }
        )
        return
    if found.ratio is None:
        click.echo("not comparable because")
        for reason in found.reasons:
            click.echo(clean(f"  {reason}"))
        return
    interval = f" ({found.low:.3g} to {found.high:.3g})" if found.low is not None and found.high is not None else ""
    click.echo(clean(f"{names[1]} is × {found.ratio:.4g}{interval} of {names[0]} in {read[0].metric}"))
    click.echo(clean(f"better: {found.better}"))
    for told in found.told:
        click.echo(clean(f"! {told}"))
    click.echo("Let differ: " + ", ".join(subjects) + ". Tolerated:")
    for field, words in TOLERANCES.items():
        click.echo(f"  {field}: {words}")
