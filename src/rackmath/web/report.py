"""The decision as one page that can be mailed: the answer first, then everything it stands on."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rackmath.errors import RackmathError
from rackmath.web import charts, tables
from rackmath.web.charts import Identities, Svg
from rackmath.web.numbers import capital, finite, per, short, sized, unit_words
from rackmath.web.page import engine, render

WIDE, NARROW, PANEL, STRIP, RANGE = 720.0, 350.0, 350.0, 1000.0, 190.0
"""Each chart is drawn for a desk and for a phone (CSS shows one of them), so that its letters stay legible on both."""


def render_report(decision: Mapping[str, Any]) -> str:
    """Return a decision as one self-contained HTML page: no script, no request, light, dark and paper.

    Parameters
    ----------
    decision
        What ``rackmath decide FILE --json`` prints. ``title``, ``unit`` and at least one option are needed; every other
        part may be missing, and its section is then left out or says so.

    Raises
    ------
    RackmathError
        The mapping is no decision.
    """
    return render("report.html", ("base.css", "charts.css", "report.css"), **_context(decision))


def report_body(decision: Mapping[str, Any]) -> Svg:
    """Return a decision as a piece of a page of the site; see `render_report`."""
    return Svg(engine().get_template("report/body.html").render(**_context(decision)))


def _context(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates of a decision use."""
    missing = [name for name in ("title", "options") if not decision.get(name)]
    missing += [] if isinstance(decision.get("unit"), str) else ["unit"]
    if missing:
        raise RackmathError(f"this is no decision to report: it has no {' and no '.join(missing)}")
    unit = str(decision["unit"])
    options: list[Mapping[str, Any]] = list(decision["options"])
    known = charts.identities(options)
    return {
        "decision": {name: decision.get(name) for name in _TEXTS},
        "unit": unit,
        "answer": _answer(decision, options),
        "options": [_option(option, place, known) for place, option in enumerate(options)],
        "ranking": _ranking(options, unit, known),
        "made_of": _made_of(options, unit, known),
        "one_axis": len(set(charts.reaches(options))) == 1,
        "spread": _spread(options, unit, known),
        "crossings": [
            _crossing(item, place, options, unit, known) for place, item in enumerate(_list(decision, "break_even"))
        ],
        "paid": _paid(decision, known),
        "change": _change(decision, options, unit, known),
        "information": _information(decision, unit, known),
        "figures": _figures(decision),
        "assumptions": _assumptions(decision),
        "together": len(_list(decision, "correlations")),
        "inputs": [tables.input_table(option) for option in options if option.get("inputs")],
        "receipt": _receipt(decision),
        "rerun": _rerun(decision),
    }


_TEXTS = ("title", "question", "as_of", "samples", "seed", "scenario", "scenario_path")


