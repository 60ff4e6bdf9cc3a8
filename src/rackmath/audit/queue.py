"""The one queue of a brain: what its own checks wait for, what the audit found, and live figures that moved.

Each thing has a key, a severity and a weight. Severity 1 misleads readers now, 2 will, 3 is housekeeping; within one
severity the surest and those on which most rests come first. What people put off or called fine is left out, and kept
beside the queue with their reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import log2
from typing import TYPE_CHECKING

from rackmath.audit.settled import Settled, key_of, key_of_move, key_of_task, settled
from rackmath.brain.attention import urgency
from rackmath.brain.entries import PUBLIC, Card, Task
from rackmath.vault import Vault

if TYPE_CHECKING:
    import sqlite3

    from rackmath.audit.finding import Finding
    from rackmath.audit.living.moved import Living, Move
    from rackmath.brain.library import Library

SURE = 0.8
"""A wrong verdict of this confidence misleads readers now."""

LIKELY = 0.6
"""Below this confidence a question is housekeeping."""

TOLD = ("stale", "references", "links", "problems", "unresolved", "mismatch", "contradicted", "orphaned")
"""Rules of findings that the brain's own checks tell of already, by note."""

KINDS = {
    "arithmetic": "audit_figures",
    "conflict": "audit_conflicts",
    "citation": "audit_citations",
    "structure": "audit_structure",
    "staleness": "audit_stale",
}
"""Kinds of tasks by the sort of finding."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, most pressing first, and what was settled with its decision."""

    tasks: tuple[Task, ...]
    settled: tuple[tuple[Task, Settled], ...]


def queue(library: Library, findings: Iterable[Finding], living: Living | None, today: date) -> Queue:
    """Return the queue of a brain.

    Parameters
    ----------
    findings
        What the audit of the brain found.
    living
        Its live figures and runs; None while they are being recomputed.
    """
    with library.reading():
        tasks = [replace(task, key=key_of_task(task)) for task in library.attention(today)]
        tasks += _found(library, findings)
        tasks += _moved(library, living.moves) if living else ()
        tasks += _troubles(library, living.problems) if living else ()
    decided = settled(Vault.open(library.path, read_only=True))
    open_, done = [], []
    for task in tasks:
        decision = decided.get(task.key)
        if decision is not None and decision.holds(today):
            done.append((task, decision))
        else:
            open_.append(task)
    return Queue(tuple(sorted(open_, key=order)), tuple(sorted(done, key=lambda pair: order(pair[0]))))


def order(task: Task) -> tuple[object, ...]:
    """Return what tasks are sorted by: severity, then the kind's place, then what is surest and carries most."""
    severity, *rest = urgency(task)
    return severity, -task.weight, *rest


def _found(library: Library, findings: Iterable[Finding]) -> Iterator[Task]:
    wanted = [
        each
        for each in findings
        if each.verdict in ("wrong", "ambiguous") and each.rule not in TOLD and not each.rule.startswith("source-")
    ]
    cards = cards_by_path(library)
    rests = resting(library)
    for each in wanted:
        card = cards.get(each.path)
        if each.path and (card is None or card.status not in PUBLIC):
            continue
        key = key_of(each, card.id if card else "")
        yield Task(
            kind=KINDS[each.kind],
            severity=severity_of(each),
            title=f"{_words(each)}: {each.note}",
            why=each.explanation.rstrip("."),
            target=f"/audit#f-{key}",
            card=card,
            brain=library.id,
            key=key,
            weight=weight(each.confidence, rests.get(card.id, 0) if card else 0),
            claim=each.claim[:600],
        )


def severity_of(finding: Finding) -> int:
    """Return how pressing a finding is."""
    if finding.verdict == "wrong":
        return 1 if finding.confidence >= SURE else 2
    return 2 if finding.confidence >= LIKELY else 3


def weight(confidence: float, resting_on_it: int) -> float:
    """Return how much a finding weighs: how sure it is, and more the more notes rest on the note it stands in."""
    return round(confidence * (1 + log2(1 + resting_on_it) / 4), 4)


def _words(finding: Finding) -> str:
    what = {
        "arithmetic": "Does not follow" if finding.verdict == "wrong" else "May not follow",
        "conflict": "Notes that disagree",
        "citation": "Not in what is cited" if finding.rule.startswith("cited-") else "What it rests on",
        "structure": "Counts that differ",
        "staleness": "Said as of long ago",
    }
    return what[finding.kind]


def _moved(library: Library, moves: Sequence[Move]) -> Iterator[Task]:
    cards = cards_by_path(library)
    rests = resting(library)
    for key, move in {key_of_move(move): move for move in moves}.items():
        card = cards.get(move.path)
        follow = f"; {'; '.join(move.follow)}" if move.follow else ""
        yield Task(
            kind="living",
            severity=1 if card is not None and card.status in PUBLIC else 2,
            title=f"{move.words} is now {move.new}: {move.note_title}",
            why=f"{move.why}{follow}",
            target="/living",
            items=(f"Now: {move.old_sentence}", f"Recomputed: {move.new_sentence}"),
            count=1,
            card=card,
            brain=library.id,
            key=key,
            weight=weight(1.0, rests.get(card.id, 0) if card else 0),
            claim=move.old_sentence[:600],
        )


def _troubles(library: Library, problems: Sequence[str]) -> Iterator[Task]:
    if problems:
        count = len(problems)
        title = f"{count} live {'figure or run' if count == 1 else 'figures or runs'} cannot be recomputed"
        task = Task("living_problems", 2, title, problems[0], "/living", items=tuple(problems[:50]), count=count,
                    brain=library.id)  # fmt: skip
        yield replace(task, key=key_of_task(task))


def cards_by_path(library: Library) -> dict[str, Card]:
    """Return the notes of a brain by the path of their file."""
    return {card.path: card for card in library.notes(status=None)}


def resting(library: Library) -> dict[str, int]:
    """Return how many notes link to each note, by id."""

    def step(db: sqlite3.Connection) -> dict[str, int]:
        sql = (
            "SELECT other.id, count(DISTINCT link.note) FROM link JOIN name ON name.name = link.name "
            "JOIN note AS other ON other.rowid = name.note WHERE link.note <> other.rowid GROUP BY other.id"
        )
        return dict(db.execute(sql))

    return library.ask(step)
