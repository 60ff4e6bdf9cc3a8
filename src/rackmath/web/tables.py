"""The tables of a page: the same numbers as the charts, printed for people and exact for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rackmath.web.charts.identity import Identities, who
from rackmath.web.numbers import (
    NOTHING,
    amount,
    capital,
    finite,
    fixed,
    full,
    percent,
    places,
    plain,
    prefix,
    short,
    unit_words,
)
from rackmath.web.page import day

GRID_ROWS = 24
"""A break-even table shows about this many points of the grid; the ends are always among them."""


class Cell(NamedTuple):
    """A printed text, and the exact number behind it where there is one."""

    text: str
    value: float | None = None


class Column(NamedTuple):
    """A heading; numbers are set flush right."""

    head: str
    number: bool = True


class Table(NamedTuple):
    """A caption, columns, and rows whose first cell is their heading. The rows in `strong` are sums."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    strong: frozenset[int] = frozenset()
    note: str = ""


def words(text: object) -> Cell:
    """Return a cell of text."""
    return Cell(str(text))


def chance(share: Any) -> Cell:
    """Return a cell with a share as a percentage."""
    return Cell(percent(share), finite(share))


def money(value: Any, unit: str, decimals: int) -> Cell:
    """Return an amount with fixed decimals, so that a column adds up; huge and tiny ones with three figures."""
    number = finite(value)
    if number is None:
        return Cell(plain(value))
    if abs(number) >= 1e15 or decimals > 6:
        return Cell(amount(number, unit), number)
    return Cell(prefix(fixed(number, decimals), unit), number)


def decimals_for(values: Iterable[Any]) -> int:
    """Return the decimals that show four figures of the largest value."""
    return places(max((abs(number) for value in values if (number := finite(value)) is not None), default=0.0), 4)


def line_table(option: Mapping[str, Any], unit: str) -> Table:
    """Return what an option's total is made of: mean, range, central value and share of each line."""
    lines = option.get("lines") or ()
    names = ("mean", "p5", "p95", "central")
    decimals = decimals_for([option.get("mean"), option.get("p95"), *(item.get("mean") for item in lines)])
    total = sum(finite(item.get("mean")) or 0.0 for item in lines)
    rows = []
    for item in lines:
        mean = finite(item.get("mean"))
        share = mean / total if mean is not None and total > 0 else None
        amounts = [money(item.get(name), unit, decimals) for name in names]
        rows.append([words(capital(item.get("label") or item.get("name") or "")), *amounts, chance(share)])
    ends = [money(option.get(name), unit, decimals) for name in names[1:]]
    rows.append([words("Total"), money(total if lines else None, unit, decimals), *ends, chance(1.0)])
    return Table(
        f"{option.get('title')}: lines in {unit_words(unit)}",
        [Column("Line", number=False), Column("Mean"), Column("5%"), Column("95%"), Column("Central"), Column("Share")],
        rows,
        frozenset({len(rows) - 1}),
        "Means add up; the ends of the ranges do not, for not every line is high in the same draw.",
    )


def spread_table(options: Sequence[Mapping[str, Any]], unit: str) -> Table:
    """Return the quantiles of every option's cost and its chance of being the cheapest."""
    names = ["p5", "p50", "p95", "mean", "central"]
    heads = ["5%", "Median", "95%", "Mean", "Central"]
    regret = any(finite(option.get("expected_regret")) is not None for option in options) and len(options) > 1
    if regret:
        names.append("expected_regret")
        heads.append("Regret")
    decimals = decimals_for(option.get(name) for option in options for name in ("p50", "p95"))
    rows = [
        [
            words(option.get("title") or option.get("id")),
            *(money(option.get(name), unit, decimals) for name in names),
            chance(option.get("chance_cheapest")),
        ]
        for option in options
    ]
    columns = [Column("Option", number=False), *map(Column, [*heads, "Cheapest in"])]
    note = "Regret: what the option costs on average over the cheapest one of the same draw." if regret else ""
    return Table(f"Costs in {unit_words(unit)}", columns, rows, note=note)


