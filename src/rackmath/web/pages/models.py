"""The workbench: every model by folder with a search, and the page of one: form, live answer, charts, code."""

from __future__ import annotations

import inspect
import shlex
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rackmath.kernel import UnknownModel, get, registry
from rackmath.kernel.along import sweepable
from rackmath.kernel.params import label
from rackmath.web.bench.answer import Answer, along_data, answer, default_inputs
from rackmath.web.bench.asked import Wanted, wanted
from rackmath.web.bench.docstring import explained
from rackmath.web.bench.evidence import site_evidence
from rackmath.web.bench.fields import fields, in_view
from rackmath.web.bench.result import result_parts
from rackmath.web.memo import remembered
from rackmath.web.numbers import capital, full, plural, unit_words
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.kernel import Model

STYLES = ("workbench.css",)
FOLDERS = {
    "tokens": "Tokens and their price",
    "ownership": "Buy, rent or call an API",
    "commitments": "Reservations and discounts",
    "energy": "Power and facilities",
}
"""What the folders of the built-in models are called; any other goes by its own name."""


def models(site: Site, asked: Asked) -> Page:
    """List the models by folder; ``?q=`` keeps those that have all its words."""
    site_evidence(site)  # whoever reads this list opens a model next, and its figures are there then
    query = asked.get("q").strip()[:200]
    found = [each for each in registry().values() if _has(each, query)]
    folders: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        folders.setdefault(each.id.partition(".")[0], []).append(_card(each))
    first = [name for name in FOLDERS if name in folders]
    order = [*first, *(name for name in folders if name not in FOLDERS)]
    data: dict[str, Any] = {
        "q": query,
        "total": len(registry()),
        "found": len(found),
        "folders": [{"id": name, "name": FOLDERS.get(name, capital(name)), "models": folders[name]} for name in order],
    }
    return Page(
        path="/models",
        template="site/bench/models.html",
        title="Models",
        description=f"{plural(len(registry()), 'model')} of what AI compute costs, each with its sources and a form.",
        data=data,
        markdown="# Models\n\n" + "".join(f"- [{each.title}](/models/{each.id}): {each.question}\n" for each in found),
        rows=[card for folder in data["folders"] for card in folder["models"]],
        styles=STYLES,
        index=not query,
    )


def _has(model: Model, query: str) -> bool:
    text = _words(model)
    return all(word in text for word in query.casefold().split())


@lru_cache(maxsize=1024)
def _words(model: Model) -> str:
    parts = [model.id, model.title, model.question, model.summary, model.unit, model.method]
    for name, declared in model.parameters.items():
        parts += [name, label(name), declared.help]
    return " ".join(parts).casefold()


def _card(model: Model) -> dict[str, Any]:
    return {
        "id": model.id,
        "title": model.title,
        "question": model.question,
        "unit": model.unit,
        "unit_words": unit_words(model.unit),
        "method": model.method,
        "inputs": len(model.parameters),
        "href": f"/models/{model.id}",
    }


def model(site: Site, asked: Asked, *, model: str) -> Page:
    """Show a model with its form, and its answer to what the query gives."""
    found = _get(model)
    want = wanted(found, asked.params)
    made = answer(site, found, want, asked.as_of)
    data = _data(site, found, want, made, asked)
    about = explained(found)
    return Page(
        path=f"/models/{found.id}",
        template="site/bench/model.html",
        title=found.title,
        description=found.question,
        data=data,
        markdown=_markdown(data),
        html={
            **result_parts(data, made),
            "lead": about.lead,
            "equation": about.equation,
            "limits": about.limits,
            "not_included": about.not_included,
            **{f"prose{place}": part for place, part in enumerate(about.prose)},
        },
        styles=STYLES,
        links=[("alternate", data["links"]["api"])],
        status=422 if set(made.problems) - {"sweep"} else 200,
        index=not (want.given or want.sweep),
        query=want.query(),
    )


def result(site: Site, asked: Asked, *, model: str) -> Page:
    """Return the pieces of a model's page that change with its inputs, for the script that watches the form."""
    found = _get(model)
    want = wanted(found, asked.params)
    made = answer(site, found, want, asked.as_of)
    data = _data(site, found, want, made, asked)
    return Page(
        path=f"/models/{found.id}/result",
        template="site/bench/pieces.html",
        title=found.title,
        data={**data, "problems": dict(made.problems)},
        html=result_parts(data, made),
        status=422 if set(made.problems) - {"sweep"} else 200,
        index=False,
    )


def _get(name: str) -> Model:
    try:
        return get(name)
    except UnknownModel as problem:
        raise NotFound(str(problem).replace("`rackmath models` lists them all", "/models lists them all")) from None


