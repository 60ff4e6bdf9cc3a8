"""What a model returns: named lines that sum to the total, notes beside them, and paths to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from rackmath.kernel.params import Real

T = TypeVar("T")
Lazy: TypeAlias = T | Callable[[], T]


class Note(NamedTuple):
    """A side result that is not a summand, with its own unit."""

    value: Any
    unit: str


class Path(NamedTuple):
    """Values along an axis (their last axis), such as cumulative cost by month."""

    values: Any
    unit: str
    axis: str


class Result:
    """Named lines in one unit; their sum is the total.

    Notes, warnings and paths may be given as functions that make them: draws need the lines alone, and what nobody asks
    for is not computed.

    Parameters
    ----------
    unit
        The unit of every line.
    lines
        Name to value; a float, or an array whose shape the others broadcast with (one entry a draw).
    notes
        Name to ``(value, unit)``: what is worth knowing but is not a summand.
    warnings
        Sentences for the reader: what the numbers given make doubtful.
    paths
        Name to `Path`.
    """

    def __init__(
        self,
        unit: str,
        lines: Mapping[str, Any],
        notes: Lazy[Mapping[str, tuple[Any, str]]] | None = None,
        warnings: Lazy[Iterable[str]] = (),
        paths: Lazy[Mapping[str, Path]] | None = None,
    ) -> None:
        if not lines:
            raise TypeError("a result needs at least one line")
        self.unit = unit
        self.lines: dict[str, Real] = dict(lines)
        self._paths = paths
        self._notes = notes
        self._warnings = warnings

    @cached_property
    def notes(self) -> dict[str, Note]:
        """Return what is worth knowing but is not a summand."""
        notes = self._notes() if callable(self._notes) else self._notes
        return {name: Note(*note) for name, note in (notes or {}).items()}

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Return what the numbers given make doubtful."""
        return tuple(self._warnings() if callable(self._warnings) else self._warnings)

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Return what is worth drawing."""
        return dict((self._paths() if callable(self._paths) else self._paths) or {})

    @cached_property
    def total(self) -> Real:
        """Return the sum of the lines."""
        values = iter(self.lines.values())
        total = next(values)
        for value in values:
            total = total + value
        return total

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={np.asarray(value)!r}" for name, value in self.lines.items())
        return f"Result({self.unit!r}, {inside})"
