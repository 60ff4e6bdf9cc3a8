"""Sign in with a token, and sign out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rackmath.web.http_forms import safe_next
from rackmath.web.http_guard import Refused
from rackmath.web.pages import Asked, Moved, Page, Route
from rackmath.web.work import Action, Doing, Failed, Go

if TYPE_CHECKING:
    from rackmath.brain.site import Site


def sign_in(_: Site, asked: Asked) -> Page:
    """Show the form for the token."""
    onward = safe_next(asked.get("next", "/"))
    if asked.viewer is not None and onward != "/":
        raise Moved(onward)
    return _form(onward, "", 200)


def begin(doing: Doing) -> Go:
    """Begin a session with a token."""
    onward = safe_next(doing.form.get("next", "/"))
    token = doing.work.tokens.check(doing.form.get("token"))
    if token is None:
        if wait := doing.work.failures.failed(doing.caller):
            raise Refused(429, f"too many attempts; try again in {wait} seconds", [("Retry-After", str(wait))])
        raise Failed(_form(onward, "This token is not known here: it was mistyped, revoked, or has run out.", 403))
    if not any(library.id == token.brain for library in doing.site.libraries):
        raise Failed(_form(onward, f"This token is for another brain, {token.title or token.brain}.", 403))
    return Go(onward, session=doing.work.sessions.begin(token))


def end(_: Doing) -> Go:
    """End the session."""
    return Go("/", session="")


def _form(onward: str, problem: str, status: int) -> Page:
    return Page(
        path="/in",
        template="site/write/in.html",
        title="Sign in",
        description="Sign in with a contributor's token.",
        data={"next": onward, "problem": problem},
        status=status,
        styles=("write.css",),
        index=False,
        twinned=False,
    )


ROUTES = [Route("/in", sign_in)]
ACTIONS = [Action("/in", begin, scope=""), Action("/out", end, scope="read")]
