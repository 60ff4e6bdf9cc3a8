"""Tags: all of them as a table, and each with its notes, the tags that stand beside it, and what may be the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rackmath.errors import suggest
from rackmath.web.cards import card
from rackmath.web.lists import address, cut, once
from rackmath.web.memo import kept_page, remembered
from rackmath.web.numbers import plural
from rackmath.web.page import day
from rackmath.web.pages import Asked, Moved, NotFound, Page, Route
from rackmath.web.pages.feeds import feed_links

if TYPE_CHECKING:
    from rackmath.brain.entries import TagEntry
    from rackmath.brain.site import Site

SIZE = 100
ORDERS = {"used": "most used", "name": "A to Z", "single": "used once"}


def tag_path(slug: str) -> str:
    """Return the address of a tag."""
    return f"/tag/{quote(slug, safe='-_.~')}"


@kept_page
def tags(site: Site, asked: Asked) -> Page:
    """List the tags: ``?sort=`` used, name or single; ``?under=`` keeps those whose name begins with a text."""
    found = remembered(site, "tags", lambda: sorted(site.tags(), key=lambda tag: (-tag.count, tag.slug)))
    order, begin = asked.get("sort") or "used", asked.get("under").casefold()[:40]
    if order not in ORDERS:
        raise NotFound(f"tags cannot be sorted by {order!r}; use used, name or single")
    single = [tag for tag in found if tag.count == 1]
    shown = single if order == "single" else [tag for tag in found if tag.count > 1] if order == "used" else found
    if begin:
        shown = [tag for tag in found if tag.slug.startswith(begin) or tag.name.casefold().startswith(begin)]
    if order != "used" or begin:
        shown = sorted(shown, key=lambda tag: tag.slug)
    part = cut(asked, len(shown), SIZE)
    query = {"sort": "" if order == "used" else order, "under": begin}
    proposed = [(tag, other) for tag in found for other in tag.proposed]
    data = {
        "total": len(found),
        "single": len(single),
        "order": order,
        "under": begin,
        "orders": [
            {"name": name, "words": words, "here": name == order and not begin, "href": address("/tags", sort=key)}
            for name, words in ORDERS.items()
            for key in ["" if name == "used" else name]
        ],
        "tags": [_row(tag) for tag in shown[part.start : part.end]],
        "list": part.data("/tags", query),
        "letters": _letters(found, begin),
        "proposed": [_proposal(site, tag.slug, other) for tag, other in proposed[:12]],
        "proposals": len(proposed),
    }
    return Page(
        path="/tags",
        template="site/tags.html",
        title="Tags",
        description=f"{plural(len(found), 'tag')}, {len(single)} of them used once.",
        data=data,
        markdown=_tags_markdown(found, len(single)),
        rows=[
            {
                "slug": tag.slug,
                "name": tag.name,
                "notes": tag.count,
                "parent": tag.parent,
                "aliases": " ".join(tag.aliases),
            }
            for tag in found
        ],
    )


@kept_page
def tag(site: Site, asked: Asked, *, slug: str) -> Page:
    """Show a tag's notes, newest first, and its company."""
    entry = site.tag(slug)
    if entry is None:
        near = suggest(slug, [known.slug for known in site.tags()])
        raise NotFound(f"there is no tag {slug!r}{near}; see /tags")
    if entry.slug != slug:  # another spelling, or one merged into this
        raise Moved(tag_path(entry.slug))
    path = tag_path(slug)
    part = cut(asked, entry.count)
    notes = site.notes(tag=slug, limit=part.end - part.start, offset=part.start) if entry.count else []
    data = {
        **_row(entry),
        "spellings": list(entry.spellings),
        "parent": _named(site, entry.parent) if entry.parent else None,
        "children": [_named(site, child) for child in entry.children],
        "company": [
            {**_named(site, other), "together": count, "jaccard": round(share, 3)}
            for other, count, share in entry.company
        ],
        "proposed": [_proposal(site, entry.slug, other) for other in entry.proposed],
        "notes": [card(note) for note in notes],
        "list": part.data(path, {}),
        "updated": str(notes[0].updated or notes[0].published) if notes else "",
    }
    return Page(
        path=path,
        template="site/tag.html",
        title=f"#{entry.name}",
        description=f"{plural(entry.count, 'note')} tagged {entry.name}.",
        data=data,
        markdown=_tag_markdown(data),
        rows=[
            {name: note[name] for name in ("id", "kind", "title", "href", "published", "updated")}
            for note in data["notes"]
        ],
        feeds=feed_links(f"tag/{slug}", f"Notes tagged {entry.name}"),
    )


def _row(entry: TagEntry) -> dict[str, Any]:
    return {
        "slug": entry.slug,
        "name": entry.name,
        "href": tag_path(entry.slug),
        "count": entry.count,
        "aliases": list(entry.aliases),
        "parent_slug": entry.parent,
        "beside": [{"slug": slug, "href": tag_path(slug)} for slug, _, _ in entry.company[:3]],
        "proposals": len(entry.proposed),
    }


def _named(site: Site, slug: str) -> dict[str, str]:
    return {"slug": slug, "name": site.tag_name(slug), "href": tag_path(slug)}


def _proposal(site: Site, slug: str, other: tuple[str, str, float]) -> dict[str, Any]:
    into, evidence, confidence = other
    return {
        "from": _named(site, slug),
        "into": _named(site, into),
        "evidence": evidence,
        "confidence": round(confidence, 2),
        "merge": f"{tag_path(slug)}/merge?into={quote(into, safe='')}",
    }


def _letters(found: Sequence[TagEntry], begin: str) -> list[dict[str, Any]]:
    first: dict[str, int] = {}
    for entry in found:
        letter = entry.slug[:1]
        first[letter] = first.get(letter, 0) + 1
    return [
        {"letter": letter, "count": count, "here": letter == begin, "href": address("/tags", sort="name", under=letter)}
        for letter, count in sorted(first.items())
    ]


def _tags_markdown(found: Sequence[TagEntry], single: int) -> str:
    lines = ["# Tags", "", f"{plural(len(found), 'tag')}; {single} of them used once.", ""]
    return "\n".join([*lines, *(f"- [{entry.name}]({tag_path(entry.slug)}): {entry.count}" for entry in found)]) + "\n"


def _tag_markdown(data: dict[str, Any]) -> str:
    lines = [f"# #{data['name']}", "", plural(data["count"], "note") + ".", ""]
    lines += [
        f"- [{note['title']}]({note['href']}), {day(note['updated'] or note['published'])}" for note in data["notes"]
    ]
    if data["company"]:
        lines += ["", "## Often beside it", ""]
        lines += [f"- [{other['name']}]({other['href']}): {other['together']} together" for other in data["company"]]
    return "\n".join(lines) + "\n"


def _each(site: Site) -> Iterator[dict[str, str]]:
    return ({"slug": entry.slug} for entry in site.tags())


ROUTES = [Route("/tags", tags, once), Route("/tag/{slug}", tag, _each)]
