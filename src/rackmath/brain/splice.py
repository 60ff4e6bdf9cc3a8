"""Arrays that hold something of each note, in the order of the notes' numbers, after some of the notes have changed.

What is kept in memory of a large brain would take long to read again after each edit. Stretches of notes that stay are
copied whole instead, and only what changed is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Any = TypeVar("Any", bound=np.generic)

Rows = NDArray[np.int64]


class Splice:
    """Where in the old arrays notes go out, and where those that are new come in."""

    def __init__(self, old: Rows, changed: Sequence[int], fresh: Rows) -> None:
        """Take the numbers of the notes before, of all that changed, and of those of them that there are now.

        All grow. A note that is changed is one that goes and one that comes.
        """
        numbers = np.asarray(changed, dtype=np.int64)
        begins = np.searchsorted(old, numbers)
        ends = np.searchsorted(old, numbers, side="right")
        self.gone: list[int] = begins[ends > begins].tolist()
        """The old places of the notes that went."""
        comes = np.isin(numbers, fresh)
        self._old: list[tuple[int, int]] = list(zip([0, *ends.tolist()], [*begins.tolist(), old.size], strict=True))
        places = np.cumsum(comes) - 1
        self._fresh = [int(place) if there else None for place, there in zip(places, comes, strict=True)]

    def whole(self, old: NDArray[Any], fresh: NDArray[Any]) -> NDArray[Any]:
        """Return an array with one item, or one row, for each note."""
        return self._joined(old, fresh, None, None)

    def entries(self, old: tuple[NDArray[Any], Rows], fresh: tuple[NDArray[Any], Rows]) -> NDArray[Any]:
        """Return an array with several entries for each note; both are given with the places where a note's begin."""
        return self._joined(old[0], fresh[0], old[1], fresh[1])

    def _joined(
        self, old: NDArray[Any], fresh: NDArray[Any], starts: Rows | None, fresh_starts: Rows | None
    ) -> NDArray[Any]:
        pieces = []
        for (begin, end), place in zip(self._old, [*self._fresh, None], strict=True):
            if end > begin:
                pieces.append(old[begin:end] if starts is None else old[starts[begin] : starts[end]])
            if place is not None:
                one = place if fresh_starts is None else int(fresh_starts[place])
                two = place + 1 if fresh_starts is None else int(fresh_starts[place + 1])
                pieces.append(fresh[one:two])
        return np.concatenate(pieces) if pieces else old[:0]
