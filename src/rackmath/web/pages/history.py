"""The history of a note: its versions, and what changed between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.brain import events
from rackmath.brain.diff import Diff, compare
from rackmath.web.memo import remembered
from rackmath.web.note_data import paths_of
from rackmath.web.note_history import readable_versions, version_at, version_rows
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.pages.note import found

if TYPE_CHECKING:
    from rackmath.brain.entries import Note
    from rackmath.brain.events import Version
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

AROUND = 1
"""Unchanged paragraphs that are shown before and after a changed one; longer runs are folded."""


def history(site: Site, asked: Asked, *, key: str) -> Page:
    """List the versions of a note, the newest first, with a form that compares two of them."""
    library, note = found(site, key, asked)
    versions, kept = _versions(site, library, note, asked)
    rows = version_rows(note, versions, kept)
    paths = paths_of(note, note.sha256)
    return Page(
        path=paths["history"],
        template="site/history.html",
        title=f"History: {note.title}",
        description=f"{plural(len(rows), 'version')} of “{note.title}”, with who changed what and why.",
        data=_head(note, paths) | {"versions": rows},
        markdown=_markdown(note, rows),
        rows=[{name: row[name] for name in ("number", "at", "author", "kind", "message", "sha256")} for row in rows],
        index=False,
        links=(("latest-version", note.href),),
    )


def diff(site: Site, asked: Asked, *, key: str) -> Page:
    """Show what changed between the versions ``?from=`` and ``?to=`` of a note; by default its last change."""
    library, note = found(site, key, asked)
    versions, kept = _versions(site, library, note, asked)
    if not kept:
        raise NotFound("this note has no versions to compare")
    new = _wanted(kept, asked.get("to"), kept[-1], note)
    before = [version for version in kept if version.number < new.number]
    old = _wanted(kept, asked.get("from"), before[-1] if before else new, note)
    if old.number > new.number:
        old, new = new, old
    change = compare(events.text_of(library.index, old), events.text_of(library.index, new))
    rows = version_rows(note, versions, kept)
    paths = paths_of(note, note.sha256)
    data = _head(note, paths) | {
        "old": next(row for row in rows if row["number"] == old.number),
        "new": next(row for row in rows if row["number"] == new.number),
        "versions": [row for row in rows if row["href"]],
        "steps": [row for row in rows if old.number < row["number"] <= new.number],
        "latest": versions[-1].number,
        "before": max((version.number for version in kept if version.number < old.number), default=0),
        "after": min((version.number for version in kept if version.number > new.number), default=0),
        "words": change.words,
        "front": [field(each) for each in change.front],
        "figures": [item(each) for each in change.figures],
        "citations": [item(each) for each in change.citations],
        "prose": folded(change),
    }
    return Page(
        path=paths["diff"],
        template="site/diff.html",
        title=f"Changes in: {note.title}",
        description=f"What changed from version {old.number} to version {new.number}: {change.words}.",
        data=data,
        markdown=_told(note, data),
        index=False,
        links=(("version-history", paths["history"]), ("latest-version", note.href)),
    )


def _versions(site: Site, library: Library, note: Note, asked: Asked) -> tuple[list[Version], list[Version]]:
    """Return all versions of a note, and those whose texts whoever asks may read."""

    def look() -> tuple[list[Version], list[Version]]:
        versions = events.versions(library.index, note.id)
        return versions, readable_versions(library, note, versions, drafts=asked.drafts)

    return remembered(site, ("versions", library.path, note.id, asked.drafts), look)


def _wanted(versions: Sequence[Version], text: str, otherwise: Version, note: Note) -> Version:
    if not text:
        return otherwise
    wanted = version_at(versions, text)
    if wanted is None:
        raise NotFound(f"this note has no version {text[:80]!r}; its history is at /n/{note.key}/history")
    return wanted


def _head(note: Note, paths: dict[str, str]) -> dict[str, Any]:
    return {
        "id": note.id,
        "title": note.title,
        "kind": note.kind,
        "status": note.status,
        "href": note.href,
        "paths": paths,
    }


def field(each: Any) -> dict[str, Any]:
    """Return a changed key as plain data."""
    return {"name": each.name.replace("_", " "), "old": each.old, "new": each.new, "words": each.words}


def item(each: Any) -> dict[str, Any]:
    """Return an added, removed or changed figure or citation as plain data."""
    return {"id": each.id, "kind": each.kind, "label": each.label, "words": each.words,
            "fields": [field(one) for one in each.fields]}  # fmt: skip


_LINK = re.compile(r"!?\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]+)\]\]")


def _printed(text: str) -> str:
    """Return the words of a paragraph with its links as a reader sees them: by their text."""
    return _LINK.sub(r"\1", text)


def folded(change: Diff) -> list[dict[str, Any]]:
    """Return the paragraphs of a difference; runs of unchanged ones are folded, with their number."""
    touched = [place for place, block in enumerate(change.prose) if block.kind != "same"]
    near = {at for place in touched for at in range(place - AROUND, place + AROUND + 1)}
    found: list[dict[str, Any]] = []
    for place, block in enumerate(change.prose):
        if block.kind == "same" and place not in near:
            if found and found[-1]["kind"] == "folded":
                found[-1]["count"] += 1
            else:
                found.append({"kind": "folded", "count": 1, "pieces": []})
            continue
        pieces = [{"op": piece.op, "text": _printed(piece.text)} for piece in block.pieces]
        found.append({"kind": block.kind, "count": 1, "pieces": pieces})
    return found


def _markdown(note: Note, rows: Sequence[dict[str, Any]]) -> str:
    lines = [f"# History of {note.title}", ""]
    lines += [
        f"{row['number']}. {row['kind_words']}, {row['at'][:10] or 'no date'}"
        f"{', @' + row['author'] if row['author'] else ''}{': ' + row['message'] if row['message'] else ''}"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _told(note: Note, data: dict[str, Any]) -> str:
    lines = [
        f"# {note.title}: version {data['old']['number']} to version {data['new']['number']}",
        "",
        data["words"],
        "",
    ]
    lines += [f"- {each['name']}: {each['words']}" for each in data["front"]]
    lines += [f"- {each['label']}: {each['words']}" for each in (*data["figures"], *data["citations"])]
    for block in data["prose"]:
        if block["kind"] not in {"same", "folded"}:
            signs = {"same": "", "added": "+", "removed": "−"}
            said = "".join(f"{{{signs[p['op']]}{p['text']}}}" if signs[p["op"]] else p["text"] for p in block["pieces"])
            lines += ["", said]
    return "\n".join(lines) + "\n"


def every(site: Site) -> Iterator[dict[str, str]]:
    """List the notes that readers may see."""
    for card in site.notes(status=("published", "retired")):
        yield {"key": card.key}


ROUTES = [Route("/n/{key}/history", history, every), Route("/n/{key}/diff", diff)]
