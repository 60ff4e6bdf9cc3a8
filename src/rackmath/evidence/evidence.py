"""The brain seen as numbers: figures, quantities and sources of one or more vaults."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from rackmath.errors import suggest
from rackmath.evidence import conflicts as rules
from rackmath.evidence.conflicts import Conflict
from rackmath.evidence.figure import Figure, Quantity, Source, Subject
from rackmath.evidence.load import Loaded, load
from rackmath.evidence.period import as_day
from rackmath.evidence.resolve import Reference, UnknownFigure, best_first, fitting, known_by, read_reference, retired
from rackmath.evidence.vocabulary import unit_problems

STARTER = Path(__file__).resolve().parents[1] / "starter" / "brain"


class Evidence:
    """The figures of several vaults, asked in order: the first vault that can answer does."""

    def __init__(self, vaults: Sequence[Loaded]) -> None:
        self.vaults = tuple(loaded.path for loaded in vaults)
        self._problems: list[str] = []
        self.figures: list[Figure] = []
        self.sources: dict[str, Source] = {}
        self.quantities: dict[str, Quantity] = {}
        self.subjects: dict[str, Subject] = {}
        self._answers: list[dict[str, list[Figure]]] = []
        self._by_id: dict[str, Figure] = {}
        self._gone: dict[date | None, frozenset[str]] = {}
        for loaded in vaults:
            self._add(loaded)
        for figure in self.figures:
            if figure.source and figure.source not in self.sources:
                near = suggest(figure.source, self.sources)
                self._problems.append(
                    f"{figure.where}: figure {figure.id}: source {figure.source!r} is not in sources/{near}"
                )

    def _add(self, loaded: Loaded) -> None:
        """Add a vault behind those before it: what they define already stays theirs."""
        self._problems += loaded.problems
        answers: dict[str, list[Figure]] = {}
        own: dict[str, Figure] = {}
        for figure in loaded.figures:
            if figure.id in own:
                first = own[figure.id].where
                self._problems.append(
                    f"{figure.where}: figure {figure.id} is already in {first}; give one of them a new id"
                )
            elif figure.id not in self._by_id:
                own[figure.id] = figure
                answers.setdefault(figure.ref, []).append(figure)
        self._by_id.update(own)
        self.figures += own.values()
        self._answers.append(answers)
        self.sources = {**loaded.sources, **self.sources}
        self.quantities = {**loaded.quantities, **self.quantities}
        self.subjects = {**loaded.subjects, **self.subjects}

    @classmethod
    def load(
        cls,
        paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
        starter: bool = True,
        keep: Callable[[Figure], bool] = lambda _: True,
    ) -> Evidence:
        """Read vaults, the most important first; the bundled brain comes last.

        Nothing is written. What cannot be read is listed in `problems` with its file and line. Figures for which `keep`
        is False are left out.

        Raises
        ------
        RackmathError
            A path is not a vault.
        """
        wanted = [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(path) for path in paths]
        bundled = starter and (STARTER / "brain.yaml").is_file()
        if bundled and STARTER not in [path.resolve() for path in wanted]:
            wanted.append(STARTER)
        loaded: list[Loaded] = []
        quantities: dict[str, Quantity] = {}
        for path in reversed(wanted):  # from the back, so that a vault may use the quantities of those behind it
            found = load(path, quantities)
            quantities.update(found.quantities)
            found.figures = [figure for figure in found.figures if keep(figure)]
            loaded.insert(0, found)
        evidence = cls(loaded)
        if starter and not bundled:
            evidence._problems.append(f"{STARTER}: the bundled brain is missing; install rackmath again")
        return evidence

    @cached_property
    def problems(self) -> list[str]:
        """What cannot be read or does not fit, each with its file and line."""
        return [*self._problems, *unit_problems(self.quantities.values())]

    def get(self, ref: str, as_of: date | None = None, scope: Mapping[str, object] | None = None) -> Figure:
        """Return the figure that answers a reference.

        Parameters
        ----------
        ref
            ``subject/quantity?axis=value&axis2=value``, or the id of a figure.
        as_of
            Use only what had been stated by this day.
        scope
            More axes, or other values for those of `ref`.

        Raises
        ------
        UnknownFigure
            Nothing answers; the message says what comes near.
        """
        if ref in self._by_id:
            return self._by_id[ref]
        found = self.candidates(ref, as_of, scope)
        if not found:
            raise UnknownFigure(self._why_not(read_reference(ref, scope), as_day(as_of)))
        return found[0]

    def candidates(
        self, ref: str, as_of: date | None = None, scope: Mapping[str, object] | None = None
    ) -> list[Figure]:
        """Return the figures of the first vault that answers a reference, best first; none when no vault does."""
        asked, day = read_reference(ref, scope), as_day(as_of)
        gone = self._retired(day)
        for answers in self._answers:
            usable = [
                figure for figure in answers.get(asked.ref, []) if figure.id not in gone and known_by(figure, day)
            ]
            if kept := fitting(usable, asked.scope):
                return best_first(kept)
        return []

    def _retired(self, day: date | None) -> frozenset[str]:
        """Return the ids of deprecated and superseded figures; asked for at each look-up, so kept by day."""
        if day not in self._gone:
            self._gone[day] = frozenset(retired(self.figures, day))
        return self._gone[day]

    def _why_not(self, asked: Reference, day: date | None) -> str:
        gone = self._retired(day)
        same = [figure for figure in self.figures if figure.ref == asked.ref]
        if not same:
            known = sorted({figure.ref for figure in self.figures})
            near = suggest(asked.ref, known)
            about = [ref for ref in known if ref.startswith(f"{asked.subject}/")]
            if not near and about:
                near = f"; {asked.subject} has {', '.join(ref.partition('/')[2] for ref in about[:8])}"
            return f"no figure for {asked.ref!r}{near or '; add one in a figures block of a note'}"
        usable = [figure for figure in same if figure.id not in gone]
        if not usable:
            return (
                f"{asked.ref}: all figures are deprecated or superseded; add a newer one in a figures block of a note"
            )
        fit = fitting(usable, asked.scope)
        if not fit:
            scopes = sorted({figure.reference.partition("?")[2] or "no scope" for figure in usable})
            wanted = "&".join(f"{axis}={value}" for axis, value in asked.scope.items())
            return f"{asked.ref}: no figure with {wanted}; there is {' | '.join(scopes[:8])}"
        first = min(figure.stated_on for figure in fit)
        return f"{asked.ref}: nothing was known by {day}; the first statement is of {first}"

    def find(self, query: str, as_of: date | None = None, *, retired_too: bool = False) -> list[Figure]:
        """Return the figures that have every word of a query in their reference, names, unit, scope or source.

        Deprecated and superseded figures are left out unless `retired_too`. An empty query finds all. Figures whose
        reference has more of the words come first; then vault order, reference, and the latest first.
        """
        day, words = as_day(as_of), query.casefold().split()
        gone = frozenset() if retired_too else self._retired(day)
        found = [
            figure
            for figure in self.figures
            if figure.id not in gone and known_by(figure, day) and all(word in self._texts[figure.id] for word in words)
        ]
        order = {path: place for place, path in enumerate(self.vaults)}
        found.sort(key=lambda figure: (figure.as_of.latest, figure.id), reverse=True)
        found.sort(
            key=lambda figure: (-sum(word in figure.reference for word in words), order[figure.vault], figure.ref)
        )
        return found

    @cached_property
    def _texts(self) -> dict[str, str]:
        """What `find` looks in, by figure."""
        texts = {}
        for figure in self.figures:
            quantity, subject = self.quantities.get(figure.quantity), self.subjects.get(figure.subject)
            source = self.sources.get(figure.source)
            parts = [
                figure.id,
                figure.reference,
                figure.note_title,
                figure.unit,
                figure.source,
                figure.note,
                str(figure.claimant),
            ]
            parts += [
                quantity.name if quantity else "",
                source.title if source else "",
                source.publisher if source else "",
            ]
            parts += [subject.name, *subject.names] if subject else []
            texts[figure.id] = " ".join(parts).casefold()
        return texts

    def conflicts(self, as_of: date | None = None) -> list[Conflict]:
        """Return the pairs of figures that contradict each other, the worst first, by `rackmath.evidence.conflicts`."""
        day = as_day(as_of)
        gone = self._retired(day)
        live = [figure for figure in self.figures if figure.id not in gone and known_by(figure, day)]
        return rules.conflicts(live, self._by_id, self.quantities, self.subjects)

    def implausible(self) -> list[str]:
        """Return a line for each figure outside the range that its quantity calls plausible."""
        return rules.implausible(self.figures, self.quantities)
