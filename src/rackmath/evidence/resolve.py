"""From a reference such as ``h100-sxm/rental-price?term=on-demand`` to the figure that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rackmath.errors import RackmathError
from rackmath.evidence.figure import EXPECTED, Figure


class UnknownFigure(RackmathError):
    """No figure answers a reference."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A subject, a quantity and the scope that is asked for."""

    subject: str
    quantity: str
    scope: Mapping[str, str]

    @property
    def ref(self) -> str:
        """Subject and quantity."""
        return f"{self.subject}/{self.quantity}"


def read_reference(text: str, scope: Mapping[str, object] | None = None) -> Reference:
    """Read ``subject/quantity?axis=value&axis2=value``; `scope` adds axes or replaces them.

    Raises
    ------
    RackmathError
        The text has another shape.
    """
    head, _, tail = text.strip().partition("?")
    subject, slash, quantity = head.partition("/")
    asked: dict[str, str] = {}
    for part in filter(None, tail.split("&")):
        axis, equals, value = part.partition("=")
        if not equals or not axis.strip() or not value.strip():
            raise RackmathError(f"{text!r}: cannot read {part!r}; a scope is written axis=value, joined by &")
        asked[axis.strip()] = value.strip()
    if not slash or not subject or not quantity or "/" in quantity:
        raise RackmathError(f"{text!r} is not a reference; write subject/quantity?axis=value, such as datacenter/pue")
    asked.update({str(axis): str(value) for axis, value in (scope or {}).items() if value is not None})
    return Reference(subject.strip(), quantity.strip(), asked)


def known_by(figure: Figure, as_of: date | None) -> bool:
    """Whether a figure had been stated by a day; every figure has when no day is given."""
    return as_of is None or figure.stated_on <= as_of


def retired(figures: Iterable[Figure], as_of: date | None) -> set[str]:
    """Return the ids of figures that are deprecated, or that a figure known by `as_of` says it supersedes."""
    found: set[str] = set()
    for figure in figures:
        if figure.rank == "deprecated":
            found.add(figure.id)
        elif known_by(figure, as_of):
            found.update(figure.supersedes)
    return found


def fitting(figures: Sequence[Figure], scope: Mapping[str, str]) -> list[Figure]:
    """Keep the figures whose scope is what is asked for.

    Every asked axis must be equal; a figure that lacks the axis fits only if no figure here has it.
    """
    kept = list(figures)
    for axis, value in scope.items():
        if any(axis in figure.scope for figure in figures):
            kept = [figure for figure in kept if figure.scope.get(axis, "").casefold() == value.casefold()]
    return kept


def best_first(figures: Iterable[Figure]) -> list[Figure]:
    """Sort figures by how well they answer.

    Preferred before normal; what was seen before what is expected (a forecast or target reaches far ahead, and would
    else always be the latest); then the latest period, the latest statement and the latest id.
    """
    return sorted(
        figures,
        key=lambda figure: (
            figure.rank == "preferred",
            figure.kind not in EXPECTED,
            figure.as_of.latest,
            figure.stated_on,
            figure.id,
        ),
        reverse=True,
    )
