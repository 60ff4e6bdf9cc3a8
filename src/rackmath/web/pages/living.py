"""Living notes: the figures and runs that prose shows live, what of them moved, and what each run comes to now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rackmath.audit.living import file_proposals
from rackmath.audit.settled import key_of_move, settled
from rackmath.brain.diff import compare
from rackmath.brain.entries import PUBLIC
from rackmath.errors import RackmathError
from rackmath.units import format_number
from rackmath.vault import Vault
from rackmath.web.audited import audit_of, audit_page
from rackmath.web.lists import once
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.work import Action, Doing, Go
from rackmath.web.writing import desk_of, own_library, seen

if TYPE_CHECKING:
    from rackmath.audit.living import Living, Move
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

MOST = 200
"""Sentences and runs of one brain that the page shows."""


@audit_page
def living(site: Site, asked: Asked) -> Page:
    """Show what moved, old sentence and new, and the runs of each brain."""
    brains = [_brain(library, asked) for library in site.libraries]
    count = sum(len(brain["moves"]) for brain in brains)
    data = {"brains": brains, "count": count, "day": asked.day.isoformat()}
    return Page(
        path="/living",
        template="site/living.html",
        title="Living notes",
        description=f"{plural(count, 'sentence')} whose figures moved, and the model runs that notes show.",
        data=data,
        markdown=_markdown(brains),
        rows=[
            {name: move[name] for name in ("note", "path", "line", "old", "new")} | {"why": "; ".join(move["why"])}
            for brain in brains
            for move in brain["moves"]
        ],
        styles=("audit.css", "write.css"),
    )


def _brain(library: Library, asked: Asked) -> dict[str, Any]:
    told = audit_of(library, asked.day)
    found = told.living
    cards = {card.path: card for card in library.notes(status=None) if asked.drafts or card.status in PUBLIC}
    return {
        "id": library.id,
        "title": library.title,
        "ready": told.ready,
        "tokens": sum(len(tokens) for path, tokens in found.tokens.items() if path in cards) if found else 0,
        "notes": sum(path in cards for path in found.tokens) if found else 0,
        "moves": _moves(library, found, cards, asked)[:MOST] if found else [],
        "runs": _runs(found, cards)[:MOST] if found else [],
        "problems": [line for line in found.problems if line.partition(":")[0] in cards][:MOST] if found else [],
    }


def _moves(library: Library, found: Living, cards: Any, asked: Asked) -> list[dict[str, Any]]:
    """Return the sentences that moved, each once with all that moved in it."""
    decided = settled(Vault.open(library.path, read_only=True))
    groups: dict[tuple[str, str], list[Move]] = {}
    for move in found.moves:
        entry = decided.get(key_of_move(move))
        if move.path in cards and not (entry is not None and entry.holds(asked.day)):
            groups.setdefault((move.path, move.old_sentence), []).append(move)
    return [
        {
            "note": cards[path].title,
            "href": cards[path].href,
            "path": path,
            "line": members[0].line,
            "old": old,
            "new": members[0].new_sentence,
            "pieces": [
                {"op": piece.op, "text": piece.text}
                for block in compare(old, members[0].new_sentence).prose
                for piece in block.pieces
            ],
            "why": list(dict.fromkeys(move.why for move in members)),
            "follow": list(dict.fromkeys(each for move in members for each in move.follow)),
            "key": key_of_move(members[0]),
            "brain": library.id,
            "title": f"{members[0].words} is now {members[0].new}",
            "settled": None,
            "depends": list(dict.fromkeys(f"/depends/{move.target}" for move in members if "/" not in move.target))[:3],
        }
        for (path, old), members in groups.items()
    ]


def _runs(found: Living, cards: Any) -> list[dict[str, Any]]:
    rows = []
    assert found.runs is not None
    for spec in found.runs.specs.values():
        if spec.path not in cards:
            continue
        try:
            value = found.runs.value(spec.id)
            shown, problem = f"{format_number(value.value, 4)} {value.unit}".strip(), ""
        except RackmathError as wrong:
            shown, problem = "", str(wrong)
        rows.append({
            "id": spec.id, "href": f"/depends/{spec.id}", "model": spec.model, "value": shown, "problem": problem,
            "inputs": ", ".join(f"{key}: {raw}" for key, raw in spec.inputs.items()),
            "note": cards[spec.path].title, "note_href": cards[spec.path].href,
        })  # fmt: skip
    return rows


def propose(doing: Doing) -> Go:
    """Keep a proposal for each note of one's brain that moved."""
    library = own_library(doing.site, doing.asked)
    found = audit_of(library, doing.asked.day).living
    if found is None:
        return Go("/living", "The live figures are still being recomputed; try again in a while.")
    decided = settled(Vault.open(library.path, read_only=True))
    fine = {
        move
        for move in found.moves
        if (entry := decided.get(key_of_move(move))) is not None and entry.holds(doing.asked.day)
    }
    filed = file_proposals(desk_of(doing.work, library, doing.asked), found, fine)
    seen(library, [f"proposals/{each.proposal}.md" for each in filed])
    fresh = sum(each.new for each in filed)
    return Go("/proposals", f"{plural(fresh, 'proposal')} made; {len(filed) - fresh} were there already.")


def _markdown(brains: Sequence[dict[str, Any]]) -> str:
    lines = ["# Living notes", ""]
    for brain in brains:
        lines += [f"## {brain['title']}", ""]
        for move in brain["moves"]:
            lines += [f"- [{move['note']}]({move['href']}): {move['old']} → {move['new']} ({'; '.join(move['why'])})"]
        lines += [f"- {run['id']}: {run['model']} gives {run['value'] or run['problem']}" for run in brain["runs"]]
        lines += [f"- {line}" for line in brain["problems"]]
    return "\n".join(lines) + "\n"


ACTIONS = [Action("/living", propose)]
ROUTES = [Route("/living", living, once)]
