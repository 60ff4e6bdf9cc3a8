"""Decide: run every option of a scenario on the same draws, rank them, and say what would change the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.kernel.bind import Input
from rackmath.kernel.correlation import Pair, Together
from rackmath.kernel.decision import Decision
from rackmath.kernel.draws import BLOCK, Piece, blocks, check_samples, in_order, pieces, summary
from rackmath.kernel.information import perfect, worth_of
from rackmath.kernel.over_time import over_time
from rackmath.kernel.params import Array, label
from rackmath.kernel.receipt import not_finite, plain, record, record_input, restore, seal
from rackmath.kernel.rests_on import assumptions, correlations, figures
from rackmath.kernel.result import Result
from rackmath.kernel.scenario import Option, Scenario, Sweep
from rackmath.kernel.sweeps import break_even
from rackmath.kernel.turning import HIGH, LOW, sensitivity
from rackmath.units import convert, format_number, spoken

if TYPE_CHECKING:
    from rackmath.evidence import Evidence

LINE_DRAWS = BLOCK
"""Lines, histograms and the worth of knowing are told from at most the first so many draws; the rest from all."""
BINS = 40

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
) -> Decision:
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
        "break_even": [break_even(scenario, sweep) for sweep in scenario.sweeps],
        "sensitivity": sensitivity(scenario, best) if len(order) > 1 else [],
        "information": _information(scenario, spreads),
        "over_time": over_time(central),
    }
    body["recommendation"] = _recommend(body["options"], body["sensitivity"], body["information"], scenario.unit)
    body["figures"] = figures(scenario, evidence) if evidence else []
    body["assumptions"] = assumptions(scenario)
    body["correlations"] = correlations(scenario)
    beyond = not_finite(body)
    body = plain(body)
    if beyond:  # JSON has no infinity: such a number is None, and this says where
        body["not_finite"] = beyond
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
        "correlations": [
            {"first": each.first, "second": each.second, "rank": each.rank} for each in scenario.together.pairs
        ],
    }
    answer = {key: body[key] for key in ("recommendation", "options", "break_even", "sensitivity", "information")}
    return Decision({**body, "receipt": seal(content, answer)})


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
            together=Together(
                tuple(
                    Pair(str(each["first"]), str(each["second"]), float(each["rank"]))
                    for each in receipt["correlations"]
                )
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

    Pieces are evaluated by a few threads (NumPy works outside the interpreter's lock) and added up in their order, so
    the answer does not depend on how many there are.
    """
    kept = min(scenario.samples, LINE_DRAWS)
    found = {
        name: _Spread(np.empty(scenario.samples), {line: np.empty(kept) for line in result.lines})
        for name, result in central.items()
    }

    def evaluate(part: slice, piece: Piece) -> tuple[slice, Counts, Array]:
        for option in scenario.options:
            result = _evaluate(option, piece)
            factor = convert(1.0, result.unit, scenario.unit)
            np.multiply(result.total, factor, out=found[option.id].totals[part])
            if part.start < kept:
                here = slice(part.start, min(part.stop, kept))
                for name, value in result.lines.items():
                    shown = np.broadcast_to(np.asarray(value) * factor, (part.stop - part.start,))
                    found[option.id].lines[name][here] = shown[: here.stop - here.start]
        return part, *_compare(np.stack([each.totals[part] for each in found.values()]))

    for _, wins, regret in in_order(evaluate, pieces(scenario.samples, scenario.seed, scenario.together)):
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


def _evaluate(option: Option, piece: Piece) -> Result:
    try:
        return option.bound.evaluate(piece.value_of)
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


def _information(scenario: Scenario, spreads: Mapping[str, _Spread]) -> dict[str, Any]:
    """Return what it is worth to know everything, or one input, before deciding; worth nothing where nothing can turn.

    Worth is measured against the option with the lowest mean, which is not always the one with the lowest median.
    """
    count = min(scenario.samples, LINE_DRAWS)
    totals = np.stack([spreads[option.id].totals[:count] for option in scenario.options])
    inputs: dict[str, list[tuple[Option, Input]]] = {}
    for option, each in scenario.leaves():
        if each.uncertain:
            inputs.setdefault(each.stream, []).append((option, each))
    if len(totals) < 2 or not inputs or not np.isfinite(totals).all():
        return {"perfect": None, "against": None, "inputs": []}
    ((_, block),) = blocks(count, scenario.seed, scenario.together)
    worths = worth_of(totals, {name: block.score(name) for name in inputs})
    found = []
    for name, worth in worths.items():
        _, each = inputs[name][0]
        found.append(
            {
                "input": each.name,
                "label": label(each.name),
                "unit": each.unit,
                "options": list(dict.fromkeys(option.id for option, _ in inputs[name])),
                "worth": worth.value,
                "standard_error": worth.error,
                "low": each.at(LOW),
                "high": each.at(HIGH),
                "origin": each.origin.kind,
                "figure": each.origin.figure,
            }
        )
    best = scenario.options[int(totals.mean(axis=1).argmin())]
    return {
        "perfect": perfect(totals),
        "against": best.id,
        "inputs": sorted(found, key=lambda one: (-one["worth"], one["input"])),
    }


def _recommend(
    options: list[dict[str, Any]], sensitivity: list[dict[str, Any]], information: Mapping[str, Any], unit: str
) -> dict[str, Any]:
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
    reason += _worth_knowing(information["inputs"], unit)
    spread = f"{_money(first['p5'], unit)} to {_money(first['p95'], unit)} in 90% of draws"
    return {
        "option": first["id"],
        "title": first["title"],
        "chance_cheapest": first["chance_cheapest"],
        "reason": " ".join(reason),
        "sentence": " ".join([f"{first['title']}: {_money(first['p50'], unit)} ({spread}).", *reason]),
    }


def _worth_knowing(inputs: list[dict[str, Any]], unit: str) -> list[str]:
    """Return the sentence that says what to find out first; none where no single input is worth knowing."""
    worth = [each for each in inputs if each["worth"] > 0]
    if not worth:
        return []
    said = f"Before deciding, it is worth most to know the {worth[0]['label']}: up to {_money(worth[0]['worth'], unit)}"
    if len(worth) > 1:
        said += f"; next the {worth[1]['label']} at {_money(worth[1]['worth'], unit)}"
    return [f"{said}."]


def _money(value: float, unit: str) -> str:
    shown = format_number(value)
    return f"${shown}{spoken(unit[3:])}" if unit.startswith("USD/") else f"{shown} {spoken(unit)}"
