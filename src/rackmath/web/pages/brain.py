"""A contributor's brain: who they are, and their notes in sections with true counts, newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.errors import suggest
from rackmath.web.cards import card
from rackmath.web.jsonld import profile
from rackmath.web.lists import Rows, address, cut
from rackmath.web.memo import kept_page, remembered
from rackmath.web.numbers import plural
from rackmath.web.page import day
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.pages.contributors import SECTIONS, contributor_row
from rackmath.web.pages.feeds import feed_links

if TYPE_CHECKING:
    from rackmath.brain.entries import Card, Contributor
    from rackmath.brain.site import Site

SHOWN = 6
"""Notes of each section on the brain's first page."""

TAGS = 24
"""The most tags that are offered as a filter."""


@kept_page
def brain(site: Site, asked: Asked, *, handle: str) -> Page:
    """Show a contributor and the newest notes of each section; ``?tag=`` keeps the notes with a tag."""
    person = _person(site, handle)
    tag = asked.get("tag")
    status = _statuses(asked)
    counts = site.counts(contributor=handle, status=status, tag=tag or None)
    row = contributor_row(person, site.counts(contributor=handle, status=status), site.health(contributor=handle))
    sections = []
    for kind, (title, one, many, what) in SECTIONS.items():
        count = counts.get(kind, 0)
        if not count:
            continue
        notes = site.notes(contributor=handle, kind=kind, tag=tag or None, status=status, limit=SHOWN)
        sections.append(
            {
                "kind": kind,
                "title": title,
                "what": what,
                "count": count,
                "words": plural(count, one, many),
                "notes": [card(note) for note in notes],
                "href": address(f"/@{handle}/{kind}", tag=tag),
                "more": max(0, count - len(notes)),
            }
        )
    corrections = [change for change in site.corrections(500) if handle in change.card.contributors]
    newest = site.notes(contributor=handle, status=status, limit=1)
    data = {
        **row,
        "tag": tag,
        "tag_name": _tag_name(site, tag),
        "found": sum(counts.values()),
        "sections": sections,
        "tags": _offered(site, f"/@{handle}", _tag_counts(site, handle, status), tag),
        "corrections": len(corrections),
        "announced": _announced(site, person),
        "problems": list(person.problems),
        "updated": str(newest[0].updated or newest[0].published) if newest else "",
    }
    words = ", ".join(item["words"] for item in row["counts"])
    return Page(
        path=f"/@{handle}",
        template="site/brain.html",
        title=f"{row['name']} (@{handle})" if person.name else f"@{handle}",
        description=f"{person.role or 'Contributor'}: {words or 'no notes yet'}.",
        data=data,
        markdown=_markdown(row, sections),
        jsonld=profile(person),
        feeds=feed_links(f"by/{handle}", f"Notes by {row['name']}"),
    )


@kept_page
def section(site: Site, asked: Asked, *, handle: str, kind: str) -> Page:
    """List all notes of one section, newest first, fifty a page; ``?tag=`` keeps the notes with a tag."""
    person = _person(site, handle)
    if kind not in SECTIONS:
        raise NotFound(f"a brain has no section {kind!r}{suggest(kind, SECTIONS)}; see /@{handle}")
    title, one, many, what = SECTIONS[kind]
    tag, status = asked.get("tag"), _statuses(asked)
    total = site.counts(contributor=handle, status=status, tag=tag or None).get(kind, 0)
    part = cut(asked, total)
    notes = []
    if total:
        size = part.end - part.start
        notes = site.notes(contributor=handle, kind=kind, status=status, tag=tag or None, limit=size, offset=part.start)
    name = person.name or f"@{handle}"
    path = f"/@{handle}/{kind}"

    def rows() -> list[dict[str, Any]]:
        return [_flat(note) for note in site.notes(contributor=handle, kind=kind, status=status, tag=tag or None)]

    data = {
        "handle": handle,
        "name": name,
        "href": f"/@{handle}",
        "kind": kind,
        "title": title,
        "what": what,
        "tag": tag,
        "tag_name": _tag_name(site, tag),
        "count": total,
        "words": plural(total, one, many),
        "notes": [card(note) for note in notes],
        "list": part.data(path, {"tag": tag}),
        "tags": _offered(site, path, _tag_counts(site, handle, status, kind), tag),
        "all": site.counts(contributor=handle, status=status).get(kind, 0),
    }
    return Page(
        path=path,
        template="site/section.html",
        title=f"{title} by {name}",
        description=f"{plural(total, one, many)} by {name}. {what}",
        data=data,
        markdown="\n".join([f"# {title} by {name}", "", *_lines([card(note) for note in notes])]) + "\n",
        rows=Rows(rows),
        feeds=feed_links(f"by/{handle}", f"Notes by {name}"),
    )


