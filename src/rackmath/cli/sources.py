"""`rackmath brain snapshot` and `rackmath brain sources`: what notes rest on."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackmath.cli.common import as_json, clean, print_json, wrap, write_whole
from rackmath.cli.desk import by_whom, desk_of, in_vault, read_text
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.vault import Vault

a_file = click.argument("file", type=click.Path(path_type=Path))
to_file = click.option(
    "--to", "to", type=click.Path(path_type=Path), help="Write to a file instead of standard output."
)
a_source = click.option("--source", "citekey", required=True, metavar="CITEKEY", help="The source; a file in sources/.")


@click.command()
@a_file
@a_source
@in_vault
@by_whom
@click.option("--url", default="", help="Where the page is; by default what it says of itself.")
@click.option("--captured", help="The day on which it was saved (YYYY-MM-DD); by default the file's own date.")
@click.option("--title", default="", help="By default the page's own.")
@click.option("--licence", default="unstated", help="Of the text.")
@click.option(
    "--publishable", is_flag=True, help="All of the text may be shown to the public; else only what is cited."
)
@as_json
def snapshot(
    file: Path,
    citekey: str,
    vault: Path,
    handle: str | None,
    url: str,
    captured: str | None,
    title: str,
    licence: str,
    publishable: bool,
    to_json: bool,
) -> None:
    """Keep a saved page (text, Markdown, HTML) so that notes can cite its numbered sentences. Nothing is fetched."""
    from datetime import UTC, datetime

    from rackmath.brain.captured import MOST_BYTES
    from rackmath.brain.snapshots import take

    desk = desk_of(vault, handle)
    try:
        when = captured or datetime.fromtimestamp(file.stat().st_mtime, UTC).date().isoformat()
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise RackmathError(f"{file}: {error.strerror or error}") from None
    taken = take(
        desk.vault, known_source(desk.vault, citekey), data, captured_at=when, name=file.name, url=url, title=title,
        licence=licence, publishable=publishable,
    )  # fmt: skip
    if to_json:
        print_json(asdict(taken.record))
        return
    click.echo(f"Kept {taken.record.sentences:,} sentences of {clean(citekey)} as {taken.record.text_path}.")
    for each in taken.sentences[:5]:
        click.echo(wrap(f"{each.n:4}  {each.text[:300]}"))


@click.group("sources")
def sources() -> None:
    """Bring references in from BibTeX or CSL-JSON, and take them out."""


@sources.command("import")
@a_file
@in_vault
@by_whom
@as_json
def import_sources(file: Path, vault: Path, handle: str | None, to_json: bool) -> None:
    """Read a .bib or CSL-JSON file into the brain's sources. What is there already keeps its key and its words."""
    from rackmath.brain.formats.references_in import read_references
    from rackmath.brain.formats.source_plan import plan_sources

    desk = desk_of(vault, handle)
    plan = plan_sources(desk.vault, read_references(read_text(str(file)), file.name))
    if plan.changes:
        desk.vault.write_many(plan.changes, message=f"references of {file.name}", kind="import")
    if to_json:
        print_json({
            "added": plan.added, "filled": plan.filled, "unchanged": plan.unchanged, "keys": plan.keys,
            "renamed": [list(each) for each in plan.renamed], "problems": plan.problems,
            "left_out": [[key, list(names)] for key, names in plan.left_out],
        })  # fmt: skip
        return
    click.echo(f"{len(plan.added)} added, {len(plan.filled)} filled in, {len(plan.unchanged)} already there.")
    for key, citekey, why in plan.renamed:
        click.echo(clean(f"{key} is {citekey} here: {why}."))
    for citekey, names in plan.left_out:
        click.echo(clean(f"{citekey}: not kept: {', '.join(names)}."))
    for problem in plan.problems:
        click.echo(f"note: {clean(problem)}", err=True)


@sources.command("export")
@click.option("--format", "form", required=True, type=click.Choice(["csl", "bibtex"]), help="CSL-JSON or BibLaTeX.")
@in_vault
@to_file
def export_sources(form: str, vault: Path, to: Path | None) -> None:
    """Write all sources as CSL-JSON or BibLaTeX, under their citekeys."""
    from rackmath.brain.formats import bibtex, csl
    from rackmath.vault import Document, Vault

    opened = Vault.open(vault, read_only=True)
    found = []
    for path, text in opened.documents("sources", []) if opened.exists_folder("sources") else ():
        front = Document.parse(text).front
        found.append((str(front.get("citekey") or Path(path).stem), front))
    write_out(csl.dump(csl.to_item(front, key) for key, front in found) if form == "csl" else bibtex.dump(found), to)


COMMANDS = (snapshot, sources)


def known_source(vault: Vault, citekey: str) -> str:
    """Return a citekey that the brain has, or say which ones are close."""
    known = [Path(path).stem for path in vault.files("sources")] if vault.exists_folder("sources") else []
    if citekey not in known:
        raise RackmathError(f"{vault.name} has no source {citekey!r}{suggest(citekey, known)}")
    return citekey


def write_out(text: str, to: Path | None) -> None:
    """Print a text, or write it to a file as a whole."""
    if to is None:
        click.echo(text, nl=False)
        return
    try:
        write_whole(to, text)
    except OSError as error:
        raise RackmathError(f"{to}: {error.strerror or error}") from None
