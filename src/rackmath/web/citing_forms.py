"""How to cite a version of a note, and how to cite a source: in words, as BibTeX and as CSL-JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rackmath.brain.formats import csl
from rackmath.brain.formats.cite_as import CiteAs, cite_note, cite_source
from rackmath.web.note_data import paths_of, people_of

if TYPE_CHECKING:
    from rackmath.brain.entries import Note, SourceEntry
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site


def how_to_cite(site: Site, library: Library, note: Note, version: int) -> dict[str, Any]:
    """Return the citation of one version of a note.

    Its address is root-relative, since only who serves or exports the page knows its host; a template puts the origin
    before every ``path``.
    """
    path = paths_of(note, note.sha256)["version"]
    made = cite_note(
        note.key,
        note.title,
        list(people_of(site, note.contributors).values()),
        brain=library.title,
        version=str(version),
        date=note.updated or note.published or note.created,
        permalink=path,
    )
    return _forms(made) | {"path": path}


def how_to_cite_source(source: SourceEntry) -> dict[str, Any]:
    """Return the citation of a source."""
    return _forms(cite_source(source.citekey, source.front)) | {"path": ""}


def _forms(made: CiteAs) -> dict[str, Any]:
    return {"text": made.text, "bibtex": made.bibtex.strip(), "csl": csl.dump([made.csl]).strip()}
