"""One's own usage as the demand of a scenario: upload a file, see what it says, and go on in the builder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rackmath.errors import Problems, RackmathError
from rackmath.kernel import UnknownModel, get
from rackmath.kernel.params import Series, label
from rackmath.meter.demand import Demand, read_demand
from rackmath.web.bench.draft import draft_of, text_of
from rackmath.web.bench.result import both
from rackmath.web.bench.share import pack
from rackmath.web.bench.stored import find_stored, stored
from rackmath.web.bench.turns import turn
from rackmath.web.charts.day import day
from rackmath.web.numbers import capital
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.tables import Cell, Column, Table, decimals_for, money
from rackmath.web.work import Action, Doing, Failed

if TYPE_CHECKING:
    from rackmath.brain.site import Site

DEFAULT = "serve-70b-chat"
EXAMPLE = (
    "hour,input_tokens,output_tokens\n2026-11-02T09:00+00:00,1800000,450000\n2026-11-02T10:00+00:00,2400000,610000\n"
)


def form(site: Site, asked: Asked) -> Page:  # noqa: ARG001
    """Ask for a usage file."""
    return _page(site, {})


def read(doing: Doing) -> Page:
    """Summarise the file that was sent, or what was pasted."""
    fields = doing.form.plain()
    text = fields.get("file") or fields.get("text") or ""
    if not text.strip():
        raise Failed(_page(doing.site, fields, problems=("choose a file, or paste its rows",), status=422))
    try:
        with turn():
            found = read_demand(text, name="the file", zone=fields.get("zone", "").strip() or "UTC")
    except Problems as several:
        raise Failed(_page(doing.site, fields, problems=several.problems, status=422)) from None
    except RackmathError as problem:
        raise Failed(_page(doing.site, fields, problems=(str(problem),), status=422)) from None
    return _page(doing.site, fields, found=found)


def _page(
    site: Site,
    fields: dict[str, str],
    *,
    found: Demand | None = None,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Page:
    step = f"{found.unit}/{found.resolution}" if found else ""
    data: dict[str, Any] = {
        "zone": fields.get("zone", ""),
        "into": fields.get("into", DEFAULT),
        "text": fields.get("text", "") if problems else "",
        "example": EXAMPLE,
        "problems": list(problems),
        "usage": found.to_json() if found else None,
        "step": step,
        "fills": [
            {"name": name, "label": capital(label(name)), "value": value} for name, value in found.fills().items()
        ]
        if found
        else [],
        "scenarios": [{"name": each.name, "title": each.title} for each in stored(site)],
        "build": _build(site, found, fields.get("into", DEFAULT)) if found else "",
    }
    parts = {}
    if found and found.curve and found.total:
        drawn = both(lambda width, end: day(found.curve, unit=step, key=f"day-{end}", width=width))
        parts = {"wide": drawn["wide"], "narrow": drawn["narrow"]}
        data["table"] = _table(found, step)
    return Page(
        path="/usage",
        template="site/bench/usage.html",
        title="Your usage",
        description="Turn hourly usage into the demand of a scenario.",
        data=data,
        html=parts,
        styles=("workbench.css",),
        status=status,
        index=not found,
    )


def _table(found: Demand, step: str) -> dict[str, Any]:
    decimals = decimals_for(found.curve)
    rows = [[Cell(f"{hour}:00"), money(value, step, decimals)] for hour, value in enumerate(found.curve)]
    made = Table("Mean of each hour", [Column("Hour", number=False), Column(step)], rows)
    return made._asdict() | {"strong": sorted(made.strong)}


def _build(site: Site, found: Demand, name: str) -> str:
    """Return the address of the builder with a scenario whose demand is this usage; empty where there is no demand."""
    base = find_stored(site, name) or find_stored(site, DEFAULT)
    if base is None or not found.fills():
        return ""
    draft = draft_of(base.text)
    taken: set[str] = set()
    hourly: set[str] = set()
    for option in draft.options:
        try:
            parameters = get(option.model).parameters
        except UnknownModel:
            continue
        taken |= set(parameters)
        hourly |= {
            key for key, declared in parameters.items() if isinstance(declared, Series) and declared.axis == "hour"
        }
    draft.shared |= {key: value for key, value in found.fills().items() if key in taken}
    if found.curve and found.total:
        draft.shared |= {key: " ".join(f"{value:.4g}" for value in found.curve) for key in sorted(hourly)}
    word = pack(text_of(draft))
    return f"/scenarios/build?{urlencode({'s': word})}" if word else ""


ROUTES = [Route("/usage", form)]
ACTIONS = [Action("/usage", read, scope="", files=1)]
