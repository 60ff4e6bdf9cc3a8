"""What the writing side of the site works with: the open site, who is signed in, and what a sent form does.

Reading pages know nothing of this. A page that changes something adds `Action`s to its module, in a list ``ACTIONS``;
the server sees to the session, the form's secret and the scope before the action is asked to do anything.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from rackmath.errors import RackmathError
from rackmath.web import pages
from rackmath.web.access import Clock, Tokens, utc_now
from rackmath.web.charts.svg import Svg
from rackmath.web.http_forms import Form
from rackmath.web.http_guard import Refused
from rackmath.web.pages import Asked, NotFound, Page, Route
from rackmath.web.sessions import Failures, Session, Sessions
from rackmath.web.site_render import Assets

if TYPE_CHECKING:
    from rackmath.brain.site import Site


MOST_DAYS = 4
"""Days of the past that are kept open at the same time."""


PATIENCE = 5.0
"""Seconds that a request waits while the brain of a past day is put together for another."""


class SignIn(RackmathError):
    """The page is for contributors who are signed in."""


class NotAllowed(RackmathError):
    """The token of who is signed in does not allow this; the message says which scope does."""


class Failed(RackmathError):
    """A form did not do what it should: status, and a page that says why and holds what was typed."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.title)
        self.page = page


@dataclass
class Work:
    """One running site."""

    site: Site
    tokens: Tokens
    sessions: Sessions
    failures: Failures
    assets: Assets
    clock: Clock = utc_now
    _past: OrderedDict[tuple[date, object], Site] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def site_at(self, day: date | None) -> Site:
        """Return the site as it was at the end of a day, or as it is now. The last few days asked for stay open."""
        if day is None or day >= self.clock().date():
            return self.site
        from rackmath.brain.asof import as_of  # noqa: PLC0415
        from rackmath.brain.site import Site  # noqa: PLC0415

        key = (day, self.site.generation)
        if not self._lock.acquire(timeout=PATIENCE):
            raise Refused(503, "the brain of another day is being put together; try again", [("Retry-After", "10")])
        try:
            found = self._past.pop(key, None)
            if found is None:
                paths, told = [], []
                for library in self.site.libraries:
                    try:
                        paths.append(as_of(library.path, day))
                    except RackmathError as problem:  # it was not there yet
                        told.append(str(problem))
                if not paths:
                    raise NotFound("; ".join(told))
                found = Site(paths, look=False, title=self.site.title)
            self._past[key] = found
            while len(self._past) > MOST_DAYS:
                self._past.popitem(last=False)[1].close()
        finally:
            self._lock.release()
        return found


@dataclass(frozen=True)
class Doing:
    """One sent form: what was asked, the fields, the session if there is one, and who sent it."""

    work: Work
    asked: Asked
    form: Form
    session: Session | None = None
    caller: str = ""

    @property
    def site(self) -> Site:
        """The site as it is now."""
        return self.work.site


@dataclass(frozen=True)
class Go:
    """Go on to another page of this site.

    Parameters
    ----------
    path
        Root-relative.
    said
        A line that the next page shows once.
    session
        The name of a session that was begun; an empty text ends the one there is; None leaves it.
    """

    path: str
    said: str = ""
    session: str | None = None


Do = Callable[..., "Page | Go | Svg"]


@dataclass(frozen=True)
class Action:
    """What a form sent to an address does.

    Parameters
    ----------
    pattern
        As in `rackmath.web.pages.Route`.
    do
        ``do(doing, **parts)`` returns a page to show, where to go, or a piece of safe HTML for a script.
    scope
        What the token must allow; empty where nobody need be signed in.
    unsigned
        ``unsigned(doing, reason, **parts)`` makes the page for a form that came without a session or with the secret
        of an old one, so that what was typed is not lost; None: only the reason is told.
    files
        How many files the form may bring; each is a field that holds the file's text.
    """

    pattern: str
    do: Do
    scope: str = "write"
    unsigned: Do | None = None
    files: int = 0


def find_action(path: str) -> tuple[Action, dict[str, str]] | None:
    """Return the action of an address (decoded) and the parts of the address."""
    for route, action in _actions():
        if (parts := route.match(path)) is not None:
            return action, parts
    return None


def need(asked: Asked, scope: str) -> None:
    """Raise unless somebody is signed in whose token allows `scope`."""
    if asked.viewer is None:
        raise SignIn("sign in with your token first")
    if scope not in asked.viewer.scopes:
        raise NotAllowed(
            f"your token does not allow this; it needs the scope '{scope}': `rackmath token new --scope {scope} …`"
        )


@lru_cache(maxsize=1)
def _actions() -> list[tuple[Route, Action]]:
    found: list[Action] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(pages.__path__)):
        found += getattr(importlib.import_module(f"{pages.__name__}.{module}"), "ACTIONS", [])
    found.sort(key=lambda action: (action.pattern.count("{"), action.pattern))
    return [(Route(action.pattern, cast("Any", action.do)), action) for action in found]
