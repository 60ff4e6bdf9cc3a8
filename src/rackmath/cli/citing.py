"""`rackmath brain cite`, `references` and `annotations`: what a note rests on, said and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, table
from rackmath.cli.desk import by_whom, desk_of, in_vault, named, read_text, show_written
from rackmath.cli.sources import a_file, a_source, known_source, to_file, write_out
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.brain.brackets import Bracket, Meaning
    from rackmath.brain.desk import Desk, Written
    from rackmath.brain.snapshots import Record
    from rackmath.vault import Document


@click.command()
@click.argument("note")
@click.argument("citation")
@a_source
@click.option("--sentences", help="Such as 12-14, 20; without it the citation is of the whole text.")
@click.option("--quote", help="Find the sentences by these words instead.")
@click.option("--snapshot", "wanted", help="The text's SHA-256, or how it begins; by default the newest.")
@click.option("--relation", default="supports", show_default=True, help="supports, contradicts, context or defines.")
@in_vault
@by_whom
@as_json
def cite(
    note: str,
    citation: str,
    citekey: str,
    sentences: str | None,
    quote: str | None,
    wanted: str | None,
    relation: str,
    vault: Path,
    handle: str | None,
    to_json: bool,
) -> None:
    """Bind a citation of a note (a footnote's label) to sentences of a source, and say whether they say it."""
    from dataclasses import replace
    from functools import partial

    from rackmath.brain import snapshots
    from rackmath.brain.anchors import quoted, selector
    from rackmath.brain.cite_check import Source, judge
    from rackmath.brain.cites import Cite, cites, sentence_numbers
    from rackmath.brain.confirm import confirm_citation
    from rackmath.vault import Document

    desk = desk_of(vault, handle)
    known_source(desk.vault, citekey)
    kept = snapshots.of_source(desk.vault, citekey)
    record = _chosen(kept, citekey, wanted, needed=bool(sentences or quote))
    numbers, problem = sentence_numbers(sentences) if sentences else ((), "")
    if problem:
        raise RackmathError(f"--sentences: {problem}")
    text = snapshots.load(desk.vault, record.sha256) if record else None
    if text and quote:
        numbers = quoted(text, quote)
        if not numbers:
            raise RackmathError(f"--quote: these words do not stand, once, in the kept text of {citekey}")
    opened = desk.read(named(vault, note))
    document = Document.parse(opened.text)
    place = selector(text, numbers) if text and numbers else None
    said = next((each for each in cites(document) if each.id == citation), Cite(citation))
    address, quoted_words = (record.sha256 if record else ""), (place.quote if place else "")
    said = replace(
        said, citekey=citekey, snapshot=address, sentences=numbers, quote=quoted_words, relation=relation, problem=""
    )
    source = Source.of(citekey, Document.parse(desk.vault.read(f"sources/{citekey}.md")[0]).front)
    verdict = judge(said, source, kept, partial(snapshots.load, desk.vault))
    bound = confirm_citation(
        document, citation, source=citekey, snapshot=address, sentences=numbers, selector=place, relation=relation,
        by=desk.author, at=_now(), state=verdict.state,
    )  # fmt: skip
    written = desk.save(
        opened.note_id, bound.text, opened.sha256, kind="minor", message=f"citation {citation} bound to {citekey}"
    )
    if to_json:
        print_json({**asdict(written), "state": verdict.state, "why": verdict.why, "notes": list(verdict.notes)})
        return
    show_written(written, to_json=False)
    click.echo(f"{verdict.state.replace('_', ' ')}: {clean(verdict.why)}")
    for line in verdict.notes:
        click.echo(clean(line))


@click.command()
@click.argument("note")
@click.option("--confirm", "confirmed", multiple=True, metavar="R1=9:NOTE,13:NOTE", help="Say what a bracket means.")
@click.option("--reject", "rejected", multiple=True, metavar="R1", help="Say that what is offered for it is wrong.")
@click.option("--accept-all-above", "above", type=click.FloatRange(0, 1), help="Confirm what is at least so sure.")
@in_vault
@by_whom
@as_json
def references(
    note: str,
    confirmed: tuple[str, ...],
    rejected: tuple[str, ...],
    above: float | None,
    vault: Path,
    handle: str | None,
    to_json: bool,
) -> None:
    """Show the bracket references of an imported note with what they may mean, and say what they do mean."""
    from rackmath.brain.brackets import brackets
    from rackmath.brain.confirm import confirm_above, confirm_reference, reject_reference
    from rackmath.vault import Document

    desk = desk_of(vault, handle)
    opened = desk.read(named(vault, note))
    document = Document.parse(opened.text)
    by, at = desk.author, _now()
    for said in confirmed:
        reference, meanings = _meanings(desk, document, said)
        document = confirm_reference(document, reference, meanings, by=by, at=at)
    for reference in rejected:
        document = reject_reference(document, reference, by=by, at=at)
    if above is not None:
        document, _ = confirm_above(document, above, by=by, at=at)
    written = None
    if document.text != opened.text:
        written = desk.save(
            opened.note_id, document.text, opened.sha256, kind="minor", message="bracket references settled"
        )
    _show_references(brackets(document), written, to_json)


@click.group("annotations")
def annotated() -> None:
    """Take citations out as W3C annotations, and bring W3C or Hypothes.is annotations in."""


@annotated.command("export")
@in_vault
@click.option("--note", help="Of this note alone.")
@to_file
def export_annotations(vault: Path, note: str | None, to: Path | None) -> None:
    """Write the citations of the brain, or of one note, as W3C Web Annotations."""
    from rackmath.brain.formats.annotations import dump
    from rackmath.brain.formats.annotations_out import annotations_of
    from rackmath.vault import Vault

    write_out(
        dump(annotations_of(Vault.open(vault, read_only=True), None if note is None else _path_of(vault, note))), to
    )


@annotated.command("import")
@a_file
@in_vault
@by_whom
@click.option("--note", help="Put them into this note; by default into a draft of readings for each source.")
@as_json
def import_annotations(file: Path, vault: Path, handle: str | None, note: str | None, to_json: bool) -> None:
    """Read annotations into drafts: each a quotation with a citation, of the source that has its address."""
    from rackmath.brain.formats.annotations import load
    from rackmath.brain.formats.annotations_in import plan_annotations

    desk = desk_of(vault, handle)
    try:
        incoming, problems = load(read_text(str(file)))
    except RackmathError as error:
        raise RackmathError(f"{file.name}: {error}") from None
    path = desk.read(named(vault, note)).path if note else ""
    plan = plan_annotations(desk.vault, incoming, today=_now()[:10], note=path)
    if plan.changes:
        desk.vault.write_many(plan.changes, message=f"annotations of {file.name}", kind="import")
    if to_json:
        unknown = [{"url": url, "annotations": count} for url, count in plan.unknown.most_common()]
        planned = [asdict(each) for each in plan.planned]
        print_json({"planned": planned, "unknown": unknown, "already": plan.already, "problems": problems})
        return
    resolved = sum(each.state == "resolved_sentence" for each in plan.planned)
    click.echo(f"{len(plan.planned)} brought in ({resolved} found in kept texts), {plan.already} already there.")
    for changed, *_ in plan.changes:
        click.echo(f"  {clean(changed)}")
    for url, count in plan.unknown.most_common(20):
        click.echo(clean(f"No source of the brain has the address {url} ({count})."))
    for problem in problems[:20]:
        click.echo(f"note: {clean(problem)}", err=True)


COMMANDS = (cite, references, annotated)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _chosen(kept: list[Record], citekey: str, address: str | None, *, needed: bool) -> Record | None:
    if address:
        found = [record for record in kept if record.sha256.startswith(address.casefold())]
        if len(found) != 1:
            raise RackmathError(f"--snapshot: {len(found)} kept texts of {citekey} begin with {address[:20]!r}")
        return found[0]
    if needed and not kept:
        raise RackmathError(
            f"no text of {citekey} is kept, so it has no numbered sentences; save the page, then "
            f"`rackmath brain snapshot FILE --source {citekey}`"
        )
    return kept[0] if kept else None


def _meanings(desk: Desk, document: Document, said: str) -> tuple[str, Mapping[int, str]]:
    """Read ``r1=9:note,13:note``; a note is named by its id, title, file or key."""
    from rackmath.brain.brackets import brackets

    reference, _, rest = said.partition("=")
    offered = {(ref.id, each.number): each.note for ref in brackets(document) for each in ref.candidates}
    found: dict[int, str] = {}
    for part in re.split(r",(?=\s*\d{1,9}(?::|$))", rest) if rest else ():
        number, _, note = (piece.strip() for piece in part.partition(":"))
        if not (number.isascii() and number.isdigit()):
            raise RackmathError(f"--confirm {said[:60]!r}: write r1=9:NOTE, or r1=9 to take what is offered")
        wanted = note or offered.get((reference, int(number)), "")
        if not wanted:
            raise RackmathError(
                f"--confirm {reference}: nothing is offered for {number}; name the note: {reference}={number}:NOTE"
            )
        found[int(number)] = wanted if wanted == offered.get((reference, int(number))) else desk.read(wanted).note_id
    if not found:
        raise RackmathError(f"--confirm {said[:60]!r}: write r1=9:NOTE, or r1=9 to take what is offered")
    return reference, found


def _show_references(found: tuple[Bracket, ...], written: Written | None, to_json: bool) -> None:
    if to_json:
        shown: list[dict[str, Any]] = [asdict(each) for each in found]
        print_json({"references": shown, "written": asdict(written) if written else None})
        return
    if written:
        show_written(written, to_json=False)
    if not found:
        click.echo("This note has no bracket references.")
        return
    rows = []
    for ref in found:
        state = f"confirmed by {ref.confirmed_by or '?'}" if ref.state == "resolved" else ref.state
        sure = "" if ref.state == "resolved" or not ref.candidates else f"{ref.confidence:.0%}"
        lines: list[Meaning | None] = [*ref.confirmed, *ref.candidates]
        for at, each in enumerate(lines or [None]):
            head = ["", "", "", ""] if at else [ref.id, ref.raw, state, sure]
            rows.append([*head, f"{each.number}: {(each.title or each.note)[:70]}" if each else ""])
    click.echo(table(["id", "bracket", "state", "sure", "means"], rows, right="lllr"))


def _path_of(vault: Path, note: str) -> str:
    """Return the path of a note, without writing anything."""
    from rackmath.brain.library import Library

    found = Library(vault).note(named(vault, note), drafts=True)
    if found is None:
        raise RackmathError(f"there is no note {note!r} in {vault}; give its id, title, file name or path")
    return found.path
