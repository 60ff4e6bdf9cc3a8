"""Keep the indexes up with the files while the server runs, so that no request looks at the disk for changes.

Obsidian, git or another server may write to a brain at any moment. One thread looks at sizes and times of all files
every second or so, indexes what changed, and takes edits made outside into the brain's history.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from rackmath.errors import RackmathError
from rackmath.web import memory

if TYPE_CHECKING:
    from rackmath.brain.library import Library

log = logging.getLogger("rackmath.web")

PAUSE = 1.0
"""Seconds between two looks."""

_SHARE = 20  # a look may take 1/20 of the time


class Keeper:
    """A thread that looks after the indexes of some brains.

    Parameters
    ----------
    warm
        Makes what many readers will ask for next. It is called at the start and, when something has changed, no more
        often than it can be done in passing.
    pause
        Seconds between two looks, at least.
    """

    def __init__(
        self, libraries: Iterable[Library], warm: Callable[[], None] | None = None, pause: float = PAUSE
    ) -> None:
        self._libraries = tuple(libraries)
        self._warm = warm
        self._warmed: object = None
        self._warm_again = 0.0
        self._pause = pause
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: dict[str, str] = {}

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, after the look that is under way."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def look(self) -> None:
        """Bring every index up to date once; a brain that cannot be read is told to the log once and left as it is."""
        for library in self._libraries:
            name = str(library.path)
            try:
                _look_at(library)
                self._told.pop(name, None)
            except (RackmathError, OSError) as error:
                if self._told.get(name) != str(error):
                    self._told[name] = str(error)
                    log.warning("%s", error)
            except Exception:
                log.exception("while looking at %s", name)

    def warm(self) -> None:
        """Make ahead what readers will ask for, if something has changed and the last time is long enough ago."""
        state = tuple(library.generation for library in self._libraries)
        begun = time.monotonic()
        if self._warm is None or state == self._warmed or begun < self._warm_again:
            return
        self._warmed = state
        self._warm()
        self._warm_again = time.monotonic() + _SHARE * (time.monotonic() - begun)

    def _run(self) -> None:
        while True:
            begun = time.monotonic()
            self.look()
            took = time.monotonic() - begun
            try:
                self.warm()
            except Exception:
                log.exception("while making pages ahead")
            if self._ended.wait(max(self._pause, _SHARE * took)):
                return


def _look_at(library: Library) -> None:
    from rackmath.brain.outside import absorb_outside  # noqa: PLC0415
    from rackmath.brain.ranked_from import keep_up  # noqa: PLC0415
    from rackmath.vault import Vault  # noqa: PLC0415

    seen = library.index.generation
    library.index.refresh()
    if library.index.generation != seen:
        absorb_outside(Vault.open(library.path), library.index)
        memory.give_back()
    keep_up(library.index)
