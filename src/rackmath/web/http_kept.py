"""Finished answers, kept until the site changes.

A page depends on its address, the day and the state of the brains, and its ETag names all three. So an answer may be
given again as it is to every reader who is not signed in, for as long as it would get the same ETag.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

MOST_BYTES = 12_000_000
LONGEST = 300_000
"""A longer body is not kept."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The body of an answer and its headers."""

    body: bytes
    headers: Mapping[str, str]


class Kept:
    """The last answers by ETag; of too many, those not asked for the longest go first. Safe for several threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Finished] = OrderedDict()

    def get(self, tag: str) -> Finished | None:
        """Return the answer with an ETag."""
        with self._lock:
            found = self._found.get(tag)
            if found is not None:
                self._found.move_to_end(tag)
            return found

    def put(self, tag: str, answer: Finished) -> None:
        """Keep an answer."""
        if len(answer.body) > LONGEST:
            return
        with self._lock:
            if (old := self._found.pop(tag, None)) is not None:
                self._size -= len(old.body)
            self._found[tag] = answer
            self._size += len(answer.body)
            while self._size > self._most:
                self._size -= len(self._found.popitem(last=False)[1].body)
