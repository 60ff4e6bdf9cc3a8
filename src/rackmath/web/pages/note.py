"""A note, and a note as it stood in one of its versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rackmath.brain import events
from rackmath.web.audited import state_of
from rackmath.web.citing_forms import how_to_cite
from rackmath.web.jsonld import article
from rackmath.web.memo import remembered
from rackmath.web.note_audit import note_findings
from rackmath.web.note_data import around, note_data, paths_of
from rackmath.web.note_history import readable_versions, version_at, version_rows
from rackmath.web.note_parts import as_it_was, parts_now, parts_then
from rackmath.web.pages import Asked, Moved, NotFound, Page, Route
from rackmath.web.prose import Known, Target, set_line

if TYPE_CHECKING:
    from rackmath.brain.entries import Card, Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.web.charts.svg import Svg

RECENT = 5
"""Versions that the note's own page lists; the history has all."""


def found(site: Site, key: str, asked: Asked) -> tuple[Library, Note]:
    """Return a note and its brain.

    Raises
    ------
    NotFound
        There is none that may be seen.
    """
    note = site.note(key, drafts=asked.drafts)
    library = site.library(note.brain) if note else None
    if note is None or library is None:
        raise NotFound(f"there is no note {key[:80]!r} here; search for its title, or look in /changes")
    return library, note


def note(site: Site, asked: Asked, *, key: str, slug: str) -> Page:
    """Show a note whole."""
    guessed = site.note(key, drafts=asked.drafts)
    if guessed is None or guessed.key != key:  # no key: a file's name or a title, as people guess it
        key, slug = f"{key}-{slug}", ""
    library, it = found(site, key, asked)
    if (key, slug) != (it.key, it.slug):
        raise Moved(it.href)
    data, html = remembered(
        site,
        ("note", library.path, it.id, it.sha256, asked.day, asked.drafts, state_of(site, asked.day)),
        lambda: _made(site, library, it, asked),
    )
    return _page(site, library, it, data, html)


def bare(site: Site, asked: Asked, *, key: str) -> Page:
    """Lead from an address without the title to the note."""
    raise Moved(found(site, key, asked)[1].href)


def _made(site: Site, library: Library, it: Note, asked: Asked) -> tuple[dict[str, Any], dict[str, Svg]]:
    findings = note_findings(library, it, asked.day)
    data, prose = note_data(site, library, it, asked.day, parts_now(site, library, it, drafts=asked.drafts), findings)
    data |= around(site, library, it, drafts=asked.drafts)
    versions = events.versions(library.index, it.id)
    recent = readable_versions(library, it, versions[-RECENT - 1 :], drafts=asked.drafts)
    rows = version_rows(it, versions, recent)
    newer, older = library.neighbours(it)
    data |= {
        "paths": paths_of(it, it.sha256),
        "version": rows[0] if rows else None,
        "latest": len(rows),
        "changes": rows[:RECENT],
        "version_shown": False,
        "cite": how_to_cite(site, library, it, len(rows)),
        "before": _title(newer),
        "after": _title(older),
    }
    html = {"body": prose.html, "notes": prose.notes}
    for place, back in enumerate(data["backlinks"]):
        if back["sentence"]:
            html[f"backlink-{place}"] = _sentence(back["sentence"], it)
    return data, html


def _title(card: Card | None) -> dict[str, str] | None:
    return {"href": card.href, "title": card.title} if card else None


def _sentence(words: str, here: Note) -> Svg:
    """Set the sentence around a link; what it links to is either this note or not this page's matter."""

    def page(_: str) -> Target:
        return Target(here.href, here.title)

    return set_line(words, Known(page=page))


def version(site: Site, asked: Asked, *, key: str, version: str) -> Page:
    """Show a note as it stood in a version, given by its number or the first digits of its SHA-256."""
    library, now = found(site, key, asked)
    versions = events.versions(library.index, now.id)
    wanted = version_at(versions, version)
    if wanted is None or wanted.sha256 is None or not readable_versions(library, now, [wanted], drafts=asked.drafts):
        raise NotFound(f"this note has no version {version!r}; its history is at /n/{now.key}/history")
    it = as_it_was(now, events.text_of(library.index, wanted))
    data, prose = note_data(site, library, it, asked.day, parts_then(library, it, drafts=asked.drafts))
    rows = version_rows(now, versions, readable_versions(library, now, versions[-RECENT - 1 :], drafts=asked.drafts))
    data |= {
        "backlinks": [],
        "near": [],
        "shared": [],
        "disputes": [],
        "paths": paths_of(now, wanted.sha256),
        "version": next(row for row in rows if row["number"] == wanted.number),
        "latest": len(rows),
        "changes": rows[:RECENT],
        "version_shown": True,
        "cite": how_to_cite(site, library, it, wanted.number),
        "before": None,
        "after": None,
    }
    shown = _page(site, library, it, data, {"body": prose.html, "notes": prose.notes})
    path = data["paths"]["version"]
    return Page(
        path=path,
        template=shown.template,
        title=f"{it.title} (version {wanted.number})",
        description=shown.description,
        data=data,
        markdown=it.text,
        rows=shown.rows,
        jsonld=shown.jsonld,
        html=shown.html,
        links=(("latest-version", now.href), ("version-history", data["paths"]["history"])),
        index=False,
    )


def _page(site: Site, library: Library, it: Note, data: dict[str, Any], html: dict[str, Svg]) -> Page:
    people = site.people
    return Page(
        path=it.href,
        template="site/note.html",
        title=it.title,
        description=it.excerpt,
        data=data,
        markdown=it.text,
        rows=[figure | {"scope": figure["scope_words"]} for figure in data["figures"]] or None,
        jsonld=article(
            it,
            authors=[people[handle] for handle in it.contributors if handle in people],
            sources=[],
            figures=[],
            licence=library.licence,
            version=data["version"]["number"] if data["version"] else 0,
        ),
        html=html,
        links=(
            ("version-history", data["paths"]["history"]),
            ("cite-as", data["paths"]["version"]),
            ("bookmark", data["paths"]["version"]),
        ),
    )


def every_note(site: Site) -> Iterator[dict[str, str]]:
    """List all notes that readers may see."""
    for card in site.notes(status=("published", "retired")):
        yield {"key": card.key, "slug": card.slug}


ROUTES = [Route("/n/{key}-{slug}", note, every_note), Route("/n/{key}", bare), Route("/n/{key}@{version}", version)]
