"""How to cite a note: in words, as BibTeX and as CSL-JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rackmath.web.note_data import paths_of, people_of
from rackmath.web.page import day

if TYPE_CHECKING:
    from rackmath.brain.entries import Note
    from rackmath.brain.library import Library
    from rackmath.brain.site import Site


def how_to_cite(site: Site, library: Library, note: Note, version: int) -> dict[str, Any]:
    """Return the citation of one version of a note as a sentence, and as formats of reference managers.

    Addresses are root-relative; a template puts the site's origin before them.
    """
    names = list(people_of(site, note.contributors).values())
    date = note.updated or note.published or note.created
    path = paths_of(note, note.sha256)["version"]
    title, brain = note.title, library.title
    who = ", ".join(names) or brain
    text = f"{who}. “{title}.” {brain}, version {version}, {day(date)}." if date else f"{who}. “{title}.” {brain}."
    return {
        "text": text,
        "path": path,
        "bibtex": _bibtex(note, names, brain, date, version, path),
        "csl": _csl(note, names, brain, date, version, path),
    }


def _bibtex(note: Note, names: list[str], brain: str, date: str, version: int, path: str) -> str:
    fields = {
        "title": f"{{{_tex(note.title)}}}",
        "author": " and ".join(map(_tex, names)),
        "publisher": _tex(brain),
        "year": date[:4],
        "date": date,
        "version": str(version),
        "url": path,
    }
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{_citekey(note)},", *rows, "}"])


def _csl(note: Note, names: list[str], brain: str, date: str, version: int, path: str) -> str:
    parts = [int(part) for part in re.findall(r"\d+", date)[:3]]
    entry: dict[str, Any] = {
        "id": _citekey(note),
        "type": "webpage",
        "title": note.title,
        "author": [{"literal": name} for name in names],
        "container-title": brain,
        "version": str(version),
        "URL": path,
    }
    if parts:
        entry["issued"] = {"date-parts": [parts]}
    return json.dumps([entry], ensure_ascii=False, indent=2)


def _citekey(note: Note) -> str:
    return f"{note.slug[:40].strip('-') or 'note'}-{note.key[:8]}"


def _tex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", " "))
