"""`rackmath brain living` and `depends`: live figures and runs that moved, and who rests on what."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, print_json, shorten, table, today, wrap
from rackmath.cli.desk import by_whom, desk_of, in_vault

if TYPE_CHECKING:
    from rackmath.audit.living import Filed, Move, Node

MOVED = 1
"""Exit status of `--check` when something moved."""


@click.command()
@click.option("--propose", is_flag=True, help="Keep a proposal with the new words for each note that moved.")
@click.option("--check", is_flag=True, help="End with status 1 when something moved or cannot be recomputed.")
@in_vault
@by_whom
@as_json
def living(propose: bool, check: bool, vault: Path, handle: str | None, to_json: bool) -> None:
    """Recompute the live figures and model runs of notes; show the old and the new sentence of what moved.

    A live figure is written [[fig:ID|2.10]], a run [[run:ID|3.47]]. Nothing is changed: --propose keeps the new text
    beside the note, for its author to accept, edit or reject.
    """
    from rackmath.audit.living import file_proposals, moved
    from rackmath.audit.settled import key_of_move, settled
    from rackmath.vault import Vault

    found = moved(vault, today())
    decided = settled(Vault.open(vault, read_only=True))
    fine = {
        move for move in found.moves if (entry := decided.get(key_of_move(move))) is not None and entry.holds(today())
    }
    moves = [move for move in found.moves if move not in fine]
    filed = file_proposals(desk_of(vault, handle), found, fine) if propose and moves else []
    if to_json:
        print_json({
            "moves": [{**asdict(move), "key": key_of_move(move)} for move in moves],
            "settled": len(fine),
            "problems": list(found.problems),
            "proposals": [_filed(each) for each in filed],
        })  # fmt: skip
    else:
        _show(moves, found.problems, filed, len(fine))
    if check and (moves or found.problems):
        raise SystemExit(MOVED)


def _filed(each: Filed) -> dict[str, Any]:
    return {"note": each.note_id, "path": each.path, "proposal": each.proposal, "new": each.new}


def _show(moves: list[Move], problems: tuple[str, ...], filed: list[Filed], fine: int) -> None:
    sentences: dict[tuple[str, str], list[Move]] = {}
    for move in moves:
        sentences.setdefault((move.path, move.old_sentence), []).append(move)
    for (path, old), group in sentences.items():
        click.secho(f"{clean(shorten(group[0].note_title, 80))}  {path}:{group[0].line}", bold=True)
        click.echo(wrap(f"now:        {old}", "  "))
        click.echo(wrap(f"recomputed: {group[0].new_sentence}", "  "))
        for why in dict.fromkeys(move.why for move in group):
            click.echo(wrap(f"because {why}", "  "))
        for follow in dict.fromkeys(each for move in group for each in move.follow):
            click.echo(wrap(follow, "  "))
        click.echo()
    for problem in problems:
        click.echo(wrap(problem))
    for each in filed:
        click.echo(f"{'Proposed' if each.new else 'Proposed before'}: {clean(each.proposal)}")
    count = len(moves)
    said = (
        "Nothing moved"
        if not count
        else f"{count} live {'figure or run has' if count == 1 else 'figures or runs have'} moved"
    )
    click.echo(f"{said}{f'; {fine} called fine or put off' if fine else ''}.")


@click.command()
@click.argument("name")
@in_vault
@as_json
def depends(name: str, vault: Path, to_json: bool) -> None:
    """Say who rests on a figure, a model run or a note (NAME), and what it rests on itself."""
    from rackmath.audit.living import depends as rests
    from rackmath.audit.living import moved
    from rackmath.brain.library import Library

    found = rests(Library.open(vault), moved(vault, today()), name)
    if to_json:
        print_json({
            "of": asdict(found.of),
            "rests_on_it": [asdict(each) for each in found.above],
            "it_rests_on": [asdict(each) for each in found.below],
            "edges": [list(edge) for edge in found.edges],
            "left_out": found.left_out,
        })  # fmt: skip
        return
    click.secho(f"{found.of.sort} {clean(found.of.title)}: {clean(found.of.words)}", bold=True)
    _nodes("Rests on it", found.above)
    _nodes("It rests on", found.below)
    if found.left_out:
        click.echo(f"and {found.left_out} more")


def _nodes(head: str, nodes: tuple[Node, ...]) -> None:
    if not nodes:
        click.echo(f"{head}: nothing.")
        return
    rows = [[str(each.step), each.sort, shorten(each.title, 60), shorten(each.words, 34)] for each in nodes]
    click.echo(f"{head}:")
    click.echo(table(["steps", "what", "called", "value or kind"], rows, "r"))


COMMANDS = (living, depends)
