"""What needs a person: the queue of a site, most pressing first, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rackmath.audit.queue import Queue, order, queue
from rackmath.audit.settled import reopen, settle
from rackmath.brain.entries import PUBLIC
from rackmath.errors import RackmathError
from rackmath.web.audited import audit_of, audit_page
from rackmath.web.cards import card
from rackmath.web.lists import address, once
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.work import Action, Doing, Go
from rackmath.web.writing import desk_of, own_library

if TYPE_CHECKING:
    from rackmath.audit.settled import Settled
    from rackmath.brain.entries import Task
    from rackmath.brain.site import Site

SEVERITIES = {1: ("Now", "bad"), 2: ("Soon", "half"), 3: ("When there is time", "open")}
"""Severity: its words, and the look of the state."""

KINDS = {
    "living": (
        "Live figures that moved",
        "What they rest on has another value; the old and the new sentence stand here.",
    ),
    "living_problems": ("Live figures that cannot be recomputed", "A name, an input or a value is not there."),
    "audit_figures": ("Figures that do not follow", "Recomputed from the figures of the same text."),
    "audit_conflicts": ("Statements that disagree", "Like scope and time, and they cannot all be true."),
    "audit_citations": ("Figures and what they rest on", "Not in the reading that is cited, or no source is named."),
    "audit_structure": ("Counts that differ", "The text announces another number than it lists."),
    "audit_stale": ("Said as of long ago", "A figure with a date that has passed."),
    "proposals": ("Proposed edits", "A text that met a newer one is kept beside it until somebody merges it."),
    "review": ("Waiting for a review", "Readers do not see them before the reviewers that the rules name have agreed."),
    "conflicts": ("Figures that disagree", "Figures of one thing whose ranges do not meet, and nobody has said why."),
    "citations_mismatch": ("Citations with other numbers", "A number of the claim is not in the cited sentence."),
    "citations_contradicted": ("Citations that say otherwise", "The cited sentence contradicts the claim."),
    "citations_orphaned": ("Citations that lost their sentence", "The source has changed, and the sentence is gone."),
    "source_retracted": ("Sources that were withdrawn", "Notes that rest on them need another look."),
    "source_superseded": ("Sources with a successor", "A newer one has taken their place."),
    "source_dead": ("Sources that are gone", "Their address no longer answers."),
    "gone": ("Links to what no longer holds", "Published notes point at a note that was retired or replaced."),
    "stale": ("Figures past their time", "Older than the half-life of what they measure, and a text rests on them."),
    "fallen": ("Resting on what fell", "What they rest on, through other notes, was retracted, retired or superseded."),
    "references": ("References nobody has confirmed", "Numbers in brackets with candidates, and no one who decided."),
    "problems": ("Files that cannot be read in full", "What is wrong stands with each of them."),
    "citations_unresolved": ("Citations without a source", "Marks of an import: what they rest on is not known."),
    "links": ("Links that lead nowhere", "No note has this name."),
    "tags": ("Tags that may be one", "Spellings of what looks like the same thing."),
}
"""Kinds of tasks: the title of their group, and why they matter. A kind that is not here gets its own name."""

MOST_SETTLED = 60
"""Things that were settled that the page shows."""

SHOWN = 10
"""Tasks of one kind beside those of others; on its own a kind is shown in full."""


def queues(site: Site, asked: Asked) -> list[Queue]:
    """Return the queue of each brain, without notes that the reader cannot see."""
    found = []
    for library in site.libraries:
        told = audit_of(library, asked.day)
        whole = queue(library, told.findings, told.living, asked.day)
        seen = tuple(task for task in whole.tasks if _seen(task, asked))
        found.append(Queue(seen, tuple(pair for pair in whole.settled if _seen(pair[0], asked))))
    return found


def _seen(task: Task, asked: Asked) -> bool:
    return asked.drafts or task.card is None or task.card.status in PUBLIC


def tasks_for(site: Site, asked: Asked) -> list[Task]:
    """Return what waits; readers are not told of notes that they cannot see."""
    return sorted((task for each in queues(site, asked) for task in each.tasks), key=order)


def task_row(task: Task, decision: Settled | None = None) -> dict[str, Any]:
    """Return a task as plain data, with what was decided about it."""
    words, look = SEVERITIES.get(task.severity, SEVERITIES[3])
    return {
        "kind": task.kind,
        "severity": task.severity,
        "severity_words": words,
        "look": look,
        "title": task.title,
        "why": task.why,
        "href": task.target if task.target.startswith("/") else (card(task.card)["href"] if task.card else ""),
        "target": task.target,
        "since": task.since,
        "count": task.count,
        "items": list(task.items),
        "note": card(task.card) if task.card else None,
        "key": task.key,
        "weight": task.weight,
        "brain": task.brain,
        "settled": {name: getattr(decision, name) for name in ("decision", "because", "until", "by", "date")}
        if decision
        else None,
    }  # fmt: skip


def group_title(kind: str) -> tuple[str, str]:
    """Return the title of a group of tasks and why it matters."""
    return KINDS.get(kind, (kind.replace("_", " ").replace("-", " ").capitalize(), ""))


@audit_page
def attention(site: Site, asked: Asked) -> Page:
    """Show the queue by kind, the kind with the most pressing task first; ``?kind=`` shows one kind in full."""
    whole = queues(site, asked)
    rows = [task_row(task) for task in sorted((task for each in whole for task in each.tasks), key=order)]
    done = [task_row(task, decision) for each in whole for task, decision in each.settled]
    kind = asked.get("kind")
    if kind and kind not in {row["kind"] for row in rows}:
        raise NotFound(f"nothing of the kind {kind!r} waits; see /attention")
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if kind and row["kind"] != kind:
            continue
        groups.setdefault(row["kind"], []).append(row)
    shown = len(rows) if asked.static or kind else SHOWN
    counts = {severity: sum(row["severity"] == severity for row in rows) for severity in SEVERITIES}
    data = {
        "kind": kind,
        "total": len(rows),
        "by_severity": [
            {"severity": severity, "words": SEVERITIES[severity][0], "look": SEVERITIES[severity][1], "count": count}
            for severity, count in counts.items()
            if count
        ],
        "groups": [
            {
                "kind": kind,
                "title": group_title(kind)[0],
                "why": group_title(kind)[1],
                "same_why": len(members) > 1 and len({row["why"] for row in members}) == 1,
                "href": address("/attention", kind=kind),
                "count": len(members),
                "tasks": members[:shown],
                "more": max(0, len(members) - shown),
            }
            for kind, members in groups.items()
        ],
        "settled": done[:MOST_SETTLED],
        "settled_count": len(done),
        "auditing": [library.title for library in site.libraries if not audit_of(library, asked.day).current],
        "day": asked.day.isoformat(),
    }
    return Page(
        path="/attention",
        template="site/attention.html",
        title="Needs attention",
        description=f"{plural(len(rows), 'task')}: stale figures, conflicts, citations to resolve and reviews to give.",
        data=data,
        markdown=_markdown(rows),
        rows=[
            {name: row[name] for name in ("kind", "severity", "title", "why", "href", "since", "count", "key")}
            for row in rows
        ],
        styles=("audit.css", "write.css"),
        index=False,
    )


def _markdown(rows: Sequence[dict[str, Any]]) -> str:
    lines = ["# Needs attention", ""]
    for row in rows:
        since = f", since {row['since']}" if row["since"] else ""
        where = f"[{row['title']}]({row['href']})" if row["href"] else row["title"]
        lines.append(f"- {row['severity_words']}: {where}. {row['why']}{since}")
    return "\n".join(lines if rows else [*lines, "Nothing waits."]) + "\n"


def decide(doing: Doing) -> Go:
    """Put something of the queue off, call it fine, or ask again; readers are told who did, when and why."""
    library = own_library(doing.site, doing.asked)
    key, wanted = doing.form.get("key"), doing.form.get("do")
    told = audit_of(library, doing.asked.day)
    whole = queue(library, told.findings, told.living, doing.asked.day)
    tasks = {task.key: task for task in (*whole.tasks, *(task for task, _ in whole.settled))}
    if key not in tasks:
        raise NotFound("this is not in the queue any more: the text has changed, or somebody else has settled it")
    task, desk = tasks[key], desk_of(doing.work, library, doing.asked)
    back = doing.form.get("next")
    back = back if back.startswith(("/audit", "/living", "/n/")) else "/attention"
    if wanted == "again":
        reopen(desk, key)
        return Go(back, "It is in the queue again.")
    until = doing.form.get("until").strip()
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise RackmathError(f"{until[:40]!r} is not a day; write YYYY-MM-DD") from None
    about = {"what": task.kind, "note": task.card.id if task.card else "", "title": task.title, "claim": task.claim}
    because = doing.form.get("because").strip()
    done = settle(desk, key, "later" if wanted == "later" else "fine", about, because=because, until=day)
    return Go(back, f"Put off until {done.until}." if wanted == "later" else "Remembered as fine, with your reason.")


ACTIONS = [Action("/attention", decide)]
ROUTES = [Route("/attention", attention, once)]
