"""What a note's file says, as rows for the tables of the catalogue: a pure function of the file."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rackmath.brain import near
from rackmath.brain.brackets import Bracket, brackets
from rackmath.brain.cites import cites
from rackmath.brain.front import text, texts
from rackmath.brain.index_files import Parsed
from rackmath.brain.kept import cite_to_json
from rackmath.brain.links import figure_uses, names_of, pointers
from rackmath.brain.noted import figure_items, item_to_json, read_note
from rackmath.brain.tags import slug_of

Rows = dict[str, list[tuple[Any, ...]]]
"""Rows by table, each without its first value, which is the row of the file."""

TABLES = (
    *("note", "body", "author", "tag", "name", "link", "figure", "figure_use", "gone"),
    *("cite", "bracket", "refers", "rests", "near_runs"),
)
"""The tables of notes that can be asked by note, which is the first column."""

MOST_CITATIONS = 2000
"""Citations of one note beyond this many are not indexed."""

MOST_PROBLEMS = 50


def note_rows(file: Parsed) -> Rows:
    """Take a note apart. Columns that `rackmath.brain.settle` fills are given their plainest value."""
    document, note = file.document, read_note(file)
    figures = list(figure_items(document))
    cited = cites(document)[:MOST_CITATIONS]
    written = brackets(document)
    runs = near.runs_of(file.searchable.body)
    rests = {(key, "listed") for key in note.sources} | {(cite.citekey, "cited") for cite in cited if cite.citekey}
    rests |= {(key, "figure") for _, item in figures if (key := text(item.get("source"), 200))}
    face = (
        *(file.path, note.id, note.key, note.slug, note.kind, note.title, note.asked, "draft", "[]"),
        *(note.created, note.published, note.updated, note.certainty),
        *(as_json(note.contributors), as_json(note.tags), as_json(note.aliases)),
        *(note.excerpt, note.substance, note.superseded_by, note.retired_because),
        *(len(figures), len(cited), "{}"),
    )
    slugs = {slug_of(tag): tag for tag in reversed(note.tags)}
    return {
        "note": [face],
        "body": [(zlib.compress(file.text.encode("utf-8", "surrogatepass"), 1),)],
        "author": [(handle,) for handle in note.contributors],
        "tag": [(slug, slug, spelling) for slug, spelling in slugs.items()],
        "name": names_of(file.path, note.id, note.title, note.aliases),
        "link": [
            (n, link.type, link.target, link.name, link.sentence)
            for n, link in enumerate(pointers(document, file.path))
        ],
        "figure": [_figure(n, line, item) for n, (line, item) in enumerate(figures)],
        "figure_use": [(n, use.figure) for n, use in enumerate(figure_uses(document))],
        "gone": [(name,) for name in sorted({name for _, item in figures for name in _gone(item)})],
        "cite": [(n, cite.id, cite.citekey, cite_to_json(cite), "unresolved", "{}") for n, cite in enumerate(cited)],
        "bracket": [(n, entry.state, as_json(asdict(entry))) for n, entry in enumerate(written)],
        "refers": sorted(_refers(written).items()),
        "rests": sorted(rests),
        "near_runs": [(near.packed(runs),)],
        "near_band": [(band,) for band in sorted(set(near.bands_of(runs)))],
        "problem": problem_rows([(fault.line, fault.message) for fault in document.faults]),
    }


def problem_rows(found: list[tuple[int, str]]) -> list[tuple[Any, ...]]:
    """Return rows of the table ``problem`` for what is wrong on some lines."""
    return [(n, line, said[:1000]) for n, (line, said) in enumerate(found[:MOST_PROBLEMS])]


def as_json(value: Any) -> str:
    """Return a value as JSON, as short as it goes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _figure(n: int, line: int, item: Mapping[str, Any]) -> tuple[Any, ...]:
    told = [text(item.get(key), 200) for key in ("id", "subject", "quantity", "kind", "source")]
    return (n, *told, line, item_to_json(item))


def _gone(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the figures that an entry takes out of use: itself, or those that it supersedes."""
    return texts(item.get("id") if text(item.get("rank")) == "deprecated" else item.get("supersedes"))


def _refers(entries: Iterable[Bracket]) -> dict[str, str]:
    """Return the notes that bracket references mean or may mean; one that is confirmed anywhere counts as such."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.state == "resolved":
            found.update((each.note, "resolved") for each in entry.confirmed)
        for each in entry.meant:
            found.setdefault(each.note, "candidate")
    return found
