"""The audit of a running site, made beside the requests: what is known now, and whether more is on its way.

The audit of a large brain takes minutes, so no request waits for it. Where the program was only started to answer one
question (a command, an export), it is made at once.
"""

from __future__ import annotations

import datetime
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from rackmath.audit.finding import Finding
from rackmath.audit.kept import audited
from rackmath.audit.living import Living, moved
from rackmath.audit.settled import FOLDER
from rackmath.errors import RackmathError
from rackmath.web.memo import kept_page

if TYPE_CHECKING:
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site
    from rackmath.web.pages import Page

log = logging.getLogger("rackmath.web")

SMALL = 300
"""Notes up to which an audit is made in a thread of this process; a larger one has a process of its own."""


@dataclass(frozen=True)
class Audited:
    """What is known of a brain: its findings and live figures, and whether they are of its present state."""

    findings: tuple[Finding, ...] = ()
    living: Living | None = None
    ready: bool = False
    """Whether there is any result yet."""
    current: bool = False
    """Whether nothing has changed since."""
    problem: str = ""


@dataclass
class _Kept:
    state: Any
    told: Audited
    busy: bool = False


_KEPT: WeakKeyDictionary[Library, _Kept] = WeakKeyDictionary()
_LOCK = threading.Lock()


def audit_of(library: Library, today: datetime.date) -> Audited:
    """Return the audit of a brain as far as it is known; a served brain whose text changed is audited anew beside."""
    state = (library.generation, today)
    with _LOCK:
        kept = _KEPT.setdefault(library, _Kept(None, Audited()))
        if kept.state == state or (library.look is False and kept.busy):
            return Audited(**{**kept.told.__dict__, "current": kept.state == state})
        kept.busy = True
    if library.look:
        _make(library, kept, state, today)
        return kept.told
    threading.Thread(target=_make, args=(library, kept, state, today), name="audit", daemon=True).start()
    return Audited(**{**kept.told.__dict__, "current": False})


def _make(library: Library, kept: _Kept, state: Any, today: datetime.date) -> None:
    try:
        findings = _findings(library, today)
        told = Audited(tuple(findings), moved(library.path, today), ready=True, current=True)
    except (RackmathError, OSError) as problem:
        told = Audited(ready=True, current=True, problem=str(problem))
    except Exception:
        log.exception("while auditing %s", library.path)
        told = Audited(ready=True, current=True, problem="the audit failed; the server's log says why")
    with _LOCK:
        kept.state, kept.told, kept.busy = state, told, False


def _findings(library: Library, today: datetime.date) -> list[Finding]:
    if library.look or sum(library.counts(status=None).values()) <= SMALL:
        return audited(library.path, today)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_quietly) as pool:
        return pool.submit(audited, library.path, today).result()


def _quietly() -> None:
    with suppress(OSError):
        os.nice(10)


def state_of(site: Site, today: datetime.date) -> tuple[Any, ...]:
    """Return what pages that show audits depend on beside the brains: which audits are there, and what was decided."""
    found: list[Any] = []
    for library in site.libraries:
        with _LOCK:
            kept = _KEPT.get(library)
            found.append((kept.state, kept.busy) if kept else None)
        found.append(_stamp(library.path / FOLDER))
    return (today, *found)


def _stamp(folder: Path) -> tuple[int, int]:
    """Return a mark of a folder of decisions that changes with each of them."""
    try:
        with os.scandir(folder) as entries:
            times = [entry.stat().st_mtime_ns for entry in entries]
    except OSError:
        return 0, 0
    return len(times), max(times, default=0)


def audit_page(view: Callable[..., Page]) -> Callable[..., Page]:
    """Keep the pages of a view that shows audits; see `rackmath.web.memo.kept_page`."""
    return kept_page(view, lambda site, asked: state_of(site, asked.day))
