"""Write what a page says as the files of a vault: notes, sources and the contributor.

Nothing is lost and nothing is resolved: a cite mark becomes a footnote in the namespace of its run, with its raw tag,
the text that it wraps and the sources that it may mean in a ``citations`` block; a bracket reference stays in the
prose as it is, with its candidates in a ``references`` block. Both blocks say ``state: unresolved`` until a person or a
later step knows better.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rackmath.brain.doc_sources import SourceCandidate
from rackmath.brain.page import Block, Item, PageNote
from rackmath.brain.profile import Profile
from rackmath.brain.references import Reference
from rackmath.brain.sources import Listed
from rackmath.brain.tags import slug_of
from rackmath.brain.urls import normalise_url
from rackmath.vault import write_yaml

UNRESOLVED = "unresolved"
MOST_OFFERED = 5
"""Sources that one cite mark is offered."""

_ORDER = "id type citekey title title_from status source_kind publisher url published created updated"
_FRONT_ORDER = tuple(_ORDER.split())
_STARTS = re.compile(r"(?:#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|`{3}|~{3}|-{3}|={3}|\[\^[^\]\s]{1,80}\]:)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Naming:
    """How the things of a page are called in the vault: ids of notes by code, citekeys of sources by normal URL."""

    ids: Mapping[str, str]
    titles: Mapping[str, str]
    citekeys: Mapping[str, str]


def note_text(
    note: PageNote,
    naming: Naming,
    references: Sequence[Reference],
    offers: Mapping[int, Sequence[SourceCandidate]] | None = None,
    *,
    contributor: str,
    run: str,
    created: str,
    updated: str,
) -> str:
    """Return a note as the text of its file.

    Parameters
    ----------
    references
        The bracket references of this note.
    offers
        What the document numbers of its cite marks may be (`rackmath.brain.doc_sources.offers_for`).
    contributor
        The handle of the contributor, empty when the page names none.
    run
        Id of the import run, ``run_…``; its cite marks live under ``run:<the id without run_>/``.
    created, updated
        Dates as ISO text.
    """
    front: dict[str, Any] = {
        "id": naming.ids[note.code],
        "type": note.kind,
        "title": note.title,
        "status": "published",
        "created": created,
        "updated": updated,
        "contributors": [contributor] if contributor else [],
        "tags": list(dict.fromkeys(slug for tag in note.tags if (slug := slug_of(tag)))),
    }
    if any(slug_of(tag) != tag for tag in note.tags):
        front["page_tags"] = list(note.tags)
    if note.urls:
        front["sources"] = list(dict.fromkeys(naming.citekeys[normalise_url(use.url)] for use in note.urls))
    front["imported_by"] = run
    notes = _Footnotes(run.removeprefix("run_"), offers or {}, naming)
    parts = [_block(block, notes, naming) for block in note.blocks]
    if references:
        parts.append(_fenced("references", [_reference(at, item, naming) for at, item in enumerate(references, 1)]))
    if notes.entries:
        parts += [_fenced("citations", notes.entries), "\n".join(notes.lines)]
    return f"---\n{write_yaml(front, order=_FRONT_ORDER)}---\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def source_text(source: Listed, source_id: str) -> str:
    """Return the file of a source that nobody has opened yet: only what its address says."""
    front: dict[str, Any] = {
        "id": source_id,
        "type": "source",
        "citekey": source.citekey,
        "title": source.title,
        "title_from": "address",
        "source_kind": source.tier,
        "publisher": source.facts.domain or "unknown",
        "url": source.facts.url,
    }
    written = [url for url in source.as_written if url != source.facts.url]
    if written:
        front["url_as_written"] = written
    if source.facts.published:
        front["published"] = source.facts.published
        front["published_from"] = "address"
    if source.facts.doi:
        front["doi"] = source.facts.doi
    if source.facts.arxiv:
        front["arxiv"] = source.facts.arxiv
    return f"---\n{write_yaml(front, order=_FRONT_ORDER)}---\n"


def contributor_text(profile: Profile) -> str:
    """Return the file of a contributor as the page presents them, disagreements included."""
    data: dict[str, Any] = {
        "handle": profile.handle,
        "name": profile.name,
        "role": " · ".join(profile.roles),
        "covers": profile.subject,
        "publication": profile.publication,
        "beats": list(profile.beats),
        "beats_as_written": profile.beats_line,
        "bio": profile.bio,
    }
    if profile.bio_name and profile.bio_name != profile.name:
        data["bio_speaks_of"] = profile.bio_name
    return write_yaml({key: value for key, value in data.items() if value})


class _Footnotes:
    """The cite spans of one note as they are met."""

    def __init__(self, run: str, offers: Mapping[int, Sequence[SourceCandidate]], naming: Naming) -> None:
        self.run = run
        self.offers = offers
        self.naming = naming
        self.entries: list[dict[str, Any]] = []
        self.lines: list[str] = []

    def mark(self, item: Item) -> str:
        """Return the item's text with a footnote mark after each span."""
        places: list[tuple[int, str]] = []
        for span in item.citations:
            label = f"c{len(self.entries) + 1}"
            keys = [mark.key(self.run) for mark in span.marks]
            entry: dict[str, Any] = {
                "id": label,
                "state": UNRESOLVED,
                "marks": keys,
                "raw": span.raw,
                "claim": span.claim,
            }
            offered = self._offered({mark.doc for mark in span.marks})
            self.entries.append({**entry, "candidates": offered} if offered else entry)
            self.lines.append(f"[^{label}]: {', '.join(keys) or 'no readable sentence number'} ({UNRESOLVED})")
            places.append((span.end, f"[^{label}]"))
        pieces, position = [], 0
        for end, label in sorted(places, key=lambda place: place[0]):
            pieces += [item.text[position:end], label]
            position = end
        return "".join([*pieces, item.text[position:]])

    def _offered(self, documents: set[int]) -> list[dict[str, Any]]:
        """Return the sources that these documents may be, the likeliest first; one that several may be counts once."""
        best: dict[str, float] = {}
        for document in documents:
            for each in self.offers.get(document, ()):
                best[each.url] = max(each.confidence, best.get(each.url, 0.0))
        ranked = sorted(best, key=lambda url: (-best[url], url))[:MOST_OFFERED]
        return [{"source": self.naming.citekeys[url], "confidence": best[url]} for url in ranked]


