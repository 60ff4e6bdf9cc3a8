"""What needs a person: the work queue of a brain, gathered so that a flood of one sort is one line for each note.

The same brain and the same day give the same list. Severity 1 misleads readers now, 2 will, 3 is housekeeping.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rackmath.brain import shelf
from rackmath.brain.entries import PUBLIC, Card, Task
from rackmath.brain.troubles import broken_targets, merged_in_circles

if TYPE_CHECKING:
    import sqlite3

    from rackmath.brain.library import Library
    from rackmath.evidence import Conflict, Figure

MOST_ITEMS = 50
"""Single places told of in one task."""

SURE = 0.7
"""Proposals of aliases are told of from this confidence on."""

_WAITING = ("unresolved", "orphaned", "mismatch", "contradicted")
_WORDS = {
    "unresolved": ("unresolved", 3, "what they rest on is not known"),
    "orphaned": ("orphaned", 2, "the cited sentence is gone from the snapshot"),
    "mismatch": ("mismatching", 1, "a number or name of the claim is not in the cited sentence"),
    "contradicted": ("contradicted", 1, "the cited sentence says otherwise"),
}


def attention(library: Library, today: date) -> list[Task]:
    """Return the tasks of a brain, the most urgent first, then the longest waiting."""
    with library.reading():
        found = [
            *_citations(library),
            *_references(library),
            *_stale(library, today),
            *_conflicts(library),
            *_reviews(library),
            *_proposals(library),
            *_gone(library),
            *_fallen(library),
            *_sources(library),
            *_links(library),
            *_tags(library),
            *_problems(library),
        ]
    return sorted(found, key=urgency)


def urgency(task: Task) -> tuple[int, str, str, int, str, str]:
    """Return what tasks are sorted by: the most urgent, then the longest waiting, then the largest."""
    return task.severity, task.since or "9999", task.kind, -task.count, task.title, task.target


def _plural(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _task(library: Library, kind: str, severity: int, title: str, why: str, target: str, **more: object) -> Task:
    items = tuple(str(each) for each in more.pop("items", ()))  # type: ignore[attr-defined]
    count = more.pop("count", len(items) or 1)
    return Task(kind, severity, title, why, target, items=items[:MOST_ITEMS], count=count, brain=library.id, **more)  # type: ignore[arg-type]


def _on(library: Library, kind: str, severity: int, title: str, why: str, card: Card, **more: object) -> Task:
    return _task(library, kind, severity, title, why, card.href, card=card, **{"since": card.updated, **more})


def _cards(library: Library, db: sqlite3.Connection, rows: list[int]) -> dict[int, Card]:
    found = shelf.cards_by_row(db, library.id, rows)
    return {row: card for row, card in found.items() if card.status in PUBLIC}


# --- citations -------------------------------------------------------------------------------------------------------


def _citations(library: Library) -> Iterator[Task]:
    def step(db: sqlite3.Connection) -> list[Task]:
        states = ", ".join("?" * len(_WAITING))
        sql = f"SELECT note, state, id FROM cite WHERE state IN ({states}) ORDER BY note, n"
        groups: dict[tuple[int, str], list[str]] = defaultdict(list)
        for row, state, name in db.execute(sql, _WAITING):
            groups[row, state].append(name)
        cards = _cards(library, db, [row for row, _ in groups])
        made = []
        for (row, state), names in groups.items():
            if card := cards.get(row):
                word, severity, why = _WORDS[state]
                title = (
                    f"{_plural(len(names), f'{word} citation', f'{word} citations')} of {card.citations}: {card.title}"
                )
                made.append(_on(library, f"citations_{state}", severity, title, why, card, items=names))
        return made

    yield from library.ask(step)


def _references(library: Library) -> Iterator[Task]:
    def step(db: sqlite3.Connection) -> list[Task]:
        groups: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for row, state, entry in db.execute(
            "SELECT note, state, entry FROM bracket WHERE state <> 'resolved' ORDER BY note, n"
        ):
            groups[row].append((state, json.loads(entry)["raw"]))
        cards = _cards(library, db, list(groups))
        made = []
        for row, found in groups.items():
            if card := cards.get(row):
                ready = sum(state == "candidate" for state, _ in found)
                title = f"{_plural(len(found), 'bracket reference', 'bracket references')} to confirm: {card.title}"
                why = f"{ready} of them have candidates that nobody has confirmed"
                made.append(_on(library, "references", 2, title, why, card, items=[raw for _, raw in found]))
        return made

    yield from library.ask(step)


# --- figures ---------------------------------------------------------------------------------------------------------


def _stale(library: Library, today: date) -> Iterator[Task]:
    """Tell figures past their half-life, by note: those that bear load, being shown in a text or preferred."""
    shown = library.ask(lambda db: {figure for (figure,) in db.execute("SELECT DISTINCT figure FROM figure_use")})
    groups: dict[str, list[tuple[Figure, str]]] = defaultdict(list)
    gone, names = library.retired_figures, _names(library)
    for figure in library.figures():
        if figure.id not in gone and (figure.rank == "preferred" or figure.id in shown):
            freshness = figure.freshness(today)
            if freshness.stale:
                groups[figure.note_id].append((figure, freshness.reason))
    cards = library.cards(list(groups))
    for note_id, found in groups.items():
        if card := cards.get(note_id):
            title = f"{_plural(len(found), 'stale figure', 'stale figures')}: {card.title}"
            since = min(figure.as_of.latest for figure, _ in found).isoformat()
            items = [f"{figure.reference}: {reason}" for figure, reason in found]
            first, reason = found[0]
            why = f"{names.get(first.subject, first.subject)}, {names.get(first.quantity, first.quantity)}: {reason}"
            yield _on(library, "stale", 2, title, why, card, items=items, since=since)


def _conflicts(library: Library) -> Iterator[Task]:
    names = _names(library)
    groups: dict[str, list[Conflict]] = defaultdict(list)
    for conflict in library.conflicts():
        groups[conflict.first.quantity].append(conflict)
    for quantity, found in groups.items():
        hard = sum(conflict.hard for conflict in found)
        title = f"{names.get(quantity, quantity)}: {_plural(len(found), 'conflict', 'conflicts')}"
        title += f", {hard} hard" if hard else ""
        first = found[0].first.subject
        why = f"{names.get(first, first)}, {found[0].reason}"
        items = [conflict.explanation for conflict in found[:MOST_ITEMS]]
        more = {"items": items, "count": len(found), "since": _since(found)}
        yield _task(library, "conflicts", 1 if hard else 3, title, why, f"/q/{quantity}", **more)


def _since(found: Sequence[Conflict]) -> str:
    """Return the day from which the first of several conflicts could be seen: when its later figure was stated."""
    stated = {id(side): side.stated_on for each in found for side in (each.first, each.second)}
    return min(max(stated[id(each.first)], stated[id(each.second)]) for each in found).isoformat()


def _names(library: Library) -> dict[str, str]:
    """Return how quantities and subjects are called, by id, where they have a name."""
    return {name: about.name for part in library.meaning for name, about in part.items() if about.name}


# --- notes that wait -------------------------------------------------------------------------------------------------


def _reviews(library: Library) -> Iterator[Task]:
    def step(db: sqlite3.Connection) -> list[Task]:
        sql = "SELECT rowid, asked, missing FROM note WHERE status = 'review' ORDER BY path"
        rows = db.execute(sql).fetchall()
        cards = shelf.cards_by_row(db, library.id, [row for row, *_ in rows])
        made = []
        for row, asked, said in rows:
            missing = json.loads(said)
            items = [f"{each['needs']} ({each['why']})" for each in missing]
            needs = "; ".join(each["needs"] for each in missing) or "somebody to publish it or send it back"
            held = asked in PUBLIC
            title = f"{'Not published' if held else 'In review'}: {cards[row].title}"
            why = f"it needs {needs}"
            made.append(_on(library, "review", 1 if held else 2, title, why, cards[row], items=items, count=1))
        return made

    yield from library.ask(step)


def _proposals(library: Library) -> Iterator[Task]:
    folder = library.path / "proposals"
    if not folder.is_dir():
        return
    found = sorted(
        path.relative_to(library.path).as_posix()
        for path in folder.rglob("*.md")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if found:
        title = f"{_plural(len(found), 'proposal', 'proposals')} to look at"
        why = "a text that met a newer one is kept beside it; merge it or discard it"
        yield _task(library, "proposals", 1, title, why, "/proposals", items=found)


def _gone(library: Library) -> Iterator[Task]:
    """Retired or superseded notes that published ones still point at."""

    def step(db: sqlite3.Connection) -> list[Task]:
        sql = "SELECT rowid FROM note WHERE status = 'retired' OR superseded_by <> '' ORDER BY path"
        made = []
        for (row,) in db.execute(sql).fetchall():
            names = shelf.names_won(db, row)
            pointing = "SELECT DISTINCT note FROM link WHERE name = ? AND type NOT IN ('updates', 'superseded_by')"
            others = {other for name in names for (other,) in db.execute(pointing, (name,)) if other != row}
            cards = shelf.cards_by_row(db, library.id, [row, *others])
            linked = sorted(card.title for at, card in cards.items() if at != row and card.status == "published")
            if linked and cards[row].status in PUBLIC:
                title = f"{_plural(len(linked), 'published note links', 'published notes link')} to one that is gone: "
                state = "retired" if cards[row].status == "retired" else "superseded"
                why = f"it is {state}; say so where it is cited, or link to what took its place"
                made.append(_on(library, "gone", 2, title + cards[row].title, why, cards[row], items=linked))
        return made

    yield from library.ask(step)


def _fallen(library: Library) -> Iterator[Task]:
    """Tell notes that rest on what fell through other notes alone; those that touch it are told of elsewhere."""
    for each in library.fallen():
        if each.sure and len(each.path) > 1:
            title = f"Rests on something {each.state}: {each.card.title}"
            why = f"{each.path[0]} was {each.state}, and this rests on it by way of {', '.join(each.path[1:])}"
            yield _on(library, "fallen", 2, title, why, each.card, items=each.path)


# --- sources, links, tags, files -------------------------------------------------------------------------------------


def _sources(library: Library) -> Iterator[Task]:
    words = {
        "retracted": (1, "was retracted; say so, or rest on something else"),
        "superseded": (2, "was superseded; cite what took its place"),
        "dead": (3, "cannot be reached any more; keep a snapshot or find another copy"),
    }
    for source in library.sources():
        if source.status in words and source.notes:
            severity, why = words[source.status]
            title = f"{source.title} {why.partition(';')[0]}"
            uses = library.uses(source.citekey)
            if cards := sorted({use.card.title for use in uses}):
                told = f"{_plural(len(cards), 'note rests', 'notes rest')} on it: {why.partition('; ')[2]}"
                yield _task(
                    library, f"source_{source.status}", severity, title, told, f"/src/{source.citekey}", items=cards
                )


def _links(library: Library) -> Iterator[Task]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path, target in library.ask(broken_targets):
        groups[path].append(target)
    for path, targets in groups.items():
        if (card := library.card(path)) and card.status in PUBLIC:
            title = f"{_plural(len(targets), 'link leads', 'links lead')} nowhere: {card.title}"
            yield _on(library, "links", 3, title, "no note has this name, title or alias", card, items=targets)


def _tags(library: Library) -> Iterator[Task]:
    facts = library.tag_facts
    likely = [alias for alias in facts.proposals if alias.confidence >= SURE and 1 in alias.uses]
    if likely:
        items = [f"{alias.tags[1]} → {alias.tags[0]}: {alias.evidence}" for alias in likely]
        title = f"{_plural(len(likely), 'tag', 'tags')} used once may be another tag"
        yield _task(library, "tags", 3, title, items[0], "/tags", items=items)
    if circles := library.ask(merged_in_circles):
        title = f"{_plural(len(circles), 'tag is', 'tags are')} merged in a circle"
        yield _task(
            library,
            "tags",
            2,
            title,
            "they stand for themselves until vocab/tags.yaml is put right",
            "/tags",
            items=circles,
        )


def _problems(library: Library) -> Iterator[Task]:
    """Tell what is wrong in the files, by file; citations are told of with their notes."""
    groups: dict[str, list[str]] = defaultdict(list)
    for line in library.problems():
        path, _, told = line.partition(":")
        if ": citation " not in f":{told}":
            groups[path].append(told)
    for path, lines in groups.items():
        title = f"{_plural(len(lines), 'problem', 'problems')} in {path}"
        why = lines[0].partition(": ")[2] or lines[0]
        yield _task(library, "problems", 2, title, why, path, items=[f"line {line}" for line in lines])
