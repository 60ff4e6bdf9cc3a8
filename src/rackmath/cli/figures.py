"""`rackmath figures` and `conflicts`: the brain seen as numbers, and where it disagrees with itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, as_of, day, load_evidence, print_json, shorten, table, today, vaults, wrap

if TYPE_CHECKING:
    from datetime import date

    from rackmath.evidence import Evidence, Figure


@click.command()
@click.argument("query", required=False, default="")
@vaults
@as_of
@click.option("--latest", is_flag=True, help="Of each subject, quantity and scope, only the figure that holds.")
@as_json
def figures(query: str, vaults: tuple[Path, ...], as_of: str | None, latest: bool, to_json: bool) -> None:
    """List figures, all or those that match QUERY, with source and age."""
    from rackmath.evidence.series import series

    evidence = load_evidence(vaults)
    when = day(as_of)
    found = evidence.find(query, as_of=when)
    if latest:
        when = when or today()
        found = [each.latest for each in series(found, when)]
    if to_json:
        print_json([figure_json(each, evidence, when) for each in found])
        return
    rows = [
        [
            each.ref,
            shorten(_scope(each), 40),
            shorten(each.shown, 30),
            each.unit or "–",
            str(each.as_of),
            each.kind,
            shorten(each.source, 40),
        ]
        for each in found
    ]
    click.echo(table(["figure", "scope", "value", "unit", "as of", "kind", "source"], rows))
    click.echo(f"\n{len(rows)} figures{' match ' + repr(query) if query else ''}.")


def _scope(figure: Figure) -> str:
    return ", ".join(f"{axis}={value}" for axis, value in figure.scope.items())


def figure_json(figure: Figure, evidence: Evidence, as_of: date | None) -> dict[str, Any]:
    """Return a figure with its source and freshness as plain data."""
    source = evidence.sources.get(figure.source)
    freshness = figure.freshness(as_of) if as_of else None
    return {
        "id": figure.id,
        "ref": figure.ref,
        "subject": figure.subject,
        "quantity": figure.quantity,
        "value": figure.shown,
        "as_written": figure.as_written,
        "median": figure.reading.stated.distribution.central() if figure.reading.stated else None,
        "unit": figure.unit,
        "scope": {str(axis): str(value) for axis, value in figure.scope.items()},
        "as_of": str(figure.as_of),
        "stated_on": str(figure.stated_on or ""),
        "kind": figure.kind,
        "claimant": {"who": figure.claimant.who, "kind": figure.claimant.kind},
        "rank": figure.rank,
        "source": figure.source,
        "source_title": source.title if source else "",
        "url": source.url if source else "",
        "licence": source.licence if source else "",
        "note": figure.note_title,
        "stale": freshness.stale if freshness else None,
        "age_days": freshness.age_days if freshness else None,
    }


@click.command()
@vaults
@as_of
@as_json
def conflicts(vaults: tuple[Path, ...], as_of: str | None, to_json: bool) -> None:
    """List figures of one quantity that cannot all be true, with the reason."""
    evidence = load_evidence(vaults)
    found = evidence.conflicts(as_of=day(as_of))
    if to_json:
        print_json(
            [
                {
                    "quantity": each.first.ref,
                    "hard": each.hard,
                    "severity": each.severity,
                    "label": each.label,
                    "explanation": each.explanation,
                    "figures": [figure_json(one, evidence, None) for one in (each.first, each.second)],
                }
                for each in found
            ]
        )
        return
    for each in found:
        click.echo(wrap(f"{'hard' if each.hard else 'soft'}  {each.explanation}") + "\n")
    hard = sum(each.hard for each in found)
    click.echo(f"{len(found)} conflicts, {hard} of them hard (scopes equal and the gap wider than the ranges).")
