"""Answer requests for pages and sent forms: find the view, ask it in a thread, and answer as the browser wants it."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rackmath import __version__
from rackmath.errors import RackmathError
from rackmath.web.charts.svg import Svg
from rackmath.web.documents import document
from rackmath.web.http_answers import TYPES, etag, known, page_answer, problem_answer, wants_json
from rackmath.web.http_forms import CSRF_FIELD, CSRF_HEADER, Form, check_origin, read_form, safe_next
from rackmath.web.http_guard import Refused, failed
from rackmath.web.pages import Asked, Found, Moved, NotFound, Page, Viewer, find
from rackmath.web.sessions import LIFE, Session
from rackmath.web.site_render import Link, same
from rackmath.web.static_files import build, static_files
from rackmath.web.work import Action, Doing, Failed, Go, NotAllowed, SignIn, Work, find_action

MOST_QUESTIONS = 60
"""Fields that a query may have."""

_PRIVATE = ("/write", "/in", "/review", "/proposals")

log = logging.getLogger("rackmath.web")


@dataclass(frozen=True, slots=True)
class Caller:
    """What a request says about who sends it, read before a thread takes over."""

    path: str  # as requested, still quoted
    query: str
    head: bool
    headers: Mapping[str, str]
    scheme: str
    address: str
    cookie: str
    port: int


class Pages:
    """The pages of one running site."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def read(self, request: Request) -> Response:
        """Answer GET and HEAD."""
        answer = await run_in_threadpool(self._read, _caller(request))
        return _bare(answer) if request.method == "HEAD" else answer

    async def act(self, request: Request) -> Response:
        """Answer POST: a sent form."""
        caller = _caller(request)
        found = find_action(unquote(caller.path))
        if found is None:
            status = 405 if find(caller.path) else 404
            return self._problem(
                caller, status, "nothing can be sent to this address", headers=[("Allow", "GET, HEAD")]
            )
        check_origin(request.headers, request.url.scheme)
        form = await read_form(request)
        return await run_in_threadpool(self._act, caller, form, *found)

    # --- reading -------------------------------------------------------------------------------------------------

    def _read(self, caller: Caller) -> Response:
        session, asked = None, None
        try:
            session = self._session(caller)
            asked = self._asked(caller, session)
            found = find(caller.path)
            if found is None:
                return self._document(caller)
            return self._found(caller, found, asked, session)
        except Moved as moved:
            query = f"?{caller.query}" if caller.query else ""
            return RedirectResponse(_local(moved.path) + query, 301, {"Cache-Control": "no-cache"})
        except SignIn:
            target = caller.path + (f"?{caller.query}" if caller.query else "")
            return RedirectResponse(f"/in?next={quote(target, safe='/')}", 303, {"Cache-Control": "no-store"})
        except NotFound as problem:
            return self._problem(caller, 404, str(problem), asked)
        except NotAllowed as problem:
            return self._problem(caller, 403, str(problem), asked)
        except Refused as problem:
            return self._problem(caller, problem.status, problem.reason, asked, problem.headers)
        except RackmathError as problem:
            return self._problem(caller, 400, _one_line(problem), asked)
        except Exception:
            return self._problem(caller, 500, failed({"method": "GET", "path": caller.path}), asked)

    def _found(self, caller: Caller, found: Found, asked: Asked, session: Session | None) -> Response:
        private = session is not None or found.route.pattern.startswith(_PRIVATE)
        said = session.heard() if session is not None and not found.twin else ""
        tag = etag(
            __version__,
            build(),
            self._work.site.generation,
            caller.path,
            caller.query,
            asked.today,
            session.mark if session else "",
            sorted(asked.viewer.scopes) if asked.viewer else (),
        )
        headers = {
            "Vary": "Cookie, Accept-Encoding",
            "Cache-Control": "no-store"
            if found.route.pattern.startswith(_PRIVATE)
            else "private, no-cache"
            if private
            else "no-cache",
        }
        if not said and headers["Cache-Control"] != "no-store":
            headers["ETag"] = tag
            if known(caller.headers.get("if-none-match", ""), tag):
                return Response(status_code=304, headers=headers)
        if said and asked.viewer:
            asked = replace(asked, viewer=replace(asked.viewer, said=said))
        site = self._work.site_at(asked.as_of)
        with site.reading():
            page = found.route.view(site, asked, **found.parts)
        return self._shown(page, asked, found.twin, headers)

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

    def _shown(self, page: Page, asked: Asked, twin: str, headers: Mapping[str, str]) -> Response:
        return page_answer(page, asked, twin, assets_for(self._work.assets, page), headers, _dated(asked.as_of))

    # --- forms ---------------------------------------------------------------------------------------------------

    def _act(self, caller: Caller, form: Form, action: Action, parts: dict[str, str]) -> Response:
        asked: Asked | None = None
        try:
            session = self._session(caller)
            asked = self._asked(caller, session)
            doing = Doing(self._work, asked, form, session, caller.address)
            done = self._done(doing, caller, action, parts)
            if isinstance(done, Go):
                if done.session is not None and caller.cookie:
                    self._work.sessions.end(caller.cookie)
                elif done.said and session is not None:
                    session.say(done.said)
                answer: Response = RedirectResponse(_local(done.path), 303, {"Cache-Control": "no-store"})
                self._remember(answer, caller, done.session)
                return answer
            if isinstance(done, Svg):
                return Response(done.encode(), headers={"Cache-Control": "no-store"}, media_type=TYPES[""])
            return self._shown(done, asked, "", {"Cache-Control": "no-store"})
        except Failed as problem:
            return self._shown(problem.page, asked or Asked(), "", {"Cache-Control": "no-store"})
        except (NotFound, Moved) as problem:
            return self._problem(caller, 404, str(problem), asked)
        except (NotAllowed, SignIn) as problem:
            return self._problem(caller, 403, str(problem), asked)
        except Refused as problem:
            return self._problem(caller, problem.status, problem.reason, asked, problem.headers)
        except RackmathError as problem:
            return self._problem(caller, 400, _one_line(problem), asked)
        except Exception:
            return self._problem(caller, 500, failed({"method": "POST", "path": caller.path}), asked)

    def _done(self, doing: Doing, caller: Caller, action: Action, parts: dict[str, str]) -> Page | Go | Svg:
        if action.scope:
            reason = ""
            if doing.session is None:
                reason = "you are not signed in (any more)"
            elif doing.session.forged(doing.form.get(CSRF_FIELD) or caller.headers.get(CSRF_HEADER, "")):
                reason = "this form was made before you signed in; look at it and send it again"
            if reason:
                if action.unsigned is None:
                    raise NotAllowed(reason)
                return action.unsigned(doing, reason, **parts)
            viewer = doing.asked.viewer
            if viewer is None or action.scope not in viewer.scopes:
                raise NotAllowed(f"your token does not allow this; it needs the scope '{action.scope}'")
        return action.do(doing, **parts)

    # --- who and what --------------------------------------------------------------------------------------------

    def _session(self, caller: Caller) -> Session | None:
        return self._work.sessions.find(caller.cookie) if caller.cookie else None

    def _asked(self, caller: Caller, session: Session | None) -> Asked:
        try:
            pairs = parse_qsl(caller.query, keep_blank_values=True, max_num_fields=MOST_QUESTIONS)
        except ValueError:
            raise Refused(400, f"a query has at most {MOST_QUESTIONS} fields") from None
        params: dict[str, str] = {}
        lists: dict[str, list[str]] = {}
        for name, value in pairs:
            params.setdefault(name, value)
            lists.setdefault(name, []).append(value)
        return Asked(
            params=params,
            lists={name: values for name, values in lists.items() if len(values) > 1},
            today=self._work.clock().date(),
            as_of=_day(params.get("as_of", "")),
            viewer=self._viewer(session) if session else None,
            drafts=session is not None,
        )

    def _viewer(self, session: Session) -> Viewer:
        token = session.token
        person = self._work.site.contributors.get(token.handle)
        return Viewer(
            handle=token.handle,
            name=person.name if person else "",
            scopes=token.scopes,
            csrf=session.csrf(),
            brain=token.brain,
        )

    def _remember(self, answer: Response, caller: Caller, name: str | None) -> None:
        """Set or take back the cookie that names the session."""
        if name is None:
            return
        secure = caller.scheme == "https"
        answer.set_cookie(
            cookie_name(caller.scheme, caller.port),
            name,
            max_age=int(LIFE.total_seconds()) if name else 0,
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )

    def _problem(
        self, caller: Caller, status: int, reason: str, asked: Asked | None = None, headers: Any = ()
    ) -> Response:
        as_json = wants_json(caller.path, caller.headers.get("accept", ""))
        return problem_answer(
            _plain_path(caller.path),
            status,
            reason,
            asked=asked,
            assets=self._work.assets,
            as_json=as_json,
            headers=headers,
        )


