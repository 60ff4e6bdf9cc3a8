"""Where figures disagree: every open conflict with both of its sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.web.cards import card
from rackmath.web.figure_rows import figure_row
from rackmath.web.lists import Rows, address, cut, once
from rackmath.web.memo import kept_page
from rackmath.web.numbers import capital, plural
from rackmath.web.pages import Asked, Page, Route

if TYPE_CHECKING:
    from datetime import date

    from rackmath.brain.site import Site
    from rackmath.evidence import Conflict


def dispute_row(site: Site, dispute: Conflict, day: date) -> dict[str, Any]:
    """Return a conflict as plain data: how hard it is, why in words, and its two figures."""
    sides = []
    entry = site.quantity(dispute.first.quantity)
    cards = site.cards([dispute.first.note_id, dispute.second.note_id])
    for figure in (dispute.first, dispute.second):
        note = cards.get(figure.note_id)
        titled = site.source_title(figure.source) if figure.source else ""
        row = figure_row(figure, day, card=note, subject=site.subject_name(figure.subject), source=titled)
        sides.append({**row, "note_card": card(note) if note else None})
    return {
        "quantity": dispute.first.quantity,
        "quantity_name": entry.name if entry and entry.name else dispute.first.quantity,
        "quantity_href": f"/q/{quote(dispute.first.quantity, safe='-_.~')}",
        "hard": dispute.hard,
        "strength": "hard" if dispute.hard else "soft",
        "severity": round(dispute.severity, 2) if dispute.severity < 1e6 else None,
        "label": capital(dispute.label),
        "explanation": dispute.explanation,
        "reason": dispute.reason,
        "sides": sides,
    }


@kept_page
def conflicts(site: Site, asked: Asked) -> Page:
    """List the conflicts, hard ones first; ``?quantity=`` keeps one quantity."""
    quantity = asked.get("quantity")
    found = site.conflicts()
    if quantity:
        found = [one for one in found if quantity in (one.first.quantity, one.second.quantity)]
    part = cut(asked, len(found), 20)
    rows = [dispute_row(site, dispute, asked.day) for dispute in found[part.start : part.end]]
    hard = sum(dispute.hard for dispute in found)
    counts: dict[str, int] = {}
    for dispute in found:
        counts[dispute.first.quantity] = counts.get(dispute.first.quantity, 0) + 1
    names = {entry.id: entry.name for entry in site.quantities()}
    data = {
        "total": len(found),
        "hard": hard,
        "soft": len(found) - hard,
        "quantity": quantity,
        "quantities": [
            {"id": name, "name": names.get(name) or name, "count": count, "chosen": False}
            | {"href": address("/conflicts", quantity=name)}
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ],
        "conflicts": rows,
        "list": part.data("/conflicts", {"quantity": quantity}),
    }
    return Page(
        path="/conflicts",
        template="site/conflicts.html",
        title="Where figures disagree",
        description=f"{plural(len(found), 'conflict')} between figures of the same thing, with both sides.",
        data=data,
        markdown=_markdown(rows),
        rows=Rows(lambda: [_flat(dispute) for dispute in found]),
    )


def _flat(dispute: Conflict) -> dict[str, Any]:
    first, second = dispute.first, dispute.second
    return {
        "quantity": first.quantity,
        "subject": first.subject,
        "hard": dispute.hard,
        "severity": dispute.severity if dispute.severity < 1e6 else None,
        "label": dispute.label,
        "first": first.id,
        "first_value": first.as_written or first.shown,
        "second": second.id,
        "second_value": second.as_written or second.shown,
        "explanation": dispute.explanation,
    }


def _markdown(rows: Sequence[dict[str, Any]]) -> str:
    lines = ["# Where figures disagree", ""]
    for row in rows:
        one, two = row["sides"]
        lines += [
            f"## {one['subject_name']}: {one['shown']} or {two['shown']}",
            "",
            f"{row['label']}, {row['strength']}. {capital(row['explanation'])}.",
            "",
        ]
    return "\n".join(lines if rows else [*lines, "No figures disagree.", ""])


ROUTES = [Route("/conflicts", conflicts, once)]
