"""The outermost layer of the server: who may be talked to, how much may be sent, and what every answer says.

It stands around the application, so that no page, no error and no file leaves without the headers below.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("rackmath.web")

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
)
"""What every answer carries."""

SECURE = (b"strict-transport-security", b"max-age=31536000")
"""Sent where the request came over https."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a request may bring, in bytes, pieces and seconds."""

    form: int = 1_000_000
    upload: int = 8_500_000  # a text of 8 MiB with the JSON around it
    target: int = 4_096  # of the path, and of the query
    headers: int = 100
    pause: float = 20.0  # between two parts of a body
    whole: float = 120.0  # for a whole body


class Refused(Exception):
    """A request that is not answered: status, and the reason in one line."""

    def __init__(self, status: int, reason: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = tuple(headers)


Complain = Callable[[Scope, int, str, Iterable[tuple[str, str]]], App]
"""Makes the answer to a refused or failed request: scope, status, reason, further headers."""


class Guard:
    """Wrap an application.

    Parameters
    ----------
    app
        What answers the requests that pass.
    hosts
        Host names under which the server may be reached, without a port. Any other name is refused: a page elsewhere
        that points its own name at this machine could otherwise read what is served here.
    complain
        Makes the answer to what does not pass, or fails.
    uploads
        Beginnings of the paths that may bring `Limits.upload` bytes.
    """

    def __init__(
        self,
        app: App,
        hosts: Iterable[str],
        complain: Complain,
        *,
        uploads: tuple[str, ...] = ("/api/", "/usage"),
        limits: Limits | None = None,
    ) -> None:
        self.app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._complain = complain
        self._uploads = uploads
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page uses a socket
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = False

        async def armed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _with_ours(message.get("headers", ()), scope)}
            await send(message)

        answer: App
        try:
            self._check(scope)
            await self.app(scope, self._bounded(scope, receive), armed)
            return
        except Refused as refused:
            answer = self._complain(scope, refused.status, refused.reason, refused.headers)
        except Exception:
            if begun:  # half an answer is out: nothing can be added, and `failed` has told the log
                return
            answer = self._complain(scope, 500, failed(scope), ())
        if not begun:
            await answer(scope, receive, armed)

    def _check(self, scope: Scope) -> None:
        headers = scope["headers"]
        if len(headers) > self._limits.headers:
            raise Refused(431, f"a request has at most {self._limits.headers} header lines here")
        if len(scope.get("raw_path") or scope["path"]) > self._limits.target:
            raise Refused(414, f"an address is at most {self._limits.target:,} characters long")
        if len(scope["query_string"]) > self._limits.target:
            raise Refused(414, f"the part after '?' is at most {self._limits.target:,} characters long")
        named = [value for name, value in headers if name == b"host"]
        if len(named) != 1 or host_of(named[0].decode("latin-1")) not in self._hosts:
            raise Refused(
                421, "this server does not answer under that host name; `rackmath serve --public-host NAME` allows it"
            )
        lengths = [value for name, value in headers if name == b"content-length"]
        if lengths and (not lengths[0].isdigit() or len(lengths[0]) > 15 or int(lengths[0]) > self._most(scope)):
            raise Refused(413, self._too_large(scope), [("connection", "close")])

    def _most(self, scope: Scope) -> int:
        return self._limits.upload if scope["path"].startswith(self._uploads) else self._limits.form

    def _too_large(self, scope: Scope) -> str:
        return f"at most {self._most(scope) / 1e6:.1f} MB may be sent to this address"

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Count what comes in, and do not wait for ever for it."""
        most, size, whole = self._most(scope), 0, False
        deadline = time.monotonic() + self._limits.whole

        async def counted() -> Message:
            nonlocal size, whole
            if whole:  # only the caller's going away can still come
                return await receive()
            left = min(self._limits.pause, deadline - time.monotonic())
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.001))
            except TimeoutError:
                raise Refused(408, "the request took too long to arrive", [("connection", "close")]) from None
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if size > most:
                    raise Refused(413, self._too_large(scope), [("connection", "close")])
            return message

        return counted


def failed(scope: Scope) -> str:
    """Log the error being handled under a new number, and return what the reader is told."""
    number = secrets.token_hex(4)
    log.exception("error %s at %s %s", number, scope["method"], scope["path"][:200].encode("unicode_escape").decode())
    return f"something went wrong here, and not by your doing; the server's log tells more under {number}"


def host_of(header: str) -> str:
    """Return the name in a Host header, in lower case and without port or brackets; empty when it is none."""
    text = header.strip().lower()
    if text.startswith("["):
        name, bracket, port = text[1:].partition("]")
        return name if bracket and (not port or (port[0] == ":" and port[1:].isdigit())) else ""
    name, _, port = text.partition(":")
    return name.removesuffix(".") if not port or port.isdigit() else ""


def loopback(host: str) -> bool:
    """Whether a host can only be reached from this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _with_ours(headers: Iterable[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    ours = (*HEADERS, SECURE) if scope.get("scheme") == "https" else HEADERS
    names = {name for name, _ in ours}
    return [*(pair for pair in headers if pair[0].lower() not in names), *ours]
