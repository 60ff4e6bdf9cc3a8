"""`rackmath brain publish` and `rackmath brain figures`: what leaves a brain as files, and figures that come in."""

from __future__ import annotations

from pathlib import Path

import click

from rackmath.cli.common import as_json, print_json, today
from rackmath.errors import RackmathError


@click.command()
@click.option("--vault", "vaults", multiple=True, type=click.Path(path_type=Path), help="A brain; may be repeated.")
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The folder; new, empty, or made by this.")
@click.option("--origin", default="", metavar="URL", help="Where it will be served, for the sitemap and the feeds.")
@click.option("--title", default="", help="The site's title; by default that of its first brain.")
@click.option("--no-starter", is_flag=True, help="Leave the bundled brain out.")
@as_json
def publish(vaults: tuple[Path, ...], to: Path, origin: str, title: str, no_starter: bool, to_json: bool) -> None:
    """Write the whole site as files that any file server can serve: pages, feeds, sitemap, and their data."""
    from rackmath.brain.site import Site
    from rackmath.web.export import publish as write

    site = Site.open(vaults, starter=not no_starter, title=title)
    done = write(site, to, today=today(), origin=origin, told=None if to_json else _told)
    if to_json:
        print_json({"folder": str(to), "pages": done.pages, "files": done.files, "bytes": done.bytes})
        return
    click.echo(f"{done.pages:,} pages in {done.files:,} files, {done.bytes / 1e6:.1f} MB: {to / 'index.html'}")


def _told(done: int, total: int) -> None:
    import sys

    if sys.stderr.isatty() and (done % 20 == 0 or done == total):
        click.echo(f"\r{done:,} of {total:,} pages", err=True, nl=done == total)


@click.group()
def figures() -> None:
    """Figures as tables: CSV, JSON Lines or Parquet, out and in."""


_FORMAT = click.option(
    "--format", "format_", default="", type=click.Choice(["", "csv", "jsonl", "parquet"]), help="If the name says not."
)
_VAULT = click.option("--vault", required=True, type=click.Path(path_type=Path), help="The brain.")


@figures.command("export")
@_VAULT
@click.option("--to", type=click.Path(path_type=Path), help="The file; without it CSV goes to standard output.")
@click.option("--all", "drafts", is_flag=True, help="Take figures of drafts and notes in review too.")
@_FORMAT
def export_figures(vault: Path, to: Path | None, drafts: bool, format_: str) -> None:
    """Write every figure of the brain's published notes as one long table."""
    from rackmath.brain.formats.figures import as_bytes, csv_text, format_of, rows_of
    from rackmath.brain.library import Library

    library = Library.open(vault)
    urls = {entry.citekey: entry.url for entry in library.sources()}
    cards = library.notes(status=None if drafts else ("published",), order="title")
    notes = (note for card in cards if (note := library.note(card.id, drafts=drafts)) is not None)
    rows = [row for note in notes for row in rows_of(note.document, note.path, urls)]
    if to is None:
        click.echo(csv_text(rows), nl=False)
        return
    data = as_bytes(rows, format_of(to, format_))
    temporary = to.with_name(f".{to.name}.new")
    try:
        temporary.write_bytes(data)
        temporary.replace(to)
    finally:
        temporary.unlink(missing_ok=True)
    click.echo(f"{len(rows):,} figures: {to}")


@figures.command("import")
@click.argument("table", type=click.Path(path_type=Path))
@_VAULT
@click.option("--into", required=True, metavar="NOTE", help="The note (its file in the brain) that takes new figures.")
@click.option("--writer", default="importer", show_default=True, help="Name of the journal that it is kept in.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@_FORMAT
@as_json
def import_figures(
    table: Path, vault: Path, into: str, writer: str, dry_run: bool, format_: str, to_json: bool
) -> None:
    """Bring a table of figures into the brain; figures that it holds already are changed where they stand."""
    from rackmath.brain.formats.figures_in import plan_import
    from rackmath.evidence import Evidence
    from rackmath.vault import Vault

    opened = Vault.open(vault, writer)
    if not opened.exists(into):
        raise RackmathError(f"--into: there is no {into!r} in {vault}; give a note's file, such as notes/reading/x.md")
    plan = plan_import(opened, table, into, Evidence.load(vault).quantities, format_)
    if plan.changes and not dry_run:
        opened.write_many(plan.changes, message=f"figures of {table.name}", kind="import")
    counts = {"added": len(plan.added), "changed": len(plan.changed), "unchanged": len(plan.unchanged)}
    if to_json:
        print_json({**counts, "files": [path for path, _, _ in plan.changes], "written": not dry_run})
        return
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    click.echo(f"{told}{'; nothing is written' if dry_run else ''}")
