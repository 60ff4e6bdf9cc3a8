"""`rackmath brain`: read pages in, search, and check a vault."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackmath.cli.common import as_json, clean, print_json, wrap

if TYPE_CHECKING:
    from rackmath.brain import Hit


@click.group()
def brain() -> None:
    """Keep a brain: a folder of notes, sources and figures."""


@brain.command("import")
@click.argument("page", type=click.Path(path_type=Path))
@click.option("--into", required=True, type=click.Path(path_type=Path), help="The vault to write; made if absent.")
@click.option("--writer", default="importer", show_default=True, help="Name of the journal that the import is kept in.")
@as_json
def import_page(page: Path, into: Path, writer: str, to_json: bool) -> None:
    """Read a brain's page into a vault, and report what it holds and what is wrong with it."""
    from rackmath.brain import import_page as read_in

    report = read_in(page, into, writer=writer)
    if to_json:
        print_json(report.to_json())
    else:
        click.echo(report.render())


@brain.command()
@click.argument("query")
@click.option("--vault", required=True, type=click.Path(path_type=Path), help="The brain to search.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000), help="Results at most.")
@as_json
def search(query: str, vault: Path, limit: int, to_json: bool) -> None:
    """Search title, tags and body; the best passage is shown."""
    from rackmath.brain import search as find

    found = find(vault, query, limit=limit)
    if to_json:
        print_json(
            [{**asdict(each), "why": _why(each), "reasons": [asdict(reason) for reason in each.why]} for each in found]
        )
        return
    for place, each in enumerate(found, 1):
        click.secho(f"{place:2}. {clean(each.title)}", bold=True)
        click.echo(f"    {each.kind} · score {each.score:.2f} · {_why(each)}")
        click.echo(wrap(each.passage, "    ") + "\n")
    if not found:
        click.echo("No note matches. Try fewer or other words.")


def _why(hit: Hit) -> str:
    """Say in words why a note was found."""
    return "; ".join(f"{', '.join(reason.words)} in {', '.join(reason.fields)}" for reason in hit.why)


@brain.command()
@click.argument("vault", type=click.Path(path_type=Path))
@as_json
def check(vault: Path, to_json: bool) -> None:
    """Check a vault: notes, figures, sources, citations and the journal. Ends with status 1 when something is wrong."""
    from rackmath.vault import Vault

    opened = Vault.open(vault)
    problems = [*opened.check(), *opened.verify()]
    if to_json:
        print_json([str(each) for each in problems])
    else:
        for each in problems:
            click.echo(clean(str(each)))
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        click.echo(f"{count}." if problems else "Nothing is wrong.")
    if problems:
        raise SystemExit(1)
