"""Turn what the brain gives into the shapes of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from rackmath.vault import Vault
from rackmath.web.api_shapes import Accepted, FigureOut, NoteCard, NoteFull, SourceOut
from rackmath.web.chips import figure_data
from rackmath.web.writing import seen

if TYPE_CHECKING:
    from rackmath.brain.desk import Conflicted, Written
    from rackmath.brain.entries import Card, Note
    from rackmath.brain.library import Library
    from rackmath.web.work import Work


def accepted_of(library: Library, written: Written, response: Response) -> Accepted:
    """Return what a write did, and put the new version into the answer's ETag."""
    seen(library, [written.path])
    note = library.note(written.note_id, drafts=True) if written.note_id else None
    response.headers["ETag"] = f'"{written.sha256}"'
    return Accepted(
        id=written.note_id,
        key=note.key if note else "",
        href=note.href if note else "",
        path=written.path,
        sha256=written.sha256,
        status=written.status,
        changed=written.changed,
        version=written.version,
        merged=written.merged,
        needs=list(written.needs),
        remarks=list(written.remarks),
    )


def conflict_of(library: Library, conflict: Conflicted) -> JSONResponse:
    """Return the answer to a writer who was late: where the text is kept, and the merge as far as it goes."""
    which = conflict.proposal
    seen(library, [which.path])
    places = [each.where for each in conflict.merge.conflicts] if conflict.merge is not None else []
    return JSONResponse(
        {
            "error": {"status": 409, "title": "Somebody else was faster", "message": str(conflict)},
            "proposal": {"id": which.id, "href": f"/proposals/{which.id}", "path": which.path},
            "conflicts": places,
            "draft": conflict.merge.draft if conflict.merge is not None else None,
            "now": which.theirs,
        },
        status_code=409,
    )


def card_of(card: Card) -> NoteCard:
    """Return a note in a list."""
    return NoteCard(
        id=card.id,
        key=card.key,
        href=card.href,
        brain=card.brain,
        kind=card.kind,
        title=card.title,
        status=card.status,
        created=card.created,
        published=card.published,
        updated=card.updated,
        contributors=list(card.contributors),
        tags=list(card.tags),
        excerpt=card.excerpt,
        figures=card.figures,
        citations=card.citations,
        health=card.health.words,
    )


def note_of(note: Note) -> NoteFull:
    """Return a note with its text."""
    missing = [f"{each.rule}: {each.needs}" for each in note.standing.missing]
    return NoteFull(**card_of(note).model_dump(), path=note.path, text=note.text, sha256=note.sha256, needs=missing)


def figure_of(figure: Any, work: Work) -> FigureOut:
    """Return a figure as of today."""
    data = figure_data(figure, work.clock().date())
    return FigureOut(**{name: data[name] for name in FigureOut.model_fields if name in data})


def source_of(source: Any) -> SourceOut:
    """Return a source."""
    return SourceOut(**{name: getattr(source, name) for name in SourceOut.model_fields})


def file_of(library: Library, path: str) -> tuple[str, str]:
    """Return a file's text and hash."""
    return Vault.open(library.path, read_only=True).read(path)
