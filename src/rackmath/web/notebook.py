"""Runs, decisions and figures in a notebook: the tables and charts of the pages, shut in a frame of their own.

A frame keeps the notebook's styles out of ours and ours out of the notebook's. Nothing in it runs or loads anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rackmath.kernel.params import label
from rackmath.web.bench.answer import Answer
from rackmath.web.bench.result import result_parts
from rackmath.web.charts.svg import escape
from rackmath.web.numbers import capital, unit_words
from rackmath.web.page import day, exact, render
from rackmath.web.report import render_report
from rackmath.web.tables import input_table

if TYPE_CHECKING:
    from rackmath.evidence import Figure
    from rackmath.kernel.decision import Decision
    from rackmath.kernel.run import Run

TALL, LOW = 640, 480


def decision_html(decision: Decision) -> str:
    """Return a decision as its report, in a frame."""
    return _frame(render_report(decision), str(decision["title"]), TALL)


def run_html(run: Run) -> str:
    """Return a run: its total with its range, its lines and what moves it most, in a frame."""
    model = run.bound.model
    answer = run.to_json()
    data = {
        "title": model.title,
        "unit": model.unit,
        "unit_words": unit_words(model.unit),
        "run": answer,
        "problem": "",
        "wrong": 0,
    }
    inputs = [{**each, "label": label(each["name"])} for each in answer["inputs"]]
    page = render(
        "site/bench/run.html",
        ("base.css", "charts.css", "report.css", "workbench.css"),
        data=data,
        html=result_parts(data, Answer(run, None, {})),
        inputs=input_table({"title": model.title, "inputs": inputs}),
    )
    return _frame(page, model.title, LOW)


def figure_html(figure: Figure) -> str:
    """Return a figure as a small table: value, scope, date, who claims it, and where it stands."""
    rows = [
        ("Value", f"{figure.shown} {figure.unit}".strip()),
        ("As written", figure.as_written),
        ("Scope", ", ".join(f"{axis} {value}" for axis, value in figure.scope.items())),
        ("As of", day(str(figure.as_of))),
        ("Kind", figure.kind),
        ("Claimed by", str(figure.claimant)),
        ("Source", figure.source),
        ("Note", figure.note_title),
    ]
    cells = [f"<tr><th>{escape(head)}</th><td>{escape(value)}</td></tr>" for head, value in rows if value]
    title = f"<caption>{escape(capital(figure.ref))}</caption>"
    return f"<table>{title}<tbody>{''.join(cells)}</tbody></table>"


def _frame(page: str, title: str, height: int) -> str:
    return (
        f'<iframe sandbox srcdoc="{exact(page)}" title="{escape(title)}" width="100%" height="{height}" '
        'frameborder="0"></iframe>'
    )
