"""What a page makes of a whole brain is kept until the brain changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from rackmath.web.pages import Asked, Page

T = TypeVar("T")


class Kept:
    """Results by site and key, at most `most` for each site: the one that was not asked for the longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._sites: WeakKeyDictionary[Any, tuple[Any, OrderedDict[Hashable, Any]]] = WeakKeyDictionary()
        self._lock = Lock()

    def get(self, site: Any, key: Hashable, make: Callable[[], T]) -> T:
        """Return ``make()``, or what it returned for `key` since the site last changed (``site.generation``)."""
        generation = site.generation
        with self._lock:
            known = self._sites.get(site)
            if known is None or known[0] != generation:
                known = self._sites[site] = (generation, OrderedDict())
            if key in known[1]:
                known[1].move_to_end(key)
                return known[1][key]  # type: ignore[no-any-return]
        made = make()
        with self._lock:
            known[1][key] = made
            while len(known[1]) > self.most:
                known[1].popitem(last=False)
        return made


_parts, _pages = Kept(256), Kept(48)


def remembered(site: Any, key: Hashable, make: Callable[[], T]) -> T:
    """Return ``make()``, kept for as long as the site does not change.

    The result is shared between threads and pages: nobody may change it.
    """
    return _parts.get(site, key, make)


def kept_page(
    view: Callable[..., Page], also: Callable[[Any, Asked], Hashable] = lambda *_: None
) -> Callable[..., Page]:
    """Keep the pages of a view that looks at a whole brain, by all that was asked but the viewer.

    The view must not look at ``asked.viewer``: whoever may see the same gets the same page. `also` names what else than
    the brains the view looks at.
    """

    @wraps(view)
    def again(site: Any, asked: Asked, **parts: str) -> Page:
        said = (tuple(sorted(parts.items())), tuple(sorted(asked.params.items())))
        key = (view.__module__, view.__qualname__, *said, asked.today, asked.as_of, asked.drafts, asked.static)
        return _pages.get(site, (*key, also(site, asked)), lambda: view(site, asked, **parts))

    return again
