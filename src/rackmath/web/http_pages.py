"""Answer requests for pages: find the view, ask it in a thread, and send nothing that the browser has already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rackmath import __version__
from rackmath.web.audited import state_of
from rackmath.web.documents import document
from rackmath.web.http_answers import etag, known
from rackmath.web.http_caller import Caller, asked_of, caller_of, local, session_of
from rackmath.web.http_kept import Finished, Kept
from rackmath.web.http_shown import NO_STORE, PRIVATE, shown, went_wrong
from rackmath.web.pages import Asked, Found, Moved, NotFound, find
from rackmath.web.sessions import Session
from rackmath.web.static_files import build
from rackmath.web.work import SignIn, Work

GATHERING = ("/", "/tags", "/q", "/models", "/audit")
"""Pages whose making takes long in a large brain."""


class Pages:
    """The pages of one running site."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._kept = Kept()

    async def __call__(self, request: Request) -> Response:
        """Answer GET and HEAD."""
        answer = await run_in_threadpool(self._read, caller_of(request))
        if request.method == "HEAD":
            answer.body = b""
        return answer

    def warm(self) -> None:
        """Make the pages ahead that gather the whole site, so that no reader waits for what they compute."""
        for path in GATHERING:
            self._read(Caller("GET", path, "", {}, "http", "", "", 80))

    def _read(self, caller: Caller) -> Response:
        asked: Asked | None = None
        try:
            session = session_of(self._work, caller)
            asked = asked_of(self._work, caller, session)
            found = find(caller.path)
            if found is None:
                return self._document(caller)
            if found.route.pattern.startswith(PRIVATE):
                return self._fresh(found, _told(asked, session), NO_STORE)
            return self._page(caller, found, asked, session)
        except Moved as moved:
            query = f"?{caller.query}" if caller.query else ""
            return RedirectResponse(local(moved.path) + query, 301, {"Cache-Control": "no-cache"})
        except SignIn:
            target = caller.path + (f"?{caller.query}" if caller.query else "")
            return RedirectResponse(f"/in?next={quote(target, safe='/')}", 303, NO_STORE)
        except Exception as problem:
            return went_wrong(self._work, caller, problem, asked)

    def _page(self, caller: Caller, found: Found, asked: Asked, session: Session | None) -> Response:
        """Answer with a reading page: not at all if the browser has it, from what is kept, or made anew."""
        told = asked if found.twin else _told(asked, session)
        if told is not asked:  # it says something that only this answer says
            return self._fresh(found, told, NO_STORE)
        tag = etag(
            __version__,
            build(),
            self._work.site.generation,
            state_of(self._work.site, asked.today),
            caller.path,
            caller.query,
            asked.today,
            session.mark if session else "",
            sorted(asked.viewer.scopes) if asked.viewer else (),
        )
        headers = {
            "ETag": tag,
            "Vary": "Cookie, Accept-Encoding",
            "Cache-Control": "private, no-cache" if session else "no-cache",
        }
        if known(caller.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        if session is not None:
            return self._fresh(found, asked, headers)
        kept = self._kept.get(tag)
        if kept is not None:
            return Response(kept.body, headers=kept.headers)
        answer = self._fresh(found, asked, headers)
        if answer.status_code == 200:
            self._kept.put(tag, Finished(bytes(answer.body), dict(answer.headers)))
        return answer

    def _fresh(self, found: Found, asked: Asked, headers: Mapping[str, str]) -> Response:
        site = self._work.site_at(asked.as_of)
        with site.reading():
            page = found.route.view(site, asked, **found.parts)
        return shown(self._work, page, asked, headers, found.twin)

    def _document(self, caller: Caller) -> Response:
        """Answer with a feed, the sitemap or another document of the site, if one stands there."""
        site = self._work.site
        tag = etag(__version__, site.generation, caller.path)
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if known(caller.headers.get("if-none-match", ""), tag):  # only what was there had such a tag
            return Response(status_code=304, headers=headers)
        with site.reading():
            found = document(site, caller.path, self._work.assets.origin)
        if found is None:
            raise NotFound("nothing is kept at this address")
        return Response(found.body, headers=headers, media_type=found.type)


def _told(asked: Asked, session: Session | None) -> Asked:
    """Return what was asked with the line that the last form left for this page, if it left one."""
    said = session.heard() if session is not None else ""
    return replace(asked, viewer=replace(asked.viewer, said=said)) if said and asked.viewer else asked