def _dated(day: datetime.date | None) -> Link:
    """Return what makes a link: as it is or, on a page of the past, to the same day."""
    if day is None:
        return same

    def link(path: str) -> str:
        base, fragment_mark, fragment = path.partition("#")
        if base.startswith(("/static/", "/feeds/", *_PRIVATE)) or "as_of=" in base:
            return path
        return f"{base}{'&' if '?' in base else '?'}as_of={day.isoformat()}{fragment_mark}{fragment}"

    return link


def cookie_name(scheme: str, port: int) -> str:
    """Return the cookie's name: browsers keep one jar for all ports of a host, so each server has a name of its own."""
    return "__Host-rackmath" if scheme == "https" else f"rackmath-{port}"


def assets_for(assets: Any, page: Page) -> Any:
    """Return the assets of a page: the editor's script is loaded by the editor alone."""
    if page.template != "site/write/edit.html":
        return assets
    return replace(assets, scripts=(*assets.scripts, static_files()["editor.js"].path))


def _caller(request: Request) -> Caller:
    scope = request.scope
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    host = request.headers.get("host", "").rpartition(":")[2]
    scheme = request.url.scheme
    port = int(host) if host.isdigit() and len(host) <= 5 else (443 if scheme == "https" else 80)
    return Caller(
        path=raw.decode("ascii", "replace"),
        query=scope["query_string"].decode("ascii", "replace"),
        head=request.method == "HEAD",
        headers=request.headers,
        scheme=scheme,
        address=request.client.host if request.client else "",
        cookie=request.cookies.get(cookie_name(scheme, port), "")[:200],
        port=port,
    )


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        if len(text) != 10:
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused(400, f"as_of={text[:20]!r} is not a day; write it as 2026-11-22") from None


def _local(path: str) -> str:
    """Return a path as the value of ``Location``; never a host."""
    return safe_next(quote(path, safe="/-_.~@%!$&'()*+,;=:?#"))


def _plain_path(path: str) -> str:
    return "/" + unquote(path).lstrip("/")[:200]


def _one_line(problem: RackmathError) -> str:
    return " ".join(str(problem).split())[:1000]


def _bare(answer: Response) -> Response:
    """Return an answer to HEAD: the headers of GET, no body."""
    answer.body = b""
    return answer
