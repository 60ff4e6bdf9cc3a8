"""What a model returns: named lines that sum to the total, notes beside them, and paths to draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from rackmath.kernel.params import Real


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
        notes: Mapping[str, tuple[Any, str]] | None = None,
        warnings: Iterable[str] = (),
        paths: Mapping[str, Path] | None = None,
    ) -> None:
        if not lines:
            raise TypeError("a result needs at least one line")
        self.unit = unit
        self.lines: dict[str, Real] = dict(lines)
        self.notes = {name: Note(*note) for name, note in (notes or {}).items()}
        self.warnings = tuple(warnings)
        self.paths = dict(paths or {})

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
