"""Notes that wait for somebody's approval: read, approve, or ask for changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rackmath.brain.review import APPROVE, CHANGES
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.work import Action, Doing, Go
from rackmath.web.writing import desk_of, own_library, own_note, seen, told

if TYPE_CHECKING:
    from rackmath.brain.entries import Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

LONGEST_COMMENT = 2000


def queue(site: Site, asked: Asked) -> Page:
    """List the notes in review, each with the rules that ask for it and what is still missing."""
    library = own_library(site, asked, "read")
    assert asked.viewer is not None
    cards = library.notes(status=("review",))
    notes = [note for card in cards if (note := library.note(card.id, drafts=True)) is not None]
    drafts = library.notes(status=("draft",), limit=50)
    return Page(
        path="/review",
        template="site/write/review.html",
        title="Reviews",
        description="Notes that wait for an approval.",
        data={
            "may": "review" in asked.viewer.scopes,
            "notes": [_plain(note) for note in notes],
            "drafts": [{"href": f"/write/{card.key}", "title": card.title, "kind": card.kind} for card in drafts],
            "brain": library.title,
        },
        styles=("write.css",),
        index=False,
    )


def verdict(doing: Doing, *, key: str) -> Go:
    """Approve a text, or ask for changes; it holds for exactly the text that was read."""
    library, note = own_note(doing.site, doing.asked, key, "review")
    wanted = CHANGES if doing.form.get("do") == CHANGES else APPROVE
    desk = desk_of(doing.work, library, doing.asked)
    written = desk.approve(
        note.id,
        verdict=wanted,
        comment=doing.form.get("comment").strip()[:LONGEST_COMMENT],
        base=doing.form.get("base") or None,
    )
    _after(library, note, written.path)
    done = "Approved." if wanted == APPROVE else "The author is asked for changes."
    return Go("/review", told(written, f"{note.title}: {done}"))


def publish(doing: Doing, *, key: str) -> Go:
    """Publish a note that has what it needs."""
    library, note = own_note(doing.site, doing.asked, key)
    written = desk_of(doing.work, library, doing.asked).publish(note.id)
    _after(library, note, written.path)
    return Go("/review", told(written, f"{note.title}: published." if written.status == "published" else note.title))


def withdraw(doing: Doing, *, key: str) -> Go:
    """Take a note back from review; it is a draft again."""
    library, note = own_note(doing.site, doing.asked, key)
    written = desk_of(doing.work, library, doing.asked).withdraw(note.id)
    _after(library, note, written.path)
    return Go(f"/write/{note.key}", told(written, "It is a draft again."))


def _after(library: Library, note: Note, path: str) -> None:
    seen(library, {note.path, path, f"reviews/{note.id}.yaml"})


def _plain(note: Note) -> dict[str, Any]:
    return {
        "key": note.key,
        "href": note.href,
        "edit": f"/write/{note.key}",
        "title": note.title,
        "kind": note.kind,
        "status": note.status,
        "excerpt": note.excerpt,
        "contributors": list(note.contributors),
        "updated": note.updated or note.created,
        "base": note.sha256,
        "asked": note.standing.asked,
        "missing": [{"rule": each.rule, "needs": each.needs, "why": each.why} for each in note.standing.missing],
    }


ROUTES = [Route("/review", queue)]
ACTIONS = [
    Action("/review/{key}", verdict, scope="review"),
    Action("/review/{key}/publish", publish),
    Action("/review/{key}/withdraw", withdraw),
]
