"""What a decision rests on: its figures with their sources and age, and what is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from rackmath.kernel.bind import ASSUMPTION, FIGURE
from rackmath.kernel.params import label
from rackmath.kernel.scenario import Scenario

if TYPE_CHECKING:
    from rackmath.evidence import Evidence


def figures(scenario: Scenario, evidence: Evidence) -> list[dict[str, Any]]:
    """Return the figures that the options rest on, each once, with its source and age."""
    used: dict[str, list[str]] = {}
    for option, each in scenario.leaves():
        if each.origin.kind == FIGURE:
            used.setdefault(each.origin.figure_id, []).append(f"{option.id}.{each.name}")
    by_id = {figure.id: figure for figure in evidence.figures}
    day = date.fromisoformat(scenario.as_of) if scenario.as_of else None
    found = []
    for figure_id, users in used.items():
        figure = by_id[figure_id]
        source = evidence.sources.get(figure.source)
        freshness = figure.freshness(day) if day else None
        found.append(
            {
                "ref": figure.ref,
                "figure": figure.id,
                "scope": {str(key): str(value) for key, value in figure.scope.items()},
                "value": figure.shown,
                "as_written": figure.as_written,
                "unit": figure.unit,
                "as_of": str(figure.as_of),
                "age_days": freshness.age_days if freshness else None,
                "stale": freshness.stale if freshness else None,
                "freshness": freshness.reason if freshness else "",
                "kind": figure.kind,
                "claimant": str(figure.claimant.get("who", ""))
                if isinstance(figure.claimant, Mapping)
                else str(figure.claimant),
                "source": figure.source,
                "source_title": source.title if source else "",
                "url": source.url if source else "",
                "licence": source.licence if source else "",
                "note_title": figure.note_title,
                "used_by": users,
            }
        )
    return sorted(found, key=lambda one: (one["ref"], one["figure"]))


def assumptions(scenario: Scenario) -> list[dict[str, Any]]:
    """Return what the options assume because nobody measures it, each once, with the inputs that use it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for option, each in scenario.leaves():
        if each.origin.kind == ASSUMPTION:
            key = (each.name, each.text)
            row = {"input": each.name, "label": label(each.name), "value": each.text, "unit": each.unit}
            found.setdefault(key, {**row, "because": each.origin.source, "used_by": []})["used_by"].append(
                f"{option.id}.{each.name}"
            )
    return list(found.values())


def correlations(scenario: Scenario) -> list[dict[str, Any]]:
    """Return which inputs were taken to move together, in words, with the correlation of their ranks."""
    users: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for option, each in scenario.leaves():
        users.setdefault(each.stream, []).append(f"{option.id}.{each.name}")
        names[each.stream] = label(each.name)
    return [
        {
            "first": names[pair.first],
            "second": names[pair.second],
            "rank": pair.rank,
            "used_by": [*users[pair.first], *users[pair.second]],
        }
        for pair in scenario.together.pairs
    ]
