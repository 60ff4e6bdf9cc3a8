"""Who rests on what: from a figure to the runs and figures made from it, to the notes that show them, to theses."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rackmath.audit.living.current import called
from rackmath.audit.living.moved import Living
from rackmath.errors import RackmathError, suggest

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.library import Library
    from rackmath.evidence import Figure

Sort = Literal["figure", "run", "note"]
ARGUES = ("pov", "methodology", "watching", "thesis")
"""Kinds of notes that rest on what their text mentions."""

MOST = 400
"""Nodes of one answer; more are counted."""


@dataclass(frozen=True, slots=True)
class Node:
    """A figure, a run or a note: what it is called, its value or kind in words, and how many steps away it is."""

    id: str
    sort: Sort
    title: str
    words: str
    step: int
    kind: str = ""
    href: str = ""
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class Dependency:
    """What rests on one thing, and what it rests on itself.

    `edges` are pairs of ids, from what is rested on to what rests on it.
    """

    of: Node
    above: tuple[Node, ...]
    below: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    left_out: int = 0


class _Web:
    """The edges of a brain in both directions, and the nodes by id."""

    def __init__(self, library: Library, living: Living, *, drafts: bool) -> None:
        assert living.evidence is not None
        assert living.runs is not None
        self.library = library
        self.up: dict[str, list[str]] = {}
        self.down: dict[str, list[str]] = {}
        self.figures: dict[str, Figure] = {figure.id: figure for figure in living.evidence.figures}
        self.runs = living.runs.specs
        self.evidence = living.evidence
        self.cards = {card.id: card for card in library.notes(status=None if drafts else ("published", "retired"))}
        for figure in living.evidence.figures:
            for source in figure.derived_from:
                self._edge(source, figure.id)
            for before in figure.supersedes:  # whoever names the older one is given this
                self._edge(figure.id, before)
        for spec in self.runs.values():
            for name in (*map(self._answer, spec.figures), *spec.runs):
                self._edge(name, spec.id)
        for path, tokens in living.tokens.items():
            note = str(living.documents[path].front.get("id") or path)
            for token in tokens:
                self._edge(token.target if token.kind == "run" else self._answer(token.target), note)
        for one, other in library.ask(_links):
            self._edge(other, one)

    def _answer(self, name: str) -> str:
        if "/" not in name:
            return name
        try:
            return self.evidence.get(name).id
        except RackmathError:
            return name

    def _edge(self, below: str, above: str) -> None:
        if below != above and above not in self.up.setdefault(below, []):
            self.up[below].append(above)
            self.down.setdefault(above, []).append(below)

    def node(self, name: str, step: int) -> Node | None:
        if name in self.cards:
            card = self.cards[name]
            return Node(name, "note", card.title, card.kind, step, card.kind, card.href, card.path)
        if name in self.runs:
            spec = self.runs[name]
            return Node(name, "run", name, spec.model, step, href=f"/depends/{name}", path=spec.path, line=spec.line)
        if name in self.figures:
            figure = self.figures[name]
            words = f"{figure.shown} {figure.unit}".strip() + f", {figure.as_of}"
            title = called(figure, self.evidence)
            return Node(name, "figure", title, words, step, figure.kind, f"/fig/{name}", figure.path, figure.line)
        return None


def _links(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return who rests on whom among the notes, as pairs of ids.

    A note rests on what it says it depends on or refines, on what says that it supports it, and on the readings that a
    person confirmed its references to mean; an argument also rests on what its text mentions.
    """
    marks = ", ".join("?" * len(ARGUES))
    found: list[tuple[str, str]] = db.execute(
        "SELECT DISTINCT CASE link.type WHEN 'supports' THEN other.id ELSE one.id END, "
        "CASE link.type WHEN 'supports' THEN one.id ELSE other.id END "
        "FROM link JOIN note AS one ON one.rowid = link.note "
        "JOIN name ON name.name = link.name JOIN note AS other ON other.rowid = name.note "
        "WHERE one.rowid <> other.rowid AND (link.type IN ('depends_on', 'refines', 'supports') "
        f"OR (link.type = 'mentions' AND one.kind IN ({marks}))) "
        "UNION SELECT one.id, refers.target FROM refers JOIN note AS one ON one.rowid = refers.note "
        "WHERE refers.state = 'resolved' ORDER BY 1, 2",
        ARGUES,
    ).fetchall()
    return found


def depends(library: Library, living: Living, name: str, *, drafts: bool = False) -> Dependency:
    """Return what rests on a figure, a run or a note, and what that rests on itself.

    Parameters
    ----------
    name
        The id of a figure or run, a reference to a figure (``h100-sxm/rental-price``), or any name of a note.

    Raises
    ------
    RackmathError
        Nothing has this name.
    """
    web = _Web(library, living, drafts=drafts)
    wanted = web._answer(name)
    if web.node(wanted, 0) is None:
        card = library.card(name, drafts=drafts)
        if card is None:
            known = [*web.runs, *web.figures]
            near = suggest(name[:90], known)
            raise RackmathError(f"nothing here is called {name[:90]!r}{near}; give the id of a figure, a run or a note")
        wanted = card.id
    of = web.node(wanted, 0)
    assert of is not None
    above, more = _walk(web, wanted, web.up)
    below, yet = _walk(web, wanted, web.down)
    kept = {wanted, *(node.id for node in above), *(node.id for node in below)}
    edges = [(low, high) for low in sorted(kept) for high in web.up.get(low, ()) if high in kept]
    return Dependency(of, above, below, tuple(edges), more + yet)


def _walk(web: _Web, start: str, way: dict[str, list[str]]) -> tuple[tuple[Node, ...], int]:
    """Return what can be reached, nearest first, and how much was left out."""
    found: list[Node] = []
    seen, waiting, more = {start}, deque([(start, 0)]), 0
    while waiting:
        name, step = waiting.popleft()
        for other in way.get(name, ()):
            if other in seen:
                continue
            seen.add(other)
            node = web.node(other, step + 1)
            if node is None:
                continue
            if len(found) >= MOST:
                more += 1
                continue
            found.append(node)
            waiting.append((other, step + 1))
    return tuple(found), more
