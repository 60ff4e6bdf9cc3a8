"""Inputs that move together, as rows of the scenario builder and of a comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rackmath.kernel.params import label
from rackmath.web.numbers import capital, short

if TYPE_CHECKING:
    from rackmath.kernel.scenario import Scenario
    from rackmath.web.bench.draft import Draft

_OF_PAIR = re.compile(r"pair (?P<at>\d{1,3}): (?P<told>.*)$", re.S)


def pair_rows(draft: Draft, told: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the pairs with what is wrong at the field that it is about, and what is wrong with all of them."""
    rows: list[dict[str, Any]] = [{**pair, "problems": {}} for pair in draft.pairs]
    together = []
    for each in told:
        match = _OF_PAIR.match(each)
        if match is None or not 0 < int(match["at"]) <= len(rows):
            together.append(each)
            continue
        row, problem = rows[int(match["at"]) - 1], match["told"]
        about_second = row["second"] and row["second"] in problem and row["first"] not in problem
        at = "rank" if problem.lstrip("`").startswith("rank") else "second" if about_second else "first"
        row["problems"][at] = problem
    return rows, together


def joinable(scenario: Scenario | None) -> list[dict[str, str]]:
    """Return the inputs that can be said to move with another: by name where all options share their draws."""
    streams: dict[str, dict[str, str]] = {}
    for option, each in scenario.leaves() if scenario else ():
        if each.uncertain:
            streams.setdefault(each.name, {}).setdefault(each.stream, option.id)
    found = []
    for name, owners in streams.items():
        for owner in owners.values():
            alone = len(owners) == 1
            said = capital(label(name)) if alone else f"{capital(label(name))} ({owner})"
            found.append({"name": name if alone else f"{owner}.{name}", "label": said})
    return found


def pair_differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the pairs of inputs of two decisions with the rank of each; nothing where neither has any."""
    sides = [_ranks(decision) for decision in (left, right)]
    names = dict.fromkeys([*sides[0], *sides[1]])
    return [{"pair": " with ".join(name), "a": sides[0].get(name, ""), "b": sides[1].get(name, "")} for name in names]


def _ranks(decision: Mapping[str, Any]) -> dict[tuple[str, ...], str]:
    """Return the ranks by the two inputs, in whichever order they were written; several of one name stand together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for pair in decision.get("correlations") or ():
        names = tuple(sorted(capital(str(pair[side])) for side in ("first", "second")))
        found.setdefault(names, []).append(short(pair["rank"], ""))
    return {names: ", ".join(ranks) for names, ranks in found.items()}