def _list(decision: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return list(decision.get(name) or ())


def _picked(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows in which every one of the names is there, if only as None: the templates know no missing key."""
    return [{name: row.get(name) for name in names} for row in rows]


def _both(draw: Callable[[float, str], Svg], wide: float = WIDE) -> dict[str, Svg]:
    """Return a chart for a wide page and for a phone; `draw` takes the width and the key's ending."""
    return {"wide": draw(wide, "w"), "narrow": draw(NARROW, "n")}


def _option(option: Mapping[str, Any], place: int, known: Identities) -> dict[str, Any]:
    """Return an option with its swatch, its looks and no missing keys."""
    wanted = ("id", "title", "rank", "mean", "central", "p5", "p50", "p95", "chance_cheapest", "model", "method")
    look = charts.who(known, option.get("id"))
    return {name: option.get(name) for name in wanted} | {
        "name": look.name,
        "look": look.class_,
        "swatch": charts.swatch(look, f"look-{place}"),
        "warnings": list(option.get("warnings") or ()),
        "notes": _notes(option),
    }


def _notes(option: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = _picked(option.get("notes") or (), ("name", "label", "value", "unit"))
    return [row | {"label": capital(row["label"] or row["name"] or "")} for row in rows]


def _answer(decision: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the recommended option (the first if none is named) and the sentence that says why."""
    said: Mapping[str, Any] = decision.get("recommendation") or {}
    place = next((place for place, option in enumerate(options) if option.get("id") == said.get("option")), None)
    return {
        "place": place,
        "sentence": said.get("reason") or said.get("sentence") or "",
        "title": said.get("title") or "",
    }


def _ranking(options: Sequence[Mapping[str, Any]], unit: str, known: Identities) -> dict[str, Any]:
    """Return the small charts of the ranking table and the strip of chances."""
    return {
        "bars": charts.interval_bars(options, unit=unit, known=known, key="rank", width=RANGE),
        "axis": charts.interval_axis(options, unit=unit, key="rank-axis", width=RANGE),
        "chances": _both(
            lambda width, end: charts.chances(options, known=known, key=f"chance-{end}", width=width), STRIP
        )
        if len(options) > 1
        else None,
    }


def _made_of(options: Sequence[Mapping[str, Any]], unit: str, known: Identities) -> list[dict[str, Any]]:
    """Return a waterfall and its table for each option; all share an axis where that is fair."""
    reaches = charts.reaches(options)
    panels = []
    for place, (option, reach) in enumerate(zip(options, reaches, strict=True)):
        lines = list(option.get("lines") or ())
        who = charts.who(known, option.get("id"))
        key = f"lines-{place}"
        chart = charts.waterfall(lines, unit=unit, who=who, key=key, total=option, reach=reach, width=PANEL)
        panels.append(
            {
                "place": place,
                "swatch": charts.swatch(who, f"{key}-look"),
                "chart": chart if lines else None,
                "table": tables.line_table(option, unit),
            }
        )
    return panels


def _spread(options: Sequence[Mapping[str, Any]], unit: str, known: Identities) -> dict[str, Any]:
    chart = _both(
        lambda width, end: charts.distributions(options, unit=unit, known=known, key=f"spread-{end}", width=width)
    )
    return {"chart": chart, "table": tables.spread_table(options, unit)}


def _crossing(
    item: Mapping[str, Any], place: int, options: Sequence[Mapping[str, Any]], unit: str, known: Identities
) -> dict[str, Any]:
    """Return a break-even chart for both widths, its curves and its crossings as tables."""
    label = capital(item.get("label") or item.get("input") or "demand")
    crossings = list(item.get("crossings") or ())
    today = _today(item, options)

    def draw(width: float, end: str) -> Svg:
        return charts.break_even(
            item.get("curves") or {},
            item.get("grid") or (),
            crossings,
            counts=label,
            unit=str(item.get("unit") or ""),
            cost_unit=unit,
            known=known,
            key=f"even-{place}-{end}",
            log=item.get("scale") == "log",
            today=today,
            width=width,
        )

    return {
        "label": label,
        "unit": str(item.get("unit") or ""),
        "today": today,
        "chart": _both(draw),
        "curves": tables.curve_table(item, known, unit),
        "crossings": tables.crossing_table(item, known) if crossings else None,
        "meet": any(finite(crossing.get("at")) is not None for crossing in crossings),
        "still": [charts.who(known, option).name for option in item.get("not_affected") or ()],
    }


def _paid(decision: Mapping[str, Any], known: Identities) -> dict[str, Any] | None:
    """Return what each option has cost so far, month by month, drawn and as tables; None where no option tells it."""
    told: Mapping[str, Any] = decision.get("over_time") or {}
    totals: Mapping[str, Sequence[float]] = told.get("totals") or {}
    if not totals:
        return None
    unit, axis = str(told.get("unit") or ""), str(told.get("axis") or "month")
    steps = list(range(max(len(values) for values in totals.values())))
    crossings = list(told.get("crossings") or ())
    placed = [{"a": each.get("ahead"), "b": each.get("behind"), "at": each.get("step")} for each in crossings]

    def draw(width: float, end: str) -> Svg:
        return charts.break_even(
            totals,
            steps,
            placed,
            counts=f"{capital(axis)}s since the start",
            unit=axis,
            cost_unit=unit,
            known=known,
            key=f"paid-{end}",
            log=False,
            width=width,
        )

    item = {"label": f"{capital(axis)}s since the start", "unit": axis, "grid": steps, "curves": totals}
    return {
        "axis": axis,
        "left_out": len(placed) - len(charts.shown_crossings(placed, totals, steps)),
        "chart": _both(draw),
        "crossings": tables.overtaking_table(crossings, axis, known) if crossings else None,
        "table": tables.curve_table(item, known, unit),
    }


def _today(item: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the value that the input has now: said beside the curves, or what the options were computed with."""
    said = finite(item.get("today"))
    if said is not None:
        return said
    for option in options:
        for entry in option.get("inputs") or ():
            if entry.get("name") == item.get("input") and entry.get("unit") == item.get("unit"):
                return finite(entry.get("value"))
    return None


def _change(
    decision: Mapping[str, Any], options: Sequence[Mapping[str, Any]], unit: str, known: Identities
) -> dict[str, Any] | None:
    """Return the tornado and its table; None where no input was varied."""
    rows = _list(decision, "sensitivity")
    if not rows:
        return None
    best = str((decision.get("recommendation") or {}).get("option") or options[0].get("id"))
    base = _base(options, best)
    chart = None
    if charts.has_margins(rows):
        chart = _both(
            lambda width, end: charts.tornado(
                rows, unit=unit, known=known, recommended=best, key=f"change-{end}", base=base, width=width
            )
        )
    flips = sum(finite(row.get("flips_at")) is not None for row in rows)
    table = tables.flip_table(rows, known, unit)
    return {"chart": chart, "table": table, "flips": flips, "count": len(rows), "best": charts.who(known, best).name}


def _base(options: Sequence[Mapping[str, Any]], best: str) -> float | None:
    """Return the margin with every input at its central value."""
    own = next((finite(option.get("central")) for option in options if option.get("id") == best), None)
    others = [
        value for option in options if option.get("id") != best and (value := finite(option.get("central"))) is not None
    ]
    return min(others) - own if own is not None and others else None


def _information(decision: Mapping[str, Any], unit: str, known: Identities) -> dict[str, Any] | None:
    """Return what it is worth to know each input, drawn and as a table; None where that was not worked out."""
    said: Mapping[str, Any] = decision.get("information") or {}
    perfect = finite(said.get("perfect"))
    if perfect is None:
        return None
    rows = list(said.get("inputs") or ())
    return {
        "worth": sum((finite(row.get("worth")) or 0.0) > 0 for row in rows),
        "count": len(rows),
        "against": charts.who(known, said.get("against")).name,
        "chart": _both(
            lambda width, end: charts.worth(rows, perfect=perfect, unit=unit, key=f"worth-{end}", width=width)
        ),
        "table": tables.worth_table(rows, unit),
    }


def _figures(decision: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("ref", "figure", "value", "unit", "as_of", "age_days", "stale", "freshness", "kind", "claimant", "source")
    more = ("source_title", "url", "licence", "used_by", "note_title", "scope")
    rows = _picked(_list(decision, "figures"), wanted + more)
    for row in rows:
        row["scope"] = ", ".join(f"{axis} {value}" for axis, value in (row["scope"] or {}).items())
        row["used_by"] = used_by(row["used_by"])
        row["words"] = _as_written(row["value"], str(row["unit"] or ""))
    return {"rows": rows, "stale": sum(bool(row["stale"]) for row in rows)}


def _as_written(value: Any, unit: str) -> tuple[str, str]:
    """Return a figure's value and its unit as the reader sees them: a number is printed, a text is left as it is."""
    if finite(value) is not None:
        return sized(value, unit), per(unit)
    if isinstance(value, Mapping):
        value = ", ".join(f"{name} {part}" for name, part in value.items())
    return str(value), unit_words(unit) if unit else ""


def used_by(places: Any) -> str:
    """Return where a figure is used, each input once with its options: ``gpu hour price (rent, mix)``."""
    if not places:
        return ""
    found: dict[str, list[str]] = {}
    for place in [places] if isinstance(places, str) else places:
        option, _, name = str(place).rpartition(".")
        found.setdefault(name.replace("_", " "), []).append(option)
    return "; ".join(f"{name} ({', '.join(options)})" if all(options) else name for name, options in found.items())


def _assumptions(decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = _picked(_list(decision, "assumptions"), ("label", "value", "unit", "because", "used_by"))
    for row in rows:
        row["used_by"] = used_by(row["used_by"])
        unit = str(row["unit"] or "")
        row["unit"] = "" if unit and str(row["value"]).endswith(unit) else per(unit)  # it may be written out already
    return rows + [_together(pair) for pair in _list(decision, "correlations")]


def _together(pair: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two inputs are taken to do together as an assumption."""
    return {
        "used_by": f"{pair.get('first')} with {pair.get('second')}",
        "value": f"{short(pair.get('rank'), '')} (correlation of ranks)",
        "unit": "",
        "because": "the scenario says that they move together; inputs that no pair names are independent",
    }


def _receipt(decision: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the parts of the receipt that are words and numbers; the inputs it lists stand in their own tables."""
    names = {"python": "Python", "numpy": "NumPy", "samples": "draws", "as_of": "as of"}
    held: Mapping[str, Any] = decision.get("receipt") or {}
    shown = {name: value for name, value in held.items() if isinstance(value, str | int | float)}
    shown = {name: decision[name] for name in ("seed", "samples") if decision.get(name) is not None} | shown
    said = {"kind", "title", "question", "unit"}
    return [(names.get(name, name), str(value)) for name, value in shown.items() if name not in said]


def _rerun(decision: Mapping[str, Any]) -> str:
    """Return the command that makes this page again from the scenario."""
    path = str(decision.get("scenario_path") or "scenario.yaml")
    return str(decision.get("command") or f"rackmath decide {shlex.quote(path)}")
