"""Add a figure to a note by a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rackmath.brain.desk import Conflicted
from rackmath.errors import RackmathError
from rackmath.evidence.figure import CLAIMANTS, KINDS
from rackmath.web.figure_form import NAMES, check_figure, with_figure
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.work import Action, Doing, Failed, Go
from rackmath.web.writing import desk_of, own_note, seen, told

if TYPE_CHECKING:
    from rackmath.brain.entries import Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site


def form(site: Site, asked: Asked, *, key: str) -> Page:
    """Show the empty form."""
    library, note = own_note(site, asked, key)
    return _page(library, note, {name: asked.get(name)[:500] for name in NAMES}, {}, 200)


def add(doing: Doing, *, key: str) -> Go:
    """Add the figure, as a revision of the note."""
    library, note = own_note(doing.site, doing.asked, key)
    typed = doing.form.plain()
    checked = check_figure(typed, library.meaning[0], lambda citekey: library.source(citekey) is not None)
    if checked.problems:
        raise Failed(_page(library, note, typed, checked.problems, 422))
    try:
        desk = desk_of(doing.work, library, doing.asked)
        opened = desk.read(note.id)
        written = desk.save(
            note.id,
            with_figure(opened.text, checked.entry),
            opened.sha256,
            kind="update" if note.status == "published" else "edit",
            message=f"figure {checked.entry['quantity']} of {checked.entry['subject']}",
        )
    except Conflicted as problem:
        return Go(f"/proposals/{problem.proposal.id}", "Somebody changed the note just now. Merge the two here.")
    except RackmathError as problem:
        raise Failed(_page(library, note, typed, {"": str(problem)}, 422)) from None
    seen(library, [written.path])
    token = f"[[fig:{checked.entry['id']}|{checked.entry.get('as_written') or checked.entry['value']}]]"
    return Go(f"/write/{note.key}", told(written, f"The figure is in the note. In the text it is written {token}."))


def _page(library: Library, note: Note, typed: Mapping[str, str], problems: Mapping[str, str], status: int) -> Page:
    quantities, subjects = library.meaning
    return Page(
        path=f"/write/{note.key}/figure",
        template="site/write/figure.html",
        title=f"Add a figure to: {note.title}",
        data={
            "key": note.key,
            "note": note.title,
            "typed": {name: typed.get(name, "") for name in NAMES},
            "problems": dict(problems),
            "kinds": ["", *KINDS],
            "claimant_kinds": ["", *CLAIMANTS],
            "quantities": [
                {"id": each.id, "unit": each.unit, "name": each.name}
                for each in sorted(quantities.values(), key=lambda each: each.id)
            ],
            "subjects": sorted(subjects)[:2000],
            "sources": [source.citekey for source in library.sources()][:2000],
        },
        status=status,
        styles=("write.css",),
        index=False,
    )


ROUTES = [Route("/write/{key}/figure", form)]
ACTIONS = [Action("/write/{key}/figure", add)]
