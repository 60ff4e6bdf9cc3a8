"""One configuration of a served model: its times with their ranges, and where the time of a token goes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError
from rackmath.models.serving.point import ENGINES, row_of
from rackmath.web import charts
from rackmath.web.bench.result import both
from rackmath.web.bench.speed_form import (
    FORMATS,
    NOTHING,
    PARTS,
    Answers,
    Ask,
    chips,
    layout_asks,
    load_asks,
    model_ask,
    read,
)
from rackmath.web.charts import Identity
from rackmath.web.numbers import capital
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.tables import Column, Table, chance, decimals_for, money, words

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.models.serving.predict import Prediction


def asks() -> tuple[Ask, ...]:
    """Return the fields of one configuration."""
    return (
        model_ask(),
        Ask("system", "Accelerator", "From the packaged data sheets.", "h100_sxm", options=chips()),
        Ask("precision", "Weights", "The format that weights are kept in.", options=FORMATS, empty="as published"),
        Ask("backend", "Engine", "The constants of this engine are used.", "vllm", options=ENGINES),
        *layout_asks(),
        Ask("concurrency", "Requests in flight", "As soon as one ends, another begins.", "16", low=1, high=100_000),
        *load_asks(),
    )


def point(site: Site, asked: Asked) -> Page:  # noqa: ARG001
    """Show the prediction for one configuration."""
    answers = read(asks(), asked.params, asked.lists)
    made, problem = _predicted(answers)
    data: dict[str, Any] = {
        "fields": answers.fields(),
        "problem": problem,
        "wrong": len(answers.problems),
        "query": answers.query(),
        "answer": _told(made, answers) if made else None,
        "command": _command(answers, "predict"),
        "explain": _command(answers, "explain"),
    }
    drawn = _drawn(made) if made else {}
    query = data["query"]
    return Page(
        path="/serving/point",
        template="site/bench/serving_point.html",
        title="One configuration",
        description="Time to first token, time per output token and where it goes, with 80% intervals.",
        data=data | ({"table": drawn["table"]._asdict()} if drawn else {}),
        html=drawn["chart"] if drawn else {},
        styles=("workbench.css",),
        status=422 if problem or answers.problems else 200,
        index=not query,
        query=query,
    )


def _predicted(answers: Answers) -> tuple[Prediction | None, str]:
    from rackmath.models.serving.predict import predict  # noqa: PLC0415
    from rackmath.models.serving.rows import read_row  # noqa: PLC0415

    try:
        made = predict([read_row(row_of({**answers.values, "backend_version": ""}))])[0]
    except RackmathError as problem:
        return None, str(problem)
    return (made, "") if made.token is not None else (None, made.note)


def _told(made: Prediction, answers: Answers) -> dict[str, Any]:
    """Return the answer as plain data, times in milliseconds."""
    assert made.token is not None
    assert made.first is not None
    devices = answers.values["tp"] * answers.values["dp"] * answers.values["pp"]
    request = made.first + answers.values["osl"] * made.token
    return {
        "unit": "ms",
        "ttft": 1e3 * made.first,
        "ttft_low": _ms(made.first_low),
        "ttft_high": _ms(made.first_high),
        "tpot": 1e3 * made.token,
        "tpot_low": _ms(made.token_low),
        "tpot_high": _ms(made.token_high),
        "per_user": 1 / made.token,
        "per_device": answers.values["concurrency"] * answers.values["osl"] / request / devices,
        "request": request,
        "devices": devices,
        "running": made.running,
        "note": [capital(each) for each in made.note.split("; ") if each],
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1e3 * seconds


def _drawn(made: Prediction) -> dict[str, Any]:
    """Return the waterfall of a token's time and its table."""
    parts = {name: 1e3 * value for name, value in (made.parts or {}).items() if value > NOTHING}
    lines = [{"label": PARTS.get(name, name), "mean": value} for name, value in parts.items()]
    spread = {"p5": _ms(made.token_low), "p95": _ms(made.token_high)}
    token = Identity("a token's time", 1)
    chart = both(
        lambda width, end: charts.waterfall(
            lines, unit="ms", who=token, key=f"token-{end}", total=spread, width=width, central=True
        )
    )
    total = sum(parts.values())
    decimals = decimals_for(parts.values())
    rows = [
        [words(PARTS.get(name, name)), money(value, "ms", decimals), chance(value / total)]
        for name, value in parts.items()
    ]
    rows.append([words("Time per output token"), money(total, "ms", decimals), chance(1.0)])
    head = [Column("Part", number=False), Column("ms"), Column("Share")]
    table = Table("Where the time of an output token goes", head, rows, frozenset({len(parts)}))
    return {"chart": chart, "table": table}


def _command(answers: Answers, verb: str) -> str:
    said = ["rackmath", "serving", verb]
    for ask in answers.asks:
        value = answers.values[ask.name]
        if value not in (None, "") and (ask.name in answers.given or ask.name in {"model", "system", "tp"}):
            said += [f"--{ask.name}", plain_number(value)]
    return shlex.join(said)


def plain_number(value: Any) -> str:
    """Return a value as a command takes it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


ROUTES = [Route("/serving/point", point)]
