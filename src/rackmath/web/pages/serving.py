"""The frontier of serving: deployments that nothing beats in speed for a user and in tokens for a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rackmath.errors import RackmathError
from rackmath.models.serving.point import ENGINES
from rackmath.models.serving.search.prices import rental_prices
from rackmath.web import charts
from rackmath.web.bench.evidence import site_evidence
from rackmath.web.bench.result import both
from rackmath.web.bench.speed_form import FORMATS, PARTS, Answers, Ask, chips, load_asks, model_ask, read
from rackmath.web.bench.turns import turn
from rackmath.web.charts import Identities, Identity, identities
from rackmath.web.charts.plane import Direction, Dot, plane
from rackmath.web.memo import remembered
from rackmath.web.numbers import full, plain, plural, short
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.tables import Cell, Column, Table, money, words

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.models.serving.search import Frontier, Point, Price

USER, DEVICE, COST = "token/s", "token/s/GPU", "USD/Mtok"
MOST_CHIPS = 8
"""Accelerators of one picture: as many as have a look of their own."""
MOST_BEHIND = 1_500
"""Points that lie behind the frontiers and are drawn."""
ROWS = 40
"""Rows of the table; the ``.csv`` twin has all."""
UPRIGHT = ("tokens a second for each device", "dollars for a million output tokens")


def asks() -> tuple[Ask, ...]:
    """Return the fields of a search."""
    return (
        model_ask(),
        Ask(
            "chip",
            "Accelerators",
            f"Up to {MOST_CHIPS}, each with a frontier of its own.",
            "h100_sxm, h200_sxm, b200_sxm, mi300x",
            options=chips(),
            several=True,
        ),
        Ask("precision", "Weights", "Their format.", options=FORMATS, empty="all that suit the chip"),
        Ask("engine", "Engine", "The constants of this engine are used.", "vllm", options=ENGINES),
        *load_asks(),
        Ask(
            "speed",
            "Speed for a user",
            "At least.",
            "20",
            "tokens/s",
            low=0.01,
            high=1e5,
            half=True,
        ),
        Ask("ttft", "First token within", "Empty: no limit.", "", "ms", low=1, high=1e7, half=True),
        Ask("devices", "Devices of a replica", "At most.", "8", low=1, high=72, whole=True, half=True),
        Ask("upright", "Upright axis", "What is counted.", UPRIGHT[0], options=UPRIGHT, half=True),
    )


def serving(site: Site, asked: Asked) -> Page:
    """Show the frontier, the point that was chosen on it, and what that costs."""
    answers = read(asks(), asked.params, asked.lists)
    if len(answers.values["chip"]) > MOST_CHIPS:
        answers.problems["chip"] = f"{len(answers.values['chip'])} are too many for one picture; at most {MOST_CHIPS}"
        answers.values["chip"] = answers.values["chip"][:MOST_CHIPS]
    query = answers.query()
    data: dict[str, Any] = {
        "fields": answers.fields(),
        "problem": "",
        "wrong": len(answers.problems),
        "query": query,
        "model": answers.values["model"],
        "chosen": None,
        "prices": [],
    }
    found = None
    try:
        prices = rental_prices(site_evidence(site), answers.values["chip"], as_of=asked.as_of)
        found = remembered(site, ("serving frontier", query, asked.as_of), lambda: _found(answers, prices))
        data["prices"] = [
            {
                "chip": chip,
                "usd": p.median,
                "low": p.low,
                "high": p.high,
                "figure": p.said,
                "id": p.figure,
                "as_of": p.as_of,
            }
            for chip, p in prices.items()
        ]
    except RackmathError as wrong:
        data["problem"] = str(wrong)
    html: dict[str, Any] = {}
    rows = None
    if found is not None:
        pick = asked.get("pick")[:120]
        at = _picked(found, pick)
        data |= _told(found, at, answers)
        html = _drawn(found, at, answers)
        data["table"] = _table(found, answers)
        rows = [_plain(found.points[i]) for i in _every(found)]
    return Page(
        path="/serving",
        template="site/bench/serving.html",
        title="Serving: speed and price",
        description="Which accelerator, precision and layout serve a model fast and cheaply, with 80% intervals.",
        data=data,
        rows=rows,
        html=html,
        styles=("workbench.css",),
        status=422 if data["problem"] or answers.problems else 200,
        index=not query,
        query=query,
    )


def _found(answers: Answers, prices: dict[str, Price]) -> Frontier:
    from rackmath.models.serving.search import frontier  # noqa: PLC0415

    v = answers.values
    with turn():
        return frontier(
            v["model"],
            v["chip"],
            isl=v["isl"],
            osl=v["osl"],
            precisions=[v["precision"]] if v["precision"] else [],
            engines=[v["engine"]],
            most_devices=v["devices"],
            prices=prices,
            tpot_limit=1 / v["speed"] if v["speed"] else None,
            ttft_limit=v["ttft"] / 1e3 if v["ttft"] else None,
        )


def _every(found: Frontier) -> list[int]:
    """Return the points of the frontiers of each chip, the fastest for a user first."""
    return sorted({at for row in _by_chip(found).values() for at in row}, key=lambda at: -_user(found, at))


def _user(found: Frontier, at: int) -> float:
    return float(found.points.tokens_per_s_per_user[at])


def _by_chip(found: Frontier) -> dict[str, list[int]]:
    """Return each chip's own frontier in speed for a user and for a device; limits do not cut it.

    A chip has one price, so that the fewest dollars are the most tokens: the same points.
    """
    from rackmath.models.serving.search.frontier import pareto  # noqa: PLC0415

    points = found.points
    names = np.array([points.setups[at].chip.name for at in points.setup])
    rows: dict[str, list[int]] = {}
    for chip in found.space.chips:
        own = np.flatnonzero(names == chip.name)
        best = own[pareto(points.tokens_per_s_per_user[own], points.tokens_per_s_per_device[own])]
        rows[chip.name] = [int(at) for at in best]
    return rows


def _key(found: Frontier, at: int) -> str:
    """Return the name of a point in an address."""
    setup = found.points.setups[found.points.setup[at]]
    a = setup.layout
    return f"{setup.chip.name}.{setup.weights.name}.{a.tp}.{a.dp}.{a.ep}.{a.pp}.{found.points.concurrency[at]:g}"


def _picked(found: Frontier, pick: str) -> int | None:
    """Return the point that the address names, else the cheapest within the limits, else the one of most tokens."""
    if pick:
        for at in range(len(found.points)):
            if _key(found, at) == pick:
                return at
    for best in (found.pareto_cost, found.pareto):
        if len(best):
            return int(best[-1])
    return None


def _told(found: Frontier, at: int | None, answers: Answers) -> dict[str, Any]:
    dropped = found.dropped
    told: dict[str, Any] = {
        "enumerated": found.enumerated,
        "kept": len(found.points),
        "dropped": {
            "do not fit in memory": dropped.unfit,
            "would keep requests waiting for memory": dropped.waiting,
            "have fewer requests than ranks": dropped.idle,
        },
        "within": int(found.within.sum()),
        "notes": list(found.notes),
        "unpriced": _unpriced(found),
    }
    if at is None:
        return told
    point = found.points[at]
    setup = found.points.setups[found.points.setup[at]]
    a = setup.layout
    there = {
        "model": answers.values["model"],
        "system": point.chip,
        "precision": point.precision,
        "backend": point.engine,
        "tp": a.tp,
        "dp": a.dp,
        "ep": a.ep,
        "pp": a.pp,
        "concurrency": f"{point.concurrency:g}",
        "isl": f"{answers.values['isl']:g}",
        "osl": f"{answers.values['osl']:g}",
    }
    return told | {"chosen": _plain(point), "within_limits": bool(found.within[at]), "there": there}


def _unpriced(found: Frontier) -> list[str]:
    """Return the chips that have points and no price."""
    missing = np.isnan(found.points.price)
    return sorted({found.points.setups[at].chip.name for at in found.points.setup[missing]})


def _plain(point: Point) -> dict[str, Any]:
    """Return a point for the page: times in milliseconds."""
    return {
        "chip": point.chip,
        "precision": point.precision,
        "engine": point.engine,
        "layout": point.layout,
        "devices": point.devices,
        "concurrency": point.concurrency,
        "tokens_per_s_per_user": point.tokens_per_s_per_user,
        "tokens_per_s_per_device": point.tokens_per_s_per_device,
        "tokens_per_s_per_device_low": point.tokens_per_s_per_device_low,
        "tokens_per_s_per_device_high": point.tokens_per_s_per_device_high,
        "ttft_ms": 1e3 * point.ttft,
        "ttft_ms_low": 1e3 * point.ttft_low,
        "ttft_ms_high": 1e3 * point.ttft_high,
        "tpot_ms": 1e3 * point.tpot,
        "tpot_ms_low": 1e3 * point.tpot_low,
        "tpot_ms_high": 1e3 * point.tpot_high,
        "usd_per_hour": point.price,
        "usd_per_mtok": point.usd_per_mtok,
        "usd_per_mtok_low": point.usd_per_mtok_low,
        "usd_per_mtok_high": point.usd_per_mtok_high,
        "usd_per_mtok_both": point.usd_per_mtok_both,
        "rests_on": point.rests_on,
    }


def _drawn(found: Frontier, at: int | None, answers: Answers) -> dict[str, Any]:
    """Return the picture of the frontiers and the waterfall of the chosen point's cost, each wide and narrow."""
    rows = _by_chip(found)
    known = identities({"id": name, "title": name} for name in rows)
    points, value, upright = found.points, *_upright(found, answers)
    along = Direction(
        "Speed for each user, tokens per second",
        USER,
        limit=answers.values["speed"],
        limit_words="at least",
    )

    def dot(i: int) -> Dot:
        point = points[i]
        href = f"/serving?{answers.query(pick=_key(found, i))}#chosen"
        told = f"{point.chip} {point.precision} {point.layout}, {plain(point.concurrency)} in flight: "
        told += f"{full(_user(found, i), USER)} for a user, {full(point.tokens_per_s_per_device, DEVICE)}"
        told += f", {full(point.usd_per_mtok, COST)}" if point.usd_per_mtok is not None else ""
        return Dot(_user(found, i), float(value[i]), told, href)

    series = {name: [dot(i) for i in reversed(own) if np.isfinite(value[i])] for name, own in rows.items()}
    series = {name: row for name, row in series.items() if row}
    behind = _behind(found, value)
    picked = Dot(_user(found, at), float(value[at])) if at is not None and np.isfinite(value[at]) else None
    picture = both(
        lambda width, end: plane(
            series,
            x=along,
            y=upright,
            known=known,
            key=f"frontier-{end}",
            title=f"{answers.values['model']}: {upright.title} against speed for each user",
            summary=_summary(found, series, known, upright),
            chosen=picked,
            behind=behind if end == "w" else {},
            width=width,
        )
    )
    drawn: dict[str, Any] = {"wide": picture["wide"], "narrow": picture["narrow"]}
    if at is not None and points[at].usd_per_mtok is not None:
        cost = _cost(points[at])
        drawn |= {"cost_wide": cost["wide"], "cost_narrow": cost["narrow"]}
    return drawn


