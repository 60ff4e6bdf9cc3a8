"""A model's answer as a piece of a page: the total with its range, what it is made of, what moves it, a curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rackmath.kernel.params import label
from rackmath.web import charts
from rackmath.web.bench.answer import Answer, along_data
from rackmath.web.charts import Identity, Svg
from rackmath.web.charts.sweep import sweep
from rackmath.web.charts.swing import swing
from rackmath.web.numbers import capital, finite, full, short, unit_words
from rackmath.web.page import engine
from rackmath.web.tables import Cell, Column, Table, chance, decimals_for, money, words

WIDE, NARROW = 720.0, 350.0
CURVE_ROWS = 13


def both(draw: Any) -> dict[str, Svg]:
    """Return a chart for a wide page and for a phone; `draw` takes the width and the key's ending."""
    return {"wide": draw(WIDE, "w"), "narrow": draw(NARROW, "n")}


def result_parts(data: Mapping[str, Any], made: Answer) -> dict[str, Svg]:
    """Return the two pieces of a model's page that change with its inputs: the headline and what stands below it."""
    run = data["run"]
    context: dict[str, Any] = {"data": data, "run": run, "unit": data["unit"]}
    context |= dict.fromkeys(("lines", "moves", "curve", "notes"))
    if run is not None:
        context |= {
            "lines": _lines(run, data),
            "moves": _moves(run),
            "curve": _curve(made, data),
            "notes": _notes(run),
        }
    templates = engine()
    return {
        name: Svg(templates.get_template(f"site/bench/{name}.html").render(**context))
        for name in ("headline", "result")
    }


def _lines(run: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the waterfall and its table; None where there is one line, or no finite total."""
    unit = str(run["unit"])
    lines = [{"label": label(name), "mean": value} for name, value in run["lines"].items()]
    if len(lines) < 2 or finite(run["total"]) is None:
        return None
    who = Identity(data["title"], 1)
    total = run.get("distribution") or {}
    chart = both(
        lambda width, end: charts.waterfall(
            lines, unit=unit, who=who, key=f"lines-{end}", total=total, width=width, central=True
        )
    )
    decimals = decimals_for(each["mean"] for each in lines)
    whole = float(run["total"])
    rows = [
        [
            words(capital(each["label"])),
            money(each["mean"], unit, decimals),
            chance(each["mean"] / whole if whole > 0 else None),
        ]
        for each in lines
    ]
    rows.append([words("Total"), money(whole, unit, decimals), chance(1.0)])
    head = [Column("Line", number=False), Column(capital(unit_words(unit))), Column("Share")]
    return {"chart": chart, "table": Table(f"Lines in {unit_words(unit)}", head, rows, frozenset({len(rows) - 1}))}


def _moves(run: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the chart of what moves the total most, and its table; None where nothing is uncertain."""
    unit = str(run["unit"])
    rows = [{**each, "label": label(each["input"])} for each in run.get("sensitivity") or ()]
    if not rows:
        return None
    chart = None
    base = finite(run["total"])
    drawn = any(finite(each["total_low"]) is not None and each["total_low"] != each["total_high"] for each in rows)
    if base is not None and drawn:
        chart = both(lambda width, end: swing(rows, unit=unit, base=base, key=f"moves-{end}", width=width))
    decimals = decimals_for(each[end] for each in rows for end in ("total_low", "total_high"))
    table = [
        [
            words(capital(each["label"])),
            *(Cell(short(each[end], each["unit"]), finite(each[end])) for end in ("low", "high")),
            words(unit_words(each["unit"])),
            *(_or_infinite(each[end], unit, decimals) for end in ("total_low", "total_high")),
            chance(each["first_order"]),
            chance(each["total_effect"]),
        ]
        for each in rows
    ]
    head = [Column("Input", number=False), Column("5%"), Column("95%"), Column("Unit", number=False)]
    head += [Column("Answer at 5%"), Column("Answer at 95%"), Column("Alone"), Column("With others")]
    caption = f"Uncertain inputs; answers in {unit_words(unit)}, and the share of its variance that each explains"
    return {"chart": chart, "table": Table(caption, head, table)}


def _or_infinite(value: Any, unit: str, decimals: int) -> Cell:
    return Cell("∞") if value is None else money(value, unit, decimals)


def _curve(made: Answer, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the curve along one input, and its table."""
    if made.along is None:
        return None
    item, unit = along_data(made.along), str(data["unit"])
    name = capital(label(item["input"]))
    chart = None
    if any(value is not None for value in item["central"]):
        chart = both(
            lambda width, end: sweep(
                item, name=name, unit=item["unit"], total_unit=unit, key=f"along-{end}", width=width
            )
        )
    step = max(1, (len(item["grid"]) - 1) // (CURVE_ROWS - 1))
    places = range(0, len(item["grid"]), step)
    decimals = decimals_for(item["central"])
    rows = [
        [
            Cell(short(item["grid"][at], item["unit"]), item["grid"][at]),
            *(_or_infinite(item[key][at], unit, decimals) for key in ("central", "low", "high")),
        ]
        for at in places
    ]
    head = [Column(f"{name}, {unit_words(item['unit'])}"), Column("Central"), Column("5%"), Column("95%")]
    caption = f"{capital(unit_words(unit))} along {name}"
    return {
        "name": name,
        "chart": chart,
        "table": Table(caption, head, rows),
        "meets": [full(at, item["unit"]) for at in item["meets"]],
        "against": full(item["against"], unit) if item["against"] is not None else "",
        "from": full(item["from"], item["unit"]),
        "to": full(item["to"], item["unit"]),
    }


def _notes(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name, note in run["notes"].items():
        value = note["value"]
        text = value if isinstance(value, str) else "∞" if value is None else full(value, note["unit"] or "")
        found.append({"label": capital(label(name)), "text": text, "value": finite(value)})
    return found
