"""Read a file of references, of any form that is known, as works to bring in."""

from __future__ import annotations

from pathlib import PurePosixPath

from rackmath.brain.formats import bibtex, bibtex_file, csl
from rackmath.brain.formats.source_plan import Wanted
from rackmath.brain.front import text
from rackmath.errors import RackmathError


def read_references(data: str, name: str) -> list[Wanted]:
    """Return the works of a BibTeX or CSL-JSON file, told apart by its name, else by how it begins.

    Raises
    ------
    RackmathError
        The file cannot be read; the message names it and, where there is one, the line.
    """
    suffix = PurePosixPath(name).suffix.casefold()
    start = data.lstrip("\ufeff \t\r\n")[:1]
    try:
        if suffix == ".json" or (suffix not in (".bib", ".bibtex") and start in ("[", "{")):
            return [_item(item, at) for at, item in enumerate(csl.load(data.removeprefix("\ufeff")), 1)]
        entries = bibtex_file.load(data)
    except RackmathError as error:
        raise RackmathError(f"{name}: {error}") from None
    if not entries:
        raise RackmathError(f"{name}: there is no reference in it; give a BibTeX (.bib) or CSL-JSON (.json) file")
    found = []
    for entry in entries:
        front, left = bibtex.to_front(entry)
        found.append(Wanted(entry.key, front, f"{name}, line {entry.line}", tuple(left)))
    return found


def _item(item: dict[str, object], at: int) -> Wanted:
    front, left = csl.to_front(item)
    key = text(item.get("citation-key")) or text(item.get("id")) or f"item-{at}"
    return Wanted(key, front, f"item {at}", tuple(left))
