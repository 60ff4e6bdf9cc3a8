"""Run a model for a page, once for each question that is asked of an unchanged site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError
from rackmath.kernel.along import Along, along, amount_of, range_of, sweepable
from rackmath.kernel.bind import Bound, Input, bind
from rackmath.kernel.receipt import plain
from rackmath.kernel.run import Run, run_bound
from rackmath.web.bench.asked import Wanted, by_field
from rackmath.web.bench.evidence import site_evidence
from rackmath.web.memo import remembered

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.kernel import Model


@dataclass(frozen=True)
class Answer:
    """A run, the curve along one input, and what is wrong by field; `run` is None where the inputs are."""

    run: Run | None
    along: Along | None
    problems: Mapping[str, str]


def default_inputs(site: Site, model: Model, as_of: date | None) -> Mapping[str, Input]:
    """Return a model's inputs as the brains have them; none where a figure is missing."""

    def make() -> Mapping[str, Input]:
        try:
            return bind(model, {}, site_evidence(site), as_of=as_of).inputs
        except RackmathError:
            return {}  # running it tells which figure is missing

    return remembered(site, ("bench defaults", model.id, as_of), make)


def answer(site: Site, model: Model, asked: Wanted, as_of: date | None) -> Answer:
    """Return a model's answer."""
    sweep = tuple(sorted(asked.sweep.items()))
    key = ("bench answer", model.id, tuple(sorted(asked.given.items())), asked.samples, asked.seed, sweep, as_of)
    made = remembered(site, key, lambda: _made(site, model, asked, as_of))
    return replace(made, problems={**asked.problems, **made.problems})


def _made(site: Site, model: Model, asked: Wanted, as_of: date | None) -> Answer:
    problems: dict[str, str] = {}
    try:
        bound = bind(model, asked.given, site_evidence(site), as_of=as_of)
        done = run_bound(bound, samples=asked.samples, seed=asked.seed, as_of=as_of.isoformat() if as_of else "")
    except RackmathError as problem:
        return Answer(None, None, by_field(problem, model.parameters))
    try:
        curve = _along(bound, done, asked)
    except RackmathError as problem:
        curve = None
        problems["sweep"] = str(problem)
    return Answer(done, curve, problems)


def _along(bound: Bound, done: Run, asked: Wanted) -> Along | None:
    names = sweepable(bound)
    movers = [each["input"] for each in done.sensitivity if each["input"] in names]
    name = asked.sweep.get("input") or (movers or names or [""])[0]
    if not name:
        return None
    low, high, scale = range_of(bound, name, *(asked.sweep.get(part, "") for part in ("from", "to", "scale")))
    against = asked.sweep.get("against", "")
    amount = amount_of(against, bound.model.unit) if against else None
    return along(bound, name, low, high, scale, against=amount, seed=asked.seed)


def along_data(curve: Along) -> dict[str, Any]:
    """Return a curve as plain data; where it is not finite it holds None."""
    found: dict[str, Any] = plain(
        {
            "input": curve.input,
            "unit": curve.unit,
            "scale": curve.scale,
            "from": float(curve.grid[0]),
            "to": float(curve.grid[-1]),
            "today": curve.today,
            "against": curve.against,
            "meets": curve.meets,
            "grid": curve.grid,
            "central": curve.central,
            "low": curve.low,
            "high": curve.high,
        }
    )
    return found
