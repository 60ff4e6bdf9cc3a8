"""A text that is not saved, set as the note's page would set it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rackmath.brain.entries import Health, Note
from rackmath.vault import Document
from rackmath.web.charts.svg import Svg, escape
from rackmath.web.note_data import note_data
from rackmath.web.note_parts import as_it_was, parts_then

if TYPE_CHECKING:
    from datetime import date

    from rackmath.brain.library import Library
    from rackmath.brain.site import Site


def preview(site: Site, library: Library, note: Note | None, text: str, day: date) -> Svg:
    """Return the prose of a text as HTML, with its title and its footnotes.

    Parameters
    ----------
    note
        The note that the text is to become a version of; None for a new one.
    text
        All of the file, with its front matter.
    day
        Against which the freshness of figures is judged.
    """
    then = as_it_was(note or _blank(library, text), text)
    parts = parts_then(library, then, drafts=True)
    _, prose = note_data(site, library, then, day, parts)
    head = f'<h1 class="title small-title">{escape(then.title)}</h1>' if then.title else ""
    notes = f'<div class="footnotes">{prose.notes}</div>' if prose.notes else ""
    return Svg(f"{head}{prose.html}{notes}")


def _blank(library: Library, text: str) -> Note:
    """Return a note that no file holds yet."""
    document = Document.parse(text)
    return Note(
        id="",
        key="new",
        slug="",
        kind=str(document.front.get("type") or ""),
        title=document.title(),
        status="draft",
        created="",
        published="",
        updated="",
        contributors=(),
        tags=(),
        excerpt="",
        figures=0,
        citations=0,
        health=Health(),
        path="notes/new.md",
        brain=library.id,
        text=text,
        document=document,
    )
