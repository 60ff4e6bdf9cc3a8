"""How a model declares an input: its unit, where its default comes from, and its bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rackmath.errors import RackmathError
from rackmath.units import format_value, spoken

Array: TypeAlias = NDArray[np.float64]
Real: TypeAlias = float | Array


@dataclass(frozen=True, kw_only=True)
class _Declared:
    """What every kind of input says about its default and itself."""

    evidence: str = ""
    """A figure of a brain, ``subject/quantity?axis=value``: the default has a date and a source."""
    assumption: str = ""
    """The default where nobody measures it (a convention); shown to the reader as an assumption."""
    because: str = ""
    """Why the assumption is made."""
    help: str = ""

    def __post_init__(self) -> None:
        if bool(self.evidence) == bool(self.assumption):
            raise TypeError("an input's default is either `evidence` or an `assumption`, and one of them is needed")
        if bool(self.assumption) != bool(self.because):
            raise TypeError("an assumption needs `because`, and only an assumption has one")
        if not self.help:
            raise TypeError("an input needs `help`: one phrase that says what it is")


@dataclass(frozen=True)
class Param(_Declared):
    """A number with a unit. Values outside the bounds are refused; `above` is a bound that is itself refused."""

    unit: str
    minimum: float = -math.inf
    maximum: float = math.inf
    above: float | None = None
    its_own: bool = False
    """Whether an assumed value is about this very answer (the error of a prediction) and not about the world: it is
    drawn apart wherever the model's other inputs differ."""

    @property
    def floor(self) -> float:
        """Return the lowest value, whether allowed itself or not."""
        return self.minimum if self.above is None else max(self.minimum, self.above)

    @property
    def is_share(self) -> bool:
        """Say whether this is a share: a plain ratio from 0 to 1."""
        return self.unit == "" and self.floor >= 0 and self.maximum <= 1

    def check(self, name: str, value: Any) -> None:
        """Raise RackmathError when a number of `value` is not finite or outside the bounds."""
        low, high = float(np.min(value)), float(np.max(value))
        if not (math.isfinite(low) and math.isfinite(high)):
            raise RackmathError(f"{name}: not a finite number")
        if low < self.minimum or (self.above is not None and low <= self.above):
            limit = (
                f"above {format_value(self.above, self.unit)}"
                if self.above is not None
                else (f"at least {format_value(self.minimum, self.unit)}")
            )
            raise RackmathError(f"{name}: {format_value(low, self.unit)} is too low; it must be {limit}")
        if high > self.maximum:
            raise RackmathError(
                f"{name}: {format_value(high, self.unit)} is too high; it must be at most "
                f"{format_value(self.maximum, self.unit)}"
            )

    def describe_bounds(self) -> str:
        """Print the bounds: ``0 to 1``, ``above 0``, or nothing."""
        low = "" if math.isinf(self.floor) else f"{self.floor:g}"
        high = "" if math.isinf(self.maximum) else f"{self.maximum:g}"
        if low and high:
            return f"{'above ' if self.above is not None else ''}{low} to {high}"
        if low:
            return f"above {low}" if self.above is not None else f"{low} or more"
        return f"at most {high}" if high else ""


@dataclass(frozen=True)
class Series(Param):
    """Numbers along an axis (months, hours, tiers): the last axis of the array. Draws, if any, come before it."""

    axis: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.axis:
            raise TypeError("a series needs `axis`: what one step of it is, such as 'month'")


@dataclass(frozen=True, init=False)
class Choice(_Declared):
    """One word of a few."""

    options: tuple[str, ...]

    def __init__(self, *options: str, assumption: str, because: str, help: str) -> None:  # noqa: A002
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "evidence", "")
        object.__setattr__(self, "assumption", assumption)
        object.__setattr__(self, "because", because)
        object.__setattr__(self, "help", help)
        super().__post_init__()
        if assumption not in options:
            raise TypeError(f"the assumed choice {assumption!r} is not one of {options}")

    unit = ""

    def check(self, name: str, value: Any) -> None:
        """Raise RackmathError unless `value` is one of the options."""
        if not isinstance(value, str) or value not in self.options:
            raise RackmathError(f"{name}: {value!r} is not one of {', '.join(self.options)}")

    def describe_bounds(self) -> str:
        """Print the options."""
        return " | ".join(self.options)


Declared: TypeAlias = Param | Choice


def label(name: str) -> str:
    """Return an identifier as words: ``gpu_hour_price`` as ``GPU hour price``."""
    words = name.replace("_", " ").replace("-", " ").split()
    upper = {word.lower(): word for word in ("GPU", "GPUs", "API", "PUE", "FTE", "USD", "Mtok", "IT", "KV")}
    return " ".join(upper.get(word, word) for word in words)


def unit_label(unit: str) -> str:
    """Return a unit for a table's column: a plain ratio says what it is."""
    return spoken(unit) or "ratio"
