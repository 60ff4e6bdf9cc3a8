"""Long lists: which page of them is asked for, and addresses that keep the rest of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

if TYPE_CHECKING:
    from rackmath.web.pages import Asked

SIZE = 50
"""Entries of one page of a list."""


def address(path: str, query: Mapping[str, object] | None = None, **changes: object) -> str:
    """Return an address with a query: `changes` replace what `query` has; what is empty or None is left out.

    A value that is a list or a tuple is written once for each of its items.
    """
    merged = {**(query or {}), **changes}
    pairs = [
        (name, str(item))
        for name, value in sorted(merged.items())
        for item in (value if isinstance(value, list | tuple) else [value])
        if item not in (None, "")
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def once(site: object) -> list[dict[str, str]]:
    """Return what a page without parts has for the export: itself."""
    del site
    return [{}]


class Rows(Sequence[Mapping[str, Any]]):
    """Rows of a table that are made when somebody reads them, which a page as HTML never does."""

    def __init__(self, make: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
        self._make = make

    @cached_property
    def _rows(self) -> Sequence[Mapping[str, Any]]:
        return self._make()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]


class Slice(NamedTuple):
    """One page of a list: entries `start` up to but not including `end`, of `total`."""

    start: int
    end: int
    total: int
    number: int
    pages: int

    def data(self, path: str, query: Mapping[str, object]) -> dict[str, Any]:
        """Return what a template needs to say where it is and to lead on."""
        before = address(path, query, page=self.number - 1 if self.number > 2 else "") if self.number > 1 else ""
        after = address(path, query, page=self.number + 1) if self.number < self.pages else ""
        return {
            "from": self.start + 1 if self.total else 0,
            "to": self.end,
            "total": self.total,
            "page": self.number,
            "pages": self.pages,
            "before": before,
            "after": after,
        }


def cut(asked: Asked, total: int, size: int = SIZE) -> Slice:
    """Return the part of a list that ``?page=`` asks for: the nearest there is. A static page holds the whole list."""
    if asked.static:
        size = max(total, 1)
    pages = max(1, -(-total // size))
    written = asked.get("page")
    wanted = int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 1
    number = min(max(wanted, 1), pages)
    return Slice((number - 1) * size, min(number * size, total), total, number, pages)
