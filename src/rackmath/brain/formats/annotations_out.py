"""The citations of a brain as annotations, each with its computed state."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

from rackmath.brain import snapshots
from rackmath.brain.cite_check import Source, judge
from rackmath.brain.cites import cites
from rackmath.brain.formats.annotations import to_annotation
from rackmath.brain.front import text
from rackmath.errors import RackmathError
from rackmath.vault import Document, Vault


def annotations_of(vault: Vault, path: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield an annotation for each citation that leads to a source, of one note or of all, by path.

    Snapshots are read when a citation needs them; one that cannot be read makes its citations orphaned.
    """
    load = lru_cache(maxsize=64)(partial(snapshots.load, vault))
    kept: dict[str, list[snapshots.Record]] = {}
    for record in snapshots.records(vault):
        kept.setdefault(record.source, []).append(record)
    sources = {}
    for place, said in vault.documents("sources", []) if vault.exists_folder("sources") else ():
        front = Document.parse(said).front
        key = text(front.get("citekey")) or place.rsplit("/", 1)[-1].removesuffix(".md")
        sources[key] = Source.of(key, front)
    notes = vault.documents("notes", []) if path is None else [(path, vault.read(path)[0])]
    for place, said in notes if path or vault.exists_folder("notes") else ():
        document = Document.parse(said)
        name = text(document.front.get("id")) or place
        for cite in cites(document):
            source = sources.get(cite.citekey)
            verdict = judge(cite, source, kept.get(cite.citekey, []), load)
            try:
                snapshot = load(verdict.snapshot) if verdict.snapshot else None
            except RackmathError:
                snapshot = None
            made = to_annotation(
                cite, verdict, note=name, note_url="", source_url=source.url if source else "", snapshot=snapshot
            )
            if made:
                yield made
