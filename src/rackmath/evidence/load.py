"""Read the numbers of one vault. A file that a person has mangled costs its own figures, never the others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rackmath.errors import RackmathError, suggest
from rackmath.evidence.figure import CLAIMANTS, KINDS, RANKS, Claimant, Figure, Quantity, Source, Subject
from rackmath.evidence.period import read_period
from rackmath.evidence.vocabulary import read_quantities, read_subjects, word, words
from rackmath.evidence.written import read_value
from rackmath.units import accepts, canonical
from rackmath.vault import Block, Document, Vault


@dataclass(slots=True)
class Loaded:
    """What one vault holds, and what in it cannot be read."""

    path: Path
    figures: list[Figure] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    quantities: dict[str, Quantity] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def load(path: str | os.PathLike[str], quantities: Mapping[str, Quantity]) -> Loaded:
    """Read a vault without writing to it.

    Parameters
    ----------
    path
        The vault's folder.
    quantities
        Definitions of other vaults, for quantities that this one does not define.

    Raises
    ------
    RackmathError
        The folder is not a vault.
    """
    vault = Vault.open(path, read_only=True)
    loaded = Loaded(Path(path))
    loaded.quantities = read_quantities(vault, loaded.problems)
    loaded.subjects = read_subjects(vault, loaded.problems)
    known = {**quantities, **loaded.quantities}
    for folder in ("sources", "notes"):
        if vault.exists_folder(folder):
            for rel, text in vault.documents(folder, loaded.problems):
                document = Document.parse(text)
                if folder == "sources":
                    _source(loaded, rel, document)
                _figures(loaded, rel, document, known)
    return loaded


def _source(loaded: Loaded, rel: str, document: Document) -> None:
    front = document.front
    where = f"{loaded.path / rel}:{document.front_line('citekey')}"
    citekey = word(front.get("citekey")) or Path(rel).stem
    if citekey in loaded.sources:
        loaded.problems.append(
            f"{where}: source {citekey!r} is already defined in {loaded.sources[citekey].path}; rename one"
        )
        return
    loaded.problems += [
        f"{loaded.path / rel}:{fault.line}: {fault.message}" for fault in document.faults if not document.blocks()
    ]
    names = ("publisher", "url", "published", "accessed", "licence", "source_kind", "id")
    texts = {name: word(front.get(name)) for name in names}
    loaded.sources[citekey] = Source(citekey, document.title(), **texts, path=rel, vault=loaded.path, front=front)


def _figures(loaded: Loaded, rel: str, document: Document, known: Mapping[str, Quantity]) -> None:
    blocks = document.blocks()
    if not blocks:
        return
    loaded.problems += [f"{loaded.path / rel}:{fault.line}: {fault.message}" for fault in document.faults]
    reader = FigureReader(loaded.path, rel, word(document.front.get("id")), document.title(), known, loaded.problems)
    for block in blocks:
        for line, item in _items(loaded, rel, block):
            if figure := reader.read(line, item):
                loaded.figures.append(figure)


def _items(loaded: Loaded, rel: str, block: Block) -> list[tuple[int, Mapping[str, Any]]]:
    found = []
    for line, item in block.items:
        if isinstance(item, Mapping):
            found.append((line, item))
        else:
            where = f"{loaded.path / rel}:{line}"
            loaded.problems.append(f"{where}: {item!r} is not a figure; write `- subject: …` with its keys below")
    if not block.items and block.text.strip() and block.problem is None and block.data != []:
        where = f"{loaded.path / rel}:{block.line + 1}"
        loaded.problems.append(f"{where}: a figures block is a list of `- subject: …` entries")
    return found


class FigureReader:
    """Reads the entries of the figures blocks of one file.

    Parameters
    ----------
    vault, rel
        The folder of the brain, and the file's path in it.
    note_id, note_title
        Of the note that holds the figures.
    known
        What quantities mean.
    problems
        Takes a line for whatever is wrong.
    """

    def __init__(
        self, vault: Path, rel: str, note_id: str, note_title: str, known: Mapping[str, Quantity], problems: list[str]
    ) -> None:
        self._vault = vault
        self._rel = rel
        self._note_id = note_id
        self._note_title = note_title
        self._known = known
        self._problems = problems
        self._line = 0
        self._name = "a figure"

    def _report(self, message: str) -> None:
        self._problems.append(f"{self._vault / self._rel}:{self._line}: {self._name}: {message}")

    def read(self, line: int, item: Mapping[str, Any]) -> Figure | None:
        """Return the figure on a line, or nothing when it lacks what makes it one; either way say what is wrong.

        `item` is the entry as `rackmath.vault.Block.items` gives it, with numbers as printed.
        """
        self._line = line
        self._name = f"figure {item['id']}" if isinstance(item.get("id"), str) else "a figure"
        needed = ("id", "subject", "quantity", "value", "unit", "as_of")
        missing = [key for key in needed if item.get(key) is None and not (key == "unit" and key in item)]
        if missing:
            self._report(f"{' and '.join(missing)} missing; it is left out")
            return None
        subject, name = str(item["subject"]), str(item["quantity"])
        quantity = self._known.get(name)
        if quantity is None:
            self._report(f"quantity {name!r} is not defined in vocab/quantities.yaml{suggest(name, self._known)}")
        try:
            unit = self._unit(word(item["unit"]), quantity)
            reading = read_value(item["value"], unit)
            as_of = read_period(item["as_of"])
            stated = read_period(item["stated_on"]).start if item.get("stated_on") is not None else as_of.start
            review = read_period(item["review_after"]).end if item.get("review_after") is not None else None
        except RackmathError as error:
            self._report(f"{error}; it is left out")
            return None
        kind, claimant, rank = self._kind(item), self._claimant(item), word(item.get("rank")) or "normal"
        if rank not in RANKS:
            self._report(f"rank {rank!r} is not one of {', '.join(RANKS)}; it counts as normal")
            rank = "normal"
        if not item.get("source") and not item.get("derived_from"):
            self._report("no source; name the citekey of a file in sources/")
        return Figure(
            id=str(item["id"]),
            subject=subject,
            quantity=name,
            reading=reading,
            as_written=_as_written(item),
            unit=reading.unit,
            scope=self._scope(item, quantity),
            as_of=as_of,
            stated_on=stated,
            kind=kind,
            claimant=claimant,
            source=word(item.get("source")),
            rank=rank,
            rank_reason=word(item.get("rank_reason")),
            derived_from=words(item.get("derived_from")),
            supersedes=words(item.get("supersedes")),
            method=word(item.get("method")),
            note=word(item.get("note")),
            note_id=self._note_id,
            note_title=self._note_title,
            path=self._rel,
            line=line,
            vault=self._vault,
            half_life_days=quantity.half_life_days if quantity else None,
            review_after=review,
        )

    @staticmethod
    def _unit(text: str, quantity: Quantity | None) -> str:
        allowed = (quantity.unit, *quantity.units) if quantity is not None else ()
        if text in allowed:
            return text  # the vocabulary's own units are checked once, with the vocabulary
        unit = canonical(text)
        if allowed and not any(accepts(unit, other) for other in allowed):
            named = " or ".join(other or "a plain ratio" for other in dict.fromkeys(allowed))
            raise RackmathError(f"unit {text!r} does not fit {quantity.id if quantity else ''}, which is in {named}")
        return unit

    def _kind(self, item: Mapping[str, Any]) -> str:
        kind = word(item.get("kind"))
        if kind not in KINDS:
            self._report(
                f"kind {kind!r} is not one of {', '.join(KINDS)}"
                if kind
                else f"no kind; write one of {', '.join(KINDS)}"
            )
        return kind

    def _claimant(self, item: Mapping[str, Any]) -> Claimant:
        raw = item.get("claimant")
        claimant = (
            Claimant(word(raw.get("who")), word(raw.get("kind"))) if isinstance(raw, Mapping) else Claimant(word(raw))
        )
        if claimant.kind and claimant.kind not in CLAIMANTS:
            self._report(f"claimant kind {claimant.kind!r} is not one of {', '.join(CLAIMANTS)}")
        return claimant

    def _scope(self, item: Mapping[str, Any], quantity: Quantity | None) -> dict[str, str]:
        raw = item.get("scope")
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            self._report(f"scope {raw!r} is not {{axis: value}}; it is left out")
            return {}
        scope = {str(axis): word(value) for axis, value in raw.items() if value is not None}
        if quantity is not None and quantity.axes:
            for axis in scope.keys() - set(quantity.axes):
                self._report(f"scope axis {axis!r} is not declared for {quantity.id}{suggest(axis, quantity.axes)}")
        return scope


def _as_written(item: Mapping[str, Any]) -> str:
    if item.get("as_written") is not None:
        return word(item["as_written"])
    value = item["value"]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {word(part)}" for key, part in value.items())
    return word(value)