def _upright(found: Frontier, answers: Answers) -> tuple[Any, Direction]:
    if answers.values["upright"] == UPRIGHT[1]:
        return found.points.usd_per_mtok, Direction("USD for a million output tokens", COST)
    return found.points.tokens_per_s_per_device, Direction("Output tokens per second for each device", DEVICE)


def _behind(found: Frontier, value: Any) -> dict[str, list[Dot]]:
    """Return the points that others beat, thinned evenly where they are many."""
    places = np.flatnonzero(np.isfinite(value))
    step = max(1, len(places) // MOST_BEHIND)
    rows: dict[str, list[Dot]] = {}
    for i in places[::step]:
        name = found.points.setups[found.points.setup[i]].chip.name
        rows.setdefault(name, []).append(Dot(_user(found, int(i)), float(value[i])))
    return rows


def _summary(found: Frontier, series: dict[str, list[Dot]], known: Identities, upright: Direction) -> str:
    said = [f"{plural(len(found.points), 'deployment')} that fit, {upright.title.lower()} against speed for each user."]
    for name, row in series.items():
        ends = f"from {short(row[0].y, upright.unit)} at {short(row[0].x, USER)} tokens per second for a user"
        said.append(f"{known[name].name}: {ends} to {short(row[-1].y, upright.unit)} at {short(row[-1].x, USER)}.")
    return " ".join(said)


def _cost(point: Point) -> dict[str, Any]:
    """Return the waterfall of a point's cost by what the time of a request goes into."""
    total = point.usd_per_mtok or 0.0
    lines = [
        {"label": PARTS.get(name, name), "mean": share * total} for name, share in point.parts.items() if share > 5e-4
    ]
    spread = {"p5": point.usd_per_mtok_low, "p95": point.usd_per_mtok_high}
    who = Identity("a million output tokens", 1)
    return both(
        lambda width, end: charts.waterfall(
            lines, unit=COST, who=who, key=f"cost-{end}", total=spread, width=width, central=True
        )
    )


def _table(found: Frontier, answers: Answers) -> dict[str, Any]:
    """Return the points of the frontiers, each with a link that chooses it."""
    rows: list[list[Cell]] = []
    hrefs: list[str] = []
    every = _every(found)
    for at in every[:ROWS] if len(every) <= ROWS else every[:: -(-len(every) // ROWS)]:
        point = found.points[at]
        rows.append(
            [
                words(f"{point.chip} {point.precision} {point.layout}"),
                Cell(plain(point.concurrency), point.concurrency),
                *(Cell(plain(v), v) for v in (point.tokens_per_s_per_user, point.tokens_per_s_per_device)),
                Cell(plain(1e3 * point.ttft), 1e3 * point.ttft),
                money(point.usd_per_mtok, COST, 2),
            ]
        )
        hrefs.append(f"/serving?{answers.query(pick=_key(found, at))}#chosen")
    head = [
        Column("Deployment", number=False),
        Column("In flight"),
        Column("Tokens/s, user"),
        Column("Tokens/s, device"),
        Column("First token, ms"),
        Column("USD/Mtok"),
    ]
    made = Table("The frontiers, point by point, the fastest for a user first", head, rows)
    return made._asdict() | {"strong": [], "hrefs": hrefs, "of": len(every)}


ROUTES = [Route("/serving", serving)]
