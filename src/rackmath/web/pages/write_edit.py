"""The editor: a new note, or a new version of one. A plain form; what scripts add is comfort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rackmath.brain.desk import Conflicted, Unreadable
from rackmath.brain.entries import KINDS
from rackmath.errors import Problems, RackmathError
from rackmath.vault import Document
from rackmath.web.charts.svg import Svg
from rackmath.web.compose import Fields, fields_of, read_tags, shown_tags, with_fields, with_line_ends
from rackmath.web.pages import Asked, Page, Route
from rackmath.web.preview import preview
from rackmath.web.work import Action, Doing, Failed, Go, need
from rackmath.web.writing import KIND_WORDS, REVISIONS, base_text, desk_of, own_library, own_note, seen, told

if TYPE_CHECKING:
    from rackmath.brain.desk import Desk, Written
    from rackmath.brain.entries import Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

DONE = {
    "save": "Saved.",
    "review": "Saved and submitted for review.",
    "publish": "Published.",
}


# --- showing the form --------------------------------------------------------------------------------------------


def new(site: Site, asked: Asked) -> Page:
    """Show an empty form."""
    own_library(site, asked)
    kind = asked.get("kind")
    typed = {"kind": kind if kind in KINDS else "observation", "title": asked.get("title")[:300]}
    return _page(None, typed, whole=False)


def edit(site: Site, asked: Asked, *, key: str) -> Page:
    """Show a note's text in the form."""
    _, note = own_note(site, asked, key)
    whole = asked.get("all") == "1" or Document.parse(note.text).front_problem is not None
    return _page(note, _typed(note.text, whole), whole=whole, base=note.sha256)


def _typed(text: str, whole: bool) -> dict[str, str]:
    if whole:
        return {"text": text}
    fields = fields_of(text)
    return {"title": fields.title, "kind": fields.kind, "tags": shown_tags(fields.tags), "body": fields.body}


def _page(
    note: Note | None,
    typed: Mapping[str, str],
    *,
    whole: bool,
    base: str = "",
    problems: Sequence[Mapping[str, Any]] = (),
    shown: Svg | None = None,
    status: int = 200,
) -> Page:
    path = f"/write/{note.key}" if note else "/write/new"
    title = f"Edit: {note.title}" if note else "Write a note"
    return Page(
        path=path,
        template="site/write/edit.html",
        title=title,
        data={
            "key": note.key if note else "",
            "href": note.href if note else "",
            "status": note.status if note else "draft",
            "file": note.path if note else "",
            "kind": note.kind if note else "",
            "whole": whole,
            "base": base,
            "typed": {
                "title": "",
                "kind": "",
                "tags": "",
                "body": "",
                "text": "",
                "message": "",
                "revision": "",
                **typed,
            },
            "kinds": [{"id": kind, "name": KIND_WORDS[kind]} for kind in KINDS] if note is None else [],
            "revisions": [{"id": revision, "name": name} for revision, name in REVISIONS.items()],
            "problems": list(problems),
            "waiting": [f"{each.rule}: {each.needs}" for each in note.standing.missing] if note else [],
            "previewed": shown is not None,
        },
        html={"preview": shown or Svg("")},
        styles=("write.css",),
        status=status,
        index=False,
    )


def live(doing: Doing) -> Svg:
    """Return the preview alone, for the editor's script."""
    typed = doing.form.plain()
    key, whole = typed.get("key", "new"), typed.get("whole") == "1"
    if key == "new":
        return _preview(doing, own_library(doing.site, doing.asked), None, typed, whole)
    library, note = own_note(doing.site, doing.asked, key)
    return _preview(doing, library, note, typed, whole)


def _preview(doing: Doing, library: Library, note: Note | None, typed: Mapping[str, str], whole: bool) -> Svg:
    return preview(doing.site, library, note, _whole_text(note, typed, whole), doing.asked.today)


def _whole_text(note: Note | None, typed: Mapping[str, str], whole: bool) -> str:
    """Return the text that a form would make, for the preview alone."""
    if whole:
        return typed.get("text", "")
    title = typed.get("title") or "Untitled"
    if note is None:
        return Document.compose({"type": typed.get("kind", ""), "title": title}, typed.get("body", "")).text
    return with_fields(note.text, _fields({**typed, "title": title}))


# --- taking it back -----------------------------------------------------------------------------------------------


def _fields(typed: Mapping[str, str]) -> Fields:
    return Fields(
        typed.get("title", ""), typed.get("kind", ""), read_tags(typed.get("tags", "")), typed.get("body", "")
    )


def create(doing: Doing) -> Page | Go:
    """Make a new note of a form, or show what it would look like."""
    library = own_library(doing.site, doing.asked)
    typed = doing.form.plain()
    wanted = typed.get("do", "save")
    if wanted == "preview":
        return _page(None, typed, whole=False, shown=_preview(doing, library, None, typed, False))
    fields = _fields(typed)
    try:
        desk = desk_of(doing.work, library, doing.asked)
        written = desk.new(
            fields.kind, fields.title, fields.body, tags=fields.tags, message=typed.get("message", "").strip()
        )
    except RackmathError as problem:
        raise Failed(_page(None, typed, whole=False, problems=_told(problem), status=422)) from None
    return _onward(library, desk, written, wanted)


