"""Two scenarios line by line: what each option costs in both, and which inputs differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError
from rackmath.kernel.params import label
from rackmath.web.bench.decided import decided
from rackmath.web.bench.pairs import pair_differences
from rackmath.web.bench.share import unpack
from rackmath.web.bench.stored import NAME, find_stored, head_of, no_scenario, stored
from rackmath.web.numbers import capital, finite
from rackmath.web.pages import Asked, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.site import Site


@dataclass(frozen=True)
class Side:
    """One of the two: its title, its address, and its decision or what is wrong with it."""

    asked: str
    title: str
    href: str
    decision: dict[str, Any] | None
    problems: tuple[str, ...] = ()


def compare(site: Site, asked: Asked) -> Page:
    """Compare ``?a=`` with ``?b=``: names of scenarios, or scenarios as an address holds them."""
    left, right = (_side(site, asked, asked.get(name)) for name in ("a", "b"))
    rows: list[dict[str, Any]] = []
    inputs: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    if left and right and left.decision and right.decision:
        rows = line_rows(left.decision, right.decision)
        inputs = input_rows(left.decision, right.decision)
        pairs = pair_differences(left.decision, right.decision)
    sides = [None if side is None else _told(side) for side in (left, right)]
    unit = left.decision["unit"] if left and left.decision else ""
    return Page(
        path="/scenarios/compare",
        template="site/bench/compare.html",
        title=f"{left.title} and {right.title}" if left and right else "Compare two scenarios",
        data={
            "a": asked.get("a"),
            "b": asked.get("b"),
            "sides": sides,
            "unit": unit,
            "groups": [
                [row for row in rows if row["option"] == name] for name in dict.fromkeys(row["option"] for row in rows)
            ],
            "inputs": inputs,
            "pairs": pairs,
            "same_unit": bool(rows) and all(row["unit_a"] == row["unit_b"] for row in rows if row["both"]),
            "choices": [{"name": each.name, "title": each.title} for each in stored(site)],
        },
        rows=rows or None,
        styles=("workbench.css",),
        index=False,
    )


def _told(side: Side) -> dict[str, Any]:
    said = side.decision["recommendation"]["sentence"] if side.decision else ""
    return {"title": side.title, "href": side.href, "sentence": said, "problems": list(side.problems)}


def _side(site: Site, asked: Asked, word: str) -> Side | None:
    """Return one side: a scenario by its name, else the scenario that the word itself is."""
    if not word:
        return None
    found = find_stored(site, word) if NAME.fullmatch(word) else None
    if found is not None:
        made = decided(site, found.text, asked.day, name=found.name, bundled=not found.brain)
        return Side(word, found.title, found.href, made.decision, made.problems)
    try:
        text = unpack(word)
    except RackmathError as problem:
        told = no_scenario(site, word) if NAME.fullmatch(word) else str(problem)
        return Side(word, word[:40], "", None, (told,))
    made = decided(site, text, asked.day)
    return Side(
        word, head_of(text)["title"] or "A scenario", f"/scenarios/shared?s={word}", made.decision, made.problems
    )


def line_rows(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the mean of each line of each option on both sides; options and lines meet by their names."""
    rows = []
    for name, a, b in _paired(_by(left["options"], "id"), _by(right["options"], "id")):
        title = (a or b or {}).get("title", name)
        lines = _paired(_by(a["lines"] if a else (), "name"), _by(b["lines"] if b else (), "name"))
        for line, first, second in [*lines, ("total", a, b)]:
            mean_a, mean_b = (finite(each["mean"]) if each else None for each in (first, second))
            both = mean_a is not None and mean_b is not None and left["unit"] == right["unit"]
            difference = mean_b - mean_a if both and mean_a is not None and mean_b is not None else None
            rows.append(
                {
                    "option": name,
                    "title": title,
                    "line": line,
                    "label": "Total" if line == "total" else capital(label(line)),
                    "a": mean_a,
                    "b": mean_b,
                    "unit_a": left["unit"],
                    "unit_b": right["unit"],
                    "difference": difference,
                    "share": difference / mean_a if difference is not None and mean_a else None,
                    "both": a is not None and b is not None,
                    "total": line == "total",
                }
            )
    return rows


def input_rows(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the inputs of options that both have and that were computed with something else."""
    rows = []
    for name, a, b in _paired(_by(left["options"], "id"), _by(right["options"], "id")):
        if not a or not b:
            continue
        for input_, first, second in _paired(_by(a["inputs"], "name"), _by(b["inputs"], "name")):
            said = [_said(each) for each in (first, second)]
            if said[0] != said[1]:
                rows.append(
                    {
                        "option": name,
                        "title": a["title"],
                        "input": input_,
                        "label": capital(label(input_)),
                        "a": said[0],
                        "b": said[1],
                    }
                )
    return rows


def _said(each: Mapping[str, Any] | None) -> str:
    if each is None:
        return ""
    text, unit = str(each["text"]), str(each["unit"])
    has_unit = re.search(r"[A-Za-z%$€]{2,}|[%$€]", text.replace(" to ", " "))
    return text if not unit or has_unit else f"{text} {unit}"


def _by(rows: Any, key: str) -> dict[str, Mapping[str, Any]]:
    return {str(row[key]): row for row in rows}


def _paired(
    first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Return every name of both in order, with what each has of it."""
    names = [*first, *(name for name in second if name not in first)]
    return [(name, first.get(name), second.get(name)) for name in names]


ROUTES = [Route("/scenarios/compare", compare)]
