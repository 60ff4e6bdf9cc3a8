"""How the notes of a brain point at each other: links both ways, a note's neighbourhood, and what hangs loose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rackmath.brain import shelf
from rackmath.brain.entries import PUBLIC, Card, Graph, Lineage, Link

if TYPE_CHECKING:
    import sqlite3

ARGUMENTS = ("thesis", "pov")
"""The kinds of notes that argue from readings."""

MOST_DOMAINS = 20


def links(db: sqlite3.Connection, brain: str, row: int, status: Collection[str]) -> list[Link]:
    """Return the links of a note in order: front matter, text, then bracket references that a person confirmed.

    A link to a note in a state that is not among `status` is told as one that leads nowhere.
    """
    (face,) = shelf.cards_by_row(db, brain, [row]).values()
    found = [
        (kind, target, sentence, shelf.named(db, name))
        for kind, target, name, sentence in db.execute(
            "SELECT type, target, name, sentence FROM link WHERE note = ? ORDER BY n", (row,)
        ).fetchall()
    ]
    sql = "SELECT target FROM refers WHERE note = ? AND state = 'resolved' ORDER BY target"
    found += [("refers_to", target, "", shelf.row_of(db, target)) for (target,) in db.execute(sql, (row,)).fetchall()]
    others = shelf.cards_by_row(db, brain, [to for *_, to in found if to is not None])
    made = []
    for kind, target, sentence, to in found:
        other = others.get(to) if to is not None else None
        if other is not None and other.id != face.id and other.status not in status:
            other = None
        made.append(_link(kind, face, other, sentence, target))
    return made


def backlinks(db: sqlite3.Connection, brain: str, row: int, status: Collection[str]) -> list[Link]:
    """Return the links from other notes to a note, by the dates of those notes, newest first."""
    found = pointing_at(db, shelf.names_won(db, row))
    (face,) = shelf.cards_by_row(db, brain, [row]).values()
    sql = "SELECT note, target FROM refers WHERE target = ? AND state = 'resolved'"
    found += [(note, "refers_to", target, "") for note, target in db.execute(sql, (face.id,)).fetchall()]
    others = shelf.cards_by_row(db, brain, [note for note, *_ in found])
    made = [
        _link(kind, others[note], face, sentence, target)
        for note, kind, target, sentence in found
        if note != row and others[note].status in status
    ]
    return sorted(made, key=_newest, reverse=True)


def pointing_at(db: sqlite3.Connection, names: Iterable[str]) -> list[tuple[int, str, str, str]]:
    """Return (row, type, target, sentence) of the links that use one of some names."""
    sql = "SELECT note, type, target, sentence FROM link WHERE name = ? ORDER BY note, n"
    return [found for name in names for found in db.execute(sql, (name,)).fetchall()]


def _newest(link: Link) -> tuple[str, str, str]:
    card = link.from_card
    return (card.updated, card.created, card.path) if card else ("", "", "")


def _link(kind: str, source: Card, target: Card | None, sentence: str, text: str) -> Link:
    return Link(
        type=kind,
        from_id=source.id,
        to_id=target.id if target else "",
        from_title=source.title,
        to_title=target.title if target else "",
        sentence=sentence,
        target_text=text,
        resolved=target is not None,
        from_card=source,
        to_card=target,
    )


def graph(db: sqlite3.Connection, brain: str, row: int, depth: int, most: int, status: Collection[str]) -> Graph:
    """Return a note's neighbourhood, breadth first; links are edges in the direction in which they point.

    When there are more than `most` notes the nearest are kept, of equally near ones those found first.
    """
    (centre,) = shelf.cards_by_row(db, brain, [row]).values()
    nodes = {row: centre}
    edges: dict[tuple[int, int, str], None] = {}
    left_out: set[int] = set()
    frontier = [row]
    for _ in range(depth):
        following: list[int] = []
        for at in frontier:
            for source, target, kind in _edges_of(db, at):
                other = target if source == at else source
                if other not in nodes:
                    card = shelf.cards_by_row(db, brain, [other]).get(other)
                    if card is None or card.status not in status:
                        continue
                    if len(nodes) >= most:
                        left_out.add(other)
                        continue
                    nodes[other] = card
                    following.append(other)
                edges[source, target, kind] = None
        frontier = following
    named = {at: card.id for at, card in nodes.items()}
    return Graph(
        centre=centre.id,
        nodes=tuple(nodes.values()),
        edges=tuple((named[a], named[b], kind) for a, b, kind in edges),
        left_out=len(left_out),
    )


def _edges_of(db: sqlite3.Connection, row: int) -> list[tuple[int, int, str]]:
    found: dict[tuple[int, int, str], None] = {}
    for kind, name in db.execute("SELECT type, name FROM link WHERE note = ? ORDER BY n", (row,)).fetchall():
        if (other := shelf.named(db, name)) is not None and other != row:
            found[row, other, kind] = None
    for source, kind, *_ in pointing_at(db, shelf.names_won(db, row)):
        if source != row:
            found[source, row, kind] = None
    sql = (
        "SELECT refers.note, note.rowid, state FROM refers JOIN note ON note.id = refers.target "
        "WHERE refers.note = ? OR note.rowid = ? ORDER BY 1, 2"
    )
    for source, target, state in db.execute(sql, (row, row)).fetchall():
        if source != target:
            found[source, target, _REFERS[state]] = None
    return list(found)


_REFERS = {"resolved": "refers_to", "candidate": "may_refer_to"}


def referring(db: sqlite3.Connection, brain: str, row: int, status: Collection[str]) -> list[Link]:
    """Return the notes whose bracket references mean, or may mean, a note: those that a person confirmed first."""
    (face,) = shelf.cards_by_row(db, brain, [row]).values()
    sql = "SELECT note, state FROM refers WHERE target = ?"
    found = db.execute(sql, (face.id,)).fetchall()
    others = shelf.cards_by_row(db, brain, [note for note, _ in found])
    made = [
        _link(_REFERS[state], others[note], face, "", face.title)
        for note, state in found
        if note != row and others[note].status in status
    ]
    return sorted(sorted(made, key=_newest, reverse=True), key=lambda link: link.type != "refers_to")


def lineage(db: sqlite3.Connection, brain: str) -> Lineage:
    """Say how a brain hangs together: readings nobody uses, arguments that rest on nothing, where its sources lie.

    A bracket reference that is only a candidate counts as a use of the reading, since somebody meant one.
    """
    kinds = ", ".join(f"'{kind}'" for kind in ARGUMENTS)
    public = ", ".join(f"'{state}'" for state in PUBLIC)
    used = {
        shelf.named(db, name)
        for (name,) in db.execute(
            f"SELECT DISTINCT link.name FROM link JOIN note ON note.rowid = link.note WHERE note.kind IN ({kinds})"
        ).fetchall()
    }
    meant = f"SELECT target FROM refers JOIN note ON note.rowid = refers.note WHERE note.kind IN ({kinds})"
    used |= {shelf.row_of(db, target) for (target,) in db.execute(meant).fetchall()}
    readings = _public_rows(db, "kind = 'reading'", public)
    arguments = _public_rows(db, f"kind IN ({kinds})", public)
    supported = {
        row for (row,) in db.execute("SELECT note FROM link UNION SELECT note FROM refers UNION SELECT note FROM rests")
    }
    orphans = shelf.cards_by_row(db, brain, [row for row in readings if row not in used])
    bare = shelf.cards_by_row(db, brain, [row for row in arguments if row not in supported])
    domains = Counter(dict(db.execute(_DOMAINS).fetchall()))
    total = sum(domains.values())
    shares = [(domain, count, count / total) for domain, count in domains.most_common()]
    return Lineage(
        orphans=tuple(orphans[row] for row in readings if row in orphans),
        unsupported=tuple(bare[row] for row in arguments if row in bare),
        concentration=sum(share * share for _, _, share in shares),
        domains=tuple(shares[:MOST_DOMAINS]),
        readings=len(readings),
        arguments=len(arguments),
    )


_DOMAINS = (
    "SELECT source.domain, count(DISTINCT rests.note || ' ' || rests.citekey) FROM rests "
    "JOIN source USING(citekey) WHERE source.domain <> '' GROUP BY source.domain ORDER BY 2 DESC, 1"
)


def _public_rows(db: sqlite3.Connection, condition: str, public: str) -> list[int]:
    sql = f"SELECT rowid FROM note WHERE {condition} AND status IN ({public}) ORDER BY {shelf.ORDERS['updated']}"
    return [row for (row,) in db.execute(sql)]
