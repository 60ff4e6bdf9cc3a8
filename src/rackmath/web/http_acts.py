"""Answer sent forms: see that they come from a page and a session of ours, then do what they ask."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rackmath.web.charts.svg import Svg
from rackmath.web.http_answers import TYPES
from rackmath.web.http_caller import Caller, asked_of, caller_of, cookie_name, local, session_of
from rackmath.web.http_forms import CSRF_FIELD, CSRF_HEADER, Form, check_origin, read_form
from rackmath.web.http_shown import NO_STORE, problem_told, shown, went_wrong
from rackmath.web.pages import Asked, Moved, NotFound, Page, find
from rackmath.web.sessions import LIFE
from rackmath.web.work import Action, Doing, Failed, Go, NotAllowed, Work, find_action


class Acts:
    """The forms of one running site."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def __call__(self, request: Request) -> Response:
        """Answer POST."""
        caller = caller_of(request)
        found = find_action(unquote(caller.path))
        if found is None:
            status = 405 if find(caller.path) else 404
            allow = [("Allow", "GET, HEAD")] if status == 405 else []
            return problem_told(self._work, caller, status, "nothing can be sent to this address", headers=allow)
        check_origin(request.headers, request.url.scheme)
        form = await read_form(request, found[0].files)
        return await run_in_threadpool(self._act, caller, form, *found)

    def _act(self, caller: Caller, form: Form, action: Action, parts: dict[str, str]) -> Response:
        asked: Asked | None = None
        try:
            session = session_of(self._work, caller)
            asked = asked_of(self._work, caller, session)
            doing = Doing(self._work, asked, form, session, caller.address)
            done = _done(doing, caller, action, parts)
            if isinstance(done, Go):
                return self._gone(caller, done, doing)
            if isinstance(done, Svg):
                return Response(done.encode(), headers=NO_STORE, media_type=TYPES[""])
            return shown(self._work, done, asked)
        except Failed as problem:
            return shown(self._work, problem.page, asked or Asked())
        except Moved as problem:
            return went_wrong(self._work, caller, NotFound(str(problem)), asked)
        except Exception as problem:
            return went_wrong(self._work, caller, problem, asked)

    def _gone(self, caller: Caller, done: Go, doing: Doing) -> Response:
        """Send the browser on, and set or take back the cookie that names its session."""
        answer = RedirectResponse(local(done.path), 303, NO_STORE)
        if done.said and doing.session is not None:
            doing.session.say(done.said)
        if done.session is not None:
            self._work.sessions.end(caller.cookie)  # the one before this, too: a new one is begun under a new name
            answer.set_cookie(
                cookie_name(caller.scheme, caller.port),
                done.session,
                max_age=int(LIFE.total_seconds()) if done.session else 0,
                path="/",
                secure=caller.scheme == "https",
                httponly=True,
                samesite="strict",
            )
        return answer


def _done(doing: Doing, caller: Caller, action: Action, parts: dict[str, str]) -> Page | Go | Svg:
    """Do what a form asks, if it carries the secret of its session and the token allows it."""
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
