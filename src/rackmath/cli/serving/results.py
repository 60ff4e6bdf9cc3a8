"""`rackmath serving results`: published MLPerf results, with what follows from them and what may be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, load_evidence, print_json, shorten, table, vaults
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.evidence import Evidence
    from rackmath.meter.mlperf.derived import Derived, Price
    from rackmath.meter.mlperf.results import Result

FILTERS = ("benchmark", "scenario", "round", "division", "availability", "accelerator", "submitter")


def _filters(function: Any) -> Any:
    for name in reversed(FILTERS):
        told = "Part of the name that is wanted." if name in {"accelerator", "submitter"} else "Only of this."
        function = click.option(f"--{name}", name, help=told)(function)
    return function


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@_filters
@click.option("--price", "prices", multiple=True, help="USD of an accelerator-hour: H100=2.50, by part of its name.")
@click.option("--price-date", "priced_on", help="The day of those prices (YYYY-MM-DD).")
@click.option("--term", default="on-demand", show_default=True, help="Which rental price of a brain is taken.")
@click.option("--changes", type=click.Path(path_type=Path), help="CSV of results taken back or modified later.")
@click.option(
    "--compare", "compared", type=int, multiple=True, help="Compare two rows, by their number; give it twice."
)
@click.option("--claim", help="Check the shown or compared rows against a claim (gpu-faster, platform-cheaper …).")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Rows that are shown.")
@vaults
@as_json
def results(
    results: Path,
    prices: tuple[str, ...],
    priced_on: str | None,
    term: str,
    changes: Path | None,
    compared: tuple[int, ...],
    claim: str | None,
    limit: int,
    vaults: tuple[Path, ...],
    to_json: bool,
    **wanted: str | None,
) -> None:
    """List MLPerf RESULTS (CSV) per accelerator, per watt and per dollar, or compare two rows of them.

    RESULTS is the summary.csv of a round, or a table of several rounds. Twins under two accuracy targets stand once.
    """
    from rackmath.meter.mlperf import NOTICE
    from rackmath.meter.mlperf.changes import apply, read_changes
    from rackmath.meter.mlperf.derived import derive, scaling
    from rackmath.meter.mlperf.results import read_results

    read = read_results(results, twins=bool(compared))
    read, gone = apply(read, read_changes(changes)) if changes else (read, [])
    if compared:
        _compare(_rows(read, compared), claim, to_json)
        return
    kept = [each for each in read if _wanted(each, wanted)]
    if not kept:
        raise RackmathError(f"{results.name}: no result is left of {len(read):,}; {_why_none(read, wanted)}")
    if priced_on and not prices:
        raise RackmathError("--price-date is the day of a --price; give one")
    given = _given_prices(prices, priced_on)
    evidence = None if given else load_evidence(vaults)
    scaled = scaling(read)
    found = [derive(each, _price(each, given, evidence, term)) for each in kept]
    found.sort(key=lambda each: (each.result.unit, -(each.per_accelerator or 0), each.result.row))
    if claim:
        _supported(claim, [each.result for each in found], to_json)
        return
    if to_json:
        print_json(
            {
                "notice": NOTICE,
                "results": [_json(each, scaled.get(each.result.row)) for each in found],
                "taken_back": [{"row": result.row, "because": change.told} for result, change in gone],
            }
        )
        return
    shown = found[:limit]
    rows = [_line(each, scaled.get(each.result.row)) for each in shown]
    head = ["row", "round", "submitter", "accelerator", "n", "benchmark", "scenario", "value", "unit"]
    click.echo(table([*head, "per chip", "per W", "USD/Mtok", "η"], rows, "rllrrllrlrrrr"))
    if len(found) > limit:
        click.echo(f"{limit} of {len(found):,} results; --limit shows more")
    _say(shown, scaled, gone)
    click.echo(NOTICE)


def _wanted(result: Result, wanted: Mapping[str, str | None]) -> bool:
    from rackmath.meter.mlperf.results import split_target

    for name, value in wanted.items():
        if value is None:
            continue
        written, low = str(getattr(result, name)).lower(), value.strip().lower()
        if name == "benchmark" and split_target(low) != (low, ""):
            if split_target(low) != (result.benchmark, result.target):
                return False
        elif low not in written if name in {"accelerator", "submitter"} else low != written:
            return False
    return True


def _why_none(read: Sequence[Result], wanted: Mapping[str, str | None]) -> str:
    """Return the filter that no result passes by itself, with what it could have been; or that none passes all."""
    for name, value in wanted.items():
        if value is not None and not any(_wanted(each, {name: value}) for each in read):
            known = sorted({str(getattr(each, name)) for each in read})
            near = suggest(value, known) or f"; there are {', '.join(known[:8])}{' …' if len(known) > 8 else ''}"
            return f"none has --{name} {value[:40]!r}{near}"
    return "loosen the filters, which leave none together"


def _given_prices(prices: tuple[str, ...], on: str | None) -> dict[str, Price]:
    from rackmath.cli.common import day
    from rackmath.meter.mlperf.derived import Price

    found = {}
    for each in prices:
        name, _, value = each.partition("=")
        try:
            usd = float(value)
        except ValueError:
            usd = 0.0
        if not name.strip() or not 0 < usd < 1e6:
            raise RackmathError(f"--price {each[:40]!r}: write H100=2.50, in USD per accelerator-hour")
        if on is None:
            raise RackmathError("--price needs --price-date: a price without its day is no price")
        found[name.strip().lower()] = Price(usd, usd, usd, f"--price {name.strip()}", str(day(on)))
    return found


def _price(result: Result, given: Mapping[str, Price], evidence: Evidence | None, term: str) -> Price | None:
    from rackmath.meter.mlperf.derived import Price
    from rackmath.models.serving.mlperf import chip_of

    if evidence is None:
        return next((price for name, price in given.items() if name in result.accelerator.lower()), None)
    chip = chip_of(result.accelerator) if result.accelerator else None
    if chip is None:
        return None
    try:
        figure = evidence.get(f"{chip.name.replace('_', '-')}/rental-price", scope={"term": term})
    except RackmathError:
        return None  # no brain has a price of it: the cell stays empty
    if figure.reading.stated is None or figure.unit != "USD/GPU_hour":
        return None
    middle = figure.reading.stated.distribution.central()
    low, high = (middle if end is None else end for end in (figure.reading.low, figure.reading.high))
    return Price(float(low), float(middle), float(high), f"{figure.ref}, {term}", str(figure.as_of))


def _line(each: Derived, scaled: tuple[float, Result] | None) -> list[str]:
    result, cost = each.result, each.usd_per_mtok
    return [
        str(result.row),
        result.round,
        shorten(result.submitter, 16),
        shorten(result.accelerator, 26),
        "–" if result.accelerators is None else f"{result.accelerators:g}",
        result.benchmark + (f"-{result.target}" if result.target else ""),
        result.scenario,
        f"{result.value:,.6g}",
        result.unit,
        _cell(each.per_accelerator),
        _cell(each.per_watt),
        "–" if cost is None else f"{cost[0]:.3g}" if cost[0] == cost[2] else f"{cost[0]:.3g}–{cost[2]:.3g}",
        "–" if scaled is None else f"{scaled[0]:.3f}",
    ]


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}"


def _say(
    shown: Sequence[Derived], scaled: Mapping[int, tuple[float, Result]], gone: Sequence[tuple[Result, Any]]
) -> None:
    kinds = {(e.result.round, e.result.benchmark, e.result.scenario, e.result.division) for e in shown}
    if len(kinds) > 1:
        click.echo(f"! these are {len(kinds)} kinds of result (round, benchmark, scenario, division): do not rank them")
    for told in dict.fromkeys(f"{each.price.source} ({each.price.on})" for each in shown if each.price):
        click.echo(clean(f"price: {told}"))
    for each in shown:
        if each.result.remarks:
            click.echo(clean(f"! row {each.result.row}: {'; '.join(each.result.remarks)}"))
        if each.result.row in scaled:
            base = scaled[each.result.row][1]
            click.echo(f"η of row {each.result.row}: over row {base.row} with {base.accelerators:g} accelerators")
    for result, change in gone[:20]:
        click.echo(clean(f"left out: row {result.row}, {change.told}"))


def _json(each: Derived, scaled: tuple[float, Result] | None) -> dict[str, Any]:
    result = each.result
    plain = {name: getattr(result, name) for name in result.__slots__ if name != "remarks"}
    return {
        **plain,
        "remarks": list(result.remarks),
        "tokens_per_s": result.tokens_per_s,
        "per_accelerator": each.per_accelerator,
        "per_watt": each.per_watt,
        "usd_per_mtok": list(each.usd_per_mtok) if each.usd_per_mtok else None,
        "price": {"source": each.price.source, "on": each.price.on} if each.price else None,
        "scaling_efficiency": scaled[0] if scaled else None,
        "scaled_from_row": scaled[1].row if scaled else None,
    }


def _rows(read: Sequence[Result], wanted: tuple[int, ...]) -> list[Result]:
    if len(wanted) != 2:
        raise RackmathError("--compare is given twice, once for each row")
    by_row = {each.row: each for each in read}
    for row in wanted:
        if row not in by_row:
            raise RackmathError(f"no result is in row {row}; the list without --compare names them in its first column")
    return [by_row[row] for row in wanted]


def _compare(pair: Sequence[Result], claim: str | None, to_json: bool) -> None:
    from rackmath.meter.mlperf import NOTICE
    from rackmath.meter.mlperf.derived import derive
    from rackmath.meter.mlperf.rules import differences, incomparable, supports

    first, second = pair
    reasons = supports(claim, pair) if claim else incomparable(first, second)
    per = [derive(each).per_accelerator for each in pair]
    ratio = None if reasons else second.value / first.value
    each = per[1] / per[0] if not reasons and per[0] and per[1] else None
    named = differences(first, second)
    if to_json:
        print_json(
            {
                "notice": NOTICE,
                "rows": [result.row for result in pair],
                "comparable": not reasons,
                "reasons": reasons,
                "ratio": ratio,
                "ratio_per_accelerator": each,
                "to_be_named": named,
            }
        )
        return
    if reasons:
        click.echo("not comparable because")
        for reason in reasons:
            click.echo(clean(f"  {reason}"))
        return
    click.echo(clean(f"row {second.row} is × {ratio:.4g} of row {first.row} in {first.unit}, {first.scenario}"))
    if each is not None:
        click.echo(f"per accelerator × {each:.4g}")
    if named:
        click.echo("to be named beside it:")
        for line in named:
            click.echo(clean(f"  {line}"))
    click.echo(NOTICE)


def _supported(claim: str, found: Sequence[Result], to_json: bool) -> None:
    from rackmath.meter.mlperf import NOTICE
    from rackmath.meter.mlperf.rules import CLAIMS, supports

    reasons = supports(claim, found)
    told = CLAIMS[claim]
    if to_json:
        print_json(
            {
                "notice": NOTICE,
                "claim": told.says,
                "divisions": list(told.divisions),
                "needs": list(told.needs),
                "measure": told.measure,
                "rows": [each.row for each in found],
                "supported": not reasons,
                "reasons": reasons,
            }
        )
        return
    click.echo(f"claim: {told.says}\n  of the {' or '.join(told.divisions)} division; measured as {told.measure}")
    for need in told.needs:
        click.echo(f"  needs {need}")
    click.echo(f"{len(found):,} results support it" if not reasons else "not supported because")
    for reason in reasons[:20]:
        click.echo(clean(f"  {reason}"))
    if len(reasons) > 20:
        click.echo(f"  and {len(reasons) - 20:,} more")
    click.echo(NOTICE)
