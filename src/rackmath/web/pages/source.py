"""A source: what it is, what was kept of it, and every note that rests on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rackmath.errors import suggest
from rackmath.web import jsonld
from rackmath.web.cards import card
from rackmath.web.chips import source_path
from rackmath.web.citing import STATES, source_line
from rackmath.web.citing_forms import how_to_cite_source
from rackmath.web.lists import cut
from rackmath.web.memo import remembered
from rackmath.web.note_data import figures_of
from rackmath.web.numbers import plural
from rackmath.web.page import web_address
from rackmath.web.pages import Asked, NotFound, Page, Route

if TYPE_CHECKING:
    from rackmath.brain.entries import SourceEntry, Use
    from rackmath.brain.site import Site
    from rackmath.brain.snapshots import Record

SIZE = 40
"""Notes of one page, and the most figures: a source that everybody cites must not make a page too heavy to read."""

HOW = {"cited": "cites it", "listed": "lists it among its sources"}
_SHOWN = (
    "id type citekey title title_from publisher url published accessed licence source_kind status authors doi "
    "superseded_by aggregator_of url_as_written published_from"
)
_KNOWN = frozenset(_SHOWN.split())


def source(site: Site, asked: Asked, *, citekey: str) -> Page:
    """Show a source whole."""
    entry = site.source(citekey)
    if entry is None:
        near = suggest(citekey, [one.citekey for one in site.sources()])
        raise NotFound(f"there is no source {citekey[:80]!r}{near}; see /sources")
    uses = remembered(site, ("uses", citekey, asked.drafts), lambda: site.uses(citekey, drafts=asked.drafts))
    figures = site.figures(source=citekey, drafts=asked.drafts)
    notes = grouped(uses)
    part = cut(asked, len(notes), SIZE)
    line = source_line(entry)
    data = line | {
        "id": entry.id,
        "brain": entry.brain,
        "doi": entry.doi,
        "accessed": entry.accessed,
        "superseded_by": source_path(entry.superseded_by),
        "superseded_title": site.source_title(entry.superseded_by) if entry.superseded_by else "",
        "more": [[name.replace("_", " "), str(value)] for name, value in entry.front.items()
                 if name not in _KNOWN and isinstance(value, str | int | float)],
        "snapshots": [snapshot_row(citekey, each) for each in entry.snapshots],
        "origins": origins(site, entry),
        "notes": notes[part.start : part.end],
        "note_count": len(notes),
        "list": part.data(source_path(citekey), {}),
        "citations": entry.citations,
        "figures": figures_of(site, figures[:SIZE], asked.day, ()),
        "figure_count": len(figures),
        "title_full": entry.title or citekey,
        "cite": how_to_cite_source(entry),
    }  # fmt: skip
    return Page(
        path=source_path(citekey),
        template="site/source.html",
        title=line["title"],
        description=f"{line['publisher'] or 'A source'}: {plural(len(notes), 'note')} rest on it.",
        data=data,
        markdown=_markdown(data),
        rows=[
            {
                "note": use.card.title,
                "href": use.card.href,
                "how": use.how,
                "state": use.state,
                "sentence": use.sentence,
            }
            for use in uses
        ],
        jsonld={"@context": jsonld.CONTEXT, **jsonld.source(entry)},
    )


def grouped(uses: Sequence[Use]) -> list[dict[str, Any]]:
    """Return the notes that use a source: the sentences of each that cite it, or that it lists it, and its figures."""
    notes: dict[str, dict[str, Any]] = {}
    for use in uses:
        note = notes.setdefault(use.card.id, card(use.card) | {"uses": [], "figures_from_it": 0})
        if use.how == "figure":
            note["figures_from_it"] += 1
            continue
        look, words = STATES.get(use.state, ("open", use.state.replace("_", " "))) if use.how == "cited" else ("", "")
        note["uses"].append(
            {
                "how": use.how,
                "how_words": HOW.get(use.how, use.how),
                "sentence": use.sentence,
                "state": use.state if use.how == "cited" else "",
                "look": look,
                "state_words": words,
                "citation": use.citation_id,
            }
        )
    for note in notes.values():
        note["uses"] = [use for use in note["uses"] if use["how"] == "cited"] or note["uses"][:1]
    return list(notes.values())


def snapshot_row(citekey: str, record: Record) -> dict[str, Any]:
    """Return the record of a kept text as plain data."""
    return {
        "sha256": record.sha256,
        "href": f"{source_path(citekey)}/read/{record.sha256}",
        "at": record.captured_at,
        "sentences": record.sentences,
        "method": record.method,
        "checked_by": record.checked_by,
        "publishable": record.publishable,
    }


def origins(site: Site, entry: SourceEntry) -> list[dict[str, Any]]:
    """Return the sources that go back to the same document: counted together they are one witness."""
    first = str(entry.front.get("aggregator_of") or "")
    found = []
    for other in site.sources():
        theirs = str(other.front.get("aggregator_of") or "")
        if other.citekey == entry.citekey:
            continue
        if other.citekey == first:
            words = "this source repeats it"
        elif theirs and theirs == entry.citekey:
            words = "repeats this source"
        elif theirs and theirs == first:
            words = "repeats the same original"
        elif entry.url and web_address(other.url) == web_address(entry.url) and web_address(entry.url):
            words = "has the same address"
        elif entry.doi and other.doi == entry.doi:
            words = "has the same DOI"
        else:
            continue
        found.append({"href": source_path(other.citekey), "title": other.title or other.citekey, "words": words})
    return found


def _markdown(data: Mapping[str, Any]) -> str:
    facts = [data["publisher"], data["date_words"], data["kind"], data["url"]]
    lines = [f"# {data['title']}", "", " · ".join(part for part in facts if part), ""]
    for note in data["notes"]:
        lines.append(f"- [{note['title']}]({note['href']})")
        for use in note["uses"]:
            words = ": ".join(part for part in (use["state_words"] or use["how_words"], use["sentence"]) if part)
            lines.append(f"  - {words}")
    return "\n".join(lines) + "\n"


def every(site: Site) -> Iterator[dict[str, str]]:
    """List all sources."""
    for entry in site.sources():
        yield {"citekey": entry.citekey}


ROUTES = [Route("/src/{citekey}", source, every)]
