"""What a request says: who asks, in which session, for which day and with which questions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote

from rackmath.web.http_forms import safe_next
from rackmath.web.http_guard import Refused
from rackmath.web.pages import Asked, Viewer

if TYPE_CHECKING:
    from starlette.requests import Request

    from rackmath.web.sessions import Session
    from rackmath.web.work import Work

MOST_QUESTIONS = 120
"""Fields that a query may have."""

_IN_A_PATH = "/-_.~@%!$&'()*+,;=:?#"


@dataclass(frozen=True, slots=True)
class Caller:
    """A request, read before a thread takes over. `path` and `query` are as requested, still quoted."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    scheme: str
    address: str
    cookie: str
    port: int

    @property
    def plain_path(self) -> str:
        """The path unquoted and cut, for a page that says what is wrong with it."""
        return "/" + unquote(self.path).lstrip("/")[:200]


def caller_of(request: Request) -> Caller:
    """Return what is needed of a request."""
    scope = request.scope
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    port = request.headers.get("host", "").rpartition(":")[2]
    scheme = request.url.scheme
    number = int(port) if port.isdigit() and len(port) <= 5 else (443 if scheme == "https" else 80)
    return Caller(
        method=request.method,
        path=raw.decode("ascii", "replace"),
        query=scope["query_string"].decode("ascii", "replace"),
        headers=request.headers,
        scheme=scheme,
        address=request.client.host if request.client else "",
        cookie=request.cookies.get(cookie_name(scheme, number), "")[:200],
        port=number,
    )


def cookie_name(scheme: str, port: int) -> str:
    """Return the cookie's name: browsers keep one jar for all ports of a host, so each server has a name of its own."""
    return "__Host-rackmath" if scheme == "https" else f"rackmath-{port}"


def session_of(work: Work, caller: Caller) -> Session | None:
    """Return the open session that the caller's cookie names."""
    return work.sessions.find(caller.cookie) if caller.cookie else None


def asked_of(work: Work, caller: Caller, session: Session | None) -> Asked:
    """Return what was asked beside the address.

    Raises
    ------
    Refused
        The query has too many fields, or names a day that is none.
    """
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
        today=work.clock().date(),
        as_of=_day(params.get("as_of", "")),
        viewer=_viewer(work, session) if session else None,
        drafts=session is not None,
    )


def local(path: str) -> str:
    """Return a path as the value of ``Location``; never a host."""
    return safe_next(quote(path, safe=_IN_A_PATH))


def _viewer(work: Work, session: Session) -> Viewer:
    token = session.token
    person = work.site.people.get(token.handle)
    return Viewer(
        handle=token.handle,
        name=person.name if person else "",
        scopes=token.scopes,
        csrf=session.csrf(),
        brain=token.brain,
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
