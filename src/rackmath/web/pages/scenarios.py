"""Scenarios: the list of them, the decision of each, and of one that is only in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from rackmath.errors import RackmathError
from rackmath.web.bench.decided import Decided, decided, rows_of
from rackmath.web.bench.share import pack, unpack
from rackmath.web.bench.stored import NAME, find_stored, head_of, no_scenario, slug_of, stored
from rackmath.web.charts import Svg
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.report import render_report, report_body

if TYPE_CHECKING:
    from rackmath.brain.site import Site
    from rackmath.web.bench.stored import Stored

SHARED = "shared"


def scenarios(site: Site, asked: Asked) -> Page:  # noqa: ARG001
    """List the scenarios of the brains and the bundled ones."""
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "title": each.title,
            "question": each.question,
            "options": each.options,
            "brain": each.brain,
            "href": each.href,
            "build": f"/scenarios/build?{urlencode({'from': each.name})}",
        }
        for each in stored(site)
    ]
    return Page(
        path="/scenarios",
        template="site/bench/scenarios.html",
        title="Scenarios",
        description=f"{plural(len(rows), 'decision')} with ranges, break-evens and sources.",
        data={"scenarios": rows},
        markdown="# Scenarios\n\n" + "".join(f"- [{row['title']}]({row['href']}): {row['question']}\n" for row in rows),
        rows=[{name: row[name] for name in ("name", "title", "question", "options", "brain")} for row in rows],
        styles=("workbench.css",),
    )


def scenario(site: Site, asked: Asked, *, name: str) -> Page:
    """Show the decision of a scenario that has a name."""
    found = _stored(site, name)
    made = decided(site, found.text, asked.day, name=found.name, bundled=not found.brain)
    return decision_page(site, asked, found.text, made, found)


def shared(site: Site, asked: Asked) -> Page:
    """Show the decision of the scenario that the address itself holds."""
    text = _shared_text(asked)
    return decision_page(site, asked, text, decided(site, text, asked.day), None)


def file(site: Site, asked: Asked, *, name: str) -> Page:
    """Give the decision as one HTML file that can be mailed."""
    found = _stored(site, name)
    return _file(decided(site, found.text, asked.day, name=found.name, bundled=not found.brain), f"{found.href}/file")


def shared_file(site: Site, asked: Asked) -> Page:
    """Give the decision of the scenario in the address as one HTML file."""
    return _file(decided(site, _shared_text(asked), asked.day), "/scenarios/shared/file")


def _stored(site: Site, name: str) -> Stored:
    found = find_stored(site, name) if NAME.fullmatch(name) else None
    if found is None:
        raise NotFound(no_scenario(site, name))
    return found


def _shared_text(asked: Asked) -> str:
    word = asked.get("s")
    if not word:
        raise NotFound("this address holds no scenario; begin one at /scenarios/build")
    return unpack(word)


def _file(made: Decided, path: str) -> Page:
    if made.decision is None:
        raise RackmathError("; ".join(made.problems))
    return Page(path, "site/bench/file.html", "Decision", html={"file": Svg(render_report(made.decision))}, index=False)


def decision_page(site: Site, asked: Asked, text: str, made: Decided, found: Stored | None, exists: str = "") -> Page:
    """Return the page of a decision; of a scenario with mistakes, the page that says which they are."""
    word = pack(text)
    head = head_of(text)
    query = urlencode({"s": word}) if found is None else ""
    base = found.href if found else "/scenarios/shared"
    title = (found.title if found else head["title"]) or "A scenario"
    mark = f"?{query}" if query else ""
    own = asked.viewer is not None and "write" in asked.viewer.scopes
    data: dict[str, Any] = {
        "title": title,
        "question": head["question"],
        "name": found.name if found else "",
        "brain": found.brain if found else "",
        "text": text,
        "word": word,
        "problems": list(made.problems),
        "decision": made.decision,
        "may_save": own,
        "save_as": exists or slug_of(title),
        "exists": exists,
        "others": [
            {"name": each.name, "title": each.title} for each in stored(site) if not found or each.name != found.name
        ],
        "links": {
            "page": f"{base}{mark}",
            "file": f"{base}/file{mark}",
            "build": f"/scenarios/build?{urlencode({'s': word} if word else {'from': found.name if found else ''})}",
            "json": f"{base}.json{mark}",
            "csv": f"{base}.csv{mark}",
        },
    }
    return Page(
        path=base,
        template="site/bench/scenario.html",
        title=title,
        description=head["question"],
        data=data,
        markdown=_markdown(title, head["question"], made, text),
        rows=rows_of(made.decision) if made.decision else None,
        html={"report": report_body(made.decision)} if made.decision else {},
        styles=("report.css", "workbench.css"),
        status=409 if exists else 200 if made.decision else 422,
        index=found is not None,
        query=query,
    )


def _markdown(title: str, question: str, made: Decided, text: str) -> str:
    lines = [f"# {title}", "", question, ""]
    if made.decision:
        lines += [
            made.decision["recommendation"]["sentence"],
            "",
            "| option | median | 5% | 95% |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {each['title']} | {each['p50']} | {each['p5']} | {each['p95']} |" for each in made.decision["options"]
        ]
        lines += ["", f"receipt {made.decision['receipt']['hash']}"]
    lines += [f"- {problem}" for problem in made.problems]
    return "\n".join(lines) + f"\n\n```yaml\n{text}```\n"


ROUTES = [
    Route("/scenarios", scenarios),
    Route("/scenarios/shared", shared),
    Route("/scenarios/shared/file", shared_file),
    Route("/scenarios/{name}", scenario),
    Route("/scenarios/{name}/file", file),
]
