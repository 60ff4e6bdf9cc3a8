"""Turn pages and problems into answers: HTML or a twin, with the headers that let a browser keep what is still true."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from starlette.responses import Response

from rackmath.web.pages import TWINS, Asked, NotFound, Page
from rackmath.web.site_render import Assets, Link, render_page, same, twin_text

TYPES = {
    "": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
TITLES = {
    400: "That cannot be read",
    401: "Sign in first",
    403: "That is not allowed",
    404: "There is no such page",
    405: "That cannot be done here",
    408: "Too slow",
    409: "Somebody else was faster",
    413: "Too large",
    414: "Too long an address",
    415: "Not a form",
    421: "Not under this name",
    422: "That does not fit",
    429: "Too many attempts",
    431: "Too many headers",
    500: "Something went wrong",
    503: "Not just now",
}
_IN_A_PATH = "/-_.~@%!$&'()*+,;=:"


def page_answer(
    page: Page, asked: Asked, twin: str, assets: Assets, headers: Mapping[str, str], link: Link = same
) -> Response:
    """Return a page as HTML or as one of its twins.

    Raises
    ------
    NotFound
        The page has no such twin.
    """
    if twin and not page.twin(twin):
        raise NotFound(f"this page has no .{twin}; it has {' and '.join(_others(page)) or 'no twin'}")
    body = twin_text(page, twin) if twin else render_page(page, asked, link, assets)
    return Response(
        body.encode("utf-8", "replace"),
        page.status,
        {**headers, "Link": link_header(page, twin, assets.origin)},
        media_type=TYPES[twin],
    )


def link_header(page: Page, twin: str, origin: str) -> str:
    """Return the canonical address, the other forms and the further relations of a page as a ``Link`` header."""
    links = [f'<{origin}{_quoted(page.path)}>; rel="canonical"']
    for kind in ("", *_others(page)):
        if kind != twin:
            path = page.twin(kind) if kind else page.path
            links.append(f'<{_quoted(path)}>; rel="alternate"; type="{TYPES[kind].partition(";")[0]}"')
    links += [f'<{_quoted(path)}>; rel="{relation}"' for relation, path in page.links if relation.isascii()]
    return ", ".join(links)


def _others(page: Page) -> list[str]:
    return [kind for kind in TWINS if page.twin(kind)]


def _quoted(path: str) -> str:
    base, mark, query = path.partition("?")
    return quote(base, safe=_IN_A_PATH) + mark + quote(query, safe=_IN_A_PATH + "?")


def etag(*parts: object) -> str:
    """Return a weak ETag of everything that a page depends on."""
    return f'W/"{hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:24]}"'


def known(tags: str, current: str) -> bool:
    """Whether an ``If-None-Match`` header names the current ETag."""
    opaque = current.removeprefix("W/")
    return any(each.strip().removeprefix("W/") in {opaque, "*"} for each in tags[:4000].split(","))


def problem_page(path: str, status: int, reason: str) -> Page:
    """Return the page that says what went wrong."""
    title = TITLES.get(status, "That did not work")
    return Page(
        path=path,
        template="site/write/problem.html",
        title=title,
        data={"error": {"status": status, "title": title, "message": reason}},
        markdown=f"# {title}\n\n{reason}\n",
        status=status,
        index=False,
        twinned=False,
    )


def problem_answer(
    path: str,
    status: int,
    reason: str,
    *,
    asked: Asked | None = None,
    assets: Assets | None = None,
    as_json: bool = False,
    headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """Return what went wrong as a page, or as JSON for a program."""
    page = problem_page(path, status, reason)
    shown = twin_text(page, "json") if as_json else render_page(page, asked or Asked(), assets=assets)
    return Response(
        shown.encode("utf-8", "replace"),
        status,
        {"Cache-Control": "no-store", **dict(headers)},
        media_type=TYPES["json" if as_json else ""],
    )


def wants_json(path: str, accept: str) -> bool:
    """Whether a problem is told to a program: under /api, at a ``.json`` twin, or when only JSON is accepted."""
    return path.startswith("/api") or path.endswith(".json") or ("json" in accept and "html" not in accept)
