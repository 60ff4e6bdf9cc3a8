"""`rackmath brain`: read pages in, search, and check a vault."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli import attention, citing, history, lineage, living, sources, tags, write
from rackmath.cli.common import as_json, clean, print_json, today
from rackmath.cli.publish import figures, publish
from rackmath.cli.search import search


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

    report = read_in(page, into, writer=writer, today=today())
    if to_json:
        print_json(report.to_json())
    else:
        click.echo(report.render())


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


for commands in (write, history, sources, citing, tags, lineage, attention, living):
    for command in commands.COMMANDS:
        brain.add_command(command)
for command in (search, publish, figures):
    brain.add_command(command)
