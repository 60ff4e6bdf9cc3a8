"""What a rising load does to one configuration: simulated request by request, up to the knee and the break."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from rackmath.errors import RackmathError
from rackmath.models.serving.point import row_of
from rackmath.web.bench.result import both
from rackmath.web.bench.speed_form import Answers, Ask, read
from rackmath.web.bench.turns import turn
from rackmath.web.charts import identities
from rackmath.web.charts.plane import Direction, Dot, plane
from rackmath.web.memo import remembered
from rackmath.web.numbers import full, percent, plain
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.pages.serving_point import asks as point_asks
from rackmath.web.pages.serving_point import plain_number
from rackmath.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.models.serving.simulator import Sweep

REQUESTS = 200
"""Requests of each load, at least: few, so that a page answers in a second or two."""
LARGEST = 1024
"""Requests in flight at most, for the same reason; the command goes on."""
IN_FLIGHT, RATE, SECONDS = "request", "token/s", "ms"
TIMES = {"p50": "half of requests", "p95": "95 of 100"}


def asks() -> tuple[Ask, ...]:
    """Return the fields: a configuration without its load, and a service level."""
    return (
        *(ask for ask in point_asks() if ask.name != "concurrency"),
        Ask("ttft", "First token within", "Empty: no limit.", "2000", "ms", low=1, high=1e7, half=True),
        Ask("tpot", "Each token within", "Empty: no limit.", "50", "ms", low=0.1, high=1e6, half=True),
    )


def rising(site: Site, asked: Asked) -> Page:
    """Show the sweep of one configuration."""
    answers = read(asks(), {name: value for name, value in asked.params.items() if name != "concurrency"}, asked.lists)
    query = answers.query()
    data: dict[str, Any] = {
        "fields": answers.fields(),
        "problem": "",
        "wrong": len(answers.problems),
        "query": query,
        "points": [],
        "command": _command(answers),
        "requests": REQUESTS,
        "largest": LARGEST,
        "there": f"/serving/point?{query}" if query else "/serving/point",
    }
    html: dict[str, Any] = {}
    try:
        made = remembered(site, ("serving load", query), lambda: _sweep(answers))
    except RackmathError as problem:
        data["problem"] = str(problem)
    else:
        data |= _told(made, answers)
        html = _drawn(made, answers)
    return Page(
        path="/serving/load",
        template="site/bench/serving_load.html",
        title="A rising load",
        description="Throughput and latency of one configuration as the load rises, simulated, up to the knee.",
        data=data,
        rows=data["points"] or None,
        html=html,
        styles=("workbench.css",),
        status=422 if data["problem"] or answers.problems else 200,
        index=not query,
        query=query,
    )


def _sweep(answers: Answers) -> Sweep:
    from rackmath.models.serving.rows import read_row  # noqa: PLC0415
    from rackmath.models.serving.simulator import Closed, Limits, Uniform, Workload, engine_of, sweep  # noqa: PLC0415

    v = answers.values
    row = row_of({**v, "backend_version": "", "concurrency": 1})
    limits = Limits(*(None if v[name] is None else v[name] / 1e3 for name in ("ttft", "tpot")))
    with turn():
        load = Workload(arrivals=Closed(1), lengths=Uniform(round(v["isl"]), round(v["osl"])), requests=REQUESTS)
        return sweep(engine_of(read_row(row)), load, limits=limits, plain=True, largest=LARGEST)


def _told(made: Sweep, answers: Answers) -> dict[str, Any]:
    v = answers.values
    devices = v["tp"] * v["dp"] * v["pp"]
    points = [
        {
            "in_flight": each.load,
            "requests_per_s": each.requests_per_s,
            "output_tokens_per_s": each.output_tokens_per_s,
            "output_tokens_per_s_per_device": each.output_tokens_per_s / devices,
            **{
                f"{name}_{level}_ms": _ms(getattr(each, f"{name}_{level}"))
                for name in ("ttft", "tpot")
                for level in TIMES
            },
            "within": each.goodput_share,
            "cache": each.cache,
        }
        for each in made.points
    ]
    named = {"knee": made.knee, "best": made.best, "broken": made.broken}
    places = {name: made.points.index(each) if each else None for name, each in named.items()}
    return {"points": points, **{name: None if at is None else points[at] for name, at in places.items()}} | {
        "table": _table(points)._asdict(),
        "devices": devices,
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1e3 * seconds


def _table(points: list[dict[str, Any]]) -> Table:
    def cell(value: float | None) -> Cell:
        return Cell(plain(value), value)

    names = ("requests_per_s", "output_tokens_per_s", "ttft_p50_ms", "ttft_p95_ms", "tpot_p50_ms", "tpot_p95_ms")
    rows = [
        [cell(each["in_flight"]), *(cell(each[name]) for name in names), Cell(percent(each["within"]), each["within"])]
        for each in points
    ]
    heads = ("Requests/s", "Tokens/s", "First token p50, ms", "p95, ms", "Each token p50, ms", "p95, ms", "Within")
    return Table("Load by load", [Column("In flight"), *map(Column, heads)], rows)


def _drawn(made: Sweep, answers: Answers) -> dict[str, Any]:
    """Return three pictures on one axis: output, the first token, each token."""
    known = identities([{"id": name, "title": name} for name in ("output", *TIMES)])
    turning = made.knee.load if made.knee else None
    along = Direction("Requests in flight", IN_FLIGHT, limit=turning, limit_words="knee at")
    output = [
        Dot(each.load, each.output_tokens_per_s, _said(each.load, full(each.output_tokens_per_s, RATE)))
        for each in made.points
    ]
    drawn: dict[str, Any] = {}

    def picture(name: str, series: dict[str, list[Dot]], upright: Direction, title: str) -> None:
        summary = f"{title} from {plain(made.points[0].load)} to {plain(made.points[-1].load)} requests in flight."
        pair = both(
            lambda width, end: plane(
                series, x=along, y=upright, known=known, key=f"{name}-{end}", title=title, summary=summary, width=width
            )
        )
        drawn.update({f"{name}_{end}": part for end, part in pair.items()})

    picture("output", {"output": output}, Direction("Output tokens per second", RATE), "Output of the replica")
    for name, title in (("ttft", "Time to first token"), ("tpot", "Time per output token")):
        series = {
            level: [
                Dot(each.load, 1e3 * value, _said(each.load, f"{plain(1e3 * value)} ms for {words}"))
                for each in made.points
                if (value := getattr(each, f"{name}_{level}")) is not None
            ]
            for level, words in TIMES.items()
        }
        upright = Direction(f"{title}, ms", SECONDS, limit=answers.values[name], limit_words="limit")
        picture(name, {level: row for level, row in series.items() if row}, upright, title)
    return drawn


def _said(load: float, words: str) -> str:
    return f"{plain(load)} in flight: {words}"


def _command(answers: Answers) -> str:
    said = ["rackmath", "serving", "sweep"]
    for ask in answers.asks:
        value = answers.values[ask.name]
        name = f"{ask.name}-limit" if ask.name in {"ttft", "tpot"} else ask.name
        if value not in (None, "") and (
            ask.name in answers.given or ask.name in {"model", "system", "tp", "ttft", "tpot"}
        ):
            said += [f"--{name}", plain_number(value)]
    return shlex.join([*said, "--lengths", "uniform", "--requests", str(REQUESTS)])


ROUTES = [Route("/serving/load", rising)]
