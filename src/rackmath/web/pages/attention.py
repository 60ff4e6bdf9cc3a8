"""What needs a person: the queue of a site, most pressing first, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain.entries import PUBLIC
from rackmath.web.cards import card
from rackmath.web.lists import address, once
from rackmath.web.memo import kept_page
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import Task
    from rackmath.brain.site import Site

SEVERITIES = {1: ("Now", "bad"), 2: ("Soon", "half"), 3: ("When there is time", "open")}
"""Severity: its words, and the look of the state."""

KINDS = {
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

SHOWN = 10
"""Tasks of one kind beside those of others; on its own a kind is shown in full."""


def tasks_for(site: Site, asked: Asked) -> list[Task]:
    """Return what waits; readers are not told of notes that they cannot see."""
    waiting = site.attention(asked.day)
    return [task for task in waiting if asked.drafts or task.card is None or task.card.status in PUBLIC]


def task_row(task: Task) -> dict[str, Any]:
    """Return a task as plain data."""
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
    }


def group_title(kind: str) -> tuple[str, str]:
    """Return the title of a group of tasks and why it matters."""
    return KINDS.get(kind, (kind.replace("_", " ").replace("-", " ").capitalize(), ""))


@kept_page
def attention(site: Site, asked: Asked) -> Page:
    """Show the queue by kind, the kind with the most pressing task first; ``?kind=`` shows one kind in full."""
    rows = [task_row(task) for task in tasks_for(site, asked)]
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
            {name: row[name] for name in ("kind", "severity", "title", "why", "href", "since", "count")} for row in rows
        ],
        index=False,
    )


def _markdown(rows: Sequence[dict[str, Any]]) -> str:
    lines = ["# Needs attention", ""]
    for row in rows:
        since = f", since {row['since']}" if row["since"] else ""
        where = f"[{row['title']}]({row['href']})" if row["href"] else row["title"]
        lines.append(f"- {row['severity_words']}: {where}. {row['why']}{since}")
    return "\n".join(lines if rows else [*lines, "Nothing waits."]) + "\n"


ROUTES = [Route("/attention", attention, once)]
