"""What moved, as proposals: the note with its new words, kept beside it until its author accepts, edits or rejects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rackmath.audit.living.moved import Living, Move, spliced
from rackmath.audit.living.runs import BLOCK
from rackmath.brain.proposals import discard, proposals
from rackmath.errors import RackmathError
from rackmath.vault import Document
from rackmath.vault.paths import sha256

if TYPE_CHECKING:
    from rackmath.brain.desk import Desk
    from rackmath.brain.proposals import Proposal

MARK = "Recomputed: "
"""How the message of a proposal begins that was made here; one of these is replaced by a newer one of the same note."""

TOLD = 400
"""Characters of a proposal's message."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What was done for a note that moved: the proposal, and whether it was there already."""

    note_id: str
    path: str
    proposal: str
    moves: tuple[Move, ...]
    new: bool


def file_proposals(desk: Desk, living: Living, leave: Collection[Move] = ()) -> list[Filed]:
    """Keep a proposal for each note that moved; moves in `leave` stay as they are printed.

    A proposal that says the same is not made twice, and an older one of the same note is put away (the history keeps
    its text), so that a note has at most one.
    """
    groups: dict[str, list[Move]] = defaultdict(list)
    for move in living.moves:
        if move not in leave:
            groups[move.path].append(move)
    waiting = proposals(desk.vault)
    return [_filed(desk, living, path, moves, waiting) for path, moves in groups.items()]


def _filed(desk: Desk, living: Living, path: str, moves: list[Move], waiting: Iterable[Proposal]) -> Filed:
    opened = desk.read(path)
    document = living.documents[path]
    if opened.text != document.text:
        raise RackmathError(f"{path} was changed while it was recomputed; ask again")
    text = rewritten(document, moves, living)
    digest = sha256(text.encode())
    mine = [each for each in waiting if each.note_path == path and each.message.startswith(MARK)]
    same = next((each for each in mine if each.sha256 == digest), None)
    for each in mine:
        if each is not same:
            discard(desk, each, "recomputed once more")
    if same is not None:
        return Filed(opened.note_id, path, same.id, tuple(moves), new=False)
    told = MARK + "; ".join(f"{move.words} → {move.new} ({move.why})" for move in moves)
    told = told if len(told) <= TOLD else f"{told[: TOLD - 1].rstrip()}…"
    kept = desk.propose(opened.note_id, text, opened.sha256, kind="update", message=told)
    return Filed(opened.note_id, path, kept.id, tuple(moves), new=True)


def rewritten(document: Document, moves: Iterable[Move], living: Living) -> str:
    """Return a note's text with the new words, and with what its runs were made from now."""
    moves = list(moves)
    text = spliced(document.text, [(move.start, move.end, _token(document.text, move)) for move in moves])
    shown = {move.target for move in moves if move.kind == "run"}
    changed = Document.parse(text)
    for index, block in enumerate(changed.blocks(BLOCK)):
        data = block.data
        if not isinstance(data, list) or living.runs is None:
            continue
        for entry in data:
            name = entry.get("id") if isinstance(entry, dict) else None
            if name in shown:
                found = living.runs.value(str(name))
                entry["inputs"] = living.runs.bound_now(living.runs.specs[str(name)])
                entry["was"] = {**{key: round(value, 12) for key, value in found.inputs.items()}, "value": found.value}
        changed = changed.with_block(index, data, BLOCK)
    return changed.text


def _token(text: str, move: Move) -> str:
    bar = "\\|" if "\\|" in text[move.start : move.end] else "|"  # as it is written in a table
    return f"[[{move.kind}:{move.becomes or move.target}{bar}{move.new}]]"
