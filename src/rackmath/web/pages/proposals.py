"""Texts that could not be saved because somebody was faster: merge them, or throw them away."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.brain.desk import Conflicted, Unreadable
from rackmath.brain.diff import compare
from rackmath.brain.merge import unresolved
from rackmath.brain.proposals import accept, discard, proposal, proposals, three_way
from rackmath.errors import RackmathError
from rackmath.vault import Vault
from rackmath.web.compose import with_line_ends
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.work import Action, Doing, Failed, Go
from rackmath.web.writing import desk_of, own_library, seen, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rackmath.brain.library import Library
    from rackmath.brain.proposals import Proposal
    from rackmath.brain.site import Site


MOST_PASSAGES = 40
"""Changed passages that the page of a proposal shows; the whole texts stand below them."""

_LIVE = re.compile(r"\[\[(?:fig|run):[^\[\]|\n]{1,400}\|([^\[\]\n]{0,400})\]\]")


def waiting(site: Site, asked: Asked) -> Page:
    """List the proposals of the brain."""
    library = own_library(site, asked)
    found = [_plain(each) for each in proposals(Vault.open(library.path))]
    return Page(
        path="/proposals",
        template="site/write/proposals.html",
        title="Proposals",
        description="Texts that wait to be merged.",
        data={"proposals": found},
        styles=("write.css",),
        index=False,
    )


def one(site: Site, asked: Asked, *, rest: str) -> Page:
    """Show a proposal beside what it was made from and what stands now."""
    library = own_library(site, asked)
    return _page(library, _found(library, rest))


def decide(doing: Doing, *, rest: str) -> Page | Go:
    """Put the merged text in place, or throw the proposal away."""
    library = own_library(doing.site, doing.asked)
    which = _found(library, rest)
    desk = desk_of(doing.work, library, doing.asked)
    if doing.form.get("do") == "discard":
        discard(desk, which, doing.form.get("because").strip())
        return Go("/proposals", "The proposal was put away; the history keeps its text.")
    typed, base = doing.form.get("text"), doing.form.get("base")
    if (line := unresolved(typed)) is not None:
        told_so = f"line {line} still holds a mark of the merge; decide there and take the mark away"
        raise Failed(_page(library, which, typed, [told_so], 422))
    try:
        written = accept(desk, which, with_line_ends(_now(library, which), typed), base)
    except Conflicted as problem:
        return Go(_path(problem.proposal), "The note changed once more. Your merged text is kept here.")
    except RackmathError as problem:
        faults = [f"line {fault.line}: {fault.message}" for fault in getattr(problem, "faults", ())]
        wrong = faults if isinstance(problem, Unreadable) and faults else [str(problem)]
        raise Failed(_page(library, which, typed, wrong, 422)) from None
    seen(library, [written.path, which.path])
    note = library.note(written.note_id, drafts=True)
    return Go(note.href if note else "/proposals", told(written, "Merged and saved."))


def _found(library: Library, id: str) -> Proposal:  # noqa: A002
    try:
        return proposal(Vault.open(library.path), id)
    except RackmathError as problem:
        raise NotFound(str(problem)) from None


def _now(library: Library, which: Proposal) -> str:
    note = library.note(which.note_id or which.note_path, drafts=True)
    return note.text if note else ""


def _page(
    library: Library, which: Proposal, typed: str | None = None, problems: Sequence[str] = (), status: int = 200
) -> Page:
    view = three_way(Vault.open(library.path), library.index, which)
    draft = view.merge.draft if view.merge is not None else view.mine
    changed = compare(view.theirs, view.mine).words if view.theirs is not None else "the note is gone"
    return Page(
        path=_path(which),
        template="site/write/proposal.html",
        title=f"Merge: {which.title}",
        data={
            **_plain(which),
            "base": view.base or "",
            "mine": view.mine,
            "theirs": view.theirs or "",
            "now": view.now or "",
            "text": typed if typed is not None else draft,
            "clean": view.merge is not None and view.merge.text is not None,
            "conflicts": [each.where for each in view.merge.conflicts] if view.merge is not None else [],
            "changed": changed,
            "passages": _passages(view.theirs, view.mine) if view.theirs is not None else [],
            "problems": [{"line": 0, "message": each} for each in problems],
        },
        status=status,
        styles=("write.css", "audit.css"),
        index=False,
    )


def _passages(now: str, mine: str) -> list[dict[str, Any]]:
    """Return the passages that a proposal changes, each as it stands and as it would be, live tokens as their words."""
    difference = compare(_LIVE.sub(r"\1", now), _LIVE.sub(r"\1", mine))
    changed = [block for block in difference.prose if block.kind != "same"][:MOST_PASSAGES]
    return [{"kind": block.kind, "pieces": [asdict(piece) for piece in block.pieces]} for block in changed]


def _path(which: Proposal) -> str:
    return f"/proposals/{quote(which.id, safe='/-_.~')}"


def _plain(which: Proposal) -> dict[str, Any]:
    return {
        "id": which.id,
        "href": _path(which),
        "title": which.title,
        "author": which.author,
        "at": which.at,
        "kind": which.kind,
        "message": which.message,
        "note_path": which.note_path,
    }


ROUTES = [Route("/proposals", waiting), Route("/proposals/{rest}", one)]
ACTIONS = [Action("/proposals/{rest}", decide)]