def _data(site: Site, found: Model, want: Wanted, made: Answer, asked: Asked) -> dict[str, Any]:
    defaults = default_inputs(site, found, asked.as_of)
    listed = fields(found, defaults, want.given, made.problems, site_evidence(site), asked.day)
    opened, folded = in_view(listed, _movers(site, found, asked))
    query = want.query()
    mark = f"?{query}" if query else ""
    about = explained(found)
    body: dict[str, Any] = {
        "id": found.id,
        "title": found.title,
        "question": found.question,
        "method": found.method,
        "unit": found.unit,
        "unit_words": unit_words(found.unit),
        "infinite": found.infinite,
        "latex": found.equation,
        "sources": list(found.sources),
        "folder": {
            "id": found.id.partition(".")[0],
            "name": FOLDERS.get(found.id.partition(".")[0], capital(found.id.partition(".")[0])),
        },
        "fields": opened,
        "folded": folded,
        "stale": [each["label"] for each in listed if each["stale"] and not each["given"]],
        "problem": made.problems.get("", ""),
        "wrong": sum(1 for name in made.problems if name in found.parameters),
        "samples": want.samples,
        "seed": want.seed,
        "changed": bool(want.given),
        "sweep": {
            **{name: want.sweep.get(name, "") for name in ("from", "to", "scale", "against")},
            "input": made.along.input if made.along else want.sweep.get("input", ""),
            "problem": made.problems.get("sweep", ""),
            "inputs": [{"name": name, "label": capital(label(name))} for name in _movable(made, defaults)],
        },
        "slider": _slider(made),
        "along": along_data(made.along) if made.along else None,
        "run": made.run.to_json() if made.run else None,
        "prose": len(about.prose),
        "cases": [
            {"code": case.code, "printed": case.printed, "href": _case_path(found, case.inputs)} for case in about.cases
        ],
        "command": _command(found, want, asked),
        "python": _python(found, want, asked),
        "code": _source(found),
        "links": {
            "page": f"/models/{found.id}{mark}",
            "json": f"/models/{found.id}.json{mark}",
            "api": f"/api/models/{found.id}",
            "scenario": f"/scenarios/build?{urlencode({'model': found.id})}",
        },
    }
    return body


def _movers(site: Site, found: Model, asked: Asked) -> list[str]:
    """Return the uncertain inputs, the one that moves the answer most first.

    They are those of the brains' own figures: whatever is typed, the form stays as it is.
    """

    def make() -> list[str]:
        plain = answer(site, found, Wanted({}), asked.as_of)
        return [each["input"] for each in plain.run.sensitivity] if plain.run else []

    return remembered(site, ("bench movers", found.id, asked.as_of), make)


def _movable(made: Answer, defaults: Any) -> list[str]:
    if made.run is not None:
        return sweepable(made.run.bound)
    return list(defaults)


def _slider(made: Answer) -> dict[str, Any] | None:
    """Return a slider over the range of the curve: a hundred steps, even on its scale."""
    if made.along is None:
        return None
    curve = made.along
    values = [float(value) for value in curve.grid]
    nearest = min(range(len(values)), key=lambda place: abs(values[place] - curve.today))
    return {
        "values": values,
        "place": nearest,
        "words": full(curve.today, curve.unit),
        "unit": curve.unit,
    }


def _case_path(found: Model, inputs: dict[str, str]) -> str:
    query = urlencode(inputs)
    return f"/models/{found.id}?{query}" if inputs and len(query) < 3500 else ""


def _command(found: Model, want: Wanted, asked: Asked) -> str:
    words = ["rackmath", "run", found.id]
    for name, value in want.given.items():
        words += [f"--{name.replace('_', '-')}", value]
    words += ["--samples", str(want.samples), "--seed", str(want.seed)]
    words += ["--as-of", asked.as_of.isoformat()] if asked.as_of else []
    return shlex.join(words)


def _python(found: Model, want: Wanted, asked: Asked) -> str:
    day = f", as_of=date({asked.as_of.year}, {asked.as_of.month}, {asked.as_of.day})" if asked.as_of else ""
    lines = ["from datetime import date\n"] if day else []
    lines += ["from rackmath.evidence import Evidence", "from rackmath.kernel.run import run", ""]
    lines.append(f"answer = run({found.id!r}, {want.given!r}, Evidence.load(),")
    lines.append(f"             samples={want.samples}, seed={want.seed}{day})")
    lines.append("answer.to_json()")
    return "\n".join(lines)


@lru_cache(maxsize=256)
def _source(found: Model) -> str:
    try:
        return inspect.getsource(found.compute)
    except (OSError, TypeError):
        return ""  # a model that was made at run time has no file


def _markdown(data: dict[str, Any]) -> str:
    run = data["run"]
    lines = [f"# {data['title']}", "", data["question"], "", f"$$\n{data['latex']}\n$$" if data["latex"] else ""]
    if run is not None:
        total = run["total"]
        said = f"never: {run['infinite']}" if total is None else full(total, data["unit"], 4)
        lines += [f"Answer: {said}", ""]
        lines += [f"- {name}: {value}" for name, value in run["lines"].items()]
        lines += ["", "| input | value | unit | from | as of |", "|---|---|---|---|---|"]
        lines += [
            f"| {each['name']} | {each['text']} | {each['unit']} | {each['origin']} | {each['as_of']} |"
            for each in run["inputs"]
        ]
        lines += ["", f"receipt {run['receipt']['hash']}"]
    return "\n".join(lines) + f"\n\n```console\n$ {data['command']}\n```\n"


ROUTES = [Route("/models", models), Route("/models/{model}", model), Route("/models/{model}/result", result)]
