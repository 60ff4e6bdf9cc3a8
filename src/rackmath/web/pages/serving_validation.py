"""How far off predictions of serving are: ratios to measurements that were left out of the fit, as distributions."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from rackmath.web.bench.result import both
from rackmath.web.charts.errors import errors
from rackmath.web.numbers import capital, percent, plain
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.tables import Cell, Column, Table, words

if TYPE_CHECKING:
    from rackmath.brain.site import Site

TIMES = ("time per output token", "time to first token")
SPLITS = {
    "seen": "points of what is known",
    "combination": "combinations",
    "model": "models",
    "accelerator": "accelerators",
}
KINDS = frozenset({"all", "dense", "moe", "mla"})
"""Groups that are no single model or accelerator."""
POOLS = {
    "aggregated": "The same devices do prompts and answers.",
    "disaggregated": "Prompts and answers have devices of their own.",
}


def validation(site: Site, asked: Asked) -> Page:  # noqa: ARG001
    """Show the error distributions of the packaged fit, and the worst predictions."""
    report = _report()
    shown = [
        {"id": each["id"], "title": each["title"], "why": each["why"], "table": _table(each)} for each in _parts(report)
    ]
    html = {
        f"{each['id']}_{end}": picture
        for each in _parts(report)
        for end, picture in both(
            lambda width, end, part=each: errors(
                part["rows"], key=f"{part['id']}-{end}", title=part["title"], width=width
            )
        ).items()
    }
    head = _line(report, "aggregated", TIMES[0], "combination", "all")
    data: dict[str, Any] = {
        "parts": shown,
        "worst": [{**each, "quantity": capital(each["quantity"])} for each in report["worst"]],
        "median": head["median"],
        "p90": head["p90"],
        "covered": head["covered"],
        "rows": sum(each["rows"] for each in report["lines"] if each["group"] == "all" and each["split"] in _ONCE),
        "command": "rackmath serving validate --data DATA",
    }
    return Page(
        path="/serving/validation",
        template="site/bench/serving_validation.html",
        title="How far off predictions are",
        description="Predicted over measured, as distributions, on measurements that were left out of the fit.",
        data=data,
        rows=[{**each, "quantiles": " ".join(map(str, each["quantiles"]))} for each in _flat(report)],
        html=html,
        styles=("workbench.css",),
    )


_ONCE = frozenset({"seen", "as packaged", "system"})
"""Splits that count each measured row once."""


@cache
def _report() -> dict[str, Any]:
    """Return the packaged error tables, with the quantiles of each line by name."""
    text = resources.files("rackmath.models.serving").joinpath("validation.json").read_text(encoding="utf-8")
    report: dict[str, Any] = json.loads(text)
    names = [f"q{100 * level:.0f}" for level in report["levels"]]
    for each in report["lines"]:
        each |= dict(zip(names, each["quantiles"], strict=True))
    return report


def _flat(report: dict[str, Any]) -> list[dict[str, Any]]:
    keys = ("data", "quantity", "split", "group", "rows", "median", "p90", "bias", "covered", "quantiles")
    return [{key: each[key] for key in keys} for each in report["lines"]]


def _line(report: dict[str, Any], data: str, quantity: str, split: str, group: str) -> dict[str, Any]:
    key = (data, quantity, split, group)
    return next(
        each for each in report["lines"] if (each["data"], each["quantity"], each["split"], each["group"]) == key
    )


def _parts(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pictures of the page: which rows each shows, and in what order."""
    lines = report["lines"]
    made = []
    for data, why in POOLS.items():
        rows = [
            {**each, "label": f"Left out: {SPLITS[each['split']]}", "head": capital(quantity) if first else ""}
            for quantity in TIMES
            for first, each in _firsts(_of(lines, data, quantity, "all"))
        ]
        made.append({"id": data, "title": f"{capital(data)} serving", "why": why, "rows": rows})
    for split, title in (("model", "Models left out whole"), ("accelerator", "Accelerators left out whole")):
        rows = [
            {**each, "label": each["group"], "head": capital(quantity) if first else ""}
            for quantity in TIMES
            for first, each in _firsts([each for each in _left(lines, quantity, split) if each["group"] not in KINDS])
        ]
        made.append({"id": split, "title": title, "why": "Nothing of them was in the fit.", "rows": rows})
    apart = [
        {**each, "label": each["data"], "head": capital(each["quantity"]) if first else ""}
        for quantity in dict.fromkeys(each["quantity"] for each in lines)
        for first, each in _firsts(
            [
                each
                for each in lines
                if each["quantity"] == quantity and each["group"] == "all" and each["data"] not in POOLS
            ]
        )
    ]
    made.append({"id": "apart", "title": "Other published sets", "why": "With the packaged fit.", "rows": apart})
    return made


def _left(lines: list[dict[str, Any]], quantity: str, split: str) -> list[dict[str, Any]]:
    wanted = ("aggregated", quantity, split)
    return [each for each in lines if (each["data"], each["quantity"], each["split"]) == wanted]


def _firsts(rows: list[dict[str, Any]]) -> list[tuple[bool, dict[str, Any]]]:
    return [(at == 0, each) for at, each in enumerate(rows)]


def _of(lines: list[dict[str, Any]], data: str, quantity: str, group: str) -> list[dict[str, Any]]:
    return [each for each in lines if (each["data"], each["quantity"], each["group"]) == (data, quantity, group)]


def _table(part: dict[str, Any]) -> dict[str, Any]:
    rows, quantity = [], ""
    for each in part["rows"]:
        quantity = each["head"] or quantity
        rows.append(
            [
                words(each["label"]),
                words(quantity),
                Cell(plain(each["rows"], 6), each["rows"]),
                *(Cell(percent(each[name]), each[name]) for name in ("median", "p90")),
                Cell(percent(each["covered"]) if each["covered"] is not None else "–", each["covered"]),
            ]
        )
    head = [Column("Group", number=False), Column("Quantity", number=False), Column("Rows"), Column("Median error")]
    return Table(part["title"], [*head, Column("Error of 9 in 10"), Column("80% range holds")], rows)._asdict()


ROUTES = [Route("/serving/validation", validation)]
