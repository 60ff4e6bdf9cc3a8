"""Merge one tag into another, or rename it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from rackmath.brain.tag_merge import plan_merge
from rackmath.errors import RackmathError
from rackmath.web.numbers import plural
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.work import Action, Doing, Failed, Go
from rackmath.web.writing import desk_of, own_library, seen

if TYPE_CHECKING:
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site

OFFERED = 12
"""Tags that are offered as the one to stay."""


def form(site: Site, asked: Asked, *, slug: str) -> Page:
    """Ask which tag stays."""
    return _page(own_library(site, asked, "admin"), slug, asked.get("into")[:100], "", 200)


def merge(doing: Doing, *, slug: str) -> Page | Go:
    """Show what a merge would change; with ``do=merge``, do it."""
    library = own_library(doing.site, doing.asked, "admin")
    into = doing.form.get("into").strip()[:100]
    try:
        plan = plan_merge(library, slug, into)
        if doing.form.get("do") != "merge":
            told = f"{plural(len(plan.notes), 'note')} would say “{plan.target}” instead of “{plan.source}”"
            if plan.skipped:
                told += (
                    f"; {plural(len(plan.skipped), 'note')} cannot be changed by a program and keep the old spelling"
                )
            return _page(library, slug, into, "", 200, told)
        desk = desk_of(doing.work, library, doing.asked)
        desk.vault.write_many(plan.changes, message=plan.words, kind="minor")
    except RackmathError as problem:
        raise Failed(_page(library, slug, into, str(problem), 422)) from None
    seen(library, [path for path, _, _ in plan.changes])
    return Go(f"/tag/{quote(plan.target)}", f"Merged: {plan.words}.")


def _page(library: Library, slug: str, into: str, problem: str, status: int, told: str = "") -> Page:
    tag = library.tag(slug)
    if tag is None:
        raise NotFound(f"no note of your brain has the tag {slug!r}")
    near = [*(name for name, *_ in tag.proposed), *(name for name, *_ in tag.company)]
    return Page(
        path=f"/tag/{quote(slug)}/merge",
        template="site/write/tag_merge.html",
        title=f"Merge the tag {tag.name}",
        data={
            "slug": slug,
            "name": tag.name,
            "count": tag.count,
            "into": into,
            "near": [name for name in dict.fromkeys(near) if name != tag.slug][:OFFERED],
            "problem": problem,
            "told": told,
        },
        status=status,
        styles=("write.css",),
        index=False,
    )


ROUTES = [Route("/tag/{slug}/merge", form)]
ACTIONS = [Action("/tag/{slug}/merge", merge, scope="admin")]
