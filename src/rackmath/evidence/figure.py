"""The things that a brain knows as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError
from rackmath.evidence.freshness import Freshness, judge
from rackmath.evidence.period import Period
from rackmath.evidence.written import Reading
from rackmath.shown import html_of
from rackmath.uncertainty import Stated
from rackmath.uncertainty.notation import describe
from rackmath.units import format_number

KINDS = ("measured", "reported", "listed", "estimated", "forecast", "target", "derived")
EXPECTED = ("forecast", "target")  # of the kinds, those that speak of what is yet to come
CLAIMANTS = ("vendor", "buyer", "independent", "filing", "regulator", "analyst", "model")
RANKS = ("preferred", "normal", "deprecated")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a number means: one definition, its unit, the axes its scope has, and how long it stays true."""

    id: str
    name: str = ""
    definition: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()  # other units it may be given in: a price per GPU or per server
    axes: tuple[str, ...] = ()
    axis_names: tuple[str, ...] = ()  # what the axes are called, in their order; those without a name as their id
    half_life_days: float | None = None  # None: it does not age
    plausible: tuple[float | None, float | None] = (None, None)  # in `unit`
    tolerance: float = 0.0  # relative: 0.05 lets two figures differ by 5 % each before they disagree
    comparable_with: tuple[str, ...] = ()
    where: str = ""

    def axis_name(self, axis: str) -> str:
        """Return what an axis is called; its id in words where nobody has named it."""
        named = dict(zip(self.axes, self.axis_names, strict=False))
        return named.get(axis) or axis.replace("-", " ").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure is about: a chip, a server, a market."""

    id: str
    name: str = ""
    kind: str = ""
    part_of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from. Dates are as the file gives them; `front` is all of its front matter."""

    citekey: str
    title: str = ""
    publisher: str = ""
    url: str = ""
    published: str = ""
    accessed: str = ""
    licence: str = ""
    source_kind: str = ""
    id: str = ""
    path: str = ""
    vault: Path = field(default=Path(), compare=False)
    front: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Claimant:
    """Who says so, and what they are to the matter."""

    who: str = ""
    kind: str = ""  # vendor | buyer | independent | filing | regulator | analyst | model

    def __str__(self) -> str:
        return f"{self.who} ({self.kind})" if self.who and self.kind else self.who or self.kind


@dataclass(frozen=True)
class Figure:
    """One dated, sourced number, with what it holds for."""

    id: str
    subject: str
    quantity: str
    reading: Reading
    as_written: str
    unit: str
    scope: Mapping[str, str]
    as_of: Period
    stated_on: date
    kind: str = ""
    claimant: Claimant = Claimant()
    source: str = ""
    rank: str = "normal"
    rank_reason: str = ""
    derived_from: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    method: str = ""
    note: str = ""
    note_id: str = ""
    note_title: str = ""
    path: str = ""
    line: int = 0
    vault: Path = Path()
    half_life_days: float | None = None
    review_after: date | None = None

    @cached_property
    def ref(self) -> str:
        """Subject and quantity, as in ``h100-sxm/rental-price``."""
        return f"{self.subject}/{self.quantity}"

    @cached_property
    def reference(self) -> str:
        """The reference text that asks for this figure's subject, quantity and scope."""
        axes = "&".join(f"{axis}={value}" for axis, value in self.scope.items())
        return f"{self.ref}?{axes}" if axes else self.ref

    @property
    def value_kind(self) -> str:
        """What sort of value it is: value, range, at_least, at_most, unknown or none."""
        return self.reading.kind

    @property
    def value(self) -> Stated:
        """The value to compute with.

        Raises
        ------
        RackmathError
            The figure is only a bound, or says that the value is not known.
        """
        if self.reading.stated is None:
            raise RackmathError(
                f"{self.where}: figure {self.id} ({self.ref}) only says {self.as_written!r}, which no model can use; "
                "give a value or a range instead"
            )
        return self.reading.stated

    @property
    def shown(self) -> str:
        """The value as numbers, without its unit: what was read from the words in `as_written`."""
        match self.reading.kind:
            case "at_least":
                return f"at least {format_number(self.reading.low, 6)}"
            case "at_most":
                return f"at most {format_number(self.reading.high, 6)}"
        stated = self.reading.stated
        return describe(stated.distribution, "") if stated else self.reading.kind

    @property
    def where(self) -> str:
        """The file and line it stands in."""
        return f"{self.vault / self.path}:{self.line}"

    def _repr_html_(self) -> str | None:
        return html_of(self)

    def freshness(self, as_of: date) -> Freshness:
        """Say how old the figure is on a day, and whether that is too old for its quantity."""
        return judge(self.as_of, self.stated_on, self.half_life_days, self.review_after, as_of)
