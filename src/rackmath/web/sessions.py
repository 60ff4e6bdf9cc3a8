"""Who is signed in: sessions of browsers, the secret that each form must carry, and how often signing in may fail.

A session is begun with a token and lives on the server; the browser holds a random name for it. It ends when it is
idle, when it is old, when the server ends, and at once when its token is revoked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from rackmath.web.access import Clock, Token, Tokens, utc_now

IDLE = timedelta(hours=12)
LIFE = timedelta(days=7)
MOST_SESSIONS = 1000
_BYTES = 32


@dataclass(slots=True)
class Session:
    """One browser that is signed in."""

    token: Token
    begun: datetime
    used: datetime
    mark: str  # tells the pages of this session from those of others, in ETags
    _csrf: bytes
    _said: str = ""

    def say(self, line: str) -> None:
        """Keep a line that the next page shows."""
        self._said = line[:500]

    def heard(self) -> str:
        """Return the line that was kept, once."""
        line, self._said = self._said, ""
        return line

    def csrf(self) -> str:
        """Return what a form of this session must carry.

        The secret is hidden under a mask that is new each time, so that it cannot be read off the length of a
        compressed page that also shows what somebody else asked for.
        """
        mask = secrets.token_bytes(_BYTES)
        hidden = bytes(left ^ right for left, right in zip(mask, self._csrf, strict=True))
        return base64.urlsafe_b64encode(mask + hidden).decode()

    def forged(self, text: str) -> bool:
        """Whether what a form carried is not of this session."""
        try:
            data = base64.b64decode(text[:200].encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:
            return True
        if len(data) != 2 * _BYTES:
            return True
        seen = bytes(left ^ right for left, right in zip(data[:_BYTES], data[_BYTES:], strict=True))
        return not hmac.compare_digest(seen, self._csrf)


class Sessions:
    """The sessions of one server.

    Parameters
    ----------
    tokens
        Asked at every request whether the token of a session is still alive.
    """

    def __init__(self, tokens: Tokens, clock: Clock = utc_now, idle: timedelta = IDLE, life: timedelta = LIFE) -> None:
        self._tokens = tokens
        self._clock = clock
        self._idle = idle
        self._life = life
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Session] = OrderedDict()  # by the hash of its name, the least used first

    def begin(self, token: Token) -> str:
        """Open a session and return its name, for the browser alone."""
        name, now = secrets.token_urlsafe(_BYTES), self._clock()
        with self._lock:
            self._open[_key(name)] = Session(token, now, now, secrets.token_hex(8), secrets.token_bytes(_BYTES))
            while len(self._open) > MOST_SESSIONS:
                self._open.popitem(last=False)
        return name

    def find(self, name: str) -> Session | None:
        """Return an open session and note that it was used."""
        key, now = _key(name), self._clock()
        with self._lock:
            session = self._open.get(key)
            if session is None:
                return None
            token = self._tokens.alive(session.token.id)
            if token is None or now - session.used > self._idle or now - session.begun > self._life:
                del self._open[key]
                return None
            session.token, session.used = token, now
            self._open.move_to_end(key)
            return session

    def end(self, name: str) -> None:
        """Close a session."""
        with self._lock:
            self._open.pop(_key(name), None)


class Failures:
    """How often a caller may fail to sign in: `limit` times in `span`.

    A right token is always let in. It cannot be guessed, so counting only keeps the log and the processor quiet, and
    nobody can lock a contributor out by failing in their place.
    """

    def __init__(self, clock: Clock = utc_now, limit: int = 10, span: timedelta = timedelta(minutes=10)) -> None:
        self._clock = clock
        self._limit = limit
        self._span = span
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, list[datetime]] = OrderedDict()

    def failed(self, caller: str) -> int:
        """Note a failure; return for how many seconds the caller is to wait, 0 when it may try again."""
        now = self._clock()
        with self._lock:
            times = [time for time in self._failed.pop(caller, []) if now - time < self._span]
            if len(times) < self._limit:
                times.append(now)
            self._failed[caller] = times
            while len(self._failed) > MOST_SESSIONS:
                self._failed.popitem(last=False)
            if len(times) < self._limit:
                return 0
            return max(1, int((times[0] + self._span - now).total_seconds()))


def _key(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