def _person(site: Site, handle: str) -> Contributor:
    person = site.contributors.get(handle)
    if person is None:
        raise NotFound(f"there is no contributor @{handle}{suggest(handle, site.contributors)}; see /contributors")
    return person


def _statuses(asked: Asked) -> tuple[str, ...]:
    return ("published", "review", "draft") if asked.drafts else ("published",)


def _tag_counts(site: Site, handle: str, status: tuple[str, ...], kind: str | None = None) -> Counter[str]:
    """Count the tags of a brain or of a section, once for as long as nothing changes."""

    def make() -> Counter[str]:
        cards = site.notes(contributor=handle, kind=kind, status=status)
        return Counter(slug for note in cards for slug in note.tags)

    return remembered(site, ("tags of a brain", handle, status, kind), make)


def _offered(site: Site, path: str, counts: Counter[str], chosen: str) -> list[dict[str, Any]]:
    """Return the tags that most of the notes carry, each with the address that keeps only those notes."""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TAGS]
    if chosen and chosen not in dict(most):
        most.append((chosen, counts[chosen]))
    return [
        {
            "slug": slug,
            "name": _tag_name(site, slug),
            "count": count,
            "chosen": slug == chosen,
            "href": address(path, tag="" if slug == chosen else slug),
        }
        for slug, count in most
        if count > 1 or slug == chosen
    ]


def _tag_name(site: Site, slug: str) -> str:
    return site.tag_name(slug) if slug else ""


def _announced(site: Site, person: Contributor) -> list[dict[str, Any]]:
    """Return what an imported page said it holds beside what was found there."""
    return [
        {"page": one.page, "announced": one.announced, "found": one.found, "kinds": dict(one.kinds)}
        for one in site.imports(person.brain)
    ]


def _markdown(row: dict[str, Any], sections: Sequence[dict[str, Any]]) -> str:
    lines = [f"# {row['name']}", "", f"@{row['handle']}{' · ' + row['role'] if row['role'] else ''}", ""]
    if row["bio"]:
        lines += [row["bio"], ""]
    for part in sections:
        lines += [f"## {part['title']} ({part['count']})", "", *_lines(part["notes"]), ""]
        if part["more"]:
            lines += [f"[All {part['words']}]({part['href']})", ""]
    return "\n".join(lines)


def _lines(notes: Sequence[dict[str, Any]]) -> list[str]:
    return [f"- [{note['title']}]({note['href']}), {day(note['updated'] or note['published'])}" for note in notes]


def _flat(note: Card) -> dict[str, Any]:
    row = card(note)
    names = ("id", "kind", "title", "href", "status", "published", "updated", "figures", "citations")
    return {**{name: row[name] for name in names}, "resolved": note.health.resolved, "tags": " ".join(note.tags)}


def _brains(site: Site) -> Iterator[dict[str, str]]:
    return ({"handle": handle} for handle in site.contributors)


def _sections(site: Site) -> Iterator[dict[str, str]]:
    for handle in site.contributors:
        for kind in site.counts(contributor=handle):
            if kind in SECTIONS:
                yield {"handle": handle, "kind": kind}


ROUTES = [Route("/@{handle}", brain, _brains), Route("/@{handle}/{kind}", section, _sections)]
