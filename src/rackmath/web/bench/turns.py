"""Long calculations take turns, so that a few of them never keep every reader waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from rackmath.web.http_guard import Refused

AT_ONCE = 2
PATIENCE = 20.0
"""Seconds that a request waits for its turn."""

_turns = BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn.

    Raises
    ------
    Refused
        Others calculate for longer than a reader should wait.
    """
    if not _turns.acquire(timeout=PATIENCE):
        raise Refused(503, "others are calculating just now; try again in a moment", [("Retry-After", "10")])
    try:
        yield
    finally:
        _turns.release()
