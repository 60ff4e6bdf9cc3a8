"""Retire a note, and bring an earlier version of one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rackmath.errors import RackmathError
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.work import Action, Doing, Failed, Go
from rackmath.web.writing import desk_of, own_note, seen, told

if TYPE_CHECKING:
    from rackmath.brain.entries import Note
    from rackmath.brain.site import Site


def retire_form(site: Site, asked: Asked, *, key: str) -> Page:
    """Ask why, and what takes its place."""
    return _retire(own_note(site, asked, key)[1], "", "", "", 200)


def retire(doing: Doing, *, key: str) -> Go:
    """Retire a note; it stays readable, says why, and is no longer found first."""
    library, note = own_note(doing.site, doing.asked, key)
    because, successor = doing.form.get("because").strip(), doing.form.get("superseded_by").strip()
    try:
        if not because:
            raise RackmathError("say why: readers of the note will see it")
        replaced = library.card(successor, drafts=False) if successor else None
        if successor and replaced is None:
            raise RackmathError(f"there is no published note {successor[:80]!r}; give its title, file name or key")
        written = desk_of(doing.work, library, doing.asked).retire(
            note.id, because, superseded_by=replaced.id if replaced else ""
        )
    except RackmathError as problem:
        raise Failed(_retire(note, because, successor, str(problem), 422)) from None
    seen(library, [written.path])
    return Go(note.href, told(written, "The note is retired."))


def restore(doing: Doing, *, key: str) -> Go:
    """Bring an earlier version back, as a new one."""
    library, note = own_note(doing.site, doing.asked, key)
    number = doing.form.get("version")
    if not number.isdigit() or len(number) > 6:
        raise RackmathError("choose a version of the history")
    written = desk_of(doing.work, library, doing.asked).restore(note.id, int(number), doing.form.get("message").strip())
    seen(library, [written.path, note.path])
    return Go(note.href, told(written, f"Version {number} is back, as a new version."))


def _retire(note: Note, because: str, successor: str, problem: str, status: int) -> Page:
    return Page(
        path=f"/write/{note.key}/retire",
        template="site/write/retire.html",
        title=f"Retire: {note.title}",
        data={
            "note": {"href": note.href, "title": note.title, "status": note.status, "key": note.key},
            "because": because,
            "superseded_by": successor,
            "problem": problem,
        },
        status=status,
        styles=("write.css",),
        index=False,
    )


ROUTES = [Route("/write/{key}/retire", retire_form)]
ACTIONS = [Action("/write/{key}/retire", retire), Action("/write/{key}/restore", restore)]
