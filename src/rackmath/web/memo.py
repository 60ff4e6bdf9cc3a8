"""What a page computes from a whole brain is kept until the brain changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

MOST = 256
"""The most results kept for one site; the one that was not asked for the longest goes first."""

_kept: WeakKeyDictionary[Any, tuple[Any, OrderedDict[Hashable, Any]]] = WeakKeyDictionary()
_lock = Lock()


def remembered(site: Any, key: Hashable, make: Callable[[], T]) -> T:
    """Return ``make()``, or what it returned for this `key` since the site last changed (``site.generation``).

    The result is shared between threads and pages: nobody may change it.
    """
    generation = site.generation
    with _lock:
        known = _kept.get(site)
        if known is None or known[0] != generation:
            known = _kept[site] = (generation, OrderedDict())
        if key in known[1]:
            known[1].move_to_end(key)
            return known[1][key]  # type: ignore[no-any-return]
    made = make()
    with _lock:
        known[1][key] = made
        while len(known[1]) > MOST:
            known[1].popitem(last=False)
    return made
