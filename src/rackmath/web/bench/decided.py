"""Decide a scenario for a page: once for each text, day and state of the brains."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rackmath.errors import Problems, RackmathError
from rackmath.kernel.decide import decide
from rackmath.kernel.scenario import load
from rackmath.web.bench.evidence import site_evidence
from rackmath.web.bench.turns import turn
from rackmath.web.memo import Kept

if TYPE_CHECKING:
    from rackmath.brain.site import Site

MOST_SAMPLES = 100_000
"""Draws of a page; a file that asks for more is answered by the command line and the API."""

_kept = Kept(16)


@dataclass(frozen=True)
class Decided:
    """A decision as plain data, or the lines that say what is wrong with the scenario."""

    decision: dict[str, Any] | None
    problems: tuple[str, ...] = ()


def decided(site: Site, text: str, today: date, *, name: str = "scenario", bundled: bool = False) -> Decided:
    """Return the decision of a scenario's text; what is wrong with it is told, never raised."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _kept.get(site, (digest, today, name, bundled), lambda: _made(site, text, today, name, bundled=bundled))


def _made(site: Site, text: str, today: date, name: str, *, bundled: bool) -> Decided:
    try:
        evidence = site_evidence(site)
        scenario = load(text, evidence, name=f"{name}.yaml", today=today)
        if scenario.samples > MOST_SAMPLES:
            scenario = replace(scenario, samples=MOST_SAMPLES)
        words = ["rackmath", "decide", name if bundled else f"{name}.yaml"]
        words += ["--samples", str(scenario.samples), "--seed", str(scenario.seed)]
        words += ["--as-of", scenario.as_of] if scenario.as_of else []
        with turn():
            made = decide(scenario, evidence, scenario_path=f"{name}.yaml", command=shlex.join(words))
    except Problems as several:
        return Decided(None, tuple(several.problems))
    except RackmathError as problem:
        return Decided(None, (str(problem),))
    return Decided(made)


def rows_of(decision: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a decision as rows: each line of each option, and its total."""
    rows = []
    for option in decision["options"]:
        whole = {"name": "total", "label": "Total", **option}
        for line in [*option["lines"], whole]:
            rows.append(
                {
                    "option": option["id"],
                    "title": option["title"],
                    "rank": option["rank"],
                    "line": line["name"],
                    "label": line["label"],
                    "unit": decision["unit"],
                    **{name: line[name] for name in ("central", "mean", "p5", "p95")},
                    "p50": line.get("p50", ""),
                    "chance_cheapest": option["chance_cheapest"] if line is whole else "",
                }
            )
    return rows