def curve_table(item: Mapping[str, Any], known: Identities, unit: str) -> Table:
    """Return cost against demand at points of the grid, thinned to about `GRID_ROWS`."""
    grid, curves = item.get("grid") or (), item.get("curves") or {}
    every = max(1, -(-len(grid) // GRID_ROWS))
    kept = [place for place in range(len(grid)) if place % every == 0 or place == len(grid) - 1]
    axis = str(item.get("unit") or "")
    rows = [
        [
            Cell(short(grid[place], axis), finite(grid[place])),
            *(
                Cell(short(curve[place], unit), finite(curve[place])) if place < len(curve) else Cell(NOTHING)
                for curve in curves.values()
            ),
        ]
        for place in kept
    ]
    label = capital(item.get("label") or item.get("input") or "")
    return Table(
        f"Cost in {unit_words(unit)} against: {label}, {unit_words(axis)}",
        [Column(unit_words(axis)), *(Column(who(known, option).name) for option in curves)],
        rows,
        note=f"One in {every} of the {len(grid)} points that were computed, and the last." if every > 1 else "",
    )


def overtaking_table(crossings: Sequence[Mapping[str, Any]], axis: str, known: Identities) -> Table:
    """Return every step at whose end an option has cost less in all than another, numbered as in the chart."""
    rows = [
        [
            Cell(f"{number}. {axis} {item.get('step')}", finite(item.get("step"))),
            words(who(known, item.get("ahead")).name),
            words(who(known, item.get("behind")).name),
        ]
        for number, item in enumerate(crossings, start=1)
    ]
    heads = [Column(head, number=False) for head in (capital(axis), "Has now cost less", "than")]
    return Table(f"Every {axis} in which one option overtakes another, in its running total", heads, rows)


def crossing_table(item: Mapping[str, Any], known: Identities) -> Table:
    """Return where options cross: central value, range, how often it happens, and who is cheaper on which side."""
    unit = str(item.get("unit") or "")
    number = 0
    rows = []
    for crossing in item.get("crossings") or ():
        first, last = finite(crossing.get("at")), finite(crossing.get("last"))
        points = [Cell(short(value, unit), finite(value)) for value in map(crossing.get, ("at", "p5", "p50", "p95"))]
        if first is not None and last is not None and last != first:
            points[0] = Cell(f"{short(first, unit)} to {short(last, unit)}", first)
        if first is not None:
            number += 1
        pair = _pair(crossing, known)
        label = f"{number}. {pair}" if first is not None else pair
        rows.append([words(label), *points, chance(crossing.get("chance"))])
    heads = [Column("Cheaper below → above", number=False)]
    heads += map(Column, ("Central", "5%", "Median", "95%", "Crosses in"))
    caption = "Where two options cost the same"
    return Table(f"{caption}, in {unit_words(unit)}" if unit else caption, heads, rows)


def _pair(crossing: Mapping[str, Any], known: Identities) -> str:
    """Say which of two options is cheaper below and which above, or that one is cheaper throughout."""
    a, b = crossing.get("a"), crossing.get("b")
    above = crossing.get("cheaper_above", b)
    below = crossing.get("cheaper_below", a if above == b else b)
    other = b if below == a else a
    if finite(crossing.get("at")) is None:
        return f"{who(known, below).name} stays below {who(known, other).name}"
    path = [below, other] if above != below else [below, other, below]
    times = crossing.get("count") or 1
    often = f" (they cross {times} times)" if times >= len(path) else ""
    return " → ".join(who(known, option).name for option in path) + often


def flip_table(sensitivity: Sequence[Mapping[str, Any]], known: Identities, unit: str) -> Table:
    """Return for every input the margin at both ends, where the answer flips and to what, and its total effect."""
    decimals = decimals_for(item.get(name) for item in sensitivity for name in ("margin_low", "margin_high"))
    rows = []
    for item in sensitivity:
        its = str(item.get("unit") or "")
        flips = finite(item.get("flips_at"))
        to = who(known, item["flips_to"]).name if item.get("flips_to") else NOTHING
        rows.append(
            [
                words(capital(item.get("label") or item.get("input") or "")),
                *(Cell(short(item.get(end), its), finite(item.get(end))) for end in ("low", "high")),
                words(unit_words(its)),
                *(money(item.get(name), unit, decimals) for name in ("margin_low", "margin_high")),
                Cell(short(flips, its) if flips is not None else "no", flips),
                words(to),
                chance(item.get("total_effect")),
            ]
        )
    heads = [Column("Input", number=False), Column("Low"), Column("High"), Column("Unit", number=False)]
    heads += [Column("Margin at low"), Column("Margin at high"), Column("Flips at"), Column("To", number=False)]
    caption = f"Inputs by how much of the uncertainty they carry; margins in {unit_words(unit)}"
    return Table(caption, [*heads, Column("Effect")], rows)


def worth_table(inputs: Sequence[Mapping[str, Any]], unit: str) -> Table:
    """Return for every input what it is worth to know it exactly, the standard error of that, and its range now."""
    decimals = decimals_for(item.get("worth") for item in inputs)
    rows = []
    for item in inputs:
        its = str(item.get("unit") or "")
        rows.append(
            [
                words(capital(item.get("label") or item.get("input") or "")),
                money(item.get("worth"), unit, decimals),
                money(item.get("standard_error"), unit, decimals),
                *(Cell(short(item.get(end), its), finite(item.get(end))) for end in ("low", "high")),
                words(unit_words(its)),
                words(_ORIGIN.get(str(item.get("origin")), str(item.get("origin") or NOTHING))),
            ]
        )
    heads = [Column("Input", number=False), Column("Worth at most"), Column("Standard error")]
    heads += [Column("Low"), Column("High"), Column("Unit", number=False), Column("Now from", number=False)]
    caption = f"What it is worth to know each input; {unit_words(unit)}"
    note = "A worth within two standard errors of nothing is shown as nothing."
    return Table(caption, heads, rows, note=note)


_ORIGIN = {"figure": "figure of a brain", "given": "given in the scenario", "model": "another model"}


def input_table(option: Mapping[str, Any]) -> Table:
    """Return every input of an option: central value, range, and where it comes from."""
    rows = []
    for path, item in _leaves(option.get("inputs") or (), ""):
        unit = str(item.get("unit") or "")
        origin = str(item.get("origin") or "")
        # an assumption's source is the reason for it, which stands in its own table
        names = (item.get("source_title"), day(item.get("as_of"))) if origin != "assumption" else ()
        source = " · ".join(str(part) for part in names if part)
        value = finite(item.get("value"))
        shown = full(value, unit) if value is not None else str(item.get("text") or item.get("value") or NOTHING)
        low, high = finite(item.get("low")), finite(item.get("high"))
        spread = low is not None and high is not None and low != high
        rows.append(
            [
                words(path),
                Cell(shown, value),
                words(f"{short(low, unit)} to {short(high, unit)}" if spread else NOTHING),
                words(_ORIGIN.get(origin, origin)),
                words(source or NOTHING),
            ]
        )
    heads = [Column("Input", number=False), Column("Value"), Column("Range")]
    heads += [Column("From", number=False), Column("Source", number=False)]
    return Table(f"Inputs of: {option.get('title')}", heads, rows)


def _leaves(inputs: Iterable[Mapping[str, Any]], above: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the inputs, each with its label; those of a model that an input is taken from follow it, with its name."""
    for item in inputs:
        label = capital(item.get("label") or str(item.get("name") or "").replace("_", " "))
        path = f"{above} › {label}" if above else label
        yield path, item
        if isinstance(nested := item.get("model"), Mapping):
            yield from _leaves(nested.get("inputs") or (), path)
