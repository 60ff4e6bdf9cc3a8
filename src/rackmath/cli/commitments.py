"""`rackmath commitments`: replay commitments over a year's usage, and say how much to commit to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, print_json, shorten, table, wrap
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.meter.commitments import Replay, Summary, Usage
    from rackmath.meter.commitments.sizing import Sizing

TOP = 12
MEASURES = {"money": "", "normalised_hour": "normalised h", "instance_hour": "instance h"}


@click.group()
def commitments() -> None:
    """Reserved instances, savings plans and committed-use discounts over a history of usage."""


def usage_options(function: Any) -> Any:
    """Add the options that say how usage is read."""
    for option in (
        click.option(
            "--usage", "usage_file", type=click.Path(path_type=Path), required=True, help="Usage: .csv or .parquet."
        ),
        click.option("--zone", metavar="NAME", help="Zone of stamps that say no offset, such as Europe/Paris or UTC."),
        click.option(
            "--sum-duplicates", is_flag=True, help="Add up rows of one series and hour instead of refusing the second."
        ),
    ):
        function = option(function)
    return function


@commitments.command()
@usage_options
@click.option(
    "--commitments", "bought", type=click.Path(path_type=Path), required=True, help="What was bought: a YAML file."
)
@click.option("--focus", type=click.Path(path_type=Path), help="Write the bill as FOCUS rows (CSV).")
@click.option("--by-resource", is_flag=True, help="Keep each resource apart instead of pooling those of one SKU.")
@as_json
def replay(
    usage_file: Path,
    zone: str | None,
    sum_duplicates: bool,
    bought: Path,
    focus: Path | None,
    by_resource: bool,
    to_json: bool,
) -> None:
    """Apply commitments to usage hour by hour, as a provider's bill does.

    Prints who covered how much, what was wasted, and what all of it cost: paid in cash and amortised.
    """
    from rackmath.meter.commitments import read_commitments, read_usage, summarise
    from rackmath.meter.commitments import replay as apply

    owned, currency = read_commitments(bought)
    usage = read_usage(usage_file, zone=zone, by_resource=by_resource, sum_duplicates=sum_duplicates)
    if currency != usage.currency:
        raise RackmathError(f"{bought} is in {currency} and {usage_file} in {usage.currency}; convert one of them")
    result = apply(usage, owned, keep_draws=focus is not None)
    summary = summarise(result)
    if focus:
        from rackmath.meter.commitments.focus import write_focus

        rows = write_focus(result, focus)
    if to_json:
        print_json(_plain(result, summary))
        return
    _print(usage, summary, result)
    if focus:
        click.echo(f"\nFOCUS rows: {rows} in {focus}")


def _plain(result: Replay, summary: Summary) -> dict[str, Any]:
    from dataclasses import asdict

    from rackmath.meter.commitments.clock import written
    from rackmath.meter.commitments.overlaps import overlaps

    usage = result.usage
    return {
        "currency": usage.currency,
        "first_hour": written(usage.first),
        "rows": usage.rows,
        "skus": len(usage.skus),
        **asdict(summary),
        "accounts": [{**asdict(each), "amortised": each.amortised} for each in summary.accounts],
        "notes": [*usage.notes, *overlaps(result)],
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _print(usage: Usage, summary: Summary, result: Replay) -> None:
    from rackmath.meter.commitments.clock import written
    from rackmath.meter.commitments.overlaps import overlaps

    end = written(usage.first + usage.hours)[:16]
    click.echo(
        f"{usage.rows:,} rows of usage, {len(usage.skus)} SKUs, {usage.hours:,} hours "
        f"from {written(usage.first)[:16]} to {end} UTC; money in {usage.currency}\n"
    )
    if summary.commitments:
        rows = [
            [
                shorten(each.id, 28),
                each.kind,
                f"{each.used:,.2f}",
                f"{each.committed:,.2f}",
                MEASURES.get(each.measure, each.measure) or usage.currency,
                _percent(each.utilisation),
                f"{each.amortised:,.2f}",
                f"{each.waste:,.2f}",
                f"{each.saved:,.2f}",
            ]
            for each in summary.commitments
        ]
        head = ["commitment", "kind", "used", "of", "in", "utilisation", "amortised", "wasted", "saved"]
        click.echo(table(head, rows, right="llrrlrrrr"))
        click.echo()
    money = [
        ["all usage at on-demand rates", f"{summary.list_cost:,.2f}"],
        ["left on demand", f"{summary.on_demand:,.2f}"],
        ["paid in cash in these hours", f"{summary.cash:,.2f}"],
        ["amortised, with what was wasted", f"{summary.amortised:,.2f}"],
        ["wasted", f"{summary.waste:,.2f}"],
    ]
    if summary.sustained_use_discount:
        money.insert(2, ["sustained-use discount on that", f"{summary.sustained_use_discount:,.2f}"])
    click.echo(table(["over all hours", usage.currency], money, right="lr"))
    click.echo(
        f"\ncoverage {_percent(summary.coverage)} of usage in on-demand money, "
        f"effective savings rate {_percent(summary.esr_list)}"
    )
    if len(summary.accounts) > 1:
        click.echo()
        rows = [
            [
                shorten(each.account, 28),
                f"{each.on_demand:,.2f}",
                f"{each.covered:,.2f}",
                f"{each.unused:,.2f}",
                f"{each.amortised:,.2f}",
            ]
            for each in summary.accounts
        ]
        click.echo(table(["account", "on demand", "covered", "own waste", "amortised"], rows, right="lrrrr"))
    for note in (*usage.notes, *overlaps(result)):
        click.echo(wrap(f"note: {note}"))


@commitments.command()
@usage_options
@click.option("--rates", type=click.Path(path_type=Path), required=True, help="What can be bought: a YAML file.")
@as_json
def size(usage_file: Path, zone: str | None, sum_duplicates: bool, rates: Path, to_json: bool) -> None:
    """Say how much to commit to, from a history of usage and a menu of terms and payment options.

    Each pool alone by the quantile rule, as a ladder of a long and a short term; then all together, with the gap to the
    cheapest plan, and the history replayed with what should be bought.
    """
    from rackmath.meter.commitments import read_usage
    from rackmath.meter.commitments.menu import read_menu
    from rackmath.meter.commitments.sizing import size as reckon

    menu = read_menu(rates)
    usage = read_usage(usage_file, zone=zone, sum_duplicates=sum_duplicates)
    found = reckon(usage, menu)
    if to_json:
        print_json(_plain_sizing(usage, found))
    else:
        _print_sizing(usage, found)


def _plain_sizing(usage: Usage, found: Sizing) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "currency": usage.currency,
        "narrow_option": found.narrow_option,
        "broad_option": found.broad_option,
        "purchases": [asdict(each) for each in found.purchases],
        "cost": found.plan.cost,
        "cost_at_least": found.plan.bound,
        "pools": [asdict(each) for each in found.pools],
        "replayed": asdict(found.replayed),
        "notes": [*usage.notes, *found.notes],
    }


def _print_sizing(usage: Usage, found: Sizing) -> None:
    money = usage.currency
    click.echo(f"{usage.rows:,} rows of usage, {usage.hours:,} hours; money in {money} an hour\n")
    rows = [
        [
            shorten(each.pool.name, 30),
            f"{each.mean_demand:,.2f}",
            each.long_option or "–",
            f"{each.long:,.2f}",
            each.short_option or "–",
            f"{each.short:,.2f}",
            _percent(each.share_covered),
        ]
        for each in sorted(found.pools, key=lambda each: -each.mean_demand)[:TOP]
    ]
    head = ["each pool alone", "on demand", "long term", "commit", "short term", "commit", "covers"]
    click.echo(table(head, rows, right="lrlrlrr"))
    if len(found.pools) > TOP:
        click.echo(f"and {len(found.pools) - TOP} smaller pools (--json has them all)")
    click.echo()
    steps: dict[tuple[str, str], list[float]] = {}
    for each in found.purchases:
        steps.setdefault((each.option, each.scope), []).append(each.hourly)
    bought = [
        [option, shorten(scope, 30), f"{sum(parts):,.2f}", f"{len(parts)} of {parts[0]:,.2f}"]
        for (option, scope), parts in sorted(steps.items(), key=lambda each: -sum(each[1]))[:TOP]
    ]
    if bought:
        click.echo(table(["all together: buy", "for", f"{money}/h", "in steps"], bought, right="llrr"))
    else:
        click.echo("all together: buy nothing; on demand is cheapest")
    if len(steps) > TOP:
        click.echo(f"and {len(steps) - TOP} smaller purchases (--json has them all, and when each step is due)")
    told = found.replayed
    click.echo(
        f"\nthe history replayed: {told.amortised:,.2f} instead of {told.list_cost:,.2f} {money} on demand, "
        f"coverage {_percent(told.coverage)}, effective savings rate {_percent(told.esr_list)}, "
        f"wasted {told.waste:,.2f} {money}"
    )
    for note in (*usage.notes, *found.notes):
        click.echo(wrap(f"note: {note}"))
