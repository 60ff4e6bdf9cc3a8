"""Decide: run every option of a scenario on the same draws, rank them, and say what would change the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.kernel.bind import ASSUMPTION, FIGURE, Input
from rackmath.kernel.break_even import crossings, first_crossing, grid, spread
from rackmath.kernel.draws import BLOCK, Block, blocks, check_samples, in_order, summary
from rackmath.kernel.params import Array, label
from rackmath.kernel.receipt import plain, record, record_input, restore, seal
from rackmath.kernel.result import Result
from rackmath.kernel.scenario import Option, Scenario, Sweep
from rackmath.kernel.sensitivity import sobol, tornado
from rackmath.uncertainty import stream
from rackmath.units import convert, format_number, spoken

if TYPE_CHECKING:
    from rackmath.evidence import Evidence

LINE_DRAWS = BLOCK
"""Lines and histograms are told from at most the first so many draws; totals and chances from all of them."""
BREAK_EVEN_DRAWS = 400
SOBOL_ROWS = 4096
BINS = 40
LOW, HIGH = 0.05, 0.95
FLIP_GRID = np.linspace(0.01, 0.99, 99)
FLIP_ROUNDS, FLIP_POINTS = 5, 33

Values = Mapping[str, Any]
Counts = NDArray[np.intp]


@dataclass
class _Spread:
    """What the draws said of one option."""

    totals: Array
    lines: dict[str, Array]
    wins: int = 0
    regret: float = 0.0


def decide(
    scenario: Scenario, evidence: Evidence | None = None, *, scenario_path: str = "", command: str = ""
) -> dict[str, Any]:
    """Evaluate a scenario, and return the whole answer as plain data: tables and pages are made from that alone.

    Parameters
    ----------
    scenario
        The options, bound.
    evidence
        The brains that its figures came from, for the list of figures with their sources and age. None leaves that
        list out (a receipt is run again without any brain).
    scenario_path, command
        Where the file was, and the command that was given, for the reader.

    Raises
    ------
    RackmathError
        A bad number of draws, or an option that has no answer for its inputs.
    """
    check_samples(scenario.samples, scenario.seed)
    central = {option.id: _central(option) for option in scenario.options}
    spreads = _draw(scenario, central)
    stats = {name: summary(each.totals) for name, each in spreads.items()}
    order = sorted(scenario.options, key=lambda option: (stats[option.id]["p50"], stats[option.id]["mean"], option.id))
    best = order[0].id
    body: dict[str, Any] = {
        "title": scenario.title,
        "question": scenario.question,
        "as_of": scenario.as_of,
        "unit": scenario.unit,
        "samples": scenario.samples,
        "seed": scenario.seed,
        "scenario_path": scenario_path,
        "command": command,
        "scenario": scenario.text,
        "options": [
            _option(rank, option, scenario, central[option.id], spreads[option.id], stats[option.id])
            for rank, option in enumerate(order, 1)
        ],
        "break_even": [_break_even(scenario, sweep) for sweep in scenario.sweeps],
        "sensitivity": _sensitivity(scenario, best) if len(order) > 1 else [],
    }
    body["recommendation"] = _recommend(body["options"], body["sensitivity"], scenario.unit)
    body["figures"] = _figures(scenario, evidence) if evidence else []
    body["assumptions"] = _assumptions(scenario)
    body = plain(body)
    content = {
        "kind": "decision",
        "title": scenario.title,
        "question": scenario.question,
        "as_of": scenario.as_of,
        "unit": scenario.unit,
        "samples": scenario.samples,
        "seed": scenario.seed,
        "options": [{"id": each.id, "title": each.title, **record(each.bound)} for each in scenario.options],
        "break_even": [
            {"input": each.input, "unit": each.unit, "low": each.low, "high": each.high, "scale": each.scale}
            for each in scenario.sweeps
        ],
    }
    answer = {key: body[key] for key in ("recommendation", "options", "break_even", "sensitivity")}
    return {**body, "receipt": seal(content, answer)}


def scenario_of(receipt: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a receipt of kind ``decision`` was made from, bound as it was."""
    try:
        return Scenario(
            title=str(receipt["title"]),
            question=str(receipt["question"]),
            unit=str(receipt["unit"]),
            options=tuple(Option(str(each["id"]), str(each["title"]), restore(each)) for each in receipt["options"]),
            sweeps=tuple(
                Sweep(
                    str(each["input"]), str(each["unit"]), float(each["low"]), float(each["high"]), str(each["scale"])
                )
                for each in receipt["break_even"]
            ),
            samples=int(receipt["samples"]),
            seed=int(receipt["seed"]),
            as_of=str(receipt["as_of"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, RackmathError):
            raise
        raise RackmathError(f"this is not a receipt of a decision: {problem!r}") from None


def _central(option: Option) -> Result:
    try:
        return option.bound.central()
    except RackmathError as problem:
        raise RackmathError(f"option {option.id}: {problem}") from None


def _draw(scenario: Scenario, central: Mapping[str, Result]) -> dict[str, _Spread]:
    """Evaluate every option on every draw; options that rest on one figure see the same draws of it.

    Blocks are evaluated by a few threads (NumPy works outside the interpreter's lock) and added up in their order, so
    the answer does not depend on how many there are.
    """
    kept = min(scenario.samples, LINE_DRAWS)
    found = {
        name: _Spread(np.empty(scenario.samples), {line: np.empty(kept) for line in result.lines})
        for name, result in central.items()
    }

    def evaluate(part: slice, block: Block) -> tuple[slice, Counts, Array]:
        for option in scenario.options:
            result = _evaluate(option, block)
            factor = convert(1.0, result.unit, scenario.unit)
            np.multiply(result.total, factor, out=found[option.id].totals[part])
            if part.start < kept:
                here = slice(part.start, min(part.stop, kept))
                for name, value in result.lines.items():
                    shown = np.broadcast_to(np.asarray(value) * factor, (part.stop - part.start,))
                    found[option.id].lines[name][here] = shown[: here.stop - here.start]
        return part, *_compare(np.stack([each.totals[part] for each in found.values()]))

    for _, wins, regret in in_order(evaluate, blocks(scenario.samples, scenario.seed)):
        for index, each in enumerate(found.values()):
            each.wins += int(wins[index])
            each.regret += float(regret[index]) / scenario.samples
    return found


def _compare(totals: Array) -> tuple[Counts, Array]:
    """Count how often each option (a row) is the cheapest of a draw (a column), and sum its cost over the cheapest."""
    wins = np.bincount(totals.argmin(axis=0), minlength=len(totals))
    with np.errstate(invalid="ignore"):  # two infinite costs have no difference
        extra = totals - totals.min(axis=0)
    return wins, np.asarray(np.where(np.isnan(extra).any(axis=1), np.inf, extra.sum(axis=1)))


def _evaluate(option: Option, block: Block) -> Result:
    try:
        return option.bound.evaluate(block.value_of)
    except RackmathError as problem:
        raise RackmathError(f"option {option.id}: {problem}") from None


def _option(
    rank: int, option: Option, scenario: Scenario, central: Result, each: _Spread, stats: Mapping[str, float]
) -> dict[str, Any]:
    factor = convert(1.0, central.unit, scenario.unit)
    model = option.bound.model
    return {
        "id": option.id,
        "title": option.title,
        "model": model.id,
        "method": model.method,
        "rank": rank,
        "central": float(np.asarray(central.total)) * factor,
        **stats,
        "chance_cheapest": each.wins / scenario.samples,
        "expected_regret": each.regret,
        "lines": [
            {
                "name": name,
                "label": label(name),
                "central": float(np.asarray(value)) * factor,
                **{key: number for key, number in summary(each.lines[name]).items() if key != "p50"},
            }
            for name, value in central.lines.items()
        ],
        "notes": [
            {"name": name, "label": label(name), "value": np.asarray(note.value).item(), "unit": note.unit}
            for name, note in central.notes.items()
        ],
        "warnings": list(central.warnings),
        "inputs": [{**record_input(one), "label": label(one.name)} for one in option.bound.inputs.values()],
        "histogram": _histogram(each.totals[:LINE_DRAWS]),
    }


def _histogram(totals: Array) -> dict[str, Any]:
    finite = totals[np.isfinite(totals)]
    if len(finite) < BINS:
        return {"edges": [], "counts": []}
    low, high = np.quantile(finite, [0.005, 0.995])
    if low == high:
        return {"edges": [float(low), float(high)], "counts": [len(finite)]}
    counts, edges = np.histogram(finite, bins=BINS, range=(float(low), float(high)))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


class _Levers:
    """Evaluate the options with some inputs moved: by probability for uncertain ones, by value for a swept one."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.uncertain: dict[str, list[tuple[Option, Input]]] = {}
        self._last: tuple[dict[str, Any], Array] = ({}, np.empty(0))
        for option, each in scenario.leaves():
            if each.uncertain:
                self.uncertain.setdefault(each.stream, []).append((option, each))

    def cost(self, option: Option, probabilities: Values, fixed: Values | None = None, unit: str = "") -> Array:
        """Return the option's total in the scenario's unit; inputs that are not named stay at their medians."""

        def value_of(each: Input) -> Any:
            if fixed and each.name in fixed:
                return convert(fixed[each.name], unit, each.unit)
            return each.at(probabilities.get(each.stream, 0.5))

        result = option.bound.evaluate(value_of)
        return np.asarray(result.total, dtype=np.float64) * convert(1.0, result.unit, self.scenario.unit)

    def costs(self, probabilities: Values) -> Array:
        """Return all options' totals, one row an option.

        Where all but one of the arrays are those of the call that was last made in full, only the options that have
        the moved input are evaluated anew: that is how a Sobol index is made, and most inputs belong to one option.
        """
        base, rows = self._last
        moved = [name for name, places in probabilities.items() if base.get(name) is not places]
        if len(moved) == 1 and len(base) == len(probabilities):
            owners = {option.id for option, _ in self.uncertain[moved[0]]}
            anew = [(index, each) for index, each in enumerate(self.scenario.options) if each.id in owners]
            rows = rows.copy()
        else:
            anew = list(enumerate(self.scenario.options))
            shape = np.broadcast_shapes(*(np.shape(places) for places in probabilities.values()))
            rows = np.empty((len(anew), *shape))
            self._last = (dict(probabilities), rows)
        for index, option in anew:
            rows[index] = self.cost(option, probabilities)
        return rows

    @cached_property
    def _medians(self) -> Array:
        return np.array([float(self.cost(option, {})) for option in self.scenario.options])

    def moved(self, probabilities: Values) -> Array:
        """Return the same as `costs` for one moved input, evaluating only the options that have it."""
        ((name, places),) = probabilities.items()
        owners = {option.id for option, _ in self.uncertain[name]}
        rows = np.repeat(self._medians[:, None], len(places), axis=1)
        for index, option in enumerate(self.scenario.options):
            if option.id in owners:
                rows[index] = self.cost(option, probabilities)
        return rows


def _break_even(scenario: Scenario, sweep: Sweep) -> dict[str, Any]:
    levers = _Levers(scenario)
    shown = grid(sweep.low, sweep.high, sweep.scale)
    affected = {option.id for option, each in scenario.leaves() if each.name == sweep.input}

    def curve(option: Option, values: Array) -> Array:
        return np.broadcast_to(levers.cost(option, {}, {sweep.input: values}, sweep.unit), values.shape)

    curves = {option.id: curve(option, shown) for option in scenario.options}

    def compare(first: Option, second: Option) -> dict[str, Any]:
        central = _crossings(sweep, first.id, second.id, lambda values: curve(first, values) - curve(second, values))
        return {**central, **spread(first_crossing(many[first.id] - many[second.id], _coarse(sweep)))}

    many = _many_curves(levers, sweep)
    found = [compare(first, second) for first, second in combinations(scenario.options, 2)]
    return {
        "input": sweep.input,
        "label": label(sweep.input),
        "unit": sweep.unit,
        "scale": sweep.scale,
        "from": sweep.low,
        "to": sweep.high,
        "today": _today(scenario, sweep),
        "not_affected": [option.id for option in scenario.options if option.id not in affected],
        "grid": shown,
        "curves": curves,
        "crossings": sorted(found, key=lambda each: (each["at"] is None, each["at"] or -each["chance"])),
    }


def _crossings(sweep: Sweep, first: str, second: str, difference: Callable[[Array], Array]) -> dict[str, Any]:
    """Return where two options cost the same at the medians of everything else: first, last, and how often.

    Whole GPUs make a cost a staircase, so two options may overtake each other several times; below `at` one is the
    cheaper, above `last` the other (or the same one, after an even number of crossings).
    """
    found = crossings((first, second), difference, sweep.low, sweep.high, sweep.scale)
    lowest = float(difference(np.array([sweep.low]))[0])
    below = first if lowest < 0 or (lowest == 0 and found and found[0].cheaper_above == second) else second
    return {
        "a": first,
        "b": second,
        "at": found[0].at if found else None,
        "last": found[-1].at if found else None,
        "count": len(found),
        "cheaper_below": below,
        "cheaper_above": found[-1].cheaper_above if found else below,
    }


def _coarse(sweep: Sweep) -> Array:
    """Return the grid on which break-evens of many draws are found."""
    return grid(sweep.low, sweep.high, sweep.scale, 121)


def _today(scenario: Scenario, sweep: Sweep) -> float | None:
    """Return the value that the scenario itself has for the swept input."""
    for _, each in scenario.leaves():
        if each.name == sweep.input:
            return float(convert(float(np.asarray(each.at(0.5))), each.unit, sweep.unit))
    return None


def _many_curves(levers: _Levers, sweep: Sweep) -> dict[str, Array]:
    """Return each option's cost on a coarser grid (rows) for some draws of all other inputs (columns)."""
    values = _coarse(sweep)[:, None]
    draws = {
        name: stream(levers.scenario.seed, f"break-even:{name}").random(BREAK_EVEN_DRAWS) for name in levers.uncertain
    }
    shape = (len(values), BREAK_EVEN_DRAWS)
    return {
        option.id: np.broadcast_to(levers.cost(option, draws, {sweep.input: values}, sweep.unit), shape)
        for option in levers.scenario.options
    }


def _sensitivity(scenario: Scenario, best: str) -> list[dict[str, Any]]:
    """Return what moves the lead: the cheapest other option's cost minus the recommended one's."""
    levers = _Levers(scenario)
    names = [option.id for option in scenario.options]
    mine = names.index(best)

    def lead(costs: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.asarray(np.delete(costs, mine, axis=0).min(axis=0) - costs[mine])

    streams = list(levers.uncertain)
    if not streams:
        return []
    swings = tornado(levers.moved, streams, np.concatenate([[LOW, HIGH], FLIP_GRID]))
    shares = sobol(lambda places: lead(levers.costs(places)), streams, scenario.seed, SOBOL_ROWS)
    found = []
    for name in streams:
        _, each = levers.uncertain[name][0]
        leads, winners = lead(swings[name]), swings[name].argmin(axis=0)
        flip = _flip(levers, name, mine, winners[2:])
        found.append(
            {
                "input": each.name,
                "label": label(each.name),
                "unit": each.unit,
                "options": sorted({owner.id for owner, _ in levers.uncertain[name]}, key=names.index),
                "low": each.at(LOW),
                "high": each.at(HIGH),
                "margin_low": leads[0],
                "margin_high": leads[1],
                "best_low": names[winners[0]],
                "best_high": names[winners[1]],
                "flips_at": flip[0] if flip else None,
                "flips_to": names[flip[1]] if flip else None,
                "first_order": shares[name][0],
                "total_effect": shares[name][1],
                "origin": each.origin.kind,
                "figure": each.origin.figure,
                "source": each.origin.source,
                "as_of": each.origin.as_of,
            }
        )
    return sorted(
        found, key=lambda one: (-abs(one["margin_high"] - one["margin_low"]), -one["total_effect"], one["input"])
    )


def _flip(levers: _Levers, name: str, mine: int, winners: Array) -> tuple[float, int] | None:
    """Return the input's value nearest to its median at which another option becomes the cheapest, and that option.

    None when the recommended option stays the cheapest from the 1st to the 99th percentile, or is not the cheapest
    at the medians in the first place (then every value of this input "flips" and none does).

    Parameters
    ----------
    winners
        The cheapest option at each place of `FLIP_GRID`.
    """
    middle = len(FLIP_GRID) // 2
    changed = np.flatnonzero(winners != mine)
    if winners[middle] != mine or not len(changed):
        return None
    nearest = int(changed[np.abs(changed - middle).argmin()])
    inside, outside = FLIP_GRID[nearest + (1 if nearest < middle else -1)], FLIP_GRID[nearest]
    for _ in range(FLIP_ROUNDS):
        places = np.linspace(inside, outside, FLIP_POINTS)
        first = int(np.argmax(levers.moved({name: places}).argmin(axis=0) != mine))
        inside, outside = places[first - 1], places[first]
    each = levers.uncertain[name][0][1]
    winner = levers.moved({name: np.array([outside])}).argmin(axis=0)[0]
    return float(each.at(outside)), int(winner)


def _recommend(options: list[dict[str, Any]], sensitivity: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    """Return the option with the lowest median, and in words what it costs and how sure that is."""
    first = options[0]
    reason = []
    if len(options) > 1:
        reason.append(f"It is the cheapest of {len(options)} options in {first['chance_cheapest']:.0%} of draws.")
        leader = max(options, key=lambda each: float(each["chance_cheapest"]))
        if leader is not first:
            often = f"{leader['chance_cheapest']:.0%}"
            reason.append(f"{leader['title']} is cheapest more often ({often}), but its median is higher.")
        second = options[1]
        reason.append(f"Next comes {second['title']} at {_money(second['p50'], unit)}.")
    if sensitivity:
        most = max(sensitivity, key=lambda each: float(each["total_effect"]))
        reason.append(f"What sways its lead most is the {most['label']} ({most['total_effect']:.0%} of the variance).")
    spread = f"{_money(first['p5'], unit)} to {_money(first['p95'], unit)} in 90% of draws"
    return {
        "option": first["id"],
        "title": first["title"],
        "chance_cheapest": first["chance_cheapest"],
        "reason": " ".join(reason),
        "sentence": " ".join([f"{first['title']}: {_money(first['p50'], unit)} ({spread}).", *reason]),
    }


def _money(value: float, unit: str) -> str:
    shown = format_number(value)
    return f"${shown}{spoken(unit[3:])}" if unit.startswith("USD/") else f"{shown} {spoken(unit)}"


def _figures(scenario: Scenario, evidence: Evidence) -> list[dict[str, Any]]:
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


def _assumptions(scenario: Scenario) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for option, each in scenario.leaves():
        if each.origin.kind == ASSUMPTION:
            key = (each.name, each.text)
            row = {"input": each.name, "label": label(each.name), "value": each.text, "unit": each.unit}
            found.setdefault(key, {**row, "because": each.origin.source, "used_by": []})["used_by"].append(
                f"{option.id}.{each.name}"
            )
    return list(found.values())
