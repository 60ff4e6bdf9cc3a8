"""`rackmath brain history`, `diff`, `proposals` and `merge`: what a note was, and what waits for a decision."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rackmath.cli.common import as_json, as_of, clean, print_json, shorten, table
from rackmath.cli.desk import (
    by_whom,
    desk_of,
    edited,
    from_file,
    in_vault,
    named,
    read_text,
    show_conflicts,
    show_written,
    shown_vault,
)
from rackmath.errors import RackmathError

if TYPE_CHECKING:
    from rackmath.brain.diff import Block, Diff
    from rackmath.brain.events import Version
    from rackmath.brain.index import Index
    from rackmath.brain.proposals import ThreeWay

_COLOURS = {"added": "green", "removed": "red"}


def _versions(vault: Path, note: str, when: str | None) -> tuple[Index, str, list[Version]]:
    """Return the index, the note's title and its versions."""
    from rackmath.brain import shelf
    from rackmath.brain.events import versions
    from rackmath.brain.index import index_of

    name = named(vault, note)
    index = index_of(shown_vault(vault, when))
    row = index.read(lambda db: shelf.find(db, name), fresh=True)
    if row is None:
        raise RackmathError(f"there is no note {note[:100]!r}; give its id, title, file name or path")
    card = index.read(lambda db: shelf.cards_by_row(db, "", [row])[row])
    return index, card.title, versions(index, card.id)


@click.command()
@click.argument("note")
@in_vault
@as_of
@as_json
def history(note: str, vault: Path, as_of: str | None, to_json: bool) -> None:
    """List the versions of a note."""
    _, title, found = _versions(vault, note, as_of)
    if to_json:
        print_json([{**asdict(each), "minor": each.minor} for each in found])
        return
    click.secho(clean(title), bold=True)
    rows = [
        [str(each.number), _moment(each.at), each.author or "–", each.kind, shorten(each.message, 70)] for each in found
    ]
    click.echo(table(["version", "when (UTC)", "who", "kind", "message"], rows, "r"))


def _moment(at: str) -> str:
    return at[:16].replace("T", " ")


@click.command()
@click.argument("note")
@click.argument("old", type=click.IntRange(min=1), required=False)
@click.argument("new", type=click.IntRange(min=1), required=False)
@in_vault
@as_of
@as_json
def diff(note: str, old: int | None, new: int | None, vault: Path, as_of: str | None, to_json: bool) -> None:
    """Show what changed between two versions of a note; by default in the last one."""
    from rackmath.brain.diff import compare
    from rackmath.brain.events import text_of

    index, title, found = _versions(vault, note, as_of)
    last = new or len(found)
    first = old or max(last - 1, 1)
    for number in (first, last):
        if number > len(found):
            raise RackmathError(f"there is no version {number}; this note has versions 1 to {len(found)}")
    change = compare(*(text_of(index, found[number - 1]) for number in (first, last)))
    if to_json:
        print_json({"old": first, "new": last, **change.to_json()})
        return
    click.secho(f"{clean(title)}: version {first} → {last}", bold=True)
    click.echo(f"{change.words}.\n")
    _show_diff(change)


def _show_diff(change: Diff) -> None:
    for field in change.front:
        click.echo(f"{clean(field.name)}: {clean(field.words)}")
    for item in (*change.figures, *change.citations):
        name = clean(item.label or item.id)
        click.secho(f"{item.kind:8} {name}", bold=True, nl=False)
        click.echo(f"  {clean(item.words)}")
    skipped = False
    for block in change.prose:
        if block.kind == "same":
            skipped = True
            continue
        click.echo("\n…\n" if skipped else "")
        skipped = False
        _show_block(block)


def _show_block(block: Block) -> None:
    coloured = sys.stdout.isatty()
    signs = {"added": ("", "") if coloured else ("{+", "+}"), "removed": ("", "") if coloured else ("[-", "-]")}
    for piece in block.pieces:
        text = "\n".join(clean(line) for line in piece.text.split("\n"))
        before, after = signs.get(piece.op, ("", ""))
        click.secho(f"{before}{text}{after}", nl=False, fg=_COLOURS.get(piece.op), strikethrough=piece.op == "removed")
    click.echo()


@click.command()
@click.argument("proposal", required=False)
@click.option("--discard", is_flag=True, help="Take the proposal away; its text stays in the journal.")
@click.option("--message", default="", help="Why, for the history.")
@in_vault
@by_whom
@as_json
def proposals(
    proposal: str | None, discard: bool, message: str, vault: Path, handle: str | None, to_json: bool
) -> None:
    """List the texts that wait for a decision, show one, or discard it."""
    from rackmath.brain import proposals as kept
    from rackmath.brain.index import index_of
    from rackmath.vault import Vault

    if proposal is None:
        if discard:
            raise RackmathError("--discard: name the proposal that is to go")
        found = kept.proposals(Vault.open(vault, read_only=True))
        if to_json:
            print_json([asdict(each) for each in found])
        elif found:
            rows = [[each.id, _moment(each.at), each.author or "–", shorten(each.title, 50)] for each in found]
            click.echo(table(["proposal", "when (UTC)", "who", "note"], rows))
        else:
            click.echo("No proposal waits.")
        return
    opened = Vault.open(vault)
    chosen = kept.proposal(opened, proposal)
    if discard:
        kept.discard(desk_of(vault, handle), chosen, message)
        click.echo(f"Discarded {clean(chosen.path)}; its text stays in the journal.")
        return
    index = index_of(vault)
    index.refresh()
    sides = kept.three_way(opened, index, chosen)
    if to_json:
        print_json({**asdict(chosen), **asdict(sides)})
        return
    click.secho(f"{clean(chosen.title)}, by {chosen.author or 'nobody'}: {clean(chosen.message)}", bold=True)
    _show_sides(sides)


def _show_sides(sides: ThreeWay) -> None:
    from rackmath.brain.diff import compare

    if sides.merge and sides.merge.conflicts:
        click.echo(f"{len(sides.merge.conflicts)} conflict(s) with what the note says now:")
        show_conflicts(sides.merge)
    elif sides.merge:
        click.echo("It goes together with what the note says now.")
    if sides.theirs is not None:
        _show_diff(compare(sides.theirs, sides.mine))


@click.command()
@click.argument("proposal")
@from_file
@in_vault
@by_whom
@as_json
def merge(proposal: str, file: str | None, vault: Path, handle: str | None, to_json: bool) -> None:
    """Save a proposal into its note: at once where it goes together, else from the editor or a file."""
    from rackmath.brain import proposals as kept

    desk = desk_of(vault, handle)
    desk.index.refresh()
    chosen = kept.proposal(desk.vault, proposal)
    sides = kept.three_way(desk.vault, desk.index, chosen)
    if sides.now is None:
        raise RackmathError(f"{chosen.note_path}: the note is gone; `rackmath brain new` can make it anew")
    with ExitStack() as stack:
        if file is not None:
            text = read_text(file)
        elif sides.merge and sides.merge.text is not None:
            text = sides.merge.text
        else:
            again = f"rackmath brain merge --vault {vault} {chosen.id}"
            draft = sides.merge.draft if sides.merge else sides.mine
            text = stack.enter_context(edited(draft, Path(chosen.note_path).name, again))
        written = kept.accept(desk, chosen, text, sides.now)
    show_written(written, to_json)


COMMANDS = (history, diff, proposals, merge)
