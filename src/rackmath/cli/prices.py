"""`rackmath prices`: what a model costs on a day, what usage costs by the list, and how fast a quality gets cheaper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, day, load_evidence, print_json, table, today, vaults
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from decimal import Decimal

    from rackmath.meter.prices import Bill, Books, Change, Listed

MAX_SHOWN = 12


@click.group()
def prices() -> None:
    """Price lists of model APIs: look one up, bill usage by it, or see how fast a quality gets cheaper."""


def _book(function: Any) -> Any:
    function = click.option(
        "--book",
        "books",
        multiple=True,
        type=click.Path(path_type=Path),
        help="CSV of prices of your own; comes before figures and the package.",
    )(function)
    return vaults(function)


def _books(paths: tuple[Path, ...], vaults: tuple[Path, ...]) -> Books:
    """Return the price books in the order in which they answer: files, then figures, then the package."""
    from rackmath.meter.prices import Books, FigureBook, PackageBook, TableBook

    return Books([*map(TableBook.read, paths), FigureBook(load_evidence(vaults)), PackageBook()])


@prices.command()
@click.argument("model")
@click.option("--provider", default="", help="Who serves it; without one, its own maker or the first that is known.")
@click.option("--on", "on", metavar="DATE", help="The day whose prices are wanted; today unless given.")
@click.option("--variant", default="standard", show_default=True, help="standard, batch, flex, priority or fast.")
@_book
@as_json
def show(
    model: str,
    provider: str,
    on: str | None,
    variant: str,
    books: tuple[Path, ...],
    vaults: tuple[Path, ...],
    to_json: bool,
) -> None:
    """Show the list prices of MODEL on a day."""
    listed = _books(books, vaults).find(model, provider, day(on) or today(), variant)
    if to_json:
        print_json(_plain(listed))
        return
    since = f"since {listed.since}" if listed.since else "no start date in the list"
    click.secho(clean(f"{listed.model} at {listed.provider or '–'}, {listed.variant} ({since})"), bold=True)
    rows = [
        [_length(tier.above, listed), *(_cell(tier.prices.get(kind)) for kind in _kinds())] for tier in listed.tiers
    ]
    click.echo(table(["input of a request", *(kind.replace("_", " ") for kind in _kinds())], rows, "lrrrrr"))
    click.echo(f"USD per million tokens; – is billed as plain input. Source: {clean(listed.source)}")


def _kinds() -> tuple[str, ...]:
    from rackmath.meter.prices.book import KINDS

    return KINDS


def _length(above: int, listed: Listed) -> str:
    if len(listed.tiers) == 1:
        return "any length"
    return f"over {above:,} tokens" if above else f"up to {listed.tiers[1].above:,} tokens"


def _cell(price: Decimal | None) -> str:
    return "–" if price is None else f"{price:f}"


def _plain(listed: Listed) -> dict[str, Any]:
    return {
        "provider": listed.provider,
        "model": listed.model,
        "variant": listed.variant,
        "since": listed.since.isoformat() if listed.since else None,
        "unit": "USD/Mtok",
        "tiers": [
            {"above_input_tokens": tier.above, **{kind: float(price) for kind, price in tier.prices.items()}}
            for tier in listed.tiers
        ],
        "source": listed.source,
    }


@prices.command(name="bill")
@click.argument("usage", type=click.Path(path_type=Path))
@_book
@as_json
def bill_(usage: Path, books: tuple[Path, ...], vaults: tuple[Path, ...], to_json: bool) -> None:
    """Bill the USAGE of an API export (CSV) by the list price of each row's day.

    Columns: date, model, output_tokens, and input_tokens (all input) or fresh_input_tokens; optional are provider,
    variant, requests, cached_input_tokens, cache_write_tokens and cache_write_1h_tokens. Names that providers' own
    exports use are known too. A row without a price is told, never dropped.
    """
    from rackmath.meter.prices import bill, read_usage

    made = bill(read_usage(usage), _books(books, vaults))
    if not made.groups and not made.unpriced:
        raise RackmathError(f"{usage}: holds no usage")
    if to_json:
        print_json(_bill(made))
    else:
        _print_bill(made)


def _bill(made: Bill) -> dict[str, Any]:
    return {
        "unit": "USD",
        "total": float(made.total),
        "total_exact": f"{made.total:f}",
        "lines": {kind: float(cost) for kind, cost in made.lines.items()},
        "without_cache": float(made.without_cache),
        "groups": [
            {
                **_plain(group.listed),
                "above_input_tokens": group.above,
                "requests": group.requests,
                "tokens": group.tokens,
                "cost": float(sum(group.cost.values())),
            }
            for group in made.groups
        ],
        "unpriced": [{"row": where, "why": why} for where, why in made.unpriced],
        "unpriced_tokens": made.unpriced_tokens,
        "prices_without_a_date": made.undated,
        "rows_priced_at_their_mean_length": made.averaged,
    }


def _print_bill(made: Bill) -> None:
    rows = [
        [
            group.listed.model,
            group.listed.provider or "–",
            group.listed.variant,
            _length(group.above, group.listed),
            f"{group.requests:,}",
            f"{sum(group.tokens.values()):,}",
            f"{sum(group.cost.values()):,.2f}",
        ]
        for group in sorted(made.groups, key=lambda group: -sum(group.cost.values()))
    ]
    head = ["model", "provider", "variant", "input of a request", "requests", "tokens", "USD"]
    click.echo(table(head, [*rows, ["total", "", "", "", "", "", f"{made.total:,.2f}"]], "llllrrr"))
    if made.total:
        parts = sorted(made.lines.items(), key=lambda line: -line[1])
        click.echo(", ".join(f"{kind.replace('_', ' ')} {cost / made.total:.0%}" for kind, cost in parts))
    click.echo(f"Without a cache the same tokens would cost {made.without_cache:,.2f} USD.")
    if made.undated:
        click.echo("Some prices have no start date in their list; they are taken to have held all along.")
    if made.averaged:
        click.echo(
            f"{made.averaged:,} row(s) sum several requests of a model whose price depends on their length; each was "
            "priced at its mean length."
        )
    for where, why in made.unpriced[:MAX_SHOWN]:
        click.echo(f"! {clean(where)}: {clean(why)}")
    if len(made.unpriced) > MAX_SHOWN:
        click.echo(f"! and {len(made.unpriced) - MAX_SHOWN:,} more rows without a price")


@prices.command()
@click.argument("model")
@click.option("--book", required=True, type=click.Path(path_type=Path), help="CSV of prices with start dates.")
@click.option("--provider", default="", help="Only this seller.")
@click.option("--variant", default="standard", show_default=True, help="standard, or as the list writes it.")
@as_json
def history(model: str, book: Path, provider: str, variant: str, to_json: bool) -> None:
    """Show every base price that MODEL ever had in a BOOK, and by how much it changed at each provider."""
    from rackmath.meter.prices import TableBook, changes

    found = TableBook.read(book).history(model, provider, variant)
    changed = changes(found)
    if to_json:
        print_json({"prices": [_plain(listed) for listed in found], "changes": [_change(each) for each in changed]})
        return
    rows = [
        [
            str(listed.since or "–"),
            listed.provider or "–",
            *(_cell(listed.tiers[0].prices.get(kind)) for kind in _kinds()),
        ]
        for listed in found
    ]
    head = ["since", "provider", *(kind.replace("_", " ") for kind in _kinds())]
    click.echo(table(head, rows, "llrrrrr"))
    click.echo(f"USD per million tokens. Source: {clean(found[0].source)}")
    for each in changed:
        ends = f"{each.first:f} ({each.first_since or 'no date'}) to {each.last:f} ({each.last_since or 'no date'})"
        click.echo(clean(f"{each.provider or '–'}, {each.kind.replace('_', ' ')}: {ends}, {_factor(each.factor)}"))
    if any(listed.since is None for listed in found):
        click.echo("A price without a date is taken to have held before all others.")
    if any(len(listed.tiers) > 1 for listed in found):
        click.echo("Some of these prices differ for longer requests; --json holds all of their tiers.")


def _factor(factor: float | None) -> str:
    if factor is None:
        return "was free"
    if factor == 1:
        return "unchanged"
    return f"× {factor:.3g}, {f'{1 - factor:.0%} lower' if factor < 1 else f'{factor - 1:.0%} higher'}"


def _change(each: Change) -> dict[str, Any]:
    first, last = each.first_since, each.last_since
    return {
        "provider": each.provider,
        "kind": each.kind,
        "unit": "USD/Mtok",
        "first": float(each.first),
        "first_since": first.isoformat() if first else None,
        "last": float(each.last),
        "last_since": last.isoformat() if last else None,
        "factor": each.factor,
    }


@prices.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--quality", "qualities", type=float, multiple=True, required=True, help="The least score; repeatable.")
@click.option("--input-share", type=float, default=0.75, show_default=True, help="Share of input in the blended price.")
@as_json
def compression(file: Path, qualities: tuple[float, ...], input_share: float, to_json: bool) -> None:
    """Say how fast the price of a quality falls, from a FILE (CSV) of offers with a score.

    Columns: model, date, input_usd_mtok, output_usd_mtok, quality (any score: higher is better).
    """
    from rackmath.meter.prices import compression as fall
    from rackmath.meter.prices import read_offers

    offers = read_offers(file, input_share)
    found = [fall(offers, quality) for quality in qualities]
    if to_json:
        print_json([_fall(each) for each in found])
        return
    rows = []
    for each in found:
        fitted = "–"
        if each.fitted_factor is not None:
            fitted = f"{each.fitted_factor:.2f} ({each.fitted_low:.2f} to {each.fitted_high:.2f})"
        ends = f"{each.records[0].price:.3g} → {each.records[-1].price:.3g}"
        rows.append(
            [
                f"{each.quality:g}",
                str(len(each.records)),
                f"{each.years:.2f}",
                ends,
                f"{each.annual_factor:.2f}",
                f"{1 - 1 / each.annual_factor:.0%}",
                fitted,
                f"{12 * each.halving_years:.1f}",
            ]
        )
    head = ["quality", "records", "years", "USD/Mtok", "× a year", "fall a year", "fitted × (90 %)", "halves in months"]
    click.echo(table(head, rows, "rrrrrrrr"))
    click.echo("List prices, blended; what is paid after caching and batching may have moved differently.")


def _fall(each: Any) -> dict[str, Any]:
    kept = {name: getattr(each, name) for name in each.__dataclass_fields__ if name != "records"}
    return {
        **kept,
        "records": [
            {"model": one.model, "since": one.since.isoformat(), "usd_per_mtok": one.price, "quality": one.quality}
            for one in each.records
        ],
    }
