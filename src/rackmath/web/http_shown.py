"""Show a page, or what went wrong, as the server does: with its files, its links and its words for each error."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rackmath.errors import RackmathError
from rackmath.web.http_answers import page_answer, problem_answer, wants_json
from rackmath.web.http_guard import Refused, failed
from rackmath.web.pages import Asked, NotFound, Page
from rackmath.web.site_render import Assets, Link, same
from rackmath.web.static_files import static_files
from rackmath.web.work import NotAllowed, SignIn, Work

if TYPE_CHECKING:
    from starlette.responses import Response

    from rackmath.web.http_caller import Caller

PRIVATE = ("/write", "/in", "/out", "/review", "/proposals")
"""Beginnings of addresses that belong to who is signed in: never kept, never of another day."""

NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store"}


def shown(work: Work, page: Page, asked: Asked, headers: Mapping[str, str] = NO_STORE, twin: str = "") -> Response:
    """Return a page as an answer."""
    return page_answer(page, asked, twin, _assets(work.assets, page), headers, _dated(asked.as_of))


def went_wrong(work: Work, caller: Caller, problem: Exception, asked: Asked | None) -> Response:
    """Return the answer to a view or a form that raised; what nobody foresaw goes to the log under a number."""
    headers: Iterable[tuple[str, str]] = ()
    match problem:
        case Refused():
            status, reason, headers = problem.status, problem.reason, problem.headers
        case NotFound():
            status, reason = 404, str(problem)
        case NotAllowed() | SignIn():
            status, reason = 403, str(problem)
        case RackmathError():
            status, reason = 400, " ".join(str(problem).split())[:1000]
        case _:
            status, reason = 500, failed({"method": caller.method, "path": caller.path})
    return problem_told(work, caller, status, reason, asked, headers)


def problem_told(
    work: Work,
    caller: Caller,
    status: int,
    reason: str,
    asked: Asked | None = None,
    headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """Return an error as a page, or as JSON for a program."""
    return problem_answer(
        caller.plain_path,
        status,
        reason,
        asked=asked,
        assets=work.assets,
        as_json=wants_json(caller.path, caller.headers.get("accept", "")),
        headers=headers,
    )


def _assets(assets: Assets, page: Page) -> Assets:
    """Return the assets of a page: the editor's script is loaded by the editor alone."""
    if page.template != "site/write/edit.html":
        return assets
    return replace(assets, scripts=(*assets.scripts, static_files()["editor.js"].path))


def _dated(day: datetime.date | None) -> Link:
    """Return what makes a link: as it is or, on a page of the past, to the same day."""
    if day is None:
        return same

    def link(path: str) -> str:
        base, mark, fragment = path.partition("#")
        if base.startswith(("/static/", "/feeds/", *PRIVATE)) or "as_of=" in base:
            return path
        return f"{base}{'&' if '?' in base else '?'}as_of={day.isoformat()}{mark}{fragment}"

    return link
