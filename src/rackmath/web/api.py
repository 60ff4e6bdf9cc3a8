"""The HTTP API for programs: what pages show, as JSON, and writing with a token.

Reading is open. A program that writes sends ``Authorization: Bearer TOKEN`` and, with each new text of a note, the
version it was made from as ``If-Match``. When somebody was faster and the two do not go together, the answer is 409 and
the text waits as a proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from rackmath.brain.desk import Conflicted, Desk, Written
from rackmath.brain.entries import Note
from rackmath.brain.events import versions
from rackmath.brain.library import Library
from rackmath.web.access import Token
from rackmath.web.api_made import accepted_of, card_of, conflict_of, figure_of, file_of, note_of, source_of
from rackmath.web.api_shapes import (
    Accepted,
    FigureOut,
    Me,
    NewNote,
    NewText,
    NoteFull,
    Notes,
    Preview,
    PreviewIn,
    Result,
    Results,
    SourceOut,
    SourceText,
    Step,
    VersionOut,
)
from rackmath.web.found import search_site
from rackmath.web.http_guard import Refused
from rackmath.web.preview import preview
from rackmath.web.writing import desk_by

if TYPE_CHECKING:
    from rackmath.web.work import Work

MOST = 500
bearer = HTTPBearer(auto_error=False, description="A contributor's token: `rackmath token new`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
IfMatch = Annotated[str | None, Header(description="The version that the text was made from: the ETag of the note.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Word = Annotated[str | None, Query(max_length=200)]


def router(work: Work) -> APIRouter:
    """Return the routes of the API of a site."""
    api = APIRouter(prefix="/api", tags=["brain"], responses={400: {"description": "what is wrong, in one line"}})
    _reading(api, work)
    _writing(api, work)
    return api


# --- who ------------------------------------------------------------------------------------------------------------


def _token(work: Work, given: HTTPAuthorizationCredentials | None, request: Request) -> Token | None:
    """Return who asks; None for a reader.

    Raises
    ------
    Refused
        A token is given and not known.
    """
    if given is None:
        return None
    token = work.tokens.check(given.credentials)
    if token is not None:
        return token
    wait = work.failures.failed(request.client.host if request.client else "")
    if wait:
        raise Refused(429, f"too many attempts; try again in {wait} seconds", [("Retry-After", str(wait))])
    raise Refused(401, "this token is not known here: mistyped, revoked or over", [("WWW-Authenticate", "Bearer")])


def _writer(
    work: Work, given: HTTPAuthorizationCredentials | None, request: Request, scope: str
) -> tuple[Library, Desk]:
    """Return the brain of a token and the desk of its contributor."""
    token = _token(work, given, request)
    if token is None:
        raise Refused(401, "writing needs a token: Authorization: Bearer …", [("WWW-Authenticate", "Bearer")])
    if scope not in token.scopes:
        raise Refused(403, f"this token does not allow that; it needs the scope '{scope}'")
    library = work.site.library(token.brain)
    if library is None:
        raise Refused(403, "the brain of this token is not open here")
    return library, desk_by(work, library, token.handle)


def _match(header: str | None) -> str:
    if not header:
        raise Refused(428, "send the version that your text was made from as If-Match: the ETag of GET")
    return header.strip().removeprefix("W/").strip('"')


# --- reading --------------------------------------------------------------------------------------------------------


def _reading(api: APIRouter, work: Work) -> None:
    site = work.site

    @api.get("/me")
    def me(request: Request, given: Credentials) -> Me:
        """Say whose token this is and what it allows."""
        token = _token(work, given, request)
        if token is None:
            raise Refused(401, "no token was sent", [("WWW-Authenticate", "Bearer")])
        until = token.expires.isoformat() if token.expires else None
        return Me(handle=token.handle, brain=token.brain, scopes=sorted(token.scopes), expires=until)

    @api.get("/search")
    def search(
        request: Request,
        given: Credentials,
        q: Annotated[str, Query(max_length=1000, description='Words, "phrases", kind:, tag:, $0.30, >3 USD/GPU_hour')],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        offset: Offset = 0,
    ) -> Results:
        """Search the notes, the best first, each with the passage that fits and why it is there."""
        drafts = _token(work, given, request) is not None
        with site.reading():
            answer = search_site(site, q, limit=limit, offset=offset, drafts=drafts)
            cards = site.cards([hit.id for _, hit in answer.hits], drafts=drafts)
        return Results(
            total=answer.total,
            answered=answer.answered,
            results=[
                Result(
                    **card_of(cards[hit.id]).model_dump(),
                    score=round(hit.score, 4),
                    why=[str(reason) for reason in hit.why],
                    passage=hit.plain_passage,
                )
                for _, hit in answer.hits
                if hit.id in cards
            ],
        )

    @api.get("/notes")
    def notes(
        request: Request,
        given: Credentials,
        kind: Word = None,
        tag: Word = None,
        by: Word = None,
        source: Word = None,
        status: Word = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Notes:
        """List notes, the last substantively updated first. Drafts and notes in review need a token."""
        drafts = _token(work, given, request) is not None
        allowed = {"published", "retired", *(("draft", "review") if drafts else ())}
        states = {status or "published"}
        if not states <= allowed:
            raise Refused(400 if drafts else 401, f"status is one of {', '.join(sorted(allowed))}")
        with site.reading():
            found = site.notes(
                kind=kind, tag=tag, contributor=by, source=source, status=states, limit=limit, offset=offset
            )
            counts = site.counts(tag=tag, contributor=by, source=source, status=states)
        total = counts.get(kind, 0) if kind else sum(counts.values())
        return Notes(total=total, notes=[card_of(card) for card in found])

    @api.get("/notes/{key}")
    def one(request: Request, response: Response, key: str, given: Credentials) -> NoteFull:
        """Return a note with its text; the ETag is its version."""
        note = site.note(key[:200], drafts=_token(work, given, request) is not None)
        if note is None:
            raise Refused(404, f"there is no note {key[:80]!r}")
        response.headers["ETag"] = f'"{note.sha256}"'
        return note_of(note)

    @api.get("/notes/{key}/history")
    def history(request: Request, key: str, given: Credentials) -> list[VersionOut]:
        """List the versions of a note, the oldest first."""
        note = site.note(key[:200], drafts=_token(work, given, request) is not None)
        library = site.library(note.brain) if note else None
        if note is None or library is None:
            raise Refused(404, f"there is no note {key[:80]!r}")
        return [
            VersionOut(
                number=each.number,
                at=each.at,
                author=each.author,
                kind=each.kind,
                message=each.message,
                sha256=each.sha256,
            )
            for each in versions(library.index, note.id)
        ]

    @api.get("/figures")
    def figures(
        quantity: Word = None,
        subject: Word = None,
        source: Word = None,
        note: Word = None,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> list[FigureOut]:
        """List figures of published notes."""
        with site.reading():
            found = site.figures(quantity=quantity, subject=subject, source=source, note_id=note)
        return [figure_of(each, work) for each in found[offset : offset + limit]]

    @api.get("/figures/{id}")
    def figure(id: str) -> FigureOut:  # noqa: A002
        """Return one figure."""
        found = site.figure(id[:100])
        if found is None:
            raise Refused(404, f"there is no figure {id[:80]!r}")
        return figure_of(found, work)

    @api.get("/sources")
    def sources(limit: Limit = 100, offset: Offset = 0) -> list[SourceOut]:
        """List sources by citekey."""
        return [source_of(each) for each in site.sources()[offset : offset + limit]]

    @api.get("/sources/{citekey}")
    def source(citekey: str, response: Response) -> SourceText:
        """Return a source with its file; the ETag is its version."""
        for library in site.libraries:
            found = library.source(citekey[:200])
            if found is not None:
                text, sha256 = file_of(library, found.path)
                response.headers["ETag"] = f'"{sha256}"'
                return SourceText(**source_of(found).model_dump(), text=text, sha256=sha256)
        raise Refused(404, f"there is no source {citekey[:80]!r}")


# --- writing --------------------------------------------------------------------------------------------------------


def _writing(api: APIRouter, work: Work) -> None:
    @api.post("/notes", status_code=201)
    def create(request: Request, response: Response, given: Credentials, sent: NewNote) -> Accepted:
        """Write a new note, as a draft."""
        library, desk = _writer(work, given, request, "write")
        written = desk.new(sent.kind, sent.title, sent.body, tags=sent.tags, message=sent.message)
        accepted = accepted_of(library, written, response)
        response.headers["Location"] = f"/api/notes/{accepted.key}"
        return accepted

    @api.put("/notes/{key}", responses=_CONFLICT)
    def save(
        request: Request, response: Response, key: str, given: Credentials, sent: NewText, if_match: IfMatch = None
    ) -> Any:
        """Save a new version of a note: all of its file. Merged where somebody else changed other parts of it."""
        library, desk = _writer(work, given, request, "write")
        try:
            written = desk.save(
                _own(library, key).id, sent.text, _match(if_match), kind=sent.kind, message=sent.message
            )
        except Conflicted as conflict:
            return conflict_of(library, conflict)
        return accepted_of(library, written, response)

    @api.post("/notes/{key}/steps")
    def step(request: Request, response: Response, key: str, given: Credentials, sent: Step) -> Accepted:
        """Submit for review, publish, withdraw, retire, approve, ask for changes, restore a version, or retitle."""
        library, desk = _writer(work, given, request, "review" if sent.do in {"approve", "changes"} else "write")
        note = _own(library, key)
        steps: Mapping[str, Callable[[], Written]] = {
            "submit": lambda: desk.submit(note.id),
            "publish": lambda: desk.publish(note.id),
            "withdraw": lambda: desk.withdraw(note.id),
            "retire": lambda: desk.retire(note.id, sent.message, superseded_by=sent.superseded_by),
            "approve": lambda: desk.approve(note.id, comment=sent.message, base=sent.base),
            "changes": lambda: desk.approve(note.id, verdict="changes", comment=sent.message, base=sent.base),
            "restore": lambda: desk.restore(note.id, sent.version, sent.message),
            "retitle": lambda: desk.retitle(note.id, sent.title, message=sent.message),
        }
        return accepted_of(library, steps[sent.do](), response)

    @api.put("/sources/{citekey}", responses=_CONFLICT)
    def put_source(
        request: Request,
        response: Response,
        citekey: str,
        given: Credentials,
        sent: NewText,
        if_match: IfMatch = None,
        if_none_match: Annotated[str | None, Header(description="`*`: the source must be new.")] = None,
    ) -> Any:
        """Write the file of a source: new with ``If-None-Match: *``, else over the version of ``If-Match``."""
        library, desk = _writer(work, given, request, "write")
        known = library.source(citekey[:200])
        rel = known.path if known is not None else f"sources/{citekey}.md"
        base = None if if_none_match == "*" else _match(if_match)
        try:
            written = desk.put(rel, sent.text, base, message=sent.message)
        except Conflicted as conflict:
            return conflict_of(library, conflict)
        return accepted_of(library, written, response)

    @api.post("/preview")
    def render(request: Request, given: Credentials, sent: PreviewIn) -> Preview:
        """Return a text as the note's page would show it; nothing is saved."""
        library, _ = _writer(work, given, request, "write")
        note = _own(library, sent.key) if sent.key else None
        with work.site.reading():
            return Preview(html=str(preview(work.site, library, note, sent.text, work.clock().date())))


_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"description": "somebody was faster; the text waits as the proposal named here"}
}


def _own(library: Library, key: str) -> Note:
    note = library.note(key[:200], drafts=True)
    if note is None:
        raise Refused(404, f"there is no note {key[:80]!r} in the brain of this token")
    return note