def save(doing: Doing, *, key: str) -> Page | Go:
    """Save a new version, or show what it would look like."""
    library, note = own_note(doing.site, doing.asked, key)
    typed, base = doing.form.plain(), doing.form.get("base")
    whole, wanted = typed.get("whole") == "1", typed.get("do", "save")
    if wanted in {"preview", "all", "parts"}:
        return _other_view(doing, library, note, typed, base, whole, wanted)
    try:
        before = base_text(library, base, note.text, note.sha256)
        fields, title = _fields(typed), ""
        if whole:
            text = with_line_ends(before, typed.get("text", ""))
        else:
            text, title = _without_new_title(before, fields)
        desk = desk_of(doing.work, library, doing.asked)
        written = desk.save(
            note.id, text, base, kind=typed.get("revision") or "edit", message=typed.get("message", "").strip()
        )
        if title:
            written = desk.retitle(note.id, title)
    except Conflicted as problem:
        seen(library, [problem.proposal.path])
        return Go(
            f"/proposals/{problem.proposal.id}",
            "Somebody changed the note while you wrote. Your text is kept; merge the two here.",
        )
    except RackmathError as problem:
        raise Failed(_page(note, typed, whole=whole, base=base, problems=_told(problem), status=422)) from None
    return _onward(library, desk, written, wanted)


def _without_new_title(before: str, fields: Fields) -> tuple[str, str]:
    """Return a text with the old title, and the new title if there is one: giving it is a step that moves the file."""
    old = " ".join(Document.parse(before).title().split())
    title = " ".join(fields.title.split())
    text = with_fields(before, fields)
    if title == old or not old:
        return text, ""
    return with_fields(before, replace(fields, title=old)), title


def _other_view(
    doing: Doing, library: Library, note: Note, typed: Mapping[str, str], base: str, whole: bool, wanted: str
) -> Page:
    """Show the form again: with the preview, as the whole file, or as fields. Nothing is saved."""
    try:
        before = base_text(library, base, note.text, note.sha256)
        if wanted == "all" and not whole:
            text = with_fields(before, _fields({**typed, "title": typed.get("title") or note.title}))
            return _page(note, {**typed, "text": text}, whole=True, base=base)
        if wanted == "parts" and whole:
            return _page(note, {**typed, **_typed(typed.get("text", ""), False)}, whole=False, base=base)
        return _page(note, typed, whole=whole, base=base, shown=_preview(doing, library, note, typed, whole))
    except RackmathError as problem:
        raise Failed(_page(note, typed, whole=whole, base=base, problems=_told(problem), status=422)) from None


def _onward(library: Library, desk: Desk, written: Written, wanted: str) -> Go:
    """Go on after a save: submit or publish where that was asked for, then show the note or the form again."""
    seen(library, [written.path])
    done = DONE["save"]
    try:
        if wanted in {"review", "publish"}:
            written = desk.submit(written.note_id) if wanted == "review" else desk.publish(written.note_id)
            seen(library, [written.path])
            done = (
                DONE[wanted] if written.status == "published" or wanted == "review" else "Saved, and waits for review."
            )
    except RackmathError as problem:
        done = f"Saved, but not {'published' if wanted == 'publish' else 'submitted'}: {problem}"
    note = library.note(written.note_id, drafts=True)
    line = told(written, done)
    if note is None:
        return Go("/review", line)
    return Go(note.href if wanted != "save" or note.status == "published" else f"/write/{note.key}", line)


def _told(problem: RackmathError) -> list[dict[str, Any]]:
    if isinstance(problem, Unreadable):
        return [{"line": fault.line, "message": fault.message} for fault in problem.faults]
    if isinstance(problem, Problems):
        return [{"line": 0, "message": line} for line in problem.problems]
    return [{"line": 0, "message": str(problem)}]


def kept(doing: Doing, reason: str, *, key: str = "") -> Page:
    """Show the form again to who is signed in anew, or keep what was typed for who is not."""
    typed = doing.form.plain()
    whole = typed.get("whole") == "1"
    if doing.asked.viewer is None:
        return Page(
            path=f"/write/{key or 'new'}",
            template="site/write/kept.html",
            title="Sign in, and go on",
            data={"reason": reason, "fields": [{"name": name, "value": value} for name, value in typed.items()]},
            status=403,
            index=False,
            styles=("write.css",),
        )
    need(doing.asked, "write")
    told_so = [{"line": 0, "message": reason}]
    if not key:
        own_library(doing.site, doing.asked)
        return _page(None, typed, whole=False, problems=told_so, status=403)
    _, note = own_note(doing.site, doing.asked, key)
    return _page(note, typed, whole=whole, base=typed.get("base", ""), problems=told_so, status=403)


ROUTES = [Route("/write/new", new), Route("/write/{key}", edit)]
ACTIONS = [
    Action("/write/new", create, unsigned=kept),
    Action("/write/preview", live),
    Action("/write/{key}", save, unsigned=kept),
]
