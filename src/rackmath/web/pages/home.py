"""The front page: search first, then what changed, what needs a person, and what there is to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rackmath.web.audited import audit_page
from rackmath.web.cards import card
from rackmath.web.charts.shares import shares
from rackmath.web.citing import STATES
from rackmath.web.lists import once
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.pages.about import CITATIONS
from rackmath.web.pages.attention import task_row, tasks_for
from rackmath.web.pages.changes import change_row, gathered
from rackmath.web.pages.contributors import contributor_row, health_row
from rackmath.web.pages.feeds import feed_links
from rackmath.web.pages.quantity import quantity_path

if TYPE_CHECKING:
    from rackmath.brain.site import Site

CHANGES, TASKS, NEWEST, QUANTITIES = 6, 6, 7, 10
LOOKED_AT = 400
"""Changes that are looked at for the front page: an import of many notes counts as one."""


@audit_page
def home(site: Site, asked: Asked) -> Page:
    """Set the front page."""
    counts = site.counts()
    notes = sum(counts.values())
    quantities = sorted(site.quantities(), key=lambda one: (-one.figures, one.id))
    figures = sum(one.figures for one in quantities)
    newest = [card(note) for note in site.notes(limit=NEWEST)]
    tasks = [task_row(task) for task in tasks_for(site, asked)]
    people = [
        contributor_row(one, site.counts(contributor=handle), site.health(contributor=handle))
        for handle, one in site.contributors.items()
    ]
    people.sort(key=lambda row: (-row["notes"], row["handle"]))
    health = health_row(site.health())
    states = _states(health["by_state"])
    data = {
        "title": site.title,
        "brains": [{"id": library.id, "title": library.title} for library in site.libraries],
        "counts": {
            "notes": notes,
            "figures": figures,
            "sources": len(site.sources()),
            "quantities": sum(bool(one.figures) for one in quantities),
        },
        "lead": newest[0] if newest else None,
        "newest": newest[1:],
        "changes": gathered(change_row(change) for change in site.changes(LOOKED_AT))[:CHANGES],
        "tasks": _mixed(tasks)[:TASKS],
        "task_count": len(tasks),
        "pressing": sum(row["severity"] == 1 for row in tasks),
        "contributors": people,
        "quantities": [
            {
                "id": one.id,
                "name": one.name or one.id,
                "href": quantity_path(one.id),
                "figures": one.figures,
                "subjects": one.subjects,
            }
            for one in quantities[:QUANTITIES]
            if one.figures
        ],
        "health": {**health, "states": states},
        "updated": newest[0]["updated"] or newest[0]["published"] if newest else "",
    }
    return Page(
        path="/",
        template="site/home.html",
        title=site.title,
        description=f"{plural(notes, 'note')} and {plural(figures, 'figure')} with their sources.",
        data=data,
        markdown=_markdown(data),
        feeds=[*feed_links("all", "What changed"), *feed_links("corrections", "Corrections")],
        html={"health": shares(states, key="health", title="State of all citations")},
    )


def _mixed(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the tasks with the first of each kind before the second of any."""
    turn: dict[str, int] = {}
    turns: list[tuple[int, int, int]] = []
    for task in tasks:
        turn[task["kind"]] = turn.get(task["kind"], 0) + 1
        turns.append((turn[task["kind"]], task["severity"], len(turns)))
    return [tasks[place] for _, _, place in sorted(turns)]


def _states(by_state: dict[str, int]) -> list[dict[str, Any]]:
    """Return the states that occur, best first, with their looks."""
    return [
        {"state": state, "words": words, "look": look, "count": by_state[state], "meaning": CITATIONS[state]}
        for state, (look, words) in STATES.items()
        if by_state.get(state)
    ]


def _markdown(data: dict[str, Any]) -> str:
    lines = [f"# {data['title']}", ""]
    counts = data["counts"]
    told = ", ".join(plural(counts[name], name.removesuffix("s")) for name in ("notes", "figures", "sources"))
    lines += [f"{told}.", ""]
    lines += ["## What changed", ""]
    for row in data["changes"]:
        what = f"{len(row['members'])} notes" if row["members"] else f"[{row['note']['title']}]({row['note']['href']})"
        lines.append(f"- {row['date']} {row['name']}: {what}")
    lines += ["", "## Newest notes", ""]
    newest = [data["lead"], *data["newest"]] if data["lead"] else []
    lines += [f"- [{note['title']}]({note['href']})" for note in newest]
    lines += ["", "## Contributors", "", *(f"- [{row['name']}]({row['href']})" for row in data["contributors"])]
    return "\n".join(lines) + "\n"


ROUTES = [Route("/", home, once)]