def _block(block: Block, notes: _Footnotes, naming: Naming) -> str:
    if block.kind == "sources":
        return "\n".join(["## Sources", "", *(_source_line(item.text, naming) for item in block.items)]).rstrip()
    if block.kind == "bullets":
        return "\n".join(f"{'  ' * item.depth}- {_hanging(notes.mark(item), item.depth)}" for item in block.items)
    if block.kind == "numbered":
        return "\n".join(notes.mark(item) for item in block.items)
    return "\n".join(_literal(line) for item in block.items for line in notes.mark(item).split("\n"))


def _source_line(text: str, naming: Naming) -> str:
    key = naming.citekeys.get(normalise_url(text)) if text.startswith(("http://", "https://")) else None
    return f"- [@{key}](../../sources/{key}.md): <{text}>" if key else f"- {_literal(text)}"


def _hanging(text: str, depth: int) -> str:
    return _literal(text).replace("\n", "\n" + "  " * (depth + 1))


def _literal(line: str) -> str:
    """Keep Markdown from reading the start of a line of prose as a heading, list, quote, rule or footnote."""
    if _STARTS.match(line):
        return f"\\{line}"
    return _NUMBER.sub(r"\1\\\2", line, count=1) if _NUMBER.match(line) else line


def _fenced(name: str, data: list[dict[str, Any]]) -> str:
    return f"```{name}\n{write_yaml(data, literal=False)}```"


def _reference(at: int, reference: Reference, naming: Naming) -> dict[str, Any]:
    group = reference.group
    entry: dict[str, Any] = {"id": f"r{at}", "state": UNRESOLVED, "raw": group.raw, "numbers": list(group.numbers)}
    if reference.candidates:
        entry["confidence"] = reference.candidates[0].confidence
        entry["candidates"] = [
            {
                "number": candidate.number,
                "note": naming.ids[candidate.code],
                "title": naming.titles[candidate.code],
                "overlap": candidate.overlap,
            }
            for candidate in reference.candidates
        ]
    return entry
