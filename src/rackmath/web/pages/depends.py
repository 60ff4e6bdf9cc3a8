"""Who rests on what: a figure, a model run or a note with all that is made of it, and all that it is made of."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rackmath.audit.living import depends as rests
from rackmath.audit.living import moved
from rackmath.errors import RackmathError
from rackmath.web.audited import audit_of
from rackmath.web.charts.layers import layers
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.audit.living import Dependency, Node
    from rackmath.brain.site import Site

WIDE, NARROW = 980.0, 350.0


def depends(site: Site, asked: Asked, *, id: str) -> Page:  # noqa: A002  (the name of the part of the address)
    """Show what rests on one thing and what it rests on, as a drawing and as a table."""
    found = _found(site, asked, id)
    nodes = {0: [_plain(found.of)]}
    for node in found.above:
        nodes.setdefault(node.step, []).append(_plain(node))
    for node in found.below:
        nodes.setdefault(-node.step, []).append(_plain(node))
    title = f"What rests on {found.of.title}"
    html = {
        name: layers(nodes, found.edges, key=f"rests-{name}", title=title, width=width)
        for name, width in (("wide", WIDE), ("narrow", NARROW))
    }
    above, below = [_plain(node) for node in found.above], [_plain(node) for node in found.below]
    data = {
        "of": nodes[0][0],
        "above": above,
        "below": below,
        "edges": [list(edge) for edge in found.edges],
        "left_out": found.left_out,
    }
    return Page(
        path=f"/depends/{id}",
        template="site/depends.html",
        title=title,
        description=f"{plural(len(found.above), 'thing rests', 'things rest')} on it; it rests on {len(found.below)}.",
        data=data,
        markdown=_markdown(data),
        rows=[
            {"way": way, **{name: node[name] for name in ("step", "sort", "title", "words", "id", "href")}}
            for way, members in (("above", above), ("below", below))
            for node in members
        ],
        html=html,
        styles=("audit.css",),
        index=False,
    )


def _found(site: Site, asked: Asked, name: str) -> Dependency:
    for library in site.libraries:
        living = audit_of(library, asked.day).living
        if living is None:
            continue
        try:
            return rests(library, living, name, drafts=asked.drafts)
        except RackmathError:
            continue
    if any(audit_of(library, asked.day).living is None for library in site.libraries):
        raise NotFound("this brain is still being read through; try again in a while")
    raise NotFound(f"nothing here is called {name[:80]!r}; give the id of a figure, a run or a note")


def _plain(node: Node) -> dict[str, Any]:
    href = f"/depends/{node.id}" if node.sort != "note" else node.href
    return {"id": node.id, "sort": node.sort, "title": node.title, "words": node.words, "step": node.step,
            "kind": node.kind, "href": href, "page": node.href}  # fmt: skip


def _markdown(data: Mapping[str, Any]) -> str:
    lines = [f"# What rests on {data['of']['title']}", ""]
    for way, words in (("above", "Rests on it"), ("below", "It rests on")):
        lines += [f"## {words}", ""]
        lines += [f"- {node['step']}: [{node['title']}]({node['page']}), {node['words']}" for node in data[way]]
        lines += [] if data[way] else ["Nothing."]
        lines.append("")
    return "\n".join(lines)


def _each(site: Site) -> Iterator[dict[str, str]]:
    """List the figures and runs that a text shows: what nobody shows has nothing resting on it."""
    shown = set()
    for library in site.libraries:
        found = moved(library.path, datetime.date.max)  # of any day: only names are wanted
        names = {token.target for tokens in found.tokens.values() for token in tokens if "/" not in token.target}
        known = found.runs.specs if found.runs else {}
        shown |= {name for name in names if name in known or site.figure(name) is not None}
    return ({"id": name} for name in sorted(shown))


ROUTES = [Route("/depends/{id}", depends, _each)]
