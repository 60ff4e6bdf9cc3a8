"""`rackmath brain attention` and `settle`: the one queue of a brain, and what people decide about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rackmath.cli.common import as_json, clean, day, print_json, shorten, today, wrap
from rackmath.cli.desk import by_whom, desk_of, in_vault
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    from rackmath.audit.queue import Queue
    from rackmath.audit.settled import Settled
    from rackmath.brain.entries import Task

SHOWN = 30
WHEN = {1: "now", 2: "soon", 3: "when there is time"}


@click.command()
@click.option("--kind", help="Only things of this kind, such as living or audit_figures.")
@click.option("--settled", is_flag=True, help="Show what was put off or called fine instead, with the reasons.")
@in_vault
@as_json
def attention(kind: str | None, settled: bool, vault: Path, to_json: bool) -> None:
    """List what needs a person: the brain's own checks, what the audit found, and live figures that moved.

    The most pressing comes first. `rackmath brain settle` puts one off or says why it is fine.
    """
    if kind is not None:
        from rackmath.web.pages.attention import KINDS

        if kind not in KINDS:
            near = suggest(kind, KINDS) or ";"
            raise RackmathError(f"--kind {kind[:40]!r} is not known{near} known are {', '.join(KINDS)}")
    found = _queue(vault)
    pairs: list[tuple[Task, Settled | None]] = (
        list(found.settled) if settled else [(each, None) for each in found.tasks]
    )
    pairs = [(task, decision) for task, decision in pairs if kind in (None, task.kind)]
    if to_json:
        print_json([_told(task, decision) for task, decision in pairs])
        return
    for task, decision in pairs[:SHOWN]:
        click.secho(f"{task.key}  {WHEN[task.severity]}  {task.kind}  {clean(shorten(task.title, 90))}", bold=True)
        click.echo(wrap(f"{task.why}.", "  "))
        for item in task.items[:2] if task.kind == "living" else ():
            click.echo(wrap(item, "  "))
        if decision is not None:
            until = f"until {decision.until}" if decision.decision == "later" else "fine"
            click.echo(
                wrap(f"{until}, says {decision.by or 'nobody named'} on {decision.date}: {decision.because}", "  ")
            )
    if len(pairs) > SHOWN:
        click.echo(f"and {len(pairs) - SHOWN} more; --json has all")
    words = "settled" if settled else "to look at"
    click.echo(f"{len(pairs)} {words}; {len(found.tasks) if settled else len(found.settled)} "
               f"{'to look at' if settled else 'settled'}.")  # fmt: skip


def _queue(vault: Path) -> Queue:
    from rackmath.audit.kept import audited
    from rackmath.audit.living import moved
    from rackmath.audit.queue import queue
    from rackmath.brain.library import Library

    library = Library.open(vault)
    return queue(library, audited(vault, today()), moved(vault, today()), today())


def _told(task: Task, decision: Settled | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": task.key,
        "kind": task.kind,
        "severity": task.severity,
        "weight": task.weight,
        "title": task.title,
        "why": task.why,
        "claim": task.claim,
        "note": task.card.title if task.card else "",
        "path": task.card.path if task.card else "",
        "since": task.since,
        "items": list(task.items),
    }
    if decision is not None:
        told |= {name: getattr(decision, name) for name in ("decision", "because", "until", "by", "date")}
    return told


@click.command()
@click.argument("finding")
@click.option("--because", default="", help="Why it is fine, or why it can wait. Kept with your name and the day.")
@click.option("--until", metavar="DATE", help="Put it off until this day (YYYY-MM-DD).")
@click.option("--again", is_flag=True, help="Take the decision back.")
@in_vault
@by_whom
@as_json
def settle(
    finding: str, because: str, until: str | None, again: bool, vault: Path, handle: str | None, to_json: bool
) -> None:
    """Say that a finding of the queue is fine, and why, or put it off. It comes back when its figures change."""
    from dataclasses import asdict

    from rackmath.audit.settled import reopen
    from rackmath.audit.settled import settle as remember

    desk = desk_of(vault, handle)
    if again:
        reopen(desk, finding)
        if to_json:
            print_json({"key": finding, "decision": ""})
        else:
            click.echo("It is in the queue again.")
        return
    found = _queue(vault)
    tasks = {task.key: task for task in (*found.tasks, *(task for task, _ in found.settled))}
    if finding not in tasks:
        raise RackmathError(f"{finding[:40]!r} is not in the queue; `rackmath brain attention` lists what is")
    task = tasks[finding]
    note = task.card.id if task.card else ""
    about = {"what": task.kind, "note": note, "title": task.title, "claim": task.claim}
    last = day(until)
    done = remember(desk, finding, "later" if last else "fine", about, because=because, until=last)
    if to_json:
        print_json(asdict(done))
    else:
        click.echo(
            f"Put off until {done.until}." if last else "Remembered as fine; it comes back when its figures change."
        )


COMMANDS = (attention, settle)
